"""Brings each weekly report to its people, once, by whichever replica has it under its lease.

What is about to be posted is stored before it is, where it stands after; whoever takes over after a crash looks in
Slack for what was begun. The review that is told from is kept as it was, so that a report never changes midway.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

import structlog

from router.config.values import Config
from router.errors import DeliveryError, RefusedError
from router.noise.review import Review
from router.report.packing import pack, unpack
from router.reporting.parts import Reviews
from router.reporting.reviews import ReviewDesk
from router.reporting.schedule import Due, due, plans
from router.state.history.posts import Held, Posts

LOG = structlog.get_logger(__name__)
TURN_S = 30.0
AS_POSTED = "#posted"
"""After a team's name: its review as it was posted."""


class FencedError(Exception):
    """Another replica has the report now, and goes on with it."""


class Way(Protocol):
    """How a report reaches people."""

    async def tell(self, report: Due, review: Review, held: Held) -> None:
        """Tell all of it, less what was told before.

        Raises DeliveryError (what is left is told later), FencedError and UnavailableError.
        """
        ...


class Meter(Protocol):
    """Counts reports."""

    def report(self, result: str) -> None:
        """Count one: "posted" or "failed"."""
        ...


@dataclass(frozen=True, slots=True)
class Outside:
    """What the poster needs around it; `way` names how a report's channel is reached."""

    posts: Posts
    desk: ReviewDesk
    reviews: Reviews
    way: Callable[[Due], Way]
    meter: Meter
    config: Callable[[], Config]
    now: Callable[[], float]


@dataclass(slots=True)
class Poster:
    """Posts what is due. Every replica runs one."""

    outside: Outside
    _finished: set[tuple[str, str]] = field(default_factory=set)
    _trouble: dict[tuple[str, str], str] = field(default_factory=dict)

    async def turn(self) -> float:
        """Post what is due; returns after how many seconds to look again. Raises UnavailableError."""
        config, now = self.outside.config(), self.outside.now()
        since = await self.outside.posts.since(now)
        found = [each for each in due(plans(config), now, since, config.timezone) if each.key not in self._finished]
        again_s = [await self._take(each) for each in found]
        return min([TURN_S, *again_s])

    async def _take(self, report: Due) -> float:
        """Post one report unless it is posted, or in other hands; returns after how many seconds to look again."""
        week, team = report.key
        posts = self.outside.posts
        known = await posts.load(week, team)
        if known.finished:
            self._finished.add(report.key)
            return TURN_S
        # Before it is claimed: computing takes longer than a lease lasts.
        found = None if known.parts else await self._computed(report)
        if not known.parts and found is None:
            return self._failed(report, "not_computed", "the log of `report --store` says why; it is tried again")
        held = await posts.claim(week, team, self.outside.now())
        if held is None:
            return TURN_S
        try:
            return await self._tell(report, held, found)
        finally:
            await posts.release(held)

    async def _tell(self, report: Due, held: Held, found: Review | None) -> float:
        """Tell a report that is in our hands, and say what became of it."""
        try:
            await self._tell_all(report, held, found)
        except FencedError:
            LOG.info("report_taken_over", week=report.week.name, team=report.plan.team)
            return TURN_S
        except DeliveryError as error:
            return self._failed(report, error.code, str(error), error.retry_after_s)
        self._finished.add(report.key)
        self._trouble.pop(report.key, None)
        self.outside.meter.report("posted")
        LOG.info("report_posted", week=report.week.name, team=report.plan.team, channel=report.plan.channel)
        return TURN_S

    async def _tell_all(self, report: Due, held: Held, found: Review | None) -> None:
        review = await self._pinned(report, held, found)
        await self.outside.way(report).tell(report, review, held)
        if not await self.outside.posts.finish(held):
            raise FencedError

    async def _pinned(self, report: Due, held: Held, found: Review | None) -> Review:
        """Return the review that the report is told from: as it was begun, else this one from now on."""
        week, team = report.key
        reviews = self.outside.reviews
        if not held.post.parts:
            kept = found if found is not None else await self._must(report)
            await reviews.store(week, team + AS_POSTED, await asyncio.to_thread(pack, kept), {}, kept.as_of)
        stored = await reviews.load(week, team + AS_POSTED)
        return await self._must(report) if stored is None else await asyncio.to_thread(unpack, stored.review)

    async def _must(self, report: Due) -> Review:
        found = await self._computed(report)
        if found is None:
            raise RefusedError("not_computed", "the log of `report --store` says why")
        return found

    async def _computed(self, report: Due) -> Review | None:
        """Return the review since the report was due; where it cannot be computed, one since the week was over."""
        week, team = report.key
        desk = self.outside.desk
        found = await desk.fresh(week, team, report.at)
        if found is None:
            await desk.refreshed(week)
            found = await desk.fresh(week, team, report.week.end)
        return found

    def _failed(self, report: Due, code: str, problem: str, again_s: float | None = None) -> float:
        """Say what keeps a report back, once; returns after how many seconds it is tried again."""
        if self._trouble.get(report.key) != code:
            LOG.warning("report_postponed", week=report.week.name, team=report.plan.team, code=code, problem=problem)
            self.outside.meter.report("failed")
        self._trouble[report.key] = code
        return min(again_s or TURN_S, TURN_S)
