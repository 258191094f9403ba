"""Group commit: the webhooks that arrive while one write is under way share the next one.

One pipeline carries a script call for each partition, then, at level L2, WAITAOF on the same connection (it counts
only for the connection that wrote). Everyone whose alerts were in it is answered together.
"""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from redis import exceptions as redis_errors
from redis.asyncio import Redis

from router.alert import Status
from router.errors import UnavailableError
from router.state import keys
from router.state.answers import Happened, classify, unavailable
from router.state.entries import Entry, Stored
from router.state.scripts import Argument, Scripts, sha, source

BATCH = 200
"""Alerts in one script call: bounds how long Redis is busy with one of them."""
TOMBSTONE_MS = 3_600_000
WAITAOF_MS = 1_000


@dataclass(slots=True)
class _Waiting:
    entries: Sequence[Entry]
    now: float
    done: asyncio.Future[list[Stored]]
    stored: list[Stored | None] = field(default_factory=list)


class Writer:
    """Stores alerts durably, many requests in one round trip."""

    def __init__(self, scripts: Scripts, durability: str) -> None:
        self._scripts = scripts
        self._durability = durability
        self._waiting: list[_Waiting] = []
        self._flushing: asyncio.Task[None] | None = None
        self.witness: dict[int, int] = {}
        self.amnesia = 0
        """How often a partition's witness counter was seen to go backwards: Redis lost acknowledged writes."""

    async def store(self, entries: Sequence[Entry], now: float) -> list[Stored]:
        """Store entries; returns what became of each, in order. Raises UnavailableError when nothing is certain."""
        waiting = _Waiting(entries, now, asyncio.get_running_loop().create_future(), [None] * len(entries))
        self._waiting.append(waiting)
        if self._flushing is None or self._flushing.done():
            self._flushing = asyncio.create_task(self._flush())
        # The write goes on when the sender hangs up: cancelling redis-py inside a command spoils its connection.
        return await asyncio.shield(waiting.done)

    async def drain(self) -> None:
        """Wait until everything handed in has been answered."""
        if self._flushing is not None:
            await asyncio.wait([self._flushing])

    async def _flush(self) -> None:
        while self._waiting:
            group, self._waiting = self._waiting, []
            try:
                await self._write(group)
            except UnavailableError as error:
                _answer_all(group, error)
            except BaseException:
                _answer_all(group, UnavailableError("the write was interrupted"))
                raise
            else:
                for waiting in group:
                    if not waiting.done.done():
                        waiting.done.set_result(cast(list[Stored], waiting.stored))

    async def _write(self, group: list[_Waiting]) -> None:
        calls = _calls(group)
        for attempt in (1, 2):
            try:
                replies = await self._pipeline(calls)
            except (redis_errors.RedisError, OSError) as error:
                answer = classify(error)
                if answer.reconnect:
                    await self._scripts.forget_connections()
                if attempt == 2 or answer.happened is Happened.NO:
                    raise unavailable(error) from error
            else:
                for call, reply in zip(calls, replies, strict=True):
                    self._take(call, reply)
                return

    async def _pipeline(self, calls: "list[_Call]") -> list[Any]:
        client = self._scripts.client
        if not isinstance(client, Redis):
            return [await self._scripts.run("accept", [call.key], call.arguments) for call in calls]
        async with client.pipeline(transaction=False) as pipeline:
            for call in calls:
                cast(Any, pipeline).evalsha(sha("accept"), 1, call.key, *call.arguments)
            if self._durability == "L2":
                cast(Any, pipeline).execute_command("WAITAOF", 1, 0, WAITAOF_MS)
            replies = await pipeline.execute(raise_on_error=False)
        if any(isinstance(reply, redis_errors.NoScriptError) for reply in replies):
            await client.script_load(source("accept").decode())
            return await self._pipeline(calls)
        for reply in replies:
            if isinstance(reply, Exception):
                raise reply
        if self._durability == "L2" and replies.pop()[0] < 1:
            raise UnavailableError("Redis did not confirm the write to disk within 1 s (level L2)", code="waitaof")
        return replies

    def _take(self, call: "_Call", reply: Any) -> None:
        codes, ids, witness = reply
        if witness <= self.witness.get(call.partition, 0):
            self.amnesia += 1
        self.witness[call.partition] = witness
        names = {key: identity.decode() for key, identity in zip(call.incidents, ids, strict=True)}
        for (waiting, index), code in zip(call.places, codes.decode(), strict=True):
            waiting.stored[index] = Stored(code, names[waiting.entries[index].incident_key])


def _answer_all(group: list[_Waiting], error: UnavailableError) -> None:
    for waiting in group:
        if not waiting.done.done():
            waiting.done.set_exception(error)


@dataclass(frozen=True, slots=True)
class _Call:
    partition: int
    key: str
    arguments: list[Argument]
    incidents: list[str]
    places: list[tuple[_Waiting, int]]


def _calls(group: list[_Waiting]) -> list[_Call]:
    by_partition: dict[int, list[tuple[_Waiting, int]]] = defaultdict(list)
    for waiting in group:
        for index, entry in enumerate(waiting.entries):
            by_partition[keys.partition_of(entry.incident_key)].append((waiting, index))
    return [
        _call(partition, places[start : start + BATCH])
        for partition, places in by_partition.items()
        for start in range(0, len(places), BATCH)
    ]


def _call(partition: int, places: list[tuple[_Waiting, int]]) -> _Call:
    classes: dict[str, int] = {}
    class_arguments: list[Argument] = []
    incidents: dict[str, int] = {}
    incident_arguments: list[Argument] = []
    alerts: list[Argument] = []
    for waiting, index in places:
        entry = waiting.entries[index]
        if entry.class_id not in classes:
            classes[entry.class_id] = len(classes) + 1
            class_arguments += [entry.class_id, entry.class_json, "\n".join(entry.slos)]
        if entry.incident_key not in incidents:
            incidents[entry.incident_key] = len(incidents) + 1
            incident_arguments += [entry.incident_key, entry.incident_id, entry.meta]
        alerts += _alert(entry, incidents[entry.incident_key], classes[entry.class_id])
    arguments: list[Argument] = [keys.prefix(partition), f"{places[0][0].now:.6f}", TOMBSTONE_MS]
    arguments += [len(classes), *class_arguments, len(incidents), *incident_arguments, len(places), *alerts]
    return _Call(partition, keys.prefix(partition) + "due", arguments, list(incidents), places)


def _alert(entry: Entry, incident: int, class_no: int) -> list[Argument]:
    status = "f" if entry.status is Status.FIRING else "r"
    return [
        incident,
        entry.fingerprint,
        status,
        _instant(entry.starts_at),
        _instant(entry.ends_at),
        entry.body_hash,
        class_no,
        _instant(entry.expires_at),
        entry.rank,
        entry.rule,
        entry.where,
        entry.body,
        entry.lead,
        "1" if entry.copy else "0",
    ]


def _instant(value: float | None) -> str:
    return "" if value is None else f"{value:.6f}"
