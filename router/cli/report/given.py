"""History files in place of what the router has stored: the same computation reads either."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from router.cli.files import read_firings, read_samples
from router.config.values import Config
from router.incident import Person
from router.noise.review import Roll
from router.noise.rollups import roll_up
from router.noise.threats import stretches
from router.noise.values import Firing, RuleKey, Sample, SloDay, Stretch
from router.noise.weeks import day_of, midnight
from router.reporting.computing import AFTERWARDS_S
from router.reporting.facts import team_zones
from router.reporting.parts import Stored, Stores
from router.state.missed import Miss


@dataclass(frozen=True)
class Given:
    """What two history files hold, in order of time; firings without a rule are reports of pages that never came."""

    firings: Sequence[Firing]
    samples: Mapping[str, Sequence[Sample]]
    reports: Sequence[Firing] = ()

    @classmethod
    def read(cls, history: str, slo_history: str | None, config: Config) -> "Given":
        """Read the files; raises PayloadError, OSError."""
        found = sorted(read_firings(history), key=lambda firing: firing.started_at)
        samples = read_samples(slo_history, config.objectives) if slo_history else {}
        return cls(
            [firing for firing in found if firing.rule],
            samples,
            [firing for firing in found if not firing.rule and firing.missed_report],
        )

    @cached_property
    def newest(self) -> float:
        """The newest time in the files, which is "now" for them; 0 when they are empty."""
        told = (_last(firing) for firing in (*self.firings, *self.reports))
        said = (samples[-1].at for samples in self.samples.values() if samples)
        return max((*told, *said), default=0.0)

    @cached_property
    def stretches(self) -> Mapping[str, tuple[Stretch, ...]]:
        """What each SLO said, as stretches."""
        return {slo: stretches(samples) for slo, samples in self.samples.items()}

    def stores(self, config: Config) -> Stores:
        """Return the files as the computation reads them."""
        return Stores(
            firings=_Firings(self.firings),
            slos=_Slos(self),
            rollups=_RollUps(self, config),
            reviews=_NoReviews(),
            missed=_Missed(self.reports),
            config=lambda: config,
        )


def _last(firing: Firing) -> float:
    known = (firing.started_at, firing.ended_at, firing.notified_at, firing.acknowledged_at, firing.guide_opened_at)
    return max(at for at in known if at is not None)


def _between(firings: Sequence[Firing], start: float, end: float) -> Sequence[Firing]:
    """Return those that started from `start` to `end`; what began at the newest time in the file ("now") belongs."""
    first = bisect_left(firings, start, key=lambda firing: firing.started_at)
    return firings[first : bisect_right(firings, end, key=lambda firing: firing.started_at)]


class _Firings:
    def __init__(self, firings: Sequence[Firing]) -> None:
        self._firings = firings

    async def between(self, start: float, end: float, rule: RuleKey | None = None) -> Sequence[Firing]:
        some = _between(self._firings, start, end)
        return some if rule is None else [firing for firing in some if firing.key == rule]

    async def newest(self, rule: RuleKey, before: float, limit: int) -> Sequence[Firing]:
        older = [firing for firing in self._firings if firing.key == rule and firing.started_at < before]
        return older[::-1][:limit]


class _Slos:
    def __init__(self, given: Given) -> None:
        self._given = given

    async def stretches(self, slos: Iterable[str], start: float, end: float) -> Mapping[str, Sequence[Stretch]]:
        # An SLO that is recorded counts, though nobody configured it.
        names = dict.fromkeys((*slos, *self._given.stretches))
        recorded = {slo: self._given.stretches.get(slo, ()) for slo in names}
        return {
            slo: [each for each in some if each.end >= start and each.start <= end] for slo, some in recorded.items()
        }

    async def days(
        self, slos: Iterable[str], first: date, last: date, zone: ZoneInfo
    ) -> Mapping[str, Sequence[SloDay]]:
        return {slo: _days(self._given.samples.get(slo, ()), first, last, zone) for slo in slos}


def _days(samples: Sequence[Sample], first: date, last: date, zone: ZoneInfo) -> list[SloDay]:
    newest: dict[date, Sample] = {}
    for sample in samples:
        newest[day_of(sample.at, zone)] = sample
    return [
        SloDay(day, sample.bad, sample.total, sample.budget_left)
        for day, sample in sorted(newest.items())
        if first <= day <= last
    ]


@dataclass
class _RollUps:
    """Summed up on asking: a file has no roll-ups."""

    given: Given
    config: Config
    days: dict[date, tuple[Roll, ...]] = field(default_factory=dict)

    async def load(self, first: date, last: date) -> Mapping[date, Sequence[Roll]]:
        zone, now = self.config.timezone, self.given.newest
        first = max(first, day_of(self.given.firings[0].started_at, zone)) if self.given.firings else last
        last = min(last, day_of(now, zone)) if now else first
        return {day: self._of(day) for day in (first + timedelta(n) for n in range((last - first).days + 1))}

    def _of(self, day: date) -> tuple[Roll, ...]:
        if day not in self.days:
            given, config = self.given, self.config
            start = midnight(day - timedelta(1), config.timezone)
            end = midnight(day + timedelta(1), config.timezone) + AFTERWARDS_S
            self.days[day] = roll_up(
                _between(given.firings, start, end),
                given.stretches,
                day,
                config.timezone,
                team_zones(config),
                config.statistics,
                given.newest,
            )
        return self.days[day]

    async def store(self, day: date, rolls: Sequence[Roll]) -> None:
        """Nothing of a file is kept."""

    async def forget(self, before: date) -> None:
        """Nothing of a file is kept."""


class _NoReviews:
    async def store(self, week: str, team: str, review: bytes, charts: Mapping[str, bytes], as_of: float) -> None:
        """Nothing of a file is kept."""

    async def load(self, week: str, team: str) -> Stored | None:
        return None

    async def chart(self, week: str, team: str, name: str) -> bytes | None:
        return None


class _Missed:
    def __init__(self, reports: Sequence[Firing]) -> None:
        self._reports = reports

    async def all(self) -> Sequence[Miss]:
        return [
            Miss(each.fingerprint, Person("", each.acknowledged_by), each.started_at, _slo(each), None, "")
            for each in self._reports
        ]


def _slo(firing: Firing) -> str:
    return firing.slos[0].slo if firing.slos else ""
