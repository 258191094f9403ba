"""Two rules that always fire together are one: people need to be told once. Pure."""

from collections.abc import Sequence

from router.gate import Outcome
from router.noise.facts import Judged
from router.noise.proposals.known import Candidate, Known, is_vital
from router.noise.review import Effect, Proposal, Remedy
from router.noise.values import NOTICE_SOURCE, SLO_SOURCE, RuleKey

TOGETHER_S = 60.0
"""Firings that start so near to one another are one happening."""
ALIKE = 0.8
"""Twins: common firings ÷ all firings of both (Jaccard), so that it holds in both directions."""
_LEAST = 3
Pair = tuple[Judged, Judged]


def merge(known: Known) -> Candidate | None:
    """Return the rule of the same team that always fires together with this one: starts within 60 s, Jaccard ≥ 0.8.

    Removed is what its twin would have told as well. The history is that of the time in which both are recorded.
    """
    twin = _twin(known)
    if twin is None:
        return None
    others = known.around.history(twin)
    since = max(known.since, others[0].firing.started_at - TOGETHER_S)
    history = [each for each in known.history if each.firing.started_at >= since]
    week, past = (_effect(firings, pairs(firings, others)) for firings in (known.week, history))
    return Candidate(3, Proposal(Remedy.MERGE, week, past, since, twin[1]))


def pairs(some: Sequence[Judged], others: Sequence[Judged]) -> list[Pair]:
    """Return which firings happened together, each with one at most; both in order of time."""
    found: list[Pair] = []
    left, right = 0, 0
    while left < len(some) and right < len(others):
        apart_s = some[left].firing.started_at - others[right].firing.started_at
        if abs(apart_s) <= TOGETHER_S:
            found.append((some[left], others[right]))
        left += apart_s <= TOGETHER_S
        right += apart_s >= -TOGETHER_S
    return found


def _twin(known: Known) -> RuleKey | None:
    """Return the most alike of the rules that had about as many firings: the others cannot be."""
    teams = frozenset(each.firing.receiver for each in known.week)
    mine = known.around.starts(known.key, teams)
    alike: dict[RuleKey, float] = {}
    for key, firings in known.around.week.items():
        if key == known.key or key[0] in (SLO_SOURCE, NOTICE_SOURCE):
            continue
        if not ALIKE * len(mine) <= len(firings) <= len(mine) / ALIKE:
            continue
        others = known.around.starts(key, teams)
        both = _together(mine, others)
        share = both / (len(mine) + len(others) - both)
        if both >= _LEAST and share >= ALIKE:
            alike[key] = share
    return min(alike, key=lambda key: (-alike[key], key), default=None)


def _together(some: Sequence[float], others: Sequence[float]) -> int:
    """Return how many pairs `pairs` finds, by the starts alone; fewer once it is certain that they are no twins."""
    found = left = right = lone = 0
    most_alone = (1 - ALIKE) * (len(some) + len(others))
    while left < len(some) and right < len(others) and lone <= most_alone:
        apart_s = some[left] - others[right]
        if apart_s > TOGETHER_S:
            right += 1
            lone += 1
        elif apart_s < -TOGETHER_S:
            left += 1
            lone += 1
        else:
            found, left, right = found + 1, left + 1, right + 1
    return found


def _effect(firings: Sequence[Judged], found: Sequence[Pair]) -> Effect:
    """Missed is a real one whose twin nobody heard of."""
    return Effect(
        firings=len(firings),
        removed=len(found),
        removed_told=sum(mine.told for mine, _ in found),
        missed=sum(is_vital(mine) and not _heard_of(twin) for mine, twin in found),
    )


def _heard_of(each: Judged) -> bool:
    return each.told or each.firing.outcome is Outcome.MERGE
