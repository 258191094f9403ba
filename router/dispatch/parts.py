"""What dispatch works with; edge rooms meet it by shape."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from router.config.values import Config
from router.incident import Order, Receipt
from router.state.board import Board
from router.state.clock import Clock
from router.state.incidents import Incidents
from router.state.slos import Slos

POLL_S = 0.25


class Delivery(Protocol):
    """Whoever puts a message in front of people: Slack, or the terminal."""

    async def deliver(self, order: Order) -> Receipt: ...


class Meter(Protocol):
    """What dispatch counts."""

    def outcome(self, outcome: str, reason: str, amount: int, /) -> None: ...

    def page_delay(self, seconds: float, /) -> None: ...


@dataclass(frozen=True, slots=True)
class Parts:
    """What dispatch works with."""

    incidents: Incidents
    slos: Slos
    board: Board
    delivery: Delivery
    clock: Clock
    meter: Meter
    config: Callable[[], Config]
    poll_s: float = POLL_S
