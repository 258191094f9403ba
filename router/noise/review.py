"""What a week's review says: numbers by rule, SLO and team, what was missed, and what to do. Pure data.

One value for everything that shows it: the Slack message, `report`, the pages, the JSON API. Shares are 0..1, times
Unix seconds, spans seconds; None is "cannot be said" (nothing to divide by), never zero. docs/statistics.md defines
every number.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from router.noise.counts import Counts, Dimension, Pager, Roll
from router.noise.remedies import Effect, Proposal, Remedy

__all__ = [
    "Counts",
    "Dimension",
    "Effect",
    "Miss",
    "Month",
    "MonthSlo",
    "Pager",
    "Point",
    "Proposal",
    "Quiet",
    "Remedy",
    "Reported",
    "Review",
    "Roll",
    "RuleReview",
    "Shadow",
    "Shift",
    "SloReview",
    "TeamReview",
    "Threat",
]


@dataclass(frozen=True, slots=True)
class RuleReview:
    """One rule in the week; `before` is the week before."""

    source: str
    rule: str
    counts: Counts
    before: Counts
    outcomes: Mapping[str, int]
    reasons: Mapping[str, int]
    teams: tuple[str, ...]
    slos: tuple[str, ...]
    alerts: int
    """Different alerts (fingerprints)."""
    accused: bool
    """It may be named as a wolf (ruling 6 of docs/statistics.md)."""
    accusing: int
    """Wolves and caught wolves outside floods."""
    marked_wolf: int = 0
    """Incidents that somebody marked as a wolf."""
    marked_real: int = 0
    disputed: int = 0
    """Threatened firings that somebody marked as a wolf."""
    wolf_reasons: Mapping[str, int] = field(default_factory=dict)
    time_to_acknowledge_s: float | None = None
    """Median."""
    over_before_acknowledged: int = 0
    """Told, and ended before anybody could act."""
    duration_median_s: float | None = None
    chattering: int = 0
    flapping: int = 0
    fleeting: int = 0
    standing: int = 0
    in_flood: int = 0
    guide: bool = True
    """Every firing had an on-call guide."""
    gate_delay_median_s: float | None = None
    gate_delay_longest_s: float | None = None
    proposals: tuple[Proposal, ...] = ()
    """Best first; only for accused rules and those that nobody can judge (ignored)."""


@dataclass(frozen=True, slots=True)
class Threat:
    """A time in which an SLO was threatened; `end` is None while it lasts."""

    slo: str
    start: float
    end: float | None
    tier: str
    """page or ticket: the worst in it."""
    announced: bool = False
    lead_s: float | None = None
    """How long before its begin the earliest announcing firing started (negative: after)."""
    gap: bool = False
    """Page tier, and no covering firing at all from 30 min before it to its end."""
    silenced: bool = False
    """Threatened while silenced: covering firings were suppressed and none was told."""
    cost: float | None = None
    """Part of the budget that went in it."""
    incidents: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    """Rules that fired with it."""
    postmortem: bool = False
    """It cost enough to owe one."""


@dataclass(frozen=True, slots=True)
class SloReview:
    """One SLO in the week: the letter about its budget."""

    id: str
    title: str
    cuj: str
    target: float
    budget_start: float | None
    """Part of the budget left when the week began (its first snapshot)."""
    budget_end: float | None
    unknown_s: float
    """Blind: the verdict was unknown."""
    unmeasured_s: float
    """No snapshot at all for more than five minutes."""
    threats: tuple[Threat, ...]
    recall: float | None
    """Announced ÷ threats."""
    lead_median_s: float | None
    misses: int
    reported_misses: int
    service: str = ""


@dataclass(frozen=True, slots=True)
class Miss:
    """A firing that was held or dropped shortly before its SLO was threatened."""

    source: str
    rule: str
    incident: str
    slo: str
    started_at: float
    let_go_at: float | None
    threat_at: float


@dataclass(frozen=True, slots=True)
class Reported:
    """A page that somebody says should have come; `rule` is "" without a firing."""

    at: float
    by: str
    rule: str
    slo: str
    text: str = ""
    incident: str = ""


@dataclass(frozen=True, slots=True)
class Shift:
    """A twelve-hour shift with more pages than people can bear."""

    start: float
    pages: int


@dataclass(frozen=True, slots=True)
class TeamReview:
    """One team (receiver) in the week; pages count incidents once, at their first telling."""

    name: str
    zone: str
    counts: Counts
    pages: int
    pages_before: int
    wolf_pages: int
    """Incidents that paged and of which every told firing was a wolf."""
    off_hours: int
    night: int
    night_wolves: int
    shifts: int
    """Shifts of the week (so far)."""
    heavy_shifts: tuple[Shift, ...]
    """Those over the ceiling, heaviest first."""
    time_to_acknowledge_s: float | None
    """Median over incidents that paged and were acknowledged."""
    time_to_resolve_s: float | None
    """Mean over incidents that paged and are over."""
    floods: int
    flood_firings: int


@dataclass(frozen=True, slots=True)
class Point:
    """One week (or day) of a trend."""

    day: date
    pages: int
    wolves: int
    held: int
    dropped: int
    firings: int


@dataclass(frozen=True, slots=True)
class Quiet:
    """A rule that was held or dropped: for information, so that nobody is surprised by the filter."""

    source: str
    rule: str
    held: int
    dropped: int
    before: int
    """Held and dropped the week before."""


@dataclass(frozen=True, slots=True)
class Shadow:
    """Shadow mode: what enforce mode would have done with the firings of the week."""

    firings: int
    would_hold: int
    would_drop: int
    would_miss: int


@dataclass(frozen=True, slots=True)
class MonthSlo:
    """One SLO in a month: good share of all events (availability, or for a latency SLO the share fast enough)."""

    id: str
    title: str
    cuj: str
    latency: bool
    target: float
    good: float | None
    error_rate: float | None
    events: float | None
    days: int
    """Days with numbers."""


@dataclass(frozen=True, slots=True)
class Month:
    """The month's roll-up; `so_far` while it is not over."""

    name: str
    """2026-11."""
    so_far: bool
    slos: tuple[MonthSlo, ...]
    counts: Counts
    pages: int
    time_to_acknowledge_s: float | None
    """Mean."""
    time_to_resolve_s: float | None
    """Mean."""


@dataclass(frozen=True, slots=True)
class Review:
    """Everything about one week; `team` is "" for all teams together."""

    week: str
    start: float
    end: float
    zone: str
    as_of: float
    """When it was computed; before `end` the week is not over."""
    team: str
    counts: Counts
    before: Counts
    pages: int
    """Incidents that paged; so are the wolves among them and those of the week before."""
    wolf_pages: int
    pages_before: int
    wolf_pages_before: int
    rules: tuple[RuleReview, ...]
    """Worst first: accused by accusing firings, then by told firings."""
    slos: tuple[SloReview, ...]
    teams: tuple[TeamReview, ...]
    misses: tuple[Miss, ...]
    reported: tuple[Reported, ...]
    gaps: tuple[Threat, ...]
    silenced: tuple[Threat, ...]
    postmortems: tuple[Threat, ...]
    quiet: tuple[Quiet, ...]
    """Most first."""
    weeks: tuple[Point, ...]
    """The last eight weeks, oldest first, this one last."""
    days: tuple[Point, ...]
    """The seven days of the week."""
    month: Month | None = None
    shadow: Shadow | None = None
    reasons: Mapping[str, int] = field(default_factory=dict)
    complete: bool = True
    """False where there is no SLO history: gaps and blind minutes cannot be told then."""

    @property
    def wolves(self) -> tuple[RuleReview, ...]:
        """The rules that may be named as wolves, worst first."""
        return tuple(rule for rule in self.rules if rule.accused)
