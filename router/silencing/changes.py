"""Silences, whoever makes them: over the API, in Slack or on the command line, under the same rules.

Semantics are Alertmanager's (router.mute), with owner, reason and end mandatory and a longest duration. Changes race
by compare-and-set, so that of two people who end and extend the same silence each knows what became of it.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import TypeVar
from uuid import UUID, uuid5

import aiohttp
import structlog

from router.alert import Matcher
from router.errors import UnavailableError
from router.mute import Fault, Revision, Silence, SilenceState, expired, fault_of, problem_of, revised
from router.silencing.meeting import Meeting
from router.silencing.parts import Parts
from router.silencing.values import Draft, Preview, SilenceError
from router.silencing.watch import Watch

T = TypeVar("T")
LOG = structlog.get_logger(__name__)
TRIES = 20
WEEK_S = 7 * 86_400.0
TICK_S = 1e-6
_WISHES = UUID("7a0c1f5e-2f0b-5c57-9c7e-0d3b6a8e4f21")
"""Of which the id of a silence is made from the name of a wish (RFC 9562, version 5)."""
_FIELDS = {
    Fault.NO_MATCHER: "matchers",
    Fault.NAMELESS_LABEL: "matchers",
    Fault.MATCHES_EVERYTHING: "matchers",
    Fault.NO_OWNER: "created_by",
    Fault.NO_COMMENT: "comment",
    Fault.ENDS_BEFORE_START: "ends_at",
    Fault.ENDS_IN_PAST: "ends_at",
    Fault.TOO_LONG: "ends_at",
}


class Silencing:
    """Adds, changes, ends and shows silences; one for each process."""

    def __init__(self, parts: Parts, session: aiohttp.ClientSession) -> None:
        self._parts = parts
        self._meeting = Meeting(parts.board, parts.config)
        self._watch = Watch(parts, self._meeting, session)

    async def list(self) -> Sequence[Silence]:
        """Return every silence, and those that ended within the last five days."""
        return await self._parts.store.all()

    async def get(self, silence_id: str) -> Silence | None:
        """Return one silence, None where there is none of that id."""
        return next((each for each in await self._parts.store.all() if each.id == silence_id), None)

    async def add(self, draft: Draft) -> Silence:
        """Add a silence, or change the one whose id is given; returns it as stored.

        What would change the past (other matchers, another start) ends the old one and makes a new one; one that is
        over never comes back, but makes a new one too. Raises SilenceError; UnavailableError.
        """
        new_id = str(uuid5(_WISHES, draft.name)) if draft.name else self._parts.new_id()
        return await self._until_stored(lambda: self._add(draft, new_id))

    async def _add(self, draft: Draft, new_id: str) -> Silence | None:
        """Return what was stored, None where somebody else was faster."""
        now = self._parts.now()
        wanted = self._checked(_wanted(draft, now), now)
        old = await self.get(draft.id) if draft.id else None
        try:
            revision = revised(old, wanted, now)
        except LookupError as error:
            raise SilenceError(str(error), "id") from error
        stored = await self._store(revision, old, new_id)
        if stored is not None:
            what = "silence_changed" if stored.id == draft.id else "silence_added"
            LOG.info(what, silence=stored.id, by=stored.created_by, until=round(stored.ends_at))
            await self._woken(now)
        return stored

    async def _store(self, revision: Revision, old: Silence | None, new_id: str) -> Silence | None:
        """Store a revision; what it replaces is ended first: a crash in between tells too much, never too little."""
        store, silence = self._parts.store, revision.silence
        if revision.ended is not None and not await store.put(_after(revision.ended, old), before=_seen(old)):
            return None
        if silence.id:
            silence = _after(silence, old)
            return silence if await store.put(silence, before=_seen(old)) else None
        silence = replace(silence, id=new_id)
        return silence if await store.put(silence, before=None) else await self.get(new_id)

    async def expire(self, silence_id: str, by: str) -> Silence | None:
        """End a silence now; one that is over stays as it is. None where there is none of that id."""
        return await self._changed(silence_id, "silence_expired", by, expired)

    async def extend(self, silence_id: str, seconds: float, by: str) -> Silence | None:
        """Let a silence last longer than it would; None where there is none of that id, or it is over.

        Raises SilenceError where that would be longer than the configuration allows.
        """

        def longer(old: Silence, now: float) -> Silence:
            if old.state(now) is SilenceState.EXPIRED:
                return old
            return self._checked(replace(old, ends_at=old.ends_at + seconds, updated_at=now), now)

        found = await self._changed(silence_id, "silence_extended", by, longer)
        return found if found is not None and found.state(self._parts.now()) is not SilenceState.EXPIRED else None

    async def preview(self, matchers: tuple[Matcher, ...], now: float) -> Preview:
        """Return what a silence with these matchers would keep quiet now, and what it would have last week."""
        [found] = (await self._meeting.of({"": matchers})).values()
        week = await self._parts.board.muted_last(matchers, now - WEEK_S)
        return replace(found, firings=week.firings, told=week.told)

    async def tick(self, now: float) -> None:
        """Do what time asks for: see router.silencing.watch. Call it every few seconds, in every replica."""
        await self._watch.tick(now)

    async def _changed(
        self, silence_id: str, what: str, by: str, change: Callable[[Silence, float], Silence]
    ) -> Silence | None:
        async def attempt() -> tuple[Silence | None] | None:
            old, now = await self.get(silence_id), self._parts.now()
            if old is None:
                return (None,)
            new = change(old, now)
            if new == old:
                return (old,)
            new = _after(new, old)
            if not await self._parts.store.put(new, before=_seen(old)):
                return None
            LOG.info(what, silence=silence_id, by=by, until=round(new.ends_at))
            await self._woken(now)
            return (new,)

        (found,) = await self._until_stored(attempt)
        return found

    async def _until_stored(self, attempt: Callable[[], Awaitable[T | None]]) -> T:
        """Return what an attempt returns, tried again while others are faster."""
        for _ in range(TRIES):
            stored = await attempt()
            if stored is not None:
                return stored
        raise UnavailableError("others keep changing this silence; try again", code="contended")

    async def _woken(self, now: float) -> None:
        """Let incidents look again; what cannot be woken now is found by the next tick, for it is a recent change."""
        try:
            await self._parts.mutes.wake(now, targets_only=False)
        except UnavailableError as error:
            LOG.warning("silence_wake_postponed", code=error.code)
        self._parts.wake()

    def _checked(self, silence: Silence, now: float) -> Silence:
        longest_s = self._parts.config().silences.longest_s
        fault = fault_of(silence, now, longest_s)
        if fault is not None:
            raise SilenceError(problem_of(silence, now, longest_s), _FIELDS[fault], fault.value)
        return silence


def _seen(old: Silence | None) -> float | None:
    return None if old is None else old.updated_at


def _after(new: Silence, old: Silence | None) -> Silence:
    """Return a change with a time after that of what it changes, by which the store tells the two apart."""
    if old is None or new.updated_at > old.updated_at:
        return new
    return replace(new, updated_at=old.updated_at + TICK_S)


def _wanted(draft: Draft, now: float) -> Silence:
    return Silence(
        id=draft.id,
        matchers=draft.matchers,
        starts_at=draft.starts_at,
        ends_at=draft.ends_at,
        created_by=draft.created_by,
        comment=draft.comment,
        updated_at=now,
        person=draft.person,
        channel=draft.channel,
        thread_ts=draft.thread_ts,
    )
