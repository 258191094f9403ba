"""A real Prometheus on a free port, with a past made by promtool."""

import asyncio
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.support.programs import need

PACKAGE = "prometheus"
READY_WITHIN_S = 30.0

Samples = Iterable[tuple[float, float]]
"""(Unix seconds, value), in order of time."""


def free_port() -> int:
    """Return a TCP port of the loopback interface that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def openmetrics(series: Mapping[tuple[str, tuple[tuple[str, str], ...]], Samples]) -> Iterator[str]:
    """Yield OpenMetrics lines of series given by (metric, ((label, value), ...)); metrics must come in a row."""
    typed: set[str] = set()
    for (metric, labels), samples in series.items():
        if metric not in typed:
            typed.add(metric)
            yield f"# TYPE {metric} unknown"
        text = ",".join(f'{name}="{_escaped(value)}"' for name, value in labels)
        for at, value in samples:
            yield f"{metric}{{{text}}} {value!r} {at:.3f}"
    yield "# EOF"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def plant(data: Path, lines: Iterable[str]) -> None:
    """Write a past into Prometheus' data folder."""
    promtool = need("promtool", PACKAGE)
    text = data.parent / "past.om"
    text.write_text("\n".join(lines) + "\n", encoding="utf-8")
    command = [promtool, "tsdb", "create-blocks-from", "--quiet", "--max-block-duration=1536h", "openmetrics"]
    done = subprocess.run([*command, str(text), str(data)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    text.unlink()


class PrometheusServer:
    """Runs Prometheus on a data folder; a context manager, plain or async, that waits until it is ready."""

    def __init__(self, folder: Path, config: str = "global: {}\n", port: int = 0) -> None:
        self.program = need("prometheus", PACKAGE)
        self.folder = folder
        self.data = folder / "data"
        self.config = config
        self.port = port or free_port()
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it and return once it is ready."""
        self.folder.mkdir(parents=True, exist_ok=True)
        config, log = self.folder / "prometheus.yml", self.folder / "prometheus.log"
        config.write_text(self.config, encoding="utf-8")
        command = [
            self.program,
            f"--config.file={config}",
            f"--storage.tsdb.path={self.data}",
            "--storage.tsdb.retention.time=400d",
            f"--web.listen-address=127.0.0.1:{self.port}",
            "--log.level=warn",
        ]
        with log.open("wb") as out:
            self.process = subprocess.Popen(command, stdout=out, stderr=out)
        try:
            self._wait_until_ready(log)
        except BaseException:
            self.stop()
            raise

    def _wait_until_ready(self, log: Path) -> None:
        deadline = time.monotonic() + READY_WITHIN_S
        while not self._ready():
            assert self.process is not None and self.process.poll() is None, log.read_text(encoding="utf-8")
            assert time.monotonic() < deadline, f"not ready in {READY_WITHIN_S} s: {log.read_text(encoding='utf-8')}"
            time.sleep(0.05)

    def _ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/-/ready", timeout=1.0) as answer:
                return int(answer.status) == 200
        except (urllib.error.URLError, OSError):
            return False

    def stop(self) -> None:
        """Stop it; its data stays."""
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(timeout=10.0)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    async def __aenter__(self) -> Self:
        await asyncio.to_thread(self.start)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await asyncio.to_thread(self.stop)


@contextmanager
def prometheus_with(folder: Path, lines: Iterable[str]) -> Iterator[PrometheusServer]:
    """Run a Prometheus whose past holds these OpenMetrics lines."""
    server = PrometheusServer(folder)
    server.data.mkdir(parents=True, exist_ok=True)
    plant(server.data, lines)
    with server:
        yield server
