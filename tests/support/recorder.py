"""Stands between a real sender and the router, passes everything on, and remembers what was answered."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Self

import aiohttp
from aiohttp import web

from router.testing.firing import Sent, Transition, sender_fingerprint
from tests.support.prometheus import free_port


class Recorder:
    """A pass-through on a free port. While the router is away it answers 502, as any proxy does."""

    def __init__(self, target: str, now: Any) -> None:
        self.target = target
        self.port = free_port()
        self.sent: list[Sent] = []
        self._now = now

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=64 << 20)
        app.router.add_route("POST", "/{path:.*}", self._pass_on)
        self._session = aiohttp.ClientSession()
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()
        return self

    async def _pass_on(self, request: web.Request) -> web.Response:
        body = await request.read()
        try:
            headers = {"Content-Type": request.headers.get("Content-Type", "application/json")}
            async with self._session.post(f"{self.target}{request.path}", data=body, headers=headers) as answer:
                status, text = answer.status, await answer.read()
        except aiohttp.ClientError:
            status, text = 502, b""
        self.sent.append(Sent(self._now(), status, body, tuple(_told(json.loads(body), self._now()))))
        return web.Response(status=status, body=text)

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()
        await self._session.close()


def _told(body: Any, now: float) -> Iterable[Transition]:
    alerts = body["alerts"] if isinstance(body, dict) else body
    for alert in alerts:
        starts, ends = _instant(alert["startsAt"]), _instant(alert.get("endsAt", ""))
        over = alert["status"] == "resolved" if "status" in alert else ends is not None and ends <= now
        labels = alert["labels"]
        yield Transition(
            sender_fingerprint(labels),
            "resolved" if over else "firing",
            starts or now,
            ends if over else None,
            frozenset(labels.items()),
        )


def _instant(text: str) -> float | None:
    if not text or text.startswith("0001"):
        return None
    return datetime.fromisoformat(text).timestamp()
