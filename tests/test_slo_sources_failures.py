"""A source that fails: every bad answer is an error or no data, never a number, and never a secret in a text."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from router.slo.objective import Count, Indicator, Objective, Snapshot
from router.slo.sources import PrometheusSource, build
from router.slo.sources.breaker import Breaker
from tests.support.past import objective_of

NOW = 1_772_323_200.0
SECRET = "canary-7f3a"
EVENTS = Indicator("prometheus", bad='requests_total{code="500"}', total="requests_total")
Answer = Callable[[str], web.Response]


def vector(query: str, value: str = "5", **more: Any) -> web.Response:
    """A vector with this value for every part that the query asks for."""
    parts = [piece.split('"')[0] for piece in query.split('"part", "')[1:]]
    result = [{"metric": {"part": part}, "value": [NOW, value]} for part in parts]
    return web.json_response({"status": "success", "data": {"resultType": "vector", "result": result}, **more})


def error(status: int, kind: str, text: str = "it is broken") -> web.Response:
    """An error as Prometheus words it."""
    return web.json_response({"status": "error", "errorType": kind, "error": text}, status=status)


@dataclass
class Impostor:
    """A real HTTP server in Prometheus' place that answers what a test tells it; it keeps what it was asked."""

    answer: Answer = vector
    queries: list[str] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    hangs: asyncio.Event | None = None
    url: str = ""

    async def query(self, request: web.Request) -> web.Response:
        self.queries.append(str((await request.post())["query"]))
        self.headers = dict(request.headers)
        if self.hangs is not None:
            await self.hangs.wait()
        return self.answer(self.queries[-1])


@pytest.fixture
async def impostor() -> AsyncIterator[Impostor]:
    """The server, on a free port; what still hangs at the end of a test is let go."""
    told = Impostor()
    app = web.Application()
    app.router.add_post("/api/v1/query", told.query)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    told.url = "http://{}:{}".format(*runner.addresses[0][:2])
    yield told
    if told.hangs is not None:
        told.hangs.set()
    await runner.cleanup()


@asynccontextmanager
async def source_at(url: str, timeout_s: float = 2.0, **headers: str) -> AsyncIterator[PrometheusSource]:
    """A source that asks there."""
    async with aiohttp.ClientSession() as session:
        yield PrometheusSource("metrics", url, headers, timeout_s, session)


async def measured(source: PrometheusSource, objective: Objective, now: float = NOW) -> Snapshot:
    """The snapshot of one objective."""
    return (await source.measure([objective], now))[objective.id]


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


async def test_a_slow_source_is_given_up(impostor: Impostor) -> None:
    """One time-out per question, and the whole measurement is bounded however many SLOs there are."""
    impostor.hangs = asyncio.Event()
    objectives = [objective_of(EVENTS, name=f"slo-{number}") for number in range(50)]
    async with source_at(impostor.url, timeout_s=0.1) as source, asyncio.timeout(2.0):
        snapshots = await source.measure(objectives, NOW)
    assert {snapshot.error.split(";")[0] for snapshot in snapshots.values()} == {"metrics: no answer within 0.1 s"}
    assert len(impostor.queries) <= 16, "once the breaker is open nobody asks any more"


async def test_a_dead_source_is_left_alone_and_asked_again_with_one_question(impostor: Impostor) -> None:
    """Three failures open the breaker; after its rest one SLO goes first, then all."""
    objectives = [objective_of(EVENTS, name=f"slo-{number}") for number in range(5)]
    impostor.answer = lambda _: web.Response(status=502)
    async with source_at(impostor.url) as source:
        await source.measure(objectives, NOW)
        asked = len(impostor.queries)
        resting = await source.measure(objectives, NOW + 5.0)
        assert len(impostor.queries) == asked
        assert {each.error for each in resting.values()} == {"metrics: answered 502; not asked again yet"}
        still_dead = await source.measure(objectives, NOW + 16.0)
        assert len(impostor.queries) == asked + 1, "one question told that it is still dead"
        assert all(each.error for each in still_dead.values())
        impostor.answer = vector
        back = await source.measure(objectives, NOW + 60.0)
    assert not any(each.error for each in back.values())


def test_the_breaker_rests_longer_each_time_up_to_a_minute() -> None:
    """15, 30, 60, 60 seconds; one answer closes it."""
    breaker, now, rests = Breaker(), NOW, []
    for _ in range(3):
        breaker.failed("down", now)
    for _ in range(4):
        assert breaker.until is not None
        rests.append(breaker.until - now)
        now = breaker.until
        breaker.failed("down", now)
    assert rests == [15.0, 30.0, 60.0, 60.0]
    breaker.answered()
    assert not breaker.rests(now)


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
    async with source_at(impostor.url, **{"X-Api-Key": SECRET}) as source:
        snapshot = await measured(source, objective_of(EVENTS))
    assert "key *** may not do this" in snapshot.error


async def test_credentials_of_the_url_become_a_header(impostor: Impostor) -> None:
    """Basic authentication from `user:password@`, percent-decoded."""
    url = impostor.url.replace("://", "://admin:p%40ss@")
    async with source_at(url) as source:
        await measured(source, objective_of(EVENTS))
    assert aiohttp.BasicAuth.decode(impostor.headers["Authorization"]) == aiohttp.BasicAuth("admin", "p@ss")


async def test_one_request_measures_all_short_windows(impostor: Impostor) -> None:
    """After the first tick an SLO costs one request."""
    async with source_at(impostor.url) as source:
        await measured(source, objective_of(EVENTS))
        before = len(impostor.queries)
        await measured(source, objective_of(EVENTS), NOW + 30.0)
    assert len(impostor.queries) == before + 1
    assert all(f"[{window}]" in impostor.queries[-1] for window in ("5m", "30m", "1h", "2h", "6h", "1d", "3d"))


async def test_a_cancelled_measurement_leaves_nothing_running(impostor: Impostor) -> None:
    """Shutting down does not wait for a source that hangs."""
    impostor.hangs = asyncio.Event()
    async with source_at(impostor.url) as source:
        before = len(asyncio.all_tasks())
        task = asyncio.create_task(source.measure([objective_of(EVENTS)], NOW))
        while not impostor.queries:
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        ours = [each for each in asyncio.all_tasks() if "_in_turn" in repr(each)]
    assert ours == [], f"{before} tasks before"


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


def test_the_stand_in_answers_what_is_asked() -> None:
    """The impostor's vector has one element per part."""
    body = vector('label_replace((\nx\n), "part", "bad_5m", "", "")').body
    assert isinstance(body, bytes)
    assert json.loads(body)["data"]["result"][0]["metric"] == {"part": "bad_5m"}
