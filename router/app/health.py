"""How the router is, part by part, and the quarantine that announces what it keeps."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol, cast

from redis import exceptions as redis_errors
from redis.asyncio import Redis

from router.alert import Alert, Status
from router.app.reload import Configuration
from router.evaluate import Evaluator, notice
from router.state.board import Board
from router.state.scripts import Client

PING_S = 1.0
ANNOUNCED_S = 3_600.0
"""A quarantine notice is over when nothing more of that source was kept for this long."""


class Health:
    """Answers /readyz: ready as long as alerts can be stored; everything else is told apart, and harms nothing."""

    def __init__(
        self,
        client: Client,
        configuration: Configuration,
        evaluator: Evaluator,
        slack: Callable[[], Mapping[str, Any]],
    ) -> None:
        self._client = client
        self._configuration = configuration
        self._evaluator = evaluator
        self._slack = slack
        self.state: dict[str, Any] = {"ok": False, "problem": "not checked yet"}
        self.stopping = False

    async def report(self) -> dict[str, Any]:
        """Return `ready` beside every part."""
        reached = await self._ping()
        blind = self._evaluator.said_blind
        sources = {name: {"ok": name not in blind} for name in self._configuration.current.slo_sources}
        checked = bool(self.state["ok"])
        return {
            "ready": reached and checked and not self.stopping,
            "redis": {**self.state, "ok": reached and checked},
            "slack": dict(self._slack()),
            "slo_sources": sources,
            "reload": self._configuration.report(),
            "stopping": self.stopping,
        }

    async def _ping(self) -> bool:
        try:
            async with asyncio.timeout(PING_S):
                await cast(Any, cast(Redis, self._client)).ping()
        except (redis_errors.RedisError, OSError, TimeoutError):
            return False
        return True


class Accepts(Protocol):
    """The intake, as far as the quarantine needs it."""

    async def accept(self, alerts: Sequence[Alert]) -> object: ...


class Quarantine:
    """Keeps bodies that could not be understood, and says so once for each source in Slack."""

    def __init__(self, board: Board, intake: Accepts, now: Callable[[], float]) -> None:
        self._board = board
        self._intake = intake
        self._now = now

    async def keep(self, source: str, raw: bytes, problem: str) -> None:
        """Keep and announce; raises UnavailableError when neither is certain."""
        await self._board.keep(source, raw, problem)
        now = self._now()
        facts = {"affected": source, "detail": problem, "since": f"{now:.0f}"}
        said = replace(notice("quarantine", source, Status.FIRING, now, facts), expires_at=now + ANNOUNCED_S)
        await self._intake.accept([said])
