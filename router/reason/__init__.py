"""Why, in one plain line: what the gate decided and the numbers it was made from, in English or Japanese. Pure.

The recorded line is what `explain`, the "Why?" button, the history page and the report show.
"""

from collections.abc import Mapping

from router.gate import Decision, Outcome, Reason
from router.reason.facts import LANGUAGES, Facts
from router.reason.numbers import count, duration, goal, limit, percent, times
from router.slo.objective import Objective
from router.slo.verdict import Assessment, Cause, Verdict

__all__ = ["count", "duration", "goal", "limit", "line", "percent", "times"]

_THREATS = (Verdict.THREAT_PAGE, Verdict.THREAT_TICKET)


def line(decision: Decision, objectives: Mapping[str, Objective], locale: str = "en") -> str:
    """Return why a firing has its outcome, in one plain line without line breaks.

    `objectives` gives the worst SLO's target and tiers; without it the line says less. What comes from files and
    sources (ids, error texts) is untrusted: escape it where it is shown. An unknown locale reads English.
    """
    words = LANGUAGES.get(locale, LANGUAGES["en"])
    worst = decision.worst or Assessment("", Verdict.UNKNOWN)
    facts = Facts(words, worst, objectives.get(worst.slo))
    return " ".join(_text(decision, facts, objectives).split())


def _text(decision: Decision, facts: Facts, objectives: Mapping[str, Objective]) -> str:
    match decision.reason:
        case Reason.THREAT_PAGE | Reason.THREAT_TICKET:
            return facts.threat()
        case Reason.DETECTION_GAP:
            return facts.say("gap", threat=facts.threat())
        case Reason.BURN_ALERT:
            return _burn_alert(decision, facts)
        case Reason.SLO_UNKNOWN:
            outage = facts.assessment.cause is Cause.TOTAL_OUTAGE
            return facts.say("outage" if outage else "unknown", slo=facts.slo, cause=facts.cause())
        case Reason.NO_THREAT | Reason.WATCH | Reason.HELD_TOO_LONG | Reason.NEVER_THREATENED:
            return _held(decision, facts)
        case Reason.SHADOW if decision.would is not None and decision.would_reason is not None:
            would = Decision(decision.would, decision.would_reason, decision.worst, due_in_s=decision.due_in_s)
            return facts.say("shadow", would=line(would, objectives, facts.words.locale))
        case _:
            return facts.words.plain[decision.reason]


def _burn_alert(decision: Decision, facts: Facts) -> str:
    """Say what the other tool's alert means, and what the SLO itself says where it agrees."""
    text = facts.words.words["burn_page" if decision.outcome is Outcome.PAGE else "burn_ticket"]
    if facts.assessment.verdict not in _THREATS:
        return text
    return text + facts.say("says", threat=facts.threat())


def _held(decision: Decision, facts: Facts) -> str:
    match decision.reason:
        case Reason.WATCH:
            return facts.say("watched", doubt=facts.doubt()) + _until(decision, facts)
        case Reason.HELD_TOO_LONG:
            return facts.say("held_too_long", doubt=facts.doubt())
        case Reason.NEVER_THREATENED:
            return facts.say("never_threatened", rates=facts.rates())
        case _:
            spent = facts.assessment.budget_remaining is not None and facts.assessment.budget_remaining <= 0
            held = facts.say("held_some" if facts.burns() else "held", rates=facts.rates())
            return held + facts.pages_in() + (facts.words.words["spent_already"] if spent else "")


def _until(decision: Decision, facts: Facts) -> str:
    if decision.due_in_s is None:
        return ""
    return facts.say("until", duration=duration(decision.due_in_s, facts.words.locale))
