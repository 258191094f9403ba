"""The configuration in force: loaded at start, loaded again on SIGHUP and when a file changes.

A bad new one changes nothing: the old one stays in force, and log, metric and `/readyz` say why.
"""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import structlog
from watchfiles import awatch

from router.config.values import Config
from router.errors import ConfigError

LOG = structlog.get_logger(__name__)


class Configuration:
    """Holds the configuration in force; `load` reads it anew and raises ConfigError."""

    def __init__(self, load: Callable[[], Config], now: Callable[[], float]) -> None:
        self._load = load
        self._now = now
        self.current = load()
        self.loaded_at = now()
        self.problem = ""

    def reload(self) -> bool:
        """Read the files again; returns whether another configuration is in force now."""
        try:
            fresh = self._load()
        except ConfigError as error:
            self.problem = str(error)
            LOG.error("reload_refused", mistakes=len(error.findings), problem=str(error.findings[0]))  # noqa: TRY400
            return False
        self.problem = ""
        self.loaded_at = self._now()
        if fresh.digest == self.current.digest:
            return False
        self.current = fresh
        LOG.info("reloaded", slos=len(fresh.objectives), receivers=len(fresh.receivers), warnings=len(fresh.findings))
        return True

    async def changes(self) -> AsyncIterator[None]:
        """Yield whenever a file that was read, or one beside it, has changed."""
        folders = self._folders()
        async for _ in awatch(
            *folders, recursive=False, debounce=400, step=100, rust_timeout=1_000, yield_on_timeout=False
        ):
            yield

    def _folders(self) -> list[str]:
        return sorted({str(Path(name).resolve().parent) for name in self.current.files})

    def report(self) -> dict[str, object]:
        """Return the last reload for /readyz."""
        return {"ok": not self.problem, "loaded_at": self.loaded_at, "problem": self.problem}
