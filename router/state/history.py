"""Every firing with its story, in the shape of a history record: those that live, and those in the decision log."""

from datetime import UTC, datetime
from typing import Any

import orjson

from router.alert import Status
from router.state import keys
from router.state.entries import Record, unpack_record
from router.state.scripts import Scripts

UNSETTLED = ("", "hold")
"""Outcomes that may still become another one."""


class History:
    """Reads firings; the newest 20,000 ended ones of each partition are kept."""

    def __init__(self, scripts: Scripts) -> None:
        self._scripts = scripts

    async def firings(self) -> list[dict[str, Any]]:
        """Return every known firing, ended ones first."""
        ended = [each for partition in keys.PREFIXES for each in await self._ended(partition)]
        living = [each for partition in keys.PREFIXES for each in await self._living(partition)]
        return ended + living

    async def _ended(self, prefix: str) -> list[dict[str, Any]]:
        [rows] = await self._scripts.read([("XRANGE", f"{prefix}log", "-", "+")])
        return [
            _record(fields[b"fp"], fields[b"record"], fields[b"body"], fields[b"incident"], fields[b"meta"])
            for _, fields in rows
            if fields[b"kind"] == b"firing"
        ]

    async def _living(self, prefix: str) -> list[dict[str, Any]]:
        found = []
        [members] = await self._scripts.read([("SMEMBERS", f"{prefix}open")])
        for raw in members:
            key = raw.decode()
            records, bodies, (identity, meta) = await self._scripts.read(
                [
                    ("HGETALL", f"{prefix}a:{key}"),
                    ("HGETALL", f"{prefix}b:{key}"),
                    ("HMGET", f"{prefix}i:{key}", "id", "meta"),
                ]
            )
            for name, record in records.items():
                fingerprint, parsed = name.partition(b"~")[0], unpack_record(record)
                # An ended firing that is settled stands in the log already.
                if not parsed.copy and (parsed.status is Status.FIRING or parsed.outcome in UNSETTLED):
                    body = bodies.get(fingerprint, b"{}")
                    found.append(_record(fingerprint, record, body, identity or b"", meta or b"{}"))
        return found


def _record(fingerprint: bytes, raw: bytes, body: bytes, incident: bytes, meta: bytes) -> dict[str, Any]:
    record, stored = unpack_record(raw), orjson.loads(body)
    return {
        "source": stored.get("source", ""),
        "rule": stored.get("rule", ""),
        "fingerprint": fingerprint.decode(),
        "labels": stored.get("labels", {}),
        "annotations": stored.get("annotations", {}),
        "started_at": _time(record.starts_at if record.starts_at is not None else record.accepted_at),
        "ended_at": _ended_at(record),
        "outcome": record.outcome or None,
        "reason": record.reason or None,
        "would": _would(record),
        "incident": incident.decode(),
        "receiver": orjson.loads(meta).get("receiver", ""),
        "notified_at": _time(record.told_at),
    }


def _ended_at(record: Record) -> str | None:
    if record.status is Status.FIRING:
        return None
    return _time(record.ends_at if record.ends_at is not None else record.accepted_at)


def _would(record: Record) -> str | None:
    """In shadow mode: what enforce mode would have done in the end; what it would have held has ended as a drop."""
    if record.would == "hold" and record.status is Status.RESOLVED:
        return "drop"
    return record.would or None


def _time(at: float | None) -> str | None:
    return None if at is None else datetime.fromtimestamp(at, UTC).isoformat().replace("+00:00", "Z")
