"""How the router is, part by part."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, cast

import structlog
from redis.asyncio import Redis

from router.app.reload import Configuration
from router.app.slo_sources import SloSources
from router.errors import RouterError, UnavailableError
from router.state.answers import translated
from router.state.clock import RedisClock
from router.state.connect import Server, inspect
from router.state.scripts import Client

LOG = structlog.get_logger(__name__)
PING_S = 1.0


class Health:
    """Answers /readyz: ready as long as alerts can be stored; everything else is told apart, and harms nothing."""

    def __init__(
        self,
        client: Client,
        clock: RedisClock,
        configuration: Configuration,
        sources: SloSources,
        slack: Callable[[], Mapping[str, Any]],
    ) -> None:
        self._client = client
        self._clock = clock
        self._configuration = configuration
        self._sources = sources
        self._slack = slack
        self._server: Server | None = None
        self._problem = "not checked yet"
        self.stopping = False

    async def check(self) -> None:
        """Ask the server what can be promised, and the time.

        Raises UnavailableError when it cannot be reached, ConfigError for what must be mended first.
        """
        try:
            with translated():
                server = await inspect(self._client, self._configuration.current.durability)
                await self._clock.sync()
        except RouterError as error:
            self._problem = str(error)
            self._server = None
            raise
        if server != self._server:
            _welcome(server)
        self._server, self._problem = server, ""

    async def report(self) -> dict[str, Any]:
        """Return `ready` beside every part."""
        redis = await self._redis()
        return {
            "ready": redis["ok"] and not self.stopping,
            "redis": redis,
            "slack": dict(self._slack()),
            "slo_sources": self._sources.report(),
            "reload": self._configuration.report(),
            "stopping": self.stopping,
        }

    async def _redis(self) -> dict[str, Any]:
        problem = self._problem or await self._ping()
        if self._server is None:
            return {"ok": False, "problem": problem}
        server = {"server": f"{self._server.name} {self._server.version}", "durability": self._server.persistence}
        return {"ok": not problem, **server, "problem": problem}

    async def _ping(self) -> str:
        """Return why the server does not answer, "" when it does."""
        try:
            with translated():
                async with asyncio.timeout(PING_S):
                    await cast(Any, cast(Redis, self._client)).ping()
        except UnavailableError as error:
            return str(error)
        return ""


def _welcome(server: Server) -> None:
    for warning in server.warnings:
        LOG.warning("redis_warning", warning=warning)
    LOG.info("redis_ready", server=server.name, version=server.version, durability=server.persistence)
