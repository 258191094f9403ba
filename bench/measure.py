"""Runs the load process against a program and puts the program's CPU time beside what the load saw."""

import asyncio
import json
import statistics
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from bench.bodies import Batches
from bench.processes import ROOT, Program
from bench.progress import BenchError

CONNECTIONS = 32


@dataclass(frozen=True, slots=True)
class Run:
    """What one load did to one program. CPU in seconds, of the program and of what it started; times in ms."""

    alerts: int
    requests: int
    seconds: float
    alerts_per_s: float
    p50_ms: float
    p99_ms: float
    max_ms: float
    statuses: dict[str, int]
    cpu_s: float
    children_cpu_s: float
    load_cpu_s: float
    late_ms: float

    @property
    def all_2xx(self) -> bool:
        """Whether every answer said that the alerts were taken."""
        return all(status.startswith("2") for status in self.statuses)


class LoadProcess:
    """A load process that has everything prepared and waits for the word."""

    def __init__(self, batches: Batches, connections: int = CONNECTIONS, alerts_per_s: float = 0.0) -> None:
        self._job = {"batches": asdict(batches), "connections": connections, "alerts_per_s": alerts_per_s}
        self._process: asyncio.subprocess.Process | None = None

    async def prepare(self) -> None:
        """Start it and wait until its requests are made."""
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bench.load", json.dumps(self._job),
            cwd=ROOT, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        await self._line(self._process)

    async def run(self, program: Program) -> Run:
        """Let it send everything; returns once the last answer is there."""
        process = self._process
        if process is None or process.stdin is None:
            raise RuntimeError("prepare it first")
        before = program.usage()
        process.stdin.write(b"\n")
        measured: dict[str, Any] = json.loads(await self._line(process))
        used = program.usage().since(before)
        await process.wait()
        measured.pop("bytes")
        return Run(**measured, cpu_s=used.own_s, children_cpu_s=used.children_s)

    @staticmethod
    async def _line(process: asyncio.subprocess.Process) -> bytes:
        if process.stdout is None:
            raise RuntimeError("it has no output")
        line = await process.stdout.readline()
        if not line:
            raise BenchError("the load process ended early; its complaint stands above")
        return line


async def load(program: Program, batches: Batches, connections: int = CONNECTIONS) -> Run:
    """Send batches as fast as answers come back."""
    process = LoadProcess(batches, connections)
    await process.prepare()
    return await process.run(program)


def median(values: Sequence[float]) -> float:
    """Return the median."""
    return statistics.median(values)
