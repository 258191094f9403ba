"""The gate: alert class + verdicts + policy -> outcome and reason. All judgement, one pure function."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from router.slo.verdict import Assessment, Cause, Verdict, loudness


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
    muted: Reason | None = None
    """Why its alerts are kept quiet now (SILENCE, INHIBITION), None where they are not."""


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
    """The gate's answer. `would` and `would_reason` tell what enforce mode would have said where shadow differs."""

    outcome: Outcome
    reason: Reason
    worst: Assessment | None = None
    """The assessment that decided, for the reason line."""
    would: Outcome | None = None
    would_reason: Reason | None = None
    due_in_s: float | None = None
    """For a hold: after how long time alone changes the answer, though the SLO says the same."""


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
    if alert_class.muted is not None:
        return _muted(alert_class, alert_class.muted, assessments)
    return _shadowed(_decided(alert_class, assessments, held, now, policy), policy)


def _muted(alert_class: AlertClass, reason: Reason, assessments: Mapping[str, Assessment]) -> Decision:
    """What somebody keeps quiet stays quiet, in shadow mode too; what its SLOs say is recorded all the same."""
    heard = covering(alert_class, assessments)
    return Decision(Outcome.SUPPRESS, reason, heard[0] if heard else None)


def decide_resolved(
    alert_class: AlertClass, assessments: Mapping[str, Assessment], now: float, policy: Policy
) -> Decision:
    """Return what becomes of an alert that comes resolved: a drop when nothing threatens, else as if it fired (R8)."""
    decision = _decided(alert_class, assessments, Held(), now, policy)
    if decision.outcome is Outcome.HOLD:
        decision = Decision(Outcome.DROP, Reason.NEVER_THREATENED, decision.worst)
    return _shadowed(decision, policy)


def covering(alert_class: AlertClass, assessments: Mapping[str, Assessment]) -> tuple[Assessment, ...]:
    """Return the covering SLOs' assessments as the gate hears them, loudest first.

    An SLO whose scope does not include the alert's may raise, but not clear: only its threat_page counts. Anything
    else it says becomes unknown(scope), and is not heard at all where another covering SLO may clear.
    """
    clearer = any(cover.may_clear for cover in alert_class.covers)
    heard = []
    for cover in alert_class.covers:
        found = assessments.get(cover.slo) or Assessment(cover.slo, Verdict.UNKNOWN, Cause.CONFIG)
        if cover.may_clear or found.verdict is Verdict.THREAT_PAGE:
            heard.append(found)
        elif not clearer:
            heard.append(replace(found, verdict=Verdict.UNKNOWN, cause=Cause.SCOPE))
    return tuple(sorted(heard, key=loudness))


_ORDER = (
    Outcome.PAGE,
    Outcome.FORWARD,
    Outcome.TICKET,
    Outcome.HOLD,
    Outcome.DROP,
    Outcome.MERGE,
    Outcome.SUPPRESS,
)


def loudest(decisions: Iterable[Decision]) -> Decision:
    """Return the loudest decision of an incident's classes: page, forward, ticket, hold; then the worst SLO's.

    Raises ValueError when there is none.
    """
    return min(decisions, key=_how_loud)


def _how_loud(decision: Decision) -> tuple[int, tuple[float, float]]:
    quietest = (float(len(_ORDER)), 0.0)
    return _ORDER.index(decision.outcome), loudness(decision.worst) if decision.worst is not None else quietest


def _decided(
    alert_class: AlertClass, assessments: Mapping[str, Assessment], held: Held, now: float, policy: Policy
) -> Decision:
    heard = covering(alert_class, assessments)
    worst = heard[0] if heard else None
    paging = worst is not None and worst.verdict is Verdict.THREAT_PAGE
    match alert_class.kind:
        case Kind.BURN_PAGE:
            return Decision(Outcome.PAGE, Reason.BURN_ALERT, worst)
        case Kind.BURN_TICKET if not paging:
            return Decision(Outcome.TICKET, Reason.BURN_ALERT, worst)
        case Kind.GAP if paging:
            return Decision(Outcome.PAGE, Reason.DETECTION_GAP, worst)
        case Kind.NOTICE:
            return Decision(Outcome.FORWARD, Reason.NOTICE, worst)
        case Kind.BYPASS:
            return Decision(Outcome.FORWARD, Reason.BYPASS, worst)
        case Kind.UNMAPPED:
            return Decision(Outcome.FORWARD, Reason.UNMAPPED)
        case Kind.BURN_TICKET | Kind.GAP | Kind.GATED:
            return _gated(worst, held, now, policy)


def _gated(worst: Assessment | None, held: Held, now: float, policy: Policy) -> Decision:
    """Judge by the loudest covering SLO (R2-R7, R9)."""
    if worst is None:
        return Decision(Outcome.FORWARD, Reason.UNMAPPED)
    match worst.verdict:
        case Verdict.THREAT_PAGE:
            return Decision(Outcome.PAGE, Reason.THREAT_PAGE, worst)
        case Verdict.UNKNOWN:
            return Decision(Outcome.FORWARD, Reason.SLO_UNKNOWN, worst)
        case Verdict.THREAT_TICKET:
            return Decision(Outcome.TICKET, Reason.THREAT_TICKET, worst)
        case Verdict.WATCH:
            return _watched(worst, held, now, policy)
        case Verdict.NO_THREAT:
            return _held(Reason.NO_THREAT, worst, held, now, policy)


def _watched(worst: Assessment, held: Held, now: float, policy: Policy) -> Decision:
    """Hold a few bad events for a while; they may be an outage that begins (R6)."""
    waited_s = now - held.watch_since if held.watch_since is not None else 0.0
    if waited_s >= policy.watch_s:
        return Decision(Outcome.FORWARD, Reason.HELD_TOO_LONG, worst)
    hold = _held(Reason.WATCH, worst, held, now, policy)
    if hold.due_in_s is None:
        return hold
    return replace(hold, due_in_s=min(hold.due_in_s, policy.watch_s - waited_s))


def _held(reason: Reason, worst: Assessment, held: Held, now: float, policy: Policy) -> Decision:
    """Hold with a deadline: what is held for a day is a useless alert, and somebody should say so (R7, R9)."""
    waited_s = now - held.since if held.since is not None else 0.0
    if waited_s >= policy.hold_s:
        return Decision(Outcome.TICKET, Reason.HELD_FOR_A_DAY, worst)
    return Decision(Outcome.HOLD, reason, worst, due_in_s=policy.hold_s - waited_s)


def _shadowed(decision: Decision, policy: Policy) -> Decision:
    """In shadow mode nothing is held or dropped; what would have been is recorded beside it."""
    if policy.mode is Mode.ENFORCE or decision.outcome not in (Outcome.HOLD, Outcome.DROP):
        return decision
    return Decision(
        Outcome.FORWARD, Reason.SHADOW, decision.worst, decision.outcome, decision.reason, decision.due_in_s
    )
