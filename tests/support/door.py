"""The HTTP door on a real socket, with small real rooms behind it that remember what they were given."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

import aiohttp
import orjson
from aiohttp import web

from router.alert import Alert, Status, fingerprint_of, parse_matchers
from router.classify import Route, Rules
from router.config.values import Auth, Config, Evaluation, Receiver, SlackTarget, SourceConfig
from router.errors import UnavailableError
from router.gate import Policy
from router.mute import InhibitRule, Muting, Silence
from router.silencing import Draft
from router.web.metrics import Metrics
from router.web.parts import Limits, Parts
from router.web.server import build_web, serve
from router.web.silences import Silencing

NOW = 1_780_000_000.0
JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True)
class Took:
    """What the intake below answers."""

    accepted: int
    duplicates: int
    incidents: tuple[str, ...]


class Shelf:
    """An intake in memory: an alert is news when its status changes. It can be told to fail, break or wait."""

    def __init__(self) -> None:
        self.alerts: list[Alert] = []
        self.failure: Exception | None = None
        self.open = asyncio.Event()
        self.open.set()
        self.reached = asyncio.Event()
        self._statuses: dict[str, Status] = {}

    async def accept(self, alerts: Sequence[Alert]) -> Took:
        self.reached.set()
        await self.open.wait()
        if self.failure is not None:
            raise self.failure
        news = [each for each in alerts if self._statuses.get(each.fingerprint) is not each.status]
        for each in alerts:
            self._statuses[each.fingerprint] = each.status
        self.alerts += alerts
        return Took(len(news), len(alerts) - len(news), ("E-7KQ2M",) if alerts else ())


@dataclass
class Cellar:
    """A quarantine in memory."""

    kept: list[tuple[str, bytes, str]] = field(default_factory=list)
    failure: UnavailableError | None = None

    async def keep(self, source: str, raw: bytes, problem: str) -> None:
        if self.failure is not None:
            raise self.failure
        self.kept.append((source, raw, problem))


@dataclass(frozen=True)
class Stood:
    """One stored firing alert."""

    alert: Alert
    receiver: str = "sre"
    incident: str = "E-7KQ2M"
    outcome: str = "page"
    updated_at: float = NOW - 60


@dataclass
class Wall:
    """A board in memory."""

    standings: list[Stood] = field(default_factory=list)
    failure: UnavailableError | None = None

    async def alerts(self) -> Sequence[Stood]:
        if self.failure is not None:
            raise self.failure
        return self.standings


@dataclass
class Hush:
    """What keeps alerts quiet, as the test says."""

    muting: Muting = field(default_factory=lambda: Muting("0"))

    async def current(self, _rules: Sequence[InhibitRule], _now: float) -> Muting:
        return self.muting


@dataclass
class Drawer:
    """Silences that can be read only."""

    silences: list[Silence] = field(default_factory=list)

    async def list(self) -> Sequence[Silence]:
        return self.silences

    async def get(self, silence_id: str) -> Silence | None:
        return next((each for each in self.silences if each.id == silence_id), None)

    async def add(self, _draft: Draft) -> Silence:
        raise UnavailableError("read only")

    async def expire(self, _silence_id: str, _by: str) -> Silence | None:
        raise UnavailableError("read only")


class Pulse:
    """Health as the test says it is."""

    def __init__(self) -> None:
        self.state: dict[str, object] = {
            "ready": True, "redis": {"ok": True}, "slack": {"ok": True},
            "slo_sources": {"prometheus": {"ok": False}}, "reload": {"ok": True},
        }  # fmt: skip
        self.open = asyncio.Event()
        self.open.set()

    async def report(self) -> Mapping[str, object]:
        await self.open.wait()
        return self.state


@dataclass
class House:
    """The running door and everything behind it."""

    url: str
    host: str
    port: int
    client: aiohttp.ClientSession
    shelf: Shelf
    cellar: Cellar
    wall: Wall
    hush: Hush
    pulse: Pulse
    metrics: Metrics
    runner: web.AppRunner

    async def post(self, path: str, body: bytes | object, **headers: str) -> tuple[int, object]:
        """Post a body, as JSON unless headers (with `_` for `-`) say otherwise; return status and answer."""
        raw = body if isinstance(body, bytes) else orjson.dumps(body)
        given = JSON | {name.replace("_", "-"): value for name, value in headers.items()}
        async with self.client.post(self.url + path, data=raw, headers=given) as response:
            text = await response.read()
            return response.status, orjson.loads(text) if text else None

    async def get(self, path: str, **headers: str) -> tuple[int, object]:
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        async with self.client.get(self.url + path, headers=given) as response:
            return response.status, orjson.loads(await response.read())

    async def raw(self, *pieces: bytes) -> bytes:
        """Send bytes over a socket of their own and return everything until the door closes it."""
        reader, writer = await asyncio.open_connection(self.host, self.port)
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
        answer = await reader.read()
        writer.close()
        return answer

    def metric(self, line: str) -> float:
        """Return the value of one exposed series, 0 when it is not there."""
        for text in self.metrics.render().decode().splitlines():
            name, _, value = text.rpartition(" ")
            if name == line:
                return float(value)
        return 0.0


def config_of(**auths: Auth) -> Config:
    """A configuration with a source of every type, and a route tree of two."""
    sources = {
        "alertmanager": SourceConfig("alertmanager", "alertmanager", auths.get("alertmanager", Auth())),
        "datadog": SourceConfig("datadog", "datadog", auths.get("datadog", Auth())),
        "prom": SourceConfig("prom", "alertmanager-api", auths.get("prom", Auth())),
    }
    zone = ZoneInfo("Asia/Tokyo")
    route = Route("sre", routes=(Route("db", parse_matchers('team="db\\"x", tier=~"a|b"'), path="0.0"),))
    return Config(
        policy=Policy(),
        timezone=zone,
        locale="en",
        sources=sources,
        slo_sources={},
        objectives={},
        evaluation=Evaluation(),
        rules=Rules(route),
        receivers={name: Receiver(name, SlackTarget("C0SRE"), zone) for name in ("sre", "db")},
    )


def firing(name: str = "HighErrorRate", **labels: str) -> Alert:
    """A firing alert as a source returns it."""
    every = {"alertname": name, **labels}
    return Alert("alertmanager", fingerprint_of("alertmanager", None, every), Status.FIRING, name, "page", every)


def webhook(*labels: Mapping[str, object], status: str = "firing") -> dict[str, object]:
    """A body of Alertmanager's webhook."""
    alerts = [{"status": status, "labels": each, "startsAt": "2026-05-28T20:00:00Z"} for each in labels]
    return {"version": "4", "status": status, "alerts": alerts}


@asynccontextmanager
async def open_door(
    config: Config | None = None,
    limits: Limits | None = None,
    silencing: Silencing | None = None,
    now: Callable[[], float] = lambda: NOW,
) -> AsyncIterator[House]:
    """Serve on a free loopback port."""
    chosen = config or config_of()
    shelf, cellar, wall, hush, pulse, metrics = Shelf(), Cellar(), Wall(), Hush(), Pulse(), Metrics()
    rooms = (shelf, cellar, wall, pulse, lambda: chosen, now, metrics, silencing or Drawer(), hush)
    parts = Parts(*rooms, version="1.2.3")
    runner = await serve(build_web(parts, limits), "127.0.0.1", 0)
    host, port = runner.addresses[0][:2]
    try:
        async with aiohttp.ClientSession() as client:
            url = f"http://{host}:{port}"
            yield House(url, host, port, client, shelf, cellar, wall, hush, pulse, metrics, runner)
    finally:
        await runner.cleanup()
