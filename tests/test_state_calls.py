"""The smaller calls: pace, snapshots of SLOs, leases, the board, quarantine, the clock; on every kind of server."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from router.alert import Note, Status
from router.gate import Outcome, Reason
from router.incident import Settle
from router.slo.objective import Count, Ratio, Snapshot
from router.slo.verdict import Memory, Verdict
from router.state import board, keys
from router.state.clock import RedisClock
from router.state.connect import connect, inspect
from router.state.history import History
from router.state.pace import DEFAULT, POST, WORKSPACE_POSTS, Pace
from router.state.slos import Slos, Watched
from tests.support.cluster import run_cluster
from tests.support.state import KEY, START, State, entry, look, make_alert, open_state, state_on

PAGE = Settle(entry(make_alert()).class_id, Outcome.PAGE, Reason.THREAT_PAGE, START)
WATCHED = Watched(
    Snapshot("checkout", START, {"5m": Count(3.0, 1000.0), "1h": Ratio(0.25), "6h": None}, 3_456_000.0, 30.0, "", 12.5),
    Memory(Verdict.THREAT_PAGE, START - 60, START - 90),
    Verdict.THREAT_TICKET,
    START,
    threat_since=START - 100,
    gap=True,
    announced=True,
    blind_since=START - 5,
)


# --- everything once, on every kind of server


async def use_everything(state: State) -> None:
    """Accept, locate, list, look, wake, expire, audit, pace, leases, snapshots, quarantine, history, forget."""
    firing = [entry(make_alert(fingerprint=f"{n:032x}", expires_at=START + 50), f"k{n}") for n in range(40)]
    assert await state.store(*firing) == "N" * 40
    assert await state.store(*firing) == "D" * 40
    assert await state.board.locate([f"{7:032x}", "unknown"]) == {f"{7:032x}": ["k7"]}
    assert len(await state.board.alerts()) == 40
    assert await state.incidents.wake("checkout", START) == 40
    assert len(await state.incidents.due(START)) == len({keys.partition_of(f"k{n}") for n in range(40)})
    for partition in await state.incidents.due(START):
        for claim in await state.incidents.claim(partition, START, 50):
            settled = await state.incidents.commit(claim, look(START + 60, settle=[PAGE]), START)
            assert settled.counts == {(Outcome.PAGE, Reason.THREAT_PAGE): 1}
    assert await state.incidents.expire(START + 51) == 40
    audit = await state.board.audit(START + 52)
    assert (audit.unaccounted, audit.held, dict(audit.stages)) == (0, 0, {"watching": 40})
    assert (await state.board.tally())["o:page:threat_page"] == 40
    assert len([line for line in await state.board.log() if line["kind"] == "firing"]) == 40
    assert len(await History(state.scripts).firings()) == 40
    await state.slos.store(WATCHED)
    assert await state.slos.load(["checkout", "never measured"]) == {"checkout": WATCHED}
    assert await state.slos.hold_lease("evaluate", 10)
    pace = Pace(state.scripts, state.clock)
    assert await pace.take(POST, "C1") == 0.0
    await pace.freeze(POST, 5.0)
    assert await state.board.keep("datadog", b"raw", "no JSON") == 0
    assert len(await state.board.kept()) == 1
    assert abs(await RedisClock(state.scripts.client).sync()) < 5
    for partition in await state.incidents.due(START + 60):
        for claim in await state.incidents.claim(partition, START + 60, 50):
            await state.incidents.commit(claim, look(forget=True), START + 60)
    assert (await state.board.audit(START + 61)).stages == {}


async def test_on_valkey(state: State) -> None:
    await use_everything(state)


async def test_on_redis_seven_zero(redis_url: str) -> None:
    async with open_state(redis_url) as state:
        await use_everything(state)


@pytest.fixture(scope="module")
async def cluster_ports(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[list[int]]:
    async with run_cluster(tmp_path_factory.mktemp("cluster")) as ports:
        yield ports


async def test_on_a_cluster_of_three_at_both_levels(tmp_path: Path) -> None:
    """Every partition is one slot; nothing changes but the URL. A moved slot costs one more try."""
    async with run_cluster(tmp_path / "cluster") as ports:
        url = f"redis+cluster://127.0.0.1:{ports[0]},127.0.0.1:{ports[1]}"
        for durability in ("L1", "L2"):
            client = connect(url)
            await client.flushall(target_nodes="primaries")
            assert (await inspect(client, durability)).name == "Valkey"
            state = state_on(client, url, durability)
            await use_everything(state)
            await client.script_flush()
            assert await state.store(entry(make_alert("After a script flush"), "k99")) == "N"
            await client.aclose()
