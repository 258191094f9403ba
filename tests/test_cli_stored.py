"""How commands come to what the router has stored: Redis, the embedded Valkey of a router that runs, or their own."""

import asyncio
import signal
from pathlib import Path

import pytest

from router.cli import running
from router.cli.stored import opened
from router.config.environment import read
from router.errors import UnavailableError
from router.state import keys
from router.state.connect import connect
from tests.support.state import State, start_valkey


async def fill(folder: Path, schema: int | None = 1) -> None:
    """What a router leaves behind."""
    server = await start_valkey(folder)
    client = connect(server.url)
    if schema is not None:
        await client.set(keys.SCHEMA, schema)
    await client.aclose()
    await server.stop()


def environment(folder: Path, redis_url: str = "") -> dict[str, str]:
    return {"ROUTER_DATA_DIR": str(folder), "REDIS_URL": redis_url}


async def test_redis_is_taken_where_it_is_named(state: State, tmp_path: Path) -> None:
    await state.client.set(keys.SCHEMA, 1)
    async with opened(read(environment(tmp_path / "data", state.url))) as stored:
        assert await stored.scripts.read([("GET", keys.SCHEMA)]) == [b"1"]
        assert abs(stored.clock.now() - (await state.client.time())[0]) < 5
    assert not (tmp_path / "data").exists()


async def test_a_folder_without_a_running_server_has_one_for_as_long_as_it_takes(tmp_path: Path) -> None:
    await fill(tmp_path)
    async with opened(read(environment(tmp_path))) as stored:
        assert await stored.scripts.read([("GET", keys.SCHEMA)]) == [b"1"]
    await fill(tmp_path)


async def test_a_running_server_is_shared_and_left_alone(tmp_path: Path) -> None:
    await fill(tmp_path)
    server = await start_valkey(tmp_path)
    async with opened(read(environment(tmp_path))):
        pass
    async with opened(read(environment(tmp_path))) as stored:
        assert await stored.scripts.read([("GET", keys.SCHEMA)]) == [b"1"]
    await server.stop()


async def test_the_address_of_a_server_that_is_gone_misleads_nobody(tmp_path: Path) -> None:
    await fill(tmp_path)
    (tmp_path / "address").write_text(str(tmp_path / "valkey.sock"))
    async with opened(read(environment(tmp_path))) as stored:
        assert await stored.scripts.read([("GET", keys.SCHEMA)]) == [b"1"]
    assert not (tmp_path / "address").exists()


async def test_where_nothing_is_nothing_is_made(tmp_path: Path) -> None:
    with pytest.raises(
        UnavailableError, match=r"no router has stored anything in .*data: run `alert-router serve` first"
    ):
        async with opened(read(environment(tmp_path / "data"))):
            raise AssertionError("it was opened")
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    ("schema", "said"), [(None, "no router has stored anything"), (7, "is of schema 7, this command reads 1")]
)
async def test_data_of_others_is_not_read(tmp_path: Path, schema: int | None, said: str) -> None:
    await fill(tmp_path, schema)
    with pytest.raises(UnavailableError, match=said):
        async with opened(read(environment(tmp_path))):
            raise AssertionError("it was opened")
    await fill(tmp_path)


def test_ctrl_c_stops_the_server_that_was_started(tmp_path: Path) -> None:
    """Also while something computes, which waits for nothing."""
    asyncio.run(fill(tmp_path))

    async def work() -> None:
        async with opened(read(environment(tmp_path))):
            signal.raise_signal(signal.SIGINT)

    async def wait() -> None:
        async with opened(read(environment(tmp_path))):
            asyncio.get_running_loop().call_soon(signal.raise_signal, signal.SIGINT)
            await asyncio.sleep(60)

    for each in (work, wait):
        with pytest.raises(KeyboardInterrupt):
            running.run(each())
        asyncio.run(fill(tmp_path))
