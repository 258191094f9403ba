"""Time intervals of the file as values: names of days and months, ranges, parts of the day (Alertmanager's rules)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from zoneinfo import ZoneInfo

from router.config.document import Where
from router.config.reading import Reading
from router.config.schema_mute import Span as SpanSection
from router.config.schema_mute import TimeInterval, Times
from router.mute.times import Intervals, Range, Span

_WEEKDAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
_MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
_SHORTEST_MONTH, _LONGEST_MONTH = 28, 31


def build_intervals(sections: Sequence[TimeInterval], reading: Reading) -> Intervals:
    """Return the intervals by name; notes what is no time, and intervals that hold no time or all of it."""
    intervals: dict[str, tuple[Span, ...]] = {}
    for index, section in enumerate(sections):
        where: Where = ("time_intervals", index)
        if section.name in intervals:
            problem = f"time interval {section.name!r} is defined twice"
            reading.error((*where, "name"), problem, "rename or remove one of them")
        if not section.time_intervals:
            problem = f"time interval {section.name!r} holds no time at all"
            reading.doubt(where, problem, "list its times under `time_intervals`")
        spans = (
            _span(each, (*where, "time_intervals", number), reading)
            for number, each in enumerate(section.time_intervals)
        )
        intervals.setdefault(section.name, tuple(spans))
    return intervals


def workdays_of(texts: Sequence[str], where: Where, reading: Reading) -> tuple[int, ...]:
    """Return the days of the week at `where`, each once; 0 is Monday."""
    ranges = _ranges(texts, where, _WEEKDAY, reading)
    return tuple(sorted({(day - 1) % 7 for first, last in ranges for day in range(first, last + 1)}))


def minutes(text: str) -> int:
    """Return minutes from midnight of a time such as "09:00"."""
    hour, _, minute = text.partition(":")
    return int(hour) * 60 + int(minute)


def _span(section: SpanSection, where: Where, reading: Reading) -> Span:
    if not (section.times or section.weekdays or section.days_of_month or section.months or section.years):
        reading.doubt(where, "this span has no condition, so it holds every instant", "give it one, such as `weekdays`")
    zone = reading.zone((*where, "location"), section.location) if section.location else ZoneInfo("UTC")
    return Span(
        zone=zone,
        times=tuple(_times(each, (*where, "times", number), reading) for number, each in enumerate(section.times)),
        weekdays=_ranges(section.weekdays, (*where, "weekdays"), _WEEKDAY, reading),
        days_of_month=_ranges(section.days_of_month, (*where, "days_of_month"), _DAY, reading),
        months=_ranges(section.months, (*where, "months"), _MONTH, reading),
        years=_ranges(section.years, (*where, "years"), _YEAR, reading),
    )


def _times(section: Times, where: Where, reading: Reading) -> Range:
    first, last = minutes(section.start_time), minutes(section.end_time)
    if first >= last:
        mend = 'over midnight write two: one until "24:00", one from "00:00"'
        reading.error((*where, "end_time"), "`end_time` is not after `start_time`", mend)
    return first, last


# --- single values and ranges


class _BadRangeError(ValueError):
    """A text that is no value and no range; says why, and how to mend it."""

    def __init__(self, problem: str, mend: str) -> None:
        super().__init__(problem)
        self.problem = problem
        self.mend = mend


@dataclass(frozen=True, slots=True)
class _Unit:
    """What a range counts."""

    called: str
    form: str
    """How it is written."""
    fits: Callable[[int], bool]
    names: Sequence[str] = ()
    """Its values by name, the first of which is `first`."""
    first: int = 0
    numbers: bool = True
    """Whether it may be written as a number."""
    empty: Callable[[Range], bool] = field(default=lambda ends: ends[0] > ends[1])
    """Whether a range ends before it begins."""


def _no_day(ends: Range) -> bool:
    """Return whether a range of days holds none in any month; from the end of a month it cannot lead to its begin."""
    first, last = ends
    if first < 0 < last:
        return True
    lengths = range(_SHORTEST_MONTH, _LONGEST_MONTH + 1)
    return all((first if first > 0 else size + first + 1) > (last if last > 0 else size + last + 1) for size in lengths)


_WEEKDAY = _Unit(
    "day of the week",
    'write "monday", or a range such as "monday:friday"',
    lambda day: 0 <= day <= 6,
    _WEEKDAYS,
    numbers=False,
)
_DAY = _Unit(
    "day of the month",
    'write 1 to 31, or -1 to -31 from its end, or a range such as "1:5" or "-3:-1"',
    lambda day: 1 <= abs(day) <= _LONGEST_MONTH,
    empty=_no_day,
)
_MONTH = _Unit(
    "month", 'write "january" or 1, or a range such as "january:march"', lambda month: 1 <= month <= 12, _MONTHS, 1
)
_YEAR = _Unit("year", 'write 2026, or a range such as "2026:2028"', lambda year: 1 <= year <= 9999)


def _ranges(texts: Sequence[str], where: Where, unit: _Unit, reading: Reading) -> tuple[Range, ...]:
    """Return the ranges at `where`, a list of texts; a bad one is noted and left out."""
    found = []
    for index, text in enumerate(texts):
        try:
            found.append(_range(text, unit))
        except _BadRangeError as error:
            reading.error((*where, index), error.problem, error.mend)
    return tuple(found)


def _range(text: str, unit: _Unit) -> Range:
    first, colon, last = text.lower().partition(":")
    begin = _value(first, text, unit)
    ends = begin, _value(last, text, unit) if colon else begin
    if unit.empty(ends):
        raise _BadRangeError(f"{text!r} ends before it begins", _reordered(ends, unit))
    return ends


def _value(word: str, text: str, unit: _Unit) -> int:
    if word in unit.names:
        return unit.names.index(word) + unit.first
    digits = word.removeprefix("-")
    if unit.numbers and digits.isascii() and digits.isdigit() and len(digits) <= 4 and unit.fits(int(word)):
        return int(word)
    close = get_close_matches(word, unit.names, n=1)
    raise _BadRangeError(f"{text!r} is no {unit.called}", f"did you mean {close[0]!r}?" if close else unit.form)


def _reordered(ends: Range, unit: _Unit) -> str:
    """Return how to write a range that leads over the end of the week or year: as two."""
    if not unit.names:
        return unit.form
    low, high = unit.first, unit.first + len(unit.names) - 1
    parts = ((ends[0], high), (low, ends[1]))
    written = [_written(part, unit) for part in parts]
    return f"it begins with {unit.names[0]}: write two, [{written[0]}, {written[1]}]"


def _written(ends: Range, unit: _Unit) -> str:
    first, last = (unit.names[end - unit.first] for end in ends)
    return f"'{first}'" if first == last else f"'{first}:{last}'"
