"""`alert-router serve` on a small configuration of its own, and what is left of it in the process table."""

import re
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import orjson

from tests.support.service import RouterProcess

SLO = """\
apiVersion: openslo/v1
kind: SLO
metadata:
  name: {name}
  annotations: {{alert-router/guide: "https://guides.example.com/{name}"}}
spec:
  service: checkout
  budgetingMethod: Occurrences
  timeWindow: [{{duration: 30d, isRolling: true}}]
  objectives: [{{target: 0.999}}]
  indicator:
    metadata: {{name: {name}-ratio}}
    spec:
      ratioMetric:
        counter: true
        bad: {{metricSource: {{type: Prometheus, spec: {{query: 'http_requests_total{{code=~"5.."}}'}}}}}}
        total: {{metricSource: {{type: Prometheus, spec: {{query: 'http_requests_total'}}}}}}
"""
CONFIG = """\
sources:
  alertmanager: {type: alertmanager}
  datadog: {type: datadog}
slo_sources:
  prometheus: {type: prometheus, url: "${PROMETHEUS_URL:-http://127.0.0.1:1}"}
slos: [slos/*.yaml]
slo_evaluation: {interval: 5s}
mapping:
  - matchers: ['service="checkout"']
    slos: [checkout]
route: {receiver: sre, group_by: [slo], group_wait: 0s}
receivers:
  - name: sre
    slack: {channel: C0SRE}
"""
UNCLEAN = re.compile(
    r"Traceback|Exception ignored|never retrieved|never awaited|ResourceWarning|Unclosed|request_failed"
)


def write_config(folder: Path, text: str = CONFIG, slos: Sequence[str] = ("checkout",)) -> Path:
    """Write a configuration and its SLO files; returns its path."""
    (folder / "slos").mkdir(parents=True, exist_ok=True)
    for name in slos:
        (folder / f"slos/{name}.yaml").write_text(SLO.format(name=name), encoding="utf-8")
    path = folder / "router.yaml"
    path.write_text(text, encoding="utf-8")
    return path


class Serve(RouterProcess):
    """A router in Python's development mode, so that whatever is left open or unawaited is told on stderr."""

    def __init__(self, config: Path, data: Path, *options: str, **environment: str) -> None:
        super().__init__(config, data, PYTHONDEVMODE="1", **environment)
        self.options = options

    def spawn(self) -> None:
        """Start the process without waiting for it."""
        command = [sys.executable, "-m", "router", "serve", "--config", str(self.config), *self.options]
        with self.log.open("ab") as log, self.screen.open("ab") as screen:
            self.process = subprocess.Popen(
                command, stdout=screen, stderr=log, env=self.environment, start_new_session=True
            )

    def end(self, number: int = signal.SIGTERM) -> int:
        """Stop it; returns the exit code once nothing unclean was found on stderr."""
        code = self.stop(number)
        assert not UNCLEAN.search(self.said), self.said
        return code

    def fail(self) -> tuple[int, str]:
        """Start a router that cannot start; returns exit code and stderr."""
        self.spawn()
        assert self.process is not None
        return self.process.wait(timeout=30), self.said

    @property
    def said(self) -> str:
        """Everything on stderr so far."""
        return self.log.read_text(encoding="utf-8")

    @property
    def shown(self) -> str:
        """Everything on stdout so far."""
        return self.screen.read_text(encoding="utf-8")

    def lines(self, event: str) -> list[dict[str, object]]:
        """The log lines of one kind."""
        rows = [orjson.loads(line) for line in self.said.splitlines() if line.startswith("{")]
        return [row for row in rows if row.get("event") == event]

    async def send(self, *alerts: Mapping[str, object], source: str = "alertmanager") -> tuple[int, dict[str, object]]:
        """POST alerts to a webhook; returns status and answer."""
        status, body = await self.post(f"/webhook/{source}", orjson.dumps({"alerts": alerts}))
        return status, orjson.loads(body)

    def servers(self) -> list[int]:
        """The embedded Valkey's process, if it runs."""
        return [pid for pid, command in self._processes() if "valkey-server" in command.split(" ")[0]]

    def left(self) -> list[str]:
        """The command lines of every process that works on this data folder."""
        return [command for _, command in self._processes()]

    def _processes(self) -> list[tuple[int, str]]:
        found = []
        for entry in Path("/proc").iterdir():
            try:
                command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            except (OSError, NotADirectoryError):
                continue
            if entry.name.isdigit() and f"{self.data.resolve()}/" in command:
                found.append((int(entry.name), command))
        return found


def firing(name: str = "HighErrorRate", **labels: str) -> dict[str, object]:
    """A firing alert of checkout, as Alertmanager sends it."""
    return {
        "status": "firing",
        "labels": {"alertname": name, "service": "checkout", **labels},
        "annotations": {"summary": f"{name} is high"},
        "startsAt": "2026-11-22T09:00:00Z",
    }


def resolved(name: str = "HighErrorRate", **labels: str) -> dict[str, object]:
    """The same alert, over."""
    return {**firing(name, **labels), "status": "resolved", "endsAt": "2026-11-22T09:05:00Z"}
