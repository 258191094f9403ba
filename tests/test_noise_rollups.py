"""What is kept of a day: sums by rule, service, SLO and team; of incidents, on the day of their first telling."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from router.gate import Outcome
from router.noise.review import Counts, Dimension, Pager, Roll
from router.noise.rollups import added, added_pagers, roll_up, rolls
from router.noise.values import Firing, Settings
from router.noise.weekly import judgement
from tests.support.told_week import TOKYO, WEEK, at, fired, given, said

CALM = {"shop": said(("no_threat", "last Mon 00:00", "next Mon 12:00"))}
TUESDAY = date(2026, 11, 17)
NOW = at("next Mon 09:00")


def rolled(*firings: Firing, day: date = TUESDAY, zone: ZoneInfo = TOKYO) -> dict[tuple[Dimension, str], Roll]:
    found = roll_up(firings, CALM, day, zone, {"sre": TOKYO}, Settings(), NOW)
    assert len({(each.dimension, each.name) for each in found}) == len(found)
    return {(each.dimension, each.name): each for each in found}


DAY = (
    fired("Tue 10:00", "Tue 10:10", incident="E-1", labels={"service": "checkout"}, acknowledged_at="Tue 10:02"),
    fired("Tue 11:00", "Tue 11:05", Outcome.DROP, rule="B", slos="shop search", labels={"service": "checkout"}),
    fired("Tue 12:00", "Tue 12:05", Outcome.DROP, rule="B", slos="", receiver="web"),
    fired("Tue 13:00", "Tue 13:30", incident="E-2", receiver="web", source="datadog"),
)


def test_a_day_is_summed_up_by_rule_service_slo_and_team() -> None:
    found = rolled(*DAY)
    firings = {name: (roll.counts.firings, roll.counts.dropped) for name, roll in found.items()}
    assert firings == {
        (Dimension.ALL, ""): (4, 2),
        (Dimension.RULE, "datadog/A"): (1, 0),
        (Dimension.RULE, "prometheus/A"): (1, 0),
        (Dimension.RULE, "prometheus/B"): (2, 2),
        (Dimension.SERVICE, "checkout"): (2, 1),
        (Dimension.SLO, "search"): (1, 1),
        (Dimension.SLO, "shop"): (3, 1),
        (Dimension.TEAM, "sre"): (2, 1),
        (Dimension.TEAM, "web"): (2, 1),
    }


def test_incidents_are_summed_up_for_all_and_for_teams_only() -> None:
    found = rolled(*DAY)
    pagers = {name: roll.pager for name, roll in found.items() if roll.pager != Pager()}
    assert pagers == {
        (Dimension.ALL, ""): Pager(2, 1, 1, 120.0, 2, 2_400.0),
        (Dimension.TEAM, "sre"): Pager(1, 0, 1, 120.0, 1, 600.0),
        (Dimension.TEAM, "web"): Pager(1, 1, 0, 0.0, 1, 1_800.0),
    }


DAYS = {
    "its first moment": ("Tue 00:00", 1),
    "its last second": ("Tue 23:59:59", 1),
    "a second before": ("Mon 23:59:59", 0),
    "the next midnight": ("Wed 00:00", 0),
}


@pytest.mark.parametrize(("start", "count"), DAYS.values(), ids=DAYS)
def test_a_firing_belongs_to_the_day_in_which_it_started(start: str, count: int) -> None:
    found = rolled(fired(start, "Fri 10:00", Outcome.DROP))
    assert found[Dimension.ALL, ""].counts.firings == count


def test_a_day_is_that_of_the_configured_zone() -> None:
    # 08:59 in Tokyo is still Monday in UTC.
    early = fired("Tue 08:59", "Tue 09:30", Outcome.DROP)
    assert rolled(early)[Dimension.ALL, ""].counts.firings == 1
    assert rolled(early, zone=ZoneInfo("UTC"))[Dimension.ALL, ""].counts.firings == 0


def test_where_clocks_change_a_day_has_25_hours() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    midnight = 1_792_879_200.0  # 2026-10-25 00:00 in Berlin, still in summer time: 22:00 UTC
    firings = [fired(midnight + hours * 3_600 + 1_800, None, Outcome.DROP) for hours in range(-1, 26)]
    found = roll_up(firings, {}, date(2026, 10, 25), berlin, {}, Settings(), NOW)
    assert added(each for each in found if each.dimension is Dimension.ALL).firings == 25


def test_an_incident_counts_on_the_day_of_its_first_telling() -> None:
    late = fired("Mon 23:50", "Tue 00:30", told="Tue 00:05", incident="E-1")
    monday, tuesday = (rolled(late, day=day) for day in (date(2026, 11, 16), TUESDAY))
    assert (monday[Dimension.ALL, ""].counts.pages, monday[Dimension.ALL, ""].pager.pages) == (1, 0)
    assert (tuesday[Dimension.ALL, ""].counts.pages, tuesday[Dimension.TEAM, "sre"].pager.pages) == (0, 1)


def test_a_day_without_firings_is_known_to_have_none() -> None:
    assert rolled() == {(Dimension.ALL, ""): Roll(Dimension.ALL, "", Counts(), Pager())}


def test_drills_are_in_no_sum() -> None:
    assert rolled(fired("Tue 10:00", "Tue 10:05", labels={"drill": "true"}))[Dimension.ALL, ""].counts == Counts()


def test_what_reaches_over_midnight_is_seen_whole() -> None:
    """Chatter and marks of the day before count, though its firings do not."""
    late = [fired(at("Tue 00:00") + n, at("Tue 00:00") + n + 5, Outcome.DROP, fingerprint="a") for n in (-20, -10, 10)]
    known = judgement(given(late, CALM))
    assert [each.chattering for each in known.judged] == [True] * 3
    assert [roll[0].counts.firings for roll in rolls(known.judged, known.paged, TOKYO).values()] == [2, 1]


def test_sums_of_days_can_be_added_up() -> None:
    known = judgement(given([*DAY, fired("Wed 10:00", "Wed 10:05", Outcome.DROP)], CALM))
    by_day = rolls(known.judged, known.paged, WEEK.zone)
    assert list(by_day) == [TUESDAY, date(2026, 11, 18)]
    some = [roll for day in by_day.values() for roll in day if roll.dimension is Dimension.ALL]
    assert (added(some).firings, added(some).dropped, added_pagers(some).resolve_s) == (5, 3, 2_400.0)
    assert (added([]), added_pagers([])) == (Counts(), Pager())
