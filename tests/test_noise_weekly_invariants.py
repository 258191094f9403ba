"""What holds of every week, whatever was recorded; and how soon a large one is judged."""

from dataclasses import replace
from random import Random
from time import process_time

import pytest
from hypothesis import given as given_any
from hypothesis import strategies as st

from router.gate import Outcome
from router.noise import sums
from router.noise.inputs import Inputs
from router.noise.review import Counts, Dimension, Pager, Review, Roll
from router.noise.rollups import added, added_pagers, roll_up, rolls
from router.noise.values import Firing, Heard, Stretch
from router.noise.weekly import judgement, review
from router.slo.verdict import Verdict
from tests.support.any_week import weeks
from tests.support.told_week import WEEK, facts, given

TEAMS = ("sre", "web")


@given_any(weeks())
def test_outcomes_add_up_and_no_sum_is_greater_than_what_it_is_part_of(inputs: Inputs) -> None:
    found = review(inputs)
    for each in (found, *found.rules):
        counts = each.counts
        assert counts.wolves + counts.ignored <= counts.told <= counts.firings
        assert counts.night_pages <= counts.off_hours_pages <= counts.pages <= counts.told
        assert counts.threatened_judged <= min(counts.threatened, counts.judged)
        assert counts.caught_wolves == counts.dropped
        assert counts.misses <= counts.held + counts.dropped
        assert counts.acknowledged <= counts.told
    for rule in found.rules:
        assert sum(rule.outcomes.values()) == rule.counts.firings == sum(rule.reasons.values())
    assert sums.added(rule.counts for rule in found.rules) == found.counts
    assert len(found.misses) == found.counts.misses
    assert found.wolf_pages <= found.pages


@given_any(weeks())
def test_an_accused_rule_always_has_a_reason(inputs: Inputs) -> None:
    for rule in review(inputs).rules:
        precise = rule.counts.precision
        assert not rule.accused or rule.accusing
        assert not rule.accused or precise is None or precise <= 0.1
        assert not rule.accused or rule.marked_wolf or rule.accusing >= 3
        assert rule.accusing <= rule.counts.wolves + rule.counts.caught_wolves


@given_any(weeks())
def test_the_days_of_a_week_add_up_to_it(inputs: Inputs) -> None:
    found = review(inputs)
    known = judgement(inputs)
    by_day = rolls(known.judged, known.paged, WEEK.zone)
    days = [by_day.get(day, ()) for day in WEEK.days()]
    whole = [roll for day in days for roll in day if roll.dimension is Dimension.ALL]
    assert added(whole) == found.counts
    assert added_pagers(whole).pages == found.pages == sum(day.pages for day in found.days)
    assert added_pagers(whole).wolf_pages == found.wolf_pages == sum(day.wolves for day in found.days)
    assert sum(day.firings for day in found.days) == found.counts.firings
    for dimension in (Dimension.TEAM, Dimension.RULE):
        assert added(_of(days, dimension)) == found.counts
    assert added_pagers(_of(days, Dimension.TEAM)) == added_pagers(whole)


def _of(days: list[tuple[Roll, ...]], dimension: Dimension) -> list[Roll]:
    return [roll for day in days for roll in day if roll.dimension is dimension]


@given_any(weeks(), st.integers(0, 6))
def test_a_day_summed_up_alone_is_that_day_of_all(inputs: Inputs, number: int) -> None:
    known = judgement(inputs)
    day = list(WEEK.days())[number]
    alone = roll_up(
        inputs.firings, inputs.stretches, day, WEEK.zone, inputs.teams, inputs.settings, inputs.now
    )  # fmt: skip
    nothing = (Roll(Dimension.ALL, "", Counts(), Pager()),)
    assert alone == rolls(known.judged, known.paged, WEEK.zone).get(day, nothing)


@given_any(weeks())
def test_teams_add_up_to_all_and_none_knows_of_another(inputs: Inputs) -> None:
    whole, known = review(inputs), judgement(inputs)
    apart = [review(inputs, team, known) for team in TEAMS]
    assert sums.added(each.counts for each in apart) == whole.counts
    assert sum(each.pages for each in apart) == whole.pages
    assert tuple(team for each in apart for team in each.teams) == whole.teams
    for team, found in zip(TEAMS, apart, strict=True):
        assert all(rule.teams == (team,) for rule in found.rules)
        alone = replace(inputs, firings=[each for each in inputs.firings if each.receiver == team])
        assert _numbers(review(alone, team)) == _numbers(found)


def _numbers(found: Review) -> tuple[object, ...]:
    return found.counts, found.before, found.pages, found.wolf_pages, found.rules, found.quiet, found.weeks, found.days


@given_any(weeks(), st.randoms(use_true_random=False))
def test_the_order_of_the_records_does_not_matter(inputs: Inputs, chance: Random) -> None:
    mixed = list(inputs.firings)
    chance.shuffle(mixed)
    assert review(replace(inputs, firings=mixed)) == review(inputs)


@given_any(weeks())
def test_drills_change_nothing(inputs: Inputs) -> None:
    without = [each for each in inputs.firings if not each.drill]
    assert review(replace(inputs, firings=without)) == review(inputs)


# --- speed


@pytest.fixture(scope="module")
def large() -> Inputs:
    """100,000 firings of 200 rules in a week, 12 SLOs that are threatened forty times each."""
    chance, calm = Random(4), Verdict.NO_THREAT
    slos = [f"slo-{n}" for n in range(12)]
    hour = 3_600.0
    stretches = {
        slo: tuple(
            Stretch(verdict, WEEK.start + n * 4 * hour + start, WEEK.start + n * 4 * hour + end, 1.0, 1.0)
            for n in range(42)
            for verdict, start, end in ((calm, 0, 3 * hour), (Verdict.THREAT_PAGE, 3 * hour, 4 * hour))
        )
        for slo in slos
    }
    return given([_firing(n, chance, slos) for n in range(100_000)], stretches, slos=facts(*slos))


def _firing(number: int, chance: Random, slos: list[str]) -> Firing:
    started_at = WEEK.start + chance.random() * (WEEK.end - WEEK.start)
    outcome = chance.choice(list(Outcome))
    told = outcome in (Outcome.PAGE, Outcome.FORWARD, Outcome.TICKET)
    return Firing(
        "prometheus",
        f"rule-{number % 200}",
        f"alert-{number % 2_000}",
        started_at,
        started_at + chance.expovariate(1 / 1_200),
        outcome,
        "no_threat",
        incident=f"E-{number // 5}",
        receiver=f"team-{number % 8}",
        notified_at=started_at + 30 if told else None,
        slos=(Heard(slos[number % 12], Verdict.NO_THREAT),),
    )


def test_a_week_of_100_000_firings_is_judged_and_reviewed_in_seconds(large: Inputs) -> None:
    """About 2 s alone on a slow core; the bound is generous, a loop in a loop would take minutes."""
    before = process_time()
    known = judgement(large)
    found = review(large, "", known)
    took_s = process_time() - before
    assert found.counts.firings == 100_000
    assert len(found.rules) == 200
    assert took_s < 12.0
