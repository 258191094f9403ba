"""The planted month by SLO: all threats, misses and the gap are found, each with its planted numbers."""

from dataclasses import replace

import pytest

from router.noise.review import Miss, Threat
from tests.support.company_month import Month
from tests.support.company_month.company import SLOS
from tests.support.company_month.days import WEEKS
from tests.support.company_month.reading import reviews, the_month
from tests.support.company_month.schedule import stretches
from tests.support.company_month.truth import PlantedMiss, PlantedThreat

ROUNDED = 1e-4
"""Planted parts of the budget become whole events: of 10,368 one is about so much."""
TOGETHER = 1e-3
"""What a threat costs up to its last snapshot may lack what its last minute cost."""


@pytest.fixture(scope="session")
def company(tmp_path_factory: pytest.TempPathFactory) -> Month:
    return the_month(tmp_path_factory.getbasetemp())


def _as_planted(threat: Threat) -> PlantedThreat:
    """All of it but the cost, which is compared apart: planted parts of the budget become whole events."""
    assert threat.end is not None
    return PlantedThreat(
        threat.slo,
        int(threat.start),
        int(threat.end),
        threat.tier,
        threat.announced,
        None if threat.lead_s is None else int(threat.lead_s),
        threat.gap,
        threat.silenced,
        0.0,
        threat.postmortem,
    )


@pytest.mark.parametrize("week", WEEKS)
def test_every_threat_is_found_in_the_week_in_which_it_began(company: Month, week: str) -> None:
    found = {slo.id: [_as_planted(each) for each in slo.threats] for slo in reviews(company)[week][""].slos}
    planted = {slo.id: company.truth.slos[week, slo.id].threats for slo in SLOS}
    assert found == {slo: [replace(each, cost=0.0) for each in threats] for slo, threats in planted.items()}


@pytest.mark.parametrize("week", WEEKS)
def test_every_threat_cost_what_was_planted(company: Month, week: str) -> None:
    """Also the one after which the SLO was unknown: then its last snapshot says what is left."""
    found = {(slo.id, each.start): each.cost for slo in reviews(company)[week][""].slos for each in slo.threats}
    planted = [each for slo in SLOS for each in company.truth.slos[week, slo.id].threats]
    assert found.keys() == {(each.slo, each.start) for each in planted}
    for each in planted:
        assert found[each.slo, each.start] == pytest.approx(each.cost, abs=TOGETHER), each.slo


def test_six_threats_were_announced_one_was_a_gap_and_one_silenced(company: Month) -> None:
    every = [each for week in WEEKS for slo in reviews(company)[week][""].slos for each in slo.threats]
    assert [sum(each) for each in zip(*((t.announced, t.gap, t.silenced) for t in every), strict=True)] == [6, 1, 1]
    assert len(every) == 8


@pytest.mark.parametrize("week", WEEKS)
def test_gaps_silenced_threats_and_postmortems_stand_apart(company: Month, week: str) -> None:
    review = reviews(company)[week][""]
    planted = [each for slo in SLOS for each in company.truth.slos[week, slo.id].threats]
    for name, found in (("gap", review.gaps), ("silenced", review.silenced), ("postmortem", review.postmortems)):
        assert {each.slo for each in found} == {each.slo for each in planted if getattr(each, name)}, name


@pytest.mark.parametrize("week", WEEKS)
def test_recall_and_lead_are_the_planted_ones(company: Month, week: str) -> None:
    for slo in reviews(company)[week][""].slos:
        planted = company.truth.slos[week, slo.id].threats
        leads = [each.lead_s for each in planted if each.lead_s is not None]
        assert slo.recall == (sum(each.announced for each in planted) / len(planted) if planted else None), slo.id
        # No SLO has two threats in a week: the median is the one.
        assert slo.lead_median_s == (leads[0] if leads else None), slo.id


@pytest.mark.parametrize("week", WEEKS)
def test_blind_and_unmeasured_time_is_counted_in_the_week_in_which_it_lies(company: Month, week: str) -> None:
    found = {slo.id: (slo.unknown_s, slo.unmeasured_s) for slo in reviews(company)[week][""].slos}
    planted = {slo.id: company.truth.slos[week, slo.id] for slo in SLOS}
    assert found == {name: (each.blind_s, each.unmeasured_s) for name, each in planted.items()}


def test_the_month_was_blind_for_that_long(company: Month) -> None:
    """90 minutes across a week's end, 25, 12, 45, and ten right after a threat."""
    blind_s = sum(slo.unknown_s for week in WEEKS for slo in reviews(company)[week][""].slos)
    assert blind_s == 60 * (90 + 25 + 12 + 45 + 10)


@pytest.mark.parametrize("week", WEEKS)
def test_the_budget_at_both_ends_of_the_week_is_the_planted_one(company: Month, week: str) -> None:
    """Also in a threat and in a blind time across the end: nothing is spent meanwhile that is not planned."""
    review = reviews(company)[week][""]
    numbers = {slo.id: slo.number for slo in SLOS}
    for slo in review.slos:
        left = [_left(numbers[slo.id], instant) for instant in (review.start, review.end)]
        assert [slo.budget_start, slo.budget_end] == pytest.approx(left, abs=ROUNDED), slo.id


def _left(number: int, instant: float) -> float:
    """What the plan leaves of the budget then."""
    [each] = [each for each in stretches(SLOS[number]) if each.start <= instant < each.end]
    return each.left - (instant - each.start) / (each.end - each.start) * (each.left - each.left_after)


def _missed(miss: Miss) -> PlantedMiss:
    assert miss.let_go_at is not None
    return PlantedMiss(
        miss.source,
        miss.rule,
        miss.incident,
        miss.slo,
        int(miss.started_at),
        int(miss.let_go_at),
        int(miss.threat_at),
    )


@pytest.mark.parametrize("week", WEEKS)
def test_every_miss_is_found_in_the_week_in_which_the_firing_started(company: Month, week: str) -> None:
    """One was dropped on Sunday night, and the threat began on Monday."""
    review = reviews(company)[week][""]
    assert [_missed(each) for each in review.misses] == company.truth.misses[week]
    for slo in review.slos:
        planted = company.truth.slos[week, slo.id]
        assert (slo.misses, slo.reported_misses) == (planted.misses, planted.reported_misses), slo.id


def test_there_were_two_misses_and_four_reports(company: Month) -> None:
    every = [reviews(company)[week][""] for week in WEEKS]
    assert sum(len(each.misses) for each in every) == 2
    assert sum(len(each.reported) for each in every) == 4


@pytest.mark.parametrize("week", WEEKS)
def test_reports_without_a_firing_are_told_but_are_no_firings(company: Month, week: str) -> None:
    found = reviews(company)[week][""]
    assert sum(not each.rule for each in found.reported) == company.truth.reports_without_firing[week]
    assert sum(bool(each.rule) for each in found.reported) == company.truth.sums[week, ""].reported_misses
    assert "" not in {rule.rule for rule in found.rules}
