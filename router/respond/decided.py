"""What the decision log says of an incident, read into what "Why?" shows. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from router.gate import TELLING, Decision, Outcome, Reason
from router.incident import Incident
from router.incident.view import slo_facts
from router.reason import line
from router.reason.facts import LANGUAGES
from router.slack.dialogue.shown import WhyShown
from router.slo.objective import Level, Objective, Tier
from router.slo.verdict import Assessment, Cause, Verdict

_LOUDEST_FIRST = tuple(Outcome)


@dataclass(frozen=True, slots=True)
class Decided:
    """One entry of the decision log (router.dispatch.journal); `slos` are as the gate heard them, worst first."""

    at: float
    class_id: str
    outcome: Outcome
    reason: Reason
    texts: Mapping[str, str] = field(default_factory=dict)
    """The recorded line by language."""
    slos: tuple[Assessment, ...] = ()
    would: Outcome | None = None
    would_reason: Reason | None = None

    @property
    def slo(self) -> str:
        """The SLO that decided, "" where none did."""
        return self.slos[0].slo if self.slos else ""


def decided_of(entry: Mapping[str, Any]) -> Decided:
    """Read one entry."""
    would, would_reason = entry.get("would"), entry.get("would_reason")
    return Decided(
        at=float(entry["at"]),
        class_id=str(entry["class"]),
        outcome=Outcome(entry["outcome"]),
        reason=Reason(entry["reason"]),
        texts={"en": str(entry.get("text", "")), "ja": str(entry.get("text_ja", ""))},
        slos=tuple(_assessment(each, float(entry["at"])) for each in entry.get("slos", ())),
        would=Outcome(would) if would else None,
        would_reason=Reason(would_reason) if would_reason else None,
    )


def _assessment(stored: Mapping[str, Any], at: float) -> Assessment:
    return Assessment(
        slo=str(stored["id"]),
        verdict=Verdict(stored["verdict"]),
        cause=Cause(stored["cause"] or ""),
        burn=stored.get("burn") or {},
        budget_remaining=stored.get("budget_remaining"),
        exhausted_in_s=stored.get("exhausted_in_s"),
        judged_at=at,
    )


def standing(entries: Sequence[Mapping[str, Any]], incident: Incident | None) -> list[Decided]:
    """Return the newest decision of each class, with the numbers it was first made from, the loudest first.

    What people were told stays told; what was held or kept quiet counts while it fires (alerts that are muted move to
    another class), or where nothing else is left.
    """
    newest: dict[str, Decided] = {}
    closed: set[str] = set()
    for each in sorted(map(decided_of, entries), key=lambda decided: -decided.at):
        later = newest.setdefault(each.class_id, each)
        if each.outcome is not later.outcome or each.reason is not later.reason:
            closed.add(each.class_id)
        elif each.outcome in TELLING and each.class_id not in closed:
            # With the numbers that made it so, not those of the last time that it was judged.
            newest[each.class_id] = each
    now = [each for each in newest.values() if each.outcome in TELLING or _fires(each, incident)]
    found = now or [_ended(each) for each in newest.values()]
    return sorted(found, key=lambda each: (_LOUDEST_FIRST.index(each.outcome), -each.at))


def _fires(decided: Decided, incident: Incident | None) -> bool:
    state = incident.classes.get(decided.class_id) if incident is not None else None
    return state is not None and state.firing > 0


def _ended(decided: Decided) -> Decided:
    """The log ends with the last decision while it fired: what was held then and fires no more became a drop."""
    if decided.outcome is not Outcome.HOLD:
        return decided
    return replace(decided, outcome=Outcome.DROP, reason=Reason.NEVER_THREATENED, texts={})


def shown_of(
    found: Sequence[Decided], incident: Incident | None, objectives: Mapping[str, Objective], locale: str
) -> WhyShown:
    """Return the first decision as it is shown, with the numbers it was made from; the rest is counted."""
    first, worst = found[0], None
    objective = objectives.get(first.slo)
    if first.slos:
        worst = _with_tier(first.slos[0], objective)
    decision = Decision(first.outcome, first.reason, worst, first.would, first.would_reason)
    kind = incident.kinds[0] if incident is not None and incident.kinds else None
    return WhyShown(
        id=incident.id if incident is not None else "",
        at=first.at,
        timezone="UTC",
        outcome=first.outcome,
        reason=first.reason,
        rule=incident.lead.rule if incident is not None else "",
        where=kind.where if kind is not None else "",
        text=_said(first, decision, objectives, locale),
        slo=slo_facts(worst, objectives),
        tier=_page_tier(objective, worst),
        place=objective.place if objective is not None else None,
        others=tuple(each.outcome for each in found[1:] if each.outcome is not first.outcome),
    )


def _said(decided: Decided, decision: Decision, objectives: Mapping[str, Objective], locale: str) -> str:
    """Return the recorded line; where there is none in this language, one made again from the numbers.

    The log does not keep how many events were counted, so that line must not say that none were.
    """
    made = line(decision, objectives, locale).replace(LANGUAGES[locale].words["ratios"], "")
    return decided.texts.get(locale) or made


def _with_tier(worst: Assessment, objective: Objective | None) -> Assessment:
    """Put the pair back that decided (router.slo.verdict): the log keeps the burn rates of all windows."""
    if objective is None:
        return worst
    read = [tier for tier in objective.tiers if tier.long in worst.burn and tier.short in worst.burn]
    fired = [tier for tier in read if min(worst.burn[tier.long], worst.burn[tier.short]) >= tier.threshold]
    paging = [tier for tier in fired if tier.level is Level.PAGE]
    tier = next(iter([*paging, *fired, *read]), None)
    if tier is None:
        return worst
    return replace(worst, tier=tier, burn_long=worst.burn[tier.long], burn_short=worst.burn[tier.short])


def _page_tier(objective: Objective | None, worst: Assessment | None) -> Tier | None:
    """Return the pair that pages: the one that did, else the fastest."""
    if objective is None:
        return None
    if worst is not None and worst.tier is not None and worst.tier.level is Level.PAGE:
        return worst.tier
    return next((tier for tier in objective.tiers if tier.level is Level.PAGE), None)
