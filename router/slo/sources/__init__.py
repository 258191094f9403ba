"""Where SLO numbers come from: one file per kind of source, each turning objectives into snapshots."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final, Protocol

import aiohttp

from router.slo.objective import Objective, Snapshot
from router.slo.sources.prometheus import PrometheusSource

__all__ = ["TYPES", "Described", "PrometheusSource", "SloSource", "build"]


class SloSource(Protocol):
    """Measures objectives. It never raises for what the outside does: `Snapshot.error` says what went wrong."""

    name: str

    async def measure(self, objectives: Sequence[Objective], now: float) -> dict[str, Snapshot]:
        """Return a snapshot of every objective by its id, as of `now` (Unix seconds), within a bounded time."""
        ...


class Described(Protocol):
    """A configured source; headers and URL may hold credentials."""

    @property
    def name(self) -> str: ...
    @property
    def type(self) -> str: ...
    @property
    def url(self) -> str: ...
    @property
    def headers(self) -> Mapping[str, str]: ...
    @property
    def timeout_s(self) -> float: ...


_Make = Callable[[str, str, Mapping[str, str], float, aiohttp.ClientSession], SloSource]
TYPES: Final[Mapping[str, _Make]] = {"prometheus": PrometheusSource}
"""Kinds of sources by the `type` of the configuration."""


def build(config: Described, session: aiohttp.ClientSession) -> SloSource:
    """Return the source that a configuration describes; raises ValueError for a type that is not in TYPES."""
    make = TYPES.get(config.type)
    if make is None:
        raise ValueError(f"slo source {config.name!r}: unknown type {config.type!r}; known are {', '.join(TYPES)}")
    return make(config.name, config.url, config.headers, config.timeout_s, session)
