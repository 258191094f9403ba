"""The names of everything in Redis. A partition's keys share one hash tag, so that one script touches one slot."""

from zlib import crc32

PARTITIONS = 16
"""Fixed for ever: changing it would move every incident to another slot."""
QUARANTINE = "ar:{quarantine}"
QUARANTINE_SUMS = "ar:{quarantine}:sums"
SCHEMA = "ar:schema"
SILENCES = "ar:{silences}"
"""Silences by id; beside it, with a suffix, SILENCES_VERSION and when each last kept an alert quiet."""
SILENCES_VERSION = SILENCES + ":version"
SILENCES_TOUCHED = SILENCES + ":touched"
MISSED = "ar:{missed}"
STORMS = "ar:{storms}"
TEAM = "ar:{team}"
SLO_DAYS = "ar:{slo-days}"
"""SET of "<UTC day>:<SLO>" whose minutes are still to be folded."""
ROLLUPS = "ar:{rollups}"
"""HASH of local days (ISO 8601) and their sums."""
POSTS_SINCE = "ar:{posts}:since"
POSTS_CHART = "ar:{posts}:chart"
"""There while the workspace is known to refuse charts as blocks."""
DAYS = "ar:{days}"
"""Days of which firings or acts are archived; their own keys carry the day as hash tag."""


def partition_of(incident_key: str) -> int:
    """Return the partition of an incident and of all its alerts."""
    return crc32(incident_key.encode()) % PARTITIONS


def prefix(partition: int) -> str:
    """Return the prefix of a partition's keys."""
    return f"ar:{{{partition}}}:"


def snapshot(slo: str) -> str:
    """Return the key of an SLO's newest snapshot."""
    return f"ar:{{slo:{slo}}}:snapshot"


def slo_day(slo: str, day: int) -> str:
    """Return the key of what an SLO said on a UTC day, counted from 1970-01-01."""
    return f"ar:{{slo:{slo}}}:day:{day}"


def review(week: str, team: str) -> str:
    """Return the key of a week's review; `team` is "" for all teams."""
    return f"ar:{{review:{week}}}:{team}"


def post(week: str, team: str) -> str:
    """Return the key of what is known of a weekly report's posts; `team` is "" for that of all teams."""
    return f"ar:{{post:{week}}}:{team}"


def lease(name: str) -> str:
    """Return the key of a named lease."""
    return f"ar:{{lease:{name}}}"


def freeze(method: str) -> str:
    """Return the key of the pause that Slack asked for, of one method."""
    return f"ar:{{pace:{method}}}:frozen"


def bucket(method: str, channel: str) -> str:
    """Return the key of a method's token bucket; `channel` is "" for the workspace's."""
    return f"ar:{{pace:{method}}}:bucket:{channel}"


def line(method: str, channel: str) -> list[str]:
    """Return the keys of the line in which a channel's posts wait: since when each does, and how long it may."""
    return [f"ar:{{pace:{method}}}:{name}:{channel}" for name in ("line", "asked")]


def firings_of(day: str) -> str:
    """Return the key of the archived firings that began on a UTC day (ISO 8601)."""
    return f"ar:{{day:{day}}}:firings"


def acts_of(day: str) -> str:
    """Return the key of the archived acts of a UTC day."""
    return f"ar:{{day:{day}}}:acts"


def storm(channel: str) -> list[str]:
    """Return the keys of a channel's storm: first messages, who waits, who asked last, the storm itself."""
    return [f"ar:{{storm:{channel}}}:{name}" for name in ("posted", "waiting", "asked", "storm")]


PREFIXES = tuple(prefix(partition) for partition in range(PARTITIONS))
