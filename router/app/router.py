"""The router as a whole: assembled from its parts, started, kept going, drained and stopped."""

import asyncio
import contextlib
import platform
from collections.abc import Awaitable, Callable
from importlib.metadata import version
from pathlib import Path
from typing import TextIO
from uuid import uuid4

import aiohttp
import structlog

from router.app.engine import assemble
from router.app.health import Health, Quarantine
from router.app.reload import Configuration
from router.config.values import Environment
from router.dispatch import Delivery
from router.errors import ConfigError, UnavailableError
from router.slack.calls import SlackCalls
from router.slack.deliver import SlackDelivery
from router.slack.render import render
from router.slack.terminal import Terminal
from router.slo.sources import SloSource, build
from router.state.clock import RedisClock
from router.state.connect import connect, inspect
from router.state.embedded import Embedded
from router.state.pace import Pace
from router.state.scripts import Scripts
from router.web.metrics import Metrics
from router.web.parts import Parts as WebParts
from router.web.server import build_web, serve

LOG = structlog.get_logger(__name__)
AUDIT_S = 5.0
EXPIRE_S = 5.0
SYNC_S = 60.0
RETRY_S = 1.0
DRAIN_S = 10.0
CANCEL_AGAIN_S = 0.05


class Router:
    """One process of the router. `start` returns once it listens; `stop` ends it with nothing lost."""

    def __init__(self, environment: Environment, configuration: Configuration, screen: TextIO) -> None:
        self._environment = environment
        self.configuration = configuration
        self._screen = screen
        self._loops: list[asyncio.Task[None]] = []
        self._closing = contextlib.AsyncExitStack()
        self.metrics = Metrics()
        self.metrics.build_info(version("slo-alert-router"), platform.python_version())
        self.address = ""

    async def start(self) -> None:
        """Start everything; raises ConfigError or UnavailableError, with what to do, when that is impossible."""
        try:
            await self._assemble()
            await self._listen()
        except BaseException:
            await self._end_loops()
            await self._closing.aclose()
            raise

    async def _assemble(self) -> None:
        url = self._environment.redis_url or await self._start_embedded()
        self._client = connect(url)
        self._closing.push_async_callback(self._client.aclose)
        self._session = await self._closing.enter_async_context(aiohttp.ClientSession())
        scripts = Scripts(self._client)
        self._clock = RedisClock(self._client)
        delivery = self._delivery(Pace(scripts, self._clock))
        self.engine = assemble(scripts, self._clock, self.configuration, delivery, self.metrics, uuid4().hex)
        self.health = Health(self._client, self.configuration, self.engine.evaluator, self._slack_report)
        self._sources = self._build_sources()

    async def _start_embedded(self) -> str:
        embedded = Embedded(Path(self._environment.data_dir))
        await embedded.start()
        self._closing.push_async_callback(embedded.stop)
        self._keep(lambda: self._revive(embedded))
        return embedded.url

    async def _revive(self, embedded: Embedded) -> None:
        """Start the embedded server again when it dies; its append-only file brings everything back."""
        await embedded.died()
        LOG.error("embedded_valkey_died")
        await embedded.start()

    def _delivery(self, pace: Pace) -> Delivery:
        token = self._environment.slack_bot_token
        if not token:
            return Terminal(self._screen, self._clock.now)
        base_url = self._environment.slack_api_url
        calls = SlackCalls(
            token,
            base_url.rstrip("/") + "/" if base_url else "",
            self._session,
            pace,
            on_result=self.metrics.slack_request,
            on_rate_limited=self.metrics.slack_rate_limited,
        )
        # The salt makes block_ids new at every attempt: Slack asks for new ones whenever a message changes.
        return SlackDelivery(
            calls, lambda order: render(order.view, order.locale, f"{order.delivery_id}{order.view.now}")
        )

    def _slack_report(self) -> dict[str, object]:
        if not self._environment.slack_bot_token:
            return {"ok": True, "mode": "terminal: no SLACK_BOT_TOKEN"}
        trouble = dict(self.engine.dispatcher.trouble)
        return {"ok": not trouble, "mode": "slack", "trouble": trouble}

    def _build_sources(self) -> dict[str, SloSource]:
        return {name: build(each, self._session) for name, each in self.configuration.current.slo_sources.items()}

    async def _listen(self) -> None:
        parts = WebParts(
            intake=self.engine.intake,
            quarantine=Quarantine(self.engine.board, self.engine.intake, self._clock.now),
            board=self.engine.board,
            health=self.health,
            config=lambda: self.configuration.current,
            now=self._clock.now,
            metrics=self.metrics,
            version=version("slo-alert-router"),
        )
        await self._check_state()
        runner = await serve(build_web(parts), self._environment.listen_host, self._environment.listen_port)
        self._closing.push_async_callback(runner.cleanup)
        host, port = runner.addresses[0][:2]
        self.address = f"http://{host}:{port}"
        for loop in (self._dispatch, self._evaluate, self._audit, self._expire, self._sync, self._watch):
            self._keep(loop)

    async def _check_state(self) -> None:
        """Ask the server what can be promised. An unreachable one is asked again: until then alerts get 503."""
        try:
            server = await inspect(self._client, self.configuration.current.durability)
            await self._clock.sync()
        except UnavailableError as error:
            if not self._environment.redis_url:
                raise
            self.health.state = {"ok": False, "problem": str(error)}
            LOG.warning("redis_unavailable", code=error.code)
            return
        self.health.state = {"ok": True, "server": f"{server.name} {server.version}", "durability": server.persistence}
        for warning in server.warnings:
            LOG.warning("redis_warning", warning=warning)
        LOG.info("redis_ready", server=server.name, version=server.version, durability=server.persistence)

    def _keep(self, turn: Callable[[], Awaitable[None]]) -> None:
        self._loops.append(asyncio.create_task(_forever(turn)))

    async def _dispatch(self) -> None:
        await self.engine.dispatcher.run()

    async def _evaluate(self) -> None:
        await self.engine.evaluate(self._sources)
        await asyncio.sleep(self.configuration.current.evaluation.interval_s)

    async def _audit(self) -> None:
        found = await self.engine.board.audit(self._clock.now())
        self.metrics.set_unaccounted(found.unaccounted)
        self.metrics.set_held(found.held)
        self.metrics.set_incidents(found.stages)
        self.metrics.queue_oldest(found.oldest_s)
        await asyncio.sleep(AUDIT_S)

    async def _expire(self) -> None:
        await self.engine.expire()
        await asyncio.sleep(EXPIRE_S)

    async def _sync(self) -> None:
        if not self.health.state["ok"]:
            await self._check_state()
        else:
            await self._clock.sync()
        await asyncio.sleep(SYNC_S if self.health.state["ok"] else RETRY_S)

    async def _watch(self) -> None:
        async for _ in self.configuration.changes():
            self.reload()

    def reload(self) -> None:
        """Read the configuration again; a bad one changes nothing and is told in log, metric and /readyz."""
        if self.configuration.reload():
            self._sources = self._build_sources()
            self.metrics.keep_slos(self.configuration.current.objectives)
            self.metrics.keep_slo_sources(self.configuration.current.slo_sources)
            self.engine.dispatcher.wake()
        self.metrics.reload(ok=not self.configuration.problem)

    async def stop(self) -> None:
        """Stop taking alerts, let what is under way finish, leave the rest due, and close everything."""
        self.health.stopping = True
        await self._end_loops()
        await self.engine.dispatcher.drain(DRAIN_S)
        await self.engine.writer.drain()
        await self._closing.aclose()

    async def _end_loops(self) -> None:
        """End every loop. One cancel may get lost in Python 3.11's wait_for, which redis-py sends through: ask again."""
        pending = set(self._loops)
        while pending:
            for loop in pending:
                loop.cancel()
            _, pending = await asyncio.wait(pending, timeout=CANCEL_AGAIN_S)


async def _forever(turn: Callable[[], Awaitable[None]]) -> None:
    """Take one turn after another. Redis being away is no reason to end: everything stays due."""
    while True:
        try:
            await turn()
        except UnavailableError as error:
            LOG.warning("postponed", code=error.code)
            await asyncio.sleep(RETRY_S)
        except ConfigError as error:
            LOG.error("state_refused", problem=str(error))  # noqa: TRY400 - the message says it all
            await asyncio.sleep(RETRY_S)
