"""Slack's end of Socket Mode, small: hands out URLs with a ticket each, and does on each connection as scripted."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import orjson
from aiohttp import web

from router.slack.calls import SlackCalls
from router.slack.envelopes import Envelopes
from router.slack.inbound import Inbound, Taken
from router.slack.socket import SocketMode
from tests.support.slack_corner import Unpaced
from tests.support.waiting import until

APP_TOKEN = "xapp-1-canary"
TICKET = "ticket-canary"
HELLO = {"type": "hello", "num_connections": 1, "debug_info": {"approximate_connection_time": 3600}}
NOW = 1_780_000_000.0


@dataclass
class HandClock:
    """Moved by hand; `sleep` remembers what it was asked and returns at once, but at the gate."""

    at: float = NOW
    slept: list[float] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)

    def now(self) -> float:
        return self.at

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        await self.gate.wait()
        self.at += seconds


@dataclass
class Connection:
    """One WebSocket, seen from Slack: what the app acknowledged on it."""

    socket: web.WebSocketResponse
    acknowledged: list[dict[str, Any]] = field(default_factory=list)
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    async def send(self, message: object) -> None:
        await self.socket.send_str(message if isinstance(message, str) else orjson.dumps(message).decode())

    async def envelope(self, name: str, payload: object, kind: str = "interactive", **more: Any) -> None:
        given = {"envelope_id": name, "type": kind, "payload": payload, "accepts_response_payload": False}
        await self.send(given | more)

    async def goodbye(self, reason: str) -> None:
        await self.send({"type": "disconnect", "reason": reason, "debug_info": {}})

    def ids(self) -> list[str]:
        return [each["envelope_id"] for each in self.acknowledged]


@dataclass
class Slack:
    """`opens` is how many URLs were asked for; `script` what apps.connections.open answers, `greets` whether hello."""

    base: str = ""
    opens: int = 0
    greets: bool = True
    script: list[tuple[int, dict[str, Any], dict[str, str]]] = field(default_factory=list)
    connections: list[Connection] = field(default_factory=list)
    tickets: set[str] = field(default_factory=set)

    async def open(self, request: web.Request) -> web.Response:
        assert request.headers["Authorization"] == f"Bearer {APP_TOKEN}"
        self.opens += 1
        if self.script:
            status, body, headers = self.script.pop(0)
            return web.json_response(body, status=status, headers=headers)
        ticket = f"{TICKET}-{self.opens}"
        self.tickets.add(ticket)
        url = f"ws://{self.base.removeprefix('http://')}/link?ticket={ticket}&app_id=A1"
        return web.json_response({"ok": True, "url": url})

    async def link(self, request: web.Request) -> web.StreamResponse:
        ticket = request.query["ticket"]
        if ticket not in self.tickets:
            return web.Response(status=408)
        self.tickets.remove(ticket)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        connection = Connection(socket)
        self.connections.append(connection)
        if self.greets:
            await connection.send(HELLO)
        async for message in socket:
            connection.acknowledged.append(orjson.loads(message.data))
        connection.ended.set()
        return socket

    async def connected(self, number: int) -> Connection:
        """Wait for the connection of this number, from 1."""
        await until(lambda: len(self.connections) >= number, f"connection {number}", 5)
        return self.connections[number - 1]


@dataclass
class Desk:
    """Takes what comes as the test says."""

    taken: list[Inbound] = field(default_factory=list)
    failure: Exception | None = None
    body: dict[str, Any] | None = None
    reached: int = 0
    open: asyncio.Event = field(default_factory=asyncio.Event)

    async def take(self, inbound: Inbound) -> Taken:
        self.reached += 1
        await self.open.wait()
        if self.failure is not None:
            raise self.failure
        self.taken.append(inbound)
        return Taken(self.body)


@dataclass
class Bench:
    """A running SocketMode and both its ends. `clock.gate` is shut: nothing comes back before it is opened."""

    slack: Slack
    mode: SocketMode
    desk: Desk
    clock: HandClock
    run: "asyncio.Task[None]"
    results: list[tuple[str, str]] = field(default_factory=list)

    async def waited(self, number: int) -> list[float]:
        """Wait until it has begun to sleep this often; return for how long each time."""
        await until(lambda: len(self.clock.slept) >= number, f"sleep {number}", 5)
        return self.clock.slept


@asynccontextmanager
async def bench(prepare: Callable[[Slack], None] = lambda _: None, jitter: float = 0.0) -> AsyncIterator[Bench]:
    """Run a SocketMode against Slack's end; `prepare` scripts the latter first."""
    slack, desk, clock, results = Slack(), Desk(), HandClock(), list[tuple[str, str]]()
    desk.open.set()
    app = web.Application()
    app.add_routes([web.post("/api/apps.connections.open", slack.open), web.get("/link", slack.link)])
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    slack.base = f"http://{host}:{port}"
    prepare(slack)
    try:
        async with aiohttp.ClientSession() as session:
            calls = SlackCalls(
                APP_TOKEN,
                f"{slack.base}/api/",
                session,
                Unpaced(),
                on_result=lambda *_: None,
                on_rate_limited=lambda _: None,
            )
            envelopes = Envelopes(desk.take, lambda: "en", clock.now, lambda *told: results.append(told))
            mode = SocketMode(calls, session, envelopes, clock, lambda: jitter)
            run = asyncio.create_task(mode.run())
            try:
                yield Bench(slack, mode, desk, clock, run, results)
            finally:
                run.cancel()
                await asyncio.wait({run})
    finally:
        await runner.cleanup()
