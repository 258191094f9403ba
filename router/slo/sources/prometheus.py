"""Prometheus -> snapshots: one request per SLO and tick for all short windows, rare ones for the rest.

Everything a tick needs of one SLO is one PromQL expression; so 500 SLOs are 500 requests, not 8,000. The period is
costly and slow to change: it is asked for every P / 8640 (5 min for 30 days). How long the series exist, and how
often they are sampled, is looked up once an hour.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Final

import aiohttp

from router.slo.objective import PERIOD, WINDOWS, Count, Objective, Ratio, Snapshot
from router.slo.sources.api import PrometheusApi, QueryError, Sample, SourceError
from router.slo.sources.breaker import Breaker
from router.slo.sources.plan import Plan, UnreadableError, plan_of
from router.slo.sources.questions import at_offsets, earliest, last, newest, samples_in, union, values_of
from router.slo.sources.reading import COUNT_RANGE_S, TIME, Kept, Reading, measured_of

CONCURRENCY: Final = 8
LIMIT_FACTOR: Final = 5.0
"""A whole measurement may take this many time-outs of one request; what is not measured by then is an error."""
AGES_S: Final = tuple(60.0 * 1.6**step for step in range(26))
"""Ages at which series are looked for: from a minute to 88 days, each 1.6 times the one before."""
AGE_STEPS: Final = 40
LAST_RANGE_S: Final = 21_600.0
"""How far back the last sample of silent series is looked for."""


class PrometheusSource:
    """Measures SLOs in one Prometheus, or in what answers its API: Thanos, Mimir, VictoriaMetrics."""

    def __init__(
        self, name: str, url: str, headers: Mapping[str, str], timeout_s: float, session: aiohttp.ClientSession
    ) -> None:
        self.name = name
        self._api = PrometheusApi(name, url, headers, timeout_s, session)
        self._limit_s = LIMIT_FACTOR * timeout_s
        self._breaker = Breaker()
        self._slots = asyncio.Semaphore(CONCURRENCY)
        self._kept: dict[str, Kept] = {}

    async def measure(self, objectives: Sequence[Objective], now: float) -> dict[str, Snapshot]:
        """Return a snapshot of every objective by id, within five time-outs; failures are in `Snapshot.error`.

        `now` is Unix seconds, the instant at which everything is evaluated.
        """
        found: dict[str, Snapshot] = {}
        waiting = list(objectives)
        if self._breaker.probing and not self._breaker.rests(now) and waiting:
            first = waiting.pop(0)
            found[first.id] = await self._measure_one(first, now)
        tasks = {each.id: asyncio.create_task(self._in_turn(each, now)) for each in waiting}
        await self._finish(list(tasks.values()))
        late = f"{self.name}: not measured within {self._limit_s:g} s"
        for name, task in tasks.items():
            found[name] = _failed(name, late) if task.cancelled() else task.result()
        return found

    async def _finish(self, tasks: list["asyncio.Task[Snapshot]"]) -> None:
        """Wait for the tasks as long as a measurement may take; the rest are cancelled."""
        try:
            if tasks:
                await asyncio.wait(tasks, timeout=self._limit_s)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _in_turn(self, objective: Objective, now: float) -> Snapshot:
        async with self._slots:
            return await self._measure_one(objective, now)

    async def _measure_one(self, objective: Objective, now: float) -> Snapshot:
        plan = plan_of(objective)
        if plan is None:
            return _failed(objective.id, objective.problem or "its indicator cannot be measured")
        kept = self._kept.get(objective.id)
        if kept is None or kept.objective != objective:
            kept = self._kept[objective.id] = Kept(objective)
        try:
            await self._look_at_series(plan, kept, now)
            reading = await self._read_short(plan, kept, now)
            await self._look_for_last(plan, reading, now)
        except SourceError as error:
            return _failed(objective.id, str(error))
        await self._read_period(plan, kept, now, burning=_burning(objective, reading))
        return reading.snapshot(self.name, kept, now)

    async def _ask(self, query: str, at: float, now: float) -> tuple[Sample, ...]:
        """Ask, and tell the breaker how it went; raises SourceError or QueryError."""
        if self._breaker.rests(now):
            raise SourceError(f"{self._breaker.problem}; not asked again yet")
        try:
            samples = await self._api.ask(query, at)
        except SourceError as error:
            self._breaker.failed(str(error), now)
            raise
        except QueryError:
            self._breaker.answered()
            raise
        self._breaker.answered()
        return samples

    async def _look_at_series(self, plan: Plan, kept: Kept, now: float) -> None:
        """Find out how old the series are and how often they are sampled, unless that is known."""
        if kept.witnesses_known(now) or not plan.witnesses:
            return
        try:
            counted = await self._ask(union({"count": samples_in(plan.witnesses[0], COUNT_RANGE_S)}), now, now)
            count = values_of(counted).one("count")
            first = await self._first_sample(plan.witnesses, kept.objective.window.length_s, now)
        except (SourceError, QueryError, UnreadableError):
            kept.witnesses_failed(now)
            return
        kept.witnessed(first, count, now)

    async def _first_sample(self, witnesses: Sequence[str], span_s: float, now: float) -> float | None:
        """Return the time of the oldest sample within a span, None without any.

        Samples that were current at some instants of the past are cheap to look up. A second look between the
        oldest instant that had one and the next makes the answer exact to a fortieth of that gap.
        """
        ladder = [*(each for each in AGES_S if each < span_s), span_s]
        first = earliest(await self._ask(at_offsets(witnesses, ladder), now, now))
        if first is None or now - first >= span_s:
            return first
        beyond = next(each for each in ladder if each > now - first)
        closer = [now - first + (beyond - (now - first)) * step / AGE_STEPS for step in range(1, AGE_STEPS)]
        earlier = earliest(await self._ask(at_offsets(witnesses, closer), now, now))
        return first if earlier is None else min(first, earlier)

    async def _read_short(self, plan: Plan, kept: Kept, now: float) -> Reading:
        """Return the windows of the catalogue and the time of the newest sample; raises SourceError."""
        at, reading = plan.instant(now), Reading()
        times = {TIME: newest(plan.witnesses)} if plan.witnesses else {}
        by_window = {
            window: plan.parts(window, window, length_s, kept.interval_s) for window, length_s in WINDOWS.items()
        }
        together = {name: query for parts in by_window.values() for name, query in parts.items()}
        if at == now:
            together |= times
        elif times:
            reading.take_time(await self._ask(union(times), now, now))
        try:
            samples = await self._ask(union(together), at, now)
        except QueryError as error:
            if error.malformed:
                raise SourceError(str(error)) from error
            return await self._read_each(plan, by_window | ({TIME: times} if times else {}), now)
        reading.take_time(samples)
        for window, length_s in WINDOWS.items():
            reading.take(plan, window, length_s, samples)
        return reading

    async def _read_each(self, plan: Plan, by_window: Mapping[str, Mapping[str, str]], now: float) -> Reading:
        """Ask for each window alone, so that one that cannot be evaluated leaves the others readable."""
        reading = Reading()
        for window, parts in by_window.items():
            try:
                samples = await self._ask(union(parts), now if window == TIME else plan.instant(now), now)
            except QueryError as error:
                reading.refuse(window, str(error))
                continue
            if window == TIME:
                reading.take_time(samples)
            else:
                reading.take(plan, window, WINDOWS[window], samples)
        return reading

    async def _look_for_last(self, plan: Plan, reading: Reading, now: float) -> None:
        """Find the newest sample of series that went silent, which an instant query no longer shows."""
        if reading.sampled_at is not None or not plan.witnesses or not reading.readable:
            return
        try:
            reading.take_time(await self._ask(union({TIME: last(plan.witnesses, LAST_RANGE_S)}), now, now))
        except QueryError as error:
            reading.problems.append(str(error))

    async def _read_period(self, plan: Plan, kept: Kept, now: float, *, burning: bool) -> None:
        """Read the period into `kept`, when it is due; a failure leaves it unreadable and the rest untouched.

        While the SLO burns it is read at every tick: what is left of the budget is what people act on.
        """
        start = kept.period_start(now)
        if kept.period_known(start, now) and (kept.period is None or not burning):
            return
        length_s = max(now - start, 1.0)
        parts = plan.parts(PERIOD, kept.objective.window.text, length_s, kept.interval_s)
        try:
            samples = await self._ask(union(parts), plan.instant(now), now)
        except (SourceError, QueryError):
            kept.period_read(None, start, now)
            return
        measured, _ = measured_of(plan, PERIOD, length_s, samples)
        kept.period_read(measured, start, now)


def _burning(objective: Objective, reading: Reading) -> bool:
    """Return whether the smallest window spends budget faster than it lasts."""
    match reading.windows.get(next(iter(WINDOWS))):
        case Count(bad, total):
            return bad > objective.budget * total
        case Ratio(bad):
            return bad > objective.budget
        case None:
            return False


def _failed(slo: str, problem: str) -> Snapshot:
    return Snapshot(slo, sampled_at=None, windows={}, error=problem)
