"""The weekly review, section by section: what was missed first, then the week, its wolves, the SLOs, the people."""

from collections.abc import Callable, Mapping

from router.noise.review import Review
from router.report import words
from router.report.words import Line, Part
from router.report.words.people import team_lines
from router.web.pages import review_tables as drawn
from router.web.pages.hand import Hand
from router.web.pages.tables import Item, Picture, Section, Table

ORDER = ("missed", "summary", "wolves", "ignored", "slos", "postmortems", "teams", "shadow", "quiet", "month")
"""Sections in the order of the meeting."""


def sections(review: Review, hand: Hand, pictures: Mapping[str, Picture]) -> tuple[Section, ...]:
    """Return the sections of a review that say something; `pictures` are its charts by name."""
    told = {part.name: part for part in (*words.parts(review, hand.words.locale), *_own(review, hand))}
    return tuple(_section(told[name], review, hand, pictures) for name in ORDER if name in told)


def _own(review: Review, hand: Hand) -> tuple[Part, ...]:
    """Sections that gather what the report's words say of each team, and of each rule that nobody can judge."""
    locale = hand.words.locale
    teams = tuple(line for team in review.teams for line in team_lines(team, hand.words))
    unjudged = tuple(words.rule_lines(rule, locale, review.zone)[0] for rule in words.ignored(review))
    named = (("teams", teams), ("ignored", unjudged))
    return tuple(Part(name, hand.texts[name], lines) for name, lines in named if lines)


def _section(part: Part, review: Review, hand: Hand, pictures: Mapping[str, Picture]) -> Section:
    shown = tuple(pictures[name] for name in _CHARTS.get(part.name, ()) if name in pictures)
    tables = _TABLES[part.name](review, hand) if part.name in _TABLES else ()
    return Section(part.name, part.title, items(part.lines, hand), shown, tables)


def items(lines: tuple[Line, ...], hand: Hand) -> tuple[Item, ...]:
    """Return lines with their next steps."""
    return tuple(Item(line.text, line.step(hand.words)) for line in lines)


def _missed(review: Review, hand: Hand) -> tuple[Table, ...]:
    return (
        *drawn.misses(review.misses, hand),
        *drawn.reported(review.reported, hand),
        *drawn.threats("gaps", review.gaps, hand),
        *drawn.threats("silenced", review.silenced, hand),
    )


_CHARTS = {"summary": ("weeks", "days"), "slos": ("budgets",), "quiet": ("quiet",)}
_TABLES: Mapping[str, Callable[[Review, Hand], tuple[Table, ...]]] = {
    "missed": _missed,
    "summary": lambda review, hand: (drawn.compared(review, hand),),
    "wolves": lambda review, hand: drawn.rules("named", review.wolves, hand),
    "ignored": lambda review, hand: drawn.rules("unjudged", words.ignored(review), hand),
    "slos": drawn.slos,
    "postmortems": lambda review, hand: drawn.threats("postmortems", review.postmortems, hand),
    "teams": lambda review, hand: drawn.teams(review.teams, hand),
    "quiet": lambda review, hand: drawn.quiet(review.quiet, hand),
    "month": lambda review, hand: drawn.month(review.month, hand) if review.month is not None else (),
}
