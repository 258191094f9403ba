"""The measured programs as processes of their own, and what the system says of them (Linux: /proc)."""

import asyncio
import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from bench.progress import BenchError, say
from router.config.environment import current

ROOT = Path(__file__).resolve().parent.parent
ALERTMANAGER = "prometheus-alertmanager"
INSTALL = "apt-get install prometheus-alertmanager"
READY_S = 30.0
STOP_S = 20.0
STEP_S = 0.005
_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


def free_port() -> int:
    """Return a TCP port of the loopback interface that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@dataclass(frozen=True, slots=True)
class Usage:
    """CPU seconds used so far by a program itself and by what it has started."""

    own_s: float
    children_s: float

    def since(self, before: "Usage") -> "Usage":
        """Return what was used after `before`."""
        return Usage(self.own_s - before.own_s, self.children_s - before.children_s)


class Program:
    """A program that is started, asked over HTTP whether it is ready, and ended with everything it started."""

    def __init__(self, folder: Path, ready_path: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.port = free_port()
        self.start_s = 0.0
        self._ready_path = ready_path
        self._process: subprocess.Popen[bytes] | None = None

    def command(self) -> list[str]:
        """Return the command line."""
        raise NotImplementedError

    def environment(self) -> dict[str, str]:
        """Return the environment."""
        return current()

    async def __aenter__(self) -> Self:
        began = time.perf_counter()
        process = self._process = self._spawn()
        while not await self._is_ready():
            await asyncio.sleep(STEP_S)
            if process.poll() is not None or time.perf_counter() - began > READY_S:
                raise BenchError(f"{self.command()[0]} did not start: {self._last_words()}")
        self.start_s = time.perf_counter() - began
        return self

    def _last_words(self) -> str:
        lines = (self.folder / "log").read_text(encoding="utf-8", errors="replace").strip().splitlines()
        return lines[-1] if lines else "it said nothing"

    def _spawn(self) -> subprocess.Popen[bytes]:
        with (self.folder / "log").open("ab") as log, (self.folder / "out").open("ab") as out:
            return subprocess.Popen(
                self.command(), cwd=ROOT, env=self.environment(), stdout=out, stderr=log, start_new_session=True
            )

    async def __aexit__(self, *_: object) -> None:
        if self._process is None:
            return
        self._process.send_signal(signal.SIGTERM)
        try:
            await asyncio.to_thread(self._process.wait, STOP_S)
        except subprocess.TimeoutExpired:
            say(f"{self.command()[0]} did not stop within {STOP_S:g} s of SIGTERM and was killed: a defect")
            self._process.kill()
            await asyncio.to_thread(self._process.wait)

    async def _is_ready(self) -> bool:
        answer = await self.get(self._ready_path)
        return answer.startswith("HTTP/1.1 200")

    async def get(self, path: str) -> str:
        """Return the whole answer to a GET, "" when nobody listens."""
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        except OSError:
            return ""
        writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nConnection: close\r\n\r\n".encode())
        with contextlib.suppress(OSError):
            answer = await reader.read(-1)
            writer.close()
            return answer.decode()
        return ""

    def usage(self) -> Usage:
        """Return the CPU time used so far."""
        own, *children = (_cpu_s(number) for number in self._family())
        return Usage(own, sum(children))

    def resident_bytes(self) -> int:
        """Return the memory that the program itself holds, without its children."""
        pages = Path(f"/proc/{self._pid}/statm").read_text(encoding="ascii").split()[1]
        return int(pages) * _PAGE

    @property
    def _pid(self) -> int:
        if self._process is None:
            raise RuntimeError("it was not started")
        return self._process.pid

    def _family(self) -> Iterator[int]:
        """Yield the program, then all of its descendants."""
        parents: dict[int, list[int]] = {}
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit() and (fields := _stat(int(entry.name))):
                parents.setdefault(int(fields[1]), []).append(int(entry.name))
        waiting = [self._pid]
        while waiting:
            number = waiting.pop()
            yield number
            waiting += parents.get(number, [])


def _stat(number: int) -> list[str]:
    """Return the fields of /proc/<pid>/stat after the name (proc(5)), none for a process that is gone."""
    try:
        text = Path(f"/proc/{number}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    return text.rpartition(")")[2].split()


def _cpu_s(number: int) -> float:
    fields = _stat(number)
    return (int(fields[11]) + int(fields[12])) / _TICKS if fields else 0.0


class RouterProgram(Program):
    """`alert-router serve` with an embedded Valkey in a folder of its own."""

    def __init__(self, folder: Path, config: Path, **environment: str) -> None:
        super().__init__(folder, "/readyz")
        self.data = folder / "data"
        self._config = config
        self._environment = environment

    def command(self) -> list[str]:
        return [sys.executable, "-m", "router", "serve", "--config", str(self._config), "--log-level", "warning"]

    def environment(self) -> dict[str, str]:
        kept = {
            name: value for name, value in current().items() if not name.startswith(("SLACK_", "ROUTER_", "REDIS_"))
        }
        listen = {"ROUTER_LISTEN": f"127.0.0.1:{self.port}", "ROUTER_DATA_DIR": str(self.data)}
        return {**kept, **listen, **self._environment}

    async def valkey(self, section: str) -> dict[str, str]:
        """Return a section of the embedded Valkey's INFO."""
        reader, writer = await asyncio.open_unix_connection(str(self.data / "valkey.sock"))
        writer.write(f"INFO {section}\r\n".encode())
        size = int((await reader.readline())[1:])
        lines = (await reader.readexactly(size)).decode().splitlines()
        writer.close()
        return dict(line.split(":", 1) for line in lines if ":" in line)

    async def metric(self, name: str) -> float:
        """Return the sum of a metric's samples."""
        lines = (await self.get("/metrics")).splitlines()
        found = (line.rpartition(" ") for line in lines if line.startswith((f"{name} ", f"{name}{{")))
        return sum(float(value) for _, _, value in found)


class AlertmanagerProgram(Program):
    """A real Alertmanager that notifies nobody."""

    def __init__(self, folder: Path, config: str) -> None:
        super().__init__(folder, "/-/ready")
        (folder / "alertmanager.yml").write_text(config, encoding="utf-8")

    def command(self) -> list[str]:
        return [
            ALERTMANAGER,
            f"--config.file={self.folder / 'alertmanager.yml'}",
            f"--storage.path={self.folder / 'data'}",
            f"--web.listen-address=127.0.0.1:{self.port}",
            "--cluster.listen-address=",
            "--log.level=warn",
        ]


def alertmanager_version() -> str:
    """Return the version of the installed Alertmanager, "" when there is none."""
    path = shutil.which(ALERTMANAGER)
    if path is None:
        return ""
    said = subprocess.run([path, "--version"], capture_output=True, text=True, check=False)
    words = (said.stdout or said.stderr).split()
    return words[words.index("version") + 1] if "version" in words else "unknown"
