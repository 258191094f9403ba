"""Weeks, months and days in a team's time zone: a week runs from Monday 00:00 to the next (ISO 8601)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

_WEEK = re.compile(r"(\d{4})-W(\d{2})")
_FIRST_YEAR, _YEAR_AFTER = 1970, 9999
"""Before and after these, an instant is none that the state can hold, or beyond what a date can."""


@dataclass(frozen=True, slots=True)
class Week:
    """An ISO week in a time zone; it has 167 or 169 hours where the clocks change."""

    monday: date
    zone: ZoneInfo

    @property
    def start(self) -> float:
        """Monday 00:00; Unix seconds."""
        return midnight(self.monday, self.zone)

    @property
    def end(self) -> float:
        """The next Monday 00:00; Unix seconds."""
        return midnight(self.monday + timedelta(7), self.zone)

    @property
    def name(self) -> str:
        """As people and `--week` write it: 2026-W47."""
        year, number, _ = self.monday.isocalendar()
        return f"{year}-W{number:02d}"

    @property
    def sunday(self) -> date:
        """Its last day."""
        return self.monday + timedelta(6)

    def before(self, weeks: int = 1) -> "Week":
        """Return the week so many weeks earlier (later, where negative)."""
        return Week(self.monday - timedelta(7 * weeks), self.zone)

    def days(self) -> Iterator[date]:
        """Yield its seven days."""
        return (self.monday + timedelta(number) for number in range(7))

    def holds(self, at: float) -> bool:
        """Return whether an instant lies in it."""
        return self.start <= at < self.end


@lru_cache(maxsize=1_024)
def midnight(day: date, zone: ZoneInfo) -> float:
    """Return when a day begins in a zone; Unix seconds."""
    return datetime.combine(day, time(), zone).timestamp()


def day_of(at: float, zone: ZoneInfo) -> date:
    """Return the day of an instant in a zone."""
    return datetime.fromtimestamp(at, zone).date()


def week_of(at: float, zone: ZoneInfo) -> Week:
    """Return the week that an instant lies in."""
    day = day_of(at, zone)
    return Week(day - timedelta(day.weekday()), zone)


def week_named(name: str, zone: ZoneInfo) -> Week:
    """Return the week that people call 2026-W47; raises ValueError that says how to write one."""
    found = _WEEK.fullmatch(name.strip().upper())
    if found is None:
        raise ValueError(f"{name!r} is no week: write year and ISO week number, as 2026-W47")
    if not _FIRST_YEAR <= int(found[1]) < _YEAR_AFTER:
        raise ValueError(f"{name!r} is no week that anything is recorded of: write one from {_FIRST_YEAR} on")
    try:
        return Week(date.fromisocalendar(int(found[1]), int(found[2]), 1), zone)
    except ValueError:
        raise ValueError(f"{name!r} is no week: {found[1]} has no week {int(found[2])}") from None
