"""The weekly report in words, in English and Japanese: every number with what to do about it.

All texts are plain: names that others chose are on one line, cut, and hold no control character; whoever puts them
into HTML or Slack's markup escapes them. `locale` is "en" or "ja"; any other reads English.
"""

from router.noise.review import Proposal, Review, RuleReview, TeamReview
from router.report.words import month, opening, people, proposals, rules, slos
from router.report.words.language import Words, named, span_of, texts
from router.report.words.line import Line, Part, owner_of
from router.report.words.missed import missed_part, postmortems_part
from router.report.words.opening import is_empty, is_over
from router.report.words.quiet import quiet_part
from router.report.words.rules import ignored
from router.report.words.slos import slos_part

__all__ = [
    "Line",
    "Part",
    "Words",
    "as_of",
    "brief",
    "budgets",
    "columns",
    "headline",
    "ignored",
    "is_empty",
    "is_over",
    "named",
    "next_step",
    "owner_of",
    "parts",
    "proposed",
    "push",
    "remedy",
    "row",
    "rule_lines",
    "rule_text",
    "span_of",
    "team_part",
    "texts",
]


def headline(review: Review, locale: str) -> str:
    """Return the headline: "Wolf report, 5 to 11 October: 41% of pages were wolves"."""
    return opening.headline(review, texts(locale))


def push(review: Review, locale: str) -> str:
    """Return the whole report in one or a few sentences, at most 300 characters."""
    return opening.push(review, texts(locale))


def as_of(review: Review, locale: str) -> str:
    """Return when it was counted, and the week's name."""
    return opening.as_of(review, texts(locale))


def brief(review: Review, locale: str) -> tuple[Line, ...]:
    """Return the first lines of the summary: how far the week is, pages, the worst rule, what was missed."""
    return opening.brief(review, texts(locale))


def budgets(review: Review, locale: str) -> Part:
    """Return the budgets in one line, lowest first, with what to do about the lowest."""
    words = texts(locale)
    return Part("budgets", words.say("title_budgets"), slos.budgets(review, words))


def parts(review: Review, locale: str) -> tuple[Part, ...]:
    """Return all that the report says, in reading order; parts without a line are left out.

    Names: summary, wolves, shadow, slos, missed, postmortems, nights, quiet, month. An empty week has none.
    """
    words = texts(locale)
    if is_empty(review):
        return ()
    found = (
        opening.summary(review, words),
        rules.rules_part(review, words),
        month.shadow_part(review, words),
        missed_part(review, words),
        slos_part(review, words),
        postmortems_part(review, words),
        people.nights_part(review, words),
        quiet_part(review, words),
        month.month_part(review, words),
    )
    return tuple(part for part in found if part.lines)


def team_part(team: TeamReview, review: Review, locale: str) -> Part:
    """Return one team's week: its pages, nights, shifts and times, then its wolves with what to do about each."""
    words = texts(locale)
    owned = [rule for rule in review.wolves if team.name in rule.teams]
    lines = [*people.team_lines(team, words), *(_rule(rule, words, review.zone) for rule in owned)]
    return Part("team", words.say("title_team", team=named(team.name, 30)), tuple(lines), team.name)


def _rule(rule: RuleReview, words: Words, zone: str) -> Line:
    return rules.rule_lines(rule, words, zone)[0]


def rule_text(rule: RuleReview, locale: str) -> str:
    """Return one sentence with a rule's numbers, compared with the week before."""
    return rules.rule_text(rule, texts(locale))


def rule_lines(rule: RuleReview, locale: str, zone: str = "UTC") -> tuple[Line, ...]:
    """Return a rule's numbers with its next step, then its other remedies with their counterfactuals."""
    return tuple(rules.rule_lines(rule, texts(locale), zone))


def next_step(rule: RuleReview, locale: str, zone: str = "UTC") -> str:
    """Return what to do about a rule now."""
    return rules.next_step(rule, texts(locale), zone)


def proposed(proposal: Proposal, locale: str, zone: str = "UTC") -> str:
    """Return a proposal as a full sentence with its counterfactual; a dangerous one says first what it would hide."""
    return proposals.proposed(proposal, texts(locale), zone)


def remedy(proposal: Proposal, locale: str) -> str:
    """Return a proposal in a few words, for a cell of a table."""
    return proposals.remedy(proposal, texts(locale))


def columns(locale: str) -> list[str]:
    """Return the heads of the table of rules: rule, told, wolves, wolf rate, owner, proposal."""
    return rules.columns(texts(locale))


def row(rule: RuleReview, locale: str) -> list[str]:
    """Return a rule's cells below `columns`."""
    return rules.row(rule, texts(locale))
