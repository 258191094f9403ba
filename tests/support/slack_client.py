"""A client that calls the Slack stand-in as plainly as possible, and an app that the stand-in calls."""

from __future__ import annotations

import asyncio
import hmac
import json
from collections.abc import Callable
from typing import Any, Self
from urllib.parse import parse_qsl

import aiohttp
from aiohttp import web

from router.testing import CHANNEL, TOKEN

SECRET = "signing-secret-of-the-test"
SAFE = {"unfurl_links": False, "unfurl_media": False}


class Client:
    """Calls the stand-in as plainly as possible."""

    def __init__(self, session: aiohttp.ClientSession, url: str, token: str = TOKEN) -> None:
        self.session, self.url, self.headers = session, url, {"Authorization": f"Bearer {token}"}

    async def __call__(self, method: str, **args: Any) -> dict[str, Any]:
        async with self.session.post(self.url + method, json=args, headers=self.headers) as response:
            return await response.json()

    async def read(self, method: str, **args: Any) -> dict[str, Any]:
        async with self.session.get(self.url + method, params=args, headers=self.headers) as response:
            return await response.json()

    async def post(self, text: str = "hello", **args: Any) -> str:
        answer = await self("chat.postMessage", channel=CHANNEL, text=text, **SAFE, **args)
        return answer["ts"]


class App:
    """A small app that Slack calls: checks signatures, keeps what it heard, answers what the test says."""

    def __init__(self, now: Callable[[], float], secret: str = SECRET) -> None:
        self.now, self.secret = now, secret
        self.heard: list[dict[str, Any]] = []
        self.requests: list[web.Request] = []
        self.status, self.body, self.wait_s, self.trusting = 200, "", 0.0, False
        self.url = ""

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_post("/slack/{kind}", self.serve)
        self.runner = web.AppRunner(app, access_log=None)
        await self.runner.setup()
        await web.TCPSite(self.runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self.runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.runner.cleanup()

    async def serve(self, http: web.Request) -> web.Response:
        body = await http.read()
        self.requests.append(http)
        if not self.trusting and not self.genuine(http, body):
            return web.Response(status=401)
        try:
            self.heard.append(payload_of(http, body))
        except ValueError:
            return web.Response(status=400)
        await asyncio.sleep(self.wait_s)
        kind = "application/json" if self.body.startswith("{") else "text/plain"
        return web.Response(status=self.status, text=self.body, content_type=kind)

    def genuine(self, http: web.Request, body: bytes) -> bool:
        stamp = http.headers.get("x-slack-request-timestamp", "")
        if not stamp.isdecimal() or len(stamp) > 12 or abs(self.now() - int(stamp)) > 300:
            return False
        digest = hmac.new(self.secret.encode(), b"v0:" + stamp.encode() + b":" + body, "sha256").hexdigest()
        return hmac.compare_digest("v0=" + digest, http.headers.get("x-slack-signature", ""))


def payload_of(http: web.Request, body: bytes) -> dict[str, Any]:
    if http.content_type == "application/json":
        return json.loads(body)
    form = dict(parse_qsl(body.decode(), keep_blank_values=True))
    return json.loads(form["payload"]) if "payload" in form else form if "token" in form else json.loads("")
