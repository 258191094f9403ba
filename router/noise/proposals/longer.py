"""A longer `for`: what is over sooner never fires, everything else fires that much later. Pure."""

from bisect import bisect_left
from collections.abc import Sequence

from router.noise.facts import Judged
from router.noise.proposals.known import UNFIT, Candidate, Known, is_noise, is_vital, lasted_s, proposed
from router.noise.review import Effect, Remedy

MINUTES = (1, 2, 3, 5, 10, 12, 15, 20, 30, 45, 60)
"""What people write behind `for:`; what may wait longer than an hour is no page."""
_MOST = 0.95
"""A shorter `for` that removes this part of what the longest does is better: it delays less."""
_SHORT_S = 900.0


def longer_for(known: Known) -> Candidate | None:
    """Return the `for` that removes most without missing a threatened firing in the whole recorded history.

    Among those, the shortest that removes 95 % of what the best one does. Where it would remove less than half of the
    noise and a longer one removes more, the longer one is returned, which is dangerous: it says what it would have
    missed. None where nothing of the week, or less than a tenth of the history, would go.

    It fits best a rule of which at least half of the week's noise was chattering or fleeting, and well one of which at
    most 15 minutes remove two thirds.
    """
    spans = _Spans(known.history)
    chosen_s = _chosen(spans, sum(is_noise(each) for each in known.history))
    if chosen_s is None:
        return None
    week, history = effect(known.week, chosen_s), effect(known.history, chosen_s)
    if not week.removed or history.removed * 10 < history.firings:
        return None
    return Candidate(_rank(known, chosen_s), proposed(known, Remedy.LONGER_FOR, week, history, _written(chosen_s)))


def effect(firings: Sequence[Judged], for_s: float) -> Effect:
    """Return what a `for` longer by so much would have done (ruling 4 of docs/statistics.md).

    Missed is a threatened firing (or one marked real) that is shorter, or whose threat would have been over before it
    fires. Delayed counts threatened firings only: the telling moves by `for_s` less the gate delay it already had.
    """
    gone = [each for each in firings if lasted_s(each) < for_s]
    missed = [each for each in firings if is_vital(each) and bears_s(each) < for_s]
    later = [
        for_s - (each.gate_delay_s or 0.0)
        for each in firings
        if each.threatened and each.told and bears_s(each) >= for_s
    ]
    delays = [delay_s for delay_s in later if delay_s > 0]
    return Effect(
        firings=len(firings),
        removed=len(gone),
        removed_told=sum(each.told for each in gone),
        missed=len(missed),
        delayed=len(delays),
        delay_s=max(delays, default=0.0),
    )


def bears_s(each: Judged) -> float:
    """Return the longest `for` that a firing bears: it fires at all, and before its threats are over."""
    ends = [heard.threatened_to for heard in each.firing.slos if heard.threatened_from is not None]
    lasted = lasted_s(each)
    if not ends or None in ends:
        return lasted
    return min(lasted, max(end for end in ends if end is not None) - each.firing.started_at)


class _Spans:
    """How long firings lasted, sorted, so that every `for` is tried at once."""

    def __init__(self, firings: Sequence[Judged]) -> None:
        self._lasted = sorted(lasted_s(each) for each in firings)
        self._borne = sorted(bears_s(each) for each in firings if is_vital(each))

    def removed(self, for_s: float) -> int:
        return bisect_left(self._lasted, for_s)

    def missed(self, for_s: float) -> int:
        return bisect_left(self._borne, for_s)


def _chosen(spans: _Spans, noise: int) -> float | None:
    every = [minutes * 60.0 for minutes in MINUTES]
    best_s = _best(spans, every)
    safe_s = _best(spans, [for_s for for_s in every if not spans.missed(for_s)])
    if best_s is None or safe_s is None:
        return best_s
    enough = spans.removed(safe_s) * 2 >= noise or spans.removed(best_s) <= spans.removed(safe_s)
    return safe_s if enough else best_s


def _best(spans: _Spans, tried: Sequence[float]) -> float | None:
    most = max((spans.removed(for_s) for for_s in tried), default=0)
    if not most:
        return None
    return next(for_s for for_s in tried if spans.removed(for_s) >= _MOST * most)


def _rank(known: Known, for_s: float) -> int:
    noise = [each for each in known.week if is_noise(each)]
    gone = sum(lasted_s(each) < for_s for each in noise)
    brief = sum(each.chattering or each.fleeting for each in noise)
    if noise and brief * 2 >= len(noise) and gone * 2 >= len(noise):
        return 1
    return 5 if noise and for_s <= _SHORT_S and gone * 3 >= len(noise) * 2 else UNFIT + 1


def _written(for_s: float) -> str:
    minutes = int(for_s // 60)
    return f"{minutes // 60}h" if minutes % 60 == 0 else f"{minutes}m"
