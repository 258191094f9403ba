"""Weeks and days in a team's time zone, also where the clocks change."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.noise.weeks import Week, day_of, midnight, week_named, week_of

TOKYO, BERLIN, NEW_YORK = ZoneInfo("Asia/Tokyo"), ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")


def utc(*parts: int) -> float:
    return datetime(*parts, tzinfo=UTC).timestamp()


BOUNDS = {
    "Tokyo's Monday begins on Sunday afternoon in UTC": (
        "2026-W47",
        TOKYO,
        utc(2026, 11, 15, 15),
        utc(2026, 11, 22, 15),
        168,
    ),
    "Berlin, clocks go back on Sunday": ("2026-W43", BERLIN, utc(2026, 10, 18, 22), utc(2026, 10, 25, 23), 169),
    "Berlin, clocks go forward on Sunday": ("2026-W13", BERLIN, utc(2026, 3, 22, 23), utc(2026, 3, 29, 22), 167),
    "New York, clocks go back on Sunday": ("2026-W44", NEW_YORK, utc(2026, 10, 26, 4), utc(2026, 11, 2, 5), 169),
    "the week that two years share": ("2026-W53", TOKYO, utc(2026, 12, 27, 15), utc(2027, 1, 3, 15), 168),
    "the first week begins in the year before": ("2025-W01", TOKYO, utc(2024, 12, 29, 15), utc(2025, 1, 5, 15), 168),
}


@pytest.mark.parametrize(("name", "zone", "start", "end", "hours"), BOUNDS.values(), ids=BOUNDS)
def test_a_week_runs_from_monday_00_00_to_the_next(
    name: str, zone: ZoneInfo, start: float, end: float, hours: int
) -> None:
    week = week_named(name, zone)
    assert (week.start, week.end, (week.end - week.start) / 3_600) == (start, end, hours)
    assert [week.holds(at) for at in (start - 1, start, end - 1, end)] == [False, True, True, False]
    assert week.name == name
    assert week_of(start, zone) == week_of(end - 1, zone) == week


def test_its_days_are_seven_and_the_weeks_beside_it_touch_it() -> None:
    week = week_named("2026-W43", BERLIN)
    assert list(week.days()) == [date(2026, 10, 19 + n) for n in range(7)]
    assert week.sunday == date(2026, 10, 25)
    assert week.before().end == week.start
    assert week.before(-1).start == week.end
    assert week.before(43).name == "2025-W52"


def test_a_day_is_that_of_the_zone() -> None:
    at = utc(2026, 11, 15, 15)
    assert (day_of(at, TOKYO), day_of(at - 1, TOKYO), day_of(at, BERLIN)) == (
        date(2026, 11, 16), date(2026, 11, 15), date(2026, 11, 15),
    )  # fmt: skip
    assert midnight(date(2026, 11, 16), TOKYO) == at


def test_how_people_write_a_week() -> None:
    assert week_named(" 2026-w47 ", TOKYO) == Week(date(2026, 11, 16), TOKYO)


@pytest.mark.parametrize(
    ("text", "error"),
    {
        "47": "'47' is no week: write year and ISO week number, as 2026-W47",
        "2026-11-16": "'2026-11-16' is no week: write year and ISO week number, as 2026-W47",
        "2026-W00": "'2026-W00' is no week: 2026 has no week 0",
        "2025-W53": "'2025-W53' is no week: 2025 has no week 53",
        "0001-W01": "'0001-W01' is no week that anything is recorded of: write one from 1970 on",
        "9999-W52": "'9999-W52' is no week that anything is recorded of: write one from 1970 on",
    }.items(),
)
def test_what_is_no_week_is_refused_with_the_mend(text: str, error: str) -> None:
    with pytest.raises(ValueError) as raised:
        week_named(text, TOKYO)
    assert str(raised.value) == error


@given(st.floats(0, 4e9), st.sampled_from([TOKYO, BERLIN, NEW_YORK]))
def test_every_instant_lies_in_exactly_one_week_and_its_name_leads_back(at: float, zone: ZoneInfo) -> None:
    week = week_of(at, zone)
    assert week.holds(at)
    assert not week.before().holds(at)
    assert not week.before(-1).holds(at)
    assert week_named(week.name, zone) == week
    assert day_of(at, zone) in set(week.days())
