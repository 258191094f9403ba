"""Every firing with its story, in the shape of a history record: those that live, and those in the decision log."""

from typing import Any

import orjson

from router.alert import Status
from router.state import keys
from router.state.deeds import Deeds
from router.state.entries import Record, rfc3339, unpack_record
from router.state.looks import unpack_handling
from router.state.scripts import Scripts

FIELDS = (b"fp", b"record", b"body", b"incident", b"meta")
"""Fields of the log's rows of kind firing, as `record_of` takes them."""
UNSETTLED = ("", "hold")
"""Outcomes that may still become another one."""
_Firing = tuple[dict[str, Any], float | None]
"""A history record, and when people were told."""


class History:
    """Reads firings; the newest 20,000 ended ones of each partition are kept."""

    def __init__(self, scripts: Scripts) -> None:
        self._scripts = scripts

    async def firings(self) -> list[dict[str, Any]]:
        """Return every known firing, ended ones first."""
        deeds = Deeds()
        ended = [each for partition in keys.PREFIXES for each in await self._ended(partition, deeds)]
        living = [each for partition in keys.PREFIXES for each in await self._living(partition, deeds)]
        return [{**firing, **deeds.of(firing["incident"], told_at)} for firing, told_at in ended + living]

    async def _ended(self, prefix: str, deeds: Deeds) -> list[_Firing]:
        [rows] = await self._scripts.read([("XRANGE", f"{prefix}log", "-", "+")])
        found = []
        for _, fields in rows:
            if fields[b"kind"] == b"firing":
                told_at = unpack_record(fields[b"record"]).told_at
                found.append((record_of(*(fields[name] for name in FIELDS)), told_at))
            elif fields[b"kind"] == b"act":
                deeds.log(orjson.loads(fields[b"entry"]))
        return found

    async def _living(self, prefix: str, deeds: Deeds) -> list[_Firing]:
        found: list[_Firing] = []
        [members] = await self._scripts.read([("SMEMBERS", f"{prefix}open")])
        for raw in members:
            key = raw.decode()
            records, bodies, (identity, meta, hand) = await self._scripts.read(
                [
                    ("HGETALL", f"{prefix}a:{key}"),
                    ("HGETALL", f"{prefix}b:{key}"),
                    ("HMGET", f"{prefix}i:{key}", "id", "meta", "hand"),
                ]
            )
            deeds.stand((identity or b"").decode(), unpack_handling(hand))
            for name, record in records.items():
                fingerprint, parsed = name.partition(b"~")[0], unpack_record(record)
                # An ended firing that is settled stands in the log already.
                if not parsed.copy and (parsed.status is Status.FIRING or parsed.outcome in UNSETTLED):
                    body = bodies.get(fingerprint, b"{}")
                    firing = record_of(fingerprint, record, body, identity or b"", meta or b"{}")
                    found.append((firing, parsed.told_at))
        return found


def record_of(fingerprint: bytes, raw: bytes, body: bytes, incident: bytes, meta: bytes) -> dict[str, Any]:
    """Return a history record of a firing, all but what people did about it."""
    record, stored = unpack_record(raw), orjson.loads(body)
    return {
        "source": stored.get("source", ""),
        "rule": stored.get("rule", ""),
        "fingerprint": fingerprint.decode(),
        "labels": stored.get("labels", {}),
        "annotations": stored.get("annotations", {}),
        "started_at": rfc3339(record.starts_at if record.starts_at is not None else record.accepted_at),
        "ended_at": _ended_at(record),
        "outcome": record.outcome or None,
        "reason": record.reason or None,
        "would": _would(record),
        "incident": incident.decode(),
        "receiver": orjson.loads(meta).get("receiver", ""),
        "notified_at": rfc3339(record.told_at),
    }


def _ended_at(record: Record) -> str | None:
    if record.status is Status.FIRING:
        return None
    return rfc3339(record.ends_at if record.ends_at is not None else record.accepted_at)


def _would(record: Record) -> str | None:
    """In shadow mode: what enforce mode would have done in the end; what it would have held has ended as a drop."""
    if record.would == "hold" and record.status is Status.RESOLVED:
        return "drop"
    return record.would or None
