"""Hands out finished reviews to pages and reports, and has them computed again, elsewhere, when they are old.

Nothing is computed here: a child process does that (`report --store`), one for all replicas at a time.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import structlog

from router.errors import UnavailableError
from router.noise.review import Review
from router.noise.values import Firing, RuleKey
from router.noise.weeks import Week, week_named, week_of
from router.report.packing import UnreadableError, unpack
from router.reporting.facts import newest_week
from router.reporting.parts import Stored, Stores

LOG = structlog.get_logger(__name__)
STALE_S = 60.0
"""A review that is older is computed anew when somebody asks for it; they see the old one meanwhile."""
SELDOM_S = 3_600.0
"""The same of a week that is over for long: people can still mark what happened in it, but seldom do."""
OLD_S = 14 * 86_400.0
WAIT_S = 60.0
"""How long the first review of a week is waited for."""
LEASE_S = 120.0
"""A child that takes longer may get company, which costs time and changes nothing."""
LOOK_S = 0.5
KEPT = 32
"""Reviews that are kept unpacked."""
Spawn = Callable[[str], Awaitable[bool]]
"""Computes and stores the reviews of a week in a process of its own; returns whether that went well."""


@dataclass(frozen=True, slots=True)
class Outside:
    """Who computes (`spawn`), who may (`lease`: name, seconds → held), since when there is anything (`first_start`)."""

    spawn: Spawn
    lease: Callable[[str, float], Awaitable[bool]]
    release: Callable[[str], Awaitable[None]]
    first_start: Callable[[], Awaitable[float]]
    now: Callable[[], float]


class ReviewDesk:
    """What pages ask; meets router.web.parts.Desk by shape. Every call raises UnavailableError without the state."""

    def __init__(self, parts: Stores, outside: Outside) -> None:
        self._parts = parts
        self._outside = outside
        self._under_way: dict[str, asyncio.Task[bool]] = {}
        self._unpacked: dict[tuple[str, str], tuple[float, Review]] = {}

    async def review(self, week: str = "", team: str = "") -> Review | None:
        """Return the review of a week, "" for the newest that there is something to say of; None without one.

        One that is old is computed anew behind the asker's back; the first one of a week is waited for. Of weeks whose
        firings are no longer kept (`weeks`) there is what was stored.
        """
        name = week or await self._newest()
        found = await self._load(name, team)
        # A team without a firing has no review of its own; whether the week was computed, that of all teams says.
        computed = await self._load(name, "") if found is None and team else found
        fresh = computed is not None and not self._is_stale(name, computed.as_of)
        if fresh or name not in await self.weeks():
            return found
        task = self.refresh(name)
        return await self._first(task, name, team) if computed is None else found

    async def _first(self, task: "asyncio.Task[bool]", week: str, team: str) -> Review | None:
        """Wait for the first review of a week: until it is stored, which it is before its charts are drawn."""
        until = asyncio.get_running_loop().time() + WAIT_S
        while asyncio.get_running_loop().time() < until:
            done, _ = await asyncio.wait({task}, timeout=LOOK_S)
            if await self._load(week, "") is not None or done:
                break
        return await self._load(week, team)

    def refresh(self, week: str) -> "asyncio.Task[bool]":
        """Have a week computed anew in the background, once at a time; the task tells whether it went well."""
        task = self._under_way.get(week)
        if task is None:
            task = self._under_way[week] = asyncio.create_task(self._refresh(week), name=f"review {week}")
            task.add_done_callback(lambda _: self._under_way.pop(week, None))
        return task

    async def refreshed(self, week: str) -> bool:
        """Have a week computed anew and wait for it; who gives up waiting does not stop it."""
        return await asyncio.shield(self.refresh(week))

    async def end(self) -> None:
        """Give up what is under way; what is stored is whole."""
        for task in list(self._under_way.values()):
            task.cancel()
        await asyncio.gather(*self._under_way.values(), return_exceptions=True)

    async def fresh(self, week: str, team: str, since: float) -> Review | None:
        """Return a review that was computed at `since` or later, None while there is none; never computes."""
        found = await self._load(week, team)
        return found if found is not None and found.as_of >= since else None

    async def chart(self, week: str, team: str, name: str) -> bytes | None:
        """Return a drawn chart of a stored review: "weeks.en.svg"; None without one."""
        return await self._parts.reviews.chart(week or await self._newest(), team, name)

    async def firings(self, rule: RuleKey, before: float, limit: int) -> Sequence[Firing]:
        """Return the newest firings of a rule that started before an instant, newest first."""
        return await self._parts.firings.newest(rule, before, limit)

    async def weeks(self) -> tuple[str, ...]:
        """Return the weeks that can be reviewed, newest first: from the first start on, as far as firings are kept."""
        config, now = self._parts.config(), self._outside.now()
        oldest = max(await self._outside.first_start(), now - config.history.firings_s)
        found, week = [], week_of(now, config.timezone)
        while week.end > oldest:
            found.append(week.name)
            week = week.before()
        return tuple(found)

    async def _newest(self) -> str:
        since = await self._outside.first_start()
        return newest_week(self._outside.now(), self._parts.config().timezone, since).name

    def _is_stale(self, week: str, as_of: float) -> bool:
        now = self._outside.now()
        return now - as_of > (SELDOM_S if now - self._week(week).end > OLD_S else STALE_S)

    def _week(self, name: str) -> Week:
        return week_named(name, self._parts.config().timezone)

    async def _load(self, week: str, team: str) -> Review | None:
        stored = await self._parts.reviews.load(week, team)
        return None if stored is None else await self._read((week, team), stored)

    async def _read(self, key: tuple[str, str], stored: Stored) -> Review | None:
        """Return what is stored, unpacked in a thread: that of a thousand rules takes a tenth of a second."""
        known = self._unpacked.get(key)
        if known is not None and known[0] == stored.as_of:
            return known[1]
        try:
            found = await asyncio.to_thread(unpack, stored.review)
        except UnreadableError as error:
            LOG.warning("review_unreadable", week=key[0], team=key[1], problem=str(error))
            return None
        self._unpacked.pop(key, None)
        self._unpacked[key] = stored.as_of, found
        if len(self._unpacked) > KEPT:
            del self._unpacked[next(iter(self._unpacked))]
        return found

    async def _refresh(self, week: str) -> bool:
        """Compute a week, or wait until the replica that does so has stored it."""
        since = self._outside.now()
        lease = f"review:{week}"
        try:
            if not await self._outside.lease(lease, LEASE_S):
                return await self._stored_by_another(week, since)
            try:
                return await self._outside.spawn(week)
            finally:
                await self._outside.release(lease)
        except UnavailableError as error:
            LOG.warning("review_postponed", week=week, code=error.code)
            return False

    async def _stored_by_another(self, week: str, since: float) -> bool:
        for _ in range(int(WAIT_S / LOOK_S)):
            stored = await self._parts.reviews.load(week, "")
            if stored is not None and stored.as_of > since - STALE_S:
                return True
            await asyncio.sleep(LOOK_S)
        return False
