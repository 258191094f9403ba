"""One tick: measure, judge, store, wake whom it concerns, and say what must be said. Every replica ticks, one measures.

Everything is said again at every tick as long as it is so, and ends by itself when it is not: a crash between two
steps leaves nothing open for ever and nothing unsaid.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import nan
from typing import Protocol

import structlog

from router.alert import Alert, Status
from router.errors import UnavailableError
from router.evaluate.spans import blind_notices, followed, forgiven, gap_alert, silence, source_notice
from router.incident.notice import BASELINE, FORWARDED_UNJUDGED, notice
from router.slo.objective import Objective, Snapshot
from router.slo.verdict import Assessment, Cause, Memory, Verdict, assess
from router.state.clock import Clock
from router.state.incidents import Incidents
from router.state.slos import Slos, Watched

LOG = structlog.get_logger(__name__)
FAILURES_UNTIL_NOTICE = 2
LEASE_TICKS = 3
RECORDING_S = 2.0
"""How long a tick may wait for the history, if that is not more than half of its interval."""

Tally = Callable[[], Awaitable[Mapping[str, int]]]
"""How many firings had which outcome so far ("o:<outcome>:<reason>")."""


class Accepts(Protocol):
    """The intake, as far as the evaluator needs it."""

    async def accept(self, alerts: Sequence[Alert]) -> object: ...


class Source(Protocol):
    """Where SLO numbers come from."""

    async def measure(self, objectives: Sequence[Objective], now: float) -> Mapping[str, Snapshot]: ...


class Past(Protocol):
    """Where what SLOs said is kept for the statistics."""

    async def record(
        self,
        watched: Iterable[Watched],
        budgets: Mapping[str, float | None],
        now: float,
        causes: Mapping[str, Cause] | None = None,
    ) -> None: ...


class Meter(Protocol):
    """What the evaluator shows."""

    def slo_burn(self, slo: str, window: str, value: float, /) -> None: ...

    def slo_budget(self, slo: str, ratio: float, /) -> None: ...

    def slo_age(self, slo: str, seconds: float, /) -> None: ...

    def forget_burn(self, slo: str, window: str, /) -> None: ...

    def gate_open(self, source: str, is_open: bool, /) -> None: ...


@dataclass(slots=True)
class _Outage:
    """A source that answers for no SLO: since when, at how many ticks, and what was forwarded before it began."""

    since: float
    ticks: int = 0
    facts: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class _Tick:
    """What one tick of one source found, and what is to be said."""

    name: str
    objectives: Sequence[Objective]
    snapshots: Mapping[str, Snapshot]
    before: Mapping[str, Watched]
    interval_s: float
    gap_after_s: float
    errors: list[str] = field(init=False)
    dead: bool = field(init=False)
    """Whether the source answered for no SLO at all."""
    said: list[Alert] = field(default_factory=list)
    closing: list[Watched] = field(default_factory=list)
    judged: list[tuple[Watched, Assessment]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.errors = [each.error for each in self.snapshots.values() if each.error]
        self.dead = len(self.errors) == len(self.objectives)


class Evaluator:
    """Measures and judges every SLO of every source once a tick."""

    def __init__(
        self, slos: Slos, incidents: Incidents, intake: Accepts, clock: Clock, meter: Meter, wake: Callable[[], None]
    ) -> None:
        self._slos = slos
        self._incidents = incidents
        self._intake = intake
        self._clock = clock
        self._meter = meter
        self._wake = wake
        self.tally: Tally | None = None
        """Reads the tally, so that a notice can tell how many alerts came through since a source was given up."""
        self.past: Past | None = None
        """Keeps what every SLO said, a minute each."""
        self._outages: dict[str, _Outage] = {}
        self._answered: set[str] = set()
        """Sources of which it is certain that no notice is open."""
        self._shown: dict[str, set[str]] = {}
        self.said_blind: dict[str, float] = {}
        """Sources whose SLOs cannot be judged (the gate is open), since when this process knows it."""

    async def tick(
        self, sources: Mapping[str, Source], objectives: Mapping[str, Objective], interval_s: float, gap_after_s: float
    ) -> None:
        """Measure every SLO once; each source for itself, so that a dead one delays no other."""
        turns = []
        for name, source in sources.items():
            own = [each for each in objectives.values() if each.source == name and not each.problem]
            if own:
                turns.append(self._turn(name, source, own, interval_s, gap_after_s))
        for ended in await asyncio.gather(*turns, return_exceptions=True):
            if ended is not None:
                raise ended

    async def _turn(
        self, name: str, source: Source, objectives: Sequence[Objective], interval_s: float, gap_after_s: float
    ) -> None:
        """Measure if nobody else does, and show what is stored, whoever measured it."""
        if await self._slos.hold_lease(f"evaluate:{name}", interval_s * LEASE_TICKS):
            snapshots = await self._ask(name, source, objectives)
            before = await self._slos.load(each.id for each in objectives)
            await self._take(_Tick(name, objectives, snapshots, before, interval_s, gap_after_s))
        else:
            self._outages.pop(name, None)
            self._answered.discard(name)
        await self._show(name, objectives)

    async def _ask(self, name: str, source: Source, objectives: Sequence[Objective]) -> dict[str, Snapshot]:
        """Return a snapshot for every SLO; what did not come, or broke, is an unknown and never an end of the loop."""
        problem = ""
        try:
            found = await source.measure(objectives, self._clock.now())
        except Exception as error:  # noqa: BLE001 - a source that breaks must open the gate, not end all evaluation
            LOG.error("slo_source_failed", slo_source=name, error=type(error).__name__)  # noqa: TRY400
            found, problem = {}, f"reading it failed ({type(error).__name__})"
        missing = (silence(each, problem) if problem else silence(each) for each in objectives)
        return {each.slo: found.get(each.slo, each) for each in missing}

    async def _take(self, tick: _Tick) -> None:
        await self._notice_source(tick)
        for objective in tick.objectives:
            snapshot, before = tick.snapshots[objective.id], tick.before.get(objective.id)
            if not forgiven(snapshot, before, self._clock.now(), tick.interval_s):
                await self._guarded(tick, objective, snapshot, before)
        if tick.said:
            await self._intake.accept(tick.said)
        for watched in tick.closing:
            await self._slos.store(watched)
        if not tick.dead:
            self._answered.add(tick.name)
        await self._record(tick)

    async def _record(self, tick: _Tick) -> None:
        """Keep what was said, when all the rest is done: neither the tick nor the next one depends on it."""
        if self.past is None or not tick.judged:
            return
        watched = [each for each, _ in tick.judged]
        budgets = {each.slo: each.budget_remaining for _, each in tick.judged}
        causes = {each.slo: each.cause for _, each in tick.judged}
        try:
            async with asyncio.timeout(min(RECORDING_S, tick.interval_s / 2)):
                await self.past.record(watched, budgets, max(each.evaluated_at for each in watched), causes)
        except Exception as error:  # noqa: BLE001 - statistics must neither end nor hold up the loop
            code = error.code if isinstance(error, UnavailableError) else type(error).__name__
            LOG.warning("slo_history_not_stored", slo_source=tick.name, slos=len(watched), code=code)

    async def _notice_source(self, tick: _Tick) -> None:
        """From the second failed tick on, say that the gate is open; take it back when the source answers."""
        now = self._clock.now()
        if not tick.dead:
            self._outages.pop(tick.name, None)
            # Also at the first healthy tick of a process: it may have taken over from one that had said it.
            if tick.name not in self._answered:
                tick.said.append(notice("slo_source", tick.name, Status.RESOLVED, now, {}))
            return
        outage = self._outages.setdefault(tick.name, _Outage(now))
        outage.ticks += 1
        self._answered.discard(tick.name)
        if outage.ticks < FAILURES_UNTIL_NOTICE:
            return
        if not outage.facts:
            outage.facts = await self._facts(tick)
            LOG.warning("slo_source_unreachable", slo_source=tick.name, slos=len(tick.objectives), **outage.facts)
        tick.said.append(source_notice(tick.name, outage.since, now, outage.facts))

    async def _facts(self, tick: _Tick) -> dict[str, str]:
        facts = {
            "affected": f"{len(tick.errors)} / {len(tick.objectives)}",
            "detail": tick.errors[0],
            "next_try": f"{tick.interval_s:.0f}",
        }
        if self.tally is not None:
            facts[BASELINE] = str((await self.tally()).get(FORWARDED_UNJUDGED, 0))
        return facts

    async def _guarded(self, tick: _Tick, objective: Objective, snapshot: Snapshot, before: Watched | None) -> None:
        """Judge one SLO; one that breaks stops no other, and its alerts are forwarded once what is stored is stale."""
        try:
            await self._judge(tick, objective, snapshot, before)
        except UnavailableError:
            raise
        except Exception as error:  # noqa: BLE001 - the loop must outlive any one SLO; the type is logged, the data not
            LOG.error("slo_failed", slo=objective.id, error=type(error).__name__)  # noqa: TRY400

    async def _judge(self, tick: _Tick, objective: Objective, snapshot: Snapshot, before: Watched | None) -> None:
        now = self._clock.now()
        assessment = assess(objective, snapshot, now, before.memory if before is not None else Memory())
        watched = await self._heard(followed(before, snapshot, assessment, now, dead=tick.dead))
        await self._slos.store(watched)
        tick.judged.append((watched, assessment))
        firing = 0
        unheard = watched.threat_since is not None and not (watched.gap or watched.announced)
        if unheard or before is None or before.verdict is not watched.verdict:
            firing = await self._incidents.wake(objective.id, now)
            self._wake()
        if unheard:
            watched = await self._mind_gap(watched, firing, tick.gap_after_s)
        self._say_gap(tick, objective, watched)
        tick.said += blind_notices(before, watched, assessment.cause)

    async def _heard(self, watched: Watched) -> Watched:
        """Forget that a burn was announced once every alert that goes on announcing it is kept quiet."""
        if watched.announced and await self._incidents.all_quiet(watched.snapshot.slo):
            return replace(watched, announced=False)
        return watched

    async def _mind_gap(self, watched: Watched, firing: int, gap_after_s: float) -> Watched:
        """Remember that alerts tell of a burn, or, when none does for long enough, that the SLO tells itself."""
        burns_s = watched.evaluated_at - (watched.threat_since or watched.evaluated_at)
        if not firing and burns_s < gap_after_s:
            return watched
        known = replace(watched, announced=firing > 0, gap=not firing)
        await self._slos.store(known)
        return known

    def _say_gap(self, tick: _Tick, objective: Objective, watched: Watched) -> None:
        """Say it as long as the SLO burns; what is over is forgotten only once that has been accepted."""
        if not watched.gap:
            return
        burning = watched.verdict is Verdict.THREAT_PAGE
        tick.said.append(gap_alert(objective, Status.FIRING if burning else Status.RESOLVED, watched))
        if not burning:
            tick.closing.append(replace(watched, gap=False))

    async def _show(self, name: str, objectives: Sequence[Objective]) -> None:
        """Show in the metrics what is stored, so that every replica shows the same."""
        stored = await self._slos.load(each.id for each in objectives)
        now = self._clock.now()
        for objective in objectives:
            if objective.id in stored:
                self._show_one(objective, stored[objective.id], now)
        blind = bool(stored) and all(each.snapshot.error for each in stored.values())
        self._meter.gate_open(name, blind)
        if blind:
            self.said_blind.setdefault(name, now)
        else:
            self.said_blind.pop(name, None)

    def _show_one(self, objective: Objective, watched: Watched, now: float) -> None:
        assessment = assess(objective, watched.snapshot, now, watched.memory)
        before, shown = self._shown.get(objective.id, set()), set(assessment.burn)
        for window, burn in assessment.burn.items():
            self._meter.slo_burn(objective.id, window, burn)
        for window in before - shown:
            self._meter.forget_burn(objective.id, window)
        self._shown[objective.id] = shown
        # A budget that cannot be read is shown as no number: an old one would look like a healthy one.
        left = assessment.budget_remaining
        if left is not None or before:
            self._meter.slo_budget(objective.id, nan if left is None else left)
        if watched.snapshot.sampled_at is not None:
            self._meter.slo_age(objective.id, max(0.0, now - watched.snapshot.sampled_at))
