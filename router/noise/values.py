"""What the statistics are made from: recorded firings, what the SLOs said meanwhile, and the settings. Pure data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from zoneinfo import ZoneInfo

from router.gate import Outcome
from router.slo.verdict import Verdict


class Mark(StrEnum):
    """What a person said of an incident; it stands above everything that is computed."""

    WOLF = "wolf"
    REAL = "real"


@dataclass(frozen=True, slots=True)
class Heard:
    """What one covering SLO said while a firing lived; the span of its threat inside the firing, None without one."""

    slo: str
    worst: Verdict
    threatened_from: float | None = None
    threatened_to: float | None = None


@dataclass(slots=True)  # not frozen, though nobody changes one: hundreds of thousands are made, seven times as fast
class Firing:
    """One recorded firing with its whole story; instants are Unix seconds.

    `reason` is text, not a Reason: histories of other versions may hold codes that this one does not know. `rule` is
    "" for a report of a page that should have come without any firing. A missing `ended_at` means it fires still.
    """

    source: str
    rule: str
    fingerprint: str
    started_at: float
    ended_at: float | None
    outcome: Outcome | None
    """None while nothing was decided yet."""
    reason: str
    incident: str = ""
    receiver: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    notified_at: float | None = None
    acknowledged_at: float | None = None
    acknowledged_by: str = ""
    guide_opened_at: float | None = None
    mark: Mark | None = None
    wolf_reason: str = ""
    """Why it was marked as a wolf (the codes of the menu), "" where nobody said."""
    missed_report: bool = False
    """Somebody pressed "It should have paged"."""
    slos: tuple[Heard, ...] = ()
    group_wait_s: float = 0.0
    """Of its route: what the team asked for itself is no delay of the gate."""
    guide: bool = False
    """Whether it had an on-call guide: its own or the configuration's."""
    would: Outcome | None = None
    """Shadow mode: what enforce mode would have done in the end."""

    @property
    def drill(self) -> bool:
        """Whether it was a drill, which counts nowhere."""
        return self.labels.get("drill") == "true"

    @property
    def key(self) -> tuple[str, str]:
        """Its rule: (source, rule)."""
        return self.source, self.rule


RuleKey = tuple[str, str]
"""(source, rule)."""
SLO_SOURCE = "slo"
"""Source of what an SLO raises itself; such a firing never announces its own threat."""
NOTICE_SOURCE = "router"
"""Source of what the router says about itself; no SLO can vouch for that."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One stored snapshot of an SLO, as far as the statistics need it. `bad` and `total` are its 1d window."""

    at: float
    verdict: Verdict
    budget_left: float | None = None
    bad: float | None = None
    total: float | None = None


@dataclass(frozen=True, slots=True)
class Stretch:
    """Consecutive snapshots of an SLO with one verdict: from the first of them to the next other one.

    The last stretch of a recording ends with its last snapshot. `missing_s` is the time inside without snapshots
    (holes longer than five minutes). The budgets are what was left at its first snapshot and at its end.
    """

    verdict: Verdict
    start: float
    end: float
    budget_start: float | None = None
    budget_end: float | None = None
    missing_s: float = 0.0


@dataclass(frozen=True, slots=True)
class SloDay:
    """One day of an SLO: events of its last snapshot's 1d window, what was left of the budget then."""

    day: date
    bad: float | None
    total: float | None
    budget_left: float | None


@dataclass(frozen=True, slots=True)
class SloFacts:
    """What must be known of an SLO besides its numbers; `latency` says that it promises speed, not success."""

    id: str
    title: str
    target: float
    cuj: str = ""
    service: str = ""
    latency: bool = False
    period_s: float = 2_592_000.0


@dataclass(frozen=True, slots=True)
class Settings:
    """Spans and thresholds of the definitions; seconds. Defaults are those of docs/statistics.md."""

    chattering_s: float = 60.0
    flapping_s: float = 3_600.0
    fleeting_s: float = 60.0
    standing_s: float = 86_400.0
    flood_begins: int = 10
    """A flood begins with a clock-aligned ten minutes of more firings than this..."""
    flood_ends: int = 5
    """...and ends with the first of fewer than this (EEMUA 191)."""
    miss_s: float = 1_800.0
    threat_apart_s: float = 1_800.0
    wolves_least: int = 3
    precision_most: float = 0.1
    """A rule may be named as a wolf from so many wolves on, at no more than this precision (or by a person's mark)."""
    postmortem_share: float = 0.05
    """A threat that cost this part of the budget owes a postmortem; so does one that left none."""
    shift_pages: int = 2
    """Pages that a twelve-hour shift can bear (Google SRE, chapter 11)."""


@dataclass(frozen=True, slots=True)
class Report:
    """A person's report, without any firing, that something should have paged."""

    at: float
    by: str
    slo: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Team:
    """A receiver, as far as the statistics need it."""

    name: str
    zone: ZoneInfo
