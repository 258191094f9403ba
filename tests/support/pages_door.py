"""The HTTP door with a desk of the tests' own behind its pages."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import aiohttp
from aiohttp import web

from router.config.values import Auth, Config
from router.web.metrics import Metrics
from router.web.pages.routes import WITHIN_S, prepare, routes
from router.web.parts import LIMITS, LOAD, PARTS, Limits, Load, Parts
from router.web.server import frame, serve
from tests.support.door import Cellar, Drawer, Hush, Pulse, Shelf, Wall, config_of
from tests.support.pages import AS_OF, Table

TOKEN = "let-me-read"


def with_token(config: Config | None = None) -> Config:
    """The configuration with a token for the pages."""
    return replace(config or config_of(), pages_auth=Auth(bearer=(TOKEN,)))


@dataclass
class Reader:
    """Somebody at the door."""

    url: str
    client: aiohttp.ClientSession
    table: Table

    async def get(self, path: str, headers: Mapping[str, str] | None = None) -> tuple[int, str]:
        """Return status and body."""
        answer, body = await self.open(path, headers)
        return answer.status, body.decode()

    async def open(self, path: str, headers: Mapping[str, str] | None = None) -> tuple[aiohttp.ClientResponse, bytes]:
        """Return the answer and its body; a redirect is not followed."""
        async with self.client.get(self.url + path, headers=headers or {}, allow_redirects=False) as answer:
            return answer, await answer.read()


@asynccontextmanager
async def open_pages(
    table: Table | None, config: Config | None = None, within_s: float = WITHIN_S
) -> AsyncIterator[Reader]:
    """Serve the pages, and what stands around every request, on a free loopback port."""
    chosen = config or config_of()
    rooms = (Shelf(), Cellar(), Wall(), Pulse(), lambda: chosen, lambda: AS_OF, Metrics(), Drawer(), Hush())
    app = web.Application(middlewares=[frame])
    app[PARTS] = Parts(*rooms, desk=table)
    app[LIMITS] = Limits()
    app[LOAD] = Load(app[LIMITS])
    app.on_startup.append(prepare)
    app.add_routes(routes(within_s))
    runner = await serve(app, "127.0.0.1", 0)
    host, port = runner.addresses[0][:2]
    try:
        async with aiohttp.ClientSession() as client:
            yield Reader(f"http://{host}:{port}", client, table or Table())
    finally:
        await runner.cleanup()
