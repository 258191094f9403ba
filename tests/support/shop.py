"""A small HTTP service under steady traffic: a test says how many requests fail, and which troubles it has."""

import asyncio
from typing import Self

from aiohttp import web

from tests.support.prometheus import free_port

REQUESTS_PER_S = 40.0
TICK_S = 0.1


class Shop:
    """Serves /metrics: requests by code, and a gauge for each trouble (0 or 1)."""

    def __init__(self) -> None:
        self.port = free_port()
        self.to_fail = 0.0
        """So many of the next requests fail: a known part of the error budget, however slow the machine is."""
        self.troubles = {"disk_slow": 0, "pod_restarts": 0, "db_connections": 0}
        self._good = 0.0
        self._bad = 0.0
        self._traffic: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_get("/metrics", self._metrics)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()
        self._traffic = asyncio.create_task(self._serve())
        return self

    async def _serve(self) -> None:
        loop = asyncio.get_running_loop()
        last = loop.time()
        while True:
            await asyncio.sleep(TICK_S)
            now = loop.time()
            requests, last = REQUESTS_PER_S * (now - last), now
            bad = min(requests, self.to_fail)
            self.to_fail -= bad
            self._bad += bad
            self._good += requests - bad

    async def _metrics(self, _: web.Request) -> web.Response:
        lines = [
            f'http_requests_total{{code="200"}} {int(self._good)}',
            f'http_requests_total{{code="500"}} {int(self._bad)}',
            *(f"trouble_{name} {value}" for name, value in self.troubles.items()),
        ]
        return web.Response(text="\n".join(lines) + "\n")

    async def __aexit__(self, *_: object) -> None:
        if self._traffic is not None:
            self._traffic.cancel()
        await self._runner.cleanup()
