"""The budget arithmetic against the numbers that the SRE Workbook, Datadog, GitLab and others publish (T01-T36)."""

from math import floor, inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.slo import burn
from router.slo.objective import DAY_S, Level, Tier
from tests.support.worlds import objective

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
        pytest.param(lambda: burn.any_down([{0}, {1}, {1, 2}], 10), 0.7, id="T31-any-down"),
        pytest.param(lambda: burn.in_series(0.999, 15), 0.98510455, id="T33"),
        pytest.param(lambda: burn.wilson_lower(1, 1), 0.1560, id="T34-1/1"),
        pytest.param(lambda: burn.precision(3, 20), 0.15, id="T35-precision"),
        pytest.param(lambda: burn.recall(3, 4), 0.75, id="T35-recall"),
        pytest.param(lambda: 0.5 - 0.9, -0.4, id="T36-gap"),
        pytest.param(lambda: burn.burn_rate(0.5, 0.9), 5, id="T36-burn"),
        pytest.param(lambda: burn.budget_time_s(0.9, 43_200) / 60, 72, id="T36-budget-minutes"),
        pytest.param(lambda: 0.5 * 43_200 / 60, 360, id="T36-error-minutes"),
        pytest.param(lambda: burn.remaining(360, 72) * 72, -288, id="T36-remaining-minutes"),
        pytest.param(lambda: burn.share_of_budget(360, 72), 5, id="T36-consumed-500%"),
    ],
)
def test_published_number(found, expected):
    """Each published or derived number comes out, to a millionth (Wilson bounds: to the printed digits)."""
    assert found() == close(expected, rel=1e-6 if expected != 0.1560 else 5e-4)
