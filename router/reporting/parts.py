"""What reviews are made from and where they are kept: the state's parts, by shape."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol
from zoneinfo import ZoneInfo

from router.config.values import Config
from router.noise.review import Roll
from router.noise.values import Firing, RuleKey, SloDay, Stretch
from router.noise.weekly import Judgement
from router.state.missed import Miss


class Firings(Protocol):
    """Recorded firings."""

    async def between(self, start: float, end: float, rule: RuleKey | None = None) -> Sequence[Firing]:
        """Return the firings that started in [start, end)."""
        ...

    async def of_rules(
        self, rules: Collection[RuleKey], start: float, end: float
    ) -> Mapping[RuleKey, Sequence[Firing]]:
        """Return the firings of each of these rules that started in [start, end)."""
        ...

    async def newest(self, rule: RuleKey, before: float, limit: int) -> Sequence[Firing]:
        """Return the newest firings of a rule that started before an instant, newest first."""
        ...


class SloHistory(Protocol):
    """What the SLOs said."""

    async def stretches(self, slos: Iterable[str], start: float, end: float) -> Mapping[str, Sequence[Stretch]]:
        """Return the stretches that touch a span."""
        ...

    async def days(
        self, slos: Iterable[str], first: date, last: date, zone: ZoneInfo
    ) -> Mapping[str, Sequence[SloDay]]:
        """Return the days of a time zone."""
        ...


class RollUps(Protocol):
    """Sums by local day."""

    async def store(self, day: date, rolls: Sequence[Roll]) -> None:
        """Keep a day's sums, in place of those it had."""
        ...

    async def load(self, first: date, last: date) -> Mapping[date, Sequence[Roll]]:
        """Return the days that have any."""
        ...

    async def forget(self, before: date) -> object:
        """Forget older days."""
        ...


class Stored(Protocol):
    """A stored review."""

    @property
    def review(self) -> bytes:
        """The review, packed."""

    @property
    def as_of(self) -> float:
        """When it was computed."""


class Reviews(Protocol):
    """Finished reviews with their charts, by week and team."""

    async def store(self, week: str, team: str, review: bytes, charts: Mapping[str, bytes], as_of: float) -> object:
        """Keep a review in place of an older one."""
        ...

    async def load(self, week: str, team: str) -> Stored | None:
        """Return a review."""
        ...

    async def chart(self, week: str, team: str, name: str) -> bytes | None:
        """Return one of a review's charts."""
        ...


class Missed(Protocol):
    """Reports of pages that should have come."""

    async def all(self) -> Sequence[Miss]:
        """Return every report."""
        ...


@dataclass(frozen=True, slots=True)
class Stores:
    """The state, as far as reviews need it."""

    firings: Firings
    slos: SloHistory
    rollups: RollUps
    reviews: Reviews
    missed: Missed
    config: Callable[[], Config]
    judged: Callable[[Judgement], None] = lambda _: None
    """Is told what was judged before the roll-ups are asked for: where they are worked out, nothing is judged twice."""
