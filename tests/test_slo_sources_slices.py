"""Time slices, thresholds and quoting against a real Prometheus with a planted past."""

from collections.abc import AsyncIterator, Iterator

import aiohttp
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from router.slo.objective import Budgeting, Count, Indicator, Objective, Ratio, Snapshot, Threshold
from router.slo.sources import PrometheusSource
from router.slo.sources.api import PrometheusApi
from router.slo.sources.promql import quote
from tests.support.past import HOSTILE, NOW, lines, objective_of
from tests.support.prometheus import PrometheusServer, prometheus_with


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


MAIL = Indicator(
    "prometheus",
    good='slice_requests_total{job="mail",code="200"}',
    total='slice_requests_total{job="mail"}',
    slice_s=60.0,
    slice_target=0.9,
)


async def test_bad_slices_are_counted_among_the_expected_ones(source: PrometheusSource) -> None:
    """Five minutes with a fifth of failures are five bad slices, of all that a window has room for."""
    snapshot = await measured(source, objective_of(MAIL, budgeting=Budgeting.TIMESLICES), NOW + 7.0)
    assert snapshot.windows["5m"] == Count(0.0, 5.0)
    assert snapshot.windows["30m"] == Count(5.0, 30.0)
    assert snapshot.windows["1d"] == Count(5.0, 1440.0)


async def test_long_slices_raise_short_windows_to_two_of_them(source: PrometheusSource) -> None:
    """A window of one slice would say all or nothing."""
    slow = Indicator("prometheus", good=MAIL.good, total=MAIL.total, slice_s=300.0, slice_target=0.9)
    snapshot = await measured(source, objective_of(slow, budgeting=Budgeting.TIMESLICES))
    assert snapshot.windows["5m"] == Count(0.0, 2.0)
    assert snapshot.windows["1h"] == Count(1.0, 12.0)


async def test_slice_ratios_are_averaged(source: PrometheusSource) -> None:
    """RatioTimeslices: five of thirty slices with a fifth of failures."""
    snapshot = await measured(source, objective_of(MAIL, budgeting=Budgeting.RATIO_TIMESLICES))
    found = snapshot.windows["30m"]
    assert isinstance(found, Ratio)
    assert found.bad == pytest.approx(5 * 0.2 / 30)


@pytest.mark.parametrize("budgeting", [Budgeting.OCCURRENCES, Budgeting.TIMESLICES])
async def test_samples_that_miss_a_threshold_are_bad(source: PrometheusSource, budgeting: Budgeting) -> None:
    """The queue was too long for twenty minutes."""
    lag = Indicator("prometheus", sample='max(queue_lag{queue="orders"})', threshold=Threshold("lte", 1.0))
    snapshot = await measured(source, objective_of(lag, budgeting=budgeting))
    assert snapshot.windows["1h"] == Count(20.0, 60.0)
    assert snapshot.windows["5m"] == Count(0.0, 5.0)


@pytest.mark.parametrize("value", HOSTILE)
async def test_a_hostile_label_value_selects_exactly_its_series(server: PrometheusServer, value: str) -> None:
    """No choice of value ends its literal, selects other series, or is refused."""
    async with aiohttp.ClientSession() as session:
        api = PrometheusApi("prometheus", server.url, {}, 5.0, session)
        samples = await api.ask(f"label_probe{{value={quote(value)}}}", NOW)
    assert [sample.labels["value"] for sample in samples] == [value]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(value="\ud800")
@given(value=st.text(max_size=60))
async def test_any_text_survives_as_a_label_value(server: PrometheusServer, value: str) -> None:
    """Prometheus gives back exactly the text that was quoted (lone surrogates, which no label holds, excepted)."""
    text = value.encode("utf-8", "replace").decode("utf-8")
    async with aiohttp.ClientSession() as session:
        api = PrometheusApi("prometheus", server.url, {}, 5.0, session)
        written = quote(value.replace("$", "$$"))
        echoed = await api.ask(f'label_replace(vector(1), "v", {written}, "", "")', NOW)
        selected = await api.ask(f"label_probe{{value={quote(value)}}}", NOW)
    assert echoed[0].labels.get("v", "") == text
    assert {sample.labels["value"] for sample in selected} <= {text}
