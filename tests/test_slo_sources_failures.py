"""A source that fails: every bad answer is an error or no data, never a number, and never a secret in a text."""

import base64
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import aiohttp
import pytest
from aiohttp import web

from router.slo.objective import Count
from router.slo.sources import build
from tests.support.impostor import EVENTS, NOW, Answer, Impostor, error, listening, measured, source_at, vector
from tests.support.past import objective_of

SECRET = "canary-7f3a"


@pytest.fixture
async def impostor() -> AsyncIterator[Impostor]:
    """A server that a test tells what to answer."""
    async with listening() as told:
        yield told


BAD = [
    pytest.param(lambda _: web.Response(status=503, text="busy"), "metrics: answered 503", id="503"),
    pytest.param(lambda _: web.Response(status=500, text="<html>"), "metrics: answered 500", id="500"),
    pytest.param(
        lambda _: web.Response(text="<html>please log in</html>", content_type="text/html"),
        "metrics: the answer is not Prometheus' JSON; check its url",
        id="a login page with 200",
    ),
    pytest.param(lambda _: web.Response(text="{"), "metrics: the answer is not Prometheus' JSON", id="broken JSON"),
    pytest.param(lambda _: web.json_response([1]), "metrics: the answer is not Prometheus' JSON", id="another JSON"),
    pytest.param(lambda _: web.Response(status=401), "metrics: answered 401; check its credentials", id="401"),
    pytest.param(lambda _: web.Response(status=400, text="no"), "metrics: answered 400", id="a proxy's 400"),
    pytest.param(
        lambda _: web.Response(status=302, headers={"Location": "/login"}),
        "metrics: answered 302; set url to where it really is",
        id="a redirect is not followed",
    ),
    pytest.param(
        lambda query: vector(query, warnings=["one of two stores did not answer"]),
        "metrics: the answer is incomplete: one of two stores did not answer",
        id="a partial answer",
    ),
    pytest.param(
        lambda _: web.json_response({"status": "success", "data": {"resultType": "matrix", "result": []}}),
        "metrics: the answer is not an instant vector",
        id="a matrix",
    ),
    pytest.param(
        lambda _: web.json_response(
            {"status": "success", "data": {"resultType": "vector", "result": [{"metric": {}, "histogram": [NOW, {}]}]}}
        ),
        "metrics: the answer is not an instant vector",
        id="a native histogram",
    ),
    pytest.param(
        lambda query: vector(query, "five"), "metrics: the answer is not an instant vector", id="a value that is text"
    ),
    pytest.param(
        lambda _: error(400, "bad_data", "parse error"), "metrics: cannot evaluate the query: parse error", id="PromQL"
    ),
]


@pytest.mark.parametrize(("answer", "problem"), BAD)
async def test_a_bad_answer_is_an_error(impostor: Impostor, answer: Answer, problem: str) -> None:
    """No window holds anything, and the error names the source and what to do."""
    impostor.answer = answer
    async with source_at(impostor.url) as source:
        snapshot = await measured(source, objective_of(EVENTS))
    assert snapshot.error.startswith(problem)
    assert not any(snapshot.windows.values())
    assert snapshot.sampled_at is None


@pytest.mark.parametrize("value", ["NaN", "+Inf", "-Inf"])
async def test_undefined_values_are_no_numbers(impostor: Impostor, value: str) -> None:
    """`nan >= 14.4` is False: a NaN that came through would silence an outage."""
    impostor.answer = lambda query: vector(query, value)
    async with source_at(impostor.url) as source:
        snapshot = await measured(source, objective_of(EVENTS))
    assert not any(snapshot.windows.values())
    assert snapshot.error.startswith("metrics: the total query returns")


async def test_information_of_prometheus_is_no_warning(impostor: Impostor) -> None:
    """Some versions send remarks about a metric's name among the warnings."""
    impostor.answer = lambda query: vector(query, warnings=["PromQL info: metric might not be a counter"])
    async with source_at(impostor.url) as source:
        snapshot = await measured(source, objective_of(EVENTS))
    assert snapshot.windows["5m"] == Count(5.0, 5.0)


async def test_a_window_that_cannot_be_evaluated_leaves_the_others(impostor: Impostor) -> None:
    """Too many samples over three days and over the period: those two are unreadable, and no more."""

    def answer(query: str) -> web.Response:
        return error(422, "execution", "too many samples") if "[3d]" in query or "[30d]" in query else vector(query)

    impostor.answer = answer
    async with source_at(impostor.url) as source:
        snapshot = await measured(source, objective_of(EVENTS))
    unread = {window for window, found in snapshot.windows.items() if found is None}
    assert (unread, snapshot.error) == ({"3d", "period"}, "")


async def test_a_period_that_takes_too_long_leaves_the_others(impostor: Impostor) -> None:
    """Prometheus gives the long query up with 503: the short windows are judged all the same."""
    impostor.answer = lambda query: error(503, "timeout") if "[30d]" in query else vector(query)
    async with source_at(impostor.url) as source:
        snapshot = await measured(source, objective_of(EVENTS))
        asked = len(impostor.queries)
        await measured(source, objective_of(EVENTS), NOW + 30.0)
    assert (snapshot.windows["period"], snapshot.windows["3d"]) == (None, Count(5.0, 5.0))
    assert len(impostor.queries) == asked + 1, "the costly query is not repeated at the next tick"


async def test_series_whose_age_cannot_be_found_count_as_new(impostor: Impostor) -> None:
    """Nothing may be cleared by mistake, so the series are not taken for old."""
    impostor.answer = lambda query: error(422, "execution") if "offset" in query else vector(query)
    async with source_at(impostor.url) as source:
        snapshot = await measured(source, objective_of(EVENTS))
    assert (snapshot.age_s, snapshot.error) == (0.0, "")


async def test_a_refused_connection_names_no_credentials() -> None:
    """User and password of the URL, and headers, stay out of every text and repr."""
    url = f"http://admin:{SECRET}@127.0.0.1:9"
    async with source_at(url, **{"X-Api-Key": SECRET}) as source:
        snapshot = await measured(source, objective_of(EVENTS))
        assert SECRET not in repr(source) + repr(snapshot)
    assert snapshot.error.startswith("metrics: cannot be reached (ClientConnectorError)")


async def test_an_error_that_repeats_a_credential_is_cleaned(impostor: Impostor) -> None:
    """A gateway may say which key it refused."""
    impostor.answer = lambda _: error(422, "execution", f"key {SECRET} may not do this")
    async with source_at(impostor.url, Authorization=f"Bearer {SECRET}") as source:
        snapshot = await measured(source, objective_of(EVENTS))
    assert "key *** may not do this" in snapshot.error


async def test_credentials_of_the_url_become_a_header(impostor: Impostor) -> None:
    """Basic authentication from `user:password@`, percent-decoded."""
    url = impostor.url.replace("://", "://admin:p%40ss@")
    async with source_at(url) as source:
        await measured(source, objective_of(EVENTS))
    assert base64.b64decode(impostor.headers["Authorization"].removeprefix("Basic ")) == b"admin:p@ss"


async def test_one_request_measures_all_short_windows(impostor: Impostor) -> None:
    """After the first tick an SLO costs one request; beside the period's, while it burns."""
    async with source_at(impostor.url) as source:
        await measured(source, objective_of(EVENTS))
        before = len(impostor.queries)
        await measured(source, objective_of(EVENTS), NOW + 30.0)
    short, period = impostor.queries[before:]
    assert "[30d]" in period
    assert all(f"[{window}]" in short for window in ("5m", "30m", "1h", "2h", "6h", "1d", "3d"))


@dataclass(frozen=True)
class Configured:
    """A source as the configuration describes it."""

    name: str
    type: str
    url: str = "http://127.0.0.1:9090"
    headers: dict[str, str] = field(default_factory=dict)
    timeout_s: float = 5.0


async def test_sources_are_built_by_type() -> None:
    """An unknown type is refused by name."""
    async with aiohttp.ClientSession() as session:
        assert build(Configured("metrics", "prometheus"), session).name == "metrics"
        with pytest.raises(ValueError, match="slo source 'x': unknown type 'graphite'; known are prometheus"):
            build(Configured("x", "graphite"), session)
