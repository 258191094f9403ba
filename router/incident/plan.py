"""The next step of an incident: which one message is owed now, what is settled, and when to look again. Pure.

Level-triggered: the step follows from what is true and what was told, never from what just happened, so lost or
repeated wake-ups change nothing.
"""

from dataclasses import dataclass, replace
from math import inf, isinf

from router.gate import TELLING, Outcome, Reason
from router.incident.judge import Judgement
from router.incident.life import Incident, Life, Loud, Mind, Root, Stage, Told, louder
from router.incident.messages import Call, Phase, Say

SOONEST_S = 1.0
"""A hold is never judged again sooner than this after a look, however near its deadline."""


@dataclass(frozen=True, slots=True)
class Settle:
    """What becomes of a class' firings that have no settled outcome yet.

    `told_at` is set when people were told of them by this very message. `replace` also lifts firings of the class
    that were settled as ticket or forward to this louder outcome.
    """

    class_id: str
    outcome: Outcome
    reason: Reason
    told_at: float | None = None
    would: Outcome | None = None
    replace: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """What to do at this look. `say` is None when no message is owed; `root` is the message to edit, None to post."""

    stage: Stage
    due_at: float
    mind: Mind
    told: Told
    settle: tuple[Settle, ...] = ()
    say: Say | None = None
    root: Root | None = None
    channel: str = ""
    thread: str = ""
    """For a reply: the root message it stands under."""
    call: Call | None = None
    forget: bool = False
    ended_at: float | None = None
    telling: bool = False
    """By this message people first hear of the episode, or that it has become louder."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """Digests of the views as they would be drawn now: facts that matter, and numbers that merely move."""

    material: str
    numbers: str
    causes: str
    """Digest of the causes reply, "" when none is needed."""


def plan(incident: Incident, judgement: Judgement, drawn: Drawn, channel: str, life: Life, now: float) -> Step:
    """Return the one next step. `channel` is where the leading outcome is told; see `episode.begun` before."""
    lead = judgement.lead
    if lead is None or judgement.phase is None:
        return _quiet(incident, judgement, life, now)
    if incident.told.phase is None:
        return _first_telling(incident, judgement, lead, channel, now)
    return _follow_up(incident, judgement, drawn, channel, life, now)


# --- nothing to tell


def _quiet(incident: Incident, judgement: Judgement, life: Life, now: float) -> Step:
    """Nothing to tell: held while it fires, dropped when it ends."""
    due_at, settle = _judged_again(judgement, life, now), _settle_held(judgement)
    step = Step(Stage.WATCHING, due_at, judgement.mind, incident.told, settle)
    if incident.firing:
        return step
    stage = Stage.RESOLVED if incident.told.roots else Stage.ENDED
    return _ending(replace(step, stage=stage), incident, life, now)


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
    root = _root_in(incident.told, channel)
    tell_at = max(lead.at, incident.opened_at + incident.group_wait_s)
    if root is None and now < tell_at:
        return Step(Stage.WAITING, tell_at, judgement.mind, incident.told, held)
    left = judgement.worst.budget_remaining if judgement.worst is not None else None
    told = replace(incident.told, at=now, outcome=lead.outcome, budget_at_start=left)
    step = Step(Stage.OPEN, now, judgement.mind, told, held, Say.ROOT, channel=channel, telling=True)
    if root is None:
        return step
    if told.pending is not None:
        return replace(step, say=Say.BROADCAST, call=told.pending, channel=root.channel, thread=root.ts)
    return replace(step, root=root, channel=root.channel)


# --- people know of it


def _follow_up(incident: Incident, judgement: Judgement, drawn: Drawn, channel: str, life: Life, now: float) -> Step:
    """People know of it: ring louder, remind, keep the messages true, list the causes, close."""
    told = _owed_call(incident, judgement, now)
    base = _standing(incident, judgement, told, life, now)
    # A call comes before an edit: edits are what Slack limits most, and they wake nobody.
    if told.pending is not None:
        return _calling(base, told.pending, channel, now)
    owed = {root.ts: _edit_at(root, told, judgement, drawn, life) for root in told.live}
    for root in reversed(told.live):
        if owed[root.ts] <= now:
            return replace(base, say=Say.ROOT, root=root, channel=root.channel, due_at=now)
    causes_at = _causes_at(told, drawn, life)
    if causes_at <= now:
        last = told.roots[-1]
        return replace(base, say=Say.CAUSES, root=told.causes, channel=last.channel, thread=last.ts, due_at=now)
    return _rest(base, incident, judgement, min([*owed.values(), causes_at]), life, now)


def _calling(base: Step, call: Call, channel: str, now: float) -> Step:
    """Call for attention in the thread; what became louder and rings elsewhere gets a message of its own there."""
    root = _root_in(base.told, channel)
    escalates = call is Call.ESCALATED
    if root is None and escalates:
        return replace(base, say=Say.ROOT, channel=channel, due_at=now, telling=True)
    under = root or base.told.roots[-1]
    return replace(
        base, say=Say.BROADCAST, channel=under.channel, thread=under.ts, call=call, due_at=now, telling=escalates
    )


def _standing(incident: Incident, judgement: Judgement, told: Told, life: Life, now: float) -> Step:
    """Return the step as it would be if no message were owed, and the incident went on."""
    stages = {Phase.FIRING: Stage.OPEN, Phase.BURNING: Stage.BURNING, Phase.RESOLVED: Stage.RESOLVED}
    stage = stages[judgement.phase] if judgement.phase is not None else Stage.WATCHING
    settle = (
        *_settle_held(judgement),
        *_settle_merged(incident, judgement),
    )
    ended = (incident.ended_at or now) if judgement.phase is Phase.RESOLVED else None
    due_at = _judged_again(judgement, life, now)
    return Step(stage, due_at, judgement.mind, told, settle, ended_at=ended)


def _rest(base: Step, incident: Incident, judgement: Judgement, owed_at: float, life: Life, now: float) -> Step:
    """Everything that is due is said: when to look again, and whether the incident is over."""
    if judgement.phase is not Phase.RESOLVED or not isinf(owed_at):
        return replace(base, due_at=min(base.due_at, owed_at))
    mind = replace(judgement.mind, loud={})
    over = replace(base, mind=mind, told=replace(base.told, phase=Phase.RESOLVED))
    return replace(over, stage=Stage.WATCHING) if incident.firing else _ending(over, incident, life, now)


def _owed_call(incident: Incident, judgement: Judgement, now: float) -> Told:
    """Return what was told, with the broadcast that is owed."""
    told, lead = incident.told, judgement.lead
    if lead is None or told.at is None:
        return told
    if louder(lead.outcome, told.outcome):
        return replace(told, outcome=lead.outcome, pending=Call.ESCALATED)
    last = max(told.at, told.broadcast_at or 0.0)
    if judgement.phase is Phase.FIRING and told.pending is None and now - last >= incident.repeat_interval_s:
        return replace(told, pending=Call.REPEATED)
    return told


def _root_in(told: Told, channel: str) -> Root | None:
    return next((root for root in reversed(told.live) if root.place == channel), None)


def _edit_at(root: Root, told: Told, judgement: Judgement, drawn: Drawn, life: Life) -> float:
    """Return when a message must be edited: at once into another phase, else with patience."""
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
        Settle(cid, Outcome.HOLD, decision.reason)
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
