"""The path of one webhook: prove, read, parse, store; what could not be used is kept. The hot path of the router."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass, replace
from typing import TypeVar

import structlog
from aiohttp import web

from router.alert import Alert
from router.config.values import SourceConfig
from router.errors import PayloadError, UnavailableError
from router.sources import SOURCES
from router.sources.batch import Batch, Body, Rejected
from router.web import credentials
from router.web.answers import Rejection, RejectionError
from router.web.body import Incoming, content_type_of
from router.web.parts import LATE, LIMITS, LOAD, PARSER, PARTS, Accepted

log = structlog.get_logger(__name__)
T = TypeVar("T")
NAMED = 10
"""Unusable alerts that are named in an answer; the quarantined body has them all."""


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What became of one body. `not_understood` says why nothing of it could be used, "" when it could."""

    accepted: int = 0
    duplicates: int = 0
    incidents: tuple[str, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    not_understood: str = ""

    @property
    def quarantined(self) -> int:
        """Bodies kept in quarantine: 1 when anything of this one could not be used."""
        return int(bool(self.rejected or self.not_understood))

    @property
    def problems(self) -> str:
        """Which alerts of the body could not be used, by index from 0, and why; the first ten of them."""
        named = [f"alert {each.index}: {each.problem}" for each in self.rejected[:NAMED]]
        more = len(self.rejected) - NAMED
        return "; ".join([*named, f"and {more} more"] if more > 0 else named)


async def take_in(request: web.Request, source: SourceConfig) -> TakenIn:
    """Return once every alert of the request is stored; raises RejectionError or UnavailableError."""
    app = request.app
    try:
        credentials.check(source.auth, request)
        kind = SOURCES[source.type]
        content_type = content_type_of(request, kind)
        largest = min(kind.body_limit, app[LIMITS].body_bytes)
        with Incoming(request, app[LOAD], largest) as incoming:
            raw = await _read(request, source, incoming)
            return await _store(app, source, Body(source.name, raw, content_type, app[PARTS].now()))
    except RejectionError as error:
        if error.reason is not None:
            app[PARTS].metrics.rejected(source.name, error.reason)
        raise
    except UnavailableError:
        app[PARTS].metrics.rejected(source.name, Rejection.UNAVAILABLE)
        raise


async def _read(request: web.Request, source: SourceConfig, incoming: Incoming) -> bytes:
    """Return the body; one that is too large is announced, because its sender will not send it again."""
    try:
        return await incoming.read(request.app[LIMITS].body_s)
    except RejectionError as error:
        if error.reason is Rejection.TOO_LARGE:
            log.warning("body_too_large", source=source.name, announced=request.content_length)
            await _keep(request.app, source, incoming.so_far, error.problem)
        raise


async def _store(app: web.Application, source: SourceConfig, body: Body) -> TakenIn:
    metrics = app[PARTS].metrics
    batch = await _parse(app, source, body)
    if batch.not_understood:
        metrics.rejected(source.name, Rejection.NOT_UNDERSTOOD)
        await _keep(app, source, body.raw, batch.not_understood)
        return TakenIn(not_understood=batch.not_understood)
    if batch.left_out:
        log.error("alerts_left_out", source=source.name, left_out=batch.left_out)
    taken = await _accept(app, source, batch.alerts) if batch.alerts else TakenIn()
    if not batch.rejected:
        return taken
    metrics.rejected(source.name, Rejection.BAD_ALERT, len(batch.rejected))
    partly = replace(taken, rejected=batch.rejected)
    await _keep(app, source, body.raw, partly.problems)
    return partly


async def _parse(app: web.Application, source: SourceConfig, body: Body) -> Batch:
    """Parse the body, a large one in a thread; what is not the wire format is kept, and refused with the place."""
    parse = SOURCES[source.type].parse
    try:
        if len(body.raw) <= app[LIMITS].off_loop_bytes:
            return parse(body)
        return await asyncio.get_running_loop().run_in_executor(app[PARSER], parse, body)
    except PayloadError as error:
        await _keep(app, source, body.raw, str(error))
        raise RejectionError(400, str(error), Rejection.MALFORMED) from error


async def _accept(app: web.Application, source: SourceConfig, alerts: tuple[Alert, ...]) -> TakenIn:
    parts = app[PARTS]
    parts.metrics.received(source.name, len(alerts))
    stored: Accepted = await within_budget(app, parts.intake.accept(alerts))
    if stored.duplicates:
        parts.metrics.duplicate(source.name, stored.duplicates)
    return TakenIn(stored.accepted, stored.duplicates, stored.incidents)


async def _keep(app: web.Application, source: SourceConfig, raw: bytes, problem: str) -> None:
    log.warning("body_quarantined", source=source.name, size=len(raw), problem=problem)
    await within_budget(app, app[PARTS].quarantine.keep(source.name, raw, problem))


async def within_budget(app: web.Application, work: Awaitable[T]) -> T:
    """Wait for the store, but no longer than the sender would; raises UnavailableError then.

    The work itself goes on: a command that is cancelled half-way would spoil the connection that others share, and
    accepting the same alerts twice does no harm.
    """
    loop = asyncio.get_running_loop()
    task: asyncio.Future[T] = asyncio.ensure_future(work)
    looked_up = loop.create_future()

    def look(_task: object = None) -> None:
        if not looked_up.done():
            looked_up.set_result(None)

    # By hand, because asyncio.wait() and asyncio.shield() cost twice as much, and every webhook passes here.
    task.add_done_callback(look)
    timer = loop.call_later(app[LIMITS].store_s, look)
    try:
        await looked_up
    finally:
        timer.cancel()
        if not task.done():
            app[LATE].let_finish(task)
    if not task.done():
        raise UnavailableError(f"storing took longer than {app[LIMITS].store_s:g} s", code="slow")
    return task.result()
