"""What an SLO says of a spent or nearly spent budget, and of calendar windows (rulings 8 and 9)."""

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from router.slo.objective import Calendar, Count, Snapshot
from router.slo.period import bounds
from router.slo.verdict import Assessment, Memory, Verdict, assess, remember
from tests.support.slo import NOW, judged, month, objective, ratios, uniform

HOUR, DAY = 3600.0, 86_400.0
PAGE, TICKET = Verdict.THREAT_PAGE, Verdict.THREAT_TICKET
WATCH, CALM, UNKNOWN = Verdict.WATCH, Verdict.NO_THREAT, Verdict.UNKNOWN


def spent(share: float, burn: float = 3.2, days: float = 30) -> Snapshot:
    """A day at `burn` (a ticket), with `share` of the period's budget spent."""
    shot = uniform(burn * 0.001, DAY, days=days)
    events = 3000 * 24 * days
    return replace(shot, windows=dict(shot.windows) | {"period": Count(share * events * 0.001, events)})


class TestRuling8:
    """A ticket becomes a page when the budget is gone within a day."""

    @pytest.mark.parametrize(
        ("share", "upgraded"),
        [
            pytest.param(0.80, False, id="45h-left"),
            pytest.param(0.893, False, id="24.07h-left"),
            pytest.param(0.894, True, id="23.85h-left"),
            pytest.param(0.999, True, id="nearly-spent"),
            pytest.param(1.0, False, id="spent"),
            pytest.param(1.5, False, id="overspent"),
        ],
    )
    def test_ruling_8_only_when_gone_within_24h_and_not_spent(self, share, upgraded):
        found = judged(objective(), spent(share))
        assert found.verdict is (PAGE if upgraded else TICKET)
        assert found.upgraded is upgraded

    @pytest.mark.parametrize(
        ("last_5m", "verdict"), [pytest.param(1.99, TICKET, id="1.99x"), pytest.param(2.0, PAGE, id="2x")]
    )
    def test_ruling_8_needs_a_burn_of_2_in_both_windows_of_the_hour(self, last_5m, verdict):
        recovered = spent(0.99)
        hour = dict(recovered.windows) | {"5m": Count(last_5m * 0.25, 250.0)}
        assert judged(objective(), replace(recovered, windows=hour)).verdict is verdict

    def test_ruling_8_once_per_24h(self):
        early = Memory(upgraded_at=NOW - 23 * HOUR)
        assert judged(objective(), spent(0.95), early).verdict is TICKET
        assert judged(objective(), spent(0.95), Memory(upgraded_at=NOW - 24 * HOUR)).verdict is PAGE

    def test_ruling_8_an_upgraded_page_stays_one_from_tick_to_tick(self):
        """The limit is on news: an SLO that is at the page tier already does not fall back to a ticket."""
        memory = Memory()
        for tick in range(3):
            found = assess(objective(), replace(spent(0.95), sampled_at=NOW + 30 * tick), NOW + 30 * tick, memory)
            memory = remember(memory, found, NOW + 30 * tick)
            assert found.upgraded
        assert memory.upgraded_at == NOW
        calm = assess(objective(), uniform(0, 0), NOW, memory)
        assert assess(objective(), spent(0.95), NOW, remember(memory, calm, NOW)).verdict is TICKET


class TestRuling9:
    """A spent budget."""

    def test_ruling_9_pages_are_unchanged(self):
        burning = uniform(1.0, 120)
        gone = replace(burning, windows=dict(burning.windows) | {"period": Count(3000, 2_160_000)})
        found = judged(objective(), gone)
        assert (found.verdict, found.exhausted_in_s) == (PAGE, 0.0)
        assert found.budget_remaining == pytest.approx(1 - 3000 / 2160)

    def test_ruling_9_below_1x_there_is_no_further_ticket(self):
        """28 d: the slow ticket fires at 0.933x; spent, it needs 1x."""
        slo = objective(days=28)
        assert judged(slo, spent_slowly(0.96, 0.5)).verdict is TICKET
        assert judged(slo, spent_slowly(0.96, 1.2)).verdict is CALM
        assert judged(slo, spent_slowly(1.04, 1.2)).verdict is TICKET


def spent_slowly(burn: float, share: float) -> Snapshot:
    shot = uniform(burn * 0.001, 3 * DAY, days=28)
    events = 3000 * 24 * 28
    return replace(shot, windows=dict(shot.windows) | {"period": Count(share * events * 0.001, events)})


def in_month(shot: Snapshot, share: float) -> Snapshot:
    """The same with `share` of a 30-day month's budget spent in the month to date."""
    return replace(shot, windows=dict(shot.windows) | {"period": Count(share * 2160, 1_440_000)})


class TestCalendar:
    """Calendar months: November 2026 in Tokyo has 30 days; 21 November 00:00 there leaves ten."""

    november_21 = 1_795_186_800.0
    slo = objective(calendar=month())

    def at(self, now: float, shot: Snapshot) -> Assessment:
        return assess(self.slo, replace(shot, sampled_at=now), now, Memory())

    def test_T23_what_lasts_until_the_reset_has_no_end(self):
        """Half the budget at 1.2x lasts 12.5 days, and the month ends in ten."""
        slow = uniform(0.0012, 3 * DAY)
        found = self.at(self.november_21, in_month(slow, 0.5))
        assert (found.verdict, found.exhausted_in_s) == (TICKET, None)
        rolling = judged(objective(), spent_of(slow, 0.5))
        assert rolling.exhausted_in_s == pytest.approx(12.5 * DAY)

    def test_ruling_8_no_upgrade_when_the_reset_comes_first(self):
        """23 h of budget are left; two days before the end that is a page, 22 h before it is a ticket."""
        burning = in_month(uniform(0.0032, DAY), 1 - 3.2 * 23 / 720)
        end = self.november_21 + 10 * DAY
        assert self.at(end - 2 * DAY, burning).upgraded
        assert self.at(end - 22 * HOUR, burning).verdict is TICKET

    def test_ruling_3_the_month_to_date_is_projected_with_the_months_real_length(self):
        """December has 31 days: 3,000 an hour are 2,232,000, however few the month has seen so far."""
        second = self.november_21 + 11 * DAY
        to_date = replace(uniform(0, 0), windows=dict(uniform(0, 0).windows) | {"period": Count(223.2, 72_000.0)})
        assert self.at(second, to_date).budget_remaining == pytest.approx(0.9)

    def test_ruling_3_a_calendar_source_with_ratios_only_weighs_what_has_passed(self):
        """Two thirds of November at 0.15 % are 1.5 x 20/30 of the budget: it is spent."""
        found = self.at(self.november_21, ratios(0.0001, period=0.0015))
        assert found.budget_remaining == 0.0
        assert self.at(self.november_21, ratios(0.0001, period=0.00075)).budget_remaining == pytest.approx(0.5)


def spent_of(shot: Snapshot, share: float) -> Snapshot:
    return replace(shot, windows=dict(shot.windows) | {"period": Count(share * 2160, 2_160_000)})


@pytest.mark.parametrize(
    ("unit", "count", "now", "start", "end"),
    [
        pytest.param("M", 1, "2026-02-10T00:00", "2026-01-31T00:00", "2026-02-28T00:00", id="month-without-a-31st"),
        pytest.param("Q", 1, "2026-05-31T12:00", "2026-04-30T00:00", "2026-07-31T00:00", id="quarter"),
        pytest.param("Y", 1, "2026-01-30T23:59", "2025-01-31T00:00", "2026-01-31T00:00", id="year-before-its-start"),
        pytest.param("w", 2, "2026-02-14T00:00", "2026-02-14T00:00", "2026-02-28T00:00", id="fortnight-at-its-edge"),
        pytest.param("d", 1, "2024-01-01T05:00", "2024-01-01T00:00", "2024-01-02T00:00", id="day-before-the-first"),
    ],
)
def test_calendar_bounds(unit, count, now, start, end):
    """A window is found by its start, forwards and backwards, with months of every length."""
    utc = ZoneInfo("UTC")
    calendar = Calendar("2026-01-31 00:00:00", utc, count, unit)
    at, begins, ends = (datetime.fromisoformat(each).replace(tzinfo=utc).timestamp() for each in (now, start, end))
    assert bounds(calendar, at) == (begins, ends)


@pytest.mark.parametrize(
    ("day", "hours"), [pytest.param("2026-03-08", 23, id="spring"), pytest.param("2026-11-01", 25, id="autumn")]
)
def test_days_of_a_clock_change_have_23_or_25_hours(day, hours):
    """Windows follow the wall clock of their zone."""
    zone = ZoneInfo("America/New_York")
    noon = datetime.fromisoformat(f"{day}T12:00").replace(tzinfo=zone).timestamp()
    begins, ends = bounds(Calendar("2026-01-01 00:00:00", zone, 1, "d"), noon)
    assert ends - begins == hours * HOUR
