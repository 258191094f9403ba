"""When the next working morning is. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

EVERY_DAY = (0, 1, 2, 3, 4, 5, 6)


def next_morning(now: float, zone: ZoneInfo, morning_minute: int, workdays: Sequence[int]) -> float:
    """Return the first instant after `now` at which a working day begins in `zone`; Unix seconds.

    `morning_minute` counts from local midnight, `workdays` are 0 (Monday) to 6; without any, every day is one. A
    morning that the clocks skip in spring begins when they go on.
    """
    days = tuple(workdays) or EVERY_DAY
    today = datetime.fromtimestamp(now, zone).replace(tzinfo=None, hour=0, minute=0, second=0, microsecond=0)
    for ahead in range(9):
        begins = today + timedelta(days=ahead, minutes=morning_minute)
        at = begins.replace(tzinfo=zone).timestamp()
        if at > now and (today + timedelta(days=ahead)).weekday() in days:
            return at
    raise ValueError(f"no working day among {days!r}: write days as 0 (Monday) to 6")
