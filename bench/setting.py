"""What the measured programs are told to do, and a Prometheus that answers every SLO "healthy"."""

import re
import time
from pathlib import Path
from typing import Self

from aiohttp import web

from bench.bodies import SERVICES
from router.slo.objective import WINDOWS

CHANNELS = 8
"""Slack channels of the probes: enough that the pace of one channel (one post a second) never delays any."""
_PART = re.compile(r'"part", "([^"]+)"')
SLO = """
apiVersion: openslo/v1
kind: SLO
metadata: {{name: {service}-availability}}
spec:
  service: {service}
  budgetingMethod: Occurrences
  timeWindow: [{{duration: 30d, isRolling: true}}]
  objectives: [{{target: 0.999}}]
  indicator:
    metadata: {{name: {service}-errors}}
    spec:
      ratioMetric:
        counter: true
        bad: {{metricSource: {{type: Prometheus, spec: {{query: 'errors_total{{service="{service}"}}'}}}}}}
        total: {{metricSource: {{type: Prometheus, spec: {{query: 'requests_total{{service="{service}"}}'}}}}}}
"""
_ROUTER = """
mode: enforce
timezone: UTC
sources:
  alertmanager: {{type: alertmanager}}
  prometheus: {{type: alertmanager-api}}
slo_sources:
  prometheus: {{type: prometheus, url: "{prometheus}"}}
slos: [slos/*.yaml]
mapping:
{mapping}
route:
  receiver: sre
  group_by: [slo]
  routes:
{routes}
receivers:
  - {{name: sre, slack: {{channel: C0SRE}}}}
{receivers}
"""
ALERTMANAGER = """
route: {receiver: nobody, group_by: [service], group_wait: 10s}
receivers: [{name: nobody}]
"""
"""It takes alerts in, groups them and notifies nobody: the least that it can do with them."""


def write_router(folder: Path, prometheus: str) -> Path:
    """Write a configuration without authentication: an SLO for each service, a route for each probe channel."""
    (folder / "slos").mkdir(parents=True, exist_ok=True)
    services = [f"service-{number:02d}" for number in range(SERVICES)]
    for service in services:
        (folder / f"slos/{service}.yaml").write_text(SLO.format(service=service), encoding="utf-8")
    mapping = "\n".join(f"  - {{matchers: ['service=\"{name}\"'], slos: [{name}-availability]}}" for name in services)
    routes = "\n".join(
        f"    - {{receiver: probe-{number}, matchers: ['probe=\"{number}\"'], group_by: [alertname], group_wait: 0s}}"
        for number in range(CHANNELS)
    )
    receivers = "\n".join(
        f"  - {{name: probe-{number}, slack: {{channel: {channel_of(number)}}}}}" for number in range(CHANNELS)
    )
    path = folder / "router.yaml"
    text = _ROUTER.format(prometheus=prometheus, mapping=mapping, routes=routes, receivers=receivers)
    path.write_text(text, encoding="utf-8")
    return path


def channel_of(number: int) -> str:
    """Return the Slack channel of a probe route."""
    return f"C0PROBE{number}"


class HealthyPrometheus:
    """Answers the SLO queries of the router: a million requests in every window, none of them bad."""

    def __init__(self) -> None:
        self.url = ""
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_post("/api/v1/query", self._query)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def _query(self, request: web.Request) -> web.Response:
        query = str((await request.post())["query"])
        now = time.time()
        parts = _PART.findall(query) or [""]
        result = [{"metric": {"part": part} if part else {}, "value": [now, str(_value(part, now))]} for part in parts]
        return web.json_response({"status": "success", "data": {"resultType": "vector", "result": result}})


def _value(part: str, now: float) -> float:
    """Return what a question is answered by: bad events, all events, a time, or how often series are sampled."""
    name, _, window = part.rpartition("_")
    if name:
        return 0.0 if name == "bad" else 1e6 * WINDOWS.get(window, 30 * 86_400.0) / 3_600.0
    if part == "time":
        return now
    return now - float(part) if part.replace(".", "").replace("e+", "").isdigit() else 240.0
