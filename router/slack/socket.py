"""Socket Mode: Slack's deliveries over a WebSocket that the router opens, so that it needs no public address.

apps.connections.open (app token) gives a wss URL good for one connection; then `hello`, envelopes, and `disconnect`
before Slack ends it, about hourly. An envelope that is not acknowledged comes again, perhaps over another connection;
several replicas may hold one each, up to ten together (docs.slack.dev/apis/events-api/using-socket-mode).

Own code over aiohttp's WebSocket, because the SDK's client acknowledges apart from the work, gives an old connection
up as soon as it is told of its end (what is under way on it is lost), comes back at once and for ever after any
failure, and puts the URL, which holds a ticket, into its errors.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

import aiohttp
import structlog

from router.slack.answers import Answer, Course
from router.slack.calls import SlackCalls
from router.slack.envelopes import Envelopes

log = structlog.get_logger(__name__)
OPEN_S = 10.0
"""From asking for a URL to `hello`."""
LINGER_S = 30.0
"""How long a connection that is about to end is still read: Slack's warning comes about ten seconds before."""
HEARTBEAT_S = 15.0
"""A connection that does not answer pings for half of this is dead."""
STEADY_S = 60.0
"""A connection that lived this long was a good one; after it there is no reason to wait."""
FIRST_WAIT_S = 1.0
LONGEST_WAIT_S = 60.0
MEND_S = 60.0
"""Between attempts when a human must mend the token or the app."""
CLOSE_S = 1.0
"""Slack does not close the TCP connection after the closing handshake: do not wait for it."""
LARGEST = 1024 * 1024
_MENDED_BY_HAND = frozenset({"link_disabled", "too_many_websockets"})
"""Reasons of a `disconnect` after which coming back at once would not help."""


class Clock(Protocol):
    """Unix seconds, and how to wait."""

    def now(self) -> float: ...

    def sleep(self, seconds: float) -> Awaitable[None]: ...


@dataclass(frozen=True, slots=True)
class SocketState:
    """How it is, for /readyz: None while there is no connection; the last error stays until the next one."""

    connected_since: float | None = None
    error: str = ""
    reconnects: int = 0


@dataclass(slots=True)
class _Link:
    """One connection: when `hello` came, and why it ends; `leaving` once a next one is needed."""

    greeted_at: float | None = None
    reason: str = ""
    warned: bool = False
    leaving: asyncio.Event = field(default_factory=asyncio.Event)

    def leave(self, reason: str, *, warned: bool = False) -> None:
        if not self.leaving.is_set():
            self.reason, self.warned = reason, warned
            self.leaving.set()


class SocketMode:
    """Keeps one connection to Slack, a second one while the first ends.

    `calls` must carry the app token (xapp-); the answer of apps.connections.open and the URL in it never reach a log
    or an error. `jitter` gives numbers from 0 to below 1, so that replicas do not come back in step.
    """

    def __init__(
        self,
        calls: SlackCalls,
        session: aiohttp.ClientSession,
        envelopes: Envelopes,
        clock: Clock,
        jitter: Callable[[], float],
    ) -> None:
        self._calls = calls
        self._session = session
        self._envelopes = envelopes
        self._clock = clock
        self._jitter = jitter
        self._up: list[_Link] = []
        self._error = ""
        self._hellos = 0
        self._failures = 0

    @property
    def state(self) -> SocketState:
        """How it is now."""
        since = self._up[-1].greeted_at if self._up else None
        return SocketState(since, self._error, max(0, self._hellos - 1))

    async def run(self) -> None:
        """Stay connected until cancelled; what is under way then is finished and acknowledged if it is quick."""
        async with asyncio.TaskGroup() as links:
            while True:
                wait_s = await self._one(links)
                if wait_s:
                    log.warning("slack_socket_waits", error=self._error, wait_s=round(wait_s, 1))
                    await self._clock.sleep(wait_s)

    async def _one(self, links: asyncio.TaskGroup) -> float:
        """Open a connection and wait until it needs a successor; returns how long to wait before that one."""
        until = asyncio.get_running_loop().time() + OPEN_S
        answer = await self._calls.call("apps.connections.open", {}, until)
        url = answer.data.get("url")
        if answer.course is not Course.DONE or not isinstance(url, str):
            return self._refused(answer)
        link = _Link()
        links.create_task(self._hold(url, link))
        await link.leaving.wait()
        return self._pause_after(link)

    def _refused(self, answer: Answer) -> float:
        self._error = answer.code if answer.course is not Course.DONE else "no_url"
        self._failures += 1
        match answer.course:
            case Course.LATER:
                return answer.retry_after_s + self._jitter()
            case Course.STOP | Course.SMALLER:
                return MEND_S
            case _:
                return self._backoff()

    def _pause_after(self, link: _Link) -> float:
        """Return 0 after a good connection that said goodbye; ever longer waits where they end soon or badly."""
        steady = link.greeted_at is not None and self._clock.now() - link.greeted_at >= STEADY_S
        if steady and link.warned and link.reason not in _MENDED_BY_HAND:
            self._failures = 0
            return 0.0
        self._error = link.reason
        if link.reason in _MENDED_BY_HAND:
            return MEND_S
        self._failures = 1 if steady else self._failures + 1
        return self._backoff()

    def _backoff(self) -> float:
        """Return half to all of a wait that doubles with each failure, up to a minute."""
        longest = min(FIRST_WAIT_S * 2.0 ** min(self._failures - 1, 10), LONGEST_WAIT_S)
        return longest * (0.5 + self._jitter() / 2)

    async def _hold(self, url: str, link: _Link) -> None:
        """Live one connection from its opening to its end, whatever ends it."""
        try:
            await self._connect(url, link)
            link.leave("closed")
        except TimeoutError:
            link.leave("no_hello")
        except aiohttp.WSServerHandshakeError as error:
            link.leave(f"handshake_{error.status}")
        except (aiohttp.ClientError, OSError, ValueError) as error:
            # Only its kind: its text holds the URL, and the URL holds a ticket.
            link.leave(f"connection_{type(error).__name__}")
        finally:
            if link in self._up:
                self._up.remove(link)
            log.info("slack_socket_ended", reason=link.reason or "cancelled")

    async def _connect(self, url: str, link: _Link) -> None:
        options: Any = {
            "heartbeat": HEARTBEAT_S,
            "max_msg_size": LARGEST,
            "timeout": aiohttp.ClientWSTimeout(ws_close=CLOSE_S),
        }
        async with asyncio.timeout(OPEN_S) as deadline, self._session.ws_connect(url, **options) as socket:
            try:
                await self._read(socket, link, deadline)
            finally:
                await self._envelopes.finish(socket)

    async def _read(self, socket: aiohttp.ClientWebSocketResponse, link: _Link, deadline: asyncio.Timeout) -> None:
        async for message in socket:
            if message.type is not aiohttp.WSMsgType.TEXT:
                continue
            said = await self._envelopes.open(socket, message.data)
            if said is None:
                continue
            if said.get("type") == "hello" and link.greeted_at is None:
                self._greeted(link)
                deadline.reschedule(None)
            elif said.get("type") == "disconnect":
                link.leave(_reason(said.get("reason")), warned=True)
                deadline.reschedule(asyncio.get_running_loop().time() + LINGER_S)

    def _greeted(self, link: _Link) -> None:
        link.greeted_at = self._clock.now()
        self._up.append(link)
        self._hellos += 1
        log.info("slack_socket_connected", reconnects=self.state.reconnects)


def _reason(reason: object) -> str:
    known = ("warning", "refresh_requested", *_MENDED_BY_HAND)
    return reason if isinstance(reason, str) and reason in known else "disconnect"
