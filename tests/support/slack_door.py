"""The door that Slack knocks at, on a real socket, with a desk behind it that does as a test says."""

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

import aiohttp
import orjson
from aiohttp import web

from router.slack.inbound import Inbound, Taken
from router.slack.signature import signature_of
from router.web import slack
from router.web.metrics import Metrics
from router.web.parts import LATE, LIMITS, LOAD, PARTS, LateStores, Limits, Load, Parts
from router.web.server import frame, serve
from tests.support.door import NOW, Cellar, Drawer, Hush, Pulse, Shelf, Wall, config_of

SECRET = "signing-canary"
CANARY = "body-canary"
FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
CLICK = {
    "type": "block_actions",
    "user": {"id": "U0SATO", "name": CANARY, "team_id": "T1"},
    "trigger_id": f"1.2.{CANARY}",
    "response_url": f"https://hooks.slack.com/actions/{CANARY}",
    "actions": [{"action_id": "ack", "value": CANARY, "action_ts": "1.2"}],
}
SUBMISSION = {"type": "view_submission", "user": {"id": "U0SATO"}, "view": {"id": "V1", "hash": "1.a"}}
COMMAND = {"command": "/slo", "text": CANARY, "user_id": "U0SATO", "trigger_id": "1.2.3"}
EVENT = {"type": "event_callback", "event_id": "Ev1", "event": {"type": "app_uninstalled"}}


@dataclass
class Desk:
    """Takes what comes as the test says, and remembers it."""

    secrets: tuple[str, ...] = (SECRET,)
    taken: list[Inbound] = field(default_factory=list)
    body: dict[str, Any] | None = None
    failure: Exception | None = None
    open: asyncio.Event = field(default_factory=asyncio.Event)

    async def take(self, inbound: Inbound) -> Taken:
        await self.open.wait()
        if self.failure is not None:
            raise self.failure
        self.taken.append(inbound)
        return Taken(self.body)


@dataclass
class Door:
    """The running door: `post` signs as Slack does, unless told otherwise."""

    url: str
    client: aiohttp.ClientSession
    desk: Desk
    metrics: Metrics

    async def post(
        self, path: str, raw: bytes, content_type: str, signed: bytes | None = None, at: float = NOW, **more: str
    ) -> tuple[int, bytes]:
        stamp = str(int(at))
        headers = {
            "Content-Type": content_type,
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": signature_of(SECRET, stamp, raw if signed is None else signed),
        } | {name.replace("_", "-"): value for name, value in more.items()}
        async with self.client.post(self.url + path, data=io.BytesIO(raw), headers=headers) as response:
            return response.status, await response.read()

    async def interact(self, payload: object, **more: Any) -> tuple[int, bytes]:
        raw = urlencode({"payload": orjson.dumps(payload).decode()}).encode()
        return await self.post("/slack/interactions", raw, FORM, **more)

    async def command(self, form: dict[str, str]) -> tuple[int, bytes]:
        return await self.post("/slack/commands", urlencode(form).encode(), FORM)

    async def happen(self, payload: object, **more: Any) -> tuple[int, bytes]:
        return await self.post("/slack/events", orjson.dumps(payload), JSON, **more)

    def counted(self, kind: str, result: str) -> float:
        series = f'alert_router_slack_inbound_total{{kind="{kind}",result="{result}"}} '
        lines = self.metrics.render().decode().splitlines()
        return sum(float(line.removeprefix(series)) for line in lines if line.startswith(series))


@asynccontextmanager
async def open_slack(
    desk: Desk | None = None, locale: str = "en", within_s: float = slack.WITHIN_S
) -> AsyncIterator[Door]:
    """Serve the three routes on a free loopback port, with nothing else behind them."""
    metrics, config = Metrics(), replace(config_of(), locale=locale)
    app = web.Application(middlewares=[frame])
    app[PARTS] = Parts(Shelf(), Cellar(), Wall(), Pulse(), lambda: config, lambda: NOW, metrics, Drawer(), Hush())
    app[LIMITS], app[LATE] = Limits(linger_s=0.05), LateStores()
    app[LOAD] = Load(app[LIMITS])
    if desk is not None:
        app[slack.SLACK_DOOR] = desk
    app.add_routes(slack.routes(within_s))
    runner = await serve(app, "127.0.0.1", 0)
    host, port = runner.addresses[0][:2]
    try:
        async with aiohttp.ClientSession() as client:
            yield Door(f"http://{host}:{port}", client, desk or Desk(), metrics)
    finally:
        await runner.cleanup()


def ready(**more: Any) -> Desk:
    """A desk that does not keep anybody waiting."""
    desk = Desk(**more)
    desk.open.set()
    return desk
