"""When a page disturbs people: office hours and night, in their own time zone. Pure."""

from datetime import datetime
from zoneinfo import ZoneInfo

OFFICE = range(8, 18)
"""Monday to Friday; hours."""
DAYTIME = range(8, 22)


def off_hours(at: float, zone: ZoneInfo) -> bool:
    """Return whether an instant lies outside Monday to Friday, 08:00 to 18:00."""
    local = datetime.fromtimestamp(at, zone)
    return local.weekday() > 4 or local.hour not in OFFICE


def night(at: float, zone: ZoneInfo) -> bool:
    """Return whether an instant lies between 22:00 and 08:00."""
    return datetime.fromtimestamp(at, zone).hour not in DAYTIME
