"""Builds the application and serves it: routes, the frame around every request, and the listening socket."""

import asyncio
import resource
import traceback
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from time import perf_counter

import structlog
from aiohttp import web
from aiohttp.http_parser import HttpRequestParser
from aiohttp.typedefs import Handler

from router.errors import RouterError, UnavailableError
from router.web import api_v2, health, slack, webhook
from router.web.answers import UNFINISHED, RejectionError, refuse
from router.web.connection import Connection, Door
from router.web.pages import routes as pages
from router.web.parts import LATE, LIMITS, LOAD, PARSER, PARTS, STARTED_AT, LateStores, Limits, Load, Parts

log = structlog.get_logger(__name__)
OWN_FILES = 128
"""File descriptors kept for Redis, Slack, SLO sources and files when the system allows only few."""
STATUS_WORDS = {404: "there is nothing here", 405: "this method is not allowed here"}


def build_web(parts: Parts, limits: Limits | None = None) -> web.Application:
    """Return the application with all routes; `serve` makes it listen."""
    app = web.Application(middlewares=[frame])
    app[PARTS] = parts
    app[LIMITS] = limits or Limits()
    app[LOAD] = Load(app[LIMITS])
    app[LATE] = LateStores()
    app[STARTED_AT] = parts.now()
    app.cleanup_ctx.append(_parser_thread)
    app.cleanup_ctx.append(_late_stores)
    app.on_startup.append(pages.prepare)
    app.add_routes([*_webhook_routes(), *_alertmanager_routes(), *_health_routes(), *slack.routes(), *pages.routes()])
    return app


def _webhook_routes() -> list[web.RouteDef]:
    return [
        web.post("/webhook/{source}", webhook.receive),
        web.post("/webhook/{source}/api/v2/alerts", api_v2.post_prefixed_alerts),
    ]


def _alertmanager_routes() -> list[web.RouteDef]:
    return [
        web.post("/api/v2/alerts", api_v2.post_alerts),
        web.get("/api/v2/alerts", api_v2.get_alerts),
        web.get("/api/v2/alerts/groups", api_v2.get_groups),
        web.get("/api/v2/status", api_v2.get_status),
        web.get("/api/v2/receivers", api_v2.get_receivers),
        web.get("/api/v2/silences", api_v2.get_silences),
        web.post("/api/v2/silences", api_v2.post_silence),
        web.get("/api/v2/silence/{id}", api_v2.get_silence),
        web.delete("/api/v2/silence/{id}", api_v2.delete_silence),
    ]


def _health_routes() -> list[web.RouteDef]:
    return [
        web.get("/-/healthy", health.healthy),
        web.get("/-/ready", health.ready),
        web.get("/healthz", health.healthz),
        web.get("/readyz", health.readyz),
        web.get("/metrics", health.metrics),
    ]


@web.middleware
async def frame(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn every error into an answer, and leave one line about every request."""
    began = perf_counter()
    try:
        response = await handler(request)
    except RejectionError as error:
        response = refuse(request, error.status, error.problem)
        if error.reason in UNFINISHED:
            response.force_close()
    except UnavailableError as error:
        log.warning("unavailable", code=error.code, problem=str(error))
        response = refuse(request, 503, "alerts cannot be stored now; come back")
    except web.HTTPException as error:
        response = refuse(request, error.status, STATUS_WORDS.get(error.status, error.reason))
        if "Allow" in error.headers:
            response.headers["Allow"] = error.headers["Allow"]
    except Exception as error:  # noqa: BLE001 - the outermost frame: a sender must get an answer whatever breaks
        log.error("request_failed", error=type(error).__name__, place=_place_of(error))  # noqa: TRY400
        response = refuse(request, 500, "the router failed; this is its fault, not yours")
    log.debug("request", route=_route_of(request), status=response.status, seconds=perf_counter() - began)
    return response


def _place_of(error: BaseException) -> str:
    """Name where it broke: file, line and function, no values."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{frames[-1].filename}:{frames[-1].lineno} {frames[-1].name}" if frames else ""


def _route_of(request: web.Request) -> str:
    """Name the route as configured; a path as sent does not belong into a log."""
    resource = request.match_info.route.resource
    return f"{request.method} {resource.canonical if resource is not None else '?'}"


async def _parser_thread(app: web.Application) -> AsyncIterator[None]:
    """One thread reads large bodies, one after another: two would only take turns."""
    with ThreadPoolExecutor(1, "large-bodies") as executor:
        app[PARSER] = executor
        yield


async def _late_stores(app: web.Application) -> AsyncIterator[None]:
    """Let what is being stored end before the store is closed."""
    yield
    await app[LATE].finished(app[LIMITS].store_s)


def require_c_parser(parser: type = HttpRequestParser) -> None:
    """Raise RouterError unless aiohttp reads HTTP with its C parser: the pure Python one was the weaker one."""
    if parser.__module__ != "aiohttp._http_parser":
        text = "aiohttp runs without its C parser: install its wheel, and unset AIOHTTP_NO_EXTENSIONS"
        raise RouterError(text)


async def serve(app: web.Application, host: str, port: int, *, shared: bool = False) -> web.AppRunner:
    """Listen and return the runner, whose `cleanup()` ends it gracefully; port 0 takes any free one.

    `shared` lets several processes listen on the same port. `runner.addresses` says where it listens.
    Raises RouterError without aiohttp's C parser, OSError when the address is taken.
    """
    require_c_parser()
    limits = app[LIMITS]
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=limits.shutdown_s)
    await runner.setup()
    try:
        await _Site(runner, host, port, limits, shared).start()
    except BaseException:
        await runner.cleanup()
        raise
    return runner


class _Site(web.BaseSite):
    """A listening socket whose connections are ours."""

    __slots__ = ("_address", "_door", "_shared")

    def __init__(self, runner: web.AppRunner, host: str, port: int, limits: Limits, shared: bool) -> None:
        super().__init__(runner, backlog=1024)
        self._address = (host, port)
        self._door = Door(limits, most_connections(limits))
        self._shared = shared

    @property
    def name(self) -> str:
        host, port = self._address
        return f"http://{host}:{port}"

    async def start(self) -> None:
        await super().start()
        loop = asyncio.get_running_loop()
        server = self._runner.server
        if server is None:
            raise RuntimeError("the runner was not set up")
        host, port = self._address
        self._server = await loop.create_server(
            lambda: Connection(server, self._door, loop),
            host,
            port,
            backlog=self._backlog,
            reuse_port=self._shared or None,
        )


def most_connections(limits: Limits) -> int:
    """Return how many connections may be open: as configured, less where the system allows few files."""
    soft, _hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return limits.connections
    return max(1, min(limits.connections, soft - OWN_FILES))
