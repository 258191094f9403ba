"""What the archive makes of the log: rows of older versions, rows that make no sense, how long everything is kept."""

import asyncio

import orjson
import pytest

from router.state import keys
from router.state.history import days
from router.state.history.archive import Archived
from router.state.history.hearing import hear
from router.state.history.pending import pending
from tests.support.history import (
    KEEP_S,
    LATER,
    archive,
    burning,
    end,
    happen,
    history,
    logged,
    names,
    number,
    settle,
    silence,
    wolf,
)  # fmt: skip
from tests.support.state import KEY, START, State, make_alert

DAY = "2026-05-28"


async def test_rows_of_older_versions_are_taken_as_they_are(state: State) -> None:
    """Without class nobody knows which SLOs covered it; without a time their id tells their age."""
    await happen(state, 2)
    for prefix in keys.PREFIXES:
        for name, fields in await state.client.xrange(prefix + "log"):
            await state.client.xdel(prefix + "log", name)
            del fields[b"class"], fields[b"at"]
            await state.client.xadd(prefix + "log", fields)
    now = (await state.client.time())[0]
    assert (await archive(state.scripts).turn(now + 1, KEEP_S)).rows == 0
    assert (await archive(state.scripts).turn(now + 130, KEEP_S)).rows == 2
    firings = await history(state.scripts).between(START, LATER)
    assert [(*names([each]), each.slos) for each in firings] == [(0, ()), (1, ())]


def row(**fields: str | bytes) -> dict[str, str | bytes]:
    """A firing's row; `fields` replace what is right."""
    right = {"kind": "firing", "fp": "a", "record": record(), "body": "{}", "incident": "E", "meta": "{}", "class": ""}
    return {**right, **fields}


def record(outcome: str = "page", at: str = "1") -> str:
    return f"r|1|1|2|h|c|{at}|{outcome}|x||0||||"


def act(**fields: object) -> dict[str, str | bytes]:
    right = {"incident": "E", "deed": "wolf", "at": 1}
    return {"kind": "act", "entry": orjson.dumps({**right, **fields})}


BAD = [
    {"kind": "firing"},
    row(record="f|1"),
    row(fp=b"\xff"),
    row(record=record("nonsense")),
    row(record=record(at="nan")),
    row(record=record(at="1e300")),
    row(record=record(at="-1")),
    row(body="[]"),
    row(body="{"),
    row(meta="[1]"),
    row(**{"class": "[]"}),
    row(body='{"labels": {"a": 1}}'),
    row(body='{"labels": []}'),
    row(body='{"rule": []}'),
    {"kind": "act"},
    {"kind": "act", "entry": "{}"},
    {"kind": "act", "entry": "[]"},
    act(deed="dance"),
    act(at=1e300),
    act(at="soon"),
]


async def test_a_row_that_cannot_be_understood_goes_aside_with_the_reason(state: State) -> None:
    """It stops nothing, and lists are not harmed by it either."""
    for n, bad in enumerate(BAD):
        await state.client.xadd(keys.PREFIXES[n % 16] + "log", {**bad, "at": str(START)})
    await happen(state, 3)
    assert names(await history(state.scripts).between(START, LATER)) == [0, 1, 2]
    assert await archive(state.scripts).turn(LATER, KEEP_S) == Archived(rows=3, aside=len(BAD))
    assert await archive(state.scripts).turn(LATER, KEEP_S) == Archived(aside=len(BAD))
    kept = [each for prefix in keys.PREFIXES for _, each in await state.client.xrange(prefix + "aside")]
    assert len(kept) == len(BAD)
    assert all(each[b"problem"] for each in kept)
    assert names(await history(state.scripts).between(START, LATER)) == [0, 1, 2]


async def test_a_day_goes_when_its_time_is_over_and_acts_outlive_their_firings(state: State) -> None:
    await happen(state, 1)
    claim = await settle(state, LATER, key="k0")
    await settle(state, LATER + 99, key="k0", deeds=[wolf(claim.incident.id)])
    assert await archive(state.scripts).turn(LATER, KEEP_S) == Archived(rows=1, acts=1)
    firings, acts = [await state.client.ttl(name(DAY)) for name in (keys.firings_of, keys.acts_of)]
    assert KEEP_S - 10 < firings <= KEEP_S
    assert acts > 1.9 * KEEP_S
    # A firing of that day that ends later keeps the day up; one that is archived with a shorter time does not cut it.
    await state.client.expire(keys.firings_of(DAY), 100)
    await happen(state, 1, first=1)
    await archive(state.scripts).turn(LATER, 1_000.0)
    assert 990 < await state.client.ttl(keys.firings_of(DAY)) <= 1_000
    await happen(state, 1, first=2)
    await archive(state.scripts).turn(LATER, 500.0)
    assert await state.client.ttl(keys.firings_of(DAY)) > 900
    await state.client.delete(keys.firings_of(DAY), keys.acts_of(DAY))
    await archive(state.scripts).turn(LATER, KEEP_S)
    assert await days.Days(state.scripts).known() == []


async def test_the_log_is_shortened_only_behind_what_is_archived(state: State, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("router.state.history.archive.LOG_MOST", 1)
    entries = [number(n, key=KEY) for n in range(6)]
    await state.store(*entries)
    await settle(state, START)
    for n in range(4):
        await end(state, n, START + 1, key=KEY)
    young = START + 500
    for n in (4, 5):
        await state.store(number(n, key=KEY, status=make_alert().status.RESOLVED, ends_at=young), now=young)
    found = await archive(state.scripts).turn(young + 60, KEEP_S)
    assert (found.rows, found.waiting, await logged(state)) == (4, 2, 2)
    assert names(await history(state.scripts).between(0, LATER)) == list(range(6))
    assert (await archive(state.scripts).turn(young + 600, KEEP_S)).rows == 2
    assert await logged(state) == 1
    assert names(await history(state.scripts).between(0, LATER)) == list(range(6))


async def test_what_is_archived_and_a_month_old_leaves_the_log(state: State, monkeypatch: pytest.MonkeyPatch) -> None:
    """All but the last row that is archived."""
    await state.store(*(number(n, key=KEY) for n in range(4)))
    await settle(state, START)
    for n in range(3):
        await end(state, n, START + 1, key=KEY)
    await archive(state.scripts).turn(LATER, KEEP_S)
    assert await logged(state) == 3
    monkeypatch.setattr("router.state.history.archive.LOG_KEEP_S", -2.0)
    await end(state, 3, START + 1, key=KEY)
    assert (await archive(state.scripts).turn(LATER, KEEP_S)).rows == 1
    assert await logged(state) == 1
    assert (await archive(state.scripts).turn(LATER, KEEP_S)).waiting == 0


FILL = """
for n = 1, tonumber(ARGV[1]) do redis.call('XADD', KEYS[1], '*', 'kind', ARGV[2], 'entry', '{}') end
"""


async def test_a_log_that_nobody_archives_is_capped_and_what_that_costs_is_counted(state: State) -> None:
    """100,000 rows in a partition: then the oldest goes, counted unless it was a mere decision."""
    log = keys.prefix(keys.partition_of(KEY)) + "log"
    await state.store(*(number(n, key=KEY) for n in range(3)))
    await settle(state, START)
    await end(state, 0, START + 1, key=KEY)
    await state.client.eval(FILL, 1, log, 99_999, "decision")
    await end(state, 1, START + 2, key=KEY)
    assert await state.client.xlen(log) == 100_000
    found = await archive(state.scripts).turn(LATER, KEEP_S)
    assert (found.rows, found.lost, found.waiting) == (1, 1, 0)
    assert await state.client.xlen(log) == 20_000
    await state.client.eval(FILL, 1, log, 80_000, "decision")
    await end(state, 2, START + 3, key=KEY)
    found = await archive(state.scripts).turn(LATER, KEEP_S)
    assert (found.rows, found.lost, found.waiting) == (1, 1, 0), "what is archived goes first, and costs nothing"


async def test_rows_that_are_no_firings_fill_a_batch_too(state: State, monkeypatch: pytest.MonkeyPatch) -> None:
    """What Redis counts in one script call is bounded, whatever the log is full of; nothing is left out by that."""
    monkeypatch.setattr("router.state.history.archive.BATCH", 7)
    key = keys.PREFIXES[keys.partition_of(KEY)] + "log"
    for _ in range(60):
        await state.client.xadd(key, {"kind": "decision", "entry": "{}"})
    await happen(state, 3)
    assert await archive(state.scripts).turn(LATER, KEEP_S) == Archived(rows=3)
    assert names(await history(state.scripts, silence).between(0, LATER)) == [0, 1, 2]


async def test_whoever_else_waits_is_served_while_many_firings_are_heard(state: State) -> None:
    """Ten thousand of them take a while; alerts come in meanwhile."""
    await happen(state, 1)
    [story] = (await pending(state.scripts)).stories.values()
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    waiting = asyncio.create_task(others())
    assert len(await hear([story] * 2_000, burning, LATER)) == 2_000
    waiting.cancel()
    assert turns >= 10


async def test_a_redis_at_its_memory_limit_still_archives(state: State) -> None:
    """It makes the log shorter; without it the log would grow on, for looks end firings over the limit too."""
    await happen(state, 3)
    await state.client.config_set("maxmemory", 1)
    try:
        assert await archive(state.scripts).turn(LATER, KEEP_S) == Archived(rows=3)
    finally:
        await state.client.config_set("maxmemory", 0)
    assert names(await history(state.scripts, silence).between(0, LATER)) == [0, 1, 2]
