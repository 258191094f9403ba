"""How Alertmanager's API v2 writes an instant. Pure."""

from datetime import UTC, datetime

YEAR_9999 = 253_402_300_799.0


def rfc3339(instant: float) -> str:
    """Return Unix seconds as Alertmanager writes them, with milliseconds; beyond the calendar its last second."""
    moment = datetime.fromtimestamp(min(max(instant, 0.0), YEAR_9999), UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
