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


def partition_of(incident_key: str) -> int:
    """Return the partition of an incident and of all its alerts."""
    return crc32(incident_key.encode()) % PARTITIONS


def prefix(partition: int) -> str:
    """Return the prefix of a partition's keys."""
    return f"ar:{{{partition}}}:"


def snapshot(slo: str) -> str:
    """Return the key of an SLO's newest snapshot."""
    return f"ar:{{slo:{slo}}}:snapshot"


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


def storm(channel: str) -> list[str]:
    """Return the keys of a channel's storm: first messages, who waits, who asked last, the storm itself."""
    return [f"ar:{{storm:{channel}}}:{name}" for name in ("posted", "waiting", "asked", "storm")]


PREFIXES = tuple(prefix(partition) for partition in range(PARTITIONS))
