"""What every SLO said each minute: kept as rows for about an hour, then folded into the day's packed columns.

Everything of an SLO's UTC day is one hash, so that folding is one script call: a crash loses and doubles nothing. It
holds, beside the rows, their stretches (for the statistics) and the last sample of each quarter of an hour (for days
of any time zone), so that long spans are read without unpacking a row.
"""

import asyncio
from bisect import bisect_left
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import reduce
from typing import Any, cast
from zlib import crc32
from zoneinfo import ZoneInfo

from redis.asyncio import Redis

from router.noise.threats import joined, stretches
from router.noise.values import Sample, SloDay, Stretch
from router.noise.weeks import midnight
from router.slo.objective import DAY_S
from router.slo.verdict import Cause
from router.state import keys
from router.state.answers import translated
from router.state.durable import Durable
from router.state.history import minutes
from router.state.history.minutes import ENDS, MINUTES, PACKED, REV, STRETCHES, Ends, Row
from router.state.scripts import Argument, Scripts
from router.state.slos import Watched

SETTLED_S = 120.0
"""So long after a minute began nothing is said of it any more, clocks that differ a little included."""
ROWS = 60
"""So many rows of a day that lasts are folded together; for each SLO up to a half more, so that not all are at once."""
AT_ONCE = 60
"""Days folded in one turn at most; each takes some milliseconds."""
READ_AT_ONCE = 2_000
_OTHER_FIELDS = 4
Fields = Mapping[bytes, bytes]
_Day = tuple[str, int]
"""An SLO's UTC day, counted from 1970-01-01."""


@dataclass(frozen=True, slots=True)
class Folded:
    """What a turn of folding did."""

    days: int = 0
    rows: int = 0
    waiting: int = 0
    """Days left for the next turn."""


class SloHistory:
    """Writes, folds and reads SLO minutes."""

    def __init__(self, scripts: Scripts) -> None:
        self._scripts = scripts
        # A minute that a crash of Redis loses is a hole of a minute: not worth a wait for the disk at every tick.
        self._durable = Durable(scripts, "L1")
        self._noted: set[str] = set()

    async def record(
        self,
        watched: Iterable[Watched],
        budgets: Mapping[str, float | None],
        now: float,
        causes: Mapping[str, Cause] | None = None,
    ) -> None:
        """Keep what SLOs said at `now`, in one round trip; of one minute the loudest threat, else the newest, stays.

        `budgets` is what is left of each (signed ratio), `causes` why a verdict is unknown. Raises UnavailableError.
        """
        day, reasons = int(now // DAY_S), causes or {}
        rows: dict[str, Row] = {}
        for each in watched:
            slo = each.snapshot.slo
            rows[slo] = minutes.row_of(each.snapshot, each.verdict, reasons.get(slo, Cause.NONE), budgets.get(slo), now)
        calls = [(keys.slo_day(slo, day), (minutes.minute_of(row), minutes.pack_row(row))) for slo, row in rows.items()]
        if calls:
            await self._note(day, list(rows), await self._durable.run_all("minute", calls))

    async def _note(self, day: int, slos: Sequence[str], replies: Sequence[int]) -> None:
        """Remember which days are to be folded: once a day and process, and whenever a day begins or opens again."""
        begun = {f"{day}:{slo}" for slo, begins in zip(slos, replies, strict=True) if begins}
        names = {f"{day}:{slo}" for slo in slos}
        self._noted -= begun
        unknown = names - self._noted
        if unknown:
            with translated():
                await cast(Any, self._scripts.client).sadd(keys.SLO_DAYS, *sorted(unknown))
        self._noted = names | {name for name in self._noted if name.startswith(f"{day}:")}

    async def compact(self, now: float, keep_s: float) -> Folded:
        """Fold rows that nobody changes any more, of at most AT_ONCE days; each is kept `keep_s` after its end.

        To do it twice, or in two processes at once, changes nothing. Raises UnavailableError.
        """
        due = await self._due(now)
        days = rows = 0
        for slo, day in due[:AT_ONCE]:
            folded = await self._fold(slo, day, now, keep_s)
            days, rows = days + (folded > 0), rows + folded
        return Folded(days, rows, max(0, len(due) - AT_ONCE))

    async def _due(self, now: float) -> list[_Day]:
        """Return the days that are over, oldest first, and those with many rows."""
        [names] = await self._scripts.read([("SMEMBERS", keys.SLO_DAYS)])
        found = sorted((int(day), slo) for day, _, slo in (name.decode().partition(":") for name in names))
        lasting = [each for each in found if not _over(each[0], now)]
        sizes = await self._scripts.read([("HLEN", keys.slo_day(slo, day)) for day, slo in lasting]) if lasting else []
        big = [each for each, size in zip(lasting, sizes, strict=True) if size - _OTHER_FIELDS >= _patience(each[1])]
        return [(slo, day) for day, slo in (*(each for each in found if _over(each[0], now)), *big)]

    async def _fold(self, slo: str, day: int, now: float, keep_s: float) -> int:
        """Fold the settled rows of a day; returns how many. A day that is over and has none left is forgotten here."""
        key = keys.slo_day(slo, day)
        [fields] = await self._scripts.read([("HGETALL", key)])
        fresh = [row for row in _rows(fields) if day * DAY_S + row[0] // 60 * 60 + SETTLED_S <= now]
        if fresh:
            ends_s = (day + 1) * DAY_S + keep_s - now
            # Packing takes some 25 ms: whoever else waits for this process is served meanwhile.
            arguments = await asyncio.to_thread(_folding, fields, fresh, day, ends_s)
            if not await self._durable.run("fold", key, arguments):
                return 0
        if _over(day, now):
            with translated():
                await cast(Redis, self._scripts.client).srem(keys.SLO_DAYS, f"{day}:{slo}")
        return len(fresh)

    async def stretches(self, slos: Iterable[str], start: float, end: float) -> dict[str, tuple[Stretch, ...]]:
        """Return the stretches that touch [start, end], whole as far as they lie in its UTC days. Unix seconds.

        The last one ends with the last snapshot. An SLO without any snapshot has no stretch.
        """
        days = range(int(start // DAY_S), int(end // DAY_S) + 1)
        found: dict[str, tuple[Stretch, ...]] = dict.fromkeys(slos, ())
        stored = await self._read([(slo, day) for slo in found for day in days], STRETCHES)
        for slo in found:
            parts = [_stretches(stored[slo, day], day) for day in days if (slo, day) in stored]
            whole: tuple[Stretch, ...] = reduce(joined, parts, ())
            found[slo] = tuple(each for each in whole if each.start <= end and each.end >= start)
        return found

    async def days(self, slos: Iterable[str], first: date, last: date, zone: ZoneInfo) -> dict[str, tuple[SloDay, ...]]:
        """Return each SLO's days of a time zone from `first` to `last`: what the last snapshot of each said.

        A day without a snapshot is absent; today's is as far as it has come.
        """
        local = [first + timedelta(number) for number in range((last - first).days + 1)]
        bounds = [midnight(day, zone) for day in (*local, last + timedelta(1))]
        utc = range(int(bounds[0] // DAY_S), int(bounds[-1] // DAY_S) + 1)
        names = list(slos)
        stored = await self._read([(slo, day) for slo in names for day in utc], ENDS)
        found = {}
        for slo in names:
            ends = [end for day in utc if (slo, day) in stored for end in _ends(stored[slo, day], day)]
            found[slo] = tuple(_slo_days(ends, local, bounds))
        return found

    async def snapshots(self, slo: str, start: float, end: float) -> AsyncIterator[dict[str, Any]]:
        """Yield what an SLO said from `start` until before `end`, a line of an SLO history for each minute, in order.

        `verdict`, `cause` and `budget_remaining` stand beside the contract's names.
        """
        for day in range(int(start // DAY_S), int(end // DAY_S) + 1):
            [fields] = await self._scripts.read([("HGETALL", keys.slo_day(slo, day))])
            for row in _every(fields):
                if start <= day * DAY_S + row[0] < end:
                    yield minutes.line_of(slo, row, day * DAY_S)

    async def _read(self, wanted: Sequence[_Day], field: bytes) -> dict[_Day, Fields]:
        """Return days that have anything: those that are packed with one field only, the others whole."""
        found: dict[_Day, Fields] = {}
        for at in range(0, len(wanted), READ_AT_ONCE):
            some = wanted[at : at + READ_AT_ONCE]
            heads = await self._scripts.read([("HMGET", keys.slo_day(*each), field, PACKED, REV) for each in some])
            there = [(each, head) for each, head in zip(some, heads, strict=True) if head[2] is not None]
            found |= {each: {field: head[0]} for each, head in there if head[1] is not None}
            lasting = [each for each, head in there if head[1] is None]
            if lasting:
                whole = await self._scripts.read([("HGETALL", keys.slo_day(*each)) for each in lasting])
                found |= zip(lasting, whole, strict=True)
        return found


def _over(day: int, now: float) -> bool:
    return (day + 1) * DAY_S + SETTLED_S <= now


def _patience(slo: str) -> int:
    """Return how many rows of an SLO's day are folded together."""
    return ROWS + crc32(slo.encode()) % (ROWS // 2)


def _rows(fields: Fields) -> list[Row]:
    """Return the rows that are not packed yet, in order."""
    return sorted((minutes.unpack_row(raw) for name, raw in fields.items() if name.isdigit()), key=minutes.minute_of)


def _every(fields: Fields) -> list[Row]:
    packed = fields.get(MINUTES)
    return minutes.merged([*(minutes.unpack_day(packed) if packed else ()), *_rows(fields)])


def _folding(fields: Fields, fresh: Sequence[Row], day: int, ends_s: float) -> list[Argument]:
    """Return ARGV of fold.lua."""
    packed = fields.get(MINUTES)
    rows = minutes.merged([*(minutes.unpack_day(packed) if packed else ()), *fresh])
    values = dict(minutes.summed(rows, day * DAY_S))
    if len(fresh) == len(_rows(fields)):
        values[PACKED] = b"1"
    pairs = [part for pair in values.items() for part in pair]
    return [fields[REV], max(1, int(ends_s)), len(fresh), *(minutes.minute_of(row) for row in fresh), *pairs]


def _unpacked(fields: Fields, day: int) -> tuple[bool, list[Sample]]:
    """Return a day's samples that its packed sums do not know; and whether they come after all that those know.

    Where one is older (a clock went wrong), the samples are the whole day's.
    """
    rows = _rows(fields)
    packed = fields.get(STRETCHES)
    if rows and packed and day * DAY_S + rows[0][0] <= minutes.unpack_stretches(packed)[-1].end:
        return False, minutes.samples(_every(fields), day * DAY_S)
    return True, minutes.samples(rows, day * DAY_S)


def _stretches(fields: Fields, day: int) -> tuple[Stretch, ...]:
    after, rest = _unpacked(fields, day)
    packed = fields.get(STRETCHES) if after else None
    return joined(minutes.unpack_stretches(packed) if packed else (), stretches(rest))


def _ends(fields: Fields, day: int) -> Ends:
    after, rest = _unpacked(fields, day)
    packed = fields.get(ENDS) if after else None
    newer = [(each.at, each.bad, each.total, each.budget_left) for each in rest]
    return [*(minutes.unpack_ends(packed, day * DAY_S) if packed else ()), *newer]


def _slo_days(ends: Ends, local: Sequence[date], bounds: Sequence[float]) -> Iterable[SloDay]:
    """Yield the last sample of each day; `bounds` are when the days begin, and when the last one ends."""
    instants = [end[0] for end in ends]
    for day, begin, after in zip(local, bounds, bounds[1:], strict=False):
        place = bisect_left(instants, after) - 1
        if place >= 0 and instants[place] >= begin:
            yield SloDay(day, *ends[place][1:])
