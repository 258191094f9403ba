"""SLO minutes: the loudest of each is kept, folding loses and doubles nothing, long spans are one recording."""

import asyncio
from collections.abc import Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from router.errors import UnavailableError
from router.noise.threats import stretches
from router.noise.values import Sample, SloDay, Stretch
from router.slo.objective import PERIOD, WINDOWS, Count, Measured, Ratio, Snapshot
from router.slo.snapshot import snapshot_from_json
from router.slo.verdict import Cause, Memory, Verdict
from router.state import keys
from router.state.durable import Durable
from router.state.history.slos import AT_ONCE, Folded, SloHistory
from router.state.slos import Watched
from tests.support.state import State

DAY_S = 86_400.0
DAY = 20_700
"""2026-09-04 in UTC, a Friday."""
BEGIN = DAY * DAY_S
KEEP_S = 90 * DAY_S
SLO = "checkout-availability"
PAGE, TICKET, CALM, WATCH, BLIND = (
    Verdict.THREAT_PAGE, Verdict.THREAT_TICKET, Verdict.NO_THREAT, Verdict.WATCH, Verdict.UNKNOWN,
)  # fmt: skip


def watched(at: float, verdict: Verdict = CALM, bad: float = 3.0, slo: str = SLO, **fields: Any) -> Watched:
    windows: dict[str, Measured] = {name: Count(bad, length / 2) for name, length in WINDOWS.items()}
    usual: dict[str, Any] = {"windows": {**windows, PERIOD: Count(40 * bad, 1_296_000.0)}, "age_s": 3_456_000.0}
    snapshot = Snapshot(slo, **{"sampled_at": at - 5, "interval_s": 15.0, **usual, **fields})
    return Watched(snapshot, Memory(), verdict, at)


async def say(
    history: SloHistory, at: float, verdict: Verdict = CALM, left: float | None = 0.5, slo: str = SLO, **fields: Any
) -> None:
    await history.record([watched(at, verdict, slo=slo, **fields)], {slo: left}, at)


async def say_all(history: SloHistory, found: Sequence[tuple[float, Verdict]], slo: str = SLO) -> None:
    for number, (at, verdict) in enumerate(found):
        await say(history, at, verdict, 0.9 - number / 10_000, slo)


async def lines(history: SloHistory, start: float = BEGIN - DAY_S, end: float = BEGIN + 9 * DAY_S) -> list[Any]:
    return [line async for line in history.snapshots(SLO, start, end)]


async def everything(history: SloHistory) -> tuple[Any, ...]:
    """All that can be read of it."""
    zone, first, last = ZoneInfo("Asia/Kathmandu"), date(2026, 9, 2), date(2026, 9, 9)
    found = await history.stretches([SLO], BEGIN - DAY_S, BEGIN + 9 * DAY_S)
    return await lines(history), found[SLO], (await history.days([SLO], first, last, zone))[SLO]


@pytest.fixture
def history(state: State) -> SloHistory:
    return SloHistory(state.scripts)


# --- of each minute the loudest


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ([CALM, WATCH], 1),
        ([PAGE, CALM], 0),
        ([TICKET, PAGE, TICKET], 1),
        ([TICKET, BLIND], 0),
        ([BLIND, CALM], 1),
        ([PAGE, PAGE], 1),
    ],
    ids=["the newest", "a page stays", "a page over a ticket", "a ticket over unknown", "unknown is no threat", "ties"],
)
async def test_a_minute_keeps_its_loudest_threat_else_the_newest(
    history: SloHistory, said: list[Verdict], kept: int
) -> None:
    for number, verdict in enumerate(said):
        await say(history, BEGIN + 60 + 15 * number, verdict, left=0.1 * number)
    [line] = await lines(history)
    assert (line["at"], line["verdict"]) == (f"2026-09-04T00:01:{15 * kept:02d}Z", said[kept])
    assert line["budget_remaining"] == pytest.approx(0.1 * kept)


async def test_a_minute_begins_at_its_sixtieth_second(history: SloHistory) -> None:
    await say_all(history, [(BEGIN + 59.9, PAGE), (BEGIN + 60.0, CALM), (BEGIN + DAY_S - 0.01, WATCH)])
    assert [line["verdict"] for line in await lines(history)] == ["threat_page", "no_threat", "watch"]


async def test_the_same_minute_said_twice_is_one(history: SloHistory, state: State) -> None:
    for each in (history, SloHistory(state.scripts)):
        await say(each, BEGIN + 5, PAGE)
    assert len(await lines(history)) == 1


async def test_all_slos_of_a_tick_are_written_in_one_round_trip(history: SloHistory) -> None:
    before = history._durable.round_trips
    some = [watched(BEGIN, slo=f"slo-{number}") for number in range(20)]
    await history.record(some, {}, BEGIN)
    assert history._durable.round_trips - before <= 2  # the script may have to be sent first
    before = history._durable.round_trips
    await history.record(some, {}, BEGIN + 60)
    assert history._durable.round_trips - before == 1


async def test_nothing_judged_is_nothing_written(history: SloHistory, state: State) -> None:
    await history.record([], {}, BEGIN)
    assert await state.client.keys("ar:*") == []


# --- what a snapshot says is read back


async def test_a_snapshot_is_read_back_in_the_contract_s_shape(history: SloHistory) -> None:
    windows: dict[str, Measured] = {"5m": Count(3.14159265, 15_789.4737), "1h": None, PERIOD: Count(0.0, 129_600_123.0)}
    one = watched(BEGIN + 30.04, windows=windows, sampled_at=BEGIN + 22.01)
    await history.record([one], {SLO: 0.41234567}, BEGIN + 30.04, {SLO: Cause.LOW_EVIDENCE})
    [line] = await lines(history)
    assert line == {
        "slo": SLO,
        "at": "2026-09-04T00:00:30Z",
        "sampled_at": "2026-09-04T00:00:22Z",
        "age": "40d",
        "interval": "15s",
        "windows": {
            **dict.fromkeys(WINDOWS),
            "5m": {"bad": 3.14159, "total": 15_789.5},
            PERIOD: {"bad": 0.0, "total": 129_600_000.0},
        },
        "verdict": "no_threat",
        "cause": "low_evidence",
        "budget_remaining": 0.412346,
    }
    assert snapshot_from_json(SLO, line).windows["5m"] == Count(3.14159, 15_789.5)


async def test_what_could_not_be_read_says_why(history: SloHistory) -> None:
    one = watched(BEGIN, BLIND, windows={}, error="connection refused", sampled_at=None, age_s=None)
    await history.record([one], {}, BEGIN, {SLO: Cause.SOURCE_UNREACHABLE})
    [line] = await lines(history)
    assert (line["error"], line["cause"], line["sampled_at"]) == ("connection refused", "source_unreachable", None)
    assert "windows" not in line
    assert snapshot_from_json(SLO, line).error == "connection refused"


async def test_ratios_stay_ratios_and_numbers_that_are_none_are_absent(history: SloHistory) -> None:
    windows: dict[str, Measured] = {"5m": Ratio(0.01234567), "30m": Ratio(float("nan")), "1h": Count(1.0, float("inf"))}
    await history.record([watched(BEGIN, windows=windows, age_s=float("nan"))], {SLO: float("inf")}, BEGIN)
    for _ in range(2):
        [line] = await lines(history)
        assert [line["windows"][name] for name in ("5m", "30m", "1h")] == [{"ratio": 0.0123457}, None, None]
        assert (line["budget_remaining"], "age" in line) == (None, False)
        await history.compact(BEGIN + 2 * DAY_S, KEEP_S)


# --- folding


def restless(day: int = DAY, minutes: int = 1_440) -> list[tuple[float, Verdict]]:
    """A day of half-minutes with threats, blind spots and holes."""
    verdicts = (CALM, CALM, CALM, WATCH, TICKET, PAGE, CALM, BLIND)
    return [
        (day * DAY_S + 30 * half + half % 7 / 10, verdicts[half // 97 % len(verdicts)])
        for half in range(2 * minutes)
        if half % 500 not in range(100, 130)
    ]


async def test_folding_changes_nothing_that_is_read_and_neither_does_folding_twice(
    history: SloHistory, state: State
) -> None:
    await say_all(history, restless())
    await say_all(history, restless(DAY + 1, 30))
    before = await everything(history)
    now = BEGIN + DAY_S + 1_800
    folded = await history.compact(now, KEEP_S)
    assert (folded.days, folded.rows, folded.waiting) == (1, len(before[0]) - 30, 0)
    assert await everything(history) == before
    stored = await state.client.hgetall(keys.slo_day(SLO, DAY))
    assert set(stored) == {b"minutes", b"stretches", b"ends", b"rev", b"packed"}
    for again in (history, SloHistory(state.scripts)):
        assert await again.compact(now, KEEP_S) == Folded()
    assert await state.client.hgetall(keys.slo_day(SLO, DAY)) == stored
    assert await everything(history) == before


async def test_a_day_that_lasts_is_folded_by_the_hour(history: SloHistory, state: State) -> None:
    """At most an hour and a half stands unfolded, and nobody who reads can tell."""
    all_lines = []
    for at, verdict in restless():
        await say(history, at, verdict)
        if at % 600 < 30:
            await history.compact(at, KEEP_S)
            assert await state.client.hlen(keys.slo_day(SLO, DAY)) <= 4 + 90 + 12
    found = await everything(history)
    all_lines = found[0]
    assert len(all_lines) == len({int(at // 60) for at, _ in restless()})
    await history.compact(BEGIN + 2 * DAY_S, KEEP_S)
    assert await everything(history) == found


async def test_minutes_that_may_still_change_are_left(history: SloHistory, state: State) -> None:
    now = BEGIN + 6_000
    await say_all(history, [(BEGIN + 60 * minute, CALM) for minute in range(101)])
    assert (await history.compact(now, KEEP_S)).rows == 99
    left = [name for name in await state.client.hkeys(keys.slo_day(SLO, DAY)) if name.isdigit()]
    assert sorted(map(int, left)) == [99, 100]


class Fails(Durable):
    """Dies after the script, as a process does that is killed before it hears the answer."""

    async def run(self, name: str, key: str, arguments: Sequence[Any]) -> Any:
        await super().run(name, key, arguments)
        raise UnavailableError("killed")


class Interrupted(Durable):
    """Somebody else writes between the reading and the folding."""

    async def run(self, name: str, key: str, arguments: Sequence[Any]) -> Any:
        await say(SloHistory(self._scripts), BEGIN + 30, PAGE)
        return await super().run(name, key, arguments)


async def test_a_crash_between_two_steps_loses_and_doubles_nothing(history: SloHistory, state: State) -> None:
    await say_all(history, restless())
    before, now = await everything(history), BEGIN + 2 * DAY_S
    history._durable = Fails(state.scripts, "L1")
    with pytest.raises(UnavailableError):
        await history.compact(now, KEEP_S)
    assert await everything(history) == before
    after = SloHistory(state.scripts)
    assert await after.compact(now, KEEP_S) == Folded()
    assert await everything(after) == before
    assert await state.client.smembers(keys.SLO_DAYS) == set()


async def test_what_is_written_while_it_folds_is_not_lost(history: SloHistory, state: State) -> None:
    await say_all(history, [(BEGIN, CALM), (BEGIN + 60, CALM)])
    history._durable = Interrupted(state.scripts, "L1")
    assert (await history.compact(BEGIN + 2 * DAY_S, KEEP_S)).rows == 0
    after = SloHistory(state.scripts)
    assert (await after.compact(BEGIN + 2 * DAY_S, KEEP_S)).rows == 2
    assert [line["verdict"] for line in await lines(after)] == ["threat_page", "no_threat"]


async def test_two_processes_that_fold_at_once_do_it_once(history: SloHistory, state: State) -> None:
    await say_all(history, restless())
    before, now = await everything(history), BEGIN + 2 * DAY_S
    folded = await asyncio.gather(*(SloHistory(state.scripts).compact(now, KEEP_S) for _ in range(4)))
    assert sum(each.days for each in folded) == 1
    assert await everything(history) == before


@pytest.mark.parametrize("folded", [False, True])
async def test_a_minute_that_comes_late_joins_its_day(history: SloHistory, state: State, folded: bool) -> None:
    """A clock was wrong: the day was folded, or over, and goes on."""
    await say_all(history, restless(minutes=300))
    await history.compact(BEGIN + 2 * DAY_S, KEEP_S)
    await say(history, BEGIN + 700.0, PAGE)
    await say(history, BEGIN + 6 * 3_600, TICKET)
    if folded:
        assert (await history.compact(BEGIN + 2 * DAY_S, KEEP_S)).rows == 2
    said = {line["at"]: line["verdict"] for line in await lines(history)}
    assert (said["2026-09-04T00:11:40Z"], said["2026-09-04T06:00:00Z"]) == ("threat_page", "threat_ticket")
    found = (await history.stretches([SLO], BEGIN, BEGIN + DAY_S))[SLO]
    assert found[1] == Stretch(PAGE, BEGIN + 700.0, BEGIN + 750.4, 0.5, found[1].budget_end)
    assert (found[-1].verdict, found[-1].start) == (TICKET, BEGIN + 6 * 3_600)


async def test_a_store_that_was_emptied_is_folded_again(history: SloHistory, state: State) -> None:
    """The process that writes goes on as if nothing had happened; the day is noted anew."""
    await say(history, BEGIN)
    await state.client.flushall()
    await say(history, BEGIN + 60)
    assert (await history.compact(BEGIN + 2 * DAY_S, KEEP_S)).days == 1


async def test_one_turn_folds_some_and_tells_what_waits(history: SloHistory) -> None:
    await history.record([watched(BEGIN, slo=f"slo-{number}") for number in range(AT_ONCE + 5)], {}, BEGIN)
    now = BEGIN + DAY_S + 120
    assert (await history.compact(now - 1, KEEP_S)).days == 0
    assert await history.compact(now, KEEP_S) == Folded(AT_ONCE, AT_ONCE, 5)
    assert await history.compact(now, KEEP_S) == Folded(5, 5, 0)


async def test_a_day_is_kept_so_long_after_its_end(history: SloHistory, state: State) -> None:
    await say(history, BEGIN + 100)
    await history.compact(BEGIN + DAY_S + 200, KEEP_S)
    assert await state.client.ttl(keys.slo_day(SLO, DAY)) == pytest.approx(KEEP_S - 200, abs=2)
    await say(history, BEGIN - 40 * DAY_S)
    await history.compact(BEGIN + DAY_S + 200, 30 * DAY_S)
    assert await state.client.ttl(keys.slo_day(SLO, DAY - 40)) <= 1


# --- stretches


async def test_a_threat_over_midnight_is_one_stretch_and_the_last_ends_with_the_last_snapshot(
    history: SloHistory,
) -> None:
    minutes = [(BEGIN + DAY_S + 60.0 * number, PAGE if -10 <= number < 10 else CALM) for number in range(-20, 20)]
    await say_all(history, minutes)
    wanted = stretches([Sample(at, verdict, round(0.9 - n / 10_000, 6)) for n, (at, verdict) in enumerate(minutes)])
    midnight = BEGIN + DAY_S
    for _ in range(2):
        found = (await history.stretches([SLO], BEGIN, BEGIN + 2 * DAY_S))[SLO]
        assert found == wanted
        assert [(each.verdict, each.start - midnight, each.end - midnight) for each in found] == [
            (CALM, -1_200, -600), (PAGE, -600, 600), (CALM, 600, 1_140),
        ]  # fmt: skip
        await history.compact(BEGIN + 3 * DAY_S, KEEP_S)


async def test_holes_count_as_missing_inside_a_day_and_over_midnight(history: SloHistory) -> None:
    await say_all(history, [(BEGIN + at, CALM) for at in (0, 60, 361, 660, DAY_S - 60, DAY_S + 600, DAY_S + 660)])
    for _ in range(2):
        [one] = (await history.stretches([SLO], BEGIN, BEGIN + 2 * DAY_S))[SLO]
        assert one.missing_s == 301 + (DAY_S - 720) + 660
        await history.compact(BEGIN + 3 * DAY_S, KEEP_S)


async def test_only_stretches_that_touch_the_span_are_given(history: SloHistory) -> None:
    await say_all(history, [(BEGIN + 60.0 * n, verdict) for n, verdict in enumerate([CALM, CALM, PAGE, PAGE, CALM])])
    found = await history.stretches([SLO, "none"], BEGIN + 130, BEGIN + 200)
    assert [each.verdict for each in found[SLO]] == [PAGE]
    assert found["none"] == ()


# --- days of a time zone


async def test_a_local_day_says_what_its_last_snapshot_said(history: SloHistory) -> None:
    """Kathmandu is 5:45 ahead: its days end at 18:15 UTC."""
    zone, change = ZoneInfo("Asia/Kathmandu"), BEGIN + 18.25 * 3_600
    for number, at in enumerate((BEGIN + 60, change - 60, change, change + DAY_S - 60, change + DAY_S)):
        await say(history, at, left=0.9 - number / 10, bad=float(number))
    for _ in range(2):
        found = await history.days([SLO, "none"], date(2026, 9, 3), date(2026, 9, 7), zone)
        assert found[SLO] == (
            SloDay(date(2026, 9, 4), 1.0, 43_200.0, 0.8),
            SloDay(date(2026, 9, 5), 3.0, 43_200.0, 0.6),
            SloDay(date(2026, 9, 6), 4.0, 43_200.0, 0.5),
        )
        assert found["none"] == ()
        await history.compact(BEGIN + 3 * DAY_S, KEEP_S)


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25)], ids=["forward", "back"])
async def test_days_on_which_the_clocks_change_have_their_length(history: SloHistory, day: date, hours: int) -> None:
    """Berlin: the day of 23 hours ends at 22:00 UTC, the one of 25 at 23:00."""
    zone = ZoneInfo("Europe/Berlin")
    utc = (day - date(1970, 1, 1)).days * DAY_S
    begin = utc - 3_600 if hours == 23 else utc - 7_200
    for number, at in enumerate((begin - 60, begin, begin + hours * 3_600 - 60, begin + hours * 3_600)):
        await say(history, at, bad=float(number))
    for _ in range(2):
        [one] = (await history.days([SLO], day, day, zone))[SLO]
        assert one.bad == 2.0
        await history.compact(utc + 3 * DAY_S, KEEP_S)


async def test_a_ratio_counts_no_events_of_a_day(history: SloHistory) -> None:
    await say(history, BEGIN, windows={"1d": Ratio(0.01)}, left=0.25)
    [one] = (await history.days([SLO], date(2026, 9, 4), date(2026, 9, 4), ZoneInfo("UTC")))[SLO]
    assert one == SloDay(date(2026, 9, 4), None, None, 0.25)


async def test_snapshots_are_given_from_start_until_before_end(history: SloHistory) -> None:
    await say_all(history, [(BEGIN + 60.0 * number, CALM) for number in range(5)])
    found = [line["at"] for line in await lines(history, BEGIN + 60, BEGIN + 180)]
    assert found == ["2026-09-04T00:01:00Z", "2026-09-04T00:02:00Z"]
