"""The decision log: one entry whenever something changes for a class, with the numbers it was made from.

What counts as change: outcome, reason, or the verdict of an SLO that covers the class; so the log also tells for
every firing when its SLOs were threatened. A class that nobody fires in has nothing to tell.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from router.gate import Decision
from router.incident import Act, Incident, Judgement, Reply
from router.incident.handling import entry_of
from router.incident.life import Loud
from router.reason import line
from router.slo.objective import Objective
from router.slo.verdict import Assessment


def decisions_of(
    incident: Incident, judgement: Judgement, objectives: Mapping[str, Objective], now: float
) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """Return the entries to write now, and what will have been said of each class."""
    entries: list[dict[str, Any]] = []
    said: dict[str, str] = {}
    for cid, decision in judgement.decisions.items():
        loud = judgement.mind.loud.get(cid)
        if loud is None and not incident.classes[cid].firing:
            continue
        effective = _effective(decision, loud)
        said[cid] = _said(effective, judgement.heard[cid])
        if incident.mind.said.get(cid) != said[cid]:
            entries.append(_entry(incident, cid, effective, judgement.heard[cid], objectives, now))
    return entries, said


def deeds_of(acts: Sequence[Act], replies: Sequence[Reply]) -> list[dict[str, Any]]:
    """Return the entries of what people did."""
    codes = {reply.act.id: reply.code for reply in replies}
    return [entry_of(act, codes.get(act.id)) for act in acts]


def _said(decision: Decision, heard: tuple[Assessment, ...]) -> str:
    verdicts = sorted(f"{each.slo}={each.verdict}" for each in heard)
    return " ".join((decision.outcome, decision.reason, *verdicts))


def _effective(decision: Decision, loud: Loud | None) -> Decision:
    """Return what people are told of a class: the loudest of the episode, with the numbers of now."""
    if loud is None:
        return decision
    return Decision(loud.outcome, loud.reason, decision.worst, loud.would, loud.would_reason)


def _entry(
    incident: Incident,
    cid: str,
    decision: Decision,
    heard: tuple[Assessment, ...],
    objectives: Mapping[str, Objective],
    now: float,
) -> dict[str, Any]:
    return {
        "at": now,
        "incident": incident.id,
        "class": cid,
        "kind": incident.classes[cid].alert_class.kind,
        "firing": incident.classes[cid].firing,
        "outcome": decision.outcome,
        "reason": decision.reason,
        "would": decision.would,
        "would_reason": decision.would_reason,
        "text": line(decision, objectives, "en"),
        "text_ja": line(decision, objectives, "ja"),
        "slos": [_slo(each) for each in heard],
    }


def _slo(assessment: Assessment) -> dict[str, Any]:
    return {
        "id": assessment.slo,
        "verdict": assessment.verdict,
        "cause": assessment.cause,
        "burn": dict(assessment.burn),
        "budget_remaining": assessment.budget_remaining,
        "exhausted_in_s": assessment.exhausted_in_s,
    }
