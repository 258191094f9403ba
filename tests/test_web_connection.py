"""Connections that dawdle, break off or do not speak HTTP: raw sockets against the door's own deadlines."""

import asyncio
import re

import pytest
from aiohttp.http_parser import HttpRequestParserPy

from router.errors import RouterError
from router.web.parts import Limits
from router.web.server import most_connections, require_c_parser
from tests.support.door import Stood, firing, open_door
from tests.support.waiting import until

QUICK = Limits(head_s=0.2, body_s=0.2, write_s=0.2, linger_s=0.05)
HEAD = b"POST /webhook/alertmanager HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
BODY = b'{"alerts":[{"status":"firing","labels":{"alertname":"A"}}]}'
GOOD = HEAD + b"Content-Length: %d\r\n" % len(BODY)
PING = b"GET /healthz HTTP/1.1\r\nHost: x\r\n"
SECRET = b"canary-s3cret"


@pytest.mark.parametrize(
    "sent",
    [b"", b"P", b"POST /webhook/alertmanager HTTP/1.1\r\nHost:", GOOD],
    ids=["nothing", "one byte", "half a head", "all but the last line"],
)
async def test_a_slow_head_is_cut_off(sent):
    """Without a whole head within the deadline the door is shut, without an answer that would be final."""
    async with open_door(limits=QUICK) as house:
        assert await house.raw(sent) == b""


async def test_a_trickling_head_is_cut_off():
    """Bytes that keep coming do not move the deadline."""
    async with open_door(limits=QUICK) as house:
        reader, writer = await asyncio.open_connection(house.host, house.port)
        loop = asyncio.get_running_loop()
        began = loop.time()
        with pytest.raises(ConnectionError):
            while loop.time() < began + 5:
                writer.write(b"X")
                await writer.drain()
                await asyncio.wait([asyncio.ensure_future(reader.read(1))], timeout=0.02)
                if reader.at_eof():
                    raise ConnectionResetError
        assert loop.time() - began < 2
        writer.close()


async def test_a_slow_second_head_is_cut_off():
    """The deadline holds for every request of a connection, counted from its first byte."""
    async with open_door(limits=QUICK) as house:
        reader, writer = await asyncio.open_connection(house.host, house.port)
        writer.write(PING + b"\r\n")
        assert b"200 OK" in await reader.readuntil(b"}")
        writer.write(PING)
        assert await reader.read() == b""
        writer.close()


async def test_an_idle_connection_may_stay():
    """Between requests a sender keeps its connection; only the keep-alive time ends it."""
    limits = Limits(head_s=0.05, keepalive_s=0.4)
    async with open_door(limits=limits) as house:
        reader, writer = await asyncio.open_connection(house.host, house.port)
        loop = asyncio.get_running_loop()
        writer.write(PING + b"\r\n")
        await reader.readuntil(b"}")
        idle_since = loop.time()
        assert await reader.read() == b""
        assert loop.time() - idle_since > 0.3
        writer.close()


async def test_pipelined_requests_are_answered_in_order():
    """Two requests in one packet are two answers."""
    async with open_door() as house:
        answer = await house.raw(GOOD + b"\r\n" + BODY + PING + b"Connection: close\r\n\r\n")
        assert re.findall(rb"HTTP/1.1 (\d+)", answer) == [b"202", b"200"]


async def test_a_flood_of_pipelined_requests_is_worked_off():
    """Thousand requests in one write are thousand answers, 32 of them in memory at a time."""
    async with open_door() as house:
        pings = (PING + b"\r\n") * 999 + PING + b"Connection: close\r\n\r\n"
        answer = await house.raw(pings)
        assert answer.count(b"HTTP/1.1 200 OK") == 1000


SMUGGLED = {
    "two different lengths": HEAD + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}x",
    "length and chunked": HEAD + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a length that is no number": HEAD + b"Content-Length: 2x\r\n\r\n{}",
    "a negative length": HEAD + b"Content-Length: -2\r\n\r\n{}",
    "no HTTP": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc" + SECRET + b"\r\n\r\n",
    "a head that never ends": HEAD + b"X-Fill: " + b"a" * 20_000 + b"\r\n\r\n",
    "two hosts": b"GET /healthz HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
    "a header without a colon": b"GET /healthz HTTP/1.1\r\nHost: x\r\nAuthorization " + SECRET + b"\r\n\r\n",
}


@pytest.mark.parametrize("sent", SMUGGLED.values(), ids=SMUGGLED)
async def test_what_proxies_could_read_differently_is_refused(sent, capsys):
    """400 and the connection closed; nothing stored, nothing kept, none of the bytes in log or answer."""
    async with open_door(limits=QUICK) as house:
        answer = await house.raw(sent)
        assert answer[:13] in (b"HTTP/1.0 400 ", b"HTTP/1.1 400 ")
        assert answer.count(b"HTTP/1.") == 1
        assert b"this is not a request that HTTP allows" in answer
        assert b"aiohttp" not in answer.lower()
        assert house.shelf.alerts == []
    captured = capsys.readouterr()
    assert SECRET.decode() not in captured.out + captured.err


async def test_a_broken_chunk_is_refused():
    """Framing that breaks within the body is 400, once; the connection is closed."""
    async with open_door(limits=QUICK) as house:
        answer = await house.raw(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b'5\r\n{"ale\r\nXYZ\r\n')
        assert answer[:13] in (b"HTTP/1.0 400 ", b"HTTP/1.1 400 ")
        assert house.shelf.alerts == []
        assert (await house.post("/webhook/alertmanager", BODY))[0] == 202


async def test_a_connection_lost_within_the_body_is_counted():
    """A sender that goes away leaves nothing but a count."""
    async with open_door() as house:
        _, writer = await asyncio.open_connection(house.host, house.port)
        writer.write(GOOD + b"\r\n" + BODY[:10])
        await writer.drain()
        writer.transport.abort()
        series = 'alert_router_alerts_rejected_total{reason="cut_off",source="alertmanager"}'
        await until(lambda: house.metric(series), "the count", 2)
        assert house.shelf.alerts == []


async def test_an_answer_that_nobody_reads_is_thrown_away():
    """A client that asks for much and reads nothing is cut off, and does not hold the shut-down up."""
    async with open_door(limits=QUICK) as house:
        house.wall.standings = [Stood(firing(instance=f"i{n}", text="x" * 2000)) for n in range(3000)]
        reader, writer = await asyncio.open_connection(house.host, house.port, limit=1024)
        writer.write(b"GET /api/v2/alerts HTTP/1.1\r\nHost: x\r\n\r\n")
        await reader.readuntil(b"\r\n\r\n")
        await until(lambda: not house.runner.server.connections, "the end of the connection", 5)
        writer.transport.abort()


async def test_a_full_house_lets_a_newcomer_in():
    """Beyond the limit the connections that have waited longest without a request go; good senders are served."""
    async with open_door(limits=Limits(connections=5)) as house:
        address = (house.host, house.port)
        idle = await asyncio.gather(*(asyncio.open_connection(*address) for _ in range(5)))
        answers = await asyncio.gather(*(house.post("/webhook/alertmanager", BODY) for _ in range(3)))
        assert [status for status, _ in answers] == [202, 202, 202]
        gone = [reader.at_eof() or not await _hears(reader) for reader, _ in idle]
        assert gone == [True, True, True, False, False]
        for _, writer in idle:
            writer.close()


async def _hears(reader: asyncio.StreamReader) -> bool:
    """Return whether the other side is still there: nothing comes, and no end either."""
    reading = asyncio.ensure_future(reader.read(1))
    done, _ = await asyncio.wait([reading], timeout=0.05)
    reading.cancel()
    return not done


async def test_a_thousand_idle_connections_do_not_stop_a_sender():
    """A good sender is answered while a thousand others say nothing (P13)."""
    async with open_door() as house:
        idle = [await asyncio.open_connection(house.host, house.port) for _ in range(1000)]
        assert (await house.post("/webhook/alertmanager", BODY))[0] == 202
        for _, writer in idle:
            writer.close()


async def test_a_request_under_way_is_finished_before_the_end():
    """Shutting down waits for what is being stored."""
    async with open_door() as house:
        house.shelf.open.clear()
        asked = asyncio.create_task(house.post("/webhook/alertmanager", BODY))
        await house.shelf.reached.wait()
        stopping = asyncio.create_task(house.runner.cleanup())
        await asyncio.sleep(0)
        house.shelf.open.set()
        assert (await asked)[0] == 202
        await stopping


@pytest.mark.parametrize("path", ["/", "/nothing", "/api/v2/nothing", "/webhook"])
async def test_unknown_paths_are_a_constant_404(path):
    """JSON in constant words, without the path that was asked and without any version."""
    async with open_door() as house, house.client.get(house.url + path) as response:
        assert response.status == 404
        assert "there is nothing here" in await response.text()
        assert response.headers["Server"] == "alert-router"


async def test_a_wrong_method_is_405():
    """JSON in constant words, with the methods that are allowed."""
    async with open_door() as house, house.client.delete(house.url + "/webhook/alertmanager") as response:
        assert (response.status, response.headers["Allow"]) == (405, "POST")
        assert await response.json() == {"error": "this method is not allowed here"}


def test_the_pure_python_parser_is_refused():
    """Without aiohttp's C parser the router does not start, and says how to mend it."""
    require_c_parser()
    with pytest.raises(RouterError, match="install its wheel"):
        require_c_parser(HttpRequestParserPy)


def test_connections_leave_files_for_the_others():
    """The limit never takes all file descriptors that the system allows."""
    assert most_connections(Limits(connections=10)) == 10
    assert 0 < most_connections(Limits(connections=10**9)) < 10**9
