"""The rulings on what an SLO says: unreadable pairs, young series, low traffic, upgrades, spent budgets, stale data."""

from dataclasses import replace
from math import nan

import pytest

from router.slo.objective import Count, Snapshot
from router.slo.verdict import Assessment, Cause, Verdict, loudness
from tests.support.slo import counts, judged, objective, ratios, said, snapshot, uniform, without

HOUR, DAY = 3600.0, 86_400.0
PAGE, TICKET = Verdict.THREAT_PAGE, Verdict.THREAT_TICKET
WATCH, CALM, UNKNOWN = Verdict.WATCH, Verdict.NO_THREAT, Verdict.UNKNOWN


class TestRuling1:
    """A pair needs both its windows."""

    @pytest.mark.parametrize("window", ["5m", "30m", "1h", "2h", "6h", "1d", "3d"])
    def test_ruling_1_an_unreadable_pair_makes_a_calm_slo_unknown(self, window):
        found = judged(objective(), without(uniform(0, 0), window))
        assert said(found) == (UNKNOWN, Cause.NO_DATA)
        assert window in found.detail

    def test_ruling_1_a_page_counts_though_another_pair_cannot_be_read(self):
        assert judged(objective(), without(uniform(1, 120), "6h", "3d")).verdict is PAGE

    def test_ruling_1_a_ticket_does_not_count_while_a_pair_cannot_be_read(self):
        slow = uniform(0.002, 40 * HOUR)
        assert judged(objective(), slow).verdict is TICKET
        assert judged(objective(), without(slow, "5m")).verdict is UNKNOWN

    def test_ruling_1_without_period_the_budget_is_projected(self):
        found = judged(objective(), without(uniform(1, 60), "period"))
        assert (found.verdict, found.budget_remaining) == (PAGE, None)
        assert found.share_spent == pytest.approx(50 / 2160)
        assert judged(objective(), without(uniform(0, 0), "period")).verdict is CALM

    def test_ruling_1_nothing_is_upgraded_without_period(self):
        windows = dict(uniform(0.0032, DAY).windows) | {"period": Count(0.95 * 2160, 2_160_000)}
        nearly = snapshot(windows)
        assert judged(objective(), nearly).upgraded
        assert said(judged(objective(), without(nearly, "period"))) == (TICKET, Cause.NONE)


class TestRuling2:
    """The order of loudness within one SLO."""

    def test_ruling_2_page_outage_unknown_ticket_watch_calm(self):
        order = [
            Assessment("a", PAGE),
            Assessment("a", UNKNOWN, Cause.TOTAL_OUTAGE),
            Assessment("a", UNKNOWN, Cause.STALE),
            Assessment("a", TICKET),
            Assessment("a", WATCH, Cause.NO_TRAFFIC),
            Assessment("a", CALM),
        ]
        keys = [loudness(each) for each in order]
        assert keys == sorted(set(keys))

    def test_ruling_2_a_ticket_never_quietens_an_outage(self):
        """90 %: the day's ticket fires, and the last half hour is a total outage that no page tier sees yet."""
        loose = objective(0.9)
        outage = uniform(1.0, 1200, before=0.35)
        assert said(judged(loose, outage)) == (UNKNOWN, Cause.TOTAL_OUTAGE)
        assert judged(loose, uniform(0.35, 3 * DAY)).verdict is TICKET

    def test_ruling_2_a_total_outage_outranks_other_unknowns(self):
        loose = objective(0.9)
        assert judged(loose, without(uniform(1.0, 1200), "3d")).cause is Cause.TOTAL_OUTAGE


class TestRuling3:
    """Young series."""

    @pytest.mark.parametrize(
        ("age_s", "expected"),
        [
            pytest.param(0.89 * HOUR, (UNKNOWN, Cause.WARMING_UP), id="1h-pair-not-covered"),
            pytest.param(5.39 * HOUR, (UNKNOWN, Cause.WARMING_UP), id="6h-pair-not-covered"),
            pytest.param(5.4 * HOUR, (CALM, Cause.NONE), id="both-page-pairs-covered"),
            pytest.param(None, (CALM, Cause.NONE), id="no-age-is-old"),
            pytest.param(nan, (UNKNOWN, Cause.WARMING_UP), id="nan-is-new"),
            pytest.param(-5.0, (UNKNOWN, Cause.WARMING_UP), id="negative-is-new"),
        ],
    )
    def test_ruling_3_clearing_needs_every_page_pair(self, age_s, expected):
        assert said(judged(objective(), uniform(0, 0, age_s=age_s))) == expected

    def test_ruling_3_a_covered_pair_may_fire(self):
        assert judged(objective(), uniform(1, 60, age_s=HOUR)).verdict is PAGE
        assert judged(objective(), uniform(1, 60, age_s=0.5 * HOUR)).verdict is UNKNOWN

    def test_ruling_3_ticket_pairs_that_are_not_covered_are_left_out(self):
        young = uniform(0.004, DAY, age_s=20 * HOUR)
        assert judged(objective(), young).verdict is CALM
        assert judged(objective(), without(uniform(0, 0, age_s=20 * HOUR), "3d")).verdict is CALM

    def test_ruling_3_the_projection_is_used_only_while_young(self):
        """Period total 72,000 of a day: old series have 72 to spend, young ones 2,160."""
        day = Count(20, 72_000)
        windows = dict(uniform(0, 0).windows) | {"1d": day, "3d": day, "period": day}
        assert judged(objective(), snapshot(windows, age_s=DAY)).budget_remaining == pytest.approx(1 - 20 / 2160)
        assert judged(objective(), snapshot(windows)).budget_remaining == pytest.approx(1 - 20 / 72)

    def test_ruling_3_a_young_source_with_ratios_only_projects_too(self):
        found = judged(objective(), replace(ratios(0.0005, period=0.001), age_s=3 * DAY))
        assert found.budget_remaining == pytest.approx(0.9)


class TestRuling6:
    """Low traffic: 10 requests an hour make 5m (0.8) and 30m (5) thin."""

    def low(self, **windows: tuple[float, float]) -> Snapshot:
        usual = {"w5m": (0, 1), "w30m": (0, 5), "w1h": (0, 10), "w2h": (0, 20), "w6h": (0, 60), "w1d": (0, 240)}
        return counts(**(usual | {"w3d": (0, 720), "period": (0, 7200)} | windows))

    def test_ruling_6_a_thin_short_window_is_replaced(self):
        found = judged(objective(), self.low(w1h=(2, 10), w2h=(2, 20), w6h=(2, 60), w1d=(2, 240), w3d=(2, 720)))
        assert found.verdict is PAGE
        assert found.tier is not None
        assert (found.tier.long, found.tier.short) == ("1h", "1h")

    def test_ruling_6_whether_a_thin_short_window_can_be_read_does_not_matter(self):
        assert judged(objective(), without(self.low(), "5m", "30m")).verdict is CALM
        assert judged(objective(), without(self.low(), "1h")).verdict is UNKNOWN

    def test_ruling_6_an_empty_thin_window_has_burned_nothing(self):
        """Two requests an hour: even 1h is thin; empty, its pair does not fire, and the SLO is calm."""
        idle = counts(
            w5m=(0, 0), w30m=(0, 0), w1h=(0, 0), w2h=(0, 3), w6h=(0, 12), w1d=(0, 48), w3d=(0, 144), period=(0, 1440)
        )
        assert said(judged(objective(), idle)) == (CALM, Cause.NONE)

    def test_ruling_6_no_events_in_a_day_is_watched(self):
        nothing = {f"w{name}": (0.0, 0.0) for name in ("5m", "30m", "1h", "2h", "6h", "1d")}
        idle = counts(**nothing, w3d=(50.0, 50.0), period=(50.0, 5000.0))
        assert said(judged(objective(), idle)) == (WATCH, Cause.NO_TRAFFIC)
        assert judged(objective(), replace(idle, age_s=600.0)).cause is Cause.WARMING_UP

    def test_ruling_6_a_window_that_should_have_events_and_is_empty_is_unknown(self):
        busy = uniform(0, 0)
        stopped = replace(busy, windows=dict(busy.windows) | {"5m": Count(0, 0)})
        assert said(judged(objective(), stopped)) == (UNKNOWN, Cause.TRAFFIC_CESSATION)

    @pytest.mark.parametrize(
        ("per_hour", "expected"),
        [
            pytest.param(71.9, (CALM, Cause.NONE), id="5.99-expected-is-thin"),
            pytest.param(72.0, (UNKNOWN, Cause.TRAFFIC_CESSATION), id="6-expected-is-not"),
        ],
    )
    def test_ruling_6_thin_means_fewer_than_six_expected(self, per_hour, expected):
        steady = uniform(0, 0, per_hour=per_hour)
        stopped = replace(steady, windows=dict(steady.windows) | {"5m": Count(0, 0)})
        assert said(judged(objective(), stopped)) == expected

    def test_ruling_6_a_young_series_rate_is_by_its_age(self):
        """600 events in 6 h of life are 100 an hour, not 25: the empty 5m is no thin window."""
        day = Count(0, 600)
        windows = dict(uniform(0, 0, per_hour=100).windows) | {"1d": day, "3d": day, "period": day, "5m": Count(0, 0)}
        assert judged(objective(), snapshot(windows, age_s=6 * HOUR)).cause is Cause.TRAFFIC_CESSATION
        assert judged(objective(), snapshot(windows)).verdict is CALM


class TestRuling7:
    """Total outages under loose goals."""

    def test_ruling_7_one_snapshot_is_enough(self):
        assert said(judged(objective(0.9), uniform(1.0, 240))) == (UNKNOWN, Cause.TOTAL_OUTAGE)
        assert judged(objective(0.9), uniform(0.3, 240)).verdict is CALM

    def test_ruling_7_the_smallest_window_with_six_events_decides(self):
        """5m has four events, so 30m with 7 of 8 decides; a healthy 30m is not overruled by 1h."""
        rest = {"w1h": (20, 24), "w2h": (20, 48), "w6h": (20, 144), "w1d": (20, 576), "w3d": (20, 1728)}
        assert judged(objective(0.9), counts(w5m=(0, 4), w30m=(8, 8), period=(20, 17_280), **rest)).cause is (
            Cause.TOTAL_OUTAGE
        )
        calm = counts(w5m=(4, 4), w30m=(4, 12), period=(20, 17_280), **rest)
        assert judged(objective(0.9), calm).cause is not Cause.TOTAL_OUTAGE

    def test_ruling_7_half_of_a_ratio_only_5m_is_an_outage(self):
        assert judged(objective(0.9), ratios(0.01, w5m=0.5)).cause is Cause.TOTAL_OUTAGE
        assert judged(objective(0.9), ratios(0.01, w5m=0.49)).verdict is CALM
