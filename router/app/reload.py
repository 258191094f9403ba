"""The configuration in force: loaded at start, loaded again on SIGHUP and when a file changes.

A bad new one changes nothing: the old one stays in force, and log, metric and `/readyz` say why.
"""

import asyncio
from collections.abc import Callable
from dataclasses import replace

import structlog

from router.config.values import Config
from router.errors import ConfigError, Finding

LOG = structlog.get_logger(__name__)
NAMED = 10
"""Mistakes that are named in `/readyz`, and new warnings in the log; `alert-router check` tells all of them."""


class Configuration:
    """Holds the configuration in force; `load` reads it anew and raises ConfigError."""

    def __init__(self, load: Callable[[], Config], now: Callable[[], float]) -> None:
        self._load = load
        self._now = now
        self.current = load()
        self.loaded_at = now()
        self.problem = ""
        """Why what is on disk cannot be used, "" when it is in force."""

    async def reload(self) -> bool:
        """Read the files again, in a thread; returns whether another configuration is in force now."""
        try:
            fresh = await asyncio.to_thread(self._load)
        except ConfigError as error:
            self._refuse([finding for finding in error.findings if finding.severe])
            return False
        if self.problem:
            LOG.info("reload_mended")
        self.problem = ""
        self.loaded_at = self._now()
        if fresh.digest == self.current.digest:
            return False
        self._take(fresh)
        return True

    def _refuse(self, mistakes: list[Finding]) -> None:
        problem = "\n".join(map(str, mistakes[:NAMED]))
        if problem != self.problem:
            LOG.error("reload_refused", mistakes=len(mistakes), problem=str(mistakes[0]), in_force="the one before")
        self.problem = problem

    def _take(self, fresh: Config) -> None:
        if fresh.durability != self.current.durability:
            LOG.warning("restart_needed", setting="durability", in_force=self.current.durability)
            fresh = replace(fresh, durability=self.current.durability)
        LOG.info("reloaded", slos=len(fresh.objectives), receivers=len(fresh.receivers), warnings=len(fresh.findings))
        known = set(self.current.findings)
        for finding in [each for each in fresh.findings if each not in known][:NAMED]:
            LOG.warning("config_warning", finding=str(finding))
        self.current = fresh

    def report(self) -> dict[str, object]:
        """Return the last reload for /readyz."""
        return {"ok": not self.problem, "loaded_at": self.loaded_at, "problem": self.problem}
