"""What a view says in plain words: short sentences without any markup, so that they fit push, headline and blocks.

Foreign strings pass through `fill_plain`, which cleans and cuts them; whoever draws them as mrkdwn escapes them too.
"""

import re

from router.gate import Outcome, Reason
from router.incident import CauseKind, SloFacts, View
from router.reason import duration, goal
from router.slack.escape import cut, fill_plain
from router.slack.markdown import plain_words
from router.slack.numbers import THREATS, is_spent, known, share, window
from router.slack.texts import Words
from router.slack.texts.groups import Plural
from router.slo.objective import WINDOWS
from router.slo.verdict import Assessment

NAME_LIMIT = 90
SENTENCE_LIMIT = 300
SHOWN = 3
_ABOUT_AN_SLO = frozenset({Reason.THREAT_PAGE, Reason.THREAT_TICKET, Reason.DETECTION_GAP, Reason.BURN_ALERT})
_PERIOD = re.compile(r"(\d{1,4})([hdwMQY])")


def plural(number: int, forms: Plural) -> str:
    """Return a counted thing."""
    return forms[number != 1].format(n=number)


def slo_name(slo: SloFacts, limit: int = NAME_LIMIT) -> str:
    """Return how people call an SLO."""
    return cut(slo.title, limit) or cut(slo.id, limit)


def subject(view: View, words: Words) -> str:
    """Return what the message is about: the SLO where it decided, else the alert (the first of several)."""
    if view.slo is not None and view.reason in _ABOUT_AN_SLO:
        return slo_name(view.slo) or words.unnamed
    rule = cut(view.causes[0].rule, NAME_LIMIT - 20) if view.causes else ""
    if not rule:
        return cut(view.title, NAME_LIMIT) or words.unnamed
    more = words.rules_more.format(n=view.kinds_total - 1) if is_plural(view) else ""
    return rule + more


def is_plural(view: View) -> bool:
    """Return whether the subject is several rules: "A and 2 more are firing"."""
    about_slo = view.slo is not None and view.reason in _ABOUT_AN_SLO
    return not about_slo and bool(view.causes) and view.kinds_total > 1


def sentence(text: str, words: Words, limit: int = SENTENCE_LIMIT) -> str:
    """Return somebody's words as a sentence with a full stop, "" where there are none."""
    kept = cut(text, limit - 1)
    if not kept or kept[-1] in words.stops:
        return kept
    return kept + ("." if kept[-1].isascii() else words.full_stop)


def join(sentences: list[str], words: Words) -> str:
    """Return sentences one after the other; Japanese needs no space after its own full stop."""
    joined = ""
    for each in filter(None, sentences):
        gap = "" if not joined or joined[-1] == words.full_stop == "。" else " "
        joined += gap + each
    return joined


def period(slo: SloFacts, words: Words) -> str:
    """Return the SLO's period spelled out: "30 days"."""
    found = _PERIOD.fullmatch(slo.period)
    return plural(int(found[1]), words.units[found[2]]) if found else cut(slo.period, 40) or "–"


def gone_in(view: View, words: Words) -> str:
    """Return the time until the budget is gone ("" where it is not known, never, or gone already)."""
    if view.slo is None or is_spent(view.slo.assessment):
        return ""
    seconds = known(view.slo.assessment.exhausted_in_s)
    return "" if seconds is None else duration(seconds, words.locale)


def time_left(view: View, words: Words) -> str:
    """Return the end of a headline: how long the budget lasts."""
    if view.slo is not None and is_spent(view.slo.assessment):
        return words.spent
    time = gone_in(view, words)
    return words.gone_in.format(time=time) if time else ""


def lasted(view: View, words: Words) -> str:
    """Return how long the incident lasted, or lasts."""
    end = view.now if view.ended_at is None else view.ended_at
    return duration(max(0.0, end - view.started_at), words.locale)


def impact(view: View, words: Words) -> str:
    """Return what users suffer: the SLO's own words with the numbers, or words made from the numbers."""
    if view.slo is None:
        return ""
    slo = view.slo
    told = sentence(slo.impact, words)
    bad = known(slo.assessment.error_ratio)
    facts = {
        "share": share(bad),
        "span": _span(slo.assessment, words),
        "allowed": share(1 - slo.target),
        "target": goal(slo.target),
        "period": period(slo, words),
    }
    if bad is None:
        made = fill_plain(words.impact_unmeasured, who=_who(slo, words), **facts)
        return told or made
    measured = fill_plain(words.impact_given if told else words.impact_share, who=_who(slo, words), **facts)
    return join([told, measured], words)


def _who(slo: SloFacts, words: Words) -> str:
    journey = cut(slo.cuj, NAME_LIMIT)
    return words.quoted.format(text=journey) if journey else cut(slo.service, NAME_LIMIT) or slo_name(slo)


def _span(assessment: Assessment, words: Words) -> str:
    if assessment.tier is None or assessment.tier.short not in WINDOWS:
        return words.right_now
    return words.in_the_last.format(time=window(assessment.tier.short, words))


def outcome_of_it(view: View, words: Words) -> str:
    """Return what a resolved incident ended like, and what it cost."""
    over = words.resolved_gap if view.reason is Reason.DETECTION_GAP else words.resolved_alerts
    if view.handling.resolved is not None and view.alerts_firing:
        over = ""
    if view.slo is None:
        return over
    if over == words.resolved_alerts and view.outcome is not Outcome.FORWARD:
        over = words.resolved_with_slo
    if known(view.budget_cost) is None:
        return over
    left = known(view.slo.assessment.budget_remaining)
    template = words.cost if left is None else words.cost_and_left
    cost = template.format(cost=share(view.budget_cost), left=share(left), period=period(view.slo, words))
    return join([over, cost], words)


def has_alerts(view: View) -> bool:
    """Return whether alerts stand behind it; a detection gap's only alert is the SLO itself."""
    return bool(view.causes) and not (view.reason is Reason.DETECTION_GAP and view.kinds_total <= 1)


def own_words(view: View) -> str:
    """Return the summary as its sender wrote it, without Markdown's signs."""
    return plain_words(view.summary)


def own_summary(view: View) -> str:
    """Return what the alert says, "" where it only repeats the SLO's own words."""
    repeated = (view.slo.impact, view.slo.title) if view.slo else ()
    return "" if view.summary in repeated else own_words(view)


def alerts_line(view: View, words: Words) -> str:
    """Return the loudest kinds of alert in one line, "" where there is no alert."""
    if not has_alerts(view):
        return ""
    named = [_named(cause, words) for cause in view.causes[:SHOWN]]
    return words.alerts_line.format(n=view.alerts_total, list=and_more(named, view.kinds_total, words))


def _named(cause: CauseKind, words: Words) -> str:
    rule, where = cut(cause.rule, 60) or words.unnamed, cut(cause.where, 60)
    named = fill_plain(words.cause_line, rule=rule, where=where) if where else rule
    return words.cause_count.format(cause=named, n=cause.total) if cause.total > 1 else named


def and_more(named: list[str], total: int, words: Words) -> str:
    """Return a list of names that tells how many are left out."""
    left = max(0, total - len(named))
    return words.comma.join([*named, words.and_more.format(n=left)] if left else named)


def also_burning(view: View, words: Words) -> str:
    """Return the other SLOs that burn too, "" where there are none."""
    burning = [slo for slo in view.other_slos if slo.assessment.verdict in THREATS]
    if not burning:
        return ""
    names = [slo_name(slo, 60) for slo in burning[:SHOWN]]
    return words.also_burning.format(slos=and_more(names, len(burning), words))


def why(view: View, words: Words) -> str:
    """Return why people are told, with what is out of the ordinary about the judgement."""
    facts = {
        "slo": slo_name(view.slo) if view.slo else words.unnamed_slo,
        "source": view.source or "–",
        "cause": _unknown(view, words),
    }
    said = [fill_plain(words.why.get(view.reason, ""), **facts)]
    if view.would is not None:
        said.append(words.shadow.format(would=words.would[view.would]))
    if view.outcome is Outcome.TICKET:
        said.append(words.not_urgent)
    return join([*said, *_remarks(view, words)], words)


def _remarks(view: View, words: Words) -> list[str]:
    assessment = view.slo.assessment if view.slo else None
    return [
        words.escalated if view.escalated else "",
        words.upgraded if assessment is not None and assessment.upgraded else "",
        words.frozen if assessment is not None and assessment.frozen else "",
        words.left_out if view.left_out else "",
    ]


def _unknown(view: View, words: Words) -> str:
    if view.slo is None:
        return words.slo_missing
    assessment = view.slo.assessment
    cause = words.causes_of_unknown[assessment.cause]
    detail = cut(assessment.detail, 120)
    return words.cause_detail.format(cause=cause, detail=detail) if detail else cause
