"""The ranking of all rules of a week: one table, to be ordered by any column."""

from router.noise.review import Review, RuleReview
from router.web.pages.hand import Hand
from router.web.pages.ranking import COLUMNS, direction, ranked, turned
from router.web.pages.review_tables import proposal
from router.web.pages.tables import Cell, Head, Table

_HEADS = (
    ("rule", "rule"), ("wolves_column", "wolves"), ("trend", "trend"), ("caught", "caught"), ("rate", "rate"),
    ("precision", "precision"), ("pages_column", "pages"), ("firings", "firings"), ("owner", ""), ("proposal", ""),
)  # fmt: skip
"""Labels of the columns, and the word each is ordered by."""


def ranking(review: Review, hand: Hand) -> Table:
    """Return every rule in the order that is asked for."""
    sort = hand.asked.sort
    heads = tuple(_head(label, column, sort, hand) for label, column in _HEADS)
    rows = tuple(_row(rule, hand) for rule in ranked(review.rules, sort))
    return Table(
        hand.texts["ranking" if sort.removeprefix("-") not in COLUMNS else "ranking_sorted"], heads, rows, "ranking"
    )


def _head(label: str, column: str, sort: str, hand: Hand) -> Head:
    text = hand.texts[label]
    if not column:
        return Head(text)
    href = hand.asked.url("/wolves", sort=turned(sort, column))
    return Head(text, column != "rule", href, direction(sort, column))


def _row(rule: RuleReview, hand: Hand) -> tuple[Cell, ...]:
    counts = rule.counts
    badge = hand.texts["accused"] if rule.accused else ""
    return (
        hand.rule(rule.source, rule.rule, rule.source, badge),
        hand.count(counts.wolves),
        hand.change(counts.wolves, rule.before.wolves),
        hand.count(counts.caught_wolves),
        hand.share(counts.wolf_share),
        hand.share(counts.precision) if counts.judged else Cell(hand.texts["not_judged"], number=True),
        hand.count(counts.pages),
        hand.count(counts.firings),
        hand.names(rule.teams),
        proposal(rule, hand),
    )
