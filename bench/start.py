"""From the start of `serve` to readiness: on an empty folder, and on one that holds firing alerts."""

import asyncio

from bench.bodies import Batches
from bench.measure import load, median
from bench.processes import RouterProgram
from bench.progress import say
from bench.results import Row
from bench.setting import HealthyPrometheus, write_router
from bench.setup import Setup

STARTS = 7
STORED = 20_000
QUICK_STORED = 500
GOAL_S = 2.0
REST_S = 0.5
"""The first look at everything is over before it is stopped again."""


async def run(setup: Setup) -> list[Row]:
    """Start again and again."""
    starts, stored = (1, QUICK_STORED) if setup.quick else (STARTS, STORED)
    async with HealthyPrometheus() as prometheus:
        config = write_router(setup.folder / "start/config", prometheus.url)
        empty = []
        for number in range(starts):
            async with RouterProgram(setup.folder / f"start/{number}", config) as router:
                empty.append(router.start_s)
                await asyncio.sleep(REST_S)
            say(f"start: ready after {empty[-1]:.2f} s")
        folder = setup.folder / "start/filled"
        async with RouterProgram(folder, config) as router:
            path = "/webhook/alertmanager"
            await load(router, Batches("webhook", "127.0.0.1", router.port, path, 0, stored, 100, setup.now))
        filled = []
        for _ in range(starts):
            async with RouterProgram(folder, config) as router:
                filled.append(router.start_s)
                await asyncio.sleep(REST_S)
            say(f"start with {stored:,} alerts: ready after {filled[-1]:.2f} s")
    return [_row("nothing stored", empty), _row(f"{stored:,} alerts stored", filled)]


def _row(what: str, seconds: list[float]) -> Row:
    return Row(
        bench="start",
        what=f"start to ready, {what}",
        router=f"{median(seconds):.2f} s",
        ratio=f"({min(seconds):.2f}-{max(seconds):.2f} s)",
        goal=f"<= {GOAL_S:g} s",
        met=max(seconds) <= GOAL_S,
        details={"seconds": seconds},
    )
