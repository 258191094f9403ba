"""Whatever is sent, the door answers, stays up, and loses nothing without trace: the table of docs/http.md."""

import gzip
from dataclasses import dataclass, field
from pathlib import Path

import orjson
import pytest

from router.config.values import Auth
from router.web.parts import Limits
from tests.support.door import config_of, open_door, webhook

PATH = "/webhook/alertmanager"
GOOD = orjson.dumps(webhook({"alertname": "A"}))
LIMITS = Limits(body_bytes=4096, body_s=0.2, linger_s=0.05)
"""Small, so that no test waits or sends much; large enough for every other row."""
ROOMY = Limits(body_s=5)


@dataclass(frozen=True)
class Row:
    """What is sent, what is answered, which metric reason counts it, what is kept, how many alerts are stored."""

    body: bytes
    status: int
    reason: str = ""
    kept: bytes | None = None
    stored: int = 0
    says: str = ""
    path: str = PATH
    headers: dict[str, str] = field(default_factory=dict)
    limits: Limits = ROOMY


def label(value: bytes) -> bytes:
    return b'{"alerts":[{"status":"firing","labels":{"alertname":' + value + b"}}]}"


def deep(levels: int) -> bytes:
    return b'{"alerts":' + b"[" * levels + b"]" * levels + b"}"


def many_labels(count: int) -> bytes:
    return orjson.dumps(webhook({"alertname": "A"} | {f"l{n}": "v" for n in range(count)}))


def malformed(body: bytes, says: str) -> Row:
    return Row(body, 400, "malformed", body, says=says)


FORM = {"Content_Type": "application/x-www-form-urlencoded"}
ROWS = {
    "empty body": malformed(b"", "empty"),
    "broken JSON": malformed(b'{"alerts": [}', "byte 12, line 1, column 13"),
    "truncated JSON": malformed(GOOD[:-5], "not JSON"),
    "two values": malformed(GOOD + GOOD, "not JSON"),
    "NaN": malformed(label(b"NaN"), "not JSON"),
    "Infinity": malformed(label(b"-Infinity"), "not JSON"),
    "a number beyond floats": malformed(label(b"1e400"), "not JSON"),
    "lone surrogate": malformed(label(b'"\\ud800"'), "not JSON"),
    "control character": malformed(label(b'"\x01"'), "not JSON"),
    "not UTF-8": malformed(label(b'"\xff\xfe"'), "byte 53"),
    "100,000 levels deep": malformed(deep(100_000), "not JSON"),
    "another sender's JSON": Row(b'{"hello":"world"}', 202, "not_understood", b'{"hello":"world"}'),
    "an array where an object belongs": Row(b"[]", 202, "not_understood", b"[]"),
    "a bare number": Row(b"7", 202, "not_understood", b"7"),
    "a 5,000-digit number": malformed(label(b"1" * 5000), "not JSON"),
    "500 levels deep": Row(deep(500), 202, "bad_alert", deep(500)),
    "U+0000 in a label": Row(label(b'"a\\u0000b"'), 202, stored=1),
    "byte order mark": Row(b"\xef\xbb\xbf" + GOOD, 202, stored=1),
    "equal keys": Row(b'{"alerts":[],' + GOOD[1:], 202, stored=1),
    "50,000 labels": Row(many_labels(50_000), 202, stored=1),
    "a label that is an object": Row(label(b'{"x":1}'), 202, "bad_alert", label(b'{"x":1}')),
    "over the size limit, announced": Row(b" " * 4097, 413, "too_large", b"", limits=LIMITS),
    "exactly the size limit": Row(GOOD + b" " * (4096 - len(GOOD)), 202, stored=1, limits=LIMITS),
    "wrong type": Row(GOOD, 415, "wrong_type", headers={"Content_Type": "text/plain"}),
    "form to a JSON source": Row(b"a=b", 415, "wrong_type", headers=FORM),
    "form to Datadog": Row(b"title=%5BTriggered%5D+x&alert_id=7", 202, stored=1, path="/webhook/datadog", headers=FORM),
    "type with parameters": Row(GOOD, 202, stored=1, headers={"Content_Type": "Application/JSON; charset=utf-8"}),
    "a kind of JSON": Row(GOOD, 202, stored=1, headers={"Content_Type": "application/vnd.x+json"}),
    "gzip": Row(gzip.compress(GOOD), 415, "wrong_type", headers={"Content_Encoding": "gzip"}),
    "identity encoding": Row(GOOD, 202, stored=1, headers={"Content_Encoding": "identity"}),
    "unknown source": Row(GOOD, 404, path="/webhook/nobody"),
}


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
async def test_row(row):
    """The answer, the metric, what is kept and what is stored are those of the table."""
    async with open_door(limits=row.limits) as house:
        status, answer = await house.post(row.path, row.body, **row.headers)
        assert status == row.status, answer
        assert row.says in str(answer)
        assert [raw for _, raw, _ in house.cellar.kept] == ([] if row.kept is None else [row.kept])
        assert len(house.shelf.alerts) == row.stored
        if row.reason:
            series = f'alert_router_alerts_rejected_total{{reason="{row.reason}",source="alertmanager"}}'
            assert house.metric(series) == 1
        assert (await house.post(PATH, GOOD))[0] == 202, "the door no longer works"


async def test_what_is_not_understood_is_accepted_and_counted():
    """A retry cannot help: 202 with quarantined 1, and nothing for the sender to punish."""
    async with open_door() as house:
        answer = await house.post(PATH, b"{}")
        assert answer == (202, {"accepted": 0, "duplicates": 0, "incidents": [], "quarantined": 1})


async def test_50_000_labels_are_cut_to_the_cap():
    """Over the cap is cut and marked, never dropped."""
    async with open_door() as house:
        await house.post(PATH, many_labels(50_000))
        assert len(house.shelf.alerts[0].labels) == 64


async def test_wrong_credentials_come_before_the_body():
    """Nobody unknown gets as far as sending a body: 401, nothing read, nothing kept."""
    async with open_door(config_of(alertmanager=Auth(bearer=("token",)))) as house:
        answer = await house.raw(
            b"POST /webhook/alertmanager HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            b"Content-Length: 2\r\nConnection: close\r\n\r\n{}"
        )
        assert answer.startswith(b"HTTP/1.1 401 ")
        assert house.cellar.kept == []


async def test_an_announced_size_over_the_limit_is_refused_at_once():
    """413 before a byte of the body, announced in quarantine because its sender will not send it again."""
    async with open_door(limits=LIMITS) as house:
        answer = await house.raw(
            b"POST /webhook/alertmanager HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            b"Content-Length: 99999999\r\n\r\n"
        )
        assert answer.startswith(b"HTTP/1.1 413 ")
        assert [(raw, problem[:16]) for _, raw, problem in house.cellar.kept] == [(b"", "the body is over")]


async def test_a_size_that_was_not_announced_is_counted():
    """A chunked body is refused where it crosses the limit; what had come is kept."""
    async with open_door(limits=LIMITS) as house:
        head = (
            b"POST /webhook/alertmanager HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n"
        )
        answer = await house.raw(head, b"2000\r\n" + b"a" * 0x2000 + b"\r\n")
        assert answer.startswith(b"HTTP/1.1 413 ")
        assert house.cellar.kept[0][1].startswith(b"aaaa")


async def test_a_slow_body_is_408():
    """The body as a whole has a deadline, however steadily it trickles; the connection is closed."""
    async with open_door(limits=LIMITS) as house:
        answer = await house.raw(
            b"POST /webhook/alertmanager HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            b"Content-Length: 100\r\n\r\n",
            b'{"alerts": ',
        )
        assert answer.startswith(b"HTTP/1.1 408 ")
        assert b'"error"' in answer
        assert house.cellar.kept == []


async def test_bodies_share_one_budget():
    """More bytes under way than all bodies together may have: 503, and the room is free again afterwards."""
    limits = Limits(in_flight_bytes=1000, linger_s=0.05)
    async with open_door(limits=limits) as house:
        assert (await house.post(PATH, GOOD + b" " * 1000))[0] == 503
        assert (await house.post(PATH, GOOD))[0] == 202
        assert house.metric('alert_router_alerts_rejected_total{reason="overloaded",source="alertmanager"}') == 1


async def test_a_large_body_is_parsed_beside_the_loop():
    """A body above the threshold is read in a thread, with the same result and the same complaints."""
    async with open_door(limits=Limits(off_loop_bytes=10)) as house:
        assert (await house.post(PATH, GOOD))[0] == 202
        status, answer = await house.post(PATH, GOOD[:-1])
        assert (status, len(house.cellar.kept)) == (400, 1)
        assert "not JSON" in str(answer)


def test_the_table_is_the_one_in_the_documentation():
    """Every row of docs/http.md is a row here, and every row here stands there."""
    page = (Path(__file__).parent.parent / "docs" / "http.md").read_text(encoding="utf-8")
    table = page.split("## Bad input")[1].split("\n## ")[0]
    written = [line.split("|")[1].strip() for line in table.splitlines() if line.startswith("| ")]
    assert set(written[1:]) == {*ROWS, *OTHERS}


OTHERS = {
    "wrong credentials",
    "two Authorization headers",
    "credentials that are not text",
    "over the size limit, not announced",
    "slow body",
    "slow head",
    "too many bytes under way",
    "too many requests under way",
    "broken chunk",
    "connection lost within the body",
    "two different lengths",
    "length and chunked",
    "not HTTP",
    "an answer that nobody reads",
}
"""Rows that need a socket of their own: the other tests here, in test_web_webhook and in test_web_connection."""
