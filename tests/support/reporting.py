"""What the tests of weekly reports share: a stand-in, real state, and replicas that post a report that is due."""

from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import aiohttp

from router.config.load import load
from router.config.values import Config
from router.incident import Order
from router.noise.review import Review
from router.report.packing import pack
from router.reporting.posting import Outside as Posted
from router.reporting.posting import Poster
from router.reporting.reviews import Outside as Computed
from router.reporting.reviews import ReviewDesk
from router.reporting.slack import SlackWay, Tools
from router.reporting.stores import stores_of
from router.slack.calls import SlackCalls
from router.slack.deliver import SlackDelivery
from router.slack.message import Message
from router.slack.posting import Delivery, Posting, as_drawn
from router.slack.uploads import Uploads
from router.slack.webhook import Deliveries, WebhookDelivery
from router.state.history.posts import Posts
from router.testing import TOKEN, SlackStandIn, VirtualClock
from router.testing.workspace import Message as Posted_
from tests.support.delivery import ClockPacer
from tests.support.reviews import ADDRESS, AS_OF, WEEK, usual
from tests.support.state import State

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 64
CONFIG = f"""\
timezone: Asia/Tokyo
external_url: {ADDRESS}
sources:
  alertmanager: {{type: alertmanager}}
route: {{receiver: sre}}
receivers:
  - name: sre
    slack: {{channel: C0SRE}}
report: {{channel: C0SRE}}
"""


def config_of(folder: Path, text: str = CONFIG) -> Config:
    """The value of a configuration, written to a folder."""
    (folder / "router.yaml").write_text(text, encoding="utf-8")
    return load(str(folder / "router.yaml"), {})


@dataclass
class Remembered:
    """What is known of the workspace."""

    refused: bool = False

    async def refuses_block(self) -> bool:
        return self.refused

    async def remember(self) -> None:
        self.refused = True


@dataclass
class Press:
    """Replicas around one Slack and one state; `asked` are the weeks whose computing was asked for."""

    slack: SlackStandIn
    state: State
    clock: VirtualClock
    session: aiohttp.ClientSession
    config: Config
    calls: SlackCalls
    pacer: ClockPacer
    memory: Remembered = field(default_factory=Remembered)
    counted: Counter[str] = field(default_factory=Counter)
    asked: list[str] = field(default_factory=list)
    computes: Callable[[str], Review | None] = lambda week: usual()
    hook: str = ""

    def report(self, result: str) -> None:
        """Count what became of a report."""
        self.counted[result] += 1

    async def store(self, review: Review, team: str = "", **charts: bytes) -> None:
        """Keep a review as a child process would."""
        named = {name.replace("_", "."): chart for name, chart in charts.items()}
        reviews = stores_of(self.state.scripts, self.config).reviews
        await reviews.store(review.week, team, pack(review), named, review.as_of)

    def desk(self, owner: str = "one") -> ReviewDesk:
        async def spawn(week: str) -> bool:
            self.asked.append(week)
            found = self.computes(week)
            if found is not None:
                await self.store(replace(found, as_of=self.clock()))
            return found is not None

        async def first_start() -> float:
            return 0.0

        async def lease(name: str, seconds: float) -> bool:
            return await self.state.slos.hold_lease(name, seconds)

        async def release(name: str) -> None:
            await self.state.slos.hold_lease(name, 0.001)

        outside = Computed(spawn, lease, release, first_start, self.clock)
        return ReviewDesk(replace(stores_of(self.state.scripts, self.config), config=lambda: self.config), outside)

    def replica(self, owner: str = "one", lease_s: float = 30.0, deadline_s: float = 2.0) -> Poster:
        """A replica that posts what is due."""
        posts = Posts(self.state.scripts, owner, lease_s=lease_s)
        reviews = stores_of(self.state.scripts, self.config).reviews

        def delivery(render: Callable[[Order], Message]) -> Delivery:
            sleep = self.clock.sleep
            app = SlackDelivery(self.calls, render, sleep=sleep, steps=as_drawn, deadline_s=deadline_s)
            hook = WebhookDelivery(
                self.session, render, lambda _: self.hook, self.pacer, lambda method, code: None, sleep
            )
            return Deliveries(app, hook)

        tools = Tools(
            posts=posts,
            posting=Posting(delivery, self.calls, self.clock),
            uploads=Uploads(self.calls, self.session, sleep=self.clock.sleep),
            reviews=reviews,
            memory=self.memory,
            address=lambda: self.config.external_url,
            now=self.clock,
            sleep=self.clock.sleep,
        )
        return Poster(
            Posted(
                posts=posts,
                desk=self.desk(owner),
                reviews=reviews,
                way=lambda report: SlackWay(tools),
                meter=self,
                config=lambda: self.config,
                now=self.clock,
            )
        )

    async def started_before(self, at: float = WEEK.start) -> None:
        """Let the router have been started for the first time long ago."""
        await Posts(self.state.scripts, "earlier").since(at)

    async def until_posted(self, poster: Poster, turns: int = 20) -> None:
        """Take turns as the loop does, until a report is counted as posted."""
        before = self.counted["posted"]
        for _ in range(turns):
            again_s = await poster.turn()
            if self.counted["posted"] > before:
                return
            self.clock.advance(again_s)
        raise AssertionError(f"not posted after {turns} turns: {self.counted}")

    def roots(self, channel: str = "C0SRE") -> list[Posted_]:
        """Reports in a channel."""
        return [each for each in self.slack.posts(channel) if not each.thread_ts]

    def replies(self, channel: str = "C0SRE") -> list[Posted_]:
        """Replies in a channel."""
        return [each for each in self.slack.posts(channel) if each.thread_ts]


@asynccontextmanager
async def press(state: State, folder: Path, text: str = CONFIG, **options: object) -> AsyncIterator[Press]:
    """Monday 09:00 in Tokyo: the report of the week before is due; `options` are the stand-in's."""
    clock = VirtualClock(AS_OF)
    pacer = ClockPacer(clock)
    async with SlackStandIn(clock, **options) as slack, aiohttp.ClientSession() as session:
        calls = SlackCalls(
            TOKEN, slack.url, session, pacer, on_result=lambda method, code: None, on_rate_limited=lambda method: None
        )
        opened = Press(slack, state, clock, session, config_of(folder, text), calls, pacer)
        await opened.started_before()
        yield opened


def kinds(message: Posted_) -> list[str]:
    """The kinds of a message's blocks, in order."""
    return [block["type"] for block in message.blocks]
