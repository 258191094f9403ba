"""Posts a drawn message exactly once, as far as Slack lets one know: what is no incident, such as the weekly report.

An order of the same delivery that incidents go by (router.slack.deliver): looked up by its id before it is repeated,
joined or rerouted where the channel refuses. What it says is drawn already, so content that Slack refuses comes back
to whoever drew it.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from router.gate import Kind, Outcome, Reason
from router.incident import Order, Phase, Receipt, Say, View
from router.slack.answers import Course
from router.slack.calls import SlackCalls
from router.slack.message import Message

TAKE_BACK_S = 5.0


@dataclass(frozen=True, slots=True)
class Letter:
    """One message and where it goes. `intent_at` and `lookups`: as those of an Order."""

    delivery_id: str
    channel: str
    message: Message
    locale: str = "en"
    thread_ts: str = ""
    fallback_channel: str = ""
    intent_at: float | None = None
    lookups: int = 0


class Delivery(Protocol):
    """Whoever takes orders; dispatch's own by shape."""

    async def deliver(self, order: Order) -> Receipt: ...


class Posting:
    """Posts letters. `delivery` returns a way of orders under a drawing; without an app `calls` is None.

    `now` is the clock of `Letter.intent_at`.
    """

    def __init__(
        self,
        delivery: Callable[[Callable[[Order], Message]], Delivery],
        calls: SlackCalls | None,
        now: Callable[[], float],
    ) -> None:
        self._delivery = delivery
        self._calls = calls
        self._now = now

    async def post(self, letter: Letter) -> Receipt:
        """Post, unless it is there already, and return where it stands.

        Raises:
            RefusedError: it is definitely not in Slack; where `refuses_content` says so of its code, it may be
                drawn another way, else `retry_after_s` says when to try again.
            AmbiguousError: it may be; see SlackDelivery.deliver.
        """
        return await self._delivery(lambda _: letter.message).deliver(order_of(letter, self._now()))

    async def take_back(self, receipt: Receipt) -> bool:
        """Delete a post that turned out to be a second one; returns whether it is gone."""
        if self._calls is None:
            return False
        until = asyncio.get_running_loop().time() + TAKE_BACK_S
        answer = await self._calls.call("chat.delete", {"channel": receipt.channel, "ts": receipt.ts}, until)
        return answer.course is Course.DONE


def as_drawn(message: Message) -> list[Message]:
    """Return what to say when Slack refuses a letter's content: nothing else (`steps` of SlackDelivery)."""
    return [message]


def order_of(letter: Letter, now: float) -> Order:
    """Return the order to deliver a letter: as a notice, which gives way to pages."""
    view = View("", Say.ROOT, Phase.FIRING, Outcome.FORWARD, Reason.NOTICE, Kind.NOTICE, "", now, now)
    return Order(
        view=view,
        channel=letter.channel,
        delivery_id=letter.delivery_id,
        locale=letter.locale,
        thread_ts=letter.thread_ts,
        fallback_channel=letter.fallback_channel,
        intent_at=letter.intent_at,
        lookups=letter.lookups,
        urgent=False,
    )
