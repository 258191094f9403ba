"""When a calendar window began and when it starts anew. Pure."""

from calendar import monthrange
from datetime import UTC, datetime, timedelta

from router.slo.objective import DAY_S, Calendar

_DAYS = {"d": 1, "w": 7}
_MONTHS = {"M": 1, "Q": 3, "Y": 12}


def bounds(calendar: Calendar, now: float) -> tuple[float, float]:
    """Return start and end (Unix seconds) of the calendar window that holds `now`.

    Windows follow the wall clock of the calendar's zone, so a day has 23 or 25 hours when the clocks change, and a
    month that lacks the first window's day of month starts on its last day. Raises ValueError for a `start` that is
    not "YYYY-MM-DD hh:mm:ss".
    """
    first = datetime.fromisoformat(calendar.start)
    local = datetime.fromtimestamp(now, UTC).astimezone(calendar.zone)
    index = _guess(calendar, first, local)
    while _starts(calendar, first, index) > now:
        index -= 1
    while _starts(calendar, first, index + 1) <= now:
        index += 1
    return _starts(calendar, first, index), _starts(calendar, first, index + 1)


def _guess(calendar: Calendar, first: datetime, local: datetime) -> int:
    """Return about which window it is, counted from the first; never more than a few off."""
    if calendar.unit in _DAYS:
        passed_s = (local.replace(tzinfo=None) - first).total_seconds()
        return int(passed_s / (DAY_S * _DAYS[calendar.unit] * calendar.count))
    months = 12 * (local.year - first.year) + local.month - first.month
    return months // (_MONTHS[calendar.unit] * calendar.count)


def _starts(calendar: Calendar, first: datetime, index: int) -> float:
    """Return the start of the window `index` after the first."""
    if calendar.unit in _DAYS:
        begin = first + timedelta(days=_DAYS[calendar.unit] * calendar.count * index)
    else:
        begin = _months_later(first, _MONTHS[calendar.unit] * calendar.count * index)
    return begin.replace(tzinfo=calendar.zone).timestamp()


def _months_later(first: datetime, months: int) -> datetime:
    year, month0 = divmod(first.year * 12 + first.month - 1 + months, 12)
    day = min(first.day, monthrange(year, month0 + 1)[1])
    return first.replace(year=year, month=month0 + 1, day=day)
