"""The planted month by team: pages, nights, shifts, floods, and how soon people answered; and the sums of all."""

from collections.abc import Sequence
from statistics import fmean, median

import pytest

from router.noise.review import Counts, TeamReview
from tests.support.company_month import Month
from tests.support.company_month.company import TEAMS, ZONES
from tests.support.company_month.days import BASE, DAY, HOUR, WEEK, WEEKS
from tests.support.company_month.reading import reviews, the_month
from tests.support.company_month.truth import TeamWeek

COUNTS = tuple(Counts.__dataclass_fields__)
TEAM_WEEKS = [(week, team) for week in WEEKS for team in ("", *TEAMS)]


@pytest.fixture(scope="session")
def company(tmp_path_factory: pytest.TempPathFactory) -> Month:
    return the_month(tmp_path_factory.getbasetemp())


@pytest.mark.parametrize(("week", "team"), TEAM_WEEKS)
def test_the_sums_are_the_planted_ones(company: Month, week: str, team: str) -> None:
    found, truth = reviews(company)[week][team].counts, company.truth.sums[week, team]
    assert {name: getattr(found, name) for name in COUNTS} == {name: getattr(truth, name) for name in COUNTS}


@pytest.mark.parametrize(("week", "team"), TEAM_WEEKS)
def test_pages_count_incidents_once(company: Month, week: str, team: str) -> None:
    found, truth = reviews(company)[week][team], company.truth.teams[week, team]
    assert (found.pages, found.wolf_pages) == (truth.pages, truth.wolf_pages)
    number = WEEKS.index(week)
    before = company.truth.teams[WEEKS[number - 1], team] if number else TeamWeek()
    assert (found.pages_before, found.wolf_pages_before) == (before.pages, before.wolf_pages)


@pytest.mark.parametrize("week", WEEKS)
def test_every_team_s_numbers_are_the_planted_ones(company: Month, week: str) -> None:
    """In the team's own zone; the clocks of New York go back at the end of the first week."""
    found = {team.name: _numbers(team) for team in reviews(company)[week][""].teams}
    assert found == {name: _planted(company.truth.teams[week, name]) for name in sorted(TEAMS)}


def _numbers(team: TeamReview) -> tuple[object, ...]:
    nights = (team.off_hours, team.night, team.night_wolves)
    answers = (team.time_to_acknowledge_s, team.time_to_resolve_s)
    return (team.pages, team.wolf_pages, *nights, *answers, team.floods, team.flood_firings)


def _planted(truth: TeamWeek) -> tuple[object, ...]:
    nights = (truth.off_hours, truth.night, truth.night_wolves)
    answers = (_middle(truth.acknowledge_s), fmean(truth.resolve_s) if truth.resolve_s else None)
    return (truth.pages, truth.wolf_pages, *nights, *answers, truth.floods, truth.flood_firings)


def _middle(some: Sequence[int]) -> float | None:
    return median(some) if some else None


@pytest.mark.parametrize("week", WEEKS)
def test_shifts_over_the_ceiling_are_the_planted_ones(company: Month, week: str) -> None:
    """Those that lie in the week as a whole: the first and the last reach over its ends."""
    begin = BASE + WEEKS.index(week) * WEEK
    for team in reviews(company)[week][""].teams:
        planted = company.truth.teams[week, team.name].shifts
        whole = {start: pages for start, pages in planted.items() if begin <= start <= begin + WEEK - 13 * HOUR}
        found = {int(each.start): each.pages for each in team.heavy_shifts if each.start <= begin + WEEK - 13 * HOUR}
        assert found == {start: pages for start, pages in whole.items() if pages > 2}, team.name
        assert team.zone == ZONES[team.name]


@pytest.mark.parametrize("week", WEEKS)
def test_every_day_is_the_planted_one(company: Month, week: str) -> None:
    first, found = 7 * WEEKS.index(week), reviews(company)[week][""]
    pages = company.truth.teams[week, ""].days
    for number, day in enumerate(found.days, first):
        sums = company.truth.days[number]
        assert (day.firings, day.held, day.dropped) == (sums["firings"], sums["held"], sums["dropped"])
        assert day.pages == pages[number]
        assert (BASE + number * DAY) == int(found.start) + (number - first) * DAY


def test_the_trend_ends_with_the_week_before_and_this_one(company: Month) -> None:
    found = reviews(company)[WEEKS[3]][""]
    for point, week in zip(found.weeks[-2:], WEEKS[2:], strict=True):
        team, sums = company.truth.teams[week, ""], company.truth.sums[week, ""]
        assert (point.pages, point.wolves) == (team.pages, team.wolf_pages)
        assert (point.firings, point.held, point.dropped) == (sums.firings, sums.held, sums.dropped)


@pytest.mark.parametrize("week", WEEKS)
def test_what_was_filtered_is_listed_by_rule(company: Month, week: str) -> None:
    found = {(each.source, each.rule): (each.held, each.dropped) for each in reviews(company)[week][""].quiet}
    rules = {key: each for (when, key), each in company.truth.rules.items() if when == week}
    assert found == {key: (each.held, each.dropped) for key, each in rules.items() if each.held or each.dropped}


def test_shadow_mode_was_the_first_week_only(company: Month) -> None:
    assert [reviews(company)[week][""].shadow is not None for week in WEEKS] == [True, False, False, False]
