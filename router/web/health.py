"""Whether the router lives, whether it can store alerts, and its metrics. Open to all, so they name no secret."""

import asyncio
from collections.abc import Mapping

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST

from router.web.answers import LATER, PLAIN, answer, words
from router.web.parts import LIMITS, PARTS


async def healthz(_request: web.Request) -> web.Response:
    """Liveness: this process answers. Nothing else is asked: a restart mends nobody else's fault."""
    return answer(200, {"status": "ok"})


async def readyz(request: web.Request) -> web.Response:
    """Readiness: 200 as long as alerts can be stored, with every part told apart."""
    report = await _report(request)
    ready = bool(report.get("ready"))
    return answer(200 if ready else 503, report, None if ready else LATER)


async def healthy(_request: web.Request) -> web.Response:
    """Alertmanager's `/-/healthy`."""
    return words(200, "OK")


async def ready(request: web.Request) -> web.Response:
    """Alertmanager's `/-/ready`."""
    report = await _report(request)
    return words(200, "OK") if report.get("ready") else words(503, "alerts cannot be stored now: see /readyz")


async def metrics(request: web.Request) -> web.Response:
    """Prometheus' text format."""
    rendered = request.app[PARTS].metrics.render()
    return web.Response(body=rendered, headers={**PLAIN, "Content-Type": CONTENT_TYPE_LATEST})


async def _report(request: web.Request) -> Mapping[str, object]:
    try:
        async with asyncio.timeout(request.app[LIMITS].store_s):
            return await request.app[PARTS].health.report()
    except TimeoutError:
        return {"ready": False, "problem": "the check itself took too long"}
