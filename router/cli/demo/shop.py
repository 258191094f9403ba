"""The simulated web shop: how many requests each SLO sees, how many of them fail, and the source that tells."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import cos, pi, sin

from router.slo.objective import DAY_S, PERIOD, WINDOWS, Count, Objective, Snapshot

MINUTE_S = 60.0
HISTORY_S = 29 * DAY_S
"""How long the shop existed before the day is played: longer than the period of its SLOs."""
SAMPLE_AGE_S = 5.0
SAMPLE_INTERVAL_S = 15.0
BUSIEST_HOUR = 15.0


@dataclass(frozen=True, slots=True)
class Trouble:
    """A stretch of time (Unix seconds) in which this part of the requests fails, beside the usual few."""

    begin: float
    end: float
    ratio: float


@dataclass(frozen=True, slots=True)
class Load:
    """What one SLO sees: requests per second when it is busiest, the part that always fails, and the troubles."""

    busiest_per_s: float
    usual: float
    troubles: tuple[Trouble, ...] = ()


class Traffic:
    """Requests and failures of one SLO by the minute, summed up once, so that every window costs two look-ups."""

    def __init__(self, load: Load, start: float, length_s: float) -> None:
        self._load = load
        self._origin = start - HISTORY_S
        minutes = [self._origin + at * MINUTE_S for at in range(int((HISTORY_S + length_s) / MINUTE_S) + 2)]
        totals = [self.per_second(at) * MINUTE_S for at in minutes]
        bad = [total * self._ratio(at) for at, total in zip(minutes, totals, strict=True)]
        self._totals = list(accumulate(totals, initial=0.0))
        self._bad = list(accumulate(bad, initial=0.0))

    def per_second(self, at: float) -> float:
        """Return the requests per second: few at night, most in the afternoon, never quite even."""
        hour = at % DAY_S / 3_600.0
        day = 0.2 + 0.8 * (0.5 + 0.5 * cos((hour - BUSIEST_HOUR) * pi / 12.0))
        return self._load.busiest_per_s * day * (1.0 + 0.05 * sin(at / 420.0) + 0.03 * sin(at / 97.0))

    def count(self, now: float, length_s: float) -> Count:
        """Return the failed and all requests of the window that ends now."""
        return Count(
            self._until(self._bad, now) - self._until(self._bad, now - length_s),
            self._until(self._totals, now) - self._until(self._totals, now - length_s),
        )

    def _ratio(self, minute: float) -> float:
        """Return the failing part of a minute; a trouble that begins within it counts for its share of it."""
        shares = (
            (min(minute + MINUTE_S, each.end) - max(minute, each.begin), each.ratio) for each in self._load.troubles
        )
        return self._load.usual + sum(max(0.0, seconds) / MINUTE_S * ratio for seconds, ratio in shares)

    def _until(self, sums: Sequence[float], at: float) -> float:
        position = min(max(0.0, (at - self._origin) / MINUTE_S), len(sums) - 1.0)
        whole = min(int(position), len(sums) - 2)
        return sums[whole] + (position - whole) * (sums[whole + 1] - sums[whole])


class Shop:
    """The SLO source of the demo: it measures its own traffic, except while it does not answer."""

    name = "prometheus"

    def __init__(self, traffics: Mapping[str, Traffic], outages: Sequence[tuple[float, float]] = ()) -> None:
        self._traffics = traffics
        self._outages = sorted(outages)

    async def measure(self, objectives: Sequence[Objective], now: float) -> dict[str, Snapshot]:
        """Return every objective's windows as of now, or why there are none."""
        if self._is_out(now):
            return {each.id: Snapshot(each.id, None, {}, error="connection refused") for each in objectives}
        return {each.id: self._snapshot(each, now) for each in objectives if each.id in self._traffics}

    def _is_out(self, now: float) -> bool:
        before = bisect_right(self._outages, (now, float("inf"))) - 1
        return before >= 0 and now < self._outages[before][1]

    def _snapshot(self, objective: Objective, now: float) -> Snapshot:
        sampled_at = now - SAMPLE_AGE_S
        lengths = {**WINDOWS, PERIOD: objective.window.length_s}
        traffic = self._traffics[objective.id]
        windows = {name: traffic.count(sampled_at, length_s) for name, length_s in lengths.items()}
        return Snapshot(objective.id, sampled_at, windows, age_s=HISTORY_S, interval_s=SAMPLE_INTERVAL_S)

    def burn(self, objective: Objective, now: float) -> float:
        """Return the burn rate of the last five minutes, for the line that shows time passing."""
        count = self._traffics[objective.id].count(now, WINDOWS["5m"])
        return count.bad / count.total / objective.budget

    def per_second(self, slo: str, now: float) -> float:
        """Return the requests per second of one SLO."""
        return self._traffics[slo].per_second(now)
