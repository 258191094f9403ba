"""Proposals about any history: what always holds, and how long the worst of them take."""

import random
from time import perf_counter

from hypothesis import given as given_any
from hypothesis import settings
from hypothesis import strategies as st

from router.gate import Outcome
from router.noise.facts import Judged
from router.noise.proposals import Around, proposals
from router.noise.review import Remedy
from router.noise.values import Firing, Heard, Mark, RuleKey, Stretch
from router.slo.verdict import Verdict
from tests.support.told_week import SETTINGS, WEEK, facts, given, judged, said

SHOP = said(
    ("no_threat", "last Mon 00:00", "Tue 10:00"), ("threat_page", "Tue 10:00", "Tue 12:00"),
    ("unknown", "Tue 12:00", "Wed 12:00"), ("no_threat", "Wed 12:00", "Fri 00:00"),
    ("threat_ticket", "Fri 00:00", "Fri 06:00"), ("no_threat", "Fri 06:00", "next Mon 12:00"),
)  # fmt: skip
TELLING = (Outcome.PAGE, Outcome.FORWARD, Outcome.TICKET)


@st.composite
def firings(draw: st.DrawFn) -> Firing:
    """A firing of one of two rules, somewhere in a fortnight."""
    start = WEEK.start - 7 * 86_400 + 60.0 * draw(st.integers(0, 14 * 1_440 - 1))
    outcome = draw(st.sampled_from(list(Outcome)))
    length_s = draw(st.one_of(st.none(), st.integers(0, 200).map(lambda minutes: 30.0 * minutes)))
    verdict = draw(st.sampled_from((Verdict.NO_THREAT, Verdict.UNKNOWN)))
    return Firing(
        source="prometheus",
        rule=draw(st.sampled_from("AB")),
        fingerprint=draw(st.sampled_from("xyz")),
        started_at=start,
        ended_at=None if length_s is None else start + length_s,
        outcome=outcome,
        reason="",
        receiver="sre",
        labels={"service": "shop", "namespace": draw(st.sampled_from(("batch", "shop")))},
        notified_at=start + 10 if outcome in TELLING else None,
        acknowledged_at=start + 60 if draw(st.integers(0, 9)) == 0 else None,
        mark=draw(st.sampled_from((None, None, None, Mark.WOLF, Mark.REAL))),
        wolf_reason=draw(st.sampled_from(("", "duplicate", "wrong_threshold", "test", "not_actionable"))),
        missed_report=draw(st.integers(0, 19)) == 0,
        slos=draw(st.sampled_from(((), (Heard("shop", verdict),)))),
        guide=draw(st.booleans()),
    )


def around(some: tuple[Judged, ...], stretches: dict[str, tuple[Stretch, ...]]) -> Around:
    week: dict[RuleKey, list[Judged]] = {}
    past: dict[RuleKey, list[Judged]] = {}
    for each in some:
        past.setdefault(each.firing.key, []).append(each)
        if WEEK.holds(each.firing.started_at):
            week.setdefault(each.firing.key, []).append(each)
    return Around(week, past, facts("shop"), stretches)


@settings(max_examples=300, deadline=None)
@given_any(st.lists(firings(), max_size=25))
def test_no_proposal_removes_more_than_there_was_and_the_first_one_hides_nothing_real(some: list[Firing]) -> None:
    every = around(judged(given(some, {"shop": SHOP})), {"shop": SHOP})
    for key in (("prometheus", "A"), ("prometheus", "B")):
        found = proposals(key, every, SETTINGS)
        assert found == proposals(key, every, SETTINGS)
        for each in found:
            for effect in (each.week, each.history):
                assert 0 <= effect.removed_told <= effect.removed <= effect.firings
                assert 0 <= effect.delayed <= effect.firings
                assert 0 <= effect.missed <= effect.firings
                assert (effect.delay_s > 0) is (effect.delayed > 0)
            assert each.week.removed <= each.history.removed or each.remedy is Remedy.MERGE
            assert each.dangerous is (each.week.missed > 0 or each.history.missed > 0)
        assert not found or not found[0].dangerous
        dangers = [each.dangerous for each in found]
        assert dangers == sorted(dangers)
        assert len({each.remedy for each in found}) == len(found)


@settings(max_examples=200, deadline=None)
@given_any(st.lists(firings(), min_size=1, max_size=25))
def test_a_rule_that_ever_mattered_is_never_deleted(some: list[Firing]) -> None:
    every = around(judged(given(some, {"shop": SHOP})), {"shop": SHOP})
    for key, past in every.past.items():
        if any(each.threatened or each.mark is Mark.REAL or each.misses or each.acted for each in past):
            assert all(each.remedy is not Remedy.DELETE for each in proposals(key, every, SETTINGS))


def test_ninety_days_of_twenty_rules_of_five_thousand_firings_take_less_than_two_seconds() -> None:
    chance = random.Random(47)
    every = judged(given([_any(chance, number) for number in range(100_000)], {"shop": SHOP}))
    known = around(every, {"shop": SHOP})
    assert len(known.past) == 20
    begun = perf_counter()
    found = [proposals(key, known, SETTINGS) for key in sorted(known.past)]
    took_s = perf_counter() - begun
    print(f"20 rules of 5,000 firings: {took_s:.2f} s")
    assert all(found)
    assert took_s < 2.0


def _any(chance: random.Random, number: int) -> Firing:
    start = WEEK.end - chance.random() * 90 * 86_400
    outcome = chance.choice((Outcome.FORWARD, Outcome.DROP, Outcome.PAGE))
    return Firing(
        source="prometheus",
        rule=f"rule-{number % 20}",
        fingerprint=f"f{number % 400}",
        started_at=start,
        ended_at=start + chance.expovariate(1 / 600),
        outcome=outcome,
        reason="",
        receiver="sre",
        labels={"service": "shop", "instance": f"i{number % 400}", "namespace": "batch", "job": f"j{number % 7}"},
        notified_at=start if outcome is not Outcome.DROP else None,
        slos=(Heard("shop", Verdict.NO_THREAT),) if number % 3 else (),
        guide=bool(number % 2),
    )
