"""Prometheus -> snapshots: one request per SLO and tick for all short windows, rare ones for the rest.

Everything a tick needs of one SLO is one PromQL expression; so 500 SLOs are 500 requests, not 8,000. The period is
costly and slow to change: it is asked for every P / 8640 (5 min for 30 days). How long the series exist, and how
often they are sampled, is looked up once an hour.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Final

import aiohttp

from router.slo.objective import PERIOD, WINDOWS, Measured, Objective, Ratio, Snapshot
from router.slo.sources.api import PrometheusApi, QueryError, Sample, SourceError
from router.slo.sources.breaker import Breaker
from router.slo.sources.kept import Kept, period_of
from router.slo.sources.plan import NoDataError, Plan, UnreadableError, plan_of
from router.slo.sources.questions import newest, oldest, samples_in, union, values_of

CONCURRENCY: Final = 8
LIMIT_FACTOR: Final = 5.0
"""A whole measurement may take this many time-outs of one request; what is not measured by then is an error."""
AGE_STEPS: Final = 720.0
COUNT_RANGE_S: Final = 3_600.0


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
            read = await self._read_short(plan, kept, now)
        except SourceError as error:
            return _failed(objective.id, str(error))
        await self._read_period(plan, kept, now)
        return read.snapshot(kept, now)

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
        if kept.witnesses_known(now):
            return
        span_s = kept.objective.window.length_s
        step_s = span_s / AGE_STEPS
        asked = {"first": oldest(plan.witnesses, span_s, step_s), "count": samples_in(plan.witnesses[0], COUNT_RANGE_S)}
        try:
            values = values_of(await self._ask(union(asked), now, now))
            first, count = values.one("first"), values.one("count")
            if first is None or first > now - span_s + 2.0 * step_s:
                closer = oldest(plan.witnesses, step_s, step_s / 60.0)
                answer = values_of(await self._ask(union({"first": closer}), first or now, now))
                earlier = answer.one("first")
                first = min((each for each in (first, earlier) if each is not None), default=None)
        except (QueryError, UnreadableError):
            kept.witnesses_failed(now)
            return
        kept.witnessed(first, count, now)
