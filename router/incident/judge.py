"""One look at an incident: what the gate says of each class now, and how loud the incident has become. Pure."""

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field, replace

from router.gate import TELLING, AlertClass, Decision, Held, Kind, Outcome, Policy, Reason, covering, decide
from router.incident.handling import HandResolved
from router.incident.life import ClassState, Incident, Loud, Mind, Over, as_loud, louder, quietest_first
from router.incident.messages import Phase
from router.slo.verdict import Assessment, Verdict, loudness

LOUDER = 10_000.0
"""A louder outcome is worse than any burn rate."""


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
    height: float = 0.0
    """How bad it is: the louder outcome first, then the burn rate of the tier that pages. Grows as it gets worse."""

    @property
    def lead(self) -> Loud | None:
        """The leading class' loud decision."""
        return self.mind.loud[self.loudest] if self.loudest is not None else None


def judge(
    incident: Incident,
    assessments: Mapping[str, Assessment],
    policy: Policy,
    now: float,
    mute_time: bool = False,
) -> Judgement:
    """Judge every class of an incident; in a `mute_time` its route tells nobody.

    A class once loud stays loud in its episode: page to hold never happens.
    """
    decisions = {
        cid: _decide(state.alert_class, assessments, incident.mind.held.get(cid, Held()), (now, mute_time), policy)
        for cid, state in incident.classes.items()
    }
    over = incident.told.phase is Phase.RESOLVED
    speaking = {cid for cid, decision in decisions.items() if _speaks(incident, cid, decision)}
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
    begins, ended = over and bool(speaking), loud and over and not speaking
    mind = replace(incident.mind, loud=loud, held=held, over=None if begins else incident.mind.over)
    return Judgement(
        decisions=decisions,
        mind=mind,
        loudest=loudest,
        phase=Phase.RESOLVED if ended else _phase(incident, loud, worst_first, decisions),
        worst=worst or (worst_first[0] if worst_first else None),
        covering=worst_first,
        heard=heard,
        begins=begins,
        height=_height(incident, decisions, loud),
    )


def over_of(judgement: Judgement, ended_at: float) -> Over | None:
    """Return what is kept of an episode when it is told to be over."""
    if judgement.loudest is None or judgement.lead is None:
        return judgement.mind.over
    left = judgement.worst.budget_remaining if judgement.worst is not None else None
    return Over(judgement.loudest, judgement.lead, ended_at, left)


def afterwards(judgement: Judgement) -> Judgement:
    """Return the judgement of an episode that is over as its message shows it: what led it, and what it cost then."""
    over = judgement.mind.over
    if over is None:
        return judgement
    mind = replace(judgement.mind, loud={over.class_id: over.loud})
    covering = _worst_first(judgement.heard, judgement.heard)
    decided = judgement.decisions.get(over.class_id)
    worst = (decided.worst if decided is not None else None) or next(iter(covering), None)
    if worst is not None and over.budget_left is not None:
        worst = replace(worst, budget_remaining=over.budget_left)
    ended = replace(judgement, mind=mind, loudest=over.class_id, phase=Phase.RESOLVED)
    return replace(ended, worst=worst, covering=covering)


def calmed(incident: Incident, judgement: Judgement) -> Incident:
    """Return the incident with its height by hand lowered to how bad it is now: what comes back is worse than that.

    An alert that never ends would else keep every later outage of its SLO quiet. What is kept quiet or cannot be judged
    now has not got better.
    """
    by_hand = incident.handling.resolved
    if by_hand is None or incident.told.phase is not Phase.RESOLVED:
        return incident
    firing = [judgement.decisions[cid] for cid, state in incident.classes.items() if state.firing]
    unclear = any(each.outcome is Outcome.SUPPRESS or each.reason is Reason.SLO_UNKNOWN for each in firing)
    height = by_hand.height if unclear else min(by_hand.height, judgement.height)
    total = incident.total if incident.unsettled else by_hand.total
    lowered = replace(by_hand, height=height, total=total)
    return replace(incident, handling=replace(incident.handling, resolved=lowered))


def _decide(
    alert_class: AlertClass,
    assessments: Mapping[str, Assessment],
    held: Held,
    moment: tuple[float, bool],
    policy: Policy,
) -> Decision:
    """Ask the gate; in a mute time of its route nobody is told, unless the router speaks about itself."""
    now, mute_time = moment
    if mute_time and alert_class.muted is None and alert_class.kind is not Kind.NOTICE:
        alert_class = replace(alert_class, muted=Reason.MUTE_TIME)
    return decide(alert_class, assessments, held, now, policy)


def _speaks(incident: Incident, cid: str, decision: Decision) -> bool:
    """Return whether people must hear of a class: one that no alert fires in speaks for what was never settled.

    What a person has called over speaks again only through what is new, or when it has become worse than it was.
    """
    state, by_hand = incident.classes[cid], incident.handling.resolved
    if decision.outcome not in TELLING:
        return False
    if by_hand is not None and incident.told.phase is Phase.RESOLVED:
        worse = _height_of(decision.outcome, decision) > by_hand.height or _copies_joined(incident, by_hand)
        return state.unsettled > 0 or (state.firing > 0 and worse)
    return state.firing > 0 or state.unsettled > 0


def _copies_joined(incident: Incident, by_hand: HandResolved) -> bool:
    """Return whether there are firings that are new and were never to be settled: copies for a second route."""
    return not incident.unsettled and by_hand.total is not None and incident.total > by_hand.total


def _loud(incident: Incident, decisions: Mapping[str, Decision], speaking: Set[str], now: float) -> dict[str, Loud]:
    """Return the loud classes. Once an episode was told to be over, only what no alert fires in is left of it.

    What was never told and is kept quiet by now is not loud any more; a message that was begun may have been read.
    """
    loud = dict(incident.mind.loud)
    if incident.told.phase is Phase.RESOLVED:
        loud = {} if speaking else {cid: each for cid, each in loud.items() if not incident.classes[cid].firing}
    untold = incident.told.phase is None and incident.intent is None
    if untold and any(_is_quiet(incident, cid, decisions) for cid in incident.classes):
        loud = {cid: each for cid, each in loud.items() if cid in speaking}
    for cid in incident.classes:
        before = loud.get(cid)
        if cid in speaking and louder(decisions[cid].outcome, before.outcome if before is not None else None):
            loud[cid] = as_loud(decisions[cid], now)
    return loud


def _is_quiet(incident: Incident, cid: str, decisions: Mapping[str, Decision]) -> bool:
    return decisions[cid].outcome is Outcome.SUPPRESS and incident.classes[cid].firing > 0


def _height(incident: Incident, decisions: Mapping[str, Decision], loud: Mapping[str, Loud]) -> float:
    # What was told and is kept quiet now is as bad as it was: its own class has no alert that fires.
    quiet = any(_told_and_muted(state) for state in incident.classes.values())
    firing = [cid for cid, state in incident.classes.items() if state.firing or (quiet and cid in loud)] or list(loud)
    known = {cid: loud[cid].outcome if cid in loud else decisions[cid].outcome for cid in firing}
    return max((_height_of(outcome, decisions[cid]) for cid, outcome in known.items()), default=0.0)


def _height_of(outcome: Outcome, decision: Decision) -> float:
    worst = decision.worst
    paging = worst is not None and worst.verdict is Verdict.THREAT_PAGE
    threshold = worst.tier.threshold if paging and worst is not None and worst.tier is not None else 0.0
    return quietest_first(outcome) * LOUDER + threshold


def _held(since: Held, decision: Decision, now: float) -> Held:
    watching = decision.reason is Reason.WATCH
    return Held(
        since=since.since if since.since is not None else now,
        watch_since=(since.watch_since if since.watch_since is not None else now) if watching else None,
    )


def _worst_first(heard: Mapping[str, tuple[Assessment, ...]], classes: Iterable[str]) -> tuple[Assessment, ...]:
    """Return what the SLOs of some classes say, loudest first, each SLO once."""
    found: dict[str, Assessment] = {}
    for each in sorted((each for cid in classes for each in heard[cid]), key=loudness):
        found.setdefault(each.slo, each)
    return tuple(found.values())


def _phase(
    incident: Incident,
    loud: Mapping[str, Loud],
    heard: tuple[Assessment, ...],
    decisions: Mapping[str, Decision],
) -> Phase | None:
    if not loud:
        return None
    over = incident.told.phase is Phase.RESOLVED
    if incident.handling.resolved is not None and not over and not _got_worse(incident, heard):
        return Phase.RESOLVED
    firing = [cid for cid in loud if incident.classes[cid].firing]
    if firing:
        return Phase.MUTED if all(_is_quiet(incident, cid, decisions) for cid in firing) else Phase.FIRING
    if any(_told_and_muted(state) for state in incident.classes.values()):
        return Phase.MUTED
    burning = any(each.verdict is Verdict.THREAT_PAGE for each in heard)
    return Phase.BURNING if burning else Phase.RESOLVED


def _told_and_muted(state: ClassState) -> bool:
    """Return whether alerts that people were told of are kept quiet: what was never told is held, or will be.

    What ended while it was held is not settled either, but fires no more: it must not be counted off.
    """
    return state.alert_class.muted is not None and state.firing > state.held


def _got_worse(incident: Incident, heard: tuple[Assessment, ...]) -> bool:
    """Return whether it burns at a higher tier than when a person called it over."""
    by_hand = incident.handling.resolved
    if by_hand is None:
        return True
    tiers = (each.tier for each in heard if each.verdict is Verdict.THREAT_PAGE)
    threshold = max((tier.threshold for tier in tiers if tier is not None), default=0.0)
    return threshold > by_hand.height % LOUDER
