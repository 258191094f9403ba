"""Reading unfinished incidents as they stand, without a lease."""

from collections.abc import Sequence
from typing import Any

import orjson

from router.incident import Incident
from router.state import keys
from router.state.entries import pairs
from router.state.looks import unpack_incident
from router.state.scripts import Argument, Scripts

HEADS_AT_ONCE = 500
ROWS_AT_ONCE = 50
"""Incidents that one script call reads: bounds how long Redis is busy with it."""


async def open_keys(scripts: Scripts) -> list[str]:
    """Return the keys of all unfinished incidents."""
    members = await scripts.read([("SMEMBERS", f"{prefix}open") for prefix in keys.PREFIXES])
    return [key.decode() for some in members for key in some]


async def newest(scripts: Scripts, limit: int) -> list[Incident]:
    """Return incidents, those that people were told of last first; then what was never told, newest first."""
    heads: list[tuple[float, float, str]] = []
    found = await open_keys(scripts)
    for start in range(0, len(found), HEADS_AT_ONCE):
        some = found[start : start + HEADS_AT_ONCE]
        commands: list[tuple[Argument, ...]] = [
            ("HMGET", f"{keys.prefix(keys.partition_of(key))}i:{key}", "told", "opened") for key in some
        ]
        replies = await scripts.read(commands)
        heads += [(_told_at(told), float(opened or 0), key) for key, (told, opened) in zip(some, replies, strict=True)]
    chosen = [key for _, _, key in sorted(heads, reverse=True)[:limit]]
    incidents = await read(scripts, chosen)
    return [incidents[key] for key in chosen if key in incidents]


async def read(scripts: Scripts, wanted: Sequence[str]) -> dict[str, Incident]:
    """Return these incidents by key; those that are gone are left out."""
    by_prefix: dict[str, list[str]] = {}
    for key in wanted:
        by_prefix.setdefault(keys.prefix(keys.partition_of(key)), []).append(key)
    found: dict[str, Incident] = {}
    for prefix, some in by_prefix.items():
        for start in range(0, len(some), ROWS_AT_ONCE):
            part = some[start : start + ROWS_AT_ONCE]
            rows = await scripts.run("incidents", [f"{prefix}due"], [prefix, *part])
            found.update((row[0].decode(), _incident(row)) for row in rows)
    return found


async def find(scripts: Scripts, spoken: str) -> tuple[str, str] | None:
    """Return key and id of the incident that people call so: capitals or not, with or without "E-"."""
    for line in await scripts.run_everywhere("find", [written(spoken)]):
        if line:
            key, _, identity = line.decode().partition(" ")
            return key, identity
    return None


def written(spoken: str) -> str:
    """Return an incident's id as it is written, in capitals."""
    return "E-" + spoken.strip().upper().removeprefix("E-")


def _incident(row: Sequence[Any]) -> Incident:
    key, _, flat, *rest = row
    return unpack_incident(key.decode(), pairs(flat), *rest)


def _told_at(told: bytes | None) -> float:
    return (orjson.loads(told)["at"] or 0.0) if told else 0.0
