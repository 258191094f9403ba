"""Mute times: when a route tells nobody (Alertmanager, package timeinterval). Pure."""

from calendar import monthrange
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from math import floor
from zoneinfo import ZoneInfo

Range = tuple[int, int]
"""First and last value, both inside; for `times` minutes from midnight, the last one outside."""
AHEAD_DAYS = 7
"""So far `next_change` looks ahead."""
_DAY_MINUTES = 24 * 60


@dataclass(frozen=True, slots=True)
class Span:
    """Instants that meet every condition given; an empty condition is met by every instant.

    `days_of_month` may be negative, counted from the month's end (-1 is its last day). Weekdays: 0 is Sunday, months
    and days begin at 1 (as Alertmanager counts).
    """

    zone: ZoneInfo
    times: tuple[Range, ...] = ()
    weekdays: tuple[Range, ...] = ()
    days_of_month: tuple[Range, ...] = ()
    months: tuple[Range, ...] = ()
    years: tuple[Range, ...] = ()

    def contains(self, now: float) -> bool:
        """Return whether an instant belongs to it, by the clock on the wall of its zone."""
        local = datetime.fromtimestamp(floor(now), self.zone)  # it would round up to the next microsecond
        return (
            _time_within(self.times, local.hour * 60 + local.minute)
            and _within(self.weekdays, local.isoweekday() % 7)
            and _day_within(self.days_of_month, local)
            and _within(self.months, local.month)
            and _within(self.years, local.year)
        )


Intervals = Mapping[str, tuple[Span, ...]]
"""Named time intervals: an instant belongs to one when it is in any of its spans."""


def muting_intervals(mute: Sequence[str], active: Sequence[str], intervals: Intervals, now: float) -> tuple[str, ...]:
    """Return the names of the intervals that keep a route quiet now, () where it tells.

    Quiet inside any of `mute`, and outside all of `active` where there is one. Names that are not defined (any more)
    keep nobody quiet.
    """
    inside = tuple(name for name in mute if _holds(name, intervals, now))
    tells = not active or any(name not in intervals or _holds(name, intervals, now) for name in active)
    return inside if tells else (*inside, *active)


def next_change(mute: Sequence[str], active: Sequence[str], intervals: Intervals, now: float) -> float | None:
    """Return the next instant at which `muting_intervals` says something else, None where no interval is named.

    Where it says the same for `AHEAD_DAYS` days, the end of these: it may differ afterwards.
    """
    spans = [span for name in (*mute, *active) for span in intervals.get(name, ())]
    if not spans:
        return None
    said = muting_intervals(mute, active, intervals, now)
    horizon = now + AHEAD_DAYS * 86_400.0
    edges = sorted({edge for span in spans for edge in _edges(span, now) if now < edge < horizon})
    return next((edge for edge in edges if muting_intervals(mute, active, intervals, edge) != said), horizon)


def _holds(name: str, intervals: Intervals, now: float) -> bool:
    return any(span.contains(now) for span in intervals.get(name, ()))


def _within(ranges: tuple[Range, ...], value: int) -> bool:
    return not ranges or any(first <= value <= last for first, last in ranges)


def _time_within(ranges: tuple[Range, ...], minute: int) -> bool:
    return not ranges or any(first <= minute < last for first, last in ranges)


def _day_within(ranges: tuple[Range, ...], day: date) -> bool:
    """Return whether a day belongs to any range of days of its month; what leads out of the month is cut off."""
    length = monthrange(day.year, day.month)[1]
    return not ranges or any(_of_month(first, length) <= day.day <= _of_month(last, length) for first, last in ranges)


def _of_month(number: int, length: int) -> int:
    return number if number > 0 else length + number + 1


# --- where an answer can change: at midnight, at the ends of `times`, and where the clock on the wall is put on or back


def _edges(span: Span, now: float) -> Iterator[float]:
    """Yield every instant of the days ahead at which a span may begin or end, in no order."""
    today = datetime.fromtimestamp(now, span.zone).date()
    minutes = {0, *(minute for ends in span.times for minute in ends if minute < _DAY_MINUTES)}
    for number in range(AHEAD_DAYS + 2):
        day = today + timedelta(days=number)
        for minute in minutes:
            yield from _instants(day, minute, span.zone)
        yield from _shift(day, span.zone)


def _instants(day: date, minute: int, zone: ZoneInfo) -> Iterator[float]:
    """Yield the instants of a local time: two where the clock is put back, and stand-ins where it is put on."""
    local = datetime.combine(day, time(minute // 60, minute % 60), zone)
    yield local.timestamp()
    yield local.replace(fold=1).timestamp()


def _shift(day: date, zone: ZoneInfo) -> Iterator[float]:
    """Yield the instant of a day at which its zone's offset changes, if it does (found by halving)."""
    first = int(datetime.combine(day, time(), zone).timestamp())
    last = int(datetime.combine(day + timedelta(days=1), time(), zone).timestamp())
    if _offset(first, zone) == _offset(last, zone):
        return
    while last - first > 1:
        middle = (first + last) // 2
        if _offset(middle, zone) == _offset(first, zone):
            first = middle
        else:
            last = middle
    yield float(last)


def _offset(instant: int, zone: ZoneInfo) -> timedelta | None:
    return datetime.fromtimestamp(instant, zone).utcoffset()
