"""The same numbers by an independent way: DuckDB's SQL over the exported Parquet equals the review, to the digit."""

from collections.abc import Iterator, Mapping

import duckdb
import pytest

from router.gate import Outcome
from router.noise.review import RuleReview, SloReview, TeamReview
from tests.support.company_month import Month
from tests.support.company_month.company import SLOS, ZONES
from tests.support.company_month.days import BASE, WEEK, WEEKS
from tests.support.company_month.exporting import parquet_of
from tests.support.company_month.questions import opened
from tests.support.company_month.reading import NOW, reviews, the_month

Answers = Mapping[tuple[str, ...], Mapping[str, object]]
"""By the names of rule, SLO or team: column by column."""


@pytest.fixture(scope="session")
def company(tmp_path_factory: pytest.TempPathFactory) -> Month:
    return the_month(tmp_path_factory.getbasetemp())


@pytest.fixture(scope="module")
def base(company: Month) -> Iterator[duckdb.DuckDBPyConnection]:
    weeks = {week: (BASE + number * WEEK, BASE + (number + 1) * WEEK) for number, week in enumerate(WEEKS)}
    with opened(parquet_of(company), weeks, ZONES, NOW) as made:
        yield made


def asked(base: duckdb.DuckDBPyConnection, view: str, week: str, names: int) -> Answers:
    """The rows of a week; the columns after the week are so many names, then numbers."""
    found = base.execute(f"SELECT * EXCLUDE (week) FROM {view} WHERE week = ?", [week])  # the views are ours
    columns = [column[0] for column in found.description]
    return {row[:names]: dict(zip(columns[names:], row[names:], strict=True)) for row in found.fetchall()}


def _rule(rule: RuleReview) -> dict[str, object]:
    counts = rule.counts
    return {
        "firings": counts.firings,
        "told": counts.told,
        "threatened": counts.threatened,
        "judged": counts.judged,
        "wolves": counts.wolves,
        "caught_wolves": counts.caught_wolves,
        "ignored": counts.ignored,
        "misses": counts.misses,
        "precision": counts.precision,
        "acknowledged_share": counts.acknowledged_share,
        "time_to_acknowledge": rule.time_to_acknowledge_s,
        **{outcome.value: rule.outcomes.get(outcome, 0) for outcome in Outcome},
    }


def _slo(slo: SloReview) -> dict[str, object]:
    return {
        "threats": len(slo.threats),
        "recall": slo.recall,
        "lead": slo.lead_median_s,
        "gaps": sum(each.gap for each in slo.threats),
        "unknown": slo.unknown_s,
    }


def _team(team: TeamReview) -> dict[str, object]:
    return {
        "pages": team.pages,
        "wolf_pages": team.wolf_pages,
        "off_hours": team.off_hours,
        "night": team.night,
        "night_wolves": team.night_wolves,
        "time_to_acknowledge": team.time_to_acknowledge_s,
    }


@pytest.mark.parametrize("week", WEEKS)
def test_every_rule_s_numbers_equal_those_of_sql(company: Month, base: duckdb.DuckDBPyConnection, week: str) -> None:
    found = {(rule.source, rule.rule): _rule(rule) for rule in reviews(company)[week][""].rules}
    answers = asked(base, "by_rule", week, names=2)
    assert {key: (each, answers[key]) for key, each in found.items() if each != answers[key]} == {}
    assert len(answers) == len(found) > 180


@pytest.mark.parametrize("week", WEEKS)
def test_every_slo_s_numbers_equal_those_of_sql(company: Month, base: duckdb.DuckDBPyConnection, week: str) -> None:
    found = {(slo.id,): _slo(slo) for slo in reviews(company)[week][""].slos}
    assert found == asked(base, "by_slo", week, names=1)
    assert len(found) == len(SLOS)


@pytest.mark.parametrize("week", WEEKS)
def test_every_team_s_pages_equal_those_of_sql(company: Month, base: duckdb.DuckDBPyConnection, week: str) -> None:
    found = {(team.name,): _team(team) for team in reviews(company)[week][""].teams}
    assert found == asked(base, "by_team", week, names=1)
    assert len(found) == len(ZONES)


def test_threats_misses_and_the_gap_are_the_planted_ones_in_sql_too(
    company: Month, base: duckdb.DuckDBPyConnection
) -> None:
    """SQL and the planting, without the router between them but for its export."""
    planted = [each for week in company.truth.slos.values() for each in week.threats]
    threats = base.execute("SELECT slo, start, until, announced, lead, gap FROM seen").fetchall()
    assert sorted(threats) == sorted(
        (each.slo, each.start, each.end, each.announced, each.lead_s, each.gap) for each in planted
    )
    misses = base.execute("SELECT source, rule, start FROM fact WHERE missed").fetchall()
    known = [each for week in company.truth.misses.values() for each in week]
    assert sorted(misses) == sorted((each.source, each.rule, each.started_at) for each in known)
