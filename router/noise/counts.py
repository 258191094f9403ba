"""Sums over firings and incidents that can be added up over days: what roll-ups hold. Pure data."""

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Counts:
    """Sums over firings that can be added up over days: what roll-ups hold for a rule, service, SLO, team."""

    firings: int = 0
    told: int = 0
    pages: int = 0
    """Firings that paged (outcome page or forward, told); incidents are counted apart, by team."""
    tickets: int = 0
    held: int = 0
    dropped: int = 0
    merged: int = 0
    suppressed: int = 0
    judged: int = 0
    threatened: int = 0
    threatened_judged: int = 0
    wolves: int = 0
    caught_wolves: int = 0
    ignored: int = 0
    misses: int = 0
    reported_misses: int = 0
    acknowledged: int = 0
    off_hours_pages: int = 0
    night_pages: int = 0

    @property
    def precision(self) -> float | None:
        """Threatened ÷ judged firings."""
        return self.threatened_judged / self.judged if self.judged else None

    @property
    def acknowledged_share(self) -> float | None:
        """Acknowledged ÷ told."""
        return self.acknowledged / self.told if self.told else None

    @property
    def wolf_share(self) -> float | None:
        """Wolves ÷ told."""
        return self.wolves / self.told if self.told else None


@dataclass(frozen=True, slots=True)
class Pager:
    """Sums over incidents that paged, each counted once, on the day (in the week) of its first telling."""

    pages: int = 0
    wolf_pages: int = 0
    """Those of which every told firing was a wolf."""
    acknowledged: int = 0
    acknowledge_s: float = 0.0
    """Sum of the times to acknowledge."""
    resolved: int = 0
    resolve_s: float = 0.0
    """Sum of the times to resolve."""


class Dimension(StrEnum):
    """What a daily roll-up sums by."""

    ALL = "all"
    RULE = "rule"
    SERVICE = "service"
    SLO = "slo"
    TEAM = "team"
    """A team is a receiver."""


@dataclass(frozen=True, slots=True)
class Roll:
    """One day of one rule, service, SLO or team; `name` is "" for all, "source/rule" for a rule."""

    dimension: Dimension
    name: str
    counts: Counts
    pager: Pager = Pager()
    """Only for teams and for all; zeros elsewhere."""
