"""Firings and SLOs that were recorded, in memory: what reviews are computed from, with nothing to be stored first."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from zoneinfo import ZoneInfo

from router.noise.values import Firing, RuleKey, SloDay, Stretch


@dataclass
class Firings:
    """Given firings; meets router.reporting.parts.Firings by shape."""

    every: Sequence[Firing]

    async def between(self, start: float, end: float, rule: RuleKey | None = None) -> list[Firing]:
        found = (each for each in self.every if start <= each.started_at < end and rule in (None, each.key))
        return sorted(found, key=lambda firing: firing.started_at)

    async def of_rules(self, rules: Collection[RuleKey], start: float, end: float) -> dict[RuleKey, list[Firing]]:
        return {rule: await self.between(start, end, rule) for rule in rules}

    async def newest(self, rule: RuleKey, before: float, limit: int) -> list[Firing]:
        older = [each for each in self.every if each.key == rule and each.started_at < before]
        return sorted(older, key=lambda firing: -firing.started_at)[:limit]


@dataclass
class Slos:
    """What SLOs said; meets router.reporting.parts.SloHistory by shape."""

    said: Mapping[str, Sequence[Stretch]] = field(default_factory=dict)
    measured: Mapping[str, Sequence[SloDay]] = field(default_factory=dict)

    async def stretches(self, slos: Iterable[str], start: float, end: float) -> dict[str, list[Stretch]]:
        return {
            slo: [each for each in self.said.get(slo, ()) if each.start <= end and each.end >= start] for slo in slos
        }

    async def days(self, slos: Iterable[str], first: date, last: date, zone: ZoneInfo) -> dict[str, list[SloDay]]:
        return {slo: [each for each in self.measured.get(slo, ()) if first <= each.day <= last] for slo in slos}
