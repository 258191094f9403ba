"""The gate: alert class + verdicts + policy -> outcome and reason. All judgement, one pure function."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from router.slo.verdict import Assessment


class Outcome(StrEnum):
    """What becomes of a firing; every firing ends in exactly one."""

    PAGE = "page"
    TICKET = "ticket"
    FORWARD = "forward"
    HOLD = "hold"
    DROP = "drop"
    MERGE = "merge"
    SUPPRESS = "suppress"


TELLING = frozenset({Outcome.PAGE, Outcome.TICKET, Outcome.FORWARD})
"""Outcomes that people are told about."""


class Reason(StrEnum):
    """Why: one code for every outcome; closed list, metric label, log field and statistic at once."""

    THREAT_PAGE = "threat_page"
    THREAT_TICKET = "threat_ticket"
    BURN_ALERT = "burn_alert"
    DETECTION_GAP = "detection_gap"
    BYPASS = "bypass"
    UNMAPPED = "unmapped"
    SLO_UNKNOWN = "slo_unknown"
    HELD_TOO_LONG = "held_too_long"
    HELD_FOR_A_DAY = "held_for_a_day"
    SHADOW = "shadow"
    NOTICE = "notice"
    """The router speaks about itself (SLO check blind, quarantined body)."""
    NO_THREAT = "no_threat"
    WATCH = "watch"
    NEVER_THREATENED = "never_threatened"
    JOINED = "joined"
    SILENCE = "silence"
    INHIBITION = "inhibition"
    MUTE_TIME = "mute_time"


class Kind(StrEnum):
    """What sort of alert it is, as far as the gate is concerned."""

    GATED = "gated"
    BYPASS = "bypass"
    UNMAPPED = "unmapped"
    BURN_PAGE = "burn_page"
    """An SLO burn alert of another tool at its page tier: it is the decision."""
    BURN_TICKET = "burn_ticket"
    GAP = "gap"
    """Raised by the SLO itself: page-tier burn with no alert behind it (detection gap)."""
    NOTICE = "notice"


class Mode(StrEnum):
    """enforce: the gate decides; shadow: it decides and records, and everything is forwarded."""

    ENFORCE = "enforce"
    SHADOW = "shadow"


@dataclass(frozen=True, slots=True)
class Cover:
    """An SLO that an alert can threaten. `may_clear` is False when the SLO's scope does not include the alert's."""

    slo: str
    may_clear: bool = True


@dataclass(frozen=True, slots=True)
class AlertClass:
    """All that the gate needs to know of an alert; alerts of one class are judged alike."""

    kind: Kind
    covers: tuple[Cover, ...] = ()


@dataclass(frozen=True, slots=True)
class Policy:
    """The gate's settings; durations in seconds."""

    mode: Mode = Mode.ENFORCE
    watch_s: float = 900.0
    """A firing held for few bad events is forwarded after this long (R6)."""
    hold_s: float = 86_400.0
    """A firing held this long without a break becomes one ticket: fix or delete the alert (R9)."""


@dataclass(frozen=True, slots=True)
class Decision:
    """The gate's answer. `would` and `would_reason` tell what enforce mode would have said, in shadow mode only."""

    outcome: Outcome
    reason: Reason
    worst: Assessment | None = None
    """The assessment that decided, for the reason line."""
    would: Outcome | None = None
    would_reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """How long a firing has been held: since when at all, and since when it is at `watch` without a break."""

    since: float | None = None
    watch_since: float | None = None


def decide(
    alert_class: AlertClass,
    assessments: Mapping[str, Assessment],
    held: Held,
    now: float,
    policy: Policy,
) -> Decision:
    """Return outcome and reason for a firing alert of this class (R0-R9). Pure.

    An SLO that has no assessment is unknown(config). A firing alert is never dropped (law 1).
    """
    raise NotImplementedError


