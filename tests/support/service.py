"""The router as users run it: a process of its own, started, killed and started again."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any, Self

import aiohttp
from prometheus_client.parser import text_string_to_metric_families

from tests.support.prometheus import free_port
from tests.support.waiting import until


class RouterProcess:
    """`alert-router serve` on a free port with its own data folder."""

    def __init__(self, config: Path, data: Path, **environment: str) -> None:
        self.config = config
        self.data = data
        self.port = free_port()
        self.log = data.parent / f"{data.name}.log"
        self.screen = data.parent / f"{data.name}.out"
        self.environment = {
            **{
                name: value
                for name, value in os.environ.items()
                if not name.startswith(("SLACK_", "ROUTER_", "REDIS_"))
            },
            "ROUTER_LISTEN": f"127.0.0.1:{self.port}",
            "ROUTER_DATA_DIR": str(data),
            **environment,
        }
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def spawn(self) -> None:
        """Start the process without waiting for it."""
        command = [sys.executable, "-m", "router", "serve", "--config", str(self.config)]
        with self.log.open("ab") as log, self.screen.open("ab") as screen:
            self.process = subprocess.Popen(
                command, stdout=screen, stderr=log, env=self.environment, start_new_session=True
            )

    async def start(self) -> Self:
        """Start and wait until it is ready."""
        await asyncio.to_thread(self.spawn)
        await until(self.ready, f"the router is ready, see {self.log}", 30)
        return self

    async def ready(self) -> bool:
        """Whether /readyz answers 200."""
        if self.process is not None and self.process.poll() is not None:
            raise AssertionError(self.log.read_text(encoding="utf-8"))
        try:
            async with aiohttp.ClientSession() as session, session.get(f"{self.url}/readyz") as answer:
                return answer.status == 200
        except aiohttp.ClientError:
            return False

    async def get(self, path: str) -> Any:
        """GET JSON."""
        async with aiohttp.ClientSession() as session, session.get(self.url + path) as answer:
            return await answer.json()

    async def post(self, path: str, body: bytes, **headers: str) -> tuple[int, bytes]:
        """POST JSON; returns status and body."""
        sent = {"Content-Type": "application/json", **headers}
        async with aiohttp.ClientSession() as session, session.post(self.url + path, data=body, headers=sent) as answer:
            return answer.status, await answer.read()

    async def delete(self, path: str) -> int:
        """DELETE; returns the status."""
        async with aiohttp.ClientSession() as session, session.delete(self.url + path) as answer:
            return answer.status

    async def metric(self, name: str, **labels: str) -> float:
        """The sum of a metric's samples that bear these labels; 0 while it is not there."""
        async with aiohttp.ClientSession() as session, session.get(f"{self.url}/metrics") as answer:
            text = await answer.text()
        samples = (sample for family in text_string_to_metric_families(text) for sample in family.samples)
        return sum(
            sample.value
            for sample in samples
            if sample.name == name and all(sample.labels.get(key) == value for key, value in labels.items())
        )

    def kill(self) -> None:
        """kill -9; whatever it had started must end by itself."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Ask it to stop; returns its exit code."""
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(timeout=40)

    async def __aenter__(self) -> Self:
        return await self.start()

    async def __aexit__(self, *_: object) -> None:
        if self.process is not None and self.process.poll() is None:
            await asyncio.to_thread(self.stop)
