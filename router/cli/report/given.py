"""History files in place of what the router has stored: the same computation reads either."""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from router.cli.files import read_firings
from router.cli.report.slos import Said, read_slo_history
from router.config.values import Config
from router.incident import Person
from router.noise.facts import judge
from router.noise.pages import pages
from router.noise.review import Counts, Dimension, Pager, Roll
from router.noise.rollups import rolls
from router.noise.values import Firing, RuleKey, SloDay, Stretch
from router.noise.weekly import Judgement
from router.noise.weeks import day_of, midnight
from router.reporting.computing import AFTERWARDS_S
from router.reporting.facts import team_zones
from router.reporting.parts import Stored, Stores
from router.state.missed import Miss


@dataclass(frozen=True)
class Given:
    """What two history files hold, in order of time; firings without a rule are reports of pages that never came."""

    firings: Sequence[Firing]
    said: Mapping[str, Said] = field(default_factory=dict)
    reports: Sequence[Firing] = ()

    @classmethod
    def read(cls, history: str, slo_history: str | None, config: Config) -> "Given":
        """Read the files; raises PayloadError, OSError."""
        found = read_firings(history)
        found.sort(key=lambda firing: firing.started_at)
        reports = [firing for firing in found if not firing.rule and firing.missed_report]
        firings = [firing for firing in found if firing.rule]
        return cls(firings, read_slo_history(slo_history, config.objectives) if slo_history else {}, reports)

    @cached_property
    def newest(self) -> float:
        """The newest time in the files, which is "now" for them; 0 when they are empty."""
        told = (_last(firing) for firing in (*self.firings, *self.reports))
        return max((*told, *(said.newest for said in self.said.values())), default=0.0)

    @cached_property
    def stretches(self) -> Mapping[str, tuple[Stretch, ...]]:
        """What each SLO said, as stretches."""
        return {slo: said.stretches() for slo, said in self.said.items()}

    def stores(self, config: Config, now: float) -> Stores:
        """Return the files as the computation reads them at `now`."""
        rollups = _RollUps(self, config, now)
        return Stores(
            firings=_Firings(self.firings),
            slos=_Slos(self),
            rollups=rollups,
            reviews=_NoReviews(),
            missed=_Missed(self.reports),
            config=lambda: config,
            judged=rollups.learn,
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

    @cached_property
    def _by_rule(self) -> Mapping[RuleKey, Sequence[Firing]]:
        found: dict[RuleKey, list[Firing]] = {}
        for firing in self._firings:
            found.setdefault(firing.key, []).append(firing)
        return found

    async def between(self, start: float, end: float, rule: RuleKey | None = None) -> Sequence[Firing]:
        return _between(self._firings if rule is None else self._by_rule.get(rule, ()), start, end)

    async def of_rules(
        self, rules: Collection[RuleKey], start: float, end: float
    ) -> Mapping[RuleKey, Sequence[Firing]]:
        return {rule: await self.between(start, end, rule) for rule in rules}

    async def newest(self, rule: RuleKey, before: float, limit: int) -> Sequence[Firing]:
        older = [firing for firing in self._by_rule.get(rule, ()) if firing.started_at < before]
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
        said = self._given.said
        return {slo: said[slo].days(first, last, zone) if slo in said else () for slo in slos}


@dataclass
class _RollUps:
    """Summed up on asking: a file has no roll-ups."""

    given: Given
    config: Config
    now: float
    known: Judgement | None = None
    """What was judged already, of the week that is reviewed and the one before."""

    def learn(self, known: Judgement) -> None:
        """Take over what was judged for the review."""
        self.known = known

    async def load(self, first: date, last: date) -> Mapping[date, Sequence[Roll]]:
        """Return the sums of every day from the first firing to now: one without any has sums, of nothing."""
        zone, firings = self.config.timezone, self.given.firings
        if not firings:
            return {}
        first = max(first, day_of(firings[0].started_at, zone))
        last = min(last, day_of(self.now, zone))
        summed = self._summed(first, last)
        nothing = (Roll(Dimension.ALL, "", Counts(), Pager()),)
        return {day: summed.get(day) or nothing for day in _days(first, last)}

    def _summed(self, first: date, last: date) -> Mapping[date, Sequence[Roll]]:
        if self.known is None:
            return self._judged(first, last)
        week, zone = self.known.inputs.week, self.config.timezone
        covered = {*week.before().days(), *week.days()}
        of_weeks = rolls(self.known.judged, self.known.paged, zone)
        return {
            **self._judged(first, min(last, week.before().monday - timedelta(1))),
            **{day: each for day, each in of_weeks.items() if day in covered},
            **self._judged(max(first, week.sunday + timedelta(1)), last),
        }

    def _judged(self, first: date, last: date) -> Mapping[date, Sequence[Roll]]:
        """Sum up the days, whose firings are judged together with those around them, all at once."""
        zone, config, given = self.config.timezone, self.config, self.given
        start = midnight(first - timedelta(1), zone)
        some = _between(given.firings, start, midnight(last + timedelta(1), zone) + AFTERWARDS_S)
        if first > last or not some:
            return {}
        judged = judge(some, given.stretches, config.statistics, {"": zone, **team_zones(config)}, self.now)
        found = rolls(judged, pages(judged, given.stretches), zone)
        return {day: each for day, each in found.items() if first <= day <= last}

    async def store(self, day: date, rolls: Sequence[Roll]) -> None:
        """Nothing of a file is kept."""

    async def forget(self, before: date) -> None:
        """Nothing of a file is kept."""


def _days(first: date, last: date) -> Iterable[date]:
    return (first + timedelta(number) for number in range((last - first).days + 1))


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
        return [_miss(report) for report in self._reports]


def _miss(report: Firing) -> Miss:
    """Return what somebody reported: exports write who and their words as annotations."""
    said = report.annotations
    by = Person("", said.get("reported_by") or report.acknowledged_by)
    slo = report.slos[0].slo if report.slos else ""
    return Miss(report.fingerprint, by, report.started_at, slo, None, said.get("summary", ""))
