"""When a page disturbs people: office hours and night, in their own time zone. Pure."""

from datetime import datetime
from zoneinfo import ZoneInfo

OFFICE = range(8, 18)
"""Monday to Friday; hours."""
DAYTIME = range(8, 22)


def disturbs(at: float, zone: ZoneInfo) -> tuple[bool, bool]:
    """Return whether an instant lies outside Monday to Friday, 08:00 to 18:00, and whether between 22:00 and 08:00."""
    local = datetime.fromtimestamp(at, zone)
    return local.weekday() > 4 or local.hour not in OFFICE, local.hour not in DAYTIME
