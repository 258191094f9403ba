"""Alertmanager's API v2, so that Prometheus, amtool, karma and Grafana can use the router as an Alertmanager.

Semantics are those of the real server (alertmanager api/v2/api.go): alerts that are valid are stored even when
the answer is 400 for the others; errors are JSON strings. Reading needs the same credentials as sending.
"""

import asyncio
from collections.abc import Callable, Sequence
from time import perf_counter
from typing import TypeVar

import orjson
from aiohttp import web

from router.config.values import Config, SourceConfig
from router.web import credentials
from router.web.answers import PLAIN, RejectionError, answer
from router.web.parts import PARTS, STARTED_AT, Standing
from router.web.standings import gettable, groups_of, receivers_of, rows_of, status_of
from router.web.take_in import take_in, within_budget
from router.web.wanted import Wanted, is_wanted, wanted_by
from router.web.webhook import source_of

T = TypeVar("T")
API_TYPE = "alertmanager-api"
IMPLICIT = SourceConfig("prometheus", API_TYPE)
"""Where none is configured: no credentials, so it is there for this machine only."""
SLICE = 500
"""Alerts written between two looks at the other connections."""
NO_SILENCES = "silences come with the next release; until then, silence at the sender"


async def post_alerts(request: web.Request) -> web.Response:
    """Store what Prometheus posts to `/api/v2/alerts`."""
    return await _store(request, api_source(request.app[PARTS].config()))


async def post_prefixed_alerts(request: web.Request) -> web.Response:
    """Store what Prometheus posts with `path_prefix: /webhook/{source}`."""
    source = source_of(request)
    if source.type != API_TYPE:
        text = f"this source is of type {source.type}: post to /webhook/{source.name}, or use type {API_TYPE}"
        raise RejectionError(404, text)
    return await _store(request, source)


async def _store(request: web.Request, source: SourceConfig) -> web.Response:
    began = perf_counter()
    taken = await take_in(request, source)
    request.app[PARTS].metrics.accept_seconds(perf_counter() - began)
    if taken.not_understood:
        raise RejectionError(400, taken.not_understood)
    if taken.rejected:
        raise RejectionError(400, taken.problems)
    return web.Response(headers=PLAIN)


def api_source(config: Config) -> SourceConfig:
    """Return the first configured source that speaks API v2, else the implicit one."""
    return next((source for source in config.sources.values() if source.type == API_TYPE), IMPLICIT)


async def get_alerts(request: web.Request) -> web.Response:
    """List the firing alerts that the client asks for."""
    rows = rows_of(await _asked(request))
    now = request.app[PARTS].now()
    return await _listed(rows, lambda row: gettable(row, now))


async def get_groups(request: web.Request) -> web.Response:
    """List the firing alerts by incident."""
    groups = groups_of(await _asked(request))
    now = request.app[PARTS].now()
    return await _listed(groups, lambda group: group.shown(now))


async def get_status(request: web.Request) -> web.Response:
    """Say what is running and how it routes."""
    config = _for_reader(request)
    return answer(200, status_of(config, request.app[PARTS].version, request.app[STARTED_AT]))


async def get_receivers(request: web.Request) -> web.Response:
    """List the receivers by name."""
    return answer(200, receivers_of(_for_reader(request)))


async def get_silences(request: web.Request) -> web.Response:
    """List the silences: none, until the next release."""
    _for_reader(request)
    return answer(200, [])


async def get_silence(request: web.Request) -> web.Response:
    """Show one silence: there is none of that name."""
    _for_reader(request)
    raise RejectionError(404, "there is no such silence")


async def change_silences(request: web.Request) -> web.Response:
    """Refuse to add or expire a silence, in words."""
    _for_reader(request)
    raise RejectionError(501, NO_SILENCES)


def _for_reader(request: web.Request) -> Config:
    """Return the configuration, to a client that may read it."""
    config = request.app[PARTS].config()
    credentials.check(api_source(config).auth, request)
    return config


async def _asked(request: web.Request) -> list[Standing]:
    _for_reader(request)
    wanted = wanted_by(request)
    standings = await within_budget(request.app, request.app[PARTS].board.alerts())
    return await _chosen(standings, wanted)


async def _chosen(standings: Sequence[Standing], wanted: Wanted) -> list[Standing]:
    chosen: list[Standing] = []
    for start in range(0, len(standings), SLICE):
        chosen += [each for each in standings[start : start + SLICE] if is_wanted(each, wanted)]
        await asyncio.sleep(0)
    return chosen


async def _listed(items: Sequence[T], shape: Callable[[T], object]) -> web.Response:
    """Write a list slice by slice, so that a long one holds nobody up."""
    slices: list[bytes] = []
    for start in range(0, len(items), SLICE):
        slices.append(orjson.dumps([shape(item) for item in items[start : start + SLICE]])[1:-1])
        await asyncio.sleep(0)
    body = b"[" + b",".join(slices) + b"]"
    return web.Response(body=body, content_type="application/json", headers=PLAIN)
