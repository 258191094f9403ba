"""The budget arithmetic against the numbers that the SRE Workbook, Datadog, GitLab and others publish (T01-T36)."""

from dataclasses import replace
from math import floor, inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.slo import burn
from router.slo.objective import DAY_S, Level, Tier
from tests.support.slo import objective

HOUR = 3600.0
MINUTE = 60.0
MONTH = 30 * DAY_S
close = pytest.approx


def shape(tiers: tuple[Tier, ...]) -> list[tuple[str, str, str]]:
    return [(tier.level.value, tier.long, tier.short) for tier in tiers]


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        pytest.param(lambda: burn.error_ratio(10, 1000), 0.01, id="T01-error-ratio"),
        pytest.param(lambda: burn.burn_rate(0.01, 0.999), 10, id="T01-burn"),
        pytest.param(lambda: burn.exhaustion_s(MONTH, 1, 10), 3 * DAY_S, id="T01-full-budget-lasts-3d"),
        pytest.param(lambda: burn.exhaustion_s(MONTH, 1, 1), 30 * DAY_S, id="T02-1x"),
        pytest.param(lambda: burn.exhaustion_s(MONTH, 1, 2), 15 * DAY_S, id="T02-2x"),
        pytest.param(lambda: burn.exhaustion_s(MONTH, 1, 1000), 43.2 * MINUTE, id="T02-1000x"),
        pytest.param(lambda: burn.detection_s(HOUR, 14.4, 0.999, 1), 51.84, id="T07-all-bad"),
        pytest.param(lambda: burn.detection_s(HOUR, 14.4, 0.999, 0.15), 5.76 * MINUTE, id="T07-15%"),
        pytest.param(lambda: burn.detection_s(HOUR, 14.4, 0.999, 0.02), 43.2 * MINUTE, id="T07-2%"),
        pytest.param(lambda: burn.detection_s(HOUR, 14.4, 0.999, 0.0144), 60 * MINUTE, id="T07-1.44%"),
        pytest.param(lambda: burn.detection_s(HOUR, 14.4, 0.999, 0.01), inf, id="T07-1%-never"),
        pytest.param(lambda: burn.detection_s(6 * HOUR, 6, 0.999, 0.01), 216 * MINUTE, id="T07-1%-slow-pair"),
        pytest.param(lambda: burn.detection_s(3 * DAY_S, 1, 0.999, 0.002), 36 * HOUR, id="T08-slow-ticket"),
        pytest.param(lambda: burn.detection_s(DAY_S, 3, 0.999, 0.002), inf, id="T08-fast-ticket-never"),
        pytest.param(lambda: burn.detection_s(36 * HOUR, 1, 0.999, 1), 129.6, id="T09-fires"),
        pytest.param(lambda: burn.reset_s(36 * HOUR, 1, 0.999, 1), 129_470.4, id="T09-still-firing-35h57m50s"),
        pytest.param(lambda: burn.detection_s(HOUR, 36, 0.999, 1), 129.6, id="T10-fires"),
        pytest.param(lambda: burn.reset_s(HOUR, 36, 0.999, 1), 57.84 * MINUTE, id="T10-reset"),
        pytest.param(lambda: burn.detection_s(HOUR, 36, 0.999, 0.035), inf, id="T10-35x-never"),
        pytest.param(lambda: burn.exhaustion_s(MONTH, 1, 35), 20.571428571 * HOUR, id="T10-35x-exhausts"),
        pytest.param(lambda: burn.budget_spent(1, 600, MONTH), 0.00023148148, id="T11-share"),
        pytest.param(lambda: burn.detection_s(600, 1, 0.999, 1), 0.6, id="T11-detects"),
        pytest.param(lambda: DAY_S / 600, 144, id="T11-alerts-a-day"),
        pytest.param(lambda: burn.budget_spent(1000, HOUR, MONTH), 1.3888888889, id="T12-an-hour-of-outage"),
        pytest.param(lambda: burn.budget_spent(1000, 300, MONTH), 0.1157407407, id="T13-each-outage"),
        pytest.param(lambda: 3 * burn.budget_spent(1000, 300, MONTH), 0.3472222222, id="T13-after-three"),
        pytest.param(lambda: burn.detection_s(HOUR, 14.4, 0.999, 1), 51.84, id="T13-the-pair-fires"),
        pytest.param(lambda: burn.detection_s(HOUR, 14.4, 0.999, 0.15), 345.6, id="T14-fires"),
        pytest.param(lambda: burn.reset_s(300, 14.4, 0.999, 0.15), 4.52 * MINUTE, id="T14-pair-clears"),
        pytest.param(lambda: burn.reset_s(HOUR, 14.4, 0.999, 0.15), 54.24 * MINUTE, id="T14-long-window-alone"),
        pytest.param(lambda: burn.detection_s(HOUR, 14.4, 0.999, 0.02, 0.0005), 42.769230769 * MINUTE, id="T15"),
        pytest.param(lambda: burn.burn_rate(1 / 10, 0.999), 100, id="T16-burn-is-100-not-1000"),
        pytest.param(lambda: burn.share_of_budget(1, burn.budget_events(0.999, 7200)), 0.1388888889, id="T16-share"),
        pytest.param(lambda: float(floor(burn.budget_events(0.999, 7200))), 7, id="T16-seven-failures-allowed"),
        pytest.param(lambda: burn.ceiling(0.9), 10, id="T17-max-burn"),
        pytest.param(lambda: burn.budget_spent(10, HOUR, MONTH), 0.0138888889, id="T17-an-hour-of-outage"),
        pytest.param(lambda: burn.budget_time_s(0.99999, MONTH), 25.92, id="T18-outage-exhausts"),
        pytest.param(lambda: burn.exhaustion_s(MONTH, 1, burn.burn_rate(0.01, 0.99999)), 43.2 * MINUTE, id="T18-1%"),
        pytest.param(lambda: burn.remaining(7300, burn.budget_events(0.999, 1e7)), 0.27, id="T21-left"),
        pytest.param(lambda: burn.burn_rate(7300 / 1e7, 0.999), 0.73, id="T21-period-burn"),
        pytest.param(lambda: burn.exhaustion_s(MONTH, 0.41, 22.1), 13.357466063 * HOUR, id="T22-13.357h"),
        pytest.param(lambda: burn.exhaustion_s(MONTH, 0.4, 6), 48 * HOUR, id="T22-48h"),
        pytest.param(lambda: burn.exhaustion_s(MONTH, -0.1, 3), 0, id="T22-exhausted"),
        pytest.param(lambda: burn.exhaustion_s(MONTH, 0.5, 1.2), 12.5 * DAY_S, id="T23-raw"),
        pytest.param(lambda: burn.exhaustion_s(MONTH, 0.5, 1.2, 3 * DAY_S), inf, id="T23-survives-to-the-reset"),
        pytest.param(lambda: burn.burn_rate(2 / 20, 0.999), 100, id="T24-night-burn"),
        pytest.param(lambda: burn.share_of_budget(2, 2160), 0.000925926, id="T24-night-share"),
        pytest.param(lambda: burn.burn_rate(60 / 15000, 0.999), 4, id="T24-peak-burn"),
        pytest.param(lambda: burn.share_of_budget(60, 2160), 0.02777777778, id="T24-peak-share"),
        pytest.param(lambda: 0.02 * burn.budget_events(0.999, 2_160_000) / 20, 2.16, id="T24-night-unreachable"),
        pytest.param(lambda: 0.02 * burn.budget_events(0.999, 2_160_000) / 15000, 0.00288, id="T24-peak-threshold"),
        pytest.param(lambda: burn.share_of_budget(100, burn.budget_events(0.95, 90_000)), 0.0222222222, id="T25"),
        pytest.param(
            lambda: burn.budget_spent(burn.burn_rate(100 / 120, 0.95), HOUR, MONTH), 0.0231481481, id="T25-uncorrected"
        ),
        pytest.param(lambda: 20 / burn.budget_events(0.999, 72_000), 0.2777777778, id="T26-naive"),
        pytest.param(
            lambda: burn.budget_events(0.999, burn.projected_events({"1d": 72_000, "1h": 3000}, MONTH)),
            2160,
            id="T26-projected",
        ),
        pytest.param(lambda: 20 / 2160, 0.00925925926, id="T26-used"),
        pytest.param(lambda: burn.slice_burn(1, HOUR, 60, 0.99), 1.6666666667, id="T27-expected-slices"),
        pytest.param(lambda: burn.burn_rate(1 / 1, 0.99), 100, id="T27-naive"),
        pytest.param(lambda: burn.expected_slices(14 * DAY_S, 60), 20_160, id="T28-slices"),
        pytest.param(
            lambda: burn.budget_events(0.95, burn.expected_slices(14 * DAY_S, 60)), 1008, id="T28-bad-minutes"
        ),
        pytest.param(lambda: burn.budget_time_s(0.95, 14 * DAY_S), 16 * HOUR + 48 * MINUTE, id="T28-16h48m"),
        pytest.param(lambda: burn.budget_time_s(0.9995, 7 * DAY_S), 5 * MINUTE + 2.4, id="T28-5m2.4s"),
        pytest.param(lambda: burn.detection_s(14 * DAY_S, 1, 0.95, 0.99, 0.01) / 60, 822.857142857, id="T29"),
        pytest.param(lambda: burn.burn_rate(1 - 0.3585, 0.35), 0.9869230769, id="T30-long"),
        pytest.param(lambda: burn.burn_rate(1 - 0.5746, 0.35), 0.6544615385, id="T30-short"),
        pytest.param(lambda: burn.governing(0.9869, 0.6545), 0.6545, id="T30-governing"),
        pytest.param(lambda: burn.error_ratio(len({0} | {1} | {1, 2}), 10), 1 - 0.7, id="T31-any-down"),
        pytest.param(lambda: burn.burn_rate(1 - 0.98510455, 0.999), 14.89545, id="T33-fifteen-at-goal-page-a-journey"),
        pytest.param(lambda: 1 - burn.error_ratio(17, 20), 0.15, id="T35-precision"),
        pytest.param(lambda: 1 - burn.error_ratio(1, 4), 0.75, id="T35-recall"),
        pytest.param(lambda: 0.5 - 0.9, -0.4, id="T36-gap"),
        pytest.param(lambda: burn.burn_rate(0.5, 0.9), 5, id="T36-burn"),
        pytest.param(lambda: burn.budget_time_s(0.9, 43_200) / 60, 72, id="T36-budget-minutes"),
        pytest.param(lambda: 0.5 * 43_200 / 60, 360, id="T36-error-minutes"),
        pytest.param(lambda: burn.remaining(360, 72) * 72, -288, id="T36-remaining-minutes"),
        pytest.param(lambda: burn.share_of_budget(360, 72), 5, id="T36-consumed-500%"),
    ],
)
def test_published_number(found, expected):
    """Each published or derived number comes out, to a millionth."""
    assert found() == close(expected, rel=1e-6)


@pytest.mark.parametrize(
    ("bad", "total", "lower"),
    [
        pytest.param(1, 1, 0.1560, id="T34-1/1"),
        pytest.param(2, 2, 0.2698, id="T34-2/2"),
        pytest.param(6, 6, 0.5258, id="T34-6/6"),
        pytest.param(20, 20, 0.7870, id="T34-20/20"),
        pytest.param(1, 10, 0.01389, id="T34-1/10"),
        pytest.param(1, 100, 0.00138, id="T34-1/100"),
    ],
)
def test_wilson_lower_bound(bad, total, lower):
    """The lower bound at z 2.3263 is GitLab's, to the printed digits."""
    assert burn.wilson_lower(bad, total) == close(lower, abs=5e-5 if lower > 0.1 else 5e-6)


def test_T20_no_events_have_no_error_ratio():
    """Without events the ratio is undefined: never 0, never a number that compares."""
    assert burn.error_ratio(0, 0) is None


def test_T19_144_of_10000_burns_at_14_4x():
    """A naive float says 14.399999999999986; the comparison says yes."""
    rate = burn.burn_rate(144 / 10_000, 0.999)
    assert burn.at_least(rate, 14.4)
    assert not burn.at_least(14.39999, 14.4)


def test_six_of_six_prove_an_outage_and_five_of_five_do_not():
    """The bound of 5 of 5 is 0.48, below a half."""
    assert burn.is_outage(6, 6)
    assert not burn.is_outage(5, 5)
    assert not burn.is_outage(0, 0)


@pytest.mark.parametrize(
    ("days", "thresholds"),
    [
        pytest.param(30, [14.4, 6, 3, 1], id="T03-30d"),
        pytest.param(28, [13.44, 5.6, 2.8, 0.9333333333], id="T04-28d"),
        pytest.param(7, [16.8, 5.6, 2.8], id="T05-7d"),
        pytest.param(90, [21.6, 10.8, 4.5], id="T06-90d"),
        pytest.param(14, [33.6, 11.2, 5.6], id="ruling_4-14d-takes-the-7d-shares"),
        pytest.param(29, [13.92, 5.8, 2.9, 0.9666666667], id="ruling_4-29d-a-tie-takes-the-shorter"),
        pytest.param(60, [28.8, 12, 6, 2], id="ruling_4-60d-a-tie-takes-30d"),
        pytest.param(61, [14.64, 7.32, 3.05], id="ruling_4-61d-takes-90d"),
        pytest.param(365, [87.6, 43.8, 18.25], id="ruling_4-a-year-takes-90d"),
    ],
)
def test_thresholds_of_a_period(days, thresholds):
    """A period keeps the windows and takes the budget shares of the nearest catalogue."""
    tiers = burn.tiers_for(0.9999, days * DAY_S)
    assert [tier.threshold for tier in tiers] == close(thresholds, rel=1e-9)
    assert (
        shape(tiers)
        == [
            ("page", "1h", "5m"),
            ("page", "6h", "30m"),
            ("ticket", "1d", "2h"),
            ("ticket", "3d", "6h"),
        ][: len(thresholds)]
    )
    assert not any(tier.clamped for tier in tiers)


@pytest.mark.parametrize(
    ("floor_target", "expected"),
    [
        pytest.param(0.930555, ["1h"], id="T17-just-below-93.0556%"),
        pytest.param(0.930557, [], id="T17-just-above-93.0556%"),
        pytest.param(0.833332, ["1h", "6h"], id="T17-just-below-83.3333%"),
        pytest.param(0.833334, ["1h"], id="T17-just-above-83.3333%"),
        pytest.param(0.666665, ["1h", "6h", "1d"], id="T17-just-below-66.6667%"),
        pytest.param(0.666668, ["1h", "6h"], id="T17-just-above-66.6667%"),
    ],
)
def test_I9_unreachable_tiers_are_reported(floor_target, expected):
    """Tiers that even a total outage could not fire are named at load, with their unclamped threshold."""
    found = burn.unreachable(floor_target, MONTH)
    assert [tier.long for tier in found] == expected
    assert not any(tier.clamped for tier in found)


def test_ruling_5_an_unreachable_tier_is_clamped_and_keeps_its_share():
    """At 90 % the ceiling is 10x, so 14.4x becomes 8x and the share stays 2 %."""
    fast, slow = burn.tiers_for(0.9, MONTH)[:2]
    assert (fast.threshold, fast.share, fast.clamped) == (close(8.0), 0.02, True)
    assert (slow.threshold, slow.share, slow.clamped) == (close(6.0), 0.05, False)


@pytest.mark.parametrize("target", [0.35, 0.5, 0.9, 0.93, 0.99, 0.999, 0.9999, 0.99999])
@pytest.mark.parametrize("days", [1, 7, 14, 28, 30, 90, 365])
def test_self_test_a_total_outage_fires_every_tier(target, days):
    """Whatever the goal and the period, no tier that tiers_for makes is silent in a total outage."""
    assert burn.self_test(objective(target, days)) == ()


def test_self_test_finds_a_tier_that_cannot_fire():
    """A threshold beyond the ceiling, as other tools silently emit it, is found at load."""
    impossible = Tier(Level.PAGE, "1h", "5m", 14.4, 0.02)
    assert burn.self_test(replace(objective(0.9), tiers=(impossible,))) == (impossible,)


def test_self_test_finds_a_budget_given_for_a_target():
    """The SLO passed where the error budget belongs: 0.001 instead of 0.999 makes an alert that never fires."""
    assert burn.self_test(replace(objective(0.999), target=0.001)) != ()


targets = st.floats(0.5, 0.99999)
periods = st.sampled_from([7.0, 28.0, 30.0, 90.0]).map(lambda days: days * DAY_S)
burns = st.floats(0.01, 1000.0)


@given(targets, st.floats(0.0, 1.0))
def test_burn_identity(target, ratio):
    """A burn rate is between 0 and the ceiling, and 1x is exactly the budget as a ratio."""
    assert 0 <= burn.burn_rate(ratio, target) <= burn.ceiling(target) * (1 + 1e-12)
    assert burn.burn_rate(1 - target, target) == close(1.0)


@given(targets, periods, st.floats(1.0, 1e6), st.floats(0.01, 10.0), st.floats(0.0, 1.0))
def test_share_identity(target, period_s, events_in_period, shape_of_traffic, ratio):
    """Share = burn x W/P x (traffic of the window / uniform traffic): equal to the ratio form when uniform."""
    uniform_events = events_in_period * HOUR / period_s
    events = uniform_events * shape_of_traffic
    share = burn.share_of_budget(ratio * events, burn.budget_events(target, events_in_period))
    by_ratio = burn.budget_spent(burn.burn_rate(ratio, target), HOUR, period_s)
    assert share == close(by_ratio * shape_of_traffic, rel=1e-9)


@given(st.floats(0.0, 1e6), st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_wilson_is_monotone_and_below_the_ratio(total, first, second):
    """More bad events never lower the bound, and it never exceeds what was seen."""
    total += 1.0
    low, high = sorted((first, second))
    assert burn.wilson_lower(low * total, total) <= burn.wilson_lower(high * total, total) + 1e-12
    assert 0.0 <= burn.wilson_lower(high * total, total) <= high + 1e-12


@given(periods, st.floats(0.01, 1.0), burns, burns)
def test_time_to_exhaustion_is_consistent(period_s, left, first, second):
    """What is left lasts shorter the faster it burns, and burning that long spends exactly what is left."""
    slow, fast = sorted((first, second))
    assert burn.exhaustion_s(period_s, left, fast) <= burn.exhaustion_s(period_s, left, slow)
    lasts_s = burn.exhaustion_s(period_s, left, fast)
    assert burn.budget_spent(fast, lasts_s, period_s) == close(left)


@given(targets, periods, st.floats(0.0001, 1.0))
def test_budget_spent_at_detection_does_not_depend_on_the_error(target, period_s, ratio):
    """When a tier fires, its share of the budget is spent, however bad it is (Workbook)."""
    for tier in burn.tiers_for(target, period_s):
        long_s = {"1h": HOUR, "6h": 6 * HOUR, "1d": DAY_S, "3d": 3 * DAY_S}[tier.long]
        wait_s = burn.detection_s(long_s, tier.threshold, target, ratio)
        if wait_s < inf:
            spent = burn.budget_spent(burn.burn_rate(ratio, target), wait_s, period_s)
            assert spent == close(tier.threshold * long_s / period_s)


def test_time_to_exhaustion_without_burn_is_infinite():
    """Nothing burns, nothing ends."""
    assert burn.exhaustion_s(MONTH, 0.5, 0.0) == inf


def test_ruling_11_exhausted_within_the_tolerance():
    """0.1 x 3 events of 0.3 allowed are all of them, though floats say 0.30000000000000004."""
    assert burn.remaining(0.3, 0.1 * 3) == 0.0
    assert burn.remaining(29, 30) > 0.0
