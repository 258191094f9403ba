"""The Prometheus source against a real Prometheus with a planted past: what is measured is what was planted."""

from collections.abc import AsyncIterator, Iterator
from zoneinfo import ZoneInfo

import aiohttp
import pytest

from router.slo.objective import (
    DAY_S,
    PERIOD,
    WINDOWS,
    Calendar,
    Count,
    Indicator,
    Measured,
    Objective,
    Ratio,
    Recorded,
    Snapshot,
    TimeWindow,
)
from router.slo.sources import PrometheusSource
from tests.support.past import (
    GOOD_RATE,
    NOW,
    STALE_S,
    YOUNG_S,
    bad_events,
    lines,
    objective_of,
)
from tests.support.prometheus import PrometheusServer, prometheus_with

CHECKOUT = Indicator(
    "prometheus",
    bad='http_requests_total{job="checkout",code=~"5.."}',
    total='http_requests_total{job="checkout"}',
)
ALL = {**WINDOWS, "period": 30 * DAY_S}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrometheusServer]:
    """One Prometheus with the planted past for all tests of this module."""
    with prometheus_with(tmp_path_factory.mktemp("prometheus"), lines()) as running:
        yield running


@pytest.fixture
async def source(server: PrometheusServer) -> AsyncIterator[PrometheusSource]:
    """A source that has not measured anything yet."""
    async with aiohttp.ClientSession() as session:
        yield PrometheusSource("prometheus", server.url, {}, 5.0, session)


async def measured(source: PrometheusSource, objective: Objective, now: float = NOW) -> Snapshot:
    """The snapshot of one objective."""
    return (await source.measure([objective], now))[objective.id]


def bad(found: Measured) -> float:
    """The bad events of a window that has counts."""
    assert isinstance(found, Count), found
    return found.bad


def total(found: Measured) -> float:
    """All events of a window that has counts."""
    assert isinstance(found, Count), found
    return found.total


@pytest.mark.parametrize(
    "indicator",
    [
        pytest.param(CHECKOUT, id="bare selectors (Pyrra)"),
        pytest.param(
            Indicator(
                "prometheus",
                bad='sum(rate(http_requests_total{job="checkout",code=~"5.."}[{{.window}}]))',
                total='sum(rate(http_requests_total{job="checkout"}[{{ .window }}]))',
            ),
            id="rates over a placeholder (Sloth)",
        ),
        pytest.param(
            Indicator(
                "prometheus",
                good='sum(http_requests_total{job="checkout",code!~"5.."}) # what went well',
                total='sum(http_requests_total{job="checkout"})',
            ),
            id="good of sums over bare counters (OpenSLO)",
        ),
        pytest.param(
            Indicator(
                "prometheus",
                bad='sum(increase(http_requests_total{job="checkout",code=~"5.."}[1m]))',
                total='sum(increase(http_requests_total{job="checkout"}[1m]))',
            ),
            id="increases over a fixed range",
        ),
    ],
)
async def test_counts_are_the_planted_ones(source: PrometheusSource, indicator: Indicator) -> None:
    """Every habit of writing queries yields the same counts, across a counter reset, in every window."""
    snapshot = await measured(source, objective_of(indicator))
    assert snapshot.error == ""
    for window, length_s in ALL.items():
        failed = bad_events(length_s)
        assert bad(snapshot.windows[window]) == pytest.approx(failed, rel=1e-6), window
        # The restart of one process loses what it counted between its last scrape and its end: 15 requests.
        assert total(snapshot.windows[window]) == pytest.approx(GOOD_RATE * length_s + failed, abs=16), window


async def test_freshness_and_interval_are_those_of_the_samples(source: PrometheusSource) -> None:
    """The time is the newest sample's, not the query's; old series have no age."""
    snapshot = await measured(source, objective_of(CHECKOUT), NOW + 100.0)
    assert snapshot.sampled_at == NOW
    assert snapshot.age_s is None
    assert snapshot.interval_s == pytest.approx(15.0, abs=1.0)


async def test_absent_failures_beside_traffic_are_none(source: PrometheusSource) -> None:
    """A service that never failed has no error series: that is zero bad events, not missing data."""
    healthy = Indicator(
        "prometheus",
        bad='http_requests_total{job="healthy",code=~"5.."}',
        total='http_requests_total{job="healthy"}',
    )
    snapshot = await measured(source, objective_of(healthy))
    assert snapshot.windows["1h"] == Count(0.0, 3600.0)


async def test_absent_traffic_is_no_data(source: PrometheusSource) -> None:
    """A selector that matches nothing is never a perfect service, and no error of the source either."""
    typo = Indicator("prometheus", bad='http_requests_total{job="chekout",code="500"}', total="http_request_totals")
    snapshot = await measured(source, objective_of(typo))
    assert (set(snapshot.windows.values()), snapshot.error, snapshot.sampled_at) == ({None}, "", None)


async def test_young_series_have_an_age(source: PrometheusSource) -> None:
    """Age is counted from the first sample, and grows without being asked again."""
    young = Indicator(
        "prometheus", bad='http_requests_total{job="young",code="500"}', total='http_requests_total{job="young"}'
    )
    objective = objective_of(young)
    assert (await measured(source, objective)).age_s == pytest.approx(YOUNG_S, abs=120.0)
    assert (await measured(source, objective, NOW + 60.0)).age_s == pytest.approx(YOUNG_S + 60.0, abs=120.0)


async def test_silent_series_show_when_they_fell_silent(source: PrometheusSource) -> None:
    """Windows that reach back still hold counts; the time says that nothing came since."""
    stale = Indicator(
        "prometheus", bad='http_requests_total{job="stale",code="500"}', total='http_requests_total{job="stale"}'
    )
    snapshot = await measured(source, objective_of(stale))
    assert snapshot.windows["5m"] is None
    assert isinstance(snapshot.windows["1h"], Count)
    assert snapshot.sampled_at == pytest.approx(NOW - STALE_S, abs=60.0)


async def test_latency_counts_what_is_above_the_bucket(source: PrometheusSource) -> None:
    """bad = count - bucket; the bound is a number: le="1" finds the series that says "1.0"."""
    latency = Indicator(
        "prometheus", good='latency_seconds_bucket{job="api",le="1"}', total='latency_seconds_count{job="api"}'
    )
    snapshot = await measured(source, objective_of(latency))
    assert bad(snapshot.windows["1h"]) == pytest.approx(0.05 * 3600.0)


async def test_a_bucket_that_does_not_exist_is_an_error(source: PrometheusSource) -> None:
    """A bound that no histogram has must not look like a total outage."""
    latency = Indicator(
        "prometheus", good='latency_seconds_bucket{job="api",le="7"}', total='latency_seconds_count{job="api"}'
    )
    snapshot = await measured(source, objective_of(latency))
    assert set(snapshot.windows.values()) == {None}
    assert snapshot.error == "prometheus: the good query returns nothing: one of its series is absent"


@pytest.mark.parametrize(
    ("indicator", "error"),
    [
        pytest.param(
            Indicator(
                "prometheus", bad='rate(http_requests_total{code="500"}[1m])', total="rate(http_requests_total[1m])"
            ),
            "prometheus: the total query returns 5 series; wrap it in sum(...)",
            id="several series",
        ),
        pytest.param(
            Indicator("prometheus", bad="sum(broken_total[{{.window}}])", total="sum(rate(broken_total[{{.window}}]))"),
            "prometheus: cannot evaluate the query: invalid parameter",
            id="not PromQL",
        ),
        pytest.param(
            Indicator("prometheus", bad="sum(increase(broken_total[1m]))", total="sum(increase(broken_total[1m]))"),
            "prometheus: the total query returns nan",
            id="NaN",
        ),
    ],
)
async def test_what_is_no_number_is_an_error(source: PrometheusSource, indicator: Indicator, error: str) -> None:
    """Nothing is guessed: the windows are empty and the error says why."""
    snapshot = await measured(source, objective_of(indicator))
    assert not any(snapshot.windows.values())
    assert snapshot.error.startswith(error)


async def test_recorded_ratios_stand_in_for_absent_counts(source: PrometheusSource) -> None:
    """What Sloth recorded is read where raw series are gone; a ratio stays a ratio, a missing window missing."""
    recorded = Indicator(
        "prometheus",
        bad="sum(rate(gone_total[{{.window}}]))",
        total="sum(rate(gone_total[{{.window}}]))",
        recorded=Recorded("sloth", {"sloth_id": "shop-recorded"}, "slo:sli_error:ratio_rate"),
    )
    snapshot = await measured(source, objective_of(recorded))
    found = {window: each for window, each in snapshot.windows.items() if each is not None}
    assert found == {"5m": Ratio(0.02), "1h": Ratio(0.015), "period": Ratio(0.0005)}
    assert snapshot.sampled_at == NOW


async def test_recorded_ratios_win_over_raw_queries_but_the_period_is_counted(source: PrometheusSource) -> None:
    """Both tools say the same of a window; a recorded period is an average of ratios, so events are counted."""
    recorded = Recorded("sloth", {"sloth_id": "shop-recorded"}, "slo:sli_error:ratio_rate")
    both = Indicator("prometheus", bad=CHECKOUT.bad, total=CHECKOUT.total, recorded=recorded)
    windows = (await measured(source, objective_of(both))).windows
    assert windows["5m"] == Ratio(0.02)
    assert bad(windows["6h"]) == pytest.approx(bad_events(21_600.0))
    assert isinstance(windows[PERIOD], Count)


@pytest.mark.parametrize(
    ("raw", "is_success", "expected"),
    [
        pytest.param("slo:sli_error:ratio_rate{{.window}}", False, 0.015, id="the window in its name"),
        pytest.param("slo:sli_error:ratio_rate1h", True, 0.985, id="a success ratio, averaged"),
    ],
)
async def test_a_raw_ratio_has_no_counts(source: PrometheusSource, raw: str, is_success: bool, expected: float) -> None:
    """It is read as it is, and stays a ratio."""
    snapshot = await measured(source, objective_of(Indicator("prometheus", raw=raw, raw_is_success=is_success)))
    found = snapshot.windows["1h"]
    assert isinstance(found, Ratio)
    assert found.bad == pytest.approx(expected)


async def test_a_calendar_window_holds_what_happened_since_it_began(source: PrometheusSource) -> None:
    """1 March 00:00 UTC is 09:00 in Tokyo: the month is nine hours old, and has one nine-hour count."""
    month = TimeWindow(30 * DAY_S, "1M", Calendar("2026-01-01 00:00:00", ZoneInfo("Asia/Tokyo"), 1, "M"))
    snapshot = await measured(source, objective_of(CHECKOUT, window=month))
    assert snapshot.elapsed_s == 9 * 3600.0
    assert bad(snapshot.windows["period"]) == pytest.approx(bad_events(9 * 3600.0), rel=1e-6)


async def test_the_period_is_asked_for_rarely(source: PrometheusSource) -> None:
    """It is kept for P / 8640; everything else is measured anew."""
    objective = objective_of(CHECKOUT, target=0.9)
    first = await measured(source, objective)
    soon = await measured(source, objective, NOW + 60.0)
    later = await measured(source, objective, NOW + 301.0)
    assert soon.windows["period"] is first.windows["period"]
    assert later.windows["period"] is not first.windows["period"]
    assert soon.windows["1h"] != first.windows["1h"]


async def test_the_period_is_asked_for_at_every_tick_while_the_slo_burns(source: PrometheusSource) -> None:
    """What is left of the budget is what people act on."""
    objective = objective_of(CHECKOUT)
    first = await measured(source, objective)
    soon = await measured(source, objective, NOW + 60.0)
    assert soon.windows["period"] != first.windows["period"]


async def test_an_objective_with_a_problem_is_never_asked_for(source: PrometheusSource) -> None:
    """It has no numbers, and says why."""
    snapshot = await measured(source, objective_of(CHECKOUT, problem="no file defines the SLI 'x'"))
    assert (snapshot.error, snapshot.windows) == ("no file defines the SLI 'x'", {})
