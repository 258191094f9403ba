"""The beginning of another episode: an incident that was told to be over fires again. Pure."""

from dataclasses import replace

from router.gate import Outcome
from router.incident.deeds import anew
from router.incident.judge import Judgement
from router.incident.life import Incident, Life, Root, Told, louder
from router.incident.messages import Call

REFIRES_KEPT = 10


def begun(incident: Incident, judgement: Judgement, channel: str, life: Life, now: float) -> Incident:
    """Return the incident as it is to be told: a new episode where one begins, else unchanged.

    The message that stands in `channel` is taken up again; messages elsewhere stay resolved.
    """
    lead = judgement.lead
    if not judgement.begins or lead is None:
        return incident
    told = incident.told
    again = next((root for root in reversed(told.roots) if root.place == channel), None)
    roots = told.roots
    if again is not None:
        roots = (*(root for root in roots if root is not again), replace(again, episode=told.refires + 1))
    handling = anew(incident.handling, now)
    snoozed = handling.snooze is not None and judgement.height <= handling.snooze.height
    fresh = replace(
        told,
        roots=roots,
        causes=told.causes if told.roots and again is told.roots[-1] else None,
        phase=None,
        at=None,
        refires=told.refires + 1,
        pending=None if snoozed else _call(told, again, lead.outcome, life, now),
        refired_at=(*told.refired_at, now)[-REFIRES_KEPT:],
    )
    return replace(incident, told=fresh, handling=handling, ended_at=None)


def _call(told: Told, again: Root | None, outcome: Outcome, life: Life, now: float) -> Call | None:
    """Return the broadcast that tells it: an edit wakes nobody, but flapping must not wake everybody each time."""
    if again is None:
        return None
    if louder(outcome, told.outcome):
        return Call.ESCALATED
    rested = told.refire_told_at is None or now - told.refire_told_at >= life.broadcast_s
    return Call.REFIRED if rested else None
