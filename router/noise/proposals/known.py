"""What is known of a noisy rule when something is to be done about it. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import inf
from typing import NamedTuple

from router.noise.facts import Judged
from router.noise.review import Effect, Proposal, Remedy
from router.noise.values import Mark, RuleKey, SloFacts, Stretch


@dataclass(frozen=True, slots=True)
class Around:
    """What the rules did: all of them in the week, the noisy ones in their whole recorded history too."""

    week: Mapping[RuleKey, Sequence[Judged]]
    past: Mapping[RuleKey, Sequence[Judged]] = field(default_factory=dict)
    """It may hold the week's firings too: they count once."""
    slos: Mapping[str, SloFacts] = field(default_factory=dict)
    stretches: Mapping[str, Sequence[Stretch]] = field(default_factory=dict)
    """By SLO, over the whole recorded history."""
    sorted_starts: dict[tuple[RuleKey, frozenset[str]], list[float]] = field(default_factory=dict, repr=False)
    """What `starts` has worked out: every rule is compared with every other."""

    def starts(self, key: RuleKey, teams: frozenset[str]) -> list[float]:
        """Return when a rule's firings of the week started that some teams were concerned by, in order."""
        found = self.sorted_starts.get((key, teams))
        if found is None:
            firings = self.week.get(key, ())
            found = sorted(each.firing.started_at for each in firings if each.firing.receiver in teams)
            self.sorted_starts[key, teams] = found
        return found

    def history(self, key: RuleKey) -> tuple[Judged, ...]:
        """Return all that is recorded of a rule, the week included, in order of time."""
        past = self.past.get(key, ())
        known = {_identity(each) for each in past}
        every = [*past, *(each for each in self.week.get(key, ()) if _identity(each) not in known)]
        return tuple(sorted(every, key=in_order))


class Known(NamedTuple):
    """One rule, as every remedy looks at it."""

    key: RuleKey
    week: Sequence[Judged]
    history: Sequence[Judged]
    around: Around

    @property
    def since(self) -> float:
        """Where its recorded history begins."""
        return self.history[0].firing.started_at


class Candidate(NamedTuple):
    """A proposal and how well it fits what the rule does: 0 is best, from `UNFIT` on it could be done as well."""

    rank: int
    proposal: Proposal


UNFIT = 100


def proposed(known: Known, remedy: Remedy, week: Effect, history: Effect, value: str = "") -> Proposal:
    """Return a proposal over all that is recorded of a rule."""
    return Proposal(remedy, week, history, known.since, value)


def in_order(each: Judged) -> tuple[float, str]:
    """Return a sort key: by time."""
    return each.firing.started_at, each.firing.fingerprint


def is_noise(each: Judged) -> bool:
    """Return whether a firing was a wolf, a caught wolf, or one that nobody could judge and nobody cared for."""
    return each.wolf or each.caught or each.ignored


def is_vital(each: Judged) -> bool:
    """Return whether people must not lose a firing: an SLO was threatened, or somebody said that it was real."""
    return each.threatened or each.mark is Mark.REAL or each.firing.missed_report


def lasted_s(each: Judged) -> float:
    """Return how long a firing lasted; without end while it fires still."""
    ended_at = each.firing.ended_at
    return inf if ended_at is None else ended_at - each.firing.started_at


def silencing(firings: Iterable[Judged], gone: Iterable[Judged]) -> Effect:
    """Return the effect of `gone` not happening among `firings`: those of them that matter would have been missed."""
    lost = tuple(gone)
    return Effect(
        firings=sum(1 for _ in firings),
        removed=len(lost),
        removed_told=sum(each.told for each in lost),
        missed=sum(is_vital(each) for each in lost),
    )


def _identity(each: Judged) -> tuple[str, float, str]:
    return each.firing.fingerprint, each.firing.started_at, each.firing.incident
