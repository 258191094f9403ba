"""Mute times by the clock on the wall: edges, ends of months, clocks put on and back, and when it changes next."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.mute import Span, muting_intervals, next_change
from router.mute.times import AHEAD_DAYS

ZONES = {name: ZoneInfo(name) for name in ("UTC", "Asia/Tokyo", "Europe/Berlin", "America/New_York", "Asia/Kathmandu")}
TOKYO, BERLIN = ZONES["Asia/Tokyo"], ZONES["Europe/Berlin"]
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")
"""Its clock is put on by half an hour."""
NIGHT = Span(TOKYO, times=((22 * 60, 24 * 60), (0, 6 * 60)))
OFFICE = Span(TOKYO, times=((9 * 60, 17 * 60),), weekdays=((1, 5),))


def at(text: str, zone: ZoneInfo = TOKYO, *, fold: int = 0) -> float:
    """Return the instant of a local time."""
    return datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold).timestamp()


TIMES = {
    "before its first minute": (NIGHT, "2026-11-24T21:59:59", False),
    "its first minute": (NIGHT, "2026-11-24T22:00:00", True),
    "until midnight": (NIGHT, "2026-11-24T23:59:59", True),
    "from midnight": (NIGHT, "2026-11-25T00:00:00", True),
    "its last minute is outside": (NIGHT, "2026-11-25T06:00:00", False),
    "sunday is the first day": (Span(TOKYO, weekdays=((0, 0),)), "2026-11-22T12:00", True),
    "saturday is the last day": (Span(TOKYO, weekdays=((6, 6),)), "2026-11-28T12:00", True),
    "every condition must hold": (OFFICE, "2026-11-22T12:00", False),
    "the last day of a long month": (Span(TOKYO, days_of_month=((-1, -1),)), "2026-10-31T12:00", True),
    "the last day of a short month": (Span(TOKYO, days_of_month=((-1, -1),)), "2027-02-28T12:00", True),
    "the last day of a leap february": (Span(TOKYO, days_of_month=((-1, -1),)), "2028-02-28T12:00", False),
    "the last days": (Span(TOKYO, days_of_month=((-3, -1),)), "2026-11-28T12:00", True),
    "before the last days": (Span(TOKYO, days_of_month=((-3, -1),)), "2026-11-27T12:00", False),
    "days that a month does not have": (Span(TOKYO, days_of_month=((30, 31),)), "2027-02-28T12:00", False),
    "days cut off at the month's end": (Span(TOKYO, days_of_month=((27, 31),)), "2027-02-28T12:00", True),
    "from the end beyond the begin": (Span(TOKYO, days_of_month=((-31, -28),)), "2027-02-01T12:00", True),
    "from the begin to the end": (Span(TOKYO, days_of_month=((20, -1),)), "2026-11-30T12:00", True),
    "the last day of a month whose clock is put on": (
        Span(BERLIN, days_of_month=((-1, -1),)), "2026-03-31T12:00", True
    ),
    "the first month": (Span(TOKYO, months=((1, 1),)), "2026-01-31T23:59", True),
    "another month": (Span(TOKYO, months=((1, 1),)), "2026-02-01T00:00", False),
    "years": (Span(TOKYO, years=((2026, 2027),)), "2028-01-01T00:00", False),
    "no condition": (Span(TOKYO), "2026-11-24T12:00", True),
}  # fmt: skip


@pytest.mark.parametrize("case", TIMES.values(), ids=TIMES)
def test_an_instant_belongs_to_a_span_by_its_local_time(case: tuple[Span, str, bool]) -> None:
    span, text, inside = case
    assert span.contains(at(text, span.zone)) is inside


def test_a_moment_before_is_before() -> None:
    begin = at("2026-11-24T22:00")
    assert not NIGHT.contains(begin - 0.0000005)
    assert NIGHT.contains(begin)


def test_a_route_is_quiet_inside_of_what_mutes_and_outside_of_what_is_active() -> None:
    intervals = {"night": (NIGHT,), "office": (OFFICE,), "never": ()}
    noon, night = at("2026-11-24T12:00"), at("2026-11-24T23:00")
    assert muting_intervals((), (), intervals, noon) == ()
    assert muting_intervals(("night",), (), intervals, noon) == ()
    assert muting_intervals(("never", "night"), (), intervals, night) == ("night",)
    assert muting_intervals((), ("office",), intervals, noon) == ()
    assert muting_intervals((), ("office", "never"), intervals, night) == ("office", "never")
    assert muting_intervals(("night",), ("office",), intervals, night) == ("night", "office")


def test_a_name_that_is_not_defined_any_more_keeps_nobody_quiet() -> None:
    """A configuration read anew may have lost it while incidents still name it: people are told."""
    night = at("2026-11-24T23:00")
    assert muting_intervals(("gone",), ("gone",), {}, night) == ()
    assert muting_intervals((), ("office", "gone"), {"office": (OFFICE,)}, night) == ()
    assert next_change(("gone",), ("gone",), {}, night) is None


CHANGES = {
    "a night begins": ((NIGHT,), "2026-11-24T12:00:00.5", TOKYO, "2026-11-24T22:00"),
    "a night goes on over midnight": ((NIGHT,), "2026-11-24T22:00", TOKYO, "2026-11-25T06:00"),
    "a week's office begins": ((OFFICE,), "2026-11-27T17:00", TOKYO, "2026-11-30T09:00"),
    "a span of another zone": ((OFFICE, Span(BERLIN, times=((0, 60),))), "2026-11-24T17:00", TOKYO, "2026-11-25T08:00"),
    "the clock is put on, over its begin": (
        (Span(BERLIN, times=((150, 200),)),), "2026-03-29T00:00", BERLIN, "2026-03-29T03:00"
    ),
    "the clock is put on, over its end": (
        (Span(BERLIN, times=((60, 150),)),), "2026-03-29T01:30", BERLIN, "2026-03-29T03:00"
    ),
    "the clock is put on by half an hour": (
        (Span(LORD_HOWE, times=((0, 135),)),), "2026-10-04T01:30", LORD_HOWE, "2026-10-04T02:30"
    ),
    "months end within the days ahead": (
        (Span(TOKYO, months=((11, 11),)),), "2026-11-27T00:00", TOKYO, "2026-12-01T00:00"
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CHANGES.values(), ids=CHANGES)
def test_the_next_change_is_to_the_second(case: tuple[tuple[Span, ...], str, ZoneInfo, str]) -> None:
    spans, now, zone, changes = case
    assert next_change(("named",), (), {"named": spans}, at(now, zone)) == at(changes, zone)
    assert next_change((), ("named",), {"named": spans}, at(now, zone)) == at(changes, zone)


def test_a_time_that_comes_twice_is_muted_twice() -> None:
    """In October 02:30 comes again after 03:00, which is 02:00 again."""
    twice = {"named": (Span(BERLIN, times=((150, 165),)),)}
    first, second = at("2026-10-25T02:30", BERLIN), at("2026-10-25T02:30", BERLIN, fold=1)
    assert second - first == 3600
    assert next_change(("named",), (), twice, first - 3600) == first
    assert next_change(("named",), (), twice, first) == first + 900
    assert next_change(("named",), (), twice, first + 900) == second


def test_what_does_not_change_for_days_is_looked_at_again_after_them() -> None:
    now = at("2026-11-24T12:00")
    assert next_change(("always",), (), {"always": (Span(TOKYO),)}, now) == now + AHEAD_DAYS * 86_400
    assert next_change((), (), {"always": (Span(TOKYO),)}, now) is None
    assert next_change(("never",), (), {"never": ()}, now) is None


_RANGES = st.lists(st.tuples(st.integers(0, 1439), st.integers(1, 1440)).filter(lambda r: r[0] < r[1]), max_size=2)
_SPANS = st.builds(
    Span,
    st.sampled_from([*ZONES.values(), LORD_HOWE]),
    _RANGES.map(tuple),
    st.sampled_from([(), ((1, 5),), ((0, 0), (6, 6))]),
    st.sampled_from([(), ((-2, -1),), ((1, 15),)]),
)
_NEAR_A_SHIFT = st.sampled_from(["2026-03-08", "2026-03-28", "2026-10-03", "2026-10-24", "2026-10-31", "2026-12-30"])


@given(st.lists(_SPANS, min_size=1, max_size=3), _NEAR_A_SHIFT, st.integers(0, 86_400), st.data())
def test_nothing_changes_before_the_next_change(spans: list[Span], day: str, second: int, data: st.DataObject) -> None:
    """However the clock is put on or back meanwhile."""
    intervals = {"named": tuple(spans)}
    now = datetime.fromisoformat(f"{day}T00:00:00").replace(tzinfo=UTC).timestamp() + second
    said = muting_intervals(("named",), (), intervals, now)
    changes = next_change(("named",), (), intervals, now)
    assert changes is not None
    between = data.draw(st.floats(now, changes, exclude_max=True))
    assert muting_intervals(("named",), (), intervals, between) == said
    if changes < now + AHEAD_DAYS * 86_400:
        assert muting_intervals(("named",), (), intervals, changes) != said
