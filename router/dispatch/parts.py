"""What dispatch works with; edge rooms meet it by shape."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from router.config.values import Config
from router.incident import Order, Receipt, Reply, View
from router.state.board import Board
from router.state.clock import Clock
from router.state.incidents import Incidents
from router.state.muting import Mutes
from router.state.silences import Silences
from router.state.slos import Slos

POLL_S = 0.25


class Delivery(Protocol):
    """Whoever puts a message in front of people: Slack, or the terminal."""

    async def deliver(self, order: Order) -> Receipt: ...


class Meter(Protocol):
    """What dispatch counts."""

    def outcome(self, outcome: str, reason: str, amount: int, /) -> None: ...

    def page_delay(self, seconds: float, /) -> None: ...


class Replies(Protocol):
    """Whoever answers people in Slack about what they did; never raises, never waits."""

    def send(self, reply: Reply, view: View, locale: str, *, delayed: bool = False) -> None:
        """Answer; `delayed` tells that the message cannot show it yet, because Slack is slow."""
        ...


class Storms(Protocol):
    """Decides which first messages may be posted while there are too many."""

    async def admit(self, channel: str, key: str, loud: bool, now: float) -> float:
        """Return 0 when an incident's first message may go out, else the seconds after which to ask again."""
        ...

    async def leave(self, channel: str, key: str, now: float) -> None:
        """An incident waits no more, because nobody need be told of it."""
        ...

    async def over(self, channel: str, key: str, alerts: int, now: float) -> bool:
        """Return whether the summary speaks for an incident that is over, so that it needs no message of its own."""
        ...


class NoReplies:
    """Answers nobody: there is nobody to answer without Slack."""

    def send(self, reply: Reply, view: View, locale: str, *, delayed: bool = False) -> None: ...


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
    mutes: Mutes
    silences: Silences
    storms: Storms
    replies: Replies = field(default_factory=NoReplies)
    interactive: bool = False
    """Whether Slack can send us what people click."""
    poll_s: float = POLL_S
