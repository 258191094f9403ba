"""Valkey's memory for a firing alert of ten labels and three annotations, and the router's own."""

import asyncio

from bench.bodies import Batches
from bench.measure import load
from bench.processes import RouterProgram
from bench.progress import say
from bench.results import Row
from bench.setting import HealthyPrometheus, write_router
from bench.setup import Setup

ALERTS = 20_000
QUICK_ALERTS = 1_000
GOAL_KIB = 1.5
SETTLE_S = 2.0
"""The append-only file's and the connections' buffers are given back."""


async def run(setup: Setup) -> list[Row]:
    """Store alerts once through each door, each time in an empty Valkey."""
    async with HealthyPrometheus() as prometheus:
        return [await _row(setup, prometheus.url, door) for door in ("webhook", "api")]


async def _row(setup: Setup, prometheus: str, door: str) -> Row:
    count = QUICK_ALERTS if setup.quick else ALERTS
    folder = setup.folder / f"memory-{door}"
    path = "/api/v2/alerts" if door == "api" else "/webhook/alertmanager"
    async with RouterProgram(folder / "router", write_router(folder / "config", prometheus)) as router:
        before, resident = await _used(router), router.resident_bytes()
        say(f"memory: {count:,} alerts by {path}")
        done = await load(router, Batches(door, "127.0.0.1", router.port, path, 0, count, 100, setup.now))
        each = (await _used(router) - before) / count
        own = (router.resident_bytes() - resident) / count
    return Row(
        bench="memory",
        what=f"Valkey memory per firing alert, {path}",
        router=f"{each / 1024:.2f} KiB",
        answers="all 2xx" if done.all_2xx else str(done.statuses),
        goal=f"<= {GOAL_KIB} KiB",
        met=each <= GOAL_KIB * 1024,
        details={"bytes": each, "router_process_bytes": own, "alerts": count},
    )


async def _used(router: RouterProgram) -> int:
    await asyncio.sleep(SETTLE_S)
    return int((await router.valkey("memory"))["used_memory"])
