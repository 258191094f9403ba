"""One look at an incident: what the gate says of each class now, and how loud the incident has become. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from router.gate import TELLING, Decision, Held, Kind, Policy, Reason, covering, decide
from router.incident.life import ClassState, Incident, Loud, Mind, as_loud, quietest_first
from router.incident.messages import Phase
from router.slo.verdict import Assessment, Verdict, loudness


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a look found. `decisions` are the gate's, now; `loudest` is the class that leads, None while all is held."""

    decisions: Mapping[str, Decision]
    mind: Mind
    loudest: str | None
    phase: Phase | None
    """None while nobody has reason to be told."""
    worst: Assessment | None
    """The assessment to show: of the leading class' SLO that decided."""
    covering: tuple[Assessment, ...] = ()
    """All assessments of the loud classes' SLOs, worst first."""

    @property
    def lead(self) -> Loud | None:
        """The leading class' loud decision."""
        return self.mind.loud[self.loudest] if self.loudest is not None else None


def judge(incident: Incident, assessments: Mapping[str, Assessment], policy: Policy, now: float) -> Judgement:
    """Judge every class of an incident. A class once loud stays loud in its episode: page to hold never happens."""
    decisions: dict[str, Decision] = {}
    loud: dict[str, Loud] = dict(incident.mind.loud)
    held: dict[str, Held] = {}
    for cid, state in incident.classes.items():
        since = incident.mind.held.get(cid, Held())
        decision = decide(state.alert_class, assessments, since, now, policy)
        decisions[cid] = decision
        if _worth_telling(state, incident, decision):
            before = loud.get(cid)
            if before is None or quietest_first(decision.outcome) > quietest_first(before.outcome):
                loud[cid] = as_loud(decision, now)
        if cid not in loud and state.firing:
            held[cid] = _held(since, decision, now)
    mind = replace(incident.mind, loud=loud, held=held)
    loudest = max(loud, key=lambda cid: (quietest_first(loud[cid].outcome), -loud[cid].at), default=None)
    heard = _covering(incident, loud, assessments)
    phase = _phase(incident, loud, heard)
    worst = decisions[loudest].worst if loudest in decisions else None
    return Judgement(decisions, mind, loudest, phase, worst or (heard[0] if heard else None), heard)


def _worth_telling(state: ClassState, incident: Incident, decision: Decision) -> bool:
    """A class nobody fires in any more speaks only for firings that were never settled."""
    return decision.outcome in TELLING and (state.firing > 0 or incident.unsettled > 0)


def _held(since: Held, decision: Decision, now: float) -> Held:
    watching = decision.reason is Reason.WATCH
    return Held(
        since=since.since if since.since is not None else now,
        watch_since=(since.watch_since if since.watch_since is not None else now) if watching else None,
    )


def _covering(
    incident: Incident, loud: Mapping[str, Loud], assessments: Mapping[str, Assessment]
) -> tuple[Assessment, ...]:
    """Return what the loud classes' SLOs say, as the gate hears it, loudest first, each once."""
    classes = [incident.classes[cid].alert_class for cid in loud if cid in incident.classes]
    heard = sorted((each for one in classes for each in covering(one, assessments)), key=loudness)
    return tuple({each.slo: each for each in reversed(heard)}.values())[::-1]


def _phase(incident: Incident, loud: Mapping[str, Loud], heard: tuple[Assessment, ...]) -> Phase | None:
    if not loud:
        return None
    if any(incident.classes[cid].firing for cid in loud if cid in incident.classes):
        return Phase.FIRING
    burning = any(each.verdict is Verdict.THREAT_PAGE for each in heard)
    gated = any(incident.classes[cid].alert_class.kind is not Kind.NOTICE for cid in loud if cid in incident.classes)
    return Phase.BURNING if burning and gated else Phase.RESOLVED
