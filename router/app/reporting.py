"""History, reviews and weekly reports, wired: what keeps them small, computes them elsewhere, brings them to people."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from router.app.child import Child
from router.app.slack import Lines, webhooks
from router.incident import Order
from router.noise.review import Review
from router.noise.weeks import week_of
from router.report.text import as_text
from router.reporting.posting import Outside as Posted
from router.reporting.posting import Poster, Way
from router.reporting.reviews import Outside as Computed
from router.reporting.reviews import ReviewDesk
from router.reporting.schedule import Due
from router.reporting.slack import SlackWay, Tools
from router.reporting.stores import stores_of
from router.slack.calls import SlackCalls
from router.slack.deliver import SlackDelivery
from router.slack.message import Message
from router.slack.posting import Delivery, Posting, as_drawn
from router.slack.terminal import Terminal
from router.slack.uploads import Uploads
from router.slack.webhook import Deliveries, is_webhook
from router.state import keys
from router.state.history.archive import Archive
from router.state.history.posts import Held, Posts
from router.state.history.slos import SloHistory
from router.state.scripts import Scripts
from router.state.slos import Slos

ARCHIVE_S = 30.0
FOLD_S = 300.0
LOOK_S = 300.0
REFRESH_S = 3_600.0
"""Reviews of this week and the last are never much older than this, asked for or not."""
LEASE_S = 30.0
"""How long a report stays with a replica that has died."""
CHART_S = 35 * 86_400
"""A workspace that refuses charts as blocks is asked again after five weeks."""


class Reporting:
    """The desk for pages, and the turns of the loops around it."""

    def __init__(self, lines: Lines, owner: str, slack: SlackCalls | None, terminal: Terminal) -> None:
        scripts = lines.scripts
        self._lines = lines
        self._slos = Slos(scripts, owner)
        self._said = SloHistory(scripts)
        self._archive = Archive(scripts, owner, self._said.stretches)
        self._posts = Posts(scripts, owner, lines.config().durability, LEASE_S)
        self._stores = replace(stores_of(scripts, lines.config()), config=lines.config)
        self._child = Child(lambda: lines.config().files[0])
        self._first_start: float | None = None
        self._slack = slack
        self._terminal = terminal
        computed = Computed(
            spawn=self._child.compute,
            lease=self._slos.hold_lease,
            release=self._release,
            first_start=self._since,
            now=lines.clock.now,
        )
        self.desk = ReviewDesk(self._stores, computed)
        posted = Posted(
            posts=self._posts,
            desk=self.desk,
            reviews=self._stores.reviews,
            way=self._way,
            meter=lines.metrics,
            config=lines.config,
            now=lines.clock.now,
        )
        self._poster = Poster(posted)

    # --- the loops

    async def archive(self) -> None:
        """Move what is over out of the log; one replica does."""
        done = await self._archive.turn(self._lines.clock.now(), self._lines.config().history.firings_s)
        self._lines.metrics.history(done.waiting, done.lost)
        await asyncio.sleep(ARCHIVE_S)

    async def fold(self) -> None:
        """Fold what the SLOs said each minute; one replica does."""
        while await self._slos.hold_lease("fold", FOLD_S):
            done = await self._said.compact(self._lines.clock.now(), self._lines.config().history.firings_s)
            if not done.waiting:
                break
        await asyncio.sleep(FOLD_S)

    async def refresh(self) -> None:
        """Have the reviews of this week and the last computed, where nobody has within the hour."""
        await asyncio.sleep(LOOK_S)
        now = self._lines.clock.now()
        this = week_of(now, self._lines.config().timezone)
        for week in (this.before(), this):
            if await self.desk.fresh(week.name, "", now - REFRESH_S) is None:
                await self.desk.refreshed(week.name)

    async def post(self) -> None:
        """Post the reports that are due."""
        await asyncio.sleep(await self._poster.turn())

    async def end(self) -> None:
        """Stop what computes; whoever comes next does it again."""
        await self.desk.end()

    # --- what they need

    async def _since(self) -> float:
        if self._first_start is None:
            self._first_start = await self._posts.since(self._lines.clock.now())
        return self._first_start

    async def _release(self, name: str) -> None:
        await self._slos.hold_lease(name, 0.001)

    def _way(self, report: Due) -> Way:
        if self._slack is None and not is_webhook(report.plan.channel):
            return ScreenWay(self._terminal)
        return SlackWay(self._tools())

    def _tools(self) -> Tools:
        lines, slack = self._lines, self._slack
        return Tools(
            posts=self._posts,
            posting=Posting(self._delivery, slack, lines.clock.now),
            uploads=Uploads(slack, lines.session) if slack is not None else None,
            reviews=self._stores.reviews,
            memory=ChartMemory(lines.scripts),
            address=lambda: lines.config().external_url,
            now=lines.clock.now,
        )

    def _delivery(self, render: Callable[[Order], Message]) -> Delivery:
        by_webhook = webhooks(self._lines, render)
        if self._slack is None:
            return by_webhook
        return Deliveries(SlackDelivery(self._slack, render, steps=as_drawn), by_webhook)


class ScreenWay:
    """Shows a report in the terminal, which stands in for Slack where no token is set."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal

    async def tell(self, report: Due, review: Review, held: Held) -> None:
        """Print the whole report."""
        del held  # what is printed once more after a crash harms nobody
        draw = partial(as_text, review, report.plan.locale)
        self._terminal.show(report.plan.channel, draw)


class ChartMemory:
    """Remembers in the state that the workspace refuses charts as blocks."""

    def __init__(self, scripts: Scripts) -> None:
        self._scripts = scripts

    async def refuses_block(self) -> bool:
        """Return whether it did so within the last weeks."""
        [known] = await self._scripts.read([("EXISTS", keys.POSTS_CHART)])
        return bool(known)

    async def remember(self) -> None:
        """Remember it for some weeks."""
        await self._scripts.read([("SET", keys.POSTS_CHART, 1, "EX", CHART_S)])
