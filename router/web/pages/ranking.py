"""The order of the ranking: by any of its columns, worst first."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from router.noise.review import RuleReview


@dataclass(frozen=True, slots=True)
class Column:
    """One column to order by; `value` is what is compared, None ("cannot be said") stands last in either direction."""

    value: Callable[[RuleReview], float | str | None]
    falling: bool = True
    """Whether the worst is the largest."""


COLUMNS = {
    "rule": Column(lambda rule: rule.rule.casefold(), falling=False),
    "wolves": Column(lambda rule: rule.counts.wolves),
    "caught": Column(lambda rule: rule.counts.caught_wolves),
    "rate": Column(lambda rule: rule.counts.wolf_share),
    "precision": Column(lambda rule: rule.counts.precision, falling=False),
    "pages": Column(lambda rule: rule.counts.pages),
    "firings": Column(lambda rule: rule.counts.firings),
    "trend": Column(lambda rule: rule.counts.wolves - rule.before.wolves),
}
"""By the word in `?sort=`; a minus before it turns the order round."""


def ranked(rules: Sequence[RuleReview], sort: str) -> tuple[RuleReview, ...]:
    """Return the rules in order; in the review's own, worst first, where `sort` names no column."""
    column = COLUMNS.get(sort.removeprefix("-"))
    if column is None:
        return tuple(rules)
    said = [rule for rule in rules if column.value(rule) is not None]
    unsaid = [rule for rule in rules if column.value(rule) is None]
    return (*sorted(said, key=column.value, reverse=_falls(column, sort)), *unsaid)  # type: ignore[arg-type]


def direction(sort: str, name: str) -> str:
    """Return how a column is ordered now, in the words of `aria-sort`: none, ascending, descending."""
    if sort.removeprefix("-") != name or name not in COLUMNS:
        return "none"
    return "descending" if _falls(COLUMNS[name], sort) else "ascending"


def turned(sort: str, name: str) -> str:
    """Return what `?sort=` is to be for a click on a column's head."""
    return f"-{name}" if sort == name else name


def _falls(column: Column, sort: str) -> bool:
    return column.falling is not sort.startswith("-")
