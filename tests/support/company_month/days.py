"""The four weeks: instants by week, day and time of day in Tokyo (which has no clock changes)."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

ZONE = "Asia/Tokyo"
BASE = int(datetime(2026, 10, 26, tzinfo=ZoneInfo(ZONE)).timestamp())
"""Monday 2026-10-26 00:00 in Tokyo."""
MINUTE, HOUR, DAY = 60, 3_600, 86_400
WEEK = 7 * DAY
WEEKS = ("2026-W44", "2026-W45", "2026-W46", "2026-W47")
END = BASE + len(WEEKS) * WEEK
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def at(week: int, day: str, time: str) -> int:
    """The instant of "14:05" or "14:05:20" in Tokyo on a day of the week with this number (0 to 3)."""
    hours, minutes, seconds = (int(part) for part in (time + ":00").split(":")[:3])
    return BASE + week * WEEK + _DAYS.index(day) * DAY + hours * HOUR + minutes * MINUTE + seconds


def week_at(instant: int) -> int:
    """The number of the week that an instant lies in."""
    return (instant - BASE) // WEEK


def day_at(instant: int) -> int:
    """The number of the day in Tokyo, counted from the first Monday."""
    return (instant - BASE) // DAY


def written(instant: int | None) -> str | None:
    """RFC 3339 in UTC, as the files have it."""
    return None if instant is None else datetime.fromtimestamp(instant, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def off_hours(instant: int, zone: ZoneInfo) -> bool:
    """Outside Monday to Friday 08:00 to 18:00."""
    local = datetime.fromtimestamp(instant, zone)
    return local.weekday() >= 5 or not 8 <= local.hour < 18


def night(instant: int, zone: ZoneInfo) -> bool:
    """22:00 to 08:00."""
    hour = datetime.fromtimestamp(instant, zone).hour
    return hour >= 22 or hour < 8


def shift_of(instant: int, zone: ZoneInfo) -> int:
    """The beginning of the twelve-hour shift (from 09:00 and from 21:00): walk back to the last such hour."""
    moment = instant - instant % (MINUTE * 30)
    while True:
        local = datetime.fromtimestamp(moment, zone)
        if local.minute == 0 and local.hour in (9, 21):
            return moment
        moment -= MINUTE * 30
