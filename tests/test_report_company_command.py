"""`alert-router report` over the files of the planted month says what the planting knows, and what the rooms say."""

import subprocess
import sys
from dataclasses import replace

import pytest

from router.noise.review import Review
from router.report.packing import unpack
from tests.support.company_month import Month
from tests.support.company_month.days import WEEKS
from tests.support.company_month.reading import NOW, reviews, the_month

FILES = ("config", "history", "slo_history")


@pytest.fixture(scope="session")
def company(tmp_path_factory: pytest.TempPathFactory) -> Month:
    return the_month(tmp_path_factory.getbasetemp())


@pytest.fixture(scope="module")
def reported(company: Month) -> Review:
    """Without --week: the last week that is over when the file ends."""
    files = [text for name in FILES for text in (f"--{name.replace('_', '-')}", str(getattr(company, name)))]
    command = [sys.executable, "-m", "router", "report", *files, "--format", "json"]
    done = subprocess.run(command, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return unpack(done.stdout)


def test_the_command_names_the_fifteen_wolves_of_the_last_week(company: Month, reported: Review) -> None:
    assert (reported.week, reported.as_of) == (WEEKS[3], NOW)
    assert {(rule.source, rule.rule) for rule in reported.wolves} == company.truth.accused[WEEKS[3]]


def test_the_command_says_what_the_review_of_the_same_week_says(company: Month, reported: Review) -> None:
    """Trend and month come from all that the file holds; the rest is the same to the digit."""
    known = reviews(company)[WEEKS[3]][""]
    assert _same(reported) == _same(known)


def _same(review: Review) -> Review:
    return replace(review, weeks=review.weeks[-2:], month=None)


def test_the_trend_of_the_command_has_all_four_weeks(company: Month, reported: Review) -> None:
    truth = company.truth
    planted = [(truth.teams[week, ""].pages, truth.teams[week, ""].wolf_pages) for week in WEEKS]
    assert [(point.pages, point.wolves) for point in reported.weeks] == planted
    assert [point.firings for point in reported.weeks] == [truth.sums[week, ""].firings for week in WEEKS]
