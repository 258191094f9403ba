"""The decision log: one entry whenever a class' outcome or reason changes, with the numbers it was made from."""

from collections.abc import Mapping
from typing import Any

from router.gate import Decision
from router.incident import Incident, Judgement
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
        effective = _effective(decision, judgement.mind.loud.get(cid))
        said[cid] = f"{effective.outcome} {effective.reason}"
        if incident.mind.said.get(cid) != said[cid]:
            entries.append(_entry(incident, cid, effective, judgement, objectives, now))
    return entries, said


def _effective(decision: Decision, loud: Loud | None) -> Decision:
    if loud is None:
        return decision
    return Decision(loud.outcome, loud.reason, decision.worst, loud.would, loud.would_reason)


def _entry(
    incident: Incident,
    cid: str,
    decision: Decision,
    judgement: Judgement,
    objectives: Mapping[str, Objective],
    now: float,
) -> dict[str, Any]:
    return {
        "at": now,
        "incident": incident.id,
        "class": cid,
        "firing": incident.classes[cid].firing,
        "outcome": decision.outcome,
        "reason": decision.reason,
        "would": decision.would,
        "would_reason": decision.would_reason,
        "text": line(decision, objectives, "en"),
        "slos": [_slo(each) for each in _shown(decision, judgement)],
    }


def _shown(decision: Decision, judgement: Judgement) -> list[Assessment]:
    found = {each.slo: each for each in judgement.covering}
    if decision.worst is not None:
        found[decision.worst.slo] = decision.worst
    return list(found.values())


def _slo(assessment: Assessment) -> dict[str, Any]:
    return {
        "id": assessment.slo,
        "verdict": assessment.verdict,
        "cause": assessment.cause,
        "burn": dict(assessment.burn),
        "budget_remaining": assessment.budget_remaining,
        "exhausted_in_s": assessment.exhausted_in_s,
    }
