"""What a Service Level Objective is, and what was measured of it.

Pure values: files become `Objective`s (router.slo.formats), data sources fill `Snapshot`s (router.slo.sources),
and router.slo.verdict judges one by the other. Instants are Unix seconds, durations seconds (`_s`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from zoneinfo import ZoneInfo

DAY_S = 86_400.0
WINDOWS: Mapping[str, float] = {
    "5m": 300.0,
    "30m": 1_800.0,
    "1h": 3_600.0,
    "2h": 7_200.0,
    "6h": 21_600.0,
    "1d": DAY_S,
    "3d": 3 * DAY_S,
}
"""The windows every SLO is measured over, beside "period" (SRE Workbook ch. 5; one catalogue for all)."""
PERIOD = "period"


class Budgeting(StrEnum):
    """How bad time or bad events are counted (OpenSLO v1 `budgetingMethod`)."""

    OCCURRENCES = "Occurrences"
    TIMESLICES = "Timeslices"
    RATIO_TIMESLICES = "RatioTimeslices"


class SloClass(StrEnum):
    """How critical the user journey is (SRE Workbook ch. 5, request classes)."""

    CRITICAL = "critical"
    HIGH = "high"
    LOW = "low"


class Level(StrEnum):
    """How loud a tier is."""

    PAGE = "page"
    TICKET = "ticket"


@dataclass(frozen=True, slots=True)
class Tier:
    """One multi-window pair: fires when the burn rate over `long` and over `short` reaches `threshold`.

    `share` is the part of the budget (0..1) whose spending in `long` the tier stands for. `clamped` tells that the
    catalogue's threshold was above the ceiling 1 / (1 - target) and was lowered to 0.8 of it.
    """

    level: Level
    long: str
    short: str
    threshold: float
    share: float
    clamped: bool = False


@dataclass(frozen=True, slots=True)
class Calendar:
    """A window that starts anew at fixed local times: `unit` is one of d, w, M, Q, Y, `count` of them long."""

    start: str
    """Local time "YYYY-MM-DD hh:mm:ss" of some window's start."""
    zone: ZoneInfo
    count: int
    unit: str


@dataclass(frozen=True, slots=True)
class TimeWindow:
    """The period an objective is promised over; rolling unless `calendar` is set."""

    length_s: float
    """Nominal length (a month counts as 30 days, a quarter 90, a year 365: OpenSLO go-sdk)."""
    text: str
    """As written in the file, for people: "30d", "4w"."""
    calendar: Calendar | None = None


@dataclass(frozen=True, slots=True)
class Threshold:
    """A condition on a sample that makes its slice good (OpenSLO thresholdMetric: `op`, `value`)."""

    operator: str
    """One of lt, lte, gt, gte."""
    value: float


@dataclass(frozen=True, slots=True)
class Recorded:
    """Error ratios that another SLO tool records for this objective, one series per window."""

    tool: str
    """"sloth" or "pyrra"."""
    selector: Mapping[str, str]
    """Exact label values that select the series (sloth_id; Pyrra's slo)."""
    metric: str
    """What the series' names start with: "slo:sli_error:ratio_rate", "http_requests:burnrate"; the window follows."""


@dataclass(frozen=True, slots=True)
class Indicator:
    """How good and bad are measured, in the query language of `type`.

    Either `total` with `good` or `bad`, or `raw` (a ratio without counts; `raw_is_success` tells its sense), or
    `sample` with `threshold`, or `recorded` alone. A query holds the placeholder `{{.window}}` where the file had
    one; otherwise it is a selector or expression that the source turns into an increase over the window.
    """

    type: str
    good: str = ""
    bad: str = ""
    total: str = ""
    raw: str = ""
    raw_is_success: bool = False
    sample: str = ""
    threshold: Threshold | None = None
    counter: bool = True
    """Whether bare selectors are counters (else gauges that hold the events of one sample each)."""
    slice_s: float = 60.0
    slice_target: float = 1.0
    recorded: Recorded | None = None


@dataclass(frozen=True, slots=True)
class Hints:
    """The router's own annotations of an SLO (`alert-router/...`): words for the people who are woken."""

    cuj: str = ""
    impact: str = ""
    first_action: str = ""
    guide: str = ""
    depends_on: tuple[str, ...] = ()
    channel: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the user's files something stands (line and column from 1)."""

    file: str
    line: int
    column: int = 1


@dataclass(frozen=True, slots=True)
class Objective:
    """One evaluated objective; a file with several objectives under one SLO yields one of these for each.

    `target` is a ratio in (0, 1). `labels` holds every value of a list-valued label. `problem` says why the SLO
    cannot be evaluated (it then is unknown(config) and what maps to it is forwarded), "" when it can.
    """

    id: str
    title: str
    service: str
    target: float
    window: TimeWindow
    tiers: tuple[Tier, ...]
    place: Place
    budgeting: Budgeting = Budgeting.OCCURRENCES
    slo_class: SloClass = SloClass.HIGH
    indicator: Indicator | None = None
    source: str = ""
    """Name of the configured slo_source that measures it."""
    labels: Mapping[str, frozenset[str]] = field(default_factory=dict)
    hints: Hints = field(default_factory=Hints)
    problem: str = ""
    min_bad_events: int = 2

    @property
    def budget(self) -> float:
        """The error budget as a ratio, 1 - target."""
        return 1.0 - self.target


@dataclass(frozen=True, slots=True)
class Count:
    """Events of one window; fractional because rates are extrapolated."""

    bad: float
    total: float


@dataclass(frozen=True, slots=True)
class Ratio:
    """Error ratio of one window, from a source that has no counts."""

    bad: float


Measured = Count | Ratio | None
"""What one window holds; None is no data, which is never the same as zero."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a source said about one SLO at one moment.

    `sampled_at` is the time of the newest sample (not of the query), None when unknown. `age_s` is how long the
    series exist, None for "old". `interval_s` is how often new samples come. `error` says why nothing could be read.
    """

    slo: str
    sampled_at: float | None
    windows: Mapping[str, Measured]
    age_s: float | None = None
    interval_s: float = 60.0
    error: str = ""
    elapsed_s: float | None = None
    """For a calendar window: how much of it has passed, so that its month to date can be judged."""
