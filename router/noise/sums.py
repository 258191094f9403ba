"""Sums over judged firings, and over sums of days. Pure."""

from collections.abc import Iterable
from dataclasses import astuple

from router.gate import Outcome
from router.noise.facts import Judged
from router.noise.review import Counts, Pager


def counts(judged: Iterable[Judged]) -> Counts:
    """Return the sums over some firings."""
    some = tuple(judged)
    outcomes = [each.firing.outcome for each in some]
    return Counts(
        firings=len(some),
        told=sum([each.told for each in some]),
        pages=sum([each.page for each in some]),
        tickets=outcomes.count(Outcome.TICKET),
        held=outcomes.count(Outcome.HOLD),
        dropped=outcomes.count(Outcome.DROP),
        merged=outcomes.count(Outcome.MERGE),
        suppressed=outcomes.count(Outcome.SUPPRESS),
        judged=sum([each.judged for each in some]),
        threatened=sum([each.threatened for each in some]),
        threatened_judged=sum([each.threatened and each.judged for each in some]),
        wolves=sum([each.wolf for each in some]),
        caught_wolves=sum([each.caught for each in some]),
        ignored=sum([each.ignored for each in some]),
        misses=sum([bool(each.misses) for each in some]),
        reported_misses=sum([each.reported for each in some]),
        acknowledged=sum([each.told and each.firing.acknowledged_at is not None for each in some]),
        off_hours_pages=sum([each.off_hours for each in some]),
        night_pages=sum([each.night for each in some]),
    )


def added(some: Iterable[Counts]) -> Counts:
    """Return counts added up."""
    return Counts(*(sum(column) for column in zip(astuple(Counts()), *(astuple(each) for each in some), strict=True)))


def added_pagers(some: Iterable[Pager]) -> Pager:
    """Return sums over incidents added up."""
    return Pager(*(sum(column) for column in zip(astuple(Pager()), *(astuple(each) for each in some), strict=True)))
