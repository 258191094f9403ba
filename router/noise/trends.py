"""How a week compares: eight weeks, seven days, what was filtered, what shadow mode would have done. Pure."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from router.gate import Outcome
from router.noise.facts import QUIET, Judged
from router.noise.pages import Paged, pager
from router.noise.review import Point, Quiet, RuleReview, Shadow
from router.noise.weeks import Week, midnight

WEEKS = 8
"""Weeks of the trend, this one included."""


def point(day: date, judged: Iterable[Judged], paged: Iterable[Paged]) -> Point:
    """Return the sums of a week or day that begins on `day`."""
    outcomes = [each.firing.outcome for each in judged]
    incidents = pager(paged)
    return Point(
        day=day,
        pages=incidents.pages,
        wolves=incidents.wolf_pages,
        held=outcomes.count(Outcome.HOLD),
        dropped=outcomes.count(Outcome.DROP),
        firings=len(outcomes),
    )


def weeks(older: Sequence[Point], before: Point, this: Point) -> tuple[Point, ...]:
    """Return the last eight weeks, oldest first; those that nothing is known of are left out."""
    earlier = [each for each in older if each.day < before.day]
    return (*earlier[-(WEEKS - 2) :], before, this)


def days(week: Week, judged: Iterable[Judged], paged: Iterable[Paged]) -> tuple[Point, ...]:
    """Return the seven days of a week; those to come are empty."""
    names = tuple(week.days())
    begins = [midnight(day, week.zone) for day in (*names, week.monday + timedelta(7))]
    firings: dict[int, list[Judged]] = defaultdict(list)
    incidents: dict[int, list[Paged]] = defaultdict(list)
    for each in judged:
        firings[bisect_right(begins, each.firing.started_at)].append(each)
    for page in paged:
        incidents[bisect_right(begins, page.at)].append(page)
    return tuple(point(day, firings[number], incidents[number]) for number, day in enumerate(names, 1))


def quiet(rules: Iterable[RuleReview]) -> tuple[Quiet, ...]:
    """Return the rules of which something was held or dropped, most first: for information."""
    found = [
        Quiet(each.source, each.rule, each.counts.held, each.counts.dropped, each.before.held + each.before.dropped)
        for each in rules
        if each.counts.held or each.counts.dropped
    ]
    return tuple(sorted(found, key=lambda each: (-each.held - each.dropped, each.source, each.rule)))


def shadow(judged: Sequence[Judged]) -> Shadow | None:
    """Return what enforce mode would have done, None where the router was not in shadow mode."""
    would = [each for each in judged if each.firing.would in QUIET]
    if not would:
        return None
    dropped = sum(each.firing.would is Outcome.DROP for each in would)
    return Shadow(len(judged), len(would) - dropped, dropped, sum(each.would_miss for each in would))
