"""Calls for attention: which is owed, what it becomes, and what happens while nobody takes a page. Pure."""

from dataclasses import replace
from math import inf

from router.gate import Kind, Outcome
from router.incident.handling import Handling, Person
from router.incident.judge import Judgement
from router.incident.life import Incident, Life, Root, Told, louder
from router.incident.messages import Call, Phase, Say
from router.incident.step import Step

_SAID = {Call.HANDED_OVER: Say.REPLY, Call.FORGOTTEN: Say.REPLY}
"""Calls that concern one person stay in the thread."""
_WHILE_IT_LASTS = frozenset({Call.WOKEN, Call.UNMUTED, Call.BURNS_ON, Call.REPEATED})
"""Calls that say that it still goes on: nobody is called so who could not be reached before it was over."""


def owed_call(incident: Incident, judgement: Judgement, life: Life, now: float) -> Told:
    """Return what was told, with the call that is owed; a snooze that lasts owes none.

    What keeps it quiet may come and go, as an inhibiting alert does that flaps: that must not wake everybody each time.
    """
    told, lead = incident.told, judgement.lead
    if told.pending in _WHILE_IT_LASTS and judgement.phase not in (Phase.FIRING, Phase.BURNING):
        told = replace(told, pending=None)
    if lead is None or told.at is None:
        return told
    if louder(lead.outcome, told.outcome):
        return replace(told, outcome=lead.outcome, pending=Call.ESCALATED)
    if told.pending is not None or judgement.phase is not Phase.FIRING or incident.handling.snooze is not None:
        return told
    if told.phase is Phase.MUTED:
        return _unmuted(incident, judgement, life, now)
    last = max(told.at, told.broadcast_at or 0.0)
    if incident.handling.owner is None and now - last >= incident.repeat_interval_s:
        return replace(told, pending=Call.REPEATED)
    return told


def _unmuted(incident: Incident, judgement: Judgement, life: Life, now: float) -> Told:
    """Call again for what is quiet no more; where only the SLO itself still speaks, who has it knows that already.

    An inhibiting alert that flaps must not wake everybody each time.
    """
    called_at = incident.told.unmuted_told_at
    if called_at is not None and now - called_at < life.broadcast_s:
        return replace(incident.told, phase=Phase.FIRING)
    alerts = [cid for cid in judgement.mind.loud if incident.classes[cid].firing and not _is_gap(incident, cid)]
    if alerts:
        return replace(incident.told, pending=Call.UNMUTED, phase=Phase.FIRING)
    call = Call.BURNS_ON if incident.handling.owner is None else None
    return replace(incident.told, pending=call, phase=Phase.FIRING)


def _is_gap(incident: Incident, cid: str) -> bool:
    return incident.classes[cid].alert_class.kind is Kind.GAP


def called(person: Person) -> str:
    """Return how Slack mentions somebody."""
    return f"<@{person.id}>" if person.id else ""


def calling(base: Step, call: Call, channel: str, owner: Person | None, now: float) -> Step:
    """Call for attention in the thread; what became louder and rings elsewhere gets a message of its own there.

    Who has it already is called by name, instead of everybody.
    """
    root = root_in(base.told, channel)
    escalates = call is Call.ESCALATED
    if root is None and escalates:
        return replace(base, say=Say.ROOT, channel=channel, due_at=now, telling=True)
    under = root or base.told.roots[-1]
    mention = called(owner) if owner is not None else ""
    said = replace(base, say=_SAID.get(call, Say.BROADCAST), channel=under.channel, thread=under.ts, call=call)
    return replace(said, due_at=now, telling=escalates, mention=mention)


def root_in(told: Told, channel: str) -> Root | None:
    """Return the message of this episode that stands in a channel."""
    return next((root for root in reversed(told.live) if root.place == channel), None)


def reminder(base: Step, incident: Incident, judgement: Judgement, life: Life, now: float) -> tuple[Step | None, float]:
    """Return the reminder that is due, and when the next one will be."""
    if judgement.phase not in (Phase.FIRING, Phase.BURNING) or incident.handling.snooze is not None:
        return None, inf
    if incident.handling.owner is not None:
        return _asked(base, incident.handling, incident.handling.owner, life, now)
    return _escalated(base, incident, judgement, life, now)


def _asked(base: Step, handling: Handling, owner: Person, life: Life, now: float) -> tuple[Step | None, float]:
    """Ask who acknowledged it long ago whether they still have it; in the thread, so that it wakes nobody else."""
    if not life.remind_s or handling.owned_at is None:
        return None, inf
    due_at = max(handling.owned_at, handling.asked_at or 0.0) + life.remind_s
    if due_at > now:
        return None, due_at
    asked = calling(base, Call.FORGOTTEN, base.told.roots[-1].place, owner, now)
    return replace(asked, handling=replace(handling, asked_at=now)), due_at


def _escalated(
    base: Step, incident: Incident, judgement: Judgement, life: Life, now: float
) -> tuple[Step | None, float]:
    """Take the next escalation step of a page that nobody has acknowledged."""
    lead, handling, told = judgement.lead, incident.handling, base.told
    paging = lead is not None and lead.outcome is Outcome.PAGE
    if not paging or told.at is None or handling.steps >= len(life.steps):
        return None, inf
    step = life.steps[handling.steps]
    before_s = life.steps[handling.steps - 1].after_s if handling.steps else 0.0
    # Who was called last has as long as the step gives: after a snooze or a silence nobody is called thrice at once.
    waits_since = max(told.at, handling.waits_since or 0.0)
    due_at = max(waits_since + step.after_s, (told.broadcast_at or 0.0) + step.after_s - before_s)
    if due_at > now:
        return None, due_at
    taken = replace(base, handling=replace(handling, steps=handling.steps + 1), due_at=now)
    standing = root_in(told, step.channel) if step.channel else told.roots[-1]
    if standing is None:
        return replace(taken, say=Say.ROOT, channel=step.channel, receiver=step.receiver), now
    called = replace(taken, say=Say.BROADCAST, call=Call.UNACKNOWLEDGED, mention=step.mention)
    return replace(called, channel=standing.channel, thread=standing.ts, receiver=standing.receiver), now
