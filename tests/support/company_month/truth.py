"""What is true of the planted month. Filled in by the planting, never by looking at what was written."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field


@dataclass
class RuleWeek:
    """One rule in one week (or all firings of a team or of everybody)."""

    firings: int = 0
    told: int = 0
    pages: int = 0
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
    accusing: int = 0
    """Wolves and caught wolves outside floods."""
    in_flood: int = 0
    chattering: int = 0
    flapping: int = 0
    fleeting: int = 0
    standing: int = 0
    over_before_acknowledged: int = 0
    disputed: int = 0
    marked_wolf: set[str] = field(default_factory=set)
    """Incidents."""
    marked_real: set[str] = field(default_factory=set)
    acknowledge_s: list[int] = field(default_factory=list)
    gate_delays_s: list[int] = field(default_factory=list)
    alerts: set[str] = field(default_factory=set)
    without_guide: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)


@dataclass
class Wolf:
    """A planted wolf, and which remedies are right as the first proposal."""

    source: str
    rule: str
    kind: str
    remedies: frozenset[str]
    value: str = ""
    """For a split the label's value that makes the noise, for twins the other rule."""


@dataclass
class PlantedThreat:
    slo: str
    start: int
    end: int
    tier: str
    announced: bool
    lead_s: int | None = None
    gap: bool = False
    silenced: bool = False
    cost: float = 0.0
    postmortem: bool = False


@dataclass
class PlantedMiss:
    source: str
    rule: str
    incident: str
    slo: str
    started_at: int
    let_go_at: int
    threat_at: int


@dataclass
class SloWeek:
    threats: list[PlantedThreat] = field(default_factory=list)
    blind_s: int = 0
    unmeasured_s: int = 0
    misses: int = 0
    reported_misses: int = 0


@dataclass
class TeamWeek:
    """Incidents that paged, each once; per team or for everybody."""

    pages: int = 0
    wolf_pages: int = 0
    off_hours: int = 0
    night: int = 0
    night_wolves: int = 0
    acknowledge_s: list[int] = field(default_factory=list)
    resolve_s: list[int] = field(default_factory=list)
    shifts: Counter[int] = field(default_factory=Counter)
    """Pages by the beginning of the shift."""
    floods: int = 0
    flood_firings: int = 0
    days: Counter[int] = field(default_factory=Counter)
    """Pages by day in Tokyo."""


RuleName = tuple[str, str]


@dataclass
class Truth:
    """Everything; weeks are named 2026-W44 and so on, "" as a team is everybody."""

    wolves: list[Wolf] = field(default_factory=list)
    accused: dict[str, set[RuleName]] = field(default_factory=lambda: defaultdict(set))
    rules: dict[tuple[str, RuleName], RuleWeek] = field(default_factory=lambda: defaultdict(RuleWeek))
    sums: dict[tuple[str, str], RuleWeek] = field(default_factory=lambda: defaultdict(RuleWeek))
    """By week and team."""
    slos: dict[tuple[str, str], SloWeek] = field(default_factory=lambda: defaultdict(SloWeek))
    teams: dict[tuple[str, str], TeamWeek] = field(default_factory=lambda: defaultdict(TeamWeek))
    misses: dict[str, list[PlantedMiss]] = field(default_factory=lambda: defaultdict(list))
    reports_without_firing: Counter[str] = field(default_factory=Counter)
    firings: int = 0
    drills: int = 0
    days: dict[int, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    """By day in Tokyo: firings, wolves, held, dropped."""
