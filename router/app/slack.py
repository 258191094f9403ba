"""Slack, wired: how messages get there, and how what people do there comes in."""

import random
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

import aiohttp
import structlog

from router.alert import Alert, Matcher, Status
from router.app.engine import Engine
from router.app.team import Team
from router.config.values import Config, Environment
from router.dispatch import Delivery
from router.errors import UnavailableError
from router.incident import Order, notice
from router.mute import Silence
from router.respond.parts import Parts, Preview, Wish, WishError
from router.respond.replies import Replies
from router.respond.responder import Responder
from router.silencing import Draft, SilenceError, Silencing
from router.slack.answering import Answering, Views
from router.slack.calls import SlackCalls
from router.slack.deliver import SlackDelivery
from router.slack.envelopes import Envelopes
from router.slack.inbound import Inbound, Taken
from router.slack.message import Message
from router.slack.names import Names
from router.slack.render import render
from router.slack.socket import SocketMode
from router.slack.webhook import Deliveries, WebhookDelivery
from router.state.acts import Acts
from router.state.clock import Clock
from router.state.missed import Missed
from router.state.pace import Pace
from router.state.scripts import Scripts
from router.state.slos import Slos
from router.web.metrics import Metrics

LOG = structlog.get_logger(__name__)
WORKSPACE_S = 1.5
"""How long a click right after the first start may wait for Slack to say whose workspace it is."""


@dataclass(frozen=True, slots=True)
class Lines:
    """What everything that talks to Slack needs."""

    environment: Environment
    session: aiohttp.ClientSession
    pace: Pace
    metrics: Metrics
    scripts: Scripts
    clock: Clock
    config: Callable[[], Config]

    @property
    def base_url(self) -> str:
        """Base of the Web API with a slash at its end, "" for Slack's own."""
        url = self.environment.slack_api_url
        return url.rstrip("/") + "/" if url else ""

    limited: Counter[str] = field(default_factory=Counter)
    """How often Slack has put a method off since this process began."""

    def calls(self, token: str) -> SlackCalls:
        """Return the Web API under a token."""
        return SlackCalls(
            token,
            self.base_url,
            self.session,
            self.pace,
            on_result=self.metrics.slack_request,
            on_rate_limited=self.put_off,
        )

    def put_off(self, method: str) -> None:
        """Count that Slack asked to wait with a method."""
        self.limited[method] += 1
        self.metrics.slack_rate_limited(method)


def draw(order: Order) -> Message:
    """Draw an order; the salt makes block_ids new at every attempt, as Slack asks whenever a message changes."""
    return render(order.view, order.locale, f"{order.delivery_id}{order.view.now}")


class SlackSide:
    """The app's side of Slack; there is one when a bot token is set."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines
        environment = lines.environment
        self.calls = lines.calls(environment.slack_bot_token)
        self.answers = Answering(lines.session, lines.base_url)
        self.team = Team(self.calls, lines.scripts)
        self.replies = Replies(self.answers, lines.config)
        self.secrets = tuple(filter(None, [environment.slack_signing_secret]))
        self.trouble = ""
        """Why the app is no use any more (tokens_revoked, app_uninstalled), "" when it is."""
        self._responder: Responder | None = None
        self._socket: SocketMode | None = None

    @property
    def interactive(self) -> bool:
        """Whether Slack can send us what people click."""
        return bool(self.secrets or self._lines.environment.slack_app_token)

    def delivery(self) -> Delivery:
        """Return the way of messages: to the app, and to incoming webhooks where a receiver has one."""
        return Deliveries(SlackDelivery(self.calls, draw), webhooks(self._lines))

    def connect(self, engine: Engine, silencing: Silencing) -> None:
        """Put the responder before the engine; until then nothing is taken in."""
        lines = self._lines
        durability = engine.configuration.current.durability
        parts = Parts(
            acts=Acts(lines.scripts, durability),
            board=engine.board,
            slos=Slos(lines.scripts, "respond"),
            silencing=Wishes(silencing),
            missed=Missed(lines.scripts, durability),
            answers=self.answers,
            views=Views(self.calls),
            names=Names(self.calls),
            meter=lines.metrics,
            clock=lines.clock,
            config=lines.config,
            workspace=lambda: self.team.id,
            team_url=lambda: self.team.url,
            wake=engine.dispatcher.wake,
            alarm=self._alarm,
            broken_channel=lambda channel, code: self._broken(engine.intake.accept, channel, code),
        )
        self._responder = Responder(parts)
        token = lines.environment.slack_app_token
        if token:
            envelopes = Envelopes(
                self.take, lambda: lines.config().locale, lines.clock.now, lines.metrics.slack_inbound
            )
            jitter = random.SystemRandom().random
            self._socket = SocketMode(lines.calls(token), lines.session, envelopes, lines.clock, jitter)

    async def take(self, inbound: Inbound) -> Taken:
        """Do what somebody asks for in Slack; implements router.web.slack.SlackDoor."""
        if self._responder is None:
            raise UnavailableError("the router is starting", code="starting")
        if not await self.team.known(WORKSPACE_S):
            self._responder.cannot(inbound)
            text = "Slack has not said yet which workspace the token belongs to"
            raise UnavailableError(text, code="workspace_unknown")
        return await self._responder.take(inbound)

    @property
    def socket(self) -> SocketMode | None:
        """Socket Mode, where an app token is set."""
        return self._socket

    async def drain(self, seconds: float) -> None:
        """Let answers under way finish."""
        await self.replies.drain(seconds)
        if self._responder is not None:
            await self._responder.drain(seconds)

    def report(self) -> dict[str, object]:
        """Return how Slack's way in is, for /readyz."""
        if self._socket is not None:
            state = self._socket.state
            way = {"way_in": "socket", "connected_since": state.connected_since, "problem": state.error}
        else:
            way = {"way_in": "http" if self.secrets else "none: set SLACK_SIGNING_SECRET or SLACK_APP_TOKEN"}
        return {**way, "app": self.problem or "ok"}

    @property
    def problem(self) -> str:
        """Why Slack does not take the app, "" when it does."""
        return self.trouble or self.team.problem

    async def _alarm(self, code: str) -> None:
        self.trouble = code
        LOG.error("slack_app_lost", code=code, mend="install the app again and set the new token")

    async def _broken(self, accept: Callable[[Sequence[Alert]], Awaitable[object]], channel: str, code: str) -> None:
        now = self._lines.clock.now()
        await accept([notice("route_broken", channel, Status.FIRING, now, {"detail": code}, now + 3_600.0)])


def webhooks(lines: Lines, render: Callable[[Order], Message] = draw) -> WebhookDelivery:
    """Return the way of messages to incoming webhooks."""

    def url_of(channel: str) -> str:
        receivers = lines.config().receivers.values()
        return next((each.slack.webhook for each in receivers if each.slack.channel == channel), "")

    def count(method: str, code: str) -> None:
        lines.metrics.slack_request(method, code)
        if code == "ratelimited":
            lines.put_off(method)

    return WebhookDelivery(lines.session, render, url_of, lines.pace, count)


class Wishes:
    """Silences as people ask for them in Slack: the same service as for everybody, in the responder's words."""

    def __init__(self, silencing: Silencing) -> None:
        self._silencing = silencing

    async def add(self, wish: Wish, /) -> Silence:
        draft = Draft(
            matchers=wish.matchers,
            starts_at=0.0,
            ends_at=wish.ends_at,
            created_by=wish.by.name or wish.by.id,
            comment=wish.comment,
            person=wish.by.id,
            channel=wish.channel,
            thread_ts=wish.thread_ts,
            name=wish.name,
        )
        try:
            return await self._silencing.add(draft)
        except SilenceError as error:
            raise WishError(error.problem, error.field) from error

    async def expire(self, silence_id: str, by: str, /) -> Silence | None:
        return await self._silencing.expire(silence_id, by)

    async def extend(self, silence_id: str, seconds: float, by: str, /) -> Silence | None:
        try:
            return await self._silencing.extend(silence_id, seconds, by)
        except SilenceError as error:
            if error.field == "id":
                return None
            raise WishError(error.problem, error.field) from error

    async def list(self) -> Sequence[Silence]:
        return await self._silencing.list()

    async def preview(self, matchers: tuple[Matcher, ...], now: float, /) -> Preview:
        return await self._silencing.preview(matchers, now)
