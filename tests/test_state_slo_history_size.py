"""What a day of an SLO costs, and how soon long spans are read and a tick is kept."""

import random
import time
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from itertools import accumulate
from math import pi, sin
from zoneinfo import ZoneInfo

import pytest

from router.noise.threats import stretches
from router.noise.weeks import midnight
from router.slo.objective import PERIOD, WINDOWS, Count, Measured, Snapshot
from router.slo.verdict import Memory, Verdict
from router.state import keys
from router.state.history import minutes
from router.state.history.slos import SloHistory
from router.state.slos import Watched
from tests.support.state import State

DAY_S = 86_400.0
DAY = 20_700
LENGTHS = {**WINDOWS, PERIOD: 2_592_000.0}


def counters(chance: random.Random, rate: float, error: float, length: int) -> Iterator[tuple[int, int]]:
    """(bad, total) of each minute: traffic with the time of day and chance, errors by chance."""
    for minute in range(length):
        mean = 60 * rate * (1 + 0.6 * sin(2 * pi * minute / 1_440))
        yield (
            max(0, round(chance.gauss(mean * error, (mean * error) ** 0.5))),
            max(0, round(chance.gauss(mean, mean**0.5))),
        )


def moving(rate: float, error: float, seed: int = 1) -> Iterator[tuple[Mapping[str, Measured], float]]:
    """What Prometheus' `increase` says of a day's minutes (samples every 15 s, extrapolated), and the budget left."""
    history = list(counters(random.Random(seed), rate, error, 31 * 1_440))
    bad, total = ([0, *accumulate(part)] for part in zip(*history, strict=True))
    for minute in range(30 * 1_440, 31 * 1_440):
        found: dict[str, Measured] = {}
        for name, length_s in LENGTHS.items():
            since, stretched = minute - int(length_s // 60), length_s / (length_s - 15)
            found[name] = Count((bad[minute] - bad[since]) * stretched, (total[minute] - total[since]) * stretched)
        month = found[PERIOD]
        assert isinstance(month, Count)
        yield found, 1 - month.bad / month.total / 0.001


def watched(slo: str, at: float, windows: Mapping[str, Measured]) -> Watched:
    age_s = at - (DAY - 90) * DAY_S
    return Watched(Snapshot(slo, at - 7.3, windows, age_s, 15.0), Memory(), Verdict.NO_THREAT, at)


@pytest.mark.parametrize(
    ("rate", "error", "most"),
    [(0.5, 0.002, 20_000), (5, 0.001, 25_000), (50, 0.0005, 25_000), (500, 0.0002, 25_000), (2_000, 0.001, 33_000)],
    ids=["1 in 2 s", "5/s", "50/s", "500/s", "2000/s, a tenth of a percent bad"],
)
async def test_a_day_of_minutes_takes_so_many_bytes(state: State, rate: float, error: float, most: int) -> None:
    """All windows with moving, fractional counts; while the day lasts it takes at most about twice as much."""
    history, chance, open_most = SloHistory(state.scripts), random.Random(2), 0
    for number, (windows, left) in enumerate(moving(rate, error)):
        at = DAY * DAY_S + 60 * number + 30 + chance.random() / 5
        await history.record([watched("slo", at, windows)], {"slo": left}, at)
        if number % 30 == 29:
            open_most = max(open_most, await state.client.memory_usage(keys.slo_day("slo", DAY), samples=0))
            await history.compact(at, 90 * DAY_S)
    await history.compact((DAY + 1) * DAY_S + 120, 90 * DAY_S)
    taken = await state.client.memory_usage(keys.slo_day("slo", DAY), samples=0)
    print(f"{rate}/s: {taken} bytes, while it lasts at most {open_most}")
    assert (taken <= most, open_most <= 2.3 * most) == (True, True), (taken, open_most)


async def fill(state: State, slos: int, days: int, *, lasting: bool) -> list[str]:
    """Days that end with DAY, each with a threat; where `lasting`, the last one is not folded and has its last hour."""
    ids = [f"slo-{number}" for number in range(slos)]
    pipeline = state.client.pipeline(transaction=False)
    windows: dict[str, Measured] = {name: Count(3.0, length) for name, length in LENGTHS.items()}
    for day in range(DAY - days + 1, DAY + 1):
        rows = [
            minutes.row_of(
                Snapshot("", None, windows),
                Verdict.THREAT_PAGE if 600 <= minute < 640 else Verdict.NO_THREAT,
                "",
                0.5,
                day * DAY_S + 60 * minute,
            )
            for minute in range(1_440)
        ]
        lasts = lasting and day == DAY
        found = minutes.samples(rows[:1_380] if lasts else rows, day * DAY_S)
        packed = {
            "rev": "1",
            "stretches": minutes.pack_stretches(stretches(found)),
            "ends": minutes.pack_ends(minutes.quarters(found), day * DAY_S),
            **({str(n): minutes.pack_row(rows[n]) for n in range(1_380, 1_440)} if lasts else {"packed": "1"}),
        }
        for slo in ids:
            pipeline.hset(keys.slo_day(slo, day), mapping=packed)
    await pipeline.execute()
    return ids


@pytest.mark.parametrize(("slos", "days", "most_s"), [(12, 90, 0.5), (500, 14, 2.0)])
async def test_stretches_of_long_spans_are_read_soon(state: State, slos: int, days: int, most_s: float) -> None:
    ids = await fill(state, slos, days, lasting=True)
    history = SloHistory(state.scripts)
    begun = time.perf_counter()
    found = await history.stretches(ids, (DAY - days + 1) * DAY_S, (DAY + 1) * DAY_S)
    took_s = time.perf_counter() - begun
    print(f"{slos} SLOs, {days} days: {took_s:.3f} s")
    assert {len(each) for each in found.values()} == {2 * days + 1}
    assert took_s <= most_s * 2  # a busy machine


async def test_days_of_a_month_are_read_soon(state: State) -> None:
    ids = await fill(state, 12, 33, lasting=False)
    zone, last = ZoneInfo("Asia/Tokyo"), date(1970, 1, 1) + timedelta(DAY)
    begun = time.perf_counter()
    found = await SloHistory(state.scripts).days(ids, last - timedelta(30), last, zone)
    took_s = time.perf_counter() - begun
    print(f"12 SLOs, 31 days: {took_s:.3f} s")
    assert {len(each) for each in found.values()} == {31}
    assert midnight(last, zone) < DAY * DAY_S
    assert took_s <= 1.0


async def test_a_tick_of_500_slos_is_kept_soon(state: State) -> None:
    history = SloHistory(state.scripts)
    windows, left = next(moving(5, 0.001))
    took_s = []
    for tick in range(6):
        at = DAY * DAY_S + 30 * tick
        some = [watched(f"slo-{number}", at, windows) for number in range(500)]
        begun = time.perf_counter()
        await history.record(some, {each.snapshot.slo: left for each in some}, at)
        took_s.append(time.perf_counter() - begun)
    print(f"500 SLOs: {1_000 * min(took_s):.0f} ms a tick")
    assert sorted(took_s)[2] <= 0.3
