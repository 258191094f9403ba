"""An explanation as JSON for scripts (the contract's shape) and as text for people."""

from collections.abc import Iterable
from typing import Any

from router.classify import Placement
from router.cli.explain.judging import Explanation
from router.gate import Cover, Decision
from router.reason import duration, percent, times
from router.slo.verdict import Assessment


def as_json(explanation: Explanation) -> dict[str, Any]:
    """Return the shape scripts rely on. `would` is there where shadow mode decides otherwise than enforce would."""
    decision, placement = explanation.decision, explanation.placements[0]
    answer: dict[str, Any] = {
        "outcome": decision.outcome,
        "reason": decision.reason,
        "text": explanation.text,
        "incident": placement.incident_key,
        "receiver": placement.receiver,
        "guide": explanation.guide or None,
        "slos": [_slo(each) for each in explanation.slos],
    }
    if decision.would is not None:
        answer["would"] = {"outcome": decision.would, "reason": decision.would_reason}
    return answer


def _slo(assessment: Assessment) -> dict[str, Any]:
    return {
        "id": assessment.slo,
        "verdict": assessment.verdict,
        "cause": assessment.cause or None,
        "burn": dict(assessment.burn),
        "budget_remaining": assessment.budget_remaining,
        "exhausted_in_s": assessment.exhausted_in_s,
    }


def as_text(explanation: Explanation) -> str:
    """Return a few lines, what matters first."""
    return "\n".join(f"{name:>8}  {_one_line(value)}" for name, value in _rows(explanation))


def _one_line(text: str) -> str:
    """What a sender wrote must not move the cursor of who reads it."""
    return "".join(each if each.isprintable() else " " for each in text)


def _rows(explanation: Explanation) -> Iterable[tuple[str, str]]:
    alert, first, *others = explanation.alert, *explanation.placements
    yield "alert", f"{alert.rule or '(no name)'} ({alert.status}) from source {alert.source}"
    yield "outcome", _outcome(explanation.decision)
    yield "why", explanation.text
    yield "kind", first.alert_class.kind
    covers = {cover.slo: cover for cover in first.alert_class.covers}
    for assessment in explanation.slos:
        yield "SLO", _judged(assessment, covers[assessment.slo])
    yield "told", _told(first)
    yield from (("also", _told(other)) for other in others)
    yield "guide", explanation.guide or "none: add a runbook_url annotation to the rule, or a `guides:` entry"


def _outcome(decision: Decision) -> str:
    would = f"; enforce mode would {decision.would}, reason {decision.would_reason}" if decision.would else ""
    return f"{decision.outcome}, reason {decision.reason}{would}"


def _told(placement: Placement) -> str:
    group = ", ".join(f"{name}={value}" for name, value in placement.group.items()) or "nothing"
    where = f"route {placement.route}, grouped by {group}, incident {placement.incident_key}"
    return f"receiver {placement.receiver} ({where})"


def _judged(assessment: Assessment, cover: Cover) -> str:
    said = f"{assessment.verdict} ({assessment.cause})" if assessment.cause else assessment.verdict
    parts = [f"{assessment.slo}: {said}"]
    if assessment.burn:
        parts.append("burn " + ", ".join(f"{times(rate)} {window}" for window, rate in assessment.burn.items()))
    if assessment.budget_remaining is not None:
        parts.append(f"{percent(assessment.budget_remaining)} of the budget left")
    if assessment.exhausted_in_s:
        parts.append(f"gone in {duration(assessment.exhausted_in_s, 'en')} at this rate")
    if assessment.detail:
        parts.append(assessment.detail)
    return "; ".join(parts) + ("" if cover.may_clear else "; its scope is wider, so it may raise but not clear")
