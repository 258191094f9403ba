"""A real Valkey for tests, and a clock that is moved by hand."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from router.state.board import Board
from router.state.connect import connect
from router.state.embedded import Embedded
from router.state.incidents import Incidents
from router.state.scripts import Scripts
from router.state.slos import Slos
from router.state.writer import Writer

START = 1_780_000_000.0


class ManualClock:
    """Time stands still until a test moves it."""

    def __init__(self, now: float = START) -> None:
        self._now = now

    def now(self) -> float:
        return self._now

    async def sleep(self, seconds: float) -> None:
        self._now += seconds

    def advance(self, seconds: float) -> float:
        self._now += seconds
        return self._now


@dataclass
class State:
    """Everything of router.state on one client."""

    scripts: Scripts
    writer: Writer
    board: Board
    incidents: Incidents
    slos: Slos
    clock: ManualClock
    url: str

    def another(self, owner: str) -> Incidents:
        """The calls of a second replica."""
        return Incidents(self.scripts, owner)


@asynccontextmanager
async def open_state(url: str, durability: str = "L1", lease_s: float = 60.0) -> AsyncIterator[State]:
    """Typed calls on an emptied server."""
    client = connect(url)
    await client.flushall()
    scripts = Scripts(client)
    yield State(
        scripts,
        Writer(scripts, durability),
        Board(scripts),
        Incidents(scripts, "test", lease_s),
        Slos(scripts, "test"),
        ManualClock(),
        url,
    )
    await client.aclose()


async def start_valkey(folder: Path) -> Embedded:
    """Start a server of its own for tests that kill or restart it."""
    server = Embedded(folder)
    await server.start()
    return server
