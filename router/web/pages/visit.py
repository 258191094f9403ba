"""One request for a page: who asks, in which language, and what the desk has for them."""

import asyncio
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from aiohttp import web

from router.config.values import Config
from router.noise.review import Review
from router.noise.values import RuleKey
from router.noise.weeks import week_named
from router.web.answers import Rejection, RejectionError
from router.web.pages.asked import Asked, asked
from router.web.pages.auth import admit
from router.web.pages.firings import MOST, PAGE, Turned, turn
from router.web.pages.texts import Texts, texts
from router.web.parts import PARTS, Desk

Said = TypeVar("Said")
LONGEST = 1_000
"""Characters of a parameter."""
AHEAD_S = 86_400.0
"""A sender's clock may be wrong: what began "tomorrow" is shown too."""


@dataclass(frozen=True, slots=True)
class Visit:
    """One admitted request. Its calls raise RejectionError in the reader's words: 404 unknown, 503 not ready yet."""

    request: web.Request
    desk: Desk
    config: Config
    now: float
    asked: Asked
    within_s: float
    """How long may be waited for a review that is being computed."""

    @property
    def texts(self) -> Texts:
        """The words around the numbers."""
        return texts(self.asked.locale)

    async def review(self) -> Review | None:
        """Return the review that is asked for, None while nothing is recorded at all."""
        return await self._wait(self._review())

    async def weeks(self) -> Sequence[str]:
        """Return the weeks to choose from, newest first."""
        return await self._wait(self.desk.weeks())

    async def firings(self, rule: RuleKey, before: float | None, limit: int = PAGE) -> Turned:
        """Return one page of a rule's firings."""
        begin = self.now + AHEAD_S if before is None else before
        return await self._wait(turn(self.desk, rule, begin, max(1, min(MOST, limit))))

    async def chart(self, week: str, team: str, name: str) -> bytes | None:
        """Return a drawn chart, None without one."""
        return await self._wait(self.desk.chart(week, team, name))

    def teams(self, review: Review | None) -> tuple[str, ...]:
        """Return the teams to choose from: those of the configuration, and those that the week knew."""
        known = {team.name for team in review.teams} if review is not None else set()
        return tuple(sorted(known | set(self.config.receivers)))

    def of(self, week: str, team: str) -> "Visit":
        """Return the same visit, asking for another week and team."""
        return replace(self, asked=replace(self.asked, week=week.upper(), team=team))

    async def _review(self) -> Review | None:
        """Ask the desk only for what there can be: strangers must not make it compute."""
        weeks = await self.desk.weeks()
        week = self._week(weeks)
        if not weeks:
            return None
        if self.asked.team and self.asked.team not in self.config.receivers:
            whole = await self.desk.review(week)
            if self.asked.team not in self.teams(whole):
                raise RejectionError(404, self.texts.problems["no_such_team"])
        return await self.desk.review(week, self.asked.team)

    def _week(self, weeks: Sequence[str]) -> str:
        if not self.asked.week:
            return ""
        try:
            week = week_named(self.asked.week, self.config.timezone).name
        except ValueError:
            raise RejectionError(404, self.texts.problems["no_week_at_all"]) from None
        if weeks and week not in weeks:
            raise RejectionError(404, self.texts.problems["no_such_week"].format(oldest=weeks[-1], newest=weeks[0]))
        return week

    async def _wait(self, work: Awaitable[Said]) -> Said:
        try:
            async with asyncio.timeout(self.within_s):
                return await work
        except TimeoutError:
            raise RejectionError(503, self.texts.problems["being_computed"], Rejection.UNAVAILABLE) from None


def visit(request: web.Request, within_s: float) -> Visit:
    """Admit a request; raises RejectionError (401, or 404 where no reviews are made)."""
    parts = request.app[PARTS]
    config = parts.config()
    wanted = asked(request.query, config.locale)
    words = texts(wanted.locale)
    admit(
        config.pages_auth,
        request,
        words.problems["token_needed"] if config.pages_auth.required else words.problems["only_here"],
    )
    if parts.desk is None:
        raise RejectionError(404, words.problems["no_desk"])
    if any(len(value) > LONGEST for value in request.query.values()):
        raise RejectionError(400, words.problems["too_long"])
    return Visit(request, parts.desk, config, parts.now(), wanted, within_s)
