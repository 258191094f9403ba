"""The loop that asks the SLO sources: one batch for each source and tick, one snapshot for each SLO, read by everyone.

It also speaks for itself, through the same intake as every sender: an SLO that burns with no alert behind it
(detection gap), a source that does not answer (the gate is open), an SLO that went blind.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

import structlog

from router.alert import Alert, Status, fingerprint_of
from router.slo.objective import Objective, Snapshot
from router.slo.verdict import Assessment, Memory, Verdict, assess, remember
from router.state.clock import Clock
from router.state.incidents import Incidents
from router.state.slos import Slos, Watched

LOG = structlog.get_logger(__name__)
FAILURES_UNTIL_NOTICE = 2
BLIND_S = 900.0
LEASE_TICKS = 3
FORGIVEN_TICKS = 1.5


class Accepts(Protocol):
    """The intake, as far as the evaluator needs it."""

    async def accept(self, alerts: Sequence[Alert]) -> object: ...


class Source(Protocol):
    """Where SLO numbers come from."""

    async def measure(self, objectives: Sequence[Objective], now: float) -> Mapping[str, Snapshot]: ...


class Meter(Protocol):
    """What the evaluator shows."""

    def slo_burn(self, slo: str, window: str, value: float, /) -> None: ...

    def slo_budget(self, slo: str, ratio: float, /) -> None: ...

    def slo_age(self, slo: str, seconds: float, /) -> None: ...

    def gate_open(self, source: str, is_open: bool, /) -> None: ...


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
        self._failures: dict[str, int] = {}
        self.said_blind: dict[str, float] = {}
        """Sources that do not answer, since when."""

    async def tick(
        self, sources: Mapping[str, Source], objectives: Mapping[str, Objective], interval_s: float, gap_after_s: float
    ) -> None:
        """Measure every SLO once; each source for itself, so that a dead one delays no other."""
        wanted = [
            self._measure(
                name, source, [each for each in objectives.values() if each.source == name], interval_s, gap_after_s
            )
            for name, source in sources.items()
        ]
        await asyncio.gather(*wanted)

    async def _measure(
        self, name: str, source: Source, objectives: Sequence[Objective], interval_s: float, gap_after_s: float
    ) -> None:
        if not objectives or not await self._slos.hold_lease(f"evaluate:{name}", interval_s * LEASE_TICKS):
            return
        now = self._clock.now()
        evaluable = [each for each in objectives if not each.problem]
        snapshots = await source.measure(evaluable, now)
        before = await self._slos.load(each.id for each in evaluable)
        for objective in evaluable:
            snapshot = snapshots.get(objective.id) or _silence(objective)
            if not _forgiven(snapshot, before.get(objective.id), now, interval_s):
                await self._judge(objective, snapshot, before.get(objective.id), gap_after_s)
        await self._notice_source(name, evaluable, snapshots)

    async def _judge(
        self, objective: Objective, snapshot: Snapshot, before: Watched | None, gap_after_s: float
    ) -> None:
        now = self._clock.now()
        memory = before.memory if before is not None else Memory()
        assessment = assess(objective, snapshot, now, memory)
        watched = Watched(snapshot, remember(memory, assessment, now), assessment.verdict, now)
        watched = _spans(watched, before, now)
        watched = await self._mind_gap(objective, watched, gap_after_s)
        await self._slos.store(watched)
        if before is None or before.verdict is not assessment.verdict:
            await self._incidents.wake(objective.id, now)
            self._wake()
        self._show(objective, snapshot, assessment, now)
        await self._notice_blind(objective, assessment, watched, before)

    async def _mind_gap(self, objective: Objective, watched: Watched, gap_after_s: float) -> Watched:
        """Open an incident for a burn that no alert announces, and close it when the burn is over."""
        now = self._clock.now()
        if watched.gap and watched.verdict is not Verdict.THREAT_PAGE:
            await self._intake.accept([_gap_alert(objective, Status.RESOLVED, watched.threat_since, now)])
            return replace(watched, gap=False)
        if watched.gap or watched.announced or watched.threat_since is None:
            return watched
        if await self._incidents.wake(objective.id, now):
            return replace(watched, announced=True)
        if now - watched.threat_since < gap_after_s:
            return watched
        await self._intake.accept([_gap_alert(objective, Status.FIRING, watched.threat_since, None)])
        return replace(watched, gap=True)

    def _show(self, objective: Objective, snapshot: Snapshot, assessment: Assessment, now: float) -> None:
        for window, burn in assessment.burn.items():
            self._meter.slo_burn(objective.id, window, burn)
        if assessment.budget_remaining is not None:
            self._meter.slo_budget(objective.id, assessment.budget_remaining)
        if snapshot.sampled_at is not None:
            self._meter.slo_age(objective.id, max(0.0, now - snapshot.sampled_at))

    async def _notice_source(
        self, name: str, objectives: Sequence[Objective], snapshots: Mapping[str, Snapshot]
    ) -> None:
        """Say once, after two failed ticks, that the gate is open; take it back when the source answers again."""
        silent = [each for each in objectives if each.id not in snapshots or snapshots[each.id].error]
        now = self._clock.now()
        dead = bool(objectives) and len(silent) == len(objectives)
        failures = self._failures.get(name)
        self._failures[name] = (failures or 0) + 1 if dead else 0
        self._meter.gate_open(name, dead)
        if dead and self._failures[name] == FAILURES_UNTIL_NOTICE:
            self.said_blind[name] = now
            detail = next((snapshots[each.id].error for each in silent if each.id in snapshots), "no answer")
            facts = {"affected": f"{len(silent)} / {len(objectives)}", "detail": detail, "since": f"{now:.0f}"}
            LOG.warning("slo_source_unreachable", slo_source=name, slos=len(silent), detail=detail)
            await self._intake.accept([notice("slo_source", name, Status.FIRING, now, facts)])
        elif not dead and failures != 0:
            # Also at the first healthy tick of a process: it may have taken over from one that had said it.
            self.said_blind.pop(name, None)
            await self._intake.accept([notice("slo_source", name, Status.RESOLVED, now, {})])

    async def _notice_blind(
        self, objective: Objective, assessment: Assessment, watched: Watched, before: Watched | None
    ) -> None:
        now = self._clock.now()
        was = before.blind_since if before is not None else None
        if watched.blind_since is None:
            if was is not None and now - was >= BLIND_S:
                await self._intake.accept([notice("slo_blind", objective.id, Status.RESOLVED, now, {})])
            return
        if now - watched.blind_since >= BLIND_S and not self.said_blind:
            facts = {"affected": objective.id, "detail": assessment.cause, "since": f"{watched.blind_since:.0f}"}
            await self._intake.accept([notice("slo_blind", objective.id, Status.FIRING, watched.blind_since, facts)])


def _silence(objective: Objective) -> Snapshot:
    return Snapshot(objective.id, None, {}, error="the source did not answer for this SLO")


def _forgiven(snapshot: Snapshot, before: Watched | None, now: float, interval_s: float) -> bool:
    """One failed tick does not open the gate: the reading before it is still fresh; the second in a row does."""
    if not snapshot.error or before is None or before.snapshot.error:
        return False
    return now - before.evaluated_at < FORGIVEN_TICKS * interval_s


def _spans(watched: Watched, before: Watched | None, now: float) -> Watched:
    """Carry over since when the SLO burns and since when it is blind."""
    burning = watched.verdict is Verdict.THREAT_PAGE
    blind = watched.verdict is Verdict.UNKNOWN
    threat = (
        (before.threat_since if before is not None and before.threat_since is not None else now) if burning else None
    )
    since = (before.blind_since if before is not None and before.blind_since is not None else now) if blind else None
    opened = before.gap if before is not None else False
    announced = before.announced if before is not None and burning else False
    kept = before.threat_since if before is not None and opened and not burning else threat
    return replace(watched, threat_since=kept, blind_since=since, gap=opened, announced=announced)


def _gap_alert(objective: Objective, status: Status, since: float | None, ended: float | None) -> Alert:
    single = {name: next(iter(values)) for name, values in objective.labels.items() if len(values) == 1}
    labels = {**single, "alertname": objective.id, "slo": objective.id, "service": objective.service}
    return Alert(
        source="slo",
        fingerprint=fingerprint_of("slo", objective.id, {}),
        status=status,
        rule=objective.id,
        severity="critical",
        labels={name: value for name, value in labels.items() if value},
        annotations={"summary": objective.hints.impact or objective.title},
        starts_at=since,
        ends_at=ended,
        guide_url=objective.hints.guide,
    )


def notice(what: str, about: str, status: Status, now: float, facts: Mapping[str, str]) -> Alert:
    """Return the router's own alert about itself: `what` is slo_source, slo_blind, quarantine or route_broken."""
    return Alert(
        source="router",
        fingerprint=fingerprint_of("router", f"{what}:{about}", {}),
        status=status,
        rule=what,
        severity="warning",
        labels={"alertname": what, "about": about},
        annotations={"what": what, "about": about, **facts},
        starts_at=now if status is Status.FIRING else None,
        ends_at=now if status is Status.RESOLVED else None,
    )
