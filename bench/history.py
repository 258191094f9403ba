"""The statistics of a large company: the weekly report, what history takes, the pages, alerts beside them."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import aiohttp

from bench.bodies import Batches
from bench.filling import Past, Sizes, fill, memory_of, write_company
from bench.load import quantile
from bench.measure import LoadProcess, Run
from bench.processes import ROOT, RouterProgram
from bench.progress import BenchError, say
from bench.results import Row
from bench.setting import HealthyPrometheus
from bench.setup import Setup
from router.state import keys
from router.state.connect import connect
from router.state.scripts import Scripts

REPORT_S, REPORT_MIB, PAGE_MS = 5.0, 300.0, 300.0
A_DAY = 1_000
BUSY = 14_286
"""A hundred thousand a week."""
ASKED = 200
LOAD_PER_S, LOAD_BATCH, LOAD_S = 500, 10, 30
LOOK_S = 0.02
NICE = 10
"""As the router starts its child (router.app.child)."""
RULE = "Service00Rule000TooHigh"
PAGES = ("/wolves", "/review", f"/wolves/alertmanager/{quote(RULE)}")


@dataclass(frozen=True, slots=True)
class Done:
    """A process that has ended: seconds by the clock and of CPU, and the most memory that it held."""

    wall_s: float
    cpu_s: float
    mib: float


@dataclass(frozen=True, slots=True)
class _Scale:
    """How much is measured."""

    pasts: tuple[tuple[str, Past], ...]
    asked: int
    load_s: int
    reports: int


LONG = _Scale(
    (
        ("30,000 a month", Past(92, A_DAY, A_DAY)),
        ("100,000 in the week, 30,000 a month before", Past(92, A_DAY, BUSY, 1)),
        ("100,000 in the week and in the one before", Past(92, A_DAY, BUSY, 2)),
    ),
    ASKED, LOAD_S, 5,
)  # fmt: skip
SHORT = _Scale((("quick", Past(16, 100, 100)),), 5, 3, 1)


async def run(setup: Setup) -> list[Row]:
    """Measure each past in a router of its own."""
    scale = SHORT if setup.quick else LONG
    rows: list[Row] = []
    async with HealthyPrometheus() as prometheus:
        for number, (name, past) in enumerate(scale.pasts):
            folder = setup.folder / f"history-{number}"
            config = write_company(folder / "config", prometheus.url)
            router = RouterProgram(folder / "router", config)
            say(f"history: {name}")
            sizes = await fill(router.data, past, setup.now)
            async with router:
                rows += await _reports(name, router, config, scale)
                rows += await _sizes(name, router, sizes)
                rows += await _all_pages(name, router, config, setup, scale)
    return rows


# --- the report


async def _reports(name: str, router: RouterProgram, config: Path, scale: _Scale) -> list[Row]:
    stored = await asyncio.to_thread(_report, router, config, "--store")
    done = [await asyncio.to_thread(_report, router, config, "--format", "json") for _ in range(scale.reports)]
    walls = sorted(each.wall_s for each in done)
    most = max(each.mib for each in done)
    middle_s = quantile(walls, 0.5)
    return [
        Row(
            bench="history",
            what=f"report --format json, {name}",
            router=f"{middle_s:.2f} s, {most:.0f} MiB",
            ratio=f"({walls[0]:.2f}-{walls[-1]:.2f} s)",
            cpu=f"{quantile(sorted(each.cpu_s for each in done), 0.5):.2f} s in all",
            goal=f"<= {REPORT_S:g} s, <= {REPORT_MIB:g} MiB",
            met=middle_s <= REPORT_S and most <= REPORT_MIB,
            details={"wall_s": walls, "cpu_s": [each.cpu_s for each in done], "mib": [each.mib for each in done]},
        ),
        Row(
            bench="history",
            what=f"report --store, the first: 90 days summed up, 12 reviews, {name}",
            router=f"{stored.wall_s:.1f} s, {stored.mib:.0f} MiB",
            cpu=f"{stored.cpu_s:.1f} s in all",
        ),
    ]


def _report(router: RouterProgram, config: Path, *words: str) -> Done:
    """Run `report` to its end, at a child's priority where it stores, as the router does."""
    return report(config, router.environment(), router.folder / "report.log", *words)


def report(config: Path, environment: Mapping[str, str], log: Path, *words: str) -> Done:
    """Run `report` beside this process and watch it; raises BenchError that names the log where it fails."""
    command = [sys.executable, "-m", "router", "report", "--config", str(config), *words]
    began, peak = time.perf_counter(), 0.0
    with log.open("ab") as said:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=said)
    if "--store" in words:
        os.setpriority(os.PRIO_PROCESS, process.pid, NICE)
    while (ended := os.wait4(process.pid, os.WNOHANG))[0] == 0:
        peak = max(peak, _peak_mib(process.pid))
        time.sleep(LOOK_S)
    _, status, used = ended
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise BenchError(f"report {' '.join(words)} ended with {process.returncode}: see {log}")
    return Done(time.perf_counter() - began, used.ru_utime + used.ru_stime, peak)


def _peak_mib(number: int) -> float:
    """Return the most that a process has held. Its ru_maxrss begins with what its parent held, and is of no use."""
    try:
        lines = Path(f"/proc/{number}/status").read_text(encoding="utf-8").splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), 0.0)


async def _sizes(name: str, router: RouterProgram, sizes: Sizes) -> list[Row]:
    client = connect(f"unix://{router.data / 'valkey.sock'}")
    try:
        scripts = Scripts(client)
        [days] = await scripts.read([("HLEN", keys.ROLLUPS)])
        rolled = await memory_of(scripts, [keys.ROLLUPS]) / max(1, days)
    finally:
        await client.aclose()
    figures = (
        ("a firing, in the archive", sizes.firing_bytes, "B"),
        ("what people did, for each firing", sizes.act_bytes, "B"),
        ("an SLO's day of 1,440 minutes", sizes.slo_day_bytes / 1024, "KiB"),
        ("the sums of a day", rolled / 1024, "KiB"),
    )
    return [
        Row("history", f"Valkey memory of {what}, {name}", f"{size:.1f} {unit}", details={"firings": sizes.firings})
        for what, size, unit in figures
    ]


# --- the pages


async def _all_pages(name: str, router: RouterProgram, config: Path, setup: Setup, scale: _Scale) -> list[Row]:
    rows = await _pages(f"{name}, calm", router, scale)
    storm = asyncio.create_task(_rain(router, setup, scale, 0))
    await asyncio.sleep(1.0)
    rows += await _pages(f"{name}, {LOAD_PER_S} alerts/s", router, scale)
    await storm
    without = await _rain(router, setup, scale, 1)
    computing = asyncio.create_task(_compute(router, config))
    beside = await _rain(router, setup, scale, 2)
    computing.cancel()
    reviews = await computing
    return [*rows, _rain_row(name, without, beside, reviews)]


async def _pages(name: str, router: RouterProgram, scale: _Scale) -> list[Row]:
    async with aiohttp.ClientSession(f"http://127.0.0.1:{router.port}") as client:
        return [_page_row(f"{path}, {name}", await _ask(client, path, scale.asked)) for path in PAGES]


async def _ask(client: aiohttp.ClientSession, path: str, count: int) -> list[float]:
    """Return the times in ms of so many requests, one after another on one connection."""
    times = []
    for _ in range(count + 1):
        began = time.perf_counter()
        async with client.get(path) as answer:
            body = await answer.read()
        if answer.status != 200 or not body:
            raise BenchError(f"{path} answered {answer.status}")
        times.append((time.perf_counter() - began) * 1e3)
    return sorted(times[1:])


def _page_row(what: str, times: list[float]) -> Row:
    p50, p95 = quantile(times, 0.5), quantile(times, 0.95)
    return Row(
        bench="history",
        what=f"GET {what}",
        router=f"p95 {p95:.1f} ms",
        latency=f"{p50:.1f} / {quantile(times, 0.99):.1f}",
        answers="all 200",
        goal=f"p95 <= {PAGE_MS:g} ms",
        met=p95 <= PAGE_MS,
        details={"times_ms": times},
    )


# --- alerts beside


async def _rain(router: RouterProgram, setup: Setup, scale: _Scale, turn: int) -> Run:
    """Let new alerts come in; each turn has its own."""
    count = LOAD_PER_S * scale.load_s
    batches = Batches(
        "webhook", "127.0.0.1", router.port, "/webhook/alertmanager", turn * count, count, LOAD_BATCH, setup.now
    )
    process = LoadProcess(batches, connections=8, alerts_per_s=LOAD_PER_S)
    await process.prepare()
    return await process.run(router)


async def _compute(router: RouterProgram, config: Path) -> int:
    """Compute reviews again and again until told to stop; returns how many were finished."""
    finished = 0
    while True:
        work = asyncio.create_task(asyncio.to_thread(_report, router, config, "--store"))
        try:
            await asyncio.shield(work)
        except asyncio.CancelledError:
            await work
            return finished + 1
        finished += 1


def _rain_row(name: str, without: Run, beside: Run, reviews: int) -> Row:
    statuses = {**without.statuses, **beside.statuses}
    return Row(
        bench="history",
        what=f"webhook, {LOAD_PER_S} alerts/s, while reviews are computed, {name}",
        router=f"p99 {beside.p99_ms:.1f} ms",
        ratio=f"without: {without.p99_ms:.1f} ms",
        latency=f"{beside.p50_ms:.1f} / {beside.p99_ms:.1f}",
        answers="all 2xx" if without.all_2xx and beside.all_2xx else str(statuses),
        details={
            "reviews": reviews, "without_p50_ms": without.p50_ms, "without_p99_ms": without.p99_ms,
            "without_max_ms": without.max_ms, "beside_max_ms": beside.max_ms,
        },
    )  # fmt: skip
