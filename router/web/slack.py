"""POST /slack/interactions, /slack/commands, /slack/events: what Slack sends us, signature checked.

Nothing of a body, a token or an answer URL comes into a log, an answer or a metric.
"""

import asyncio
from collections.abc import Awaitable
from time import perf_counter
from typing import Protocol

import structlog
from aiohttp import web

from router.slack import payloads
from router.slack.inbound import Inbound, InboundError, Kind, Taken
from router.slack.payloads import Handshake
from router.slack.reception import Received, Result, receive
from router.slack.signature import verified
from router.web.answers import LATER, PLAIN, RejectionError, answer
from router.web.body import Incoming
from router.web.parts import LATE, MIB, PARTS, Limits, Load

log = structlog.get_logger(__name__)
WITHIN_S = 2.5
"""From the head of a request to its answer: Slack waits 3 s, and the way back takes its time."""
BODY_S = 2.0
OWN_LIMITS = Limits(in_flight_bytes=32 * MIB, in_flight_requests=256)
"""Apart from the webhooks' limits: an alert storm is when people click, and must not lock them out."""
NOT_SIGNED = "not signed by Slack"
NOT_SET_UP = "Slack is not set up here: set SLACK_SIGNING_SECRET"
_WORKED = frozenset({Result.TAKEN, Result.LATE, Result.UNAVAILABLE, Result.FAILED})
"""Whose times are observed: strangers and handshakes would make the promise look kept."""
NO_RETRY = {"X-Slack-No-Retry": "1"}
"""Tells Slack not to bring an event again that will never be understood."""


class SlackDoor(Protocol):
    """Who does what Slack sends."""

    @property
    def secrets(self) -> tuple[str, ...]:
        """The signing secrets, two while one is replaced; empty where Slack does not come by HTTP."""

    def take(self, inbound: Inbound) -> Awaitable[Taken]:
        """Do what is asked, or store it to be done; raises UnavailableError when that is not possible now.

        Who clicked has then been told so by the answer_url. The same may come twice (`origin.id` is equal then).
        """


SLACK_DOOR: web.AppKey[SlackDoor] = web.AppKey("slack_door")


def routes(within_s: float = WITHIN_S) -> list[web.RouteDef]:
    """Return the three routes; they need PARTS and LATE, and SLACK_DOOR where Slack is set up."""
    load = Load(OWN_LIMITS)
    return [web.post(f"/slack/{kind}", _Entrance(kind, load, within_s).enter) for kind in Kind]


class _Entrance:
    """One of the three doors; `load` is what is under way at all of them."""

    def __init__(self, kind: Kind, load: Load, within_s: float) -> None:
        self._kind = kind
        self._load = load
        self._within_s = within_s

    async def enter(self, request: web.Request) -> web.Response:
        """Answer in time: what Slack wants to show, or nothing; counted by what became of it."""
        began = perf_counter()
        until = asyncio.get_running_loop().time() + self._within_s
        metrics = request.app[PARTS].metrics
        result = Result.FAILED
        try:
            received = await self._receive(request, self._door(request), until)
            result = received.result
            return _answer(received)
        except RejectionError:
            result = Result.REFUSED
            raise
        except InboundError as error:
            result = Result.MALFORMED
            log.warning("slack_inbound_malformed", kind=self._kind, problem=str(error))
            return answer(400, {"error": str(error)}, NO_RETRY)
        finally:
            metrics.slack_inbound(self._kind, result)
            if result in _WORKED:
                metrics.slack_inbound_seconds(perf_counter() - began)

    @staticmethod
    def _door(request: web.Request) -> SlackDoor:
        door = request.app.get(SLACK_DOOR)
        if door is None or not any(door.secrets):
            raise RejectionError(404, NOT_SET_UP)
        return door

    async def _receive(self, request: web.Request, door: SlackDoor, until: float) -> Received:
        app = request.app
        with Incoming(request, self._load, payloads.LARGEST) as incoming:
            raw = await incoming.read(BODY_S)
        now = app[PARTS].now()
        refusal = verified(door.secrets, request.headers, raw, now)
        if refusal:
            return self._unsigned(request, raw, refusal)
        payload = payloads.read(self._kind, request.content_type, raw)
        if isinstance(payload, Handshake):
            return Received(Result.HANDSHAKE, payload.body)
        inbound = payloads.parse(self._kind, payload, now)
        left_s = until - asyncio.get_running_loop().time()
        return await receive(inbound, door.take, app[PARTS].config().locale, left_s, app[LATE].let_finish)

    def _unsigned(self, request: web.Request, raw: bytes, refusal: str) -> Received:
        if payloads.checks_certificate(self._kind, request.content_type, raw):
            return Received(Result.HANDSHAKE)
        log.warning("slack_inbound_unsigned", kind=self._kind, reason=refusal)
        return Received(Result.UNSIGNED)


def _answer(received: Received) -> web.Response:
    """401 in constant words, 503 for an event that should come again, else 200: never an error for a person's click."""
    if received.result is Result.UNSIGNED:
        return answer(401, {"error": NOT_SIGNED})
    if received.again:
        return answer(503, {"error": "this cannot be stored now; come back"}, LATER)
    if received.body is None:
        return web.Response(status=200, headers=PLAIN)
    return answer(200, received.body)
