"""Reading the state: what stands now, what was decided, whether everything is accounted for."""

from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import orjson
from redis import exceptions as redis_errors
from redis.asyncio import Redis

from router.alert import Status
from router.state import keys
from router.state.answers import unavailable
from router.state.entries import Standing, unpack_alert, unpack_record
from router.state.scripts import Argument, Scripts

QUARANTINE_ENTRIES = 1_000
QUARANTINE_BYTES = 1 << 20
"""The most that is kept of one body; a larger one is cut, and marked so."""


@dataclass(frozen=True, slots=True)
class Audit:
    """Whether every accepted firing is accounted for. `unaccounted` other than 0 is a defect of the router."""

    unaccounted: int = 0
    held: int = 0
    stages: Mapping[str, int] = field(default_factory=dict)
    oldest_s: float = 0.0


class Board:
    """Reads what stands in the state."""

    def __init__(self, scripts: Scripts) -> None:
        self._scripts = scripts

    @property
    def _client(self) -> Redis:
        return cast(Redis, self._scripts.client)

    async def alerts(self) -> Sequence[Standing]:
        """Return every firing alert (of several placements the one that counts)."""
        try:
            return [standing async for standing in self._standing()]
        except (redis_errors.RedisError, OSError) as error:
            raise unavailable(error) from error

    async def _standing(self) -> AsyncIterator[Standing]:
        for partition in range(keys.PARTITIONS):
            prefix = keys.prefix(partition)
            for raw in await cast(Any, self._client.smembers(prefix + "open")):
                async for standing in self._of_incident(prefix, raw.decode()):
                    yield standing

    async def _of_incident(self, prefix: str, key: str) -> AsyncIterator[Standing]:
        records = await cast(Any, self._client.hgetall(f"{prefix}a:{key}"))
        bodies = await cast(Any, self._client.hgetall(f"{prefix}b:{key}"))
        identity, meta = await cast(Any, self._client.hmget(f"{prefix}i:{key}", ["id", "meta"]))
        for fingerprint, raw in records.items():
            record = unpack_record(raw)
            if record.status is Status.FIRING and not record.copy and fingerprint in bodies:
                alert = unpack_alert(fingerprint.decode(), record, bodies[fingerprint])
                receiver = orjson.loads(meta)["receiver"] if meta else ""
                yield Standing(alert, receiver, (identity or b"").decode(), record.outcome, record.accepted_at)

    async def tally(self) -> Counter[str]:
        """Return how many firings were opened, and by "o:<outcome>:<reason>" what became of them, since the start."""
        counts: Counter[str] = Counter()
        try:
            for partition in range(keys.PARTITIONS):
                stored = await cast(Any, self._client.hgetall(keys.prefix(partition) + "tally"))
                counts.update({name.decode(): int(amount) for name, amount in stored.items()})
        except (redis_errors.RedisError, OSError) as error:
            raise unavailable(error) from error
        return counts

    async def audit(self, now: float) -> Audit:
        """Check the conservation law in every partition."""
        unaccounted, held, oldest = 0, 0, 0.0
        stages: Counter[str] = Counter()
        for partition in range(keys.PARTITIONS):
            arguments: list[Argument] = [keys.prefix(partition), f"{now:.6f}"]
            row = await self._scripts.run("audit", [keys.prefix(partition) + "due"], arguments)
            unaccounted += int(row[0])
            held += int(row[1])
            for line in row[2]:
                stage, amount = line.decode().split(" ")
                stages[stage] += int(amount)
            oldest = max(oldest, float(row[3]))
        return Audit(unaccounted, held, dict(stages), oldest)

    async def log(self, limit: int = 1_000) -> list[dict[str, Any]]:
        """Return the newest entries of the decision log, newest last; firings as {"record", "body", ...}."""
        rows: list[tuple[bytes, dict[bytes, bytes]]] = []
        try:
            for partition in range(keys.PARTITIONS):
                rows += await cast(Any, self._client.xrevrange(keys.prefix(partition) + "log", count=limit))
        except (redis_errors.RedisError, OSError) as error:
            raise unavailable(error) from error
        rows.sort(key=lambda row: tuple(int(part) for part in row[0].split(b"-")))
        return [{name.decode(): value.decode() for name, value in fields.items()} for _, fields in rows[-limit:]]

    async def keep(self, source: str, raw: bytes, problem: str) -> None:
        """Keep a body that could not be understood, for people to look at (at most 1,000, 1 MiB of each)."""
        fields = {"source": source, "problem": problem, "bytes": str(len(raw)), "body": raw[:QUARANTINE_BYTES]}
        try:
            await self._client.xadd(keys.QUARANTINE, cast(Any, fields), maxlen=QUARANTINE_ENTRIES, approximate=True)
        except (redis_errors.RedisError, OSError) as error:
            raise unavailable(error) from error

    async def locate(self, fingerprints: Sequence[str]) -> dict[str, list[str]]:
        """Return the incident keys that hold a firing of each fingerprint now (a configuration change moves none)."""
        found: dict[str, list[str]] = {}
        try:
            async with self._client.pipeline(transaction=False) as pipeline:
                for partition in range(keys.PARTITIONS):
                    cast(Any, pipeline).hmget(keys.prefix(partition) + "where", fingerprints)
                rows = await pipeline.execute()
        except (redis_errors.RedisError, OSError) as error:
            raise unavailable(error) from error
        for row in rows:
            for fingerprint, key in zip(fingerprints, row, strict=True):
                if key:
                    found.setdefault(fingerprint, []).append(key.decode())
        return found
