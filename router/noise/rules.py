"""How each rule fared in a week, and whether it may be named as a wolf. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from statistics import median

from router.noise.facts import Judged, spoken_of
from router.noise.review import Counts, RuleReview
from router.noise.sums import counts
from router.noise.values import Mark, RuleKey, Settings

UNDECIDED = "undecided"
"""Stands for the outcome of a firing of which nothing was decided yet."""


def rule_reviews(week: Iterable[Judged], before: Iterable[Judged], settings: Settings) -> tuple[RuleReview, ...]:
    """Return the review of every rule that fired in the week, worst first; `before` are the week before's firings.

    Worst are the accused ones, by the firings that accuse them; then those that people were told of most.
    """
    earlier = by_rule(before)
    found = [_review(key, some, earlier.get(key, ()), settings) for key, some in by_rule(week).items()]
    return tuple(sorted(found, key=_how_bad))


def by_rule(judged: Iterable[Judged]) -> dict[RuleKey, list[Judged]]:
    """Return firings by rule."""
    found: dict[RuleKey, list[Judged]] = defaultdict(list)
    for each in judged:
        found[each.firing.key].append(each)
    return found


def is_accused(some: Sequence[Judged], precision: float | None, settings: Settings) -> bool:
    """Return whether a rule may be named as a wolf (ruling 6 of docs/statistics.md).

    At least three wolves or caught wolves outside floods, or a person's mark; and a precision of at most 0.1. A mark
    accuses alone where no SLO could judge any firing (no precision); one on a threatened firing, or inside a flood,
    accuses nobody. Nor does what was dropped just before an SLO was threatened (a miss), or while it was: it cried no
    wolf.
    """
    cried = [each for each in some if accuses(each) and not (each.threatened or each.misses)]
    marked = any(each.mark is Mark.WOLF for each in cried)
    if precision is None:
        return marked
    return precision <= settings.precision_most and (marked or len(cried) >= settings.wolves_least)


def accuses(each: Judged) -> bool:
    """Return whether a firing was a wolf or caught wolf outside floods."""
    return (each.wolf or each.caught) and not each.in_flood


def _how_bad(rule: RuleReview) -> tuple[bool, int, int, int, str, str]:
    accusing = -rule.accusing if rule.accused else 0
    return not rule.accused, accusing, -rule.counts.told, -rule.counts.firings, rule.source, rule.rule


def _review(key: RuleKey, some: Sequence[Judged], before: Sequence[Judged], settings: Settings) -> RuleReview:
    total = counts(some)
    delays = [each.gate_delay_s for each in some if each.gate_delay_s is not None]
    return RuleReview(
        source=key[0],
        rule=key[1],
        counts=total,
        before=counts(before) if before else Counts(),
        outcomes=most_first(each.firing.outcome or UNDECIDED for each in some),
        reasons=most_first(each.firing.reason for each in some),
        teams=tuple(sorted({each.firing.receiver for each in some})),
        slos=tuple(sorted({heard.slo for each in some for heard in each.firing.slos})),
        alerts=len({each.firing.fingerprint for each in some}),
        accused=is_accused(some, total.precision, settings),
        accusing=sum([accuses(each) for each in some]),
        marked_wolf=len(_marked(some, Mark.WOLF)),
        marked_real=len(_marked(some, Mark.REAL)),
        disputed=sum([each.disputed for each in some]),
        wolf_reasons=most_first(_marked(some, Mark.WOLF).values()),
        time_to_acknowledge_s=middle(_waits(some)),
        over_before_acknowledged=sum([_over_before_acknowledged(each) for each in some]),
        duration_median_s=middle(_durations(some)),
        chattering=sum([each.chattering for each in some]),
        flapping=sum([each.flapping for each in some]),
        fleeting=sum([each.fleeting for each in some]),
        standing=sum([each.standing for each in some]),
        in_flood=sum([each.in_flood for each in some]),
        guide=all(each.firing.guide for each in some),
        gate_delay_median_s=middle(delays),
        gate_delay_longest_s=max(delays, default=None),
    )


def most_first(some: Iterable[str]) -> Mapping[str, int]:
    """Return how often each text comes, most often first, equals by name; "" is left out."""
    counted = ((str(each), count) for each, count in Counter(some).items() if each)
    return dict(sorted(counted, key=lambda pair: (-pair[1], pair[0])))


def middle(some: Sequence[float]) -> float | None:
    """Return the median (of an even number the mean of the middle two), None of nothing."""
    return median(some) if some else None


def _marked(some: Iterable[Judged], mark: Mark) -> dict[str, str]:
    """Return the incidents that somebody marked so, with the reason they gave: one press, one mark."""
    found: dict[str, str] = {}
    for each in some:
        if each.mark is mark:
            incident = spoken_of(each.firing)
            found[incident] = found.get(incident) or each.firing.wolf_reason
    return found


def _waits(some: Iterable[Judged]) -> list[float]:
    """Return the times to acknowledge; nobody acknowledges before they are told, whatever two clocks say."""
    found = []
    for each in some:
        told_at, acknowledged_at = each.firing.notified_at, each.firing.acknowledged_at
        if each.told and told_at is not None and acknowledged_at is not None:
            found.append(max(0.0, acknowledged_at - told_at))
    return found


def _over_before_acknowledged(each: Judged) -> bool:
    ended_at, acknowledged_at = each.firing.ended_at, each.firing.acknowledged_at
    if not each.told or ended_at is None:
        return False
    return acknowledged_at is None or ended_at < acknowledged_at


def _durations(some: Iterable[Judged]) -> list[float]:
    """Return how long firings lasted; those that fire still are not over."""
    return [each.firing.ended_at - each.firing.started_at for each in some if each.firing.ended_at is not None]
