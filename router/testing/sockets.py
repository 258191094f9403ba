"""Socket Mode: a real websocket server that sends envelopes and wants each acknowledged within three seconds.

apps.connections.open gives out an address for one connection; up to ten may be open, and an envelope goes to any of
them. What is not acknowledged goes out again, over another one (docs.slack.dev, Socket Mode).
"""

import asyncio
import json
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random
from typing import Any

from aiohttp import WSMessage, WSMsgType, web

from router.testing.deliveries import ENVELOPES, Delivery
from router.testing.requests import Request
from router.testing.stage import Stage

CONNECTIONS_MOST = 10
OPENED_MOST = 20
"""Addresses within a minute; more is a client that connects without any pause."""
LIFE_S = 3_600
TRIES = 3


@dataclass(slots=True, eq=False)
class Connection:
    """One open connection; `ponged` is set once it answered the last ping."""

    number: int
    ws: web.WebSocketResponse
    transport: asyncio.Transport | None
    ponged: asyncio.Event = field(default_factory=asyncio.Event)
    waiting: "set[asyncio.Future[Any]]" = field(default_factory=set)
    """Acknowledgements that will not come once it is gone."""
    leaving: bool = False
    """It was told to go: nothing is sent to it any more."""


@dataclass(slots=True)
class Sockets:
    """The server's side of Socket Mode. `ack_s` is how long an acknowledgement may take, real seconds."""

    stage: Stage
    random: Random = field(default_factory=lambda: Random(3))  # noqa: S311 - chooses a connection, no secret
    ack_s: float = 3.0
    connections: list[Connection] = field(default_factory=list)
    _tickets: set[str] = field(default_factory=set)
    _given: int = 0
    _served: int = 0
    _waiting: dict[str, "asyncio.Future[Any]"] = field(default_factory=dict)
    _unanswered: dict[str, int] = field(default_factory=dict)
    """Every envelope, and how often it was sent without an acknowledgement."""
    _opened: "deque[float]" = field(default_factory=deque)
    _arrivals: asyncio.Condition = field(default_factory=asyncio.Condition)

    def open(self, _: Request) -> dict[str, Any]:
        """Give out the address of one connection (apps.connections.open)."""
        now = self.stage.workspace.now()
        self._opened.append(now)
        while self._opened[0] <= now - 60.0:
            self._opened.popleft()
        if len(self._opened) > OPENED_MOST:
            self.stage.judge.flag("opened_too_often", "apps.connections.open", f"{len(self._opened)} within a minute")
        self._given += 1
        ticket = f"stand-in-{self._given:06d}"
        self._tickets.add(ticket)
        address = self.stage.workspace.address.replace("http://", "ws://")
        return {"url": f"{address}/link/?ticket={ticket}&app_id={self.stage.workspace.app.app}"}

    async def connected(self, count: int = 1, within_s: float = 5.0) -> None:
        """Wait until this many connections are open; raises TimeoutError."""
        async with asyncio.timeout(within_s), self._arrivals:
            await self._arrivals.wait_for(lambda: len(self._open()) >= count)

    async def serve(self, http: web.Request) -> web.StreamResponse:
        """Keep one connection until it ends."""
        ticket = http.query.get("ticket", "")
        if ticket not in self._tickets:
            self.stage.judge.flag("ticket", "socket")
            if "ticket" not in self.stage.judge.without:
                return web.Response(status=403, text="invalid ticket")
        self._tickets.discard(ticket)
        ws = web.WebSocketResponse(autoping=False, timeout=0.5)
        await ws.prepare(http)
        self._served += 1
        connection = Connection(self._served, ws, http.transport)
        if len(self._open()) >= CONNECTIONS_MOST:
            self.stage.judge.flag("connections", "socket", f"{CONNECTIONS_MOST} are open already")
            await self._tell(connection, {"type": "disconnect", "reason": "too_many_websockets"})
            await ws.close()
            return ws
        await self._greet(connection)
        try:
            async for frame in ws:
                await self._hear(connection, frame)
        finally:
            self.connections.remove(connection)
            for acked in connection.waiting:
                acked.cancel()
        return ws

    async def _greet(self, connection: Connection) -> None:
        async with self._arrivals:
            self.connections.append(connection)
            self._arrivals.notify_all()
        info = {"host": "applink-stand-in", "build_number": 1, "approximate_connection_time": LIFE_S}
        hello = {"type": "hello", "num_connections": len(self.connections), "debug_info": info}
        await self._tell(connection, hello | {"connection_info": {"app_id": self.stage.workspace.app.app}})

    async def deliver(self, delivery: Delivery) -> None:
        """Send an envelope and wait for its acknowledgement, over another connection where the first is silent."""
        tried = set[Connection]()
        id_ = f"envelope-{len(self._unanswered):06d}"
        self._unanswered[id_] = 0
        for attempt in range(TRIES):
            connection = self._choose(tried)
            if connection is None:
                break
            tried.add(connection)
            delivery.connection = connection.number
            if await self._ask(connection, id_, delivery, attempt):
                break
        self._waiting.pop(id_, None)

    async def _ask(self, connection: Connection, id_: str, delivery: Delivery, attempt: int) -> bool:
        """Send an envelope over one connection; returns whether it was acknowledged."""
        loop = asyncio.get_running_loop()
        began, acked = loop.time(), loop.create_future()
        self._waiting[id_] = acked
        self._unanswered[id_] += 1
        connection.waiting.add(acked)
        await self._tell(connection, self._envelope(id_, delivery, attempt))
        await asyncio.wait({acked}, timeout=self.ack_s)
        connection.waiting.discard(acked)
        delivery.took_s = loop.time() - began
        if acked.done() and not acked.cancelled():
            self._hear_ack(delivery, acked.result())
            return True
        if not acked.done() and not connection.leaving:
            self.stage.judge.flag("late_ack", delivery.kind, f"on connection {connection.number}")
        return False

    def _hear_ack(self, delivery: Delivery, payload: Any) -> None:
        if payload is not None and not _takes_payload(delivery):
            self.stage.judge.flag("ack_payload", delivery.kind, json.dumps(payload)[:100])
            payload = None
        delivery.hear(200, "" if payload is None else json.dumps(payload))

    def _envelope(self, id_: str, delivery: Delivery, attempt: int) -> dict[str, Any]:
        envelope = {
            "envelope_id": id_,
            "type": ENVELOPES[delivery.route],
            "payload": dict(delivery.payload),
            "accepts_response_payload": _takes_payload(delivery),
        }
        if delivery.route == "event":
            envelope |= {"retry_attempt": delivery.retry + attempt, "retry_reason": "timeout" if attempt else ""}
        return envelope

    def _choose(self, tried: set[Connection]) -> Connection | None:
        """Return any connection that is open, one not tried yet if there is one."""
        there = self._open()
        fresh = [each for each in there if each not in tried]
        return self.random.choice(fresh or there) if there else None

    def _open(self) -> list[Connection]:
        return [each for each in self.connections if not each.ws.closed and not each.leaving]

    async def _hear(self, connection: Connection, frame: WSMessage) -> None:
        if frame.type is WSMsgType.PING:
            await connection.ws.pong(frame.data)
        elif frame.type is WSMsgType.PONG:
            connection.ponged.set()
        elif frame.type is WSMsgType.TEXT:
            self._take_ack(frame.data)
        else:
            self.stage.judge.flag("ack_format", "socket", "a binary frame")

    def _take_ack(self, text: str) -> None:
        judge = self.stage.judge
        try:
            ack = json.loads(text)
        except ValueError:
            ack = None
        if not isinstance(ack, dict) or not isinstance(ack.get("envelope_id"), str):
            judge.flag("ack_format", "socket", text[:100])
            return
        id_ = ack["envelope_id"]
        if id_ not in self._unanswered:
            judge.flag("unknown_ack", "socket", id_)
        elif not self._unanswered[id_]:
            judge.flag("ack_twice", "socket", id_)
        else:
            self._unanswered[id_] -= 1
            if id_ in self._waiting and not self._waiting[id_].done():
                self._waiting[id_].set_result(ack.get("payload"))

    async def ping(self, within_s: float = 2.0) -> None:
        """Ping every connection; flags those that do not answer."""
        for each in self._open():
            each.ponged.clear()
            try:
                await each.ws.ping(b"stand-in")
                async with asyncio.timeout(within_s):
                    await each.ponged.wait()
            except (TimeoutError, ConnectionError):
                self.stage.judge.flag("no_pong", "socket", f"connection {each.number}")

    async def disconnect(self, reason: str = "refresh_requested") -> None:
        """Tell every connection to go: warning keeps them open for ten more seconds, the others close at once."""
        for each in self._open():
            each.leaving = reason != "warning"
            info = {"host": "applink-stand-in"}
            await self._tell(each, {"type": "disconnect", "reason": reason, "debug_info": info})
            if each.leaving:
                await each.ws.close()

    def drop(self, *numbers: int) -> None:
        """Cut these connections (without any: all) without a word, as a broken network does."""
        for each in self._open():
            if each.transport is not None and (not numbers or each.number in numbers):
                each.leaving = True
                each.transport.abort()

    @staticmethod
    async def _tell(connection: Connection, frame: dict[str, Any]) -> None:
        with suppress(ConnectionError):
            await connection.ws.send_str(json.dumps(frame))


def _takes_payload(delivery: Delivery) -> bool:
    return delivery.route == "command" or delivery.kind == "view_submission"
