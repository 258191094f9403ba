"""What can be done about a noisy rule, and what it would have done to what is recorded. Pure data."""

from dataclasses import dataclass
from enum import StrEnum


class Remedy(StrEnum):
    """What can be done about a noisy rule."""

    LONGER_FOR = "longer_for"
    DEMOTE = "demote"
    """To a ticket."""
    MAP = "map"
    """To an SLO, so that the gate can judge it."""
    GUIDE = "guide"
    MERGE = "merge"
    """With a rule that always fires together with it."""
    SPLIT = "split"
    """By a label, one value of which makes most of the noise."""
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class Effect:
    """What a proposal would have done to the firings of a span of time."""

    firings: int = 0
    removed: int = 0
    """Firings that would not have been, or not have been told."""
    removed_told: int = 0
    missed: int = 0
    """Threatened firings (or ones marked real) that people would not have heard of."""
    delayed: int = 0
    """Threatened firings that would have been told later."""
    delay_s: float = 0.0
    """By how much at most."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """One remedy with its counterfactual: over the week, and over the whole recorded history of the rule."""

    remedy: Remedy
    week: Effect
    history: Effect
    since: float
    """Where the recorded history of the rule begins."""
    value: str = ""
    """What exactly: "12m" (for), "namespace=batch" (split), the twin's rule (merge), an SLO's id (map)."""

    @property
    def dangerous(self) -> bool:
        """Whether it would have hidden a real one; then it says so first, and is never the first choice."""
        return self.history.missed > 0 or self.week.missed > 0
