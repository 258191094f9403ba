"""From an incident and its judgement to what a message is drawn from, and digests of it. Pure."""

from collections.abc import Mapping
from dataclasses import replace
from hashlib import blake2b

from router.gate import Kind, Outcome, Reason
from router.incident.handling import Handling
from router.incident.judge import Judgement
from router.incident.life import Incident, Loud, Told
from router.incident.messages import Phase, Say, SloFacts, View
from router.incident.step import Drawn, Step
from router.slo.objective import Objective
from router.slo.verdict import Assessment

ROWS = 20
SHOWN = 3
"""Causes that the root message names."""
FLAP_S = 1_800.0
FLAPS = 3
"""Firing again so often within `FLAP_S` is flapping."""
COUNTED = "forwarded"
"""The fact of a notice that the dispatcher counts."""
MOVING = frozenset({COUNTED, "alerts", "waiting", "oldest_s", "limited", "slos", "sources"})
"""Facts of a notice that merely move."""


def view_of(
    incident: Incident, judgement: Judgement, objectives: Mapping[str, Objective], mention: str, now: float
) -> View:
    """Return the root message's view of an incident that people are told about.

    What only its surroundings know (language, time zone, what keeps it quiet) is filled in by whoever asks.
    """
    lead, phase, loudest = _leading(judgement)
    kind = incident.classes[loudest].alert_class.kind
    slo, others = _slos(judgement, objectives)
    view = View(
        incident=incident.id,
        say=Say.ROOT,
        phase=phase,
        outcome=lead.outcome,
        reason=lead.reason,
        kind=kind,
        title=_title(incident, slo, kind),
        started_at=_started_at(incident, lead),
        now=now,
        summary=incident.lead.summary,
        severity=incident.lead.severity,
        source=incident.lead.source,
        slo=slo,
        other_slos=others,
        guide=incident.lead.guide,
        source_url=incident.lead.url,
        mention=mention if lead.outcome is Outcome.PAGE else "",
        causes=incident.kinds[:ROWS],
        kinds_total=len(incident.kinds),
        alerts_firing=incident.firing,
        alerts_total=incident.total,
        ended_at=_ended_at(incident, judgement, now),
        left_out=incident.lead.left_out,
        would=lead.would,
        would_reason=lead.would_reason,
        budget_cost=_cost(incident, judgement),
        notice=incident.lead.facts if kind is Kind.NOTICE else None,
    )
    return _with_story(view, incident, now)


def _with_story(view: View, incident: Incident, now: float) -> View:
    """Return a view with what people were told and did so far, and what is kept quiet."""
    told = incident.told
    return replace(
        view,
        key=incident.key,
        told_at=told.at,
        refires=told.refires,
        escalated=_own(told) > 1,
        handling=incident.handling,
        alerts_muted=sum(state.firing for state in incident.classes.values() if state.alert_class.muted is not None),
        flapping=_flapping(told, now),
    )


def _own(told: Told) -> int:
    """Return how many messages speak of this episode to its own team."""
    return sum(not root.receiver for root in told.live)


def bare_view(incident: Incident, now: float) -> View:
    """Return what can be said of an incident that nobody is told about, for the answer to somebody's act."""
    return View(
        incident=incident.id,
        say=Say.ROOT,
        phase=Phase.FIRING if incident.firing else Phase.RESOLVED,
        outcome=Outcome.HOLD,
        reason=Reason.NO_THREAT,
        kind=Kind.GATED,
        title=_title(incident, None, Kind.GATED),
        started_at=incident.opened_at,
        now=now,
        key=incident.key,
        handling=incident.handling,
    )


def _flapping(told: Told, now: float) -> int:
    """Return how often it fired again within half an hour, 0 unless that is flapping."""
    lately = [at for at in told.refired_at if now - at <= FLAP_S]
    return len(lately) if len(lately) >= FLAPS else 0


def _leading(judgement: Judgement) -> tuple[Loud, Phase, str]:
    if judgement.lead is None or judgement.phase is None or judgement.loudest is None:
        raise ValueError("nothing is to be told of this incident")
    return judgement.lead, judgement.phase, judgement.loudest


def _slos(judgement: Judgement, objectives: Mapping[str, Objective]) -> tuple[SloFacts | None, tuple[SloFacts, ...]]:
    """Return the SLO that decided, and the others that the alerts can threaten."""
    slo = slo_facts(judgement.worst, objectives)
    others = (slo_facts(each, objectives) for each in judgement.covering if slo is None or each.slo != slo.id)
    return slo, tuple(each for each in others if each is not None)


def slo_facts(assessment: Assessment | None, objectives: Mapping[str, Objective]) -> SloFacts | None:
    """Return an SLO as people read it, None where it is not configured any more."""
    objective = objectives.get(assessment.slo) if assessment is not None else None
    if objective is None or assessment is None:
        return None
    return SloFacts(
        id=objective.id,
        title=objective.title,
        service=objective.service,
        target=objective.target,
        period=objective.window.text,
        assessment=assessment,
        cuj=objective.hints.cuj,
        impact=objective.hints.impact,
        first_action=objective.hints.first_action,
    )


def _title(incident: Incident, slo: SloFacts | None, kind: Kind) -> str:
    if kind is Kind.NOTICE:
        return incident.lead.summary or incident.lead.rule
    if slo is not None:
        return slo.title
    return incident.lead.rule or incident.group.get("slo", "") or incident.id


def _started_at(incident: Incident, lead: Loud) -> float:
    """Return since when it matters: what was held long before began for people when it became a threat."""
    if lead.reason in (Reason.HELD_FOR_A_DAY, Reason.HELD_TOO_LONG):
        return incident.opened_at
    began = incident.told.at if incident.told.phase not in (None, Phase.RESOLVED) else None
    return max(incident.opened_at, min(lead.at, lead.at if began is None else began))


def _ended_at(incident: Incident, judgement: Judgement, now: float) -> float | None:
    if judgement.phase is not Phase.RESOLVED:
        return None
    over = judgement.mind.over
    if over is not None:
        return over.ended_at
    return incident.ended_at if incident.ended_at is not None else now


def _cost(incident: Incident, judgement: Judgement) -> float | None:
    """Return the part of the budget that was spent since people were told; where one SLO is concerned."""
    start = incident.told.budget_at_start
    end = judgement.worst.budget_remaining if judgement.worst is not None else None
    one = len(judgement.covering) == 1
    return max(0.0, start - end) if one and start is not None and end is not None else None


def drawn_of(view: View) -> Drawn:
    """Return the digests of a root view: what matters, what merely moves, and the causes reply."""
    slo = view.slo.assessment if view.slo is not None else None
    material = (
        view.phase, view.outcome, view.reason, view.refires, view.kinds_total, view.alerts_firing, view.would,
        view.guide, view.escalated, slo.verdict if slo else None, slo.cause if slo else None,
        [each.id for each in view.other_slos], _still(view.notice),
        view.title, view.severity, view.left_out, [(each.rule, each.where) for each in view.causes[:SHOWN]],
        _done(view.handling), view.muted_by, view.alerts_muted, view.flapping, view.interactive,
    )  # fmt: skip
    numbers = (*_numbers(slo), view.summary, _moving(view.notice))
    several = view.alerts_total > 1 and view.kind is not Kind.NOTICE
    causes = _digest([(each.rule, each.where, each.firing, each.total) for each in view.causes]) if several else ""
    return Drawn(_digest(material), _digest(numbers), causes)


def _done(handling: Handling) -> tuple[object, ...]:
    """Return what a message shows of what people did."""
    return handling.owner, handling.snooze, handling.mark, handling.resolved, handling.missed_by


def _still(facts: Mapping[str, str] | None) -> list[tuple[str, str]]:
    return sorted((name, value) for name, value in (facts or {}).items() if name not in MOVING)


def _moving(facts: Mapping[str, str] | None) -> tuple[str, ...]:
    return tuple(value for name, value in sorted((facts or {}).items()) if name in MOVING)


def _numbers(assessment: Assessment | None) -> tuple[str, ...]:
    if assessment is None:
        return ()
    left = assessment.exhausted_in_s
    return (
        f"{assessment.burn_long or 0:.1f}",
        f"{assessment.burn_short or 0:.1f}",
        f"{assessment.budget_remaining or 0:.3f}",
        "never" if left is None else f"{left:.1e}",
    )


def _digest(value: object) -> str:
    return blake2b(repr(value).encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def said_by(step: Step, view: View) -> View:
    """Return the view of the message that a step asks for."""
    raises = step.say is Say.ROOT and step.root is None and not step.receiver and _own(step.told) > 0
    mention = step.mention or (view.mention if step.say is Say.BROADCAST else "")
    said = replace(view, say=step.say or Say.ROOT, call=step.call, call_mention=mention)
    return replace(said, escalated=view.escalated or raises)
