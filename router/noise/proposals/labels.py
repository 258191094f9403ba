"""Splitting a rule by a label, one value of which makes the noise. Pure."""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import chain

from router.noise.facts import Judged
from router.noise.proposals.known import Candidate, Known, is_noise, is_vital, proposed, silencing
from router.noise.review import Remedy

_SHARE = 0.8
_LEAST = 3
Pair = tuple[str, str]


def split(known: Known) -> Candidate | None:
    """Return the label whose one value makes at least 80 % of the noise and none of the threatened firings.

    Both in the week and in the whole recorded history, and something must be left of the rule: a value that every
    firing has splits nothing. The greatest share wins, then the label of the fewest values, then the name.
    """
    history = known.history
    noise = [each for each in history if is_noise(each)]
    vital = {pair for each in history if is_vital(each) for pair in each.firing.labels.items()}
    every = _counts(history)
    values = Counter(name for name, _ in every)
    found = {
        pair: count
        for pair, count in _counts(noise).items()
        if count >= _LEAST and count >= _SHARE * len(noise) and pair not in vital and every[pair] < len(history)
    }
    found = {pair: count for pair, count in found.items() if _holds_in(known.week, pair)}
    if not found:
        return None
    best = min(found, key=lambda pair: (-found[pair], values[pair[0]], pair))
    week, past = (silencing(firings, _with(firings, best)) for firings in (known.week, history))
    return Candidate(2, proposed(known, Remedy.SPLIT, week, past, "=".join(best)))


def _counts(firings: Iterable[Judged]) -> Counter[Pair]:
    """Return how many firings bear each label with each value."""
    return Counter(chain.from_iterable(each.firing.labels.items() for each in firings))


def _with(firings: Sequence[Judged], pair: Pair) -> list[Judged]:
    return [each for each in firings if each.firing.labels.get(pair[0]) == pair[1]]


def _holds_in(week: Sequence[Judged], pair: Pair) -> bool:
    noise = [each for each in week if is_noise(each)]
    return bool(noise) and len(_with(noise, pair)) >= _SHARE * len(noise)
