"""Reading the state: what stands now, what was decided, whether everything is accounted for."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from math import inf
from typing import Any

import orjson

from router.alert import Alert, Matcher, Status
from router.incident import Incident
from router.state import keys, past, unfinished
from router.state.entries import Standing, unpack_alert, unpack_record
from router.state.past import MutedLast
from router.state.scripts import Argument, Scripts

QUARANTINE_ENTRIES = 1_000
QUARANTINE_BYTES = 16 << 20
BODY_BYTES = 1 << 20
"""The most that is kept of one body; of a larger one the beginning is."""
AT_ONCE = 50
"""Incidents read in one round trip."""
LOCATED_AT_ONCE = 1_000
SPEAKERS_MOST = 200
WAITING = "waiting"
"""In place of an outcome: judged, and to be told."""


@dataclass(frozen=True, slots=True)
class Audit:
    """Whether every accepted firing is accounted for. `unaccounted` other than 0 is a defect of the router."""

    unaccounted: int = 0
    held: int = 0
    stages: Mapping[str, int] = field(default_factory=dict)
    oldest_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Kept:
    """A body in quarantine: when it came, why it could not be used, its size then, and (the beginning of) it."""

    at: float
    source: str
    problem: str
    size: int
    body: bytes


class Board:
    """Reads what stands in the state."""

    def __init__(self, scripts: Scripts) -> None:
        self._scripts = scripts

    async def firing_in(self, incident_key: str) -> list[tuple[str, Alert]]:
        """Return (class id, alert) of alerts that fire in an incident: 200 are enough to say who speaks for it."""
        prefix = keys.prefix(keys.partition_of(incident_key))
        (stored,) = await self._scripts.read([("HGETALL", f"{prefix}a:{incident_key}")])
        records = {name: unpack_record(raw) for name, raw in stored.items()}
        names = [name for name, record in records.items() if record.status is Status.FIRING][:SPEAKERS_MOST]
        if not names:
            return []
        (bodies,) = await self._scripts.read([("HMGET", f"{prefix}b:{incident_key}", *names)])
        return [
            (records[name].class_id, unpack_alert(name.decode(), records[name], body))
            for name, body in zip(names, bodies, strict=True)
            if body
        ]

    async def alerts(self) -> Sequence[Standing]:
        """Return every firing alert (of several placements the one that counts)."""
        found: list[Standing] = []
        members = await self._scripts.read([("SMEMBERS", f"{prefix}open") for prefix in keys.PREFIXES])
        places = [(prefix, key.decode()) for prefix, some in zip(keys.PREFIXES, members, strict=True) for key in some]
        for start in range(0, len(places), AT_ONCE):
            found += await self._of_incidents(places[start : start + AT_ONCE])
        return found

    async def incidents(self, limit: int = 500) -> list[Incident]:
        """Return unfinished incidents, those that people were told of last first; then what was never told."""
        return await unfinished.newest(self._scripts, limit)

    async def incident(self, key: str) -> Incident | None:
        """Return an incident as it stands, None when there is none with this key (any more)."""
        return (await unfinished.read(self._scripts, [key])).get(key)

    async def find(self, spoken: str) -> str | None:
        """Return the key of the unfinished incident that people call so: capitals or not, with or without "E-"."""
        found = await unfinished.find(self._scripts, spoken)
        return found[0] if found else None

    async def decisions(self, incident_id: str, limit: int = 20) -> list[dict[str, Any]]:
        """Return the newest entries of the decision log about an incident, newest first; it may be forgotten."""
        return await past.decisions(self._scripts, incident_id, limit)

    async def recent(self, rule_or_text: str, limit: int) -> list[dict[str, Any]]:
        """Return firings of a rule: held ones, told ones that fire, ended ones (router.state.past.recent)."""
        return await past.recent(self._scripts, rule_or_text, limit)

    async def muted_last(self, matchers: Sequence[Matcher], since: float, now: float = inf) -> MutedLast:
        """Return what a silence with these matchers would have met from `since` to `now`; takes two seconds at most."""
        return await past.muted_last(self._scripts, matchers, since, now)

    async def _of_incidents(self, places: Sequence[tuple[str, str]]) -> list[Standing]:
        commands: list[tuple[Argument, ...]] = []
        for prefix, key in places:
            commands += [("HGETALL", f"{prefix}a:{key}"), ("HGETALL", f"{prefix}b:{key}")]
            commands.append(("HMGET", f"{prefix}i:{key}", "id", "meta", "mind"))
        replies = await self._scripts.read(commands)
        return [
            standing
            for records, bodies, head in zip(replies[::3], replies[1::3], replies[2::3], strict=True)
            for standing in _standing(records, bodies, head)
        ]

    async def tally(self) -> Counter[str]:
        """Return how many firings were opened, and by "o:<outcome>:<reason>" what became of them, since the start."""
        counts: Counter[str] = Counter()
        for stored in await self._scripts.read([("HGETALL", prefix + "tally") for prefix in keys.PREFIXES]):
            counts.update({name.decode(): int(amount) for name, amount in stored.items()})
        return counts

    async def audit(self, now: float) -> Audit:
        """Check the conservation law in every partition."""
        unaccounted, held, oldest = 0, 0, 0.0
        stages: Counter[str] = Counter()
        for row in await self._scripts.run_everywhere("audit", [f"{now:.6f}"]):
            unaccounted += int(row[0])
            held += int(row[1])
            for line in row[2]:
                stage, amount = line.decode().split(" ")
                stages[stage] += int(amount)
            oldest = max(oldest, float(row[3]))
        return Audit(unaccounted, held, dict(stages), oldest)

    async def log(self, limit: int = 1_000) -> list[dict[str, Any]]:
        """Return the newest entries of the decision log, newest last; firings as {"record", "body", ...}."""
        commands = [("XREVRANGE", prefix + "log", "+", "-", "COUNT", limit) for prefix in keys.PREFIXES]
        rows: list[tuple[bytes, dict[bytes, bytes]]] = list(chain(*await self._scripts.read(commands)))
        rows.sort(key=lambda row: tuple(int(part) for part in row[0].split(b"-")))
        return [{name.decode(): value.decode() for name, value in fields.items()} for _, fields in rows[-limit:]]

    async def keep(self, source: str, raw: bytes, problem: str) -> int:
        """Keep a body that could not be understood, for people to look at; returns how many had to go since ever.

        At most 1,000 bodies, 1 MiB of each, 16 MiB in all; the oldest go first.
        """
        limits: list[Argument] = [QUARANTINE_ENTRIES, QUARANTINE_BYTES]
        body: list[Argument] = [source, problem, len(raw), raw[:BODY_BYTES]]
        return int(await self._scripts.run("keep", [keys.QUARANTINE, keys.QUARANTINE_SUMS], [*limits, *body]))

    async def kept(self, limit: int = QUARANTINE_ENTRIES) -> list[Kept]:
        """Return the newest bodies in quarantine, newest first."""
        [rows] = await self._scripts.read([("XREVRANGE", keys.QUARANTINE, "+", "-", "COUNT", limit)])
        return [
            Kept(
                int(identity.split(b"-")[0]) / 1000,
                fields[b"source"].decode(),
                fields[b"problem"].decode(),
                int(fields[b"bytes"]),
                fields[b"body"],
            )
            for identity, fields in rows
        ]

    async def locate(self, fingerprints: Sequence[str]) -> dict[str, list[str]]:
        """Return the incident keys that hold a firing of each fingerprint now (a configuration change moves none)."""
        found: dict[str, list[str]] = {}
        for start in range(0, len(fingerprints), LOCATED_AT_ONCE):
            some = orjson.dumps(fingerprints[start : start + LOCATED_AT_ONCE])
            for lines in await self._scripts.run_everywhere("locate", [some]):
                for line in lines.decode().split("\n") if lines else ():
                    fingerprint, _, key = line.partition(" ")
                    found.setdefault(fingerprint, []).append(key)
        return found


def _standing(
    records: Mapping[bytes, bytes], bodies: Mapping[bytes, bytes], head: Sequence[bytes]
) -> Iterator[Standing]:
    identity, meta, mind = head
    # Whoever was looked at is judged, though people may not be told yet (group_wait, Slack away).
    judged = WAITING if mind else ""
    receiver = orjson.loads(meta)["receiver"] if meta else ""
    for name, raw in records.items():
        record = unpack_record(raw)
        if record.status is Status.FIRING and not record.copy and name in bodies:
            alert = unpack_alert(name.decode(), record, bodies[name])
            yield Standing(alert, receiver, (identity or b"").decode(), record.outcome or judged, record.accepted_at)
