"""A weekly report's way into Slack: its message with the chart that this workspace takes, then the replies.

A chart is Slack's own block, else a picture, else none: the table is there in every case. That the block is refused is
remembered, so that it is not tried each week.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Protocol

import structlog

from router.errors import AmbiguousError, DeliveryError, RefusedError
from router.incident import Receipt
from router.noise.review import Review
from router.report.charts import described
from router.reporting.parts import Reviews
from router.reporting.pictures import POSTED
from router.reporting.posting import FencedError
from router.reporting.schedule import Due
from router.slack.answers import refuses_content
from router.slack.message import Message
from router.slack.posting import Letter, Posting
from router.slack.uploads import Picture, Uploads
from router.slack.webhook import is_webhook
from router.slack.weekly import thread, weekly
from router.state.history.posts import Held, Part, Posts

LOG = structlog.get_logger(__name__)
ROOT = "root"
BLOCK = "block"
ATTEMPTS = 8
LOOKS = 6
DRAWING_S = 2.0
PATIENCE_S = 10.0
"""The longest that one part waits before it goes on; longer waits give the report back first."""
AGAIN_S = 1.0
MENDS = {
    "missing_scope": "give the app files:write and files:read (see `alert-router slack manifest`), install it anew",
    "not_in_channel": "invite the app there (/invite @slo-router), or name another channel in `report`",
    "channel_not_found": "name a channel that is there in `report`, or invite the app, if it is private",
    "is_archived": "name another channel in `report`",
}


class Memory(Protocol):
    """Remembers for some weeks that the workspace refuses charts as blocks."""

    async def refuses_block(self) -> bool: ...

    async def remember(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Tools:
    """What the way needs. `uploads` is None without an app; `address` is the router's own for people, "" for none."""

    posts: Posts
    posting: Posting
    uploads: Uploads | None
    reviews: Reviews
    memory: Memory
    address: Callable[[], str]
    now: Callable[[], float]
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep


class SlackWay:
    """Tells reports in Slack; meets router.reporting.posting.Way by shape."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools

    async def tell(self, report: Due, review: Review, held: Held) -> None:
        """Post the message and its replies, in order, each once."""
        root = await self._root(report, review, held)
        _say_rerouted(report, root)
        if is_webhook(root.channel):
            return
        for number, message in enumerate(thread(review, report.plan.locale, url=self._tools.address()), 1):
            letter = _letter(report, f"reply-{number}", message)
            # Where the message stands, its replies do too: a fallback channel would tear them apart.
            await self._part(held, replace(letter, channel=root.channel, thread_ts=root.ts, fallback_channel=""))

    async def _root(self, report: Due, review: Review, held: Held) -> Receipt:
        """Post the message, with the richest chart that Slack takes."""
        part, intent_at = await self._begin(held, ROOT)
        if part.done:
            return Receipt(part.channel, part.ts)
        letter = replace(_letter(report, ROOT, Message("", [])), intent_at=intent_at)
        refused = False
        async for chart, message in self._drawings(report, review, held):
            letter = replace(letter, message=message)
            receipt = await self._unless_refused(held, letter)
            if receipt is not None:
                if refused:  # the block, and nothing else in it
                    await self._tools.memory.remember()
                return await self._done(held, ROOT, receipt)
            refused = refused or chart == BLOCK
            letter = replace(letter, intent_at=None)
        bare = replace(letter, message=Message(letter.message.text, []))
        return await self._done(held, ROOT, await self._posted(held, bare))

    async def _drawings(self, report: Due, review: Review, held: Held) -> AsyncIterator[tuple[str, Message]]:
        """Yield the message with each chart that may do, the richest first, at last without one."""
        address, locale = self._tools.address(), report.plan.locale
        if not is_webhook(report.plan.channel):
            for chart in (self._block, self._picture):
                shown = await chart(report, review, held)
                if shown:
                    yield shown, weekly(review, locale, url=address, chart=shown)
        yield "", weekly(review, locale, url=address)

    async def _block(self, report: Due, review: Review, held: Held) -> str:
        return "" if await self._tools.memory.refuses_block() else BLOCK

    async def _picture(self, report: Due, review: Review, held: Held) -> str:
        """Return the id of the chart as an uploaded picture, "" where there is none or it cannot be uploaded."""
        week, team = report.key
        png = await self._png(report)
        if png is None or self._tools.uploads is None:
            return ""
        said = " ".join(described(review, report.plan.locale))
        picture = Picture(f"{week}{f'-{team}' if team else ''}.png", png, said)
        await self._renew(held)
        try:
            return await self._tools.uploads.upload(picture)
        except RefusedError as error:
            mend = MENDS.get(error.code, "the report goes out with its table only")
            LOG.warning("report_without_chart", week=week, team=team, code=error.code, mend=mend)
            return ""

    async def _png(self, report: Due) -> bytes | None:
        """Return the chart as a picture; a review is stored some seconds before its charts are drawn."""
        week, team = report.key
        png = None
        for number in range(LOOKS):
            await self._tools.sleep(DRAWING_S if number else 0.0)
            png = await self._tools.reviews.chart(week, team, f"{POSTED}.{report.plan.locale}.png")
            if png is not None:
                break
        return png

    async def _unless_refused(self, held: Held, letter: Letter) -> Receipt | None:
        """Post; None where Slack refuses the content."""
        try:
            return await self._posted(held, letter)
        except RefusedError as error:
            if not refuses_content(error.code):
                raise
            LOG.info("report_chart_refused", delivery=letter.delivery_id, code=error.code)
        return None

    async def _part(self, held: Held, letter: Letter) -> Receipt:
        """Post one part unless it is there."""
        name = letter.delivery_id.rpartition(":")[2]
        part, intent_at = await self._begin(held, name)
        if part.done:
            return Receipt(part.channel, part.ts)
        letter = replace(letter, intent_at=intent_at)
        receipt = await self._unless_refused(held, letter)
        if receipt is None:
            bare = replace(letter, message=Message(letter.message.text, []), intent_at=None)
            receipt = await self._posted(held, bare)
        return await self._done(held, name, receipt)

    async def _begin(self, held: Held, name: str) -> tuple[Part, float | None]:
        """Store that a part is about to be posted; returns since when an earlier attempt may be there too."""
        now = self._tools.now()
        part = await self._tools.posts.begin(held, name, now)
        if part is None:
            raise FencedError
        return part, None if part.intent_at == now else part.intent_at

    async def _posted(self, held: Held, letter: Letter) -> Receipt:
        """Post, waiting as told; raises DeliveryError where that takes too long, or Slack refuses the content."""
        for _ in range(ATTEMPTS):
            try:
                return await self._tools.posting.post(letter)
            except AmbiguousError as error:
                if is_webhook(letter.channel) and letter.intent_at is not None:
                    return Receipt(letter.channel, letter.channel)  # told twice, perhaps; more often would be noise
                looked = error.code == "not_found_yet"
                since = self._tools.now() if letter.intent_at is None else letter.intent_at
                letter, wait_s = replace(letter, intent_at=since, lookups=letter.lookups + looked), _wait(error)
            except RefusedError as error:
                if error.code != "ratelimited":
                    raise
                wait_s = _wait(error)
            await self._tools.sleep(wait_s)
            await self._renew(held)
        raise AmbiguousError("tried_too_often", letter.delivery_id, retry_after_s=PATIENCE_S)

    async def _renew(self, held: Held) -> None:
        if not await self._tools.posts.renew(held):
            raise FencedError

    async def _done(self, held: Held, name: str, receipt: Receipt) -> Receipt:
        """Store where a part stands; whoever took the report over meanwhile has posted another one, then ours goes."""
        posts = self._tools.posts
        if await posts.done(held, name, receipt.channel, receipt.ts):
            return receipt
        other = (await posts.load(held.week, held.team)).parts.get(name)
        if other is not None and other.done and other.ts != receipt.ts:
            await self._tools.posting.take_back(receipt)
        raise FencedError


def _letter(report: Due, part: str, message: Message) -> Letter:
    week, team = report.key
    plan = report.plan
    name = f"weekly:{week}:{team}:{part}"
    return Letter(name, plan.channel, message, plan.locale, fallback_channel=plan.fallback)


def _wait(error: DeliveryError) -> float:
    """Return how long to wait inside a turn; raises where it is too long for that."""
    wait_s = error.retry_after_s or AGAIN_S
    if wait_s > PATIENCE_S:
        raise error
    return wait_s


def _say_rerouted(report: Due, receipt: Receipt) -> None:
    if "rerouted:" in receipt.degraded:
        code = receipt.degraded.partition("rerouted:")[2].partition(";")[0]
        LOG.warning(
            "report_rerouted",
            channel=report.plan.channel,
            to=receipt.channel,
            code=code,
            mend=MENDS.get(code, "name a channel in `report` that takes messages of the app"),
        )
