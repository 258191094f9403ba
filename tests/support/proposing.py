"""A noisy rule with a planted pattern, and what is proposed for it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from router.noise.facts import Judged
from router.noise.proposals import Around, proposals
from router.noise.review import Proposal, Remedy
from router.noise.values import Firing, RuleKey, SloFacts, Stretch
from tests.support.told_week import SETTINGS, WEEK, at, facts, fired, given, judged, said

A: RuleKey = ("prometheus", "A")
B: RuleKey = ("prometheus", "B")
DAY_S = 86_400.0
CALM = said(("no_threat", "last Mon 00:00", "next Mon 12:00"))
BURNT = said(
    ("no_threat", "last Mon 00:00", "Fri 10:00"), ("threat_page", "Fri 10:00", "Fri 12:00"),
    ("no_threat", "Fri 12:00", "next Mon 12:00"),
)  # fmt: skip
"""Threatened on Friday, 10:00 to 12:00."""


def propose(
    *firings: Firing,
    past: Iterable[Firing] = (),
    shop: Sequence[Stretch] = CALM,
    key: RuleKey = A,
    slos: Mapping[str, SloFacts] | None = None,
) -> tuple[Proposal, ...]:
    """Return what is proposed for a rule: its firings of the week, and earlier ones."""
    every = judged(given([*past, *firings], {"shop": shop}))
    around = Around(
        _by_rule(each for each in every if WEEK.holds(each.firing.started_at)),
        _by_rule(every),
        facts("shop") if slos is None else slos,
        {"shop": shop},
    )
    return proposals(key, around, SETTINGS)


def _by_rule(every: Iterable[Judged]) -> dict[RuleKey, list[Judged]]:
    found: dict[RuleKey, list[Judged]] = {}
    for each in every:
        found.setdefault(each.firing.key, []).append(each)
    return found


def remedies(found: Iterable[Proposal]) -> list[Remedy]:
    return [each.remedy for each in found]


def of(found: Iterable[Proposal], remedy: Remedy) -> Proposal:
    (proposal,) = (each for each in found if each.remedy is remedy)
    return proposal


def many(lengths_s: Iterable[float], *, day: str = "Tue", every_s: float = 2_400.0, **more: object) -> list[Firing]:
    """Firings of these lengths, one every 40 minutes, each of an alert of its own, guided and told as pages."""
    starts = (at(f"{day} 00:00") + number * every_s for number in range(1_000))
    return [fired(start, start + length_s, **{"guide": True, **more}) for start, length_s in zip(starts, lengths_s)]  # type: ignore[arg-type]  # noqa: B905


def earlier(firings: Iterable[Firing], days: int) -> list[Firing]:
    """The same firings so many days before."""
    shift_s = days * DAY_S
    return [
        replace(
            each,
            started_at=each.started_at - shift_s,
            ended_at=None if each.ended_at is None else each.ended_at - shift_s,
            notified_at=None if each.notified_at is None else each.notified_at - shift_s,
        )
        for each in firings
    ]


def twin(firings: Iterable[Firing], after_s: float, **more: object) -> list[Firing]:
    """What another rule did together with these firings, so much later."""
    return [
        fired(each.started_at + after_s, (each.ended_at or 0.0) + after_s, **{"rule": "B", "guide": True, **more})  # type: ignore[arg-type]
        for each in firings
    ]


HOUR = [4_000.0]
REAL = fired("Fri 09:50", "Fri 11:00", guide=True, acknowledged_at="Fri 10:05")
"""A real one of 70 minutes, threatened after ten."""
BATCH, SHOP = {"namespace": "batch", "cluster": "one"}, {"namespace": "shop", "cluster": "one"}
