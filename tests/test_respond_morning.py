"""When the next working morning is: in the team's zone, through weekends and changes of the clock."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from router.respond.morning import next_morning

WEEK = (0, 1, 2, 3, 4)


def local(text: str, zone: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()


@pytest.mark.parametrize(
    ("zone", "now", "expected"),
    [
        ("Asia/Tokyo", "2026-11-24 03:00", "2026-11-24 09:00"),
        ("Asia/Tokyo", "2026-11-24 08:59:59", "2026-11-24 09:00"),
        ("Asia/Tokyo", "2026-11-24 09:00", "2026-11-25 09:00"),
        ("Asia/Tokyo", "2026-11-27 18:00", "2026-11-30 09:00"),
        ("Asia/Tokyo", "2026-11-28 05:00", "2026-11-30 09:00"),
        ("Europe/Berlin", "2026-10-23 20:00", "2026-10-26 09:00"),
        ("America/New_York", "2026-03-06 20:00", "2026-03-09 09:00"),
    ],
    ids=["night", "just before", "just then", "friday", "saturday", "clocks go back", "clocks go forward"],
)
def test_the_next_working_morning(zone: str, now: str, expected: str) -> None:
    """At nine on a working day, always later than now."""
    assert next_morning(local(now, zone), ZoneInfo(zone), 540, WEEK) == local(expected, zone)


def test_a_morning_that_the_clocks_skip_begins_when_they_go_on() -> None:
    """02:30 does not exist on 2026-03-08 in New York: work begins at 03:30 of summer time."""
    zone = ZoneInfo("America/New_York")
    at = next_morning(local("2026-03-08 01:00", "America/New_York"), zone, 150, (6,))
    assert datetime.fromtimestamp(at, zone).isoformat() == "2026-03-08T03:30:00-04:00"


def test_a_team_of_one_day_waits_a_week() -> None:
    """Only Wednesdays: just after one begins, the next is seven days away."""
    at = next_morning(local("2026-11-25 09:00", "Asia/Tokyo"), ZoneInfo("Asia/Tokyo"), 540, (2,))
    assert at == local("2026-12-02 09:00", "Asia/Tokyo")


def test_without_working_days_every_day_is_one() -> None:
    """A snooze must end."""
    at = next_morning(local("2026-11-28 05:00", "Asia/Tokyo"), ZoneInfo("Asia/Tokyo"), 540, ())
    assert at == local("2026-11-28 09:00", "Asia/Tokyo")


def test_days_that_do_not_exist_are_refused() -> None:
    """Rather than looked for without end."""
    with pytest.raises(ValueError, match=r"0 \(Monday\) to 6"):
        next_morning(0.0, ZoneInfo("UTC"), 540, (7,))
