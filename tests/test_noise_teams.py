"""A team's week: pages once per incident, nights, shifts by the clock on the wall, how soon it had and ended things."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from router.gate import Outcome
from router.noise.pages import pages
from router.noise.review import Counts, Shift, TeamReview
from router.noise.teams import shift_of, shifts, team_review
from router.noise.values import Firing, Mark, Team
from router.noise.weeks import week_named
from tests.support.told_week import TOKYO, WEEK, at, fired, given, judged, said

BERLIN = ZoneInfo("Europe/Berlin")
CALM = {"shop": said(("no_threat", "last Mon 00:00", "next Mon 12:00"))}


def review(*firings: Firing, stretches: object = CALM, zone: ZoneInfo = TOKYO, **more: object) -> TeamReview:
    inputs = given(firings, stretches, teams={"sre": zone}, **more)  # type: ignore[arg-type]
    found = judged(inputs)
    return team_review(Team("sre", zone), Counts(firings=7), found, pages(found, inputs.stretches), inputs)


def page(start: str, end: str | None = None, incident: str = "", **more: object) -> Firing:
    """A page of ten minutes, an incident of its own where none is named."""
    return fired(start, at(start) + 600 if end is None else end, incident=incident, **more)  # type: ignore[arg-type]


# --- pages


def test_an_incident_pages_once_at_its_first_telling() -> None:
    found = review(
        page("Mon 10:00", incident="E-1"),
        page("Mon 10:01", incident="E-1", rule="B"),
        page("Mon 10:02", incident="E-1", rule="C", told=None, outcome=Outcome.MERGE),
        page("Tue 10:00", incident="E-2"),
    )
    assert (found.pages, found.counts) == (2, Counts(firings=7))


PAGES = {
    "page": (Outcome.PAGE, "Mon 10:00", 1),
    "forward": (Outcome.FORWARD, "Mon 10:00", 1),
    "ticket": (Outcome.TICKET, "Mon 10:00", 0),
    "held": (Outcome.HOLD, None, 0),
    "dropped": (Outcome.DROP, None, 0),
    "joined": (Outcome.MERGE, None, 0),
    "silenced": (Outcome.SUPPRESS, None, 0),
    "a page that was not told": (Outcome.PAGE, None, 0),
}


@pytest.mark.parametrize(("outcome", "told", "count"), PAGES.values(), ids=PAGES)
def test_only_what_paged_or_was_forwarded_and_told_is_a_page(outcome: Outcome, told: str | None, count: int) -> None:
    assert review(fired("Mon 10:00", "Mon 10:10", outcome, told=told)).pages == count


def test_a_page_belongs_to_the_week_of_its_first_telling_not_of_its_start() -> None:
    found = review(
        page("last Sun 23:50", "Mon 00:20", told="Mon 00:10"),
        page("Sun 23:50", "next Mon 00:20", told="next Mon 00:10"),
        page("last Wed 10:00"),
        page("last Thu 10:00"),
    )
    assert (found.pages, found.pages_before) == (1, 2)


def test_pages_of_other_teams_and_drills_do_not_count() -> None:
    found = review(page("Mon 10:00", receiver="web"), page("Mon 11:00", labels={"drill": "true"}))
    assert found.pages == 0


def test_what_an_slo_raised_itself_pages_like_any_other() -> None:
    assert review(page("Mon 10:00", source="slo", rule="shop")).pages == 1


def test_a_page_is_a_wolf_when_every_told_firing_of_its_incident_was_one() -> None:
    found = review(
        page("Mon 10:00", incident="E-1"),
        page("Mon 10:01", incident="E-1"),
        page("Tue 10:00", incident="E-2"),
        page("Tue 10:01", incident="E-2", acknowledged_at="Tue 10:05"),
        page("Wed 10:00", incident="E-3", acknowledged_at="Wed 10:05", mark=Mark.WOLF),
        page("Wed 10:01", incident="E-3"),
    )
    assert (found.pages, found.wolf_pages) == (3, 2)


# --- hours

HOURS = {
    "Monday 07:59": ("Mon 07:59", 1, 1),
    "Monday 08:00": ("Mon 08:00", 0, 0),
    "Friday 17:59": ("Fri 17:59", 0, 0),
    "Friday 18:00": ("Fri 18:00", 1, 0),
    "Friday 21:59": ("Fri 21:59", 1, 0),
    "Friday 22:00": ("Fri 22:00", 1, 1),
    "Saturday noon": ("Sat 12:00", 1, 0),
    "Sunday night": ("Sun 02:00", 1, 1),
}


@pytest.mark.parametrize(("start", "off_hours", "night"), HOURS.values(), ids=HOURS)
def test_off_hours_and_nights_are_those_of_the_team(start: str, off_hours: int, night: int) -> None:
    found = review(page(start))
    assert (found.off_hours, found.night, found.night_wolves) == (off_hours, night, night)


def test_the_telling_counts_not_the_start() -> None:
    found = review(page("Mon 07:50", "Mon 09:00", told="Mon 08:10"))
    assert (found.off_hours, found.night) == (0, 0)


def test_a_team_elsewhere_has_its_own_nights() -> None:
    found = review(page("Tue 12:00"), zone=BERLIN)  # 04:00 in Berlin
    assert (found.zone, found.off_hours, found.night) == ("Europe/Berlin", 1, 1)


def test_a_page_that_somebody_acted_on_at_night_is_no_wolf_of_the_night() -> None:
    found = review(page("Tue 02:00", acknowledged_at="Tue 02:05"), page("Wed 02:00"))
    assert (found.night, found.night_wolves) == (2, 1)


# --- shifts

SHIFTS = {
    "just before the day shift": ("Tue 08:59:59", "Mon 21:00"),
    "the day shift's first moment": ("Tue 09:00", "Tue 09:00"),
    "the day shift's last moment": ("Tue 20:59:59", "Tue 09:00"),
    "the night shift's first moment": ("Tue 21:00", "Tue 21:00"),
    "after midnight": ("Wed 03:00", "Tue 21:00"),
}


@pytest.mark.parametrize(("moment", "start"), SHIFTS.values(), ids=SHIFTS)
def test_shifts_begin_at_nine_and_at_twenty_one(moment: str, start: str) -> None:
    assert shift_of(at(moment), TOKYO) == at(start)


def berlin(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN).timestamp()


CHANGES = {
    "clocks go forward: the night has 11 h": ("2026-03-28T21:00", "2026-03-29T09:00", 11),
    "clocks go back: the night has 13 h": ("2026-10-24T21:00", "2026-10-25T09:00", 13),
}


@pytest.mark.parametrize(("start", "end", "hours"), CHANGES.values(), ids=CHANGES)
def test_a_shift_is_that_of_the_clock_on_the_wall(start: str, end: str, hours: int) -> None:
    first, after = berlin(start), berlin(end)
    assert after - first == hours * 3_600
    assert shift_of(after - 1, BERLIN) == first
    assert shift_of(after, BERLIN) == after


@pytest.mark.parametrize("name", ["2026-W13", "2026-W43", "2026-W47"])
def test_a_week_has_fourteen_shifts_also_where_clocks_change(name: str) -> None:
    week = week_named(name, BERLIN)
    found = shifts(week, BERLIN, week.end)
    assert len(found) == 14
    assert found[0] == week.start + 9 * 3_600
    assert found[-1] == week.end - 3 * 3_600


def test_a_team_elsewhere_has_the_shifts_that_begin_in_the_configured_week() -> None:
    found = shifts(WEEK, BERLIN, WEEK.end)  # the week begins on Sunday 16:00 in Berlin
    assert len(found) == 14
    assert found[0] == berlin("2026-11-15T21:00")
    assert found[-1] == berlin("2026-11-22T09:00")


SO_FAR = {"Monday 08:59": ("Mon 08:59", 0), "Monday 09:00": ("Mon 09:00", 1), "Tuesday 20:00": ("Tue 20:00", 3)}


@pytest.mark.parametrize(("now", "begun"), SO_FAR.values(), ids=SO_FAR)
def test_shifts_that_have_not_begun_are_not_counted(now: str, begun: int) -> None:
    assert review(now=at(now)).shifts == begun


def test_a_shift_bears_two_pages_and_the_heaviest_stands_first() -> None:
    found = review(
        *(page(f"Mon 1{number}:00") for number in range(2)),
        *(page(f"Tue 1{number}:00") for number in range(3)),
        *(page(f"Wed 1{number}:00") for number in range(4)),
        *(page(f"Thu 1{number}:00") for number in range(3)),
    )
    assert found.heavy_shifts == (Shift(at("Wed 09:00"), 4), Shift(at("Tue 09:00"), 3), Shift(at("Thu 09:00"), 3))


def test_a_shift_counts_whole_in_the_week_in_which_it_begins() -> None:
    over_midnight = ("Sun 22:00", "Sun 23:00", "next Mon 03:00")
    found = review(*(page(start) for start in over_midnight), *(page(f"Mon 0{number}:00") for number in range(3)))
    assert found.heavy_shifts == (Shift(at("Sun 21:00"), 3),)  # Monday's first three belong to last week's night


# --- acknowledged, resolved


def test_time_to_acknowledge_is_the_median_from_the_first_telling_to_the_first_acknowledgement() -> None:
    found = review(
        page("Mon 10:00", incident="E-1", acknowledged_at="Mon 10:10"),
        page("Mon 10:01", incident="E-1", acknowledged_at="Mon 10:02"),
        page("Tue 10:00", incident="E-2", acknowledged_at="Tue 10:04"),
        page("Wed 10:00", incident="E-3", acknowledged_at="Wed 10:30"),
        page("Thu 10:00", incident="E-4"),
    )
    assert found.time_to_acknowledge_s == 240


def test_of_an_even_number_it_is_the_mean_of_the_middle_two() -> None:
    found = review(page("Tue 10:00", acknowledged_at="Tue 10:04"), page("Wed 10:00", acknowledged_at="Wed 10:06"))
    assert found.time_to_acknowledge_s == 300


def test_nobody_acknowledged_and_nothing_is_over() -> None:
    found = review(fired("Tue 10:00", None))
    assert (found.pages, found.time_to_acknowledge_s, found.time_to_resolve_s) == (1, None, None)


BURNING = said(
    ("no_threat", "last Mon 00:00", "Tue 09:55"), ("threat_page", "Tue 09:55", "Tue 10:40"),
    ("threat_ticket", "Tue 10:40", "Tue 11:00"), ("no_threat", "Tue 11:00", "next Mon 12:00"),
)  # fmt: skip
TAKES_OVER = said(("threat_page", "Tue 10:30", "Tue 12:00"), ("watch", "Tue 12:00", "Wed 00:00"))
RESOLVED = {
    "its last alert ends it": ([page("Tue 10:00", "Tue 10:30")], CALM, 1_800),
    "from the first telling": ([page("Tue 10:00", "Tue 10:30", told="Tue 10:10")], CALM, 1_200),
    "the longer of two alerts": (
        [page("Tue 10:00", "Tue 10:10", incident="E-1"), page("Tue 10:05", "Tue 10:30", incident="E-1")], CALM, 1_800,
    ),
    "an alert that joined": (
        [
            page("Tue 10:00", "Tue 10:10", incident="E-1"),
            page("Tue 10:05", "Tue 10:50", incident="E-1", outcome=Outcome.MERGE, told=None),
        ], CALM, 3_000,
    ),
    "the SLO stands at the page tier longer": ([page("Tue 10:00", "Tue 10:10")], {"shop": BURNING}, 2_400),
    "the ticket tier is over": ([page("Tue 10:00", "Tue 10:50")], {"shop": BURNING}, 3_000),
    "an SLO that does not cover it": ([page("Tue 10:00", "Tue 10:10", slos="login")], {"shop": BURNING}, 600),
    "another SLO takes over": (
        [page("Tue 10:00", "Tue 10:10", slos="shop login")],
        {"shop": BURNING, "login": TAKES_OVER},
        7_200,
    ),
    "an SLO at the page tier still": (
        [page("Tue 10:00", "Tue 10:10")], {"shop": said(("threat_page", "Tue 09:55", "Tue 12:00"))}, None,
    ),
    "the mean of two incidents": ([page("Tue 12:00", "Tue 12:10"), page("Wed 12:00", "Wed 12:30")], CALM, 1_200),
    "one that lasts is left out": ([page("Tue 12:00", "Tue 12:10"), fired("Wed 12:00", None)], CALM, 600),
    "a ticket did not page": ([page("Tue 10:00", "Tue 10:10", outcome=Outcome.TICKET)], CALM, None),
}  # fmt: skip


@pytest.mark.parametrize(("firings", "stretches", "seconds"), RESOLVED.values(), ids=RESOLVED)
def test_resolved_is_when_no_alert_fires_and_no_slo_is_at_the_page_tier(
    firings: list[Firing], stretches: object, seconds: float | None
) -> None:
    assert review(*firings, stretches=stretches).time_to_resolve_s == seconds


# --- floods


def storm(start: str, count: int, **more: object) -> list[Firing]:
    return [fired(start, at(start) + 60, Outcome.DROP, **more) for _ in range(count)]  # type: ignore[arg-type]


FLOODS = {
    "eleven in ten minutes, until fewer than five": (
        [*storm("Mon 10:00", 11), *storm("Mon 10:10", 5), *storm("Mon 10:20", 4), *storm("Mon 10:30", 9)], 1, 20,
    ),
    "ten are none": (storm("Mon 10:00", 10), 0, 0),
    "what was suppressed does not count": (
        [*storm("Mon 10:00", 10), fired("Mon 10:00", "Mon 10:05", Outcome.SUPPRESS)], 0, 0,
    ),
    "another team's does not count": ([*storm("Mon 10:00", 10), *storm("Mon 10:00", 11, receiver="web")], 0, 0),
    "last week's does not count": (storm("last Sun 23:50", 11), 0, 0),
    "it belongs to the week in which it begins": ([*storm("Sun 23:50", 11), *storm("next Mon 00:00", 6)], 1, 17),
    "two": ([*storm("Mon 10:00", 11), *storm("Tue 10:00", 12)], 2, 23),
}  # fmt: skip


@pytest.mark.parametrize(("firings", "floods", "count"), FLOODS.values(), ids=FLOODS)
def test_floods_of_the_week_are_counted_with_their_firings(firings: list[Firing], floods: int, count: int) -> None:
    found = review(*firings)
    assert (found.floods, found.flood_firings) == (floods, count)
