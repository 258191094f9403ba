"""Accepted alerts a second: new ones and re-sends, in batches of 1, 10 and 100, the router beside Alertmanager.

The two take turns in every round, in changing order, with the same alerts; ratios are taken pair by pair.
"""

from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass
from typing import Any

from bench.bodies import Batches
from bench.measure import Run, load, median
from bench.processes import INSTALL, AlertmanagerProgram, Program, RouterProgram
from bench.progress import say
from bench.results import Row
from bench.setting import ALERTMANAGER, HealthyPrometheus, write_router
from bench.setup import Setup

GOALS = {100: 3.0, 10: 2.0, 1: 1.0}
ALERTS = {100: 40_000, 10: 30_000, 1: 12_000}
QUICK_ALERTS = {100: 1_000, 10: 300, 1: 100}
KINDS = ("new", "re-sent")


@dataclass(frozen=True, slots=True)
class Side:
    """A program, and the door through which it is sent alerts."""

    name: str
    program: Program
    door: str
    path: str


@dataclass(frozen=True, slots=True)
class Pair:
    """One round of one kind: the two sides' runs; Alertmanager's is None when it is not installed."""

    router: Run
    alertmanager: Run | None


async def run(setup: Setup) -> list[Row]:
    """Measure all batch sizes with one service in a body."""
    return await _all(setup, "accept", (100, 10, 1), mixed=False)


async def run_mixed(setup: Setup) -> list[Row]:
    """Measure bodies whose alerts belong to all services: twenty incidents in one webhook."""
    return await _all(setup, "mixed", (100,), mixed=True)


async def _all(setup: Setup, bench: str, sizes: tuple[int, ...], *, mixed: bool) -> list[Row]:
    rows: list[Row] = []
    async with HealthyPrometheus() as prometheus:
        for size in sizes:
            folder = setup.folder / f"{bench}-{size}"
            config = write_router(folder / "config", prometheus.url)
            async with AsyncExitStack() as stack:
                router = await stack.enter_async_context(RouterProgram(folder / "router", config))
                sides = [
                    Side("webhook", router, "webhook", "/webhook/alertmanager"),
                    Side("api", router, "api", "/api/v2/alerts"),
                ]
                if setup.compared:
                    program = AlertmanagerProgram(folder / "alertmanager", ALERTMANAGER)
                    other = await stack.enter_async_context(program)
                    sides.append(Side("alertmanager", other, "api", "/api/v2/alerts"))
                rows += _rows(setup, bench, size, await _rounds(setup, size, sides, mixed=mixed))
    return rows


async def _rounds(setup: Setup, size: int, sides: list[Side], *, mixed: bool) -> dict[tuple[str, str], list[Run]]:
    count = (QUICK_ALERTS if setup.quick else ALERTS)[size]
    found: dict[tuple[str, str], list[Run]] = {}
    for number in range(-1 if not setup.quick else 0, setup.rounds):
        for side in sides if number % 2 == 0 else reversed(sides):
            for sent_before, kind in enumerate(KINDS):
                batches = Batches(
                    side.door, "127.0.0.1", side.program.port, side.path, (number + 1) * count, count, size,
                    setup.now, sent_before, mixed,
                )  # fmt: skip
                done = await load(side.program, batches)
                if number >= 0:
                    found.setdefault((side.name, kind), []).append(done)
                say(
                    f"batches of {size:3d}, {'warm-up' if number < 0 else f'round {number + 1}'}, {kind:7s} "
                    f"{side.name:12s} {done.alerts_per_s:9,.0f} alerts/s, p99 {done.p99_ms:.1f} ms"
                )
    return found


def _rows(setup: Setup, bench: str, size: int, found: dict[tuple[str, str], list[Run]]) -> Iterator[Row]:
    for kind in KINDS:
        for door, words in (("webhook", "/webhook/alertmanager"), ("api", "/api/v2/alerts")):
            others = found.get(("alertmanager", kind))
            what = f"{kind} alerts/s, {'mixed ' if bench == 'mixed' else ''}batches of {size}, {words}"
            yield _row(setup, bench, what, size, found[door, kind], others)


def _row(setup: Setup, bench: str, what: str, size: int, runs: list[Run], others: list[Run] | None) -> Row:
    ratios = [one.alerts_per_s / other.alerts_per_s for one, other in zip(runs, others or (), strict=bool(others))]
    return Row(
        bench=bench,
        what=what,
        router=f"{_of(runs, _speed):,.0f}",
        alertmanager=f"{_of(others, _speed):,.0f}" if others else f"missing: {INSTALL}",
        ratio=f"{median(ratios):.2f} ({min(ratios):.2f}-{max(ratios):.2f})" if ratios else "",
        cpu=_cpu(runs, others),
        latency=_latency(runs, others),
        answers=_answers(runs, others),
        goal=f">= {GOALS[size]:g}x",
        met=median(ratios) >= GOALS[size] if ratios and not setup.quick else None,
        details={"router": _all_of(runs), "alertmanager": _all_of(others or []), "ratios": ratios},
    )


def _speed(one: Run) -> float:
    return one.alerts_per_s


def _of(runs: list[Run], value: Callable[[Run], float]) -> float:
    return median([value(one) for one in runs])


def _cpu(runs: list[Run], others: list[Run] | None) -> str:
    """Name the CPU seconds of a thousand alerts: the router's own + its Valkey's | Alertmanager's."""
    own = _of(runs, lambda one: one.cpu_s * 1e3 / one.alerts)
    valkey = _of(runs, lambda one: one.children_cpu_s * 1e3 / one.alerts)
    other = f" | {_of(others, lambda one: one.cpu_s * 1e3 / one.alerts):.3f}" if others else ""
    return f"{own:.3f} + {valkey:.3f}{other}"


def _latency(runs: list[Run], others: list[Run] | None) -> str:
    texts = [
        f"{_of(each, lambda one: one.p50_ms):.1f} / {_of(each, lambda one: one.p99_ms):.1f}"
        for each in (runs, others)
        if each
    ]
    return " | ".join(texts)


def _answers(runs: list[Run], others: list[Run] | None) -> str:
    sides = {"router": runs, "Alertmanager": others or []}
    bad = [f"{name}: {one.statuses}" for name, side in sides.items() for one in side if not one.all_2xx]
    return "; ".join(bad) or "all 2xx"


def _all_of(runs: list[Run]) -> list[dict[str, Any]]:
    return [asdict(one) for one in runs]
