"""One look at an incident: what the gate says of each class now, and how loud the incident has become. Pure."""

from collections.abc import Mapping, Set
from dataclasses import dataclass, field, replace

from router.gate import TELLING, Decision, Held, Policy, Reason, covering, decide
from router.incident.life import ClassState, Incident, Loud, Mind, as_loud, louder, quietest_first
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
    heard: Mapping[str, tuple[Assessment, ...]] = field(default_factory=dict)
    """What the SLOs say of each class, as the gate hears it, worst first."""
    begins: bool = False
    """The last episode is over, and people must hear of a new one."""

    @property
    def lead(self) -> Loud | None:
        """The leading class' loud decision."""
        return self.mind.loud[self.loudest] if self.loudest is not None else None


def judge(incident: Incident, assessments: Mapping[str, Assessment], policy: Policy, now: float) -> Judgement:
    """Judge every class of an incident. A class once loud stays loud in its episode: page to hold never happens."""
    decisions = {
        cid: decide(state.alert_class, assessments, incident.mind.held.get(cid, Held()), now, policy)
        for cid, state in incident.classes.items()
    }
    speaking = {cid for cid, decision in decisions.items() if _speaks(incident.classes[cid], decision)}
    over = incident.told.phase is Phase.RESOLVED
    loud = _loud(incident, decisions, speaking, now)
    held = {
        cid: _held(incident.mind.held.get(cid, Held()), decisions[cid], now)
        for cid, state in incident.classes.items()
        if state.firing and cid not in loud
    }
    heard = {cid: covering(state.alert_class, assessments) for cid, state in incident.classes.items()}
    worst_first = _worst_first(heard, loud)
    loudest = max(loud, key=lambda cid: (quietest_first(loud[cid].outcome), -loud[cid].at), default=None)
    worst = decisions[loudest].worst if loudest is not None else None
    return Judgement(
        decisions=decisions,
        mind=replace(incident.mind, loud=loud, held=held),
        loudest=loudest,
        phase=Phase.RESOLVED if loud and over and not speaking else _phase(incident, loud, worst_first),
        worst=worst or (worst_first[0] if worst_first else None),
        covering=worst_first,
        heard=heard,
        begins=over and bool(speaking),
    )


def _speaks(state: ClassState, decision: Decision) -> bool:
    """Return whether people must hear of a class: one that no alert fires in speaks for what was never settled."""
    return decision.outcome in TELLING and (state.firing > 0 or state.unsettled > 0)


def _loud(incident: Incident, decisions: Mapping[str, Decision], speaking: Set[str], now: float) -> dict[str, Loud]:
    """Return the loud classes. Once an episode was told to be over, only what no alert fires in is left of it."""
    loud = dict(incident.mind.loud)
    if incident.told.phase is Phase.RESOLVED:
        loud = {} if speaking else {cid: each for cid, each in loud.items() if not incident.classes[cid].firing}
    for cid in incident.classes:
        before = loud.get(cid)
        if cid in speaking and louder(decisions[cid].outcome, before.outcome if before is not None else None):
            loud[cid] = as_loud(decisions[cid], now)
    return loud


def _held(since: Held, decision: Decision, now: float) -> Held:
    watching = decision.reason is Reason.WATCH
    return Held(
        since=since.since if since.since is not None else now,
        watch_since=(since.watch_since if since.watch_since is not None else now) if watching else None,
    )


def _worst_first(heard: Mapping[str, tuple[Assessment, ...]], loud: Mapping[str, Loud]) -> tuple[Assessment, ...]:
    """Return what the loud classes' SLOs say, loudest first, each SLO once."""
    found: dict[str, Assessment] = {}
    for each in sorted((each for cid in loud for each in heard[cid]), key=loudness):
        found.setdefault(each.slo, each)
    return tuple(found.values())


def _phase(incident: Incident, loud: Mapping[str, Loud], heard: tuple[Assessment, ...]) -> Phase | None:
    if not loud:
        return None
    if any(incident.classes[cid].firing for cid in loud):
        return Phase.FIRING
    burning = any(each.verdict is Verdict.THREAT_PAGE for each in heard)
    return Phase.BURNING if burning else Phase.RESOLVED
