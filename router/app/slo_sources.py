"""The SLO sources in force, and how each answered last."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import aiohttp

from router.config.values import SloSourceConfig
from router.slo.objective import Objective, Snapshot
from router.slo.sources import SloSource, build


@dataclass(slots=True)
class Asked:
    """A source that remembers how it answered: `problem` is what it said of the first SLO it could not measure."""

    settings: SloSourceConfig
    source: SloSource
    asked_at: float | None = None
    failed: int = 0
    problem: str = ""

    async def measure(self, objectives: Sequence[Objective], now: float) -> Mapping[str, Snapshot]:
        """Return what the source measures."""
        snapshots = await self.source.measure(objectives, now)
        errors = [snapshot.error for snapshot in snapshots.values() if snapshot.error]
        self.asked_at, self.failed = now, len(errors)
        self.problem = errors[0] if errors else ""
        return snapshots

    def report(self) -> dict[str, object]:
        """Return `ok`, None while this process has not asked: another replica may hold the lease."""
        ok = None if self.asked_at is None else not self.failed
        return {"ok": ok, "asked_at": self.asked_at, "slos_failed": self.failed, "problem": self.problem}


class SloSources:
    """One source for each that is configured. All share a session, which its owner closes."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session
        self.in_force: dict[str, Asked] = {}

    def follow(self, configured: Mapping[str, SloSourceConfig]) -> None:
        """Build what is new or changed; one whose settings are the same stays, with its caches and its breaker."""
        self.in_force = {name: self._kept(name, settings) for name, settings in configured.items()}

    def _kept(self, name: str, settings: SloSourceConfig) -> Asked:
        known = self.in_force.get(name)
        if known is not None and known.settings == settings:
            return known
        return Asked(settings, build(settings, self._session))

    def report(self) -> dict[str, object]:
        """Return how each is, for /readyz."""
        return {name: asked.report() for name, asked in self.in_force.items()}
