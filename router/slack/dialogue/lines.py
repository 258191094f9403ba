"""One line for an SLO, an incident, a held rule: state first, then what to do next. Pure."""

from collections.abc import Sequence
from math import isfinite

from router.incident import Phase, SloFacts
from router.reason import duration, percent
from router.slack.dialogue.notes import NAME_LIMIT, named, plural
from router.slack.dialogue.shown import HeldShown, IncidentShown
from router.slack.dialogue.texts import Words
from router.slack.dialogue.texts.words import StatusWords
from router.slack.escape import Markup, cut, date, escape, fill, link, safe_url, size
from router.slack.texts import texts as message_texts
from router.slo.verdict import Verdict

LINES_LIMIT = 2_900
"""Slack takes 3,000 characters in a section."""
_LINK_LIMIT = 600


def number(value: float | None) -> float | None:
    """Return the number, or None where it is not one."""
    return value if value is not None and isfinite(value) else None


def slo_name(slo: SloFacts) -> str:
    """Return how people call an SLO."""
    return cut(slo.title, NAME_LIMIT) or cut(slo.id, NAME_LIMIT)


def slo_line(slo: SloFacts, words: Words) -> Markup:
    """Return an SLO: what is left, how long it lasts, what to do."""
    texts, judged = words.status, slo.assessment
    left, gone_s = number(judged.budget_remaining), number(judged.exhausted_in_s)
    do = texts.do[judged.verdict]
    if left is None:
        cause = message_texts(words.locale).causes_of_unknown[judged.cause]
        return fill(texts.slo_line, slo=slo_name(slo), left=texts.unread.format(cause=cause), gone="", do=do)
    share = percent(left)
    if left <= 0:
        do = texts.do_spent if judged.verdict is Verdict.NO_THREAT else do
        return fill(texts.slo_line, slo=slo_name(slo), left=texts.spent.format(left=share), gone="", do=do)
    gone = texts.gone_in.format(time=duration(gone_s, words.locale)) if gone_s is not None else ""
    return fill(texts.slo_line, slo=slo_name(slo), left=texts.left.format(left=share), gone=gone, do=do)


def incident_line(shown: IncidentShown, timezone: str, words: Words) -> Markup:
    """Return an incident: what, where it stands, who has it, what to do."""
    texts = words.status
    return fill(
        texts.incident_line,
        id=incident_link(shown),
        title=cut(shown.title, NAME_LIMIT),
        state=texts.states[shown.phase] if shown.phase is not None else texts.waiting,
        owner=fill(texts.owner, owner=named(shown.owner, words)) if shown.owner is not None else texts.nobody,
        since=date(shown.since, timezone),
        snoozed=fill(texts.snoozed, until=date(shown.snoozed_until, timezone)) if shown.snoozed_until else "",
        do=fill(_do(shown, texts), id=shown.target.id),
    )


def _do(shown: IncidentShown, texts: StatusWords) -> str:
    if shown.needs_somebody:
        return texts.do_ack
    return texts.do_wait if shown.phase is Phase.BURNING else texts.do_on


def incident_link(shown: IncidentShown) -> Markup:
    """Return the id as a link to the incident's message, where there is one."""
    linked = link(safe_url(shown.url), shown.target.id)
    return linked if size(linked) <= _LINK_LIMIT else escape(shown.target.id)


def held_line(shown: HeldShown, timezone: str, words: Words) -> Markup:
    """Return held alerts of one rule."""
    where = cut(shown.where, NAME_LIMIT)
    return fill(
        words.status.held_line,
        rule=cut(shown.rule, NAME_LIMIT) or "–",
        where=Markup(f" ({escape(where)})") if where else "",
        alerts=plural(shown.alerts, message_texts(words.locale).alerts),
        since=date(shown.since, timezone),
        id=shown.incident,
    )


def fitting(lines: Sequence[Markup], limit: int = LINES_LIMIT) -> tuple[Markup, int]:
    """Return as many lines as fit into a paragraph, as a list, and how many those are."""
    kept, left = [], limit
    for line in lines:
        left -= size(line) + 3
        if left < 0:
            break
        kept.append(f"• {line}")
    return Markup("\n".join(kept)), len(kept)
