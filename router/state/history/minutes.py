"""What an SLO said in one minute, as a row; a day of rows, and what is kept of a day beside them. Pure.

A row is (seconds since the UTC day began, verdict, cause, error, age of the newest sample, age of the series, interval
of samples, budget left, then bad and total of each window). Numbers have six significant digits, seconds one decimal.
`total` is None where a source has ratios only, both where a window could not be read.
"""

import zlib
from collections.abc import Iterable, Mapping, Sequence
from math import isfinite
from typing import Any

import orjson

from router.noise.threats import stretches
from router.noise.values import Sample, Stretch
from router.slo.objective import DAY_S, PERIOD, WINDOWS, Count, Measured, Ratio, Snapshot
from router.slo.snapshot import to_json
from router.slo.verdict import Verdict
from router.state.entries import rfc3339
from router.state.history.columns import (
    framed,
    pack_numbers,
    pack_words,
    six,
    unframed,
    unpack_numbers,
    unpack_words,
)

Row = tuple[Any, ...]
QUARTER_S = 900.0
"""Local days of every zone begin at a quarter of an hour in UTC."""
_NAMES = (*WINDOWS, PERIOD)
_WORDS = frozenset({1, 2, 3})
_LEFT, _FIRST = 7, 8
_DAY = _FIRST + 2 * _NAMES.index("1d")
_LOUD = {Verdict.THREAT_PAGE.value: 2, Verdict.THREAT_TICKET.value: 1}
_LAST_S = DAY_S - 0.1


def row_of(snapshot: Snapshot, verdict: Verdict, cause: str, left: float | None, at: float) -> Row:
    """Return the row of a snapshot that was judged at an instant."""
    lag = at - snapshot.sampled_at if snapshot.sampled_at is not None else None
    counts = (part for name in _NAMES for part in _parts(snapshot.windows.get(name)))
    return (
        min(round(at % DAY_S, 1), _LAST_S),
        verdict.value,
        cause,
        snapshot.error,
        _sound(round(lag, 1)) if lag is not None and isfinite(lag) else None,
        _sound(snapshot.age_s),
        _sound(snapshot.interval_s),
        _sound(left),
        *counts,
    )


def _sound(value: float | None) -> float | None:
    return six(value) if value is not None and isfinite(value) else None


def _parts(measured: Measured) -> tuple[float | None, float | None]:
    match measured:
        case Count(bad, total) if isfinite(bad) and isfinite(total):
            return six(bad), six(total)
        case Ratio(bad):
            return _sound(bad), None
        case _:
            return None, None


def minute_of(row: Row) -> int:
    """Return the minute of the day (0..1439)."""
    return int(row[0] // 60)


def pack_row(row: Row) -> bytes:
    """Return a stored row; its first byte tells how loud it is (minute.lua)."""
    return b"%d" % _LOUD.get(row[1], 0) + orjson.dumps(row)


def unpack_row(raw: bytes) -> Row:
    """Return the row that `pack_row` packed."""
    return tuple(orjson.loads(raw[1:]))


def merged(rows: Iterable[Row]) -> list[Row]:
    """Return one row for each minute, in order: the loudest threat, else the newest."""
    found: dict[int, Row] = {}
    for row in rows:
        before = found.get(minute_of(row))
        if before is None or _weight(row) >= _weight(before):
            found[minute_of(row)] = row
    return [found[minute] for minute in sorted(found)]


def _weight(row: Row) -> tuple[int, float]:
    return _LOUD.get(row[1], 0), row[0]


def samples(rows: Iterable[Row], day_at: float) -> list[Sample]:
    """Return what the statistics need of rows; `day_at` is when their day began."""
    return [Sample(day_at + row[0], Verdict(row[1]), row[_LEFT], *_events(*row[_DAY : _DAY + 2])) for row in rows]


def _events(bad: float | None, total: float | None) -> tuple[float | None, float | None]:
    """A ratio counts no events."""
    return (bad, total) if total is not None else (None, None)


def line_of(slo: str, row: Row, day_at: float) -> dict[str, Any]:
    """Return a row as a line of an SLO history, in the contract's shape."""
    at, lag = day_at + row[0], row[4]
    windows = {
        name: _measured(*row[_FIRST + 2 * number : _FIRST + 2 * number + 2]) for number, name in enumerate(_NAMES)
    }
    sampled_at = None if lag is None else round(at - lag, 1)
    snapshot = Snapshot(slo, sampled_at, windows, row[5], row[6] if row[6] is not None else 60.0, row[3])
    said = {"verdict": row[1], "cause": row[2], "budget_remaining": row[_LEFT]}
    return {"slo": slo, "at": rfc3339(at), **to_json(snapshot), **said}


def _measured(bad: float | None, total: float | None) -> Measured:
    if bad is None:
        return None
    return Ratio(bad) if total is None else Count(bad, total)


def pack_day(rows: Sequence[Row]) -> bytes:
    """Return rows (at least one) as deflated columns."""
    columns = enumerate(zip(*rows, strict=True))
    return framed([(pack_words if number in _WORDS else pack_numbers)(column) for number, column in columns])


def unpack_day(packed: bytes) -> list[Row]:
    """Return the rows that `pack_day` packed."""
    columns = enumerate(unframed(packed))
    unpacked = ((unpack_words if number in _WORDS else unpack_numbers)(column) for number, column in columns)
    return list(zip(*unpacked, strict=True))


def pack_stretches(found: Sequence[Stretch]) -> bytes:
    """Return the stretches of a day; each ends where the next begins."""
    rows = [(each.verdict, each.start, each.budget_start, each.missing_s) for each in found]
    return zlib.compress(orjson.dumps([rows, found[-1].end, found[-1].budget_end]), 9)


def unpack_stretches(packed: bytes) -> tuple[Stretch, ...]:
    """Return the stretches that `pack_stretches` packed."""
    rows, end, left = orjson.loads(zlib.decompress(packed))
    ends = [*((row[1], row[2]) for row in rows[1:]), (end, left)]
    return tuple(
        Stretch(Verdict(verdict), start, end, budget, left, missing_s)
        for (verdict, start, budget, missing_s), (end, left) in zip(rows, ends, strict=True)
    )


def quarters(found: Iterable[Sample]) -> list[Sample]:
    """Return the last sample of each quarter of an hour: with them a day of any time zone has its last."""
    return list({each.at // QUARTER_S: each for each in found}.values())


def pack_ends(found: Sequence[Sample], day_at: float) -> bytes:
    """Return a day's samples without their verdicts."""
    rows = [(round(each.at - day_at, 1), each.bad, each.total, each.budget_left) for each in found]
    return framed([pack_numbers(column) for column in zip(*rows, strict=True)])


Ends = list[tuple[float, float | None, float | None, float | None]]
"""Samples as (instant, bad, total, budget left)."""


def unpack_ends(packed: bytes, day_at: float) -> Ends:
    """Return the samples that `pack_ends` packed."""
    seconds, *rest = (unpack_numbers(column) for column in unframed(packed))
    return [(day_at + (second or 0.0), *row) for second, *row in zip(seconds, *rest, strict=True)]


def summed(rows: Sequence[Row], day_at: float) -> Mapping[bytes, bytes]:
    """Return what is stored of a day's rows (at least one): themselves, their stretches, and their quarters."""
    found = samples(rows, day_at)
    return {
        MINUTES: pack_day(rows),
        STRETCHES: pack_stretches(stretches(found)),
        ENDS: pack_ends(quarters(found), day_at),
    }


MINUTES, STRETCHES, ENDS, REV, PACKED = b"minutes", b"stretches", b"ends", b"rev", b"packed"
"""Fields of a day's hash, beside its rows by minute (the number)."""
