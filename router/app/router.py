"""The router as a whole: assembled from its parts, started, kept going, drained and stopped."""

import asyncio
import contextlib
import platform
from importlib.metadata import version
from pathlib import Path
from typing import TextIO
from uuid import uuid4

import aiohttp
import structlog

from router.app.door import OpenDoor, open_door
from router.app.engine import Outside, assemble
from router.app.files import Watch
from router.app.health import Health
from router.app.loops import Loops
from router.app.quarantine import Quarantine
from router.app.reload import Configuration
from router.app.reporting import Reporting
from router.app.silences import silencing_of
from router.app.slack import Lines, SlackSide, webhooks
from router.app.slo_sources import SloSources
from router.config.environment import is_loopback
from router.config.values import Environment
from router.errors import RouterError, UnavailableError
from router.slack.terminal import Terminal
from router.slack.webhook import Deliveries
from router.state.clock import RedisClock
from router.state.connect import connect
from router.state.embedded import Embedded
from router.state.pace import Pace
from router.state.scripts import Scripts
from router.web.metrics import Metrics
from router.web.parts import Parts as WebParts

LOG = structlog.get_logger(__name__)
AUDIT_S = 5.0
EXPIRE_S = 5.0
CHECK_S = 60.0
LOOK_S = 1.0
AGAIN_S = 10.0
"""A configuration that could not be used is tried again this often: what it lacked may lie where nobody looks."""
SILENCES_S = 5.0
STORM_S = 5.0
"""How soon a storm gets its summary."""
DRAIN_S = 10.0
ANSWERS_S = 3.0
LINGER_S = 5.0
"""How long a router that others reach goes on serving after it said that it is not ready any more."""


class Router:
    """One process of the router. `start` returns once it listens; `stop` ends it with nothing lost."""

    def __init__(self, environment: Environment, configuration: Configuration, screen: TextIO) -> None:
        self._environment = environment
        self.configuration = configuration
        self._screen = screen
        self._loops = Loops()
        self._closing = contextlib.AsyncExitStack()
        self._files = Watch(lambda: self.configuration.current.files)
        self._asked_to_reload = asyncio.Event()
        self._door: OpenDoor | None = None
        self.metrics = Metrics()
        self.metrics.build_info(version("slo-alert-router"), platform.python_version())

    @property
    def address(self) -> str:
        """Where it listens, as a URL."""
        return self._door.address if self._door is not None else ""

    async def start(self) -> None:
        """Start everything; raises ConfigError or another RouterError, with what to do, when that is impossible."""
        try:
            await self._assemble()
            await self._check_state()
            await self._listen()
        except BaseException:
            await self._close()
            raise
        self._keep_going()

    async def _assemble(self) -> None:
        url = self._environment.redis_url or await self._start_embedded()
        client = connect(url)
        self._closing.push_async_callback(client.aclose)
        self._session = await self._closing.enter_async_context(aiohttp.ClientSession())
        scripts = Scripts(client)
        self._clock = RedisClock(client)
        self._sources = SloSources(self._session)
        self._sources.follow(self.configuration.current.slo_sources)
        self._lines = Lines(
            self._environment,
            self._session,
            Pace(scripts, self._clock),
            self.metrics,
            scripts,
            self._clock,
            lambda: self.configuration.current,
        )
        self._slack = SlackSide(self._lines) if self._environment.slack_bot_token else None
        owner, terminal = uuid4().hex, Terminal(self._screen, self._clock.now)
        self.engine = assemble(scripts, self._clock, self.configuration, self._outside(owner, terminal))
        self.reporting = Reporting(self._lines, owner, self._slack.calls if self._slack else None, terminal)
        self.silencing = silencing_of(self.engine, self._session)
        if self._slack is not None:
            self._slack.connect(self.engine, self.silencing)
            self.engine.storms.permalink = self._slack.team.permalink
            self.engine.storms.limited = self._lines.limited.total
        self.health = Health(client, self._clock, self.configuration, self._sources, self._slack_report)

    def _outside(self, owner: str, terminal: Terminal) -> Outside:
        slack = self._slack
        if slack is None:
            return Outside(Deliveries(terminal, webhooks(self._lines)), self.metrics, owner)
        return Outside(slack.delivery(), self.metrics, owner, slack.replies, slack.interactive)

    async def _start_embedded(self) -> str:
        folder = Path(self._environment.data_dir)
        embedded = Embedded(folder)
        self._closing.push_async_callback(embedded.stop)
        try:
            await embedded.start()
        except OSError as error:
            text = f"the data folder {folder} cannot be used ({error.strerror}): mend it, or set ROUTER_DATA_DIR"
            raise RouterError(text) from error
        self._loops.keep("embedded", lambda: self._revive(embedded))
        return embedded.url

    async def _revive(self, embedded: Embedded) -> None:
        """Start the embedded server again when it dies; its append-only file brings everything back."""
        await embedded.died()
        LOG.error("embedded_valkey_died")
        await embedded.start()
        LOG.info("embedded_valkey_revived")

    def _slack_report(self) -> dict[str, object]:
        if self._slack is None:
            return {"ok": True, "mode": "terminal: no SLACK_BOT_TOKEN"}
        trouble = dict(self.engine.dispatcher.trouble)
        ok = not trouble and not self._slack.problem
        return {"ok": ok, "mode": "slack", "trouble": trouble, **self._slack.report()}

    async def _check_state(self) -> None:
        """Ask the server what can be promised. One that is away is asked again; until then senders get 503."""
        try:
            await self.health.check()
        except UnavailableError as error:
            LOG.warning("redis_unavailable", code=error.code, problem=str(error))

    async def _listen(self) -> None:
        parts = WebParts(
            intake=self.engine.intake,
            quarantine=Quarantine(self.engine.board, self.engine.intake, self._clock.now),
            board=self.engine.board,
            health=self.health,
            config=lambda: self.configuration.current,
            now=self._clock.now,
            metrics=self.metrics,
            silencing=self.silencing,
            mutes=self.engine.mutes,
            version=version("slo-alert-router"),
            desk=self.reporting.desk,
        )
        self._door = await open_door(parts, self._environment, self._slack)

    def _keep_going(self) -> None:
        loops = (self._dispatch, self._evaluate, self._audit, self._expire, self._check, self._watch)
        for loop in (*loops, self._silences, self._storms):
            self._loops.keep(loop.__name__.strip("_"), loop)
        reporting = self.reporting
        for name, turn in (
            ("archive", reporting.archive),
            ("slo_history", reporting.fold),
            ("reviews", reporting.refresh),
            ("reports", reporting.post),
        ):
            self._loops.keep(name, turn)
        if self._slack is not None:
            self._loops.keep("slack_workspace", self._slack.team.turn)
            if self._slack.socket is not None:
                self._loops.keep("slack_socket", self._slack.socket.run)

    async def _dispatch(self) -> None:
        await self.engine.dispatcher.run()

    async def _evaluate(self) -> None:
        await self.engine.evaluate(self._sources.in_force)
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

    async def _silences(self) -> None:
        await self.silencing.tick(self._clock.now())
        await asyncio.sleep(SILENCES_S)

    async def _storms(self) -> None:
        await self.engine.storms.tick()
        await asyncio.sleep(STORM_S)

    async def _check(self) -> None:
        await self.health.check()
        await asyncio.sleep(CHECK_S)

    def reload(self) -> None:
        """Ask for the configuration to be read again, changed or not."""
        self._asked_to_reload.set()

    async def _watch(self) -> None:
        await self._asked_or_changed()
        self._asked_to_reload.clear()
        await self._reload()

    async def _asked_or_changed(self) -> None:
        """Return when a reload is asked for, when files changed, and now and then while what they hold is bad."""
        looks = 0
        while not (self.configuration.problem and looks * LOOK_S >= AGAIN_S):
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_S):
                    await self._asked_to_reload.wait()
                return
            if await asyncio.to_thread(self._files.look):
                return
            looks += 1

    async def _reload(self) -> None:
        """Take a new configuration; a bad one changes nothing and is told in log, metric and /readyz."""
        if await self.configuration.reload():
            self._sources.follow(self.configuration.current.slo_sources)
            self.metrics.keep_slos(self.configuration.current.objectives)
            self.metrics.keep_slo_sources(self.configuration.current.slo_sources)
            self.engine.dispatcher.wake()
        self.metrics.reload(ok=not self.configuration.problem)

    async def stop(self, *, linger: bool = False) -> None:
        """Stop taking alerts, let what is under way finish, leave the rest due, and close everything.

        `linger` goes on serving for five seconds first where others reach the router, so that a load balancer sees
        that it is not ready any more before its door is shut.
        """
        self.health.stopping = True
        if linger and not is_loopback(self._environment.listen_host):
            await asyncio.sleep(LINGER_S)
        if self._door is not None:
            await self._door.shut()
        await self._loops.end()
        await self.reporting.end()
        await self.engine.dispatcher.drain(DRAIN_S)
        if self._slack is not None:
            await self._slack.drain(ANSWERS_S)
        await self.engine.writer.drain()
        await self._close()

    async def _close(self) -> None:
        await self._loops.end()
        await self._closing.aclose()
