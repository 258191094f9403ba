"""Group commit: the webhooks that arrive while one write is under way share the next one.

One pipeline carries a script call for each partition, and waits for the disk at level L2 (router.state.durable).
Everyone whose alerts were in it is answered together.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from router.errors import UnavailableError
from router.state.calls import Call, arguments, plan, read, take
from router.state.durable import Durable
from router.state.entries import Entry, Stored
from router.state.known import Known
from router.state.scripts import Scripts


@dataclass(slots=True)
class _Waiting:
    entries: Sequence[Entry]
    now: float
    done: asyncio.Future[list[Stored]]


class Writer:
    """Stores alerts durably, many requests in one round trip."""

    def __init__(self, scripts: Scripts, durability: str) -> None:
        self._durable = Durable(scripts, durability)
        self._waiting: list[_Waiting] = []
        self._flushing: asyncio.Task[None] | None = None
        self._known = Known()
        self._witness: dict[int, int] = {}
        self.amnesia = 0
        """How often a partition's witness counter was seen to go backwards: Redis lost acknowledged writes."""

    @property
    def round_trips(self) -> int:
        """Pipelines sent so far."""
        return self._durable.round_trips

    async def store(self, entries: Sequence[Entry], now: float) -> list[Stored]:
        """Store entries; returns what became of each, in order. Raises UnavailableError when nothing is certain."""
        waiting = _Waiting(entries, now, asyncio.get_running_loop().create_future())
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
                stored = await self._store_group(group)
            except UnavailableError as error:
                _refuse(group, str(error), error.code)
            except BaseException:
                _refuse(group, "the write was interrupted", "interrupted")
                raise
            else:
                _answer(group, stored)

    async def _store_group(self, group: Sequence[_Waiting]) -> list[Stored]:
        entries = [entry for waiting in group for entry in waiting.entries]
        now = max(waiting.now for waiting in group)
        results: list[Stored | None] = [None] * len(entries)
        changed = await self._write(plan(entries, range(len(entries)), self._known), entries, now, results)
        if changed:
            # Somebody else changed these incidents meanwhile: what was known of them is not true any more.
            await self._write(plan(entries, sorted(changed), None), entries, now, results)
        return cast(list[Stored], results)

    async def _write(
        self, calls: Sequence[Call], entries: Sequence[Entry], now: float, results: list[Stored | None]
    ) -> list[int]:
        """Send calls, once more where their fate is unknown; returns the places that must be sent in full."""
        packed = [(call.key, arguments(call, entries, now)) for call in calls]
        replies = await self._durable.run_all("accept", packed)
        again: list[int] = []
        for call, answer in zip(calls, replies, strict=True):
            reply = read(answer)
            again += take(call, reply, entries, self._known, results)
            self._watch(call.partition, reply.witness, reply.raised)
        return again

    def _watch(self, partition: int, witness: int, raised: bool) -> None:
        """Every change raises the witness: one that is not above what was seen means that changes were lost."""
        if witness < self._witness.get(partition, 0) + raised:
            self.amnesia += 1
            self._known.clear()
        self._witness[partition] = witness


def _answer(group: Sequence[_Waiting], stored: Sequence[Stored]) -> None:
    start = 0
    for waiting in group:
        end = start + len(waiting.entries)
        if not waiting.done.done():
            waiting.done.set_result(list(stored[start:end]))
        start = end


def _refuse(group: Sequence[_Waiting], problem: str, code: str) -> None:
    for waiting in group:
        if not waiting.done.done():
            waiting.done.set_exception(UnavailableError(problem, code=code))
