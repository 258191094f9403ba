"""Redis comes late, goes away, or is not fit: the router says so, answers 503, and goes on by itself."""

import asyncio
import os
import signal
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.programs import need
from tests.support.prometheus import free_port
from tests.support.serving import Serve, firing, write_config
from tests.support.waiting import until


class RedisServer:
    """Debian's redis-server on a port of its own; its append-only file survives `stop`."""

    def __init__(self, folder: Path) -> None:
        self.program = need("redis-server", "redis-server")
        self.folder = folder
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None
        folder.mkdir()

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self, *settings: str) -> None:
        command = [self.program, "--port", str(self.port), "--dir", str(self.folder), "--appendonly", "yes", *settings]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen([*command, "--save", ""], stdout=log, stderr=log)

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(timeout=10)


@pytest.fixture
async def serve(tmp_path: Path) -> AsyncIterator[Serve]:
    router = Serve(write_config(tmp_path), tmp_path / "data")
    yield router
    if router.process is not None and router.process.poll() is None:
        await asyncio.to_thread(router.stop)


@pytest.fixture
async def redis(tmp_path: Path) -> AsyncIterator[RedisServer]:
    server = RedisServer(tmp_path / "redis")
    yield server
    await asyncio.to_thread(server.stop)


async def test_a_killed_embedded_server_is_revived_and_nothing_is_forgotten(serve: Serve) -> None:
    """Senders get 503 with Retry-After until it is back; what was accepted before is known after; no restart."""
    await serve.start()
    await serve.send(firing("Before"))
    [first] = serve.servers()
    os.kill(first, signal.SIGSTOP)  # it answers nothing, which gives the time to see the 503
    status, _ = await serve.send(firing("Meanwhile"))
    assert status == 503
    report = await serve.get("/readyz")
    assert (report["ready"], report["redis"]["ok"], report["stopping"]) == (False, False, False)
    assert report["redis"]["problem"].startswith("Redis cannot serve now (unreachable)")
    os.kill(first, signal.SIGKILL)
    await until(serve.ready, "it is ready again", 10)
    assert (await serve.send(firing("Before")))[1]["duplicates"] == 1
    await until(lambda: _sent(serve, "Meanwhile"), "what was refused is accepted", 5)
    [second] = serve.servers()
    assert second != first
    assert len(serve.lines("embedded_valkey_died")) == 1
    assert await asyncio.to_thread(serve.end) == 0
    await until(lambda: not serve.left(), "nothing is left", 5)


async def _sent(serve: Serve, name: str) -> bool:
    return (await serve.send(firing(name)))[0] == 202


async def test_listens_while_redis_is_away_and_is_ready_once_it_comes(serve: Serve, redis: RedisServer) -> None:
    serve.environment["REDIS_URL"] = redis.url
    serve.spawn()
    report = await until(lambda: _report(serve), "it listens", 15)
    assert (report["ready"], report["redis"]["ok"]) == (False, False)
    assert (await serve.send(firing()))[0] == 503
    redis.start()
    await until(serve.ready, "it is ready", 10)
    assert (await serve.send(firing()))[0] == 202
    await until(lambda: "HighErrorRate" in serve.shown, "the message is shown", 5)
    redis.stop()
    await until(lambda: _refused(serve), "it refuses while Redis is away", 10)
    redis.start()
    await until(serve.ready, "it is ready again", 10)
    assert (await serve.send(firing()))[1]["duplicates"] == 1
    assert await asyncio.to_thread(serve.end) == 0
    assert serve.shown.count("new message") == 1
    assert not (serve.data / "valkey.log").exists()


async def _report(serve: Serve) -> dict[str, dict[str, object]] | None:
    try:
        report: dict[str, dict[str, object]] = await serve.get("/readyz")
    except OSError:
        return None
    return report


async def _refused(serve: Serve) -> bool:
    return (await serve.send(firing()))[0] == 503 and not await serve.ready()


async def test_an_outage_is_told_now_and_then_and_not_at_every_attempt(serve: Serve, redis: RedisServer) -> None:
    """Loops try again every second or faster; people read one line for each, and one when it is over."""
    serve.environment["REDIS_URL"] = redis.url
    redis.start()
    await serve.start()
    redis.stop()
    await until(lambda: len(serve.lines("loop_postponed")) >= 2, "loops notice", 15)
    before = len(serve.said.splitlines())
    await asyncio.to_thread(_wait_for_attempts, serve)
    assert len(serve.said.splitlines()) - before < 15
    redis.start()
    await until(serve.ready, "it is ready again", 10)
    await until(lambda: serve.lines("loop_goes_on"), "loops go on", 10)


def _wait_for_attempts(serve: Serve) -> None:
    """Let the router refuse thirty webhooks, as senders keep coming."""
    asyncio.run(_thirty(serve))


async def _thirty(serve: Serve) -> None:
    for _ in range(30):
        assert (await serve.send(firing()))[0] == 503


async def test_a_redis_that_would_throw_alerts_away_is_refused_at_the_start(serve: Serve, redis: RedisServer) -> None:
    serve.environment["REDIS_URL"] = redis.url
    redis.start("--maxmemory-policy", "allkeys-lru", "--maxmemory", "100mb")
    await until(lambda: _listens(redis.port), "Redis listens", 10)
    code, said = await asyncio.to_thread(serve.fail)
    assert code == 1
    assert "error: maxmemory-policy is allkeys-lru" in said
    assert "CONFIG SET maxmemory-policy noeviction" in said


async def test_a_redis_that_becomes_unfit_makes_it_unready_until_it_is_mended(serve: Serve, redis: RedisServer) -> None:
    """It came back with another policy: that is told in /readyz, and the router waits for the mend."""
    serve.environment["REDIS_URL"] = redis.url
    serve.spawn()
    await until(lambda: _report(serve), "it listens", 15)
    redis.start("--maxmemory-policy", "allkeys-lru", "--maxmemory", "100mb")
    report = await until(lambda: _unfit(serve), "the policy is told", 10)
    assert report["ready"] is False
    _, writer = await asyncio.open_connection("127.0.0.1", redis.port)
    writer.write(b"CONFIG SET maxmemory-policy noeviction\r\n")
    await writer.drain()
    await until(serve.ready, "it is ready", 10)
    writer.close()


async def _unfit(serve: Serve) -> dict[str, dict[str, object]] | None:
    report = await _report(serve)
    return report if report is not None and "maxmemory-policy" in str(report["redis"]["problem"]) else None


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True
