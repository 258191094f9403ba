"""What spans several ticks of one SLO: since when it burns, since when it is blind, and what is said of that. Pure."""

from collections.abc import Mapping
from dataclasses import replace

from router.alert import Alert, Status, fingerprint_of
from router.incident.notice import notice
from router.slo.objective import Objective, Snapshot
from router.slo.verdict import Assessment, Cause, Memory, Verdict, remember
from router.state.slos import Watched

BLIND_S = 900.0
"""An SLO that could not be measured for this long is announced."""
EXPIRES_S = 900.0
"""What the evaluator says of an SLO ends by itself when it is not said again for this long: the SLO was removed."""
FORGIVEN_TICKS = 1.5
BLIND = frozenset(
    {
        Cause.NO_DATA,
        Cause.TRAFFIC_CESSATION,
        Cause.SOURCE_UNREACHABLE,
        Cause.STALE,
        Cause.OUT_OF_RANGE,
        Cause.CONFIG,
    }
)
"""Why an SLO cannot be measured. A total outage and a young series are measured well, and scope is no SLO's fault."""


def silence(objective: Objective, problem: str = "the source did not answer for this SLO") -> Snapshot:
    """Return what stands for an answer that did not come."""
    return Snapshot(objective.id, None, {}, error=problem)


def forgiven(snapshot: Snapshot, before: Watched | None, now: float, interval_s: float) -> bool:
    """One failed tick does not open the gate: the reading before it is still fresh; the second in a row does."""
    if not snapshot.error or before is None or before.snapshot.error:
        return False
    return now - before.evaluated_at < FORGIVEN_TICKS * interval_s


def followed(before: Watched | None, snapshot: Snapshot, assessment: Assessment, now: float, *, dead: bool) -> Watched:
    """Return what to store of an SLO after a tick; `dead` tells that its source answered for no SLO at all."""
    memory = before.memory if before is not None else Memory()
    if snapshot.error and before is not None:
        snapshot = replace(snapshot, sampled_at=before.snapshot.sampled_at)
    burning = assessment.verdict is Verdict.THREAT_PAGE
    since = before.threat_since if before is not None else None
    return Watched(
        snapshot=snapshot,
        memory=remember(memory, assessment, now),
        verdict=assessment.verdict,
        evaluated_at=now,
        threat_since=(now if since is None else since) if burning else None,
        gap=before is not None and before.gap,
        announced=burning and before is not None and before.announced,
        blind_since=_blind_since(before, assessment, now, dead=dead),
    )


def _blind_since(before: Watched | None, assessment: Assessment, now: float, *, dead: bool) -> float | None:
    """Return since when an SLO is blind. Time under a dead source does not count: that has a notice of its own."""
    if assessment.cause not in BLIND:
        return None
    if before is None or before.blind_since is None:
        return now
    paused_s = now - before.evaluated_at if dead and not long_blind(before) else 0.0
    return before.blind_since + paused_s


def long_blind(watched: Watched | None) -> bool:
    """Return whether people were to be told that an SLO is blind."""
    if watched is None or watched.blind_since is None:
        return False
    return watched.evaluated_at - watched.blind_since >= BLIND_S


def blind_notices(before: Watched | None, watched: Watched, cause: Cause) -> list[Alert]:
    """Return what is to be said of an SLO's blindness at this tick; saying it again renews it."""
    slo, now = watched.snapshot.slo, watched.evaluated_at
    if long_blind(watched) and watched.blind_since is not None:
        facts = {"affected": slo, "detail": str(cause), "since": f"{watched.blind_since:.0f}"}
        return [notice("slo_blind", slo, Status.FIRING, watched.blind_since, facts, now + EXPIRES_S)]
    if long_blind(before):
        return [notice("slo_blind", slo, Status.RESOLVED, now, {})]
    return []


def source_notice(name: str, since: float, now: float, facts: Mapping[str, str]) -> Alert:
    """Return what is said of a source that does not answer; saying it again renews it."""
    return notice("slo_source", name, Status.FIRING, since, {**facts, "since": f"{since:.0f}"}, now + EXPIRES_S)


def gap_alert(objective: Objective, status: Status, watched: Watched) -> Alert:
    """Return the alert that an SLO raises itself: it burns, and no alert told of it."""
    single = {name: next(iter(values)) for name, values in objective.labels.items() if len(values) == 1}
    labels = {**single, "alertname": objective.id, "slo": objective.id, "service": objective.service}
    firing = status is Status.FIRING
    return Alert(
        source="slo",
        fingerprint=fingerprint_of("slo", objective.id, {}),
        status=status,
        rule=objective.id,
        severity="critical",
        labels={name: value for name, value in labels.items() if value},
        annotations={"summary": objective.hints.impact or objective.title},
        starts_at=watched.threat_since if firing else None,
        ends_at=None if firing else watched.evaluated_at,
        expires_at=watched.evaluated_at + EXPIRES_S if firing else None,
        guide_url=objective.hints.guide,
    )
