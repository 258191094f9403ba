"""What the delivery's tests share: an order, a pacer on a hand-moved clock, and a delivery against the stand-in."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

import aiohttp

from router.errors import AmbiguousError, DeliveryError
from router.gate import Kind, Outcome, Reason
from router.incident import Order, Phase, Receipt, Say, View
from router.slack.calls import SlackCalls
from router.slack.deliver import SlackDelivery
from router.slack.message import Message
from router.testing import CHANNEL, TOKEN, SlackStandIn, VirtualClock


def view(say: Say = Say.ROOT, title: str = "Checkout") -> View:
    return View(
        incident="E-7KQ2M",
        say=say,
        phase=Phase.FIRING,
        outcome=Outcome.PAGE,
        reason=Reason.THREAT_PAGE,
        kind=Kind.GATED,
        title=title,
        started_at=0.0,
        now=0.0,
    )


def order(delivery_id: str = "d-1", say: Say = Say.ROOT, title: str = "Checkout", **more: object) -> Order:
    return replace(Order(view(say, title), CHANNEL, delivery_id), **more)


def seen_at(given: Order, now: float) -> Order:
    return replace(given, view=replace(given.view, now=now))


def draw(given: Order) -> Message:
    """A message with one block of every sort that our renderings use."""
    mark = f"{given.delivery_id}-{given.view.title}"[:200]
    return Message(
        f"PAGE: {given.view.title} runs out of budget in 9 h.",
        [
            {"type": "header", "block_id": f"{mark}-0", "text": {"type": "plain_text", "text": "Page"}},
            {
                "type": "section",
                "block_id": f"{mark}-1",
                "text": {"type": "mrkdwn", "text": given.view.title, "verbatim": True},
            },
            {"type": "context", "block_id": f"{mark}-2", "elements": [{"type": "plain_text", "text": "E-7KQ2M"}]},
        ],
    )


@dataclass
class ClockPacer:
    """Keeps one post a second and channel on the clock, as the router's own pacer does in Redis."""

    clock: VirtualClock
    every_s: float = 1.0
    free_at: dict[tuple[str, str], float] = field(default_factory=dict)
    frozen_until: dict[str, float] = field(default_factory=dict)

    async def take(
        self, method: str, channel: str, reserve: float = 0.0, who: str = "", *, ahead: bool = False
    ) -> float:
        now = self.clock()
        frozen = self.frozen_until.get(method, 0.0) - now
        if frozen > 0:
            return frozen
        if method != "chat.postMessage":
            return 0.0
        wait = self.free_at.get((method, channel), 0.0) - now
        if wait > 0:
            return wait
        self.free_at[method, channel] = now + self.every_s
        return 0.0

    async def freeze(self, method: str, seconds: float) -> None:
        self.frozen_until[method] = self.clock() + seconds


@dataclass
class Bench:
    """A stand-in, a delivery against it, and what the delivery reported."""

    slack: SlackStandIn
    delivery: SlackDelivery
    clock: VirtualClock
    pacer: ClockPacer
    results: Counter[tuple[str, str]]
    limited: Counter[str]

    async def until_told(self, given: Order, attempts: int = 10) -> Receipt:
        """Try as a dispatcher does: wait as told, remember the intent, count fruitless look-ups."""
        for _ in range(attempts):
            try:
                return await self.delivery.deliver(seen_at(given, self.clock()))
            except DeliveryError as error:
                if isinstance(error, AmbiguousError):
                    lookups = given.lookups + 1 if error.code == "not_found_yet" else given.lookups
                    since = self.clock() if given.intent_at is None else given.intent_at
                    given = replace(given, intent_at=since, lookups=lookups)
                self.clock.advance(error.retry_after_s or 1.0)
        raise AssertionError(f"not told after {attempts} attempts")


@asynccontextmanager
async def bench(deadline_s: float = 5.0, token: str = TOKEN, **options: object) -> AsyncIterator[Bench]:
    """Run a delivery with real HTTP against a stand-in; `options` are the stand-in's."""
    clock = VirtualClock()
    pacer = ClockPacer(clock)
    results: Counter[tuple[str, str]] = Counter()
    limited: Counter[str] = Counter()
    async with SlackStandIn(clock, **options) as slack, aiohttp.ClientSession() as session:
        calls = SlackCalls(
            token,
            slack.url,
            session,
            pacer,
            on_result=lambda method, result: results.update([(method, result)]),
            on_rate_limited=lambda method: limited.update([method]),
        )
        delivery = SlackDelivery(calls, draw, deadline_s=deadline_s, sleep=clock.sleep)
        yield Bench(slack, delivery, clock, pacer, results, limited)
