"""Everything that a week's review is made from. Pure data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from router.noise.review import Month, Point
from router.noise.values import Firing, Report, Settings, SloFacts, Stretch
from router.noise.weeks import Week

Budgets = tuple[float | None, float | None]
"""What was left of an error budget at the last snapshot before a week, and at the last one in it."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """What is known around one week; instants are Unix seconds."""

    week: Week
    now: float
    """The clock, or the newest time in a history file."""
    firings: Sequence[Firing]
    """Of all teams; started from one day before the week before until `now`, living ones too."""
    stretches: Mapping[str, Sequence[Stretch]] = field(default_factory=dict)
    """By SLO, from two hours before the week before until `now`; empty without SLO history."""
    slos: Mapping[str, SloFacts] = field(default_factory=dict)
    teams: Mapping[str, ZoneInfo] = field(default_factory=dict)
    """Time zones by receiver; others have the week's."""
    reports: Sequence[Report] = ()
    """Of pages that should have come, without a firing."""
    points: Sequence[Point] = ()
    """Weeks older than the week before, oldest first (from roll-ups)."""
    month: Month | None = None
    budgets: Mapping[str, Budgets] = field(default_factory=dict)
    """By SLO, as measured at the ends of the week; where they are missing the stretches have to do."""
    settings: Settings = field(default_factory=Settings)

    @property
    def zones(self) -> dict[str, ZoneInfo]:
        """Time zones by receiver, "" for those that name none."""
        return {"": self.week.zone, **self.teams}
