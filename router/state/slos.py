"""Snapshots of SLOs, one for each, read by everyone; and the leases that let one replica measure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, cast

import orjson
from redis.asyncio import Redis

from router.slo.objective import Count, Measured, Ratio, Snapshot
from router.slo.verdict import Memory, Verdict
from router.state import keys
from router.state.answers import translated
from router.state.scripts import Scripts


@dataclass(frozen=True, slots=True)
class Watched:
    """What the evaluator stored of an SLO: the newest snapshot and what must be remembered of earlier ones."""

    snapshot: Snapshot
    memory: Memory
    verdict: Verdict
    evaluated_at: float
    threat_since: float | None = None
    """Since when the SLO is at the page tier without a break."""
    gap: bool = False
    """An incident was opened for that burn because no alert covered it (detection gap)."""
    announced: bool = False
    """Some alert that it covers has fired during this burn: no gap, however long it burns after the alert."""
    blind_since: float | None = None
    """Since when there is no verdict, for whatever reason."""


class Slos:
    """Reads and writes snapshots."""

    def __init__(self, scripts: Scripts, owner: str) -> None:
        self._scripts = scripts
        self._owner = owner

    async def hold_lease(self, name: str, duration_s: float) -> bool:
        """Take or renew a lease; at most one replica holds it."""
        reply = await self._scripts.run("lease", [keys.lease(name)], [self._owner, int(duration_s * 1000)])
        return bool(reply == 1)

    async def store(self, watched: Watched) -> None:
        """Keep an SLO's newest snapshot."""
        client = cast(Redis, self._scripts.client)
        with translated():
            await client.set(keys.snapshot(watched.snapshot.slo), _pack(watched))

    async def load(self, slos: Iterable[str]) -> dict[str, Watched]:
        """Return the newest snapshots of these SLOs; one that was never measured is absent."""
        names = list(slos)
        rows = await self._scripts.read([("GET", keys.snapshot(name)) for name in names]) if names else []
        return {name: _unpack(row) for name, row in zip(names, rows, strict=True) if row}


def _measured(value: Measured) -> list[float] | float | None:
    match value:
        case Count(bad, total):
            return [bad, total]
        case Ratio(bad):
            return bad
        case None:
            return None


def _pack(watched: Watched) -> bytes:
    snapshot = watched.snapshot
    return orjson.dumps(
        {
            "slo": snapshot.slo,
            "sampled_at": snapshot.sampled_at,
            "windows": {name: _measured(value) for name, value in snapshot.windows.items()},
            "age_s": snapshot.age_s,
            "interval_s": snapshot.interval_s,
            "error": snapshot.error,
            "elapsed_s": snapshot.elapsed_s,
            "memory": watched.memory,
            "verdict": watched.verdict,
            "evaluated_at": watched.evaluated_at,
            "threat_since": watched.threat_since,
            "gap": watched.gap,
            "announced": watched.announced,
            "blind_since": watched.blind_since,
        }
    )


def _unpack(raw: bytes) -> Watched:
    stored: Mapping[str, Any] = orjson.loads(raw)
    windows: dict[str, Measured] = {}
    for name, value in stored["windows"].items():
        windows[name] = Count(*value) if isinstance(value, list) else None if value is None else Ratio(value)
    snapshot = Snapshot(
        slo=stored["slo"],
        sampled_at=stored["sampled_at"],
        windows=windows,
        age_s=stored["age_s"],
        interval_s=stored["interval_s"],
        error=stored["error"],
        elapsed_s=stored["elapsed_s"],
    )
    memory = stored["memory"]
    threat = Verdict(memory["threat"]) if memory["threat"] else None
    return Watched(
        snapshot,
        Memory(threat, memory["threat_at"], memory["upgraded_at"]),
        Verdict(stored["verdict"]),
        stored["evaluated_at"],
        stored["threat_since"],
        stored["gap"],
        stored["announced"],
        stored["blind_since"],
    )
