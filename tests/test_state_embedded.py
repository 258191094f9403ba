"""The embedded Valkey: it keeps its data, it has one router, and it never outlives it."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from router.errors import UnavailableError
from router.state.connect import connect, inspect
from router.state.embedded import SOCKET_PATH_LIMIT, Embedded
from tests.support.state import KEY, START, entry, look, make_alert, state_on
from tests.support.waiting import until

ROUTER = """
import asyncio, sys
from pathlib import Path
from router.state.embedded import Embedded

async def main():
    server = Embedded(Path(sys.argv[1]))
    await server.start()
    print("started", flush=True)
    try:
        await asyncio.sleep(60)
    finally:
        await server.stop()

asyncio.run(main())
"""


pytestmark = pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks for left-over processes in /proc")


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Embedded]:
    embedded = Embedded(tmp_path / "data")
    await embedded.start()
    yield embedded
    await embedded.stop()


def pids(folder: Path, program: str = "") -> list[int]:
    """Processes that belong to a folder's server: itself ("valkey-server") and its watcher."""
    found = []
    for each in Path("/proc").iterdir():
        if each.name.isdigit() and int(each.name) != os.getpid():
            try:
                command, name = (each / "cmdline").read_bytes(), (each / "comm").read_text()
            except OSError:
                continue
            if os.fsencode(f"{folder}/valkey.sock") in command and name.startswith(program):
                found.append(int(each.name))
    return found


def signal_server(folder: Path, number: signal.Signals) -> None:
    [pid] = pids(folder, "valkey-server")
    os.kill(pid, number)


async def standing(url: str) -> int:
    client = connect(url)
    try:
        return len(await state_on(client, url).board.alerts())
    finally:
        await client.aclose()


async def store_one(url: str) -> None:
    client = connect(url)
    try:
        assert await state_on(client, url).store(entry(make_alert())) == "N"
    finally:
        await client.aclose()


async def test_the_server_is_a_valkey_that_keeps_an_append_only_file(server: Embedded) -> None:
    client = connect(server.url)
    found = await inspect(client, "L2")
    assert (found.name, found.warnings) == ("Valkey", ())
    assert found.persistence.startswith("L2")
    await client.aclose()


async def test_data_outlive_a_stop(server: Embedded) -> None:
    await store_one(server.url)
    await server.stop()
    await server.start()
    assert await standing(server.url) == 1


async def test_data_outlive_a_kill_of_the_server_and_the_same_client_goes_on(server: Embedded, tmp_path: Path) -> None:
    """kill -9, then a restart under the same address: nothing that was answered is lost, no new client is needed."""
    client = connect(server.url)
    state = state_on(client, server.url)
    await state.store(*(entry(make_alert(f"Rule{n}", fingerprint=f"{n:032x}")) for n in range(500)))
    signal_server(tmp_path / "data", signal.SIGKILL)
    await asyncio.wait_for(server.died(), 5)
    with pytest.raises(UnavailableError) as caught:
        await state.store(entry(make_alert()))
    assert caught.value.code == "unreachable"
    await server.start()
    assert len(await state.board.alerts()) == 500
    assert await state.store(entry(make_alert("Rule7", fingerprint=f"{7:032x}"))) == "D"
    assert state.writer.amnesia == 0
    await client.aclose()


async def test_a_server_that_still_loads_is_not_called_started(server: Embedded) -> None:
    """Starting returns when alerts can be stored, not when the socket answers LOADING."""
    client = connect(server.url)
    state = state_on(client, server.url)
    for turn in range(4):
        await state.store(
            *(entry(make_alert(fingerprint=f"{turn * 1000 + n:032x}"), f"k{n % 50}") for n in range(1000))
        )
    await server.stop()
    await server.start()
    assert await state.store(entry(make_alert(fingerprint=f"{5:032x}"), "k5")) == "D"
    await client.aclose()


async def test_a_second_router_on_the_same_folder_is_refused_with_what_to_do(server: Embedded, tmp_path: Path) -> None:
    loop = asyncio.get_running_loop()
    began = loop.time()
    with pytest.raises(UnavailableError, match=rf"process {os.getpid()}\).*ROUTER_DATA_DIR") as caught:
        await Embedded(tmp_path / "data").start()
    assert caught.value.code == "locked"
    assert loop.time() - began < 4
    assert await standing(server.url) == 0


async def test_a_folder_whose_data_are_broken_says_where_to_read(tmp_path: Path) -> None:
    """And leaves the folder free for the next try."""
    folder = tmp_path / "data"
    (folder / "appendonlydir").mkdir(parents=True)
    (folder / "appendonlydir" / "appendonly.aof.manifest").write_text("no manifest at all\n")
    for _ in range(2):
        with pytest.raises(UnavailableError, match=r"valkey\.log") as caught:
            await Embedded(folder).start()
        assert caught.value.code == "embedded"
    assert pids(folder) == []


async def test_a_long_path_works(tmp_path: Path) -> None:
    """A socket's address holds 108 bytes: the data stay in the folder, the socket stands elsewhere and goes away."""
    folder = tmp_path / ("long" * 30) / "data"
    assert len(str(folder)) > SOCKET_PATH_LIMIT
    server = Embedded(folder)
    await server.start()
    await store_one(server.url)
    socket = Path(server.url.removeprefix("unix://"))
    await server.stop()
    assert not socket.parent.exists()
    assert (folder / "appendonlydir").is_dir()
    await server.start()
    assert await standing(server.url) == 1
    await server.stop()


async def test_only_the_owner_may_read_a_new_folder(server: Embedded, tmp_path: Path) -> None:
    assert (tmp_path / "data").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT], ids=["kill -9", "TERM", "Ctrl-C"])
async def test_the_server_ends_with_its_router(tmp_path: Path, number: signal.Signals) -> None:
    """Whatever ends the router, no server is left behind, the folder is free again, and the data are there."""
    folder = tmp_path / "data"
    router = await asyncio.create_subprocess_exec(
        sys.executable, "-c", ROUTER, str(folder), stdout=asyncio.subprocess.PIPE
    )
    assert router.stdout is not None
    assert await asyncio.wait_for(router.stdout.readline(), 10) == b"started\n"
    await store_one(f"unix://{folder}/valkey.sock")
    assert pids(folder)
    router.send_signal(number)
    await router.wait()
    await until(lambda: not pids(folder), "the server to end", 5)
    again = Embedded(folder)
    await again.start()
    assert await standing(again.url) == 1
    await again.stop()


async def test_a_stopped_server_is_ended_all_the_same(
    server: Embedded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SIGSTOP keeps it from hearing TERM."""
    monkeypatch.setattr("router.state.embedded.STOP_S", 0.3)
    signal_server(tmp_path / "data", signal.SIGSTOP)
    await asyncio.wait_for(server.stop(), 5)
    await until(lambda: not pids(tmp_path / "data"), "the watcher to end", 5)


async def test_looks_that_were_under_way_when_everything_died_come_again(server: Embedded, tmp_path: Path) -> None:
    """Server killed between claim and commit: the lease is in the file, and the incident is due after it."""
    client = connect(server.url)
    state = state_on(client, server.url, lease_s=0.1)
    await state.store(entry(make_alert()))
    claim = await state.claim()
    signal_server(tmp_path / "data", signal.SIGKILL)
    await server.died()
    await server.start()
    found = await until(
        lambda: state.another("next").claim(claim.partition, state.clock.advance(1), 1), "the lease to end", 5
    )
    assert found[0].incident.key == KEY
    assert (await state.incidents.commit(claim, look(), START)).fenced
    await client.aclose()
