"""The JSON twins of the pages, under /api/v1."""

import asyncio

import orjson
from aiohttp import web

from router.noise.records import record_of
from router.noise.review import Review
from router.report.packing import pack
from router.web.answers import RejectionError
from router.web.pages import openapi
from router.web.pages.asked import instant
from router.web.pages.firings import PAGE
from router.web.pages.ranking import ranked
from router.web.pages.sending import JSON, send
from router.web.pages.visit import Visit


async def review(visit: Visit) -> web.Response:
    """GET /api/v1/review: everything about a week."""
    found = await _found(visit)
    return send(visit.request, await asyncio.to_thread(pack, found), JSON)


async def wolves(visit: Visit) -> web.Response:
    """GET /api/v1/wolves: the ranking of all rules."""
    found = await _found(visit)
    return send(visit.request, await asyncio.to_thread(_ranking, found, visit.asked.sort), JSON)


def _ranking(review: Review, sort: str) -> bytes:
    told = orjson.loads(pack(review))
    rules = {id(rule): packed for rule, packed in zip(review.rules, told["rules"], strict=True)}
    head = {name: told[name] for name in ("week", "team", "as_of")}
    return orjson.dumps({**head, "rules": [rules[id(rule)] for rule in ranked(review.rules, sort)]})


async def firings(visit: Visit) -> web.Response:
    """GET /api/v1/firings: a rule's firings, newest first."""
    query = visit.request.query
    source, rule = query.get("source", ""), query.get("rule", "")
    if not source or not rule:
        raise RejectionError(400, visit.texts.problems["rule_needed"])
    before = before_of(visit)
    limit = query.get("limit", str(PAGE))
    if not (limit.isascii() and limit.isdigit() and 0 < int(limit) <= 10**6):
        raise RejectionError(400, visit.texts.problems["bad_limit"])
    turned = await visit.firings((source, rule), before, int(limit))
    if not turned.firings and before is None:
        raise RejectionError(404, visit.texts.problems["no_such_rule"])
    records = [record_of(firing) for firing in turned.firings]
    told = {"source": source, "rule": rule, "firings": records, "next_before": turned.before}
    return send(visit.request, orjson.dumps(told), JSON)


def before_of(visit: Visit) -> float | None:
    """Return what the parameter `before` says; raises RejectionError (400) where it cannot be read."""
    given = visit.request.query.get("before", "")
    before = instant(given)
    if given and before is None:
        raise RejectionError(400, visit.texts.problems["bad_before"])
    return before


async def document(visit: Visit) -> web.Response:
    """GET /api/v1/openapi.json."""
    return send(visit.request, await asyncio.to_thread(openapi.document), JSON)


async def _found(visit: Visit) -> Review:
    found = await visit.review()
    if found is None:
        raise RejectionError(404, visit.texts.problems["nothing_yet"])
    return found
