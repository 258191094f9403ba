"""What an SLO says of traffic that somebody wrote down: the published detections and the low-evidence cases."""

import pytest

from router.slo.objective import Budgeting, Count, SloClass, Snapshot
from router.slo.verdict import Cause, Verdict
from tests.support.slo import NOW, counts, judged, objective, ratios, snapshot, uniform

MINUTE, HOUR, DAY = 60.0, 3600.0, 86_400.0
PAGE, TICKET = Verdict.THREAT_PAGE, Verdict.THREAT_TICKET
WATCH, CALM, UNKNOWN = Verdict.WATCH, Verdict.NO_THREAT, Verdict.UNKNOWN


@pytest.mark.parametrize(
    ("error", "lasted_s", "verdict"),
    [
        pytest.param(1.0, 45, CALM, id="total-outage-45s"),
        pytest.param(1.0, 60, PAGE, id="total-outage-60s"),
        pytest.param(0.15, 5.5 * MINUTE, CALM, id="15%-5.5min"),
        pytest.param(0.15, 6 * MINUTE, PAGE, id="15%-6min"),
        pytest.param(0.01, 3 * HOUR, CALM, id="1%-3h"),
        pytest.param(0.01, 4 * HOUR, PAGE, id="1%-4h"),
        pytest.param(0.002, 35 * HOUR, CALM, id="0.2%-35h"),
        pytest.param(0.002, 37 * HOUR, TICKET, id="0.2%-37h"),
    ],
)
def test_uniform_traffic_is_detected_when_the_workbook_says(error, lasted_s, verdict):
    """At 3,000 requests an hour and 99.9 %/30 d the Workbook's detection times are unchanged."""
    assert judged(objective(), uniform(error, lasted_s)).verdict is verdict


def test_1_percent_for_4h_pages_by_the_slow_pair():
    """The pair that fires is the 6 h one, and the numbers are its own."""
    found = judged(objective(), uniform(0.01, 4 * HOUR))
    assert found.tier is not None
    assert (found.tier.long, found.tier.short, found.tier.threshold) == ("6h", "30m", pytest.approx(6))
    assert (found.burn_long, found.burn_short) == (pytest.approx(6.6667, rel=1e-4), pytest.approx(10))


def night(**busy: tuple[float, float]) -> Snapshot:
    """A service of 2,160,000 requests a month whose night is nearly idle; windows named are as given."""
    day = {"w5m": (0, 2), "w30m": (0, 10), "w1h": (0, 20), "w2h": (0, 40), "w6h": (0, 10_000), "w1d": (0, 72_000)}
    return counts(**(day | {"w3d": (0, 216_000), "period": (0, 2_160_000)} | busy))


TWO_OF_TWO = {"w5m": (2, 2), "w30m": (2, 10), "w1h": (2, 20), "w2h": (2, 40), "w6h": (2, 10_000), "w1d": (2, 72_000)}
SEVEN_OF_SEVEN = {"w5m": (2, 2), "w30m": (7, 7), "w1h": (7, 17), "w2h": (7, 40), "w6h": (7, 10_000), "w1d": (7, 72_000)}


def test_2_bad_of_2_at_night_is_watched():
    """A burn of 100x on two events is no page; it is 0.1 % of the budget."""
    found = judged(objective(), night(**TWO_OF_TWO))
    assert (found.verdict, found.cause) == (WATCH, Cause.LOW_EVIDENCE)
    assert found.tier is not None
    assert found.tier.long == "1h"


def test_2_bad_of_2_at_night_pages_where_critical():
    """A critical journey needs no weight beside the evidence."""
    assert judged(objective(slo_class=SloClass.CRITICAL), night(**TWO_OF_TWO)).verdict is PAGE


def test_7_bad_of_7_at_night_page():
    """Seven of seven within 30 min are a total outage, however little of the budget they are."""
    assert judged(objective(), night(**SEVEN_OF_SEVEN)).verdict is PAGE


def test_peak_hour_pages_by_the_budget_where_the_ratio_is_silent():
    """0.4 % for an hour at 15,000 requests an hour is 4x and 2.8 % of the budget."""
    peak = counts(
        w5m=(5, 1250),
        w30m=(30, 7500),
        w1h=(60, 15_000),
        w2h=(60, 20_000),
        w6h=(60, 40_000),
        w1d=(60, 90_000),
        w3d=(60, 234_000),
        period=(60, 2_160_000),
    )
    found = judged(objective(), peak)
    assert found.verdict is PAGE
    assert (found.burn_long, found.share_spent) == (pytest.approx(4), pytest.approx(0.0277777778))


@pytest.mark.parametrize(
    ("bad", "verdict"), [pytest.param(10, WATCH, id="0.46%-of-the-budget"), pytest.param(11, PAGE, id="0.51%")]
)
def test_a_burning_rate_needs_a_quarter_of_the_share(bad, verdict):
    """Ten of a hundred burn at 100x for certain; it pages once half a percent of the budget is spent."""
    hour = {"w5m": (2, 8), "w30m": (5, 50), "w1h": (bad, 100), "w2h": (bad, 200), "w6h": (bad, 10_000)}
    found = judged(objective(), night(**hour, w1d=(bad, 72_000), w3d=(bad, 216_000)))
    assert found.verdict is verdict


@pytest.mark.parametrize(
    ("bad", "verdict"), [pytest.param(3, CALM, id="0.14%-in-5m"), pytest.param(4, PAGE, id="0.19%-in-5m")]
)
def test_the_share_must_still_be_spent_in_the_short_window(bad, verdict):
    """2.3 % went within the hour; a twelfth of 2 % must have gone in the last 5 min, or it is over already."""
    hour = dict(uniform(0, 0).windows) | {"5m": Count(bad, 250), "1h": Count(50, 3000), "6h": Count(50, 18_000)}
    found = judged(objective(), snapshot(hour))
    assert found.verdict is verdict


def few(bad: float) -> Snapshot:
    """Ten requests an hour, `bad` of the last hour's failed."""
    return counts(
        w5m=(0, 1),
        w30m=(bad, 5),
        w1h=(bad, 10),
        w2h=(bad, 20),
        w6h=(bad, 60),
        w1d=(bad, 240),
        w3d=(bad, 720),
        period=(bad, 7200),
    )


def test_T16_one_failure_of_ten_is_watched():
    """100x and 13.9 % of the budget, but one event: it is watched, not paged."""
    found = judged(objective(), few(1))
    assert (found.verdict, found.cause) == (WATCH, Cause.LOW_EVIDENCE)
    assert (found.burn_long, found.share_spent) == (pytest.approx(100), pytest.approx(0.1388888889))


def test_T16_two_failures_of_ten_page():
    """Two events are over the minimum and 28 % of the budget."""
    assert judged(objective(), few(2)).verdict is PAGE


def test_T19_the_fast_pair_fires_at_exactly_14_4x():
    """144 bad of 10,000 every hour of uniform traffic."""
    found = judged(objective(), uniform(0.0144, HOUR, per_hour=10_000))
    assert found.verdict is PAGE
    assert found.burn_long == pytest.approx(14.4)


@pytest.mark.parametrize(
    "nothing",
    [
        pytest.param(Count(0, 0), id="T20-zero-of-zero"),
        pytest.param(Count(float("nan"), 100), id="T20-nan"),
        pytest.param(Count(0, float("nan")), id="T20-nan-total"),
        pytest.param(Count(float("inf"), 100), id="T20-inf"),
        pytest.param(None, id="T20-empty-vector"),
    ],
)
@pytest.mark.parametrize("window", ["5m", "30m", "1h", "2h", "6h", "1d", "3d"])
def test_undefined_is_never_calm(window, nothing):
    """One window that says nothing makes a calm SLO unknown: 0/0, NaN and infinity are no numbers."""
    calm = uniform(0, 0)
    windows = dict(calm.windows) | {window: nothing}
    found = judged(objective(), Snapshot(calm.slo, NOW, windows))
    assert found.verdict is UNKNOWN
    assert window not in found.burn


def test_T24_night_and_peak_by_share():
    """Two bad of 20 at night are 100x and 0.09 % of the budget, 60 of 15,000 at peak 4x and 2.8 %."""
    found = judged(objective(), night(**TWO_OF_TWO))
    assert found.burn_long == pytest.approx(100)
    assert found.share_spent == pytest.approx(0.000925926, rel=1e-6)


def test_T26_a_day_old_series_projects_its_budget():
    """Day x 30 allows 2,160 bad events, of which 20 are 0.93 %; the naive count would say 28 %."""
    young = uniform(0, 0, age_s=DAY)
    day = Count(20, 72_000)
    windows = dict(young.windows) | {"1d": day, "3d": day, "period": day}
    found = judged(objective(), Snapshot("checkout", NOW, windows, age_s=DAY))
    assert found.budget_remaining == pytest.approx(1 - 0.00925925926)


def test_T27_timeslices_count_expected_slices():
    """One lone observed minute that is bad burns at 1.67x, not at 100x."""
    slo = objective(0.99, budgeting=Budgeting.TIMESLICES)
    one = Count(1, 1)
    lone = dict.fromkeys(("5m", "30m", "1h", "2h", "6h", "1d", "3d", "period"), one)
    assert judged(slo, Snapshot("slices", NOW, lone)).burn["1h"] == pytest.approx(1.6666666667)


@pytest.mark.parametrize(
    ("lasted_s", "verdict"),
    [
        pytest.param(2.9 * DAY, CALM, id="T32-not-after-2.9-days"),
        pytest.param(3 * DAY, TICKET, id="T32-ticket-after-3-days"),
    ],
)
def test_T32_a_dead_journey_is_hidden_in_a_big_total(lasted_s, verdict):
    """1,000 of 1,000,000 a day, all failing, burn the total at exactly 1.0x: a ticket, and only after three days."""
    assert judged(objective(), uniform(0.001, lasted_s, per_hour=1e6 / 24)).verdict is verdict


def test_T32_the_journey_itself_pages():
    """The same failures burn the journey's own SLO at 1000x."""
    found = judged(objective(), uniform(1.0, HOUR, per_hour=1000 / 24))
    assert found.verdict is PAGE
    assert found.burn["1h"] == pytest.approx(1000)


def test_T30_governing_burn_decides():
    """Long 0.99x and short 0.65x against 0.8 x: the lower one governs, so nothing burns."""
    slo = objective(0.35)
    found = judged(slo, ratios(0.0, w1h=1 - 0.3585, w5m=0.49, w6h=0.1))
    assert found.burn["1h"] == pytest.approx(0.98692308, rel=1e-6)
    assert found.verdict is CALM


@pytest.mark.parametrize("per_hour", [3000, 100_000, 3_600_000], ids=lambda rate: f"I4-{rate}-an-hour")
def test_I4_a_total_outage_pages_within_52s(per_hour):
    """99.9 %/30 d with steady traffic: silent at 51.8 s, paging from 51.84 s of data on."""
    assert judged(objective(), uniform(1.0, 51.8, per_hour=per_hour)).verdict is not PAGE
    assert judged(objective(), uniform(1.0, 51.84, per_hour=per_hour)).verdict is PAGE
    assert judged(objective(), uniform(1.0, 52.0, per_hour=per_hour)).verdict is PAGE


@pytest.mark.parametrize("days", [7, 28, 30, 90], ids=lambda days: f"I5-{days}d")
def test_I5_a_burn_one_tier_lower_never_pages(days):
    """Errors that last for ever just below the lowest page tier are a ticket at most, while the budget lasts."""
    slo = objective(days=days)
    lowest = min(tier.threshold for tier in slo.tiers if tier.level.value == "page")
    for lasted_s in (HOUR, 6 * HOUR, DAY, 3 * DAY):
        found = judged(slo, uniform(lowest * 0.999 * 0.001, min(lasted_s, days * DAY / 20), days=days))
        assert found.verdict in (CALM, TICKET)
