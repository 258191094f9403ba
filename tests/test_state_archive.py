"""The archive takes what is over out of the log, exactly once, whatever dies and whoever else is at it."""

import asyncio

import pytest

from router.gate import Outcome, Reason
from router.incident import Deed, Settle
from router.noise.values import Heard
from router.slo.verdict import Verdict
from router.state import keys
from router.state.acts import Acts, Put
from router.state.history import days
from router.state.history.archive import Archived
from tests.support.history import (
    CLASS,
    HOLD,
    KEEP_S,
    LATER,
    Interrupted,
    Killed,
    archive,
    die,
    happen,
    history,
    names,
    number,
    settle,
    silence,
    wolf,
)  # fmt: skip
from tests.support.state import KEY, START, State, make_act, make_alert

DAY = "2026-05-28"


async def test_what_is_over_is_moved_with_what_its_slos_said(state: State) -> None:
    await happen(state, 3)
    assert await archive(state.scripts).turn(LATER, KEEP_S) == Archived(rows=3)
    first, second, third = await history(state.scripts, silence).between(START, LATER)
    assert names([first, second, third]) == [0, 1, 2]
    assert first.slos == (Heard("checkout", Verdict.THREAT_PAGE, START + 20, START + 40),)
    assert (first.outcome, first.reason, first.receiver) == (Outcome.PAGE, "threat_page", "sre")
    assert (first.started_at, first.ended_at, first.notified_at) == (START, START + 60, START + 5)
    assert first.labels == {"alertname": "HighErrors", "service": "checkout"}
    assert first.group_wait_s == 10.0
    assert first.labels is third.labels


async def test_what_is_younger_than_two_minutes_waits_for_the_minute_of_its_slos(state: State) -> None:
    await happen(state, 2)
    written = START + 61
    for now, moved, waiting in ((written + 119, 0, 2), (written + 121, 1, 1), (written + 131, 1, 0)):
        found = await archive(state.scripts).turn(now, KEEP_S)
        assert (found.rows, found.waiting) == (moved, waiting)


async def test_a_writer_whose_clock_is_far_ahead_does_not_stop_the_archive(state: State) -> None:
    await happen(state, 1)
    assert (await archive(state.scripts).turn(START - 3_600, KEEP_S)).rows == 1


async def test_twice_changes_nothing(state: State) -> None:
    await happen(state, 5)
    await archive(state.scripts).turn(LATER, KEEP_S)
    before = await state.client.hgetall(keys.firings_of(DAY))
    for prefix in keys.PREFIXES:
        await state.client.hdel(prefix + "arc", "id", "kept")
    assert (await archive(state.scripts).turn(LATER, KEEP_S)).rows == 0
    assert await state.client.hgetall(keys.firings_of(DAY)) == before
    assert names(await history(state.scripts).between(START, LATER)) == [0, 1, 2, 3, 4]


async def test_an_archivist_that_dies_anywhere_loses_and_doubles_nothing(state: State) -> None:
    """Killed before each of its calls in turn, and the next one goes on; with firings, acts and a bad row."""
    call, done = 1, False
    while not done:
        await state.client.flushall()
        await happen(state, 3)
        claim = await settle(state, LATER, key="k1")
        assert await Acts(state.scripts).put("k1", make_act(claim.incident.id, deed=Deed.WOLF), START) is Put.STORED
        await settle(state, LATER + 99, key="k1", deeds=[wolf(claim.incident.id)], acts_taken=1)
        await state.client.xadd(keys.PREFIXES[3] + "log", {"kind": "firing", "at": str(START)})
        dying = Interrupted(state, call, die)
        try:
            await archive(dying, "dying").turn(LATER, KEEP_S)
        except Killed:
            await state.client.delete(keys.lease("archive"))
        done, call = dying.over, call + 1
        found = await archive(state.scripts, "heir").turn(LATER, KEEP_S) if not done else None
        assert found is None or (found.waiting, found.aside, found.lost) == (0, 1, 0)
        firings = await history(state.scripts).between(START, LATER)
        assert names(firings) == [0, 1, 2], call
        assert [each.mark for each in firings] == [None, "wolf", None]
    assert call > 15


async def test_two_archivists_at_once_move_everything_once(state: State) -> None:
    """The lease keeps them apart; where it does not (a pause longer than the lease), compare-and-set does."""
    await happen(state, 20)
    both = [archive(state.scripts, owner) for owner in "ab"]
    found = await asyncio.gather(*(each.turn(LATER, KEEP_S) for each in both))
    assert sorted(each.rows for each in found) == [0, 20]
    await happen(state, 20, first=20)
    zombie, call, done = archive(state.scripts, "zombie"), 1, False

    async def overtake() -> None:
        await state.client.delete(keys.lease("archive"))
        await zombie.turn(LATER, KEEP_S)
        await state.client.delete(keys.lease("archive"))

    while not done:
        slow = Interrupted(state, call, overtake)
        await archive(slow, "slow").turn(LATER, KEEP_S)
        await happen(state, 1, first=40 + call)
        done, call = slow.over, call + 1
        await state.client.delete(keys.lease("archive"))
        firings = names(await history(state.scripts).between(START, LATER))
        assert firings == [*range(40), *range(41, 40 + call)]


async def test_only_the_holder_of_the_lease_archives(state: State) -> None:
    await happen(state, 1)
    await state.scripts.run("lease", [keys.lease("archive")], ["another", 60_000])
    assert await archive(state.scripts).turn(LATER, KEEP_S) == Archived(waiting=1)


async def test_many_firings_of_a_rule_in_a_day_are_kept_in_parts(state: State, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(days, "PART_MOST", 4)
    for turn in range(5):
        await happen(state, 5, first=5 * turn)
        await archive(state.scripts).turn(LATER, KEEP_S)
    assert len(await state.client.hkeys(keys.firings_of(DAY))) > 4
    read = history(state.scripts)
    assert names(await read.between(START, LATER)) == list(range(25))
    assert names(await read.newest(("alertmanager", "HighErrors"), LATER, 99)) == list(range(24, -1, -1))
    assert await read.rules(START, LATER) == [("alertmanager", "HighErrors")]
    for prefix in keys.PREFIXES:
        await state.client.hdel(prefix + "arc", "id", "kept")
    await archive(state.scripts).turn(LATER, KEEP_S)
    assert names(await read.between(START, LATER)) == list(range(25)), "moved twice, told once"


async def test_a_blob_that_cannot_be_read_is_left_alone_and_stops_nothing(state: State) -> None:
    """It may be of a newer version: it is kept beside, and the day goes on."""
    await happen(state, 2)
    await archive(state.scripts).turn(LATER, KEEP_S)
    [field] = await state.client.hkeys(keys.firings_of(DAY))
    before = await state.client.hget(keys.firings_of(DAY), field)
    await state.client.hset(keys.firings_of(DAY), field, b"\x07" + before[1:])
    assert await history(state.scripts).between(START, LATER) == []
    await happen(state, 2, first=2)
    await archive(state.scripts).turn(LATER, KEEP_S)
    assert names(await history(state.scripts).between(START, LATER)) == [2, 3]
    stored = await state.client.hgetall(keys.firings_of(DAY))
    assert stored[b'["alertmanager","HighErrors",1]'] == b"\x07" + before[1:]
    await state.client.hset(keys.firings_of(DAY), '["alertmanager","HighErrors",1]', before)
    assert names(await history(state.scripts).between(START, LATER)) == [0, 1, 2, 3]


async def test_a_source_that_says_impossible_times_is_not_believed(state: State) -> None:
    """It began when it came; nothing ends before it begins; no day is made up."""
    for n, (starts, ends) in enumerate(
        [
            (-62_135_596_800.0, START + 5),
            (None, START + 5),
            (9e11, START + 5),
            (START + 4, START - 50),
            (0.0, START + 5),
        ]
    ):
        await state.store(number(n, starts_at=starts), now=START)
        await settle(state, START + 1, key=f"k{n}")
        gone = number(n, status=make_alert().status.RESOLVED, starts_at=starts, ends_at=ends)
        await state.store(gone, now=START + 6)
    await state.incidents.expire(START + 900)
    await archive(state.scripts).turn(LATER, KEEP_S)
    found = {names([each])[0]: each for each in await history(state.scripts).between(-1e12, 1e12)}
    starts = {n: each.started_at for n, each in found.items()}
    assert starts == {0: START, 1: START, 2: START, 3: START + 4, 4: 0.0}
    assert all(each.ended_at is None or each.ended_at >= each.started_at for each in found.values())


async def test_no_two_firings_of_an_alert_are_taken_for_one(state: State) -> None:
    """Requests that are written together have one instant; still each firing has its own."""
    firing, gone = number(1, starts_at=None), number(1, status=make_alert().status.RESOLVED, starts_at=None)
    for _ in range(4):
        await asyncio.gather(state.store(firing), state.store(gone), state.store(firing), state.store(gone))
    tally = await state.board.tally()
    await settle(state, START, HOLD, key="k1")
    before = await history(state.scripts).between(0, LATER)
    await archive(state.scripts).turn(LATER, KEEP_S)
    after = await history(state.scripts).between(0, LATER)
    assert len(before) == len(after) == tally["opened"] > 1


async def test_the_event_loop_goes_on_while_a_storm_is_archived(state: State) -> None:
    """2,000 firings of one rule: nothing waits longer than 100 ms."""
    await state.store(*(number(n, key=KEY, starts_at=START + n / 10) for n in range(2_000)))
    await settle(state, START + 1, Settle(CLASS, Outcome.DROP, Reason.NEVER_THREATENED))
    gone = make_alert().status.RESOLVED
    await state.store(
        *(number(n, key=KEY, status=gone, starts_at=START + n / 10, ends_at=START + 300) for n in range(2_000))
    )
    longest = 0.0
    loop = asyncio.get_running_loop()
    turn = asyncio.create_task(archive(state.scripts).turn(LATER, KEEP_S))
    while not turn.done():
        before = loop.time()
        await asyncio.sleep(0)
        longest = max(longest, loop.time() - before)
    assert (await turn).rows == 2_000
    assert longest < 0.1
    assert len(await history(state.scripts).between(START, LATER)) == 2_000
