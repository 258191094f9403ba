"""Snapshots of SLOs, leases, the board, quarantine, the clock; and everything once on every kind of server."""

from dataclasses import replace
from pathlib import Path

import pytest
from redis.asyncio import Redis

from router.alert import Note, Status
from router.slo.objective import Snapshot
from router.slo.verdict import Memory, Verdict
from router.state import board, keys
from router.state.clock import RedisClock
from router.state.connect import connect, inspect
from router.state.entries import unpack_record
from router.state.history import History
from router.state.slos import Slos, Watched
from tests.support.cluster import run_cluster
from tests.support.state import KEY, START, State, entry, look, make_alert, open_state, state_on
from tests.support.state_everything import PAGE, WATCHED, quieten_everything, use_everything
from tests.support.waiting import until

# --- everything once, on every kind of server


async def test_on_valkey(state: State) -> None:
    await use_everything(state)
    await quieten_everything(state)


async def test_on_redis_seven_zero(redis_url: str) -> None:
    async with open_state(redis_url) as state:
        await use_everything(state)
        await quieten_everything(state)


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
            await quieten_everything(state, durability)
            await client.script_flush()
            assert await state.store(entry(make_alert("After a script flush"), "k99")) == "N"
            await client.aclose()


@pytest.mark.parametrize("durability", ["L1", "L2"])
async def test_a_slot_that_moved_costs_one_more_try(tmp_path: Path, durability: str) -> None:
    """The client's map is old: the call is not stored elsewhere unconfirmed, the map is read anew, it goes on."""
    async with run_cluster(tmp_path / "cluster") as ports:
        client = connect(f"redis+cluster://127.0.0.1:{ports[0]}")
        state = state_on(client, "", durability)
        assert await state.store(entry(make_alert(), "k1")) == "N"
        slot = client.keyslot(keys.prefix(keys.partition_of("k2")) + "due")
        await move_slot(slot, ports)
        assert await state.store(entry(make_alert(), "k2")) == "N"
        await move_slot(client.keyslot(keys.prefix(keys.partition_of("k3")) + "due"), ports)
        assert (await state.board.audit(START)).unaccounted == 0
        await client.aclose()


async def move_slot(slot: int, ports: list[int]) -> None:
    """Give an empty slot to the next node; the others hear of it at once."""
    nodes = [Redis(host="127.0.0.1", port=port) for port in ports]
    names = [(await node.execute_command("CLUSTER", "MYID")).decode() for node in nodes]
    owner = min(slot * len(ports) // 16_384, len(ports) - 1)
    target = (owner + 1) % len(ports)
    for number in (target, owner, 3 - target - owner):
        await nodes[number].execute_command("CLUSTER", "SETSLOT", slot, "NODE", names[target])
    for node in nodes:
        await node.aclose()


# --- leases and snapshots


async def test_one_replica_holds_a_lease_and_renews_it(state: State) -> None:
    other = Slos(state.scripts, "other")
    assert await state.slos.hold_lease("evaluate:prometheus", 30)
    assert not await other.hold_lease("evaluate:prometheus", 30)
    assert await state.slos.hold_lease("evaluate:prometheus", 30)
    assert await other.hold_lease("evaluate:another", 30)


async def test_a_lease_that_is_not_renewed_passes_on(state: State) -> None:
    other = Slos(state.scripts, "other")
    assert await state.slos.hold_lease("evaluate", 0.05)
    assert await until(lambda: other.hold_lease("evaluate", 10), "the lease to end", 5)
    assert not await state.slos.hold_lease("evaluate", 10)


@pytest.mark.parametrize(
    "watched",
    [
        WATCHED,
        Watched(Snapshot("checkout", None, {}, error="no answer"), Memory(), Verdict.UNKNOWN, START),
        replace(WATCHED, memory=Memory(None, None, START), gap=False, threat_since=None),
    ],
    ids=["everything", "nothing", "some"],
)
async def test_a_snapshot_comes_back_as_it_was_stored(state: State, watched: Watched) -> None:
    await state.slos.store(watched)
    assert await state.slos.load(["checkout"]) == {"checkout": watched}
    assert await state.slos.load([]) == {}


# --- the board


async def test_listed_alerts_carry_everything(state: State) -> None:
    alert = make_alert(
        annotations={"summary": "2 % | failing\nlines 日本語"},
        generator_url="https://example.com/x",
        guide_url="https://guides.example.com/x",
        notes=(Note.TRUNCATED, Note.TEST),
        rule="A rule | with a bar",
    )
    await state.store(entry(alert))
    [standing] = await state.board.alerts()
    assert standing.alert == alert
    assert (standing.receiver, standing.outcome, standing.updated_at) == ("sre", "", START)
    assert standing.incident


async def test_the_log_tells_firings_when_they_are_over_and_settled(state: State) -> None:
    """Settled first or over first: one line for each firing, and decisions as they were made."""
    early, late = make_alert("Early", fingerprint="a" * 32), make_alert("Late", fingerprint="b" * 32)
    await state.store(entry(early), entry(late))
    await state.store(entry(replace(early, status=Status.RESOLVED, ends_at=START)))
    assert await state.board.log() == []
    await state.incidents.commit(await state.claim(), look(settle=[PAGE], log=[{"outcome": "page"}]), START)
    await state.store(entry(replace(late, status=Status.RESOLVED, ends_at=START + 9)))
    lines = await state.board.log()
    assert [line.get("fp", "decision")[0] for line in lines] == ["d", "a", "b"]
    assert {unpack_record(line["record"].encode()).outcome for line in lines[1:]} == {"page"}
    assert [line["rule"] for line in await History(state.scripts).firings()] == ["Early", "Late"]
    assert len(await state.board.log(limit=2)) == 2


async def test_history_tells_living_firings_and_those_that_wait_for_an_outcome(state: State) -> None:
    await state.store(entry(make_alert("Lives", fingerprint="a" * 32)), entry(make_alert("Over", fingerprint="b" * 32)))
    over = make_alert("Over", fingerprint="b" * 32, status=Status.RESOLVED, ends_at=START)
    await state.store(entry(over), entry(make_alert("Over", fingerprint="b" * 32, starts_at=START + 5)))
    found = await History(state.scripts).firings()
    assert sorted((each["rule"], each["fingerprint"][:2], each["ended_at"] is None) for each in found) == [
        ("Lives", "aa", True),
        ("Over", "bb", False),
        ("Over", "bb", True),
    ]


async def test_the_audit_finds_what_is_missing_and_mends_a_lost_wake_up(state: State) -> None:
    """A record that vanished is unaccounted; an incident without a due time gets one."""
    await state.store(entry(make_alert()), entry(make_alert("Second", fingerprint="b" * 32)))
    prefix = keys.prefix(keys.partition_of(KEY))
    await state.client.srem(f"{prefix}u:{KEY}:{entry(make_alert()).class_id}", "b" * 32)
    assert (await state.board.audit(START)).unaccounted == 1
    await state.client.zrem(f"{prefix}due", KEY)
    await state.board.audit(START + 5)
    assert await state.due() == START + 5
    assert (await state.board.audit(START + 65)).oldest_s == pytest.approx(60.0)


async def test_the_quarantine_keeps_the_newest_bodies_within_its_limits(
    state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(board, "QUARANTINE_ENTRIES", 5)
    gone = [await state.board.keep("datadog", f"body {n}".encode(), "no JSON") for n in range(8)]
    assert gone == [0] * 5 + [1, 2, 3]
    kept = await state.board.kept()
    assert [each.body for each in kept] == [f"body {n}".encode() for n in (7, 6, 5, 4, 3)]
    assert (kept[0].source, kept[0].problem, kept[0].size) == ("datadog", "no JSON", 6)


async def test_the_quarantine_never_outgrows_its_bytes(state: State, monkeypatch: pytest.MonkeyPatch) -> None:
    """One body is cut; all together stay below the cap, however large they are."""
    monkeypatch.setattr(board, "QUARANTINE_BYTES", 1_000)
    monkeypatch.setattr(board, "BODY_BYTES", 400)
    for _ in range(6):
        await state.board.keep("datadog", b"x" * 5_000, "no JSON")
    kept = await state.board.kept()
    assert [(len(each.body), each.size) for each in kept] == [(400, 5_000)] * 2
    assert int(await state.client.hget(keys.QUARANTINE_SUMS, "bytes")) == 800


async def test_the_clock_is_redis_own(state: State) -> None:
    clock = RedisClock(state.scripts.client)
    await clock.sync()
    seconds, micros = await state.client.time()
    assert abs(clock.now() - (seconds + micros / 1e6)) < 0.5
