"""The newest review of each week and team with its charts, deflated; pages, JSON and Slack read nothing else."""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from router.noise.weeks import week_named
from router.state import keys
from router.state.durable import Durable
from router.state.scripts import Scripts

KEEP_S = 761 * 86_400.0
"""25 months after its week."""
_CHART = "chart:"


@dataclass(frozen=True, slots=True)
class Stored:
    """A review as it was packed, and when it was computed (Unix seconds)."""

    review: bytes
    as_of: float


class Reviews:
    """Stores and reads reviews; `week` is 2026-W47, `team` "" for all teams together."""

    def __init__(self, scripts: Scripts, durability: str = "L1", keep_s: float = KEEP_S) -> None:
        self._scripts = scripts
        self._durable = Durable(scripts, durability)
        self._keep_s = keep_s

    async def store(self, week: str, team: str, review: bytes, charts: Mapping[str, bytes], as_of: float) -> bool:
        """Keep a review and its charts together, in the place of an earlier one, until 25 months after its week.

        Returns False when a newer one is there already. Raises UnavailableError, and ValueError for what is no week.
        """
        values = [b"review", zlib.compress(review, 6)]
        for name, chart in charts.items():
            values += [f"{_CHART}{name}".encode(), zlib.compress(chart, 6)]
        left_s = max(1, int(end_of(week) + self._keep_s - as_of))
        return bool(await self._durable.run("review", keys.review(week, team), [f"{as_of:.6f}", left_s, *values]))

    async def load(self, week: str, team: str) -> Stored | None:
        """Return a review, None when none is stored."""
        [(review, as_of)] = await self._scripts.read([("HMGET", keys.review(week, team), "review", "as_of")])
        return Stored(zlib.decompress(review), float(as_of)) if review is not None else None

    async def chart(self, week: str, team: str, name: str) -> bytes | None:
        """Return a chart of a review by its name, None when there is none."""
        [chart] = await self._scripts.read([("HGET", keys.review(week, team), f"{_CHART}{name}")])
        return zlib.decompress(chart) if chart is not None else None


def end_of(week: str) -> float:
    """Return when a week is over in UTC (Unix seconds); raises ValueError for what is no week."""
    return week_named(week, ZoneInfo("UTC")).end
