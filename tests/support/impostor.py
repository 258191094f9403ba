"""An HTTP server in Prometheus' place that answers what a test tells it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web

from router.slo.objective import Indicator, Objective, Snapshot
from router.slo.sources import PrometheusSource

NOW = 1_772_323_200.0
EVENTS = Indicator("prometheus", bad='requests_total{code="500"}', total="requests_total")
Answer = Callable[[str], web.Response]


def vector(query: str, value: str = "5", **more: Any) -> web.Response:
    """A vector with this value for every part that the query asks for."""
    parts = [piece.split('"')[0] for piece in query.split('"part", "')[1:]]
    result = [{"metric": {"part": part}, "value": [NOW, value]} for part in parts]
    return web.json_response({"status": "success", "data": {"resultType": "vector", "result": result}, **more})


def error(status: int, kind: str, text: str = "it is broken") -> web.Response:
    """An error as Prometheus words it."""
    return web.json_response({"status": "error", "errorType": kind, "error": text}, status=status)


@dataclass
class Impostor:
    """A real HTTP server in Prometheus' place that answers what a test tells it; it keeps what it was asked."""

    answer: Answer = vector
    queries: list[str] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    hangs: asyncio.Event | None = None
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    url: str = ""

    async def query(self, request: web.Request) -> web.Response:
        self.queries.append(str((await request.post())["query"]))
        self.headers = dict(request.headers)
        self.asked.set()
        if self.hangs is not None:
            await self.hangs.wait()
        return self.answer(self.queries[-1])


@asynccontextmanager
async def listening() -> AsyncIterator[Impostor]:
    """An impostor on a free port; what still hangs at the end is let go."""
    told = Impostor()
    app = web.Application()
    app.router.add_post("/api/v1/query", told.query)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    told.url = "http://{}:{}".format(*runner.addresses[0][:2])
    yield told
    if told.hangs is not None:
        told.hangs.set()
    await runner.cleanup()


@asynccontextmanager
async def source_at(url: str, timeout_s: float = 2.0, **headers: str) -> AsyncIterator[PrometheusSource]:
    """A source that asks there."""
    async with aiohttp.ClientSession() as session:
        yield PrometheusSource("metrics", url, headers, timeout_s, session)


async def measured(source: PrometheusSource, objective: Objective, now: float = NOW) -> Snapshot:
    """The snapshot of one objective."""
    return (await source.measure([objective], now))[objective.id]
