"""What could not be understood: kept for people to look at, and announced once for each source."""

from collections.abc import Callable, Sequence
from typing import Protocol

from router.alert import Alert, Status
from router.incident import notice
from router.state.board import Board

ANNOUNCED_S = 3_600.0
"""The notice is over when nothing more of that source was kept for this long."""


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
        await self._intake.accept([notice("quarantine", source, Status.FIRING, now, facts, now + ANNOUNCED_S)])
