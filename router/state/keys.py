"""The names of everything in Redis. A partition's keys share one hash tag, so that one script touches one slot."""

from zlib import crc32

PARTITIONS = 16
"""Fixed for ever: changing it would move every incident to another slot."""
QUARANTINE = "ar:quarantine"
SCHEMA = "ar:schema"


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


def pace(method: str, channel: str) -> tuple[str, str]:
    """Return the keys of a token bucket and of its method's freeze; `channel` is "" for a workspace-wide bucket."""
    return f"ar:{{pace:{method}}}:bucket:{channel}", f"ar:{{pace:{method}}}:frozen"
