"""A world whose messages go to the strict stand-in over HTTP, drawn by the router itself, at the router's own pace."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp

from router.app.engine import Engine, Outside, assemble
from router.dispatch import Replies
from router.incident import Reply, View
from router.slack.calls import SlackCalls
from router.slack.deliver import SlackDelivery
from router.slack.render import render
from router.state.pace import Pace
from router.testing import TOKEN, Channel, Message, Rates, SlackStandIn
from tests.support.world import World

MENTION = "<!subteam^S0SRE>"
ON_THE_WAY_S = 0.01
"""Calls that were on their way when Slack said 429, on a clock that stands still while they are."""


@dataclass
class Answers:
    """What people were answered, by the act: how often, and what the last time."""

    sent: list[Reply] = field(default_factory=list)

    def send(self, reply: Reply, view: View, locale: str, *, delayed: bool = False) -> None:
        self.sent.append(reply)


@asynccontextmanager
async def slack_of(
    world: World,
    *,
    deadline_s: float = 10.0,
    storm_after: int = 1_000_000,
    allow: tuple[str, ...] = (),
    replies: Replies | None = None,
    replicas: int = 1,
) -> AsyncIterator[SlackStandIn]:
    """Let a world tell the stand-in instead of its ledger; `deadline_s` is how long a call may take in real time.

    Further `replicas` work on the same state; they are in `world.others`.
    """
    channels = [Channel("C0SRE", "sre"), Channel("C0TICKETS", "tickets")]
    rates = Rates(grace_s=ON_THE_WAY_S)
    async with (
        SlackStandIn(world.clock.now, channels=channels, allow=[MENTION, *allow], rates=rates) as slack,
        aiohttp.ClientSession() as session,
    ):
        calls = SlackCalls(
            TOKEN, slack.url, session, Pace(world.scripts, world.clock),
            on_result=world.metrics.slack_request, on_rate_limited=world.metrics.slack_rate_limited,
        )  # fmt: skip
        delivery = SlackDelivery(
            calls,
            lambda order: render(order.view, order.locale, f"{order.delivery_id}{order.view.now}"),
            deadline_s=deadline_s,
            sleep=world.clock.sleep,
        )

        def replica(owner: str) -> Engine:
            outside = Outside(delivery, world.metrics, owner, replies or world.replies, True, storm_after)
            return assemble(world.scripts, world.clock, world.configuration, outside)

        world.engine = replica("world")
        yield slack


def roots(slack: SlackStandIn) -> list[Message]:
    """What stands in every channel and is no reply."""
    return [message for message in slack.messages if not message.deleted and not message.thread_ts]


def living(slack: SlackStandIn) -> list[str]:
    """The first line of each of them."""
    return [message.text for message in roots(slack)]
