"""When weekly reports are due: in the team's time zone, of the week before, for three days, never before the start."""

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from router.config.load import load
from router.config.values import WeeklyReport
from router.noise.weeks import week_named
from router.reporting.schedule import Due, Plan, due, plans
from tests.test_config import MINIMAL

TOKYO, BERLIN, NEW_YORK, UTC_ZONE = (
    ZoneInfo(name) for name in ("Asia/Tokyo", "Europe/Berlin", "America/New_York", "UTC")
)
APIA, HONOLULU = ZoneInfo("Pacific/Apia"), ZoneInfo("Pacific/Honolulu")
HOUR_S, DAY_S = 3_600.0, 86_400.0


def at(text: str) -> float:
    """Return an instant, written in UTC unless it says otherwise."""
    instant = datetime.fromisoformat(text)
    return (instant if instant.tzinfo else instant.replace(tzinfo=UTC)).timestamp()


def plan(team: str = "", zone: ZoneInfo = UTC_ZONE, weekday: int = 0, minute: int = 540) -> Plan:
    return Plan(team, WeeklyReport("C0SRE", weekday, minute), zone, "en", "C0SRE")


def names(found: tuple[Due, ...]) -> list[tuple[str, str]]:
    return [each.key for each in found]


MONDAY_NINE = {
    "a second before": ("2026-11-23 08:59:59", None),
    "on the second": ("2026-11-23 09:00:00", "2026-W47"),
    "hours late": ("2026-11-23 20:00:00", "2026-W47"),
    "almost three days late": ("2026-11-26 08:59:59", "2026-W47"),
    "three days late": ("2026-11-26 09:00:00", None),
    "on Sunday": ("2026-11-29 23:59:59", None),
    "a week later": ("2026-11-30 09:00:00", "2026-W48"),
    "over the end of a year": ("2027-01-04 09:00:00", "2026-W53"),
}


@pytest.mark.parametrize(("now", "week"), MONDAY_NINE.values(), ids=MONDAY_NINE.keys())
def test_a_report_is_due_from_its_time_on_for_three_days(now: str, week: str | None) -> None:
    expected = [] if week is None else [(week, "")]
    assert names(due([plan()], at(now), 0.0, UTC_ZONE)) == expected


ZONES = {
    "Tokyo, Monday 9:00 is Monday 0:00 in UTC": (TOKYO, 0, 540, TOKYO, "2026-11-23 00:00:00"),
    "New York in winter": (NEW_YORK, 0, 540, NEW_YORK, "2026-11-23 14:00:00"),
    "New York in summer": (NEW_YORK, 0, 540, NEW_YORK, "2026-11-23 14:00:00"),
    "a Friday": (BERLIN, 4, 990, BERLIN, "2026-11-27 15:30:00"),
    "a Sunday, of the week before its own": (BERLIN, 6, 0, BERLIN, "2026-11-28 23:00:00"),
    "Monday midnight": (BERLIN, 0, 0, BERLIN, "2026-11-22 23:00:00"),
    "ahead of the configured zone: when the week is over there": (APIA, 0, 540, HONOLULU, "2026-11-23 10:00:00"),
    "behind the configured zone": (HONOLULU, 0, 540, APIA, "2026-11-23 19:00:00"),
}


@pytest.mark.parametrize(("zone", "weekday", "minute", "weeks", "since"), ZONES.values(), ids=ZONES.keys())
def test_the_time_is_that_of_the_team(zone: ZoneInfo, weekday: int, minute: int, weeks: ZoneInfo, since: str) -> None:
    planned = [plan("pay", zone, weekday, minute)]
    before, then = (due(planned, at(since) + shift, 0.0, weeks) for shift in (-1.0, 0.0))
    assert before == ()
    assert then == (Due(planned[0], week_named("2026-W47", weeks), at(since)),)


CLOCKS = {
    "before clocks go forward": (BERLIN, 6, 90, "2026-03-29 00:30:00"),
    "in the hour that is not there: an hour later": (BERLIN, 6, 150, "2026-03-29 01:30:00"),
    "after clocks went forward": (BERLIN, 6, 240, "2026-03-29 02:00:00"),
    "in the hour that is there twice: the first of them": (BERLIN, 6, 150, "2026-10-25 00:30:00"),
    "after clocks went back": (BERLIN, 6, 240, "2026-10-25 03:00:00"),
}


@pytest.mark.parametrize(("zone", "weekday", "minute", "since"), CLOCKS.values(), ids=CLOCKS.keys())
def test_where_clocks_change_it_is_due_once(zone: ZoneInfo, weekday: int, minute: int, since: str) -> None:
    """Looked at every minute of that day and the next, one week is due, from one instant on."""
    planned = [plan("", zone, weekday, minute)]
    start = at(since) - 6 * HOUR_S
    found = [due(planned, start + 60.0 * number, 0.0, zone) for number in range(30 * 60)]
    assert {each for looked in found for each in looked} == {Due(planned[0], found[-1][0].week, at(since))}
    assert [bool(looked) for looked in found] == [number >= 360 for number in range(30 * 60)]


STARTS = {
    "weeks before": ("2026-11-01 00:00:00", True),
    "in the week that is told": ("2026-11-22 23:00:00", True),
    "a moment before the time": ("2026-11-23 09:00:00", True),
    "a moment after the time": ("2026-11-23 09:00:01", False),
    "now": ("2026-11-23 10:00:00", False),
}


@pytest.mark.parametrize(("start", "is_due"), STARTS.values(), ids=STARTS.keys())
def test_no_report_is_due_for_a_time_before_the_routers_first_start(start: str, is_due: bool) -> None:
    assert bool(due([plan()], at("2026-11-23 10:00:00"), at(start), UTC_ZONE)) is is_due


def test_the_oldest_comes_first() -> None:
    planned = [plan("late", HONOLULU), plan(""), plan("early", TOKYO)]
    found = due(planned, at("2026-11-24 00:00:00"), 0.0, TOKYO)
    assert names(found) == [("2026-W47", "early"), ("2026-W47", ""), ("2026-W47", "late")]


def test_reports_are_planned_for_all_teams_and_for_those_that_want_their_own(tmp_path) -> None:
    (tmp_path / "router.yaml").write_text(
        MINIMAL
        + "    report: {}\n"
        + "  - {name: quiet, slack: {channel: C0QUIET}}\n"
        + "  - name: pay\n    locale: ja\n    timezone: Asia/Tokyo\n    report: {channel: C0REPORTS}\n"
        + "    slack: {channel: C0PAY, fallback_channel: C0OPS}\n"
        + "  - {name: hook, slack: {webhook: 'https://hooks.example.com/x'}, report: {weekday: friday}}\n"
        + "report: {channel: C0PAY}\n"
    )
    found = plans(load(str(tmp_path / "router.yaml"), {}))
    assert [(each.team, each.channel, each.fallback, each.locale, each.zone.key) for each in found] == [
        ("", "C0PAY", "C0OPS", "en", "UTC"),
        ("sre", "C0SRE", "", "en", "UTC"),
        ("pay", "C0REPORTS", "C0OPS", "ja", "Asia/Tokyo"),
        ("hook", "webhook:hook", "", "en", "UTC"),
    ]
    assert found[3].when.weekday == 4
    assert plans(load(str(tmp_path / "router.yaml"), {})) == found
    only = replace(load(str(tmp_path / "router.yaml"), {}), report=None, receivers={})
    assert plans(only) == ()
