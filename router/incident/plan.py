"""The next step of an incident: which one message is owed now, what is settled, and when to look again. Pure.

Level-triggered: the step follows from what is true and what was told, never from what just happened, so lost or
repeated wake-ups change nothing.
"""

from dataclasses import dataclass, replace

from router.gate import TELLING, Outcome, Reason
from router.incident.judge import Judgement
from router.incident.life import Incident, Life, Loud, Mind, Root, Stage, Told, quietest_first
from router.incident.messages import Call, Phase, Receipt, Say


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
    call: Call | None = None
    forget: bool = False
    ended_at: float | None = None


@dataclass(frozen=True, slots=True)
class Drawn:
    """Digests of the views as they would be drawn now: facts that matter, and numbers that merely move."""

    material: str
    numbers: str
    causes: str
    """Digest of the causes reply, "" when none is needed."""


def plan(incident: Incident, judgement: Judgement, drawn: Drawn, channel: str, life: Life, now: float) -> Step:
    """Return the one next step. `channel` is where the leading outcome is told."""
    lead = judgement.lead
    if lead is None or judgement.phase is None:
        return _quiet(incident, judgement, life, now)
    told = incident.told
    if told.phase in (None, Phase.RESOLVED) and not _episode_told(told, judgement.phase):
        return _first_telling(incident, judgement, lead, channel, now)
    return _follow_up(incident, judgement, drawn, channel, life, now)


def _episode_told(told: Told, phase: Phase) -> bool:
    return told.phase is Phase.RESOLVED and phase is Phase.RESOLVED


def _quiet(incident: Incident, judgement: Judgement, life: Life, now: float) -> Step:
    """Nothing to tell: held while it fires, dropped when it ends."""
    settle = _settle_held(judgement)
    if incident.firing:
        stage = Stage.WATCHING
        return Step(stage, now + life.rejudge_s, judgement.mind, incident.told, settle)
    ended = incident.ended_at if incident.ended_at is not None else now
    stage = Stage.RESOLVED if incident.told.roots else Stage.ENDED
    forget_at = ended + life.forget_s
    mind = replace(judgement.mind, held={})
    return Step(stage, forget_at, mind, incident.told, settle, forget=now >= forget_at, ended_at=ended)


def _first_telling(incident: Incident, judgement: Judgement, lead: Loud, channel: str, now: float) -> Step:
    """People must hear of this episode: post the root once group_wait is over, or reopen the one that stands."""
    tell_at = max(lead.at, incident.opened_at + incident.group_wait_s)
    held = _settle_held(judgement)
    if incident.told.roots:
        called = replace(incident.told, refires=incident.told.refires + 1, pending=Call.REFIRED)
        told = replace(called, at=now, outcome=lead.outcome, budget_at_start=_remaining(judgement))
        return Step(Stage.OPEN, now, judgement.mind, told, held, Say.ROOT, incident.told.roots[-1])
    if now < tell_at:
        return Step(Stage.WAITING, tell_at, judgement.mind, incident.told, held)
    told = replace(incident.told, at=now, outcome=lead.outcome, budget_at_start=_remaining(judgement))
    return Step(Stage.OPEN, now, judgement.mind, told, held, Say.ROOT, None, channel)


def _follow_up(incident: Incident, judgement: Judgement, drawn: Drawn, channel: str, life: Life, now: float) -> Step:
    """People know of it: keep the message true, join new firings, escalate, close."""
    told = _owe_broadcasts(incident, judgement, channel, life, now)
    settle = (*_settle_held(judgement), *_settle_merged(incident, judgement))
    base = Step(_stage(judgement.phase), now + life.rejudge_s, judgement.mind, told, settle)
    lead = judgement.lead
    if lead is not None and _moves_channel(incident, lead, channel):
        return replace(base, say=Say.ROOT, channel=channel, due_at=now)
    owed = [float("inf")]
    for root in reversed(told.roots):
        edit_at = _edit_at(root, told, judgement, drawn, life)
        if edit_at <= now:
            return replace(base, say=Say.ROOT, root=root, channel=root.channel, due_at=now)
        owed.append(edit_at)
    if told.pending is not None and told.roots:
        return replace(base, say=Say.BROADCAST, channel=told.roots[-1].channel, call=told.pending, due_at=now)
    causes_at = _causes_at(told, drawn, life)
    if causes_at <= now:
        return replace(base, say=Say.CAUSES, root=told.causes, channel=told.roots[-1].channel, due_at=now)
    return _rest(base, incident, judgement, min(*owed, causes_at), life, now)


def _rest(base: Step, incident: Incident, judgement: Judgement, owed_at: float, life: Life, now: float) -> Step:
    """Everything that is due is said: when to look again, and whether the incident is over."""
    if judgement.phase is not Phase.RESOLVED or owed_at != float("inf"):
        return replace(base, due_at=min(base.due_at, owed_at))
    ended = incident.ended_at if incident.ended_at is not None else now
    forget_at = ended + life.forget_s
    mind = replace(judgement.mind, loud={}, held={})
    return replace(base, due_at=forget_at, mind=mind, forget=now >= forget_at, ended_at=ended)


def _owe_broadcasts(incident: Incident, judgement: Judgement, channel: str, life: Life, now: float) -> Told:
    told, lead = incident.told, judgement.lead
    if lead is None or told.outcome is None or told.at is None:
        return told
    louder = quietest_first(lead.outcome) > quietest_first(told.outcome)
    last = max(told.at, told.broadcast_at or 0.0)
    if louder and told.roots and told.roots[-1].channel == channel:
        return replace(told, outcome=lead.outcome, pending=Call.ESCALATED)
    if told.pending is Call.REFIRED and now - (told.broadcast_at or 0.0) < life.broadcast_s:
        return replace(told, pending=None)
    if judgement.phase is Phase.FIRING and told.pending is None and now - last >= incident.repeat_interval_s:
        return replace(told, pending=Call.REPEATED)
    return told


def _moves_channel(incident: Incident, lead: Loud, channel: str) -> bool:
    """A ticket that became a page must ring where pages ring."""
    told = incident.told
    if not told.roots or told.outcome is None:
        return False
    louder = quietest_first(lead.outcome) > quietest_first(told.outcome)
    return louder and told.roots[-1].channel != channel


def _edit_at(root: Root, told: Told, judgement: Judgement, drawn: Drawn, life: Life) -> float:
    if judgement.phase is not told.phase:
        return 0.0
    if root.material != drawn.material:
        return root.edited_at + life.edit_s
    if root.numbers != drawn.numbers and judgement.phase is not Phase.RESOLVED:
        return root.edited_at + life.numbers_s
    return float("inf")


def _causes_at(told: Told, drawn: Drawn, life: Life) -> float:
    if not drawn.causes or not told.roots:
        return float("inf")
    if told.causes is None:
        return 0.0
    return told.causes.edited_at + life.edit_s if told.causes.material != drawn.causes else float("inf")


def _settle_held(judgement: Judgement) -> tuple[Settle, ...]:
    return tuple(
        Settle(cid, Outcome.HOLD, decision.reason)
        for cid, decision in judgement.decisions.items()
        if cid not in judgement.mind.loud and decision.outcome not in TELLING
    )


def _settle_merged(incident: Incident, judgement: Judgement) -> tuple[Settle, ...]:
    """What joins an incident that people know of; a class louder than what was told waits for its own telling."""
    told = incident.told.outcome
    return tuple(
        Settle(cid, Outcome.MERGE, Reason.JOINED)
        for cid, loud in judgement.mind.loud.items()
        if told is not None and quietest_first(loud.outcome) <= quietest_first(told)
    )


def _stage(phase: Phase | None) -> Stage:
    stages = {Phase.FIRING: Stage.OPEN, Phase.BURNING: Stage.BURNING, Phase.RESOLVED: Stage.RESOLVED}
    return stages[phase] if phase is not None else Stage.WATCHING


def _remaining(judgement: Judgement) -> float | None:
    return judgement.worst.budget_remaining if judgement.worst is not None else None


def told(step: Step, judgement: Judgement, receipt: Receipt, drawn: Drawn, now: float) -> Step:
    """Return the step to commit once Slack has the message: what people know now, and which firings that settles."""
    after = replace(step.told, phase=judgement.phase, outcome=judgement.lead.outcome if judgement.lead else None)
    settle = step.settle
    if step.say is Say.ROOT:
        root = Root(receipt.channel, receipt.ts, drawn.material, drawn.numbers, now)
        kept = tuple(each for each in after.roots if step.root is None or each.ts != step.root.ts)
        after = replace(after, roots=_ordered(kept, root, step))
        if step.root is None or step.told.pending is Call.REFIRED:
            settle = (*_held_only(settle), *_settle_told(step, judgement, now))
    elif step.say is Say.CAUSES:
        after = replace(step.told, causes=Root(receipt.channel, receipt.ts, drawn.causes, "", now))
    else:
        after = replace(step.told, pending=None, broadcast_at=now)
        if step.call is Call.ESCALATED:
            settle = (*_held_only(settle), *_settle_told(step, judgement, now))
    return replace(step, told=after, settle=settle, due_at=now, say=None)


def _ordered(kept: tuple[Root, ...], root: Root, step: Step) -> tuple[Root, ...]:
    """The newest post leads; an edited message keeps its place."""
    if step.root is None or not kept:
        return (*kept, root)
    before = tuple(each for each in kept if each.ts < root.ts)
    return (*before, root, *(each for each in kept if each.ts >= root.ts))


def _held_only(settle: tuple[Settle, ...]) -> tuple[Settle, ...]:
    return tuple(each for each in settle if each.outcome is Outcome.HOLD)


def _settle_told(step: Step, judgement: Judgement, now: float) -> tuple[Settle, ...]:
    escalated = step.call is Call.ESCALATED or (step.root is None and bool(step.told.roots))
    return tuple(
        Settle(cid, loud.outcome, loud.reason, now, loud.would, replace=escalated)
        for cid, loud in judgement.mind.loud.items()
    )


def refused(step: Step, retry_at: float) -> Step:
    """Return the step to commit when Slack did not take the message: nothing is told, look again at `retry_at`."""
    quiet = tuple(each for each in step.settle if each.outcome in (Outcome.HOLD, Outcome.MERGE))
    return replace(step, settle=quiet, due_at=retry_at, say=None)
