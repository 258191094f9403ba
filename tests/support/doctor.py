"""What the doctor's tests share: a way to the stand-in, and a running router as far as the doctor sees it."""

import json
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import aiohttp
from aiohttp import web

from router.slack.doctor import Asking, Diagnosis, Mark, Setup, examine, said
from router.slack.signature import verified
from router.testing import ALL_SCOPES, TOKEN, UNLIMITED, SlackStandIn, Token, VirtualClock

SECRET = "0123456789abcdef0123456789abcdef"
HOOK = "https://hooks.slack.com/services/T0123/B0123/s3cr3t"
SRE: Mapping[str, tuple[str, ...]] = {"C0SRE": ("sre: channel",)}
GROUP = "<!subteam^S0SRE>"
PLAIN = Setup(bot_token=TOKEN, signing_secret=SECRET, channels=SRE)


@dataclass
class Bench:
    """The stand-in, and the doctor's way to it."""

    slack: SlackStandIn
    session: aiohttp.ClientSession
    offset_s: float = 0.0
    url: str = ""
    slept: list[float] = field(default_factory=list)

    async def examine(self, setup: Setup = PLAIN, **changes: Any) -> list[Diagnosis]:
        asking = Asking(self.session, self.url or self.slack.url, lambda: time.time() + self.offset_s, self._sleep)
        whole = replace(setup, **changes)
        found = await examine(whole, asking)
        told = repr(whole) + "".join(" ".join(said(each, locale)) for each in found for locale in ("en", "ja"))
        secrets = (whole.bot_token, whole.signing_secret, whole.app_token, *whole.webhooks.values())
        assert not [each for each in secrets if each and each in told]
        return found

    async def codes(self, setup: Setup = PLAIN, **changes: Any) -> list[str]:
        """What is not well."""
        return [each.code for each in await self.examine(setup, **changes) if each.mark is not Mark.GOOD]

    async def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.slack.clock.advance(seconds)  # type: ignore[attr-defined]


@asynccontextmanager
async def bench(**options: Any) -> AsyncIterator[Bench]:
    clock = VirtualClock()
    slack = SlackStandIn(clock, **({"rates": UNLIMITED} | options))
    slack.clock = clock  # type: ignore[attr-defined]
    async with slack, aiohttp.ClientSession() as session:
        yield Bench(slack, session)


def scopes(*without: str) -> list[Token]:
    return [Token(scopes=ALL_SCOPES - {"chat:write.public", *without})]


@dataclass
class Running:
    """A running router as far as the doctor sees it."""

    secret: str = SECRET
    slack: Any = field(default_factory=lambda: {"ok": True, "mode": "slack", "trouble": {}})
    statuses: dict[str, int] = field(default_factory=dict)
    taken: list[bytes] = field(default_factory=list)

    async def ready(self, _: web.Request) -> web.Response:
        return web.json_response({"ready": True, "slack": self.slack})

    async def take(self, request: web.Request) -> web.Response:
        raw = await request.read()
        if status := self.statuses.get(request.path):
            return web.Response(status=status)
        if verified(self.secret, request.headers, raw, time.time()):
            return web.Response(status=401)
        self.taken.append(raw)
        body = json.loads(raw)
        return web.json_response({"challenge": body["challenge"]} if body["type"] == "url_verification" else {})


@asynccontextmanager
async def running(router: Running) -> AsyncIterator[str]:
    async with AsyncExitStack() as stack:
        app = web.Application()
        app.router.add_get("/readyz", router.ready)
        for path in ("interactions", "commands", "events"):
            app.router.add_post(f"/slack/{path}", router.take)
        runner = web.AppRunner(app, access_log=None)
        stack.push_async_callback(runner.cleanup)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
