"""What a message that Slack took, refused, or may have taken means for an incident. Pure."""

from dataclasses import replace

from router.incident.judge import Judgement, over_of
from router.incident.life import Incident, Intent, Root, Stage, Told
from router.incident.messages import Call, Phase, Receipt, Say
from router.incident.step import Drawn, Settle, Step

UNKNOWN = ""
"""The digest of what nobody knows."""


def told(step: Step, judgement: Judgement, receipt: Receipt, drawn: Drawn, now: float) -> Step:
    """Return the step to commit once Slack has the message: what people know now, and which firings that settles.

    `drawn` are the digests of the view that was sent. What the step settles apart from what it tells was settled when
    the message was begun: an alert that came while Slack was called has not joined what was told to be over.
    """
    match step.say:
        case Say.ROOT:
            after = _after_root(step, judgement, receipt, drawn, now)
        case Say.CAUSES:
            after = replace(step.told, causes=Root(receipt.channel, receipt.ts, drawn.causes, "", now))
        case Say.REPLY:
            after = replace(step.told, pending=None)
        case _:
            after = replace(step.told, pending=None, broadcast_at=now)
            after = _damped(after, step.call, now)
            # The root message still tells of the episode before: it is edited next, into whatever is true then.
            after = replace(after, phase=Phase.FIRING) if step.told.phase is None else after
    settle = _settle_told(step, judgement, now) if step.telling else ()
    mind = step.mind
    if after.phase is Phase.RESOLVED and step.told.phase is not Phase.RESOLVED:
        mind = replace(mind, over=over_of(judgement, step.ended_at or now))
    return replace(step, told=after, mind=mind, settle=settle, due_at=now, say=None)


def _damped(after: Told, call: Call | None, now: float) -> Told:
    """Remember the calls of which there must not be many in a short time."""
    match call:
        case Call.REFIRED:
            return replace(after, refire_told_at=now)
        case Call.UNMUTED | Call.BURNS_ON:
            return replace(after, unmuted_told_at=now)
        case _:
            return after


def _after_root(step: Step, judgement: Judgement, receipt: Receipt, drawn: Drawn, now: float) -> Told:
    before, edited = step.told, step.root
    shown = Root(
        receipt.channel, receipt.ts, drawn.material, drawn.numbers, now, step.channel, before.refires,
        acts=step.handling.acts, receiver=step.receiver,
    )  # fmt: skip
    if edited is None and step.receiver:
        # The incident's own message goes on leading: causes and calls stay in its thread.
        after = replace(before, roots=(shown, *before.roots))
    elif edited is None:
        after = replace(before, roots=(*before.roots, shown), causes=None, pending=None)
    else:
        shown = replace(shown, asked=edited.asked, episode=edited.episode, receiver=edited.receiver)
        after = replace(before, roots=tuple(shown if each.ts == edited.ts else each for each in before.roots))
    if judgement.phase is None or (before.phase is None and not step.telling):
        return after
    return replace(after, phase=_known(after, judgement, drawn))


def _known(after: Told, judgement: Judgement, drawn: Drawn) -> Phase | None:
    """Return what people know once a root shows the phase; it is over when every message says so."""
    if judgement.phase is Phase.RESOLVED and any(root.material != drawn.material for root in after.live):
        return after.phase or Phase.FIRING
    return judgement.phase


def _settle_told(step: Step, judgement: Judgement, now: float) -> tuple[Settle, ...]:
    """Settle what this message tells of; what is no louder than before has joined (the step settles it)."""
    settled = {each.class_id for each in step.settle}
    lifts = step.told.phase is not None
    return tuple(
        Settle(cid, loud.outcome, loud.reason, now, loud.would, replace=lifts)
        for cid, loud in judgement.mind.loud.items()
        if cid not in settled
    )


def attempted(step: Step, incident: Incident) -> Told:
    """Return what is certain once a message has been begun: of one that is edited nobody knows what it shows."""
    known, root = incident.told, step.root
    if root is None:
        return known
    roots = tuple(replace(each, material=UNKNOWN) if each.ts == root.ts else each for each in known.roots)
    causes = known.causes
    if causes is not None and causes.ts == root.ts:
        causes = replace(causes, material=UNKNOWN)
    return replace(known, roots=roots, causes=causes)


def refused(step: Step, incident: Incident, retry_at: float) -> Step:
    """Return the step to commit when Slack did not take the message: nothing is told, look again at `retry_at`."""
    stage = Stage.WAITING if incident.told.phase is None else incident.stage
    known = attempted(step, incident)
    return replace(step, stage=stage, told=known, handling=incident.handling, settle=(), due_at=retry_at, say=None)


def folded(step: Step, judgement: Judgement, now: float) -> Step:
    """Return the step to commit when a storm's summary has told of an incident that is over already.

    Where a message of this episode stands elsewhere, only the call is over: that message must still say the end.
    """
    if step.told.live:
        settle = (*step.settle, *_settle_told(step, judgement, now))
        return replace(step, told=replace(step.told, pending=None), settle=settle, due_at=now, say=None)
    after = replace(step.told, phase=Phase.RESOLVED)
    settle = (*step.settle, *_settle_told(step, judgement, now))
    mind = replace(step.mind, loud={})
    return replace(step, stage=Stage.RESOLVED, told=after, mind=mind, settle=settle, due_at=now, say=None, ended_at=now)


def resumed(step: Step, incident: Incident) -> tuple[Step, Intent | None]:
    """Return the step to take where a message was begun before, with its intent; None where it need not be finished.

    What may already stand in Slack is looked up and finished first, whatever is owed now.
    """
    intent = incident.intent
    if intent is None:
        return step, None
    begun = _edited(incident.told, intent) if intent.ts else None
    if intent.ts and begun is None:
        return step, None
    same = step.say is intent.say and step.call is intent.call
    if same and step.channel == intent.channel and _ts(step.root) == intent.ts:
        return step, intent
    if intent.call is not None:
        return _finished_call(step, incident, intent)
    finished = replace(step, say=intent.say, root=begun, channel=intent.channel, call=None, telling=False)
    if intent.say is Say.ROOT and begun is None:
        return replace(finished, telling=not intent.receiver, receiver=intent.receiver), intent
    return replace(finished, told=incident.told, thread=_thread(incident.told, intent.channel)), intent


def _ts(root: Root | None) -> str:
    return root.ts if root is not None else ""


def _edited(told: Told, intent: Intent) -> Root | None:
    standing = (*told.roots, *((told.causes,) if told.causes is not None else ()))
    return next((root for root in standing if root.ts == intent.ts), None)


def _finished_call(step: Step, incident: Incident, intent: Intent) -> tuple[Step, Intent | None]:
    """Finish a call that is still owed; one that is not may stand in Slack or not, it was true then.

    Nor does another call take its place: that would be an edit where it stands already, and an edit wakes nobody.
    """
    if step.told.pending is not intent.call:
        return step, None
    thread = _thread(incident.told, intent.channel)
    return replace(step, say=intent.say, root=None, channel=intent.channel, thread=thread, call=intent.call), intent


def _thread(told: Told, channel: str) -> str:
    """Return the root message in a channel, the newest where there are several."""
    inside = [root.ts for root in told.roots if root.channel == channel]
    return inside[-1] if inside else ""
