"""What the HTTP door is given: the other rooms by their shape, the limits, and the keys they are held under."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Protocol

import structlog
from aiohttp import web

from router.alert import Alert
from router.config.values import Config
from router.noise.review import Review
from router.noise.values import Firing, RuleKey
from router.web.metrics import Metrics
from router.web.silences import Mutes, Silencing

log = structlog.get_logger(__name__)
KIB = 1024
MIB = 1024 * KIB


class Accepted(Protocol):
    """What became of the alerts of one body, once they are stored durably."""

    @property
    def accepted(self) -> int:
        """Alerts that were news: new firings, changes, resolves."""

    @property
    def duplicates(self) -> int:
        """Alerts that said what was known already."""

    @property
    def incidents(self) -> tuple[str, ...]:
        """The incidents that the alerts belong to."""


class Intake(Protocol):
    """Stores alerts."""

    def accept(self, alerts: Sequence[Alert]) -> Awaitable[Accepted]:
        """Return once every alert is stored; raises UnavailableError when that cannot be done now."""


class Quarantine(Protocol):
    """Keeps what could not be used, and announces it."""

    def keep(self, source: str, raw: bytes, problem: str) -> Awaitable[None]:
        """Keep a body as it came; raises UnavailableError when that cannot be done now."""


class Standing(Protocol):
    """One stored firing alert as it stands in one incident."""

    @property
    def alert(self) -> Alert:
        """The alert as last sent."""

    @property
    def receiver(self) -> str:
        """Name of the receiver its route leads to."""

    @property
    def incident(self) -> str:
        """The incident that it belongs to."""

    @property
    def outcome(self) -> str:
        """A value of router.gate.Outcome, or "" while it has not been judged."""

    @property
    def updated_at(self) -> float:
        """When it was last sent; Unix seconds."""


class Board(Protocol):
    """Shows what is stored."""

    def alerts(self) -> Awaitable[Sequence[Standing]]:
        """Return every stored firing alert; raises UnavailableError when they cannot be read now."""


class Health(Protocol):
    """Tells how the router is."""

    def report(self) -> Awaitable[Mapping[str, object]]:
        """Return `ready` (whether alerts can be stored) beside redis, slack, slo_sources and reload."""


class Desk(Protocol):
    """Hands out the weekly reviews; every call raises UnavailableError when they cannot be read now."""

    def review(self, week: str = "", team: str = "") -> Awaitable[Review | None]:
        """Return the review of a week ("2026-W47", "" for the newest) of a team ("" for all), None without one.

        May wait for one that is being computed; a caller that gives up waiting does not stop the computing.
        """

    def chart(self, week: str, team: str, name: str) -> Awaitable[bytes | None]:
        """Return a drawn chart of a stored review, "weeks.en.svg" as an example of a name; None without one."""

    def firings(self, rule: RuleKey, before: float, limit: int) -> Awaitable[Sequence[Firing]]:
        """Return the newest firings of a rule that started before an instant (Unix seconds), newest first."""

    def weeks(self) -> Awaitable[Sequence[str]]:
        """Return the weeks that can be reviewed, newest first."""


@dataclass(frozen=True, slots=True)
class Parts:
    """The rooms that the door leads to.

    `config` returns the configuration in force (a reload swaps it), `now` the time in Unix seconds. `version` is
    shown to Alertmanager's clients. Without a `desk` there are no pages.
    """

    intake: Intake
    quarantine: Quarantine
    board: Board
    health: Health
    config: Callable[[], Config]
    now: Callable[[], float]
    metrics: Metrics
    silencing: Silencing
    mutes: Mutes
    version: str = "0"
    desk: Desk | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """What one sender may take; sizes in bytes, durations in seconds."""

    body_bytes: int = 32 * MIB
    """Largest body; beyond it 413. A group of 1,500 Alertmanager alerts has 1.2 MiB."""
    body_s: float = 10.0
    """From the end of the head to the end of the body; beyond it 408."""
    head_s: float = 9.0
    """From the connection, or the first byte on an idle one, to the end of the head; beyond it the door is shut."""
    write_s: float = 10.0
    """How long a client may leave an answer unread."""
    store_s: float = 3.0
    """How long storing may take before the sender is told to come back: below every sender's own patience."""
    in_flight_bytes: int = 128 * MIB
    in_flight_requests: int = 4096
    connections: int = 8192
    """Open at once; the one that has waited longest with half a request makes room for a new one."""
    off_loop_bytes: int = 256 * KIB
    """Bodies above this are parsed in a thread, so that nobody else waits for them."""
    keepalive_s: float = 75.0
    """Longer than senders keep idle connections, so that it is they who close."""
    linger_s: float = 2.0
    """How long the rest of a refused body is read away, so that the sender sees the answer."""
    shutdown_s: float = 10.0


class Load:
    """What is in the house at the moment, against its limits."""

    __slots__ = ("_limits", "held_bytes", "requests")

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self.held_bytes = 0
        self.requests = 0

    @property
    def full(self) -> bool:
        """Whether no new request can be taken in now."""
        return self.heavy or self.requests >= self._limits.in_flight_requests

    @property
    def heavy(self) -> bool:
        """Whether the bodies under way are larger together than they may be."""
        return self.held_bytes > self._limits.in_flight_bytes


class LateStores:
    """What is still being stored although its sender has been told to come back."""

    __slots__ = ("_works",)

    def __init__(self) -> None:
        self._works: set[asyncio.Future[Any]] = set()

    def let_finish(self, work: "asyncio.Future[Any]") -> None:
        """Hold a work that nobody waits for any more until it ends, and say how it failed if it does."""
        self._works.add(work)
        work.add_done_callback(self._ended)

    def _ended(self, work: "asyncio.Future[Any]") -> None:
        self._works.discard(work)
        if not work.cancelled() and (error := work.exception()) is not None:
            log.warning("late_store_failed", error=type(error).__name__)

    async def finished(self, within_s: float) -> None:
        """Wait until all of it has ended, at most this long."""
        if self._works:
            await asyncio.wait(self._works, timeout=within_s)


PARTS = web.AppKey("parts", Parts)
LIMITS = web.AppKey("limits", Limits)
LOAD = web.AppKey("load", Load)
PARSER = web.AppKey("parser", ThreadPoolExecutor)
LATE = web.AppKey("late", LateStores)
STARTED_AT = web.AppKey("started_at", float)
