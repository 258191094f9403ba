"""The next step of an incident: which one message is owed now, what is settled, and when to look again. Pure.

Level-triggered: the step follows from what is true and what was told, never from what just happened, so lost or
repeated wake-ups change nothing.
"""

from dataclasses import replace
from math import inf, isinf

from router.gate import TELLING, Kind, Outcome, Reason
from router.incident.calls import called, calling, owed_call, reminder, root_in
from router.incident.judge import Judgement, over_of
from router.incident.life import Incident, Life, Loud, Root, Stage, Told, louder
from router.incident.messages import Call, Phase, Say
from router.incident.step import Drawn, Settle, Step

_STAGES = {
    Phase.FIRING: Stage.OPEN,
    Phase.BURNING: Stage.BURNING,
    Phase.MUTED: Stage.MUTED,
    Phase.RESOLVED: Stage.RESOLVED,
}
SOONEST_S = 1.0
"""A hold is never judged again sooner than this after a look, however near its deadline."""


def plan(incident: Incident, judgement: Judgement, drawn: Drawn, channel: str, life: Life, now: float) -> Step:
    """Return the one next step. `channel` is where the leading outcome is told; see `episode.begun` before."""
    lead = judgement.lead
    if lead is None or judgement.phase is None:
        return _quiet(incident, judgement, drawn, life, now)
    if incident.told.phase is None:
        return _first_telling(incident, judgement, lead, channel, now)
    return _follow_up(incident, judgement, drawn, channel, life, now)


def unseen(incident: Incident) -> Root | None:
    """Return a message of this episode that does not show yet what people did, the newest first."""
    known = incident.handling.acts
    return next((root for root in reversed(incident.told.live) if root.acts != known), None)


def _outdated(incident: Incident, drawn: Drawn) -> Root | None:
    """Return a message of what is over that lacks what people did, or that says that alerts still fire."""
    root = unseen(incident)
    if root is not None or incident.handling.resolved is None or incident.firing:
        return root
    return next((root for root in incident.told.live if root.material != drawn.material), None)


# --- nothing to tell


def _quiet(incident: Incident, judgement: Judgement, drawn: Drawn, life: Life, now: float) -> Step:
    """Nothing to tell: held while it fires, dropped when it ends; its message may still have to be made true."""
    due_at, settle = _judged_again(judgement, life, now), _settle_held(judgement)
    stage = Stage.WATCHING if incident.firing else Stage.RESOLVED if incident.told.roots else Stage.ENDED
    step = Step(stage, due_at, judgement.mind, incident.told, settle, handling=incident.handling)
    root = _outdated(incident, drawn) if judgement.mind.over is not None else None
    if root is not None:
        return replace(step, say=Say.ROOT, root=root, channel=root.channel, due_at=now, ended_at=incident.ended_at)
    return step if incident.firing else _ending(step, incident, life, now)


def _judged_again(judgement: Judgement, life: Life, now: float) -> float:
    """Return when what is held must be judged again: when the SLO was measured anew, or time alone decides."""
    waits = [life.rejudge_s]
    for cid in judgement.mind.held:
        due_in_s = judgement.decisions[cid].due_in_s
        if due_in_s is not None:
            waits.append(max(SOONEST_S, due_in_s))
    return now + min(waits)


def _ending(step: Step, incident: Incident, life: Life, now: float) -> Step:
    """Nothing fires and all is said: keep the incident for a while, then forget it."""
    ended = incident.ended_at if incident.ended_at is not None else now
    forget_at = ended + life.forget_s
    # When it is time and something keeps it from being forgotten, it is tried again later, not at once.
    due_at = forget_at if now < forget_at else now + life.rejudge_s
    return replace(step, due_at=due_at, forget=now >= forget_at, ended_at=ended)


# --- people have not heard of this episode


def _first_telling(incident: Incident, judgement: Judgement, lead: Loud, channel: str, now: float) -> Step:
    """People must hear of this episode: post the root once group_wait is over, or call again where one stands."""
    held = _settle_held(judgement)
    root = root_in(incident.told, channel)
    tell_at = max(lead.at, incident.opened_at + incident.group_wait_s)
    if root is None and now < tell_at:
        return Step(Stage.WAITING, tell_at, judgement.mind, incident.told, held, handling=incident.handling)
    left = judgement.worst.budget_remaining if judgement.worst is not None else None
    told = replace(incident.told, at=now, outcome=lead.outcome, budget_at_start=left)
    step = Step(Stage.OPEN, now, judgement.mind, told, held, Say.ROOT, channel=channel, telling=True)
    step = replace(step, handling=incident.handling)
    if root is None:
        return replace(step, urgent=lead.outcome is Outcome.PAGE or _is_notice(incident))
    if told.pending not in (None, Call.HANDED_OVER):
        owner = incident.handling.owner
        mention = called(owner) if owner is not None else ""
        return replace(
            step, say=Say.BROADCAST, call=told.pending, channel=root.channel, thread=root.ts, mention=mention
        )
    return replace(step, root=root, channel=root.channel)


def _is_notice(incident: Incident) -> bool:
    return any(state.alert_class.kind is Kind.NOTICE for state in incident.classes.values())


# --- people know of it


def _follow_up(incident: Incident, judgement: Judgement, drawn: Drawn, channel: str, life: Life, now: float) -> Step:
    """People know of it: ring louder, remind, keep the messages true, list the causes, close."""
    told = owed_call(incident, judgement, life, now)
    shown = all(root.material == drawn.material for root in told.live)
    if shown and told.pending is None and judgement.phase is not Phase.RESOLVED:
        told = replace(told, phase=judgement.phase)
    base = _standing(incident, judgement, told, life, now)
    # A call comes before an edit: edits are what Slack limits most, and they wake nobody.
    if told.pending is not None:
        return calling(base, told.pending, channel, incident.handling.owner, now)
    due, remind_at = reminder(base, incident, judgement, life, now)
    if due is not None:
        return due
    owed = {root.ts: _edit_at(root, incident, judgement, drawn, life) for root in told.live}
    for root in reversed(told.live):
        if owed[root.ts] <= now:
            urgent = root.acts != incident.handling.acts or judgement.phase is not told.phase
            return replace(base, say=Say.ROOT, root=root, channel=root.channel, due_at=now, urgent=urgent)
    causes_at = _causes_at(told, drawn, life)
    if causes_at <= now:
        last = told.roots[-1]
        causes = replace(base, say=Say.CAUSES, root=told.causes, channel=last.channel, thread=last.ts, due_at=now)
        return replace(causes, urgent=False)
    return _rest(base, incident, judgement, (min([*owed.values(), causes_at]), remind_at), life, now)


def _standing(incident: Incident, judgement: Judgement, told: Told, life: Life, now: float) -> Step:
    """Return the step as it would be if no message were owed, and the incident went on."""
    stage = _STAGES[judgement.phase] if judgement.phase is not None else Stage.WATCHING
    settle = (
        *_settle_held(judgement),
        *_settle_merged(incident, judgement),
    )
    ended = (incident.ended_at or now) if judgement.phase is Phase.RESOLVED else None
    due_at = _judged_again(judgement, life, now)
    return Step(stage, due_at, judgement.mind, told, settle, ended_at=ended, handling=incident.handling)


def _rest(
    base: Step, incident: Incident, judgement: Judgement, owed_at: tuple[float, float], life: Life, now: float
) -> Step:
    """Everything that is due is said: when to look again, and whether the incident is over."""
    edit_at, remind_at = owed_at
    if judgement.phase is not Phase.RESOLVED or not isinf(edit_at):
        snooze = incident.handling.snooze
        wake_at = snooze.until if snooze is not None else inf
        return replace(base, due_at=min(base.due_at, edit_at, remind_at, wake_at))
    mind = replace(judgement.mind, loud={}, over=over_of(judgement, base.ended_at or now))
    closed = replace(base, mind=mind, told=replace(base.told, phase=Phase.RESOLVED))
    return replace(closed, stage=Stage.WATCHING) if incident.firing else _ending(closed, incident, life, now)


def _edit_at(root: Root, incident: Incident, judgement: Judgement, drawn: Drawn, life: Life) -> float:
    """Return when a message must be edited: at once into another phase or for what people did, else with patience."""
    told = incident.told
    if root.acts != incident.handling.acts:
        return 0.0
    if root.material != drawn.material:
        return root.edited_at + life.edit_s if judgement.phase is told.phase else 0.0
    if root.numbers != drawn.numbers and judgement.phase is not Phase.RESOLVED:
        return root.edited_at + life.numbers_s
    return inf


def _causes_at(told: Told, drawn: Drawn, life: Life) -> float:
    if not drawn.causes or not told.roots:
        return inf
    if told.causes is None:
        return 0.0
    return told.causes.edited_at + life.edit_s if told.causes.material != drawn.causes else inf


# --- what becomes of firings without a settled outcome


def _settle_held(judgement: Judgement) -> tuple[Settle, ...]:
    return tuple(
        Settle(cid, Outcome.SUPPRESS if decision.outcome is Outcome.SUPPRESS else Outcome.HOLD, decision.reason)
        for cid, decision in judgement.decisions.items()
        if cid not in judgement.mind.loud and decision.outcome not in TELLING
    )


def _settle_merged(incident: Incident, judgement: Judgement) -> tuple[Settle, ...]:
    """What joins an incident that people know of; a class louder than what was told waits for its own telling."""
    return tuple(
        Settle(cid, Outcome.MERGE, Reason.JOINED)
        for cid, loud in judgement.mind.loud.items()
        if not louder(loud.outcome, incident.told.outcome)
    )
