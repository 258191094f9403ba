"""Alertmanager's API v2, so that Prometheus, amtool, karma and Grafana can use the router as an Alertmanager.

Semantics are those of the real server (alertmanager api/v2/api.go): alerts that are valid are stored even when
the answer is 400 for the others; errors are JSON strings. Reading and silencing need the credentials of sending.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from time import perf_counter
from typing import TypeVar

import orjson
from aiohttp import web

from router.classify import NOTICE_SOURCE, SLO_SOURCE
from router.config.values import Config, SourceConfig
from router.errors import PayloadError
from router.mute import Muted, Muting
from router.silencing import SilenceError
from router.sources import SOURCES
from router.sources.readers import decode
from router.web import credentials
from router.web.answers import PLAIN, RejectionError, answer
from router.web.body import Incoming, content_type_of
from router.web.parts import LIMITS, LOAD, PARTS, STARTED_AT, Standing
from router.web.silences import BODY_BYTES, draft_of, gettable_silence, has_all, in_order
from router.web.standings import Places, Seen, gettable, groups_of, receivers_of, rows_of, status_of
from router.web.take_in import take_in, within_budget
from router.web.wanted import Wanted, filters_of, is_wanted, wanted_by
from router.web.webhook import source_of

T = TypeVar("T")
API_TYPE = "alertmanager-api"
IMPLICIT = SourceConfig("prometheus", API_TYPE)
"""Where none is configured: no credentials, so it is there for this machine only."""
SLICE = 500
"""Alerts written between two looks at the other connections."""
NOBODY = Muted()
NO_SUCH_SILENCE = "there is no silence of this id"
OUR_OWN = frozenset({SLO_SOURCE, NOTICE_SOURCE})
"""Sources of alerts that no silence and no other alert keeps quiet (router.dispatch.hush)."""
CLIENT = "API v2"
"""Who ends a silence over the API: a client does not say who uses it."""


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
    asked = await _asked(request)
    return await _listed(rows_of(asked.seen), lambda row: gettable(row, asked.now))


async def get_groups(request: web.Request) -> web.Response:
    """List the firing alerts by incident, labelled with what its alerts are grouped by."""
    asked = await _asked(request)
    shown = (each for each in asked.seen if asked.wanted.muted or not each.muted_by)
    return await _listed(groups_of(shown, asked.places), lambda group: group.shown(asked.now))


async def get_status(request: web.Request) -> web.Response:
    """Say what is running and how it routes."""
    config = _for_reader(request)
    return answer(200, status_of(config, request.app[PARTS].version, request.app[STARTED_AT]))


async def get_receivers(request: web.Request) -> web.Response:
    """List the receivers by name."""
    return answer(200, receivers_of(_for_reader(request)))


async def get_silences(request: web.Request) -> web.Response:
    """List the silences that hold every matcher of `filter`, ended ones of the last five days too."""
    _for_reader(request)
    wanted = filters_of(request)
    parts = request.app[PARTS]
    found, now = await within_budget(request.app, parts.silencing.list()), parts.now()
    chosen = in_order((each for each in found if has_all(each, wanted)), now)
    return await _listed(chosen, lambda silence: gettable_silence(silence, now))


async def get_silence(request: web.Request) -> web.Response:
    """Show one silence."""
    _for_reader(request)
    parts = request.app[PARTS]
    found = await within_budget(request.app, parts.silencing.get(request.match_info["id"]))
    if found is None:
        raise RejectionError(404, NO_SUCH_SILENCE)
    return answer(200, gettable_silence(found, parts.now()))


async def post_silence(request: web.Request) -> web.Response:
    """Add a silence, or change the one whose id is given."""
    _for_reader(request)
    content = await _silence_in(request)
    parts = request.app[PARTS]
    try:
        draft = draft_of(content, parts.now())
        silence = await within_budget(request.app, parts.silencing.add(draft))
    except PayloadError as error:
        raise RejectionError(400, str(error)) from error
    except SilenceError as error:
        raise RejectionError(404 if error.field == "id" else 400, error.problem) from error
    return answer(200, {"silenceID": silence.id})


async def delete_silence(request: web.Request) -> web.Response:
    """End a silence; one that is over stays so."""
    _for_reader(request)
    silence_id = request.match_info["id"]
    found = await within_budget(request.app, request.app[PARTS].silencing.expire(silence_id, CLIENT))
    if found is None:
        raise RejectionError(404, NO_SUCH_SILENCE)
    return web.Response(headers=PLAIN)


async def _silence_in(request: web.Request) -> object:
    """Return the JSON of a silence's body; raises RejectionError."""
    content_type_of(request, SOURCES[API_TYPE])
    with Incoming(request, request.app[LOAD], BODY_BYTES) as incoming:
        raw = await incoming.read(request.app[LIMITS].body_s)
    try:
        return decode(raw)
    except PayloadError as error:
        raise RejectionError(400, str(error)) from error


def _for_reader(request: web.Request) -> Config:
    """Return the configuration, to a client that may read and silence: whoever may send."""
    config = request.app[PARTS].config()
    credentials.check(api_source(config).auth, request)
    return config


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a client asked for, as it stands at one moment."""

    wanted: Wanted
    now: float
    places: Places
    seen: list[Seen] = field(default_factory=list)


async def _asked(request: web.Request) -> _Asked:
    config, parts = _for_reader(request), request.app[PARTS]
    wanted, now = wanted_by(request), parts.now()
    muting = await within_budget(request.app, parts.mutes.current(config.rules.inhibit_rules, now))
    asked = _Asked(wanted, now, Places(config, now))
    await _choose(await within_budget(request.app, parts.board.alerts()), asked, muting)
    return asked


async def _choose(standings: Sequence[Standing], asked: _Asked, muting: Muting) -> None:
    for start in range(0, len(standings), SLICE):
        for each in standings[start : start + SLICE]:
            audible = muting.idle or each.alert.source in OUR_OWN
            muted = NOBODY if audible else muting.of(each.alert.labels, asked.now)
            if is_wanted(each, muted, asked.wanted):
                asked.seen.append(Seen(each, muted, asked.places.muted_by(each)))
        await asyncio.sleep(0)


async def _listed(items: Sequence[T], shape: Callable[[T], object]) -> web.Response:
    """Write a list slice by slice, so that a long one holds nobody up."""
    slices: list[bytes] = []
    for start in range(0, len(items), SLICE):
        slices.append(orjson.dumps([shape(item) for item in items[start : start + SLICE]])[1:-1])
        await asyncio.sleep(0)
    body = b"[" + b",".join(slices) + b"]"
    return web.Response(body=body, content_type="application/json", headers=PLAIN)
