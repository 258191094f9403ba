"""A real Alertmanager on a free port."""

import asyncio
import subprocess
from pathlib import Path
from typing import Self

import aiohttp

from tests.support.programs import need
from tests.support.prometheus import free_port
from tests.support.waiting import until

PACKAGE = "prometheus-alertmanager"


class AlertmanagerServer:
    """Runs Alertmanager with a configuration; an async context manager that waits until it is ready."""

    def __init__(self, folder: Path, config: str) -> None:
        self.program = need("prometheus-alertmanager", PACKAGE)
        self.folder = folder
        self.config = config
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    async def __aenter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "alertmanager.yml").write_text(self.config, encoding="utf-8")
        command = [
            self.program,
            f"--config.file={self.folder / 'alertmanager.yml'}",
            f"--storage.path={self.folder / 'data'}",
            f"--web.listen-address=127.0.0.1:{self.port}",
            "--cluster.listen-address=",
        ]
        log = await asyncio.to_thread((self.folder / "alertmanager.log").open, "wb")
        self.process = subprocess.Popen(command, stdout=log, stderr=log)
        log.close()
        await until(self._ready, "Alertmanager is ready", 30)
        return self

    async def _ready(self) -> bool:
        try:
            async with aiohttp.ClientSession() as session, session.get(f"{self.url}/-/ready") as answer:
                return answer.status == 200
        except aiohttp.ClientError:
            return False

    async def __aexit__(self, *_: object) -> None:
        if self.process is not None:
            self.process.terminate()
            await asyncio.to_thread(self.process.wait)
