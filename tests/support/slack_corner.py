"""A server that answers as scripted, with what calls Slack in front of it: answers and views."""

from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import orjson
from aiohttp import web

from router.slack.answering import Answering, Views
from router.slack.calls import SlackCalls

Reply = Callable[[web.Request], Awaitable[web.StreamResponse]]


def says(status: int, body: object = None, **headers: str) -> Reply:
    async def reply(_request: web.Request) -> web.Response:
        raw, kind = (body, "text/plain") if isinstance(body, bytes) else (orjson.dumps(body), "application/json")
        given = {"Content-Type": kind} | {name.replace("_", "-"): value for name, value in headers.items()}
        return web.Response(status=status, body=raw, headers=given)

    return reply


OK = says(200, {"ok": True})


@dataclass
class Unpaced:
    """Lets every call pass."""

    frozen: Counter[str] = field(default_factory=Counter)

    async def take(
        self, method: str, channel: str, reserve: float = 0.0, who: str = "", *, ahead: bool = False
    ) -> float:
        return 0.0

    async def freeze(self, method: str, seconds: float) -> None:
        self.frozen[method] += 1


@dataclass
class Corner:
    """A server that answers as scripted (then well), what it got, and the answering under test."""

    base: str
    answering: Answering
    views: Views
    script: list[Reply] = field(default_factory=list)
    got: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    slept: list[float] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"{self.base}/actions/T1/2/aBc"

    async def serve(self, request: web.Request) -> web.StreamResponse:
        self.got.append((request.path, orjson.loads(await request.read())))
        return await (self.script.pop(0) if self.script else OK)(request)


@asynccontextmanager
async def corner(within_s: float = 3.0) -> AsyncIterator[Corner]:
    app = web.Application()
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    place: list[Corner] = []

    async def serve(request: web.Request) -> web.StreamResponse:
        return await place[0].serve(request)

    app.router.add_route("*", "/{path:.*}", serve)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    base = f"http://{host}:{port}"
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    try:
        async with aiohttp.ClientSession() as session:
            calls = SlackCalls(
                "xoxb-1", f"{base}/api/", session, Unpaced(), on_result=lambda *_: None, on_rate_limited=lambda _: None
            )
            answering = Answering(session, f"{base}/api/", sleep=sleep, within_s=within_s)
            place.append(Corner(base, answering, Views(calls, within_s=within_s), slept=slept))
            yield place[0]
    finally:
        await runner.cleanup()
