"""The remedies that need no search: a ticket instead of a page, a guide, an end of the rule. Pure."""

from collections.abc import Sequence

from router.noise.facts import Judged
from router.noise.proposals.known import UNFIT, Candidate, Known, is_vital, proposed, silencing
from router.noise.review import Effect, Remedy
from router.noise.values import Mark

ENOUGH_S = 14 * 86_400.0
"""Shorter than this no history says that a rule is never right."""


def demote(known: Known) -> Candidate | None:
    """Return a ticket instead of a page, for a rule that paged in the week; its real pages would have been missed.

    It fits a rule that nobody ever acknowledged.
    """
    if not any(each.page for each in known.week):
        return None
    week, history = (_pages_gone(firings) for firings in (known.week, known.history))
    fits = all(each.firing.acknowledged_at is None for each in known.history)
    return Candidate(6 if fits else UNFIT, proposed(known, Remedy.DEMOTE, week, history))


def _pages_gone(firings: Sequence[Judged]) -> Effect:
    return silencing(firings, (each for each in firings if each.page))


def delete(known: Known) -> Candidate | None:
    """Return the end of a rule that was never right in its whole recorded history, and that nobody ever acted on.

    Never right: it was threatened never, never found real and never missed, though the SLOs could judge it or a
    person called it a wolf. It fits where a person did, and two weeks at least are recorded.
    """
    marked = any(each.mark is Mark.WOLF for each in known.history)
    judged = sum(each.judged for each in known.history) * 2 >= len(known.history)
    useful = any(is_vital(each) or each.misses or each.would_miss or each.acted for each in known.history)
    if useful or not (marked or judged):
        return None
    long_enough = known.history[-1].firing.started_at - known.since >= ENOUGH_S
    week, history = (silencing(firings, firings) for firings in (known.week, known.history))
    return Candidate(4 if marked and long_enough else UNFIT + 4, proposed(known, Remedy.DELETE, week, history))


def guide(known: Known) -> Candidate | None:
    """Return a guide for a rule that fired without one in the week: it removes nothing, and helps who is told."""
    if all(each.firing.guide for each in known.week):
        return None
    week, history = (Effect(firings=len(firings)) for firings in (known.week, known.history))
    return Candidate(8, proposed(known, Remedy.GUIDE, week, history))
