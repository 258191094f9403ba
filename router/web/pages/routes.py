"""The routes of the pages, their pictures and their JSON: every one admits its reader first."""

import asyncio
import json
from collections.abc import Awaitable, Callable

from aiohttp import web

from router.errors import UnavailableError
from router.report.charts import specs
from router.web.answers import Rejection, RejectionError
from router.web.pages import api, html
from router.web.pages.asked import asked
from router.web.pages.assets import ASSETS
from router.web.pages.csv import as_csv
from router.web.pages.html import Choice
from router.web.pages.pictures import stored_name
from router.web.pages.sending import CSV, HTML, JSON, PRIVATE, SVG, send
from router.web.pages.texts import texts
from router.web.pages.visit import Visit, visit
from router.web.parts import PARTS

WITHIN_S = 5.0
"""How long a reader waits for a review that is being computed."""
AGAIN = {"Retry-After": "5"}
CHART = "/assets/charts/{week}/{name:[a-z]+}.{kind:svg|json}"
TEAM_CHART = "/assets/charts/{week}/{team:[^/]+}/{name:[a-z]+}.{kind:svg|json}"
Answer = Callable[[Visit], Awaitable[web.Response]]


def routes(within_s: float = WITHIN_S) -> list[web.RouteDef]:
    """Return all routes; they need PARTS."""
    pages = {
        "/review": _review, "/review.csv": _csv, "/wolves": _wolves, "/wolves/{source:[^/]+}/{rule:.+}": _rule,
        CHART: _chart, TEAM_CHART: _chart, "/assets/{name}": _asset,
    }  # fmt: skip
    twins = {
        "/api/v1/review": api.review, "/api/v1/wolves": api.wolves, "/api/v1/firings": api.firings,
        "/api/v1/openapi.json": api.document,
    }  # fmt: skip
    return [
        web.get("/", _start),
        *(web.get(path, _page(answer, within_s)) for path, answer in pages.items()),
        *(web.get(path, _twin(answer, within_s)) for path, answer in twins.items()),
    ]


async def prepare(_app: web.Application) -> None:
    """Compile the templates before anybody waits for them."""
    await asyncio.to_thread(html.environment)


async def _start(request: web.Request) -> web.Response:
    """The review is what people come for, where reviews are made."""
    if request.app[PARTS].desk is None:
        raise web.HTTPNotFound
    return web.Response(status=302, headers={**PRIVATE, "Location": "/review"})


def _page(answer: Answer, within_s: float) -> Callable[[web.Request], Awaitable[web.Response]]:
    """Answer as a page whatever happens: a reader gets words."""

    async def answered(request: web.Request) -> web.Response:
        try:
            return await answer(visit(request, within_s))
        except RejectionError as error:
            return _refused(request, error.status, error.problem)
        except UnavailableError:
            return _refused(request, 503, "")

    return answered


def _twin(answer: Answer, within_s: float) -> Callable[[web.Request], Awaitable[web.Response]]:
    """Answer as JSON; the frame around all requests says what was wrong."""

    async def answered(request: web.Request) -> web.Response:
        try:
            return await answer(visit(request, within_s))
        except UnavailableError:
            wanted = asked(request.query, request.app[PARTS].config().locale)
            problem = texts(wanted.locale).problems["unavailable"]
            raise RejectionError(503, problem, Rejection.UNAVAILABLE) from None

    return answered


def _refused(request: web.Request, status: int, problem: str) -> web.Response:
    """Say why nothing is shown, in the reader's language; "" is that the history cannot be read now."""
    wanted = asked(request.query, request.app[PARTS].config().locale)
    words = texts(wanted.locale)
    headers = {401: {"WWW-Authenticate": "Bearer"}, 503: AGAIN}.get(status)
    title = words["waiting" if status == 503 else "no_such_title" if status == 404 else "problem"]
    page = html.message(wanted, title, problem or words.problems["unavailable"], again=status == 503)
    return send(request, page, HTML, status, headers)


async def _review(visit: Visit) -> web.Response:
    found = await visit.review()
    if found is None:
        return _nothing(visit)
    choice = Choice(await visit.weeks(), visit.teams(found))
    names = list(specs(found, visit.asked.locale))
    stored = [await visit.chart(found.week, found.team, stored_name(name, visit.asked.locale)) for name in names]
    drawn = [name for name, chart in zip(names, stored, strict=True) if chart is not None]
    return send(visit.request, await asyncio.to_thread(html.review, found, visit.asked, choice, drawn), HTML)


async def _wolves(visit: Visit) -> web.Response:
    found = await visit.review()
    if found is None:
        return _nothing(visit)
    choice = Choice(await visit.weeks(), visit.teams(found))
    return send(visit.request, await asyncio.to_thread(html.wolves, found, visit.asked, choice), HTML)


async def _rule(visit: Visit) -> web.Response:
    key = (visit.request.match_info["source"], visit.request.match_info["rule"])
    before = api.before_of(visit)
    turned = await visit.firings(key, before)
    found = await visit.review()
    known = found is not None and any((each.source, each.rule) == key for each in found.rules)
    if not (known or turned.firings or before is not None):
        raise RejectionError(404, visit.texts.problems["no_such_rule"])
    zone = visit.config.timezone.key
    page = await asyncio.to_thread(html.rule, found, key, turned, visit.asked, zone, before is not None)
    return send(visit.request, page, HTML)


async def _csv(visit: Visit) -> web.Response:
    found = await visit.review()
    if found is None:
        raise RejectionError(404, visit.texts.problems["nothing_yet"])
    saved = {"Content-Disposition": f'attachment; filename="review-{found.week}.csv"'}
    return send(visit.request, await asyncio.to_thread(as_csv, found), CSV, more=saved)


async def _chart(visit: Visit) -> web.Response:
    """A chart of a stored review, or the specification it was drawn from."""
    place = visit.request.match_info
    week, team, name = place["week"], place.get("team", ""), place["name"]
    if place["kind"] == "svg":
        drawn = await visit.chart(week, team, stored_name(name, visit.asked.locale))
        if drawn is not None:
            return send(visit.request, drawn, SVG)
    elif (found := await visit.of(week, team).review()) is not None:
        spec = specs(found, visit.asked.locale).get(name)
        if spec is not None:
            saved = {"Content-Disposition": f'attachment; filename="{name}-{found.week}.vl.json"'}
            return send(visit.request, json.dumps(spec, ensure_ascii=False).encode(), JSON, more=saved)
    raise RejectionError(404, visit.texts.problems["no_such_chart"])


async def _asset(visit: Visit) -> web.Response:
    asset = ASSETS.get(visit.request.match_info["name"])
    if asset is None:
        raise RejectionError(404, visit.texts.problems["no_such_page"])
    return send(visit.request, asset.body, asset.content_type)


def _nothing(visit: Visit) -> web.Response:
    words = visit.texts
    page = html.message(visit.asked, words.problems["nothing_title"], words.problems["nothing_yet"], words.steps)
    return send(visit.request, page, HTML)
