"""SLOs that burn as a test says: the files of a router, and whoever answers in Prometheus' place."""

import re
from dataclasses import dataclass, field
from time import time

from aiohttp import web

from router.slo.objective import WINDOWS

PERIOD_S = 30 * 86_400.0
BUDGET = 0.001
PER_S = 50.0
SLO = """\
apiVersion: openslo/v1
kind: SLO
metadata:
  name: {name}
  displayName: {title} availability
  annotations:
    alert-router/impact: Customers of {name} see errors.
    alert-router/guide: https://guides.example.com/{name}
spec:
  service: {name}
  budgetingMethod: Occurrences
  timeWindow: [{{duration: 30d, isRolling: true}}]
  objectives: [{{target: 0.999}}]
  indicator:
    metadata: {{name: {name}-ratio}}
    spec:
      ratioMetric:
        counter: true
        bad: {{metricSource: {{type: Prometheus, spec: {{query: 'requests_total{{service="{name}",code="500"}}'}}}}}}
        total: {{metricSource: {{type: Prometheus, spec: {{query: 'requests_total{{service="{name}"}}'}}}}}}
"""
CONFIG = """\
timezone: Asia/Tokyo
locale: en
sources:
  alertmanager: {type: alertmanager}
slo_sources:
  prometheus: {type: prometheus, url: "${PROMETHEUS_URL}"}
slos: [slos/*.yaml]
slo_evaluation: {interval: 1s, gap_after: 1h}
mapping:
  - {matchers: ['service="checkout"'], slos: [checkout]}
  - {matchers: ['service="search"'], slos: [search]}
  - {matchers: ['service="login"'], slos: [login]}
  - {matchers: ['service="basket"'], slos: [basket]}
route: {receiver: sre, group_by: [alertname], group_wait: 0s}
receivers:
  - name: sre
    slack: {channel: C0SRE, ticket_channel: C0TICKETS, fallback_channel: C0OTHER, mention: "<!subteam^S0SRE>"}
silences: {max_duration: 3d}
report: {channel: C0SRE, weekday: monday, time: "09:00"}
"""
CALM, SLOW, FAST = 0.2, 8.0, 20.0
"""Burn rates that no tier, the slow page tier (6x) and the fast one (14.4x) answer to."""


@dataclass
class Burning:
    """Answers in Prometheus' place: every window of a service burns at the rate that the test has set."""

    rates: dict[str, float] = field(
        default_factory=lambda: {"checkout": FAST, "search": CALM, "login": SLOW, "basket": FAST}
    )

    def answer(self, query: str) -> web.Response:
        """Return a vector with a value for each part that the router asks for."""
        found = re.search(r'service="(\w+)"', query)
        service = found[1] if found else ""
        result = [
            {"metric": {"part": part}, "value": [time(), str(self._value(part, service))]}
            for part in re.findall(r'"part", "([^"]+)"', query)
        ]
        return web.json_response({"status": "success", "data": {"resultType": "vector", "result": result}})

    def _value(self, part: str, service: str) -> float:
        what, _, window = part.partition("_")
        match what:
            case "time":
                return time() - 1
            case "count":
                return 240.0
            case "total" | "bad" if window in WINDOWS:
                return PER_S * WINDOWS[window] * (1.0 if what == "total" else BUDGET * self.rates[service])
            case "total" | "bad":
                return PER_S * PERIOD_S * (1.0 if what == "total" else BUDGET * 0.4)
        return time() - float(part)
