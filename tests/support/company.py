"""A small company: a shop, two Prometheus, an Alertmanager, and what they are told to do. All programs are real."""

from collections.abc import Iterator
from pathlib import Path

from tests.support.prometheus import openmetrics

PAST_S = 31 * 86_400.0
PAST_RATE = 6.0
"""Requests a second: a budget of 15,552 failures in 30 days at 99.9 %."""
EARLIER = 700
"""4.5 % of the budget, spent nearly 6 h ago: with FAILURES it is beyond the slow page tier (5 % in 6 h, 778)."""
EARLIER_S = (21_180.0, 21_300.0)
"""How long ago that was: it leaves the tier's window 5 to 7 min after the beginning, which lets the tier clear then."""
FAILURES = 200
"""1.3 % of the budget: short of the fast page tier (2 % in 1 h, 311)."""
MORE = 350
"""With FAILURES 3.5 % of the budget within minutes: beyond the fast tier, and by themselves short of the slow one."""
CAUSES = ("DiskSlow", "PodRestarting", "DBConnectionsHigh")

SLO = """
apiVersion: openslo/v1
kind: SLO
metadata:
  name: shop-availability
  displayName: Shop availability
  annotations:
    alert-router/cuj: Buy something
    alert-router/impact: Customers cannot buy anything.
    alert-router/first-action: Look at the last deploy of the shop.
    alert-router/guide: https://guides.example.com/shop-errors
spec:
  service: shop
  budgetingMethod: Occurrences
  timeWindow: [{duration: 30d, isRolling: true}]
  objectives: [{target: 0.999}]
  indicator:
    metadata: {name: shop-error-ratio}
    spec:
      ratioMetric:
        counter: true
        bad: {metricSource: {type: Prometheus, spec: {query: 'http_requests_total{job="shop",code=~"5.."}'}}}
        total: {metricSource: {type: Prometheus, spec: {query: 'http_requests_total{job="shop"}'}}}
"""

RULES = """
groups:
  - name: shop
    interval: 1s
    rules:
      - alert: HighErrorRate
        expr: sum(rate(http_requests_total{job="shop",code="500"}[10s])) > 1
        labels: {service: shop, severity: critical}
        annotations: {summary: "Many requests of the shop fail", runbook_url: "https://guides.example.com/shop-errors"}
      - alert: DiskSlow
        expr: trouble_disk_slow == 1
        labels: {service: shop, severity: warning}
        annotations: {summary: "The disk answers slowly"}
      - alert: PodRestarting
        expr: trouble_pod_restarts == 1
        labels: {service: shop, severity: warning}
        annotations: {summary: "A pod restarts again and again"}
"""

SECOND_RULES = """
groups:
  - name: database
    interval: 1s
    rules:
      - alert: DBConnectionsHigh
        expr: trouble_db_connections == 1
        labels: {service: shop, severity: warning}
        annotations: {summary: "Nearly all connections of the database are in use"}
"""


def past(port: int, now: float) -> Iterator[str]:
    """A month of the shop's traffic, healthy but for a short trouble nearly six hours ago, as OpenMetrics."""
    times = []
    at = now - PAST_S
    while at <= now - 5:
        times.append(at)
        ago = now - at
        at += 240.0 if ago > 86_400 else 60.0 if ago > 7_200 else 15.0
    good = [(at, PAST_RATE * (at - now + PAST_S)) for at in times]
    bad = [(at, _failed(now - at)) for at in times]
    return openmetrics(
        {("http_requests_total", _labels(port, code)): each for code, each in (("200", good), ("500", bad))}
    )


def _labels(port: int, code: str) -> tuple[tuple[str, str], ...]:
    return ("code", code), ("instance", f"127.0.0.1:{port}"), ("job", "shop")


def _failed(ago_s: float) -> float:
    """Return how many requests had failed so long ago."""
    ended, began = EARLIER_S
    return EARLIER * min(max((began - ago_s) / (began - ended), 0.0), 1.0)


def prometheus_config(rules: Path, shop_port: int, targets: list[str]) -> str:
    """A Prometheus that scrapes the shop every second and sends its alerts to `targets` (host:port)."""
    return f"""
global: {{scrape_interval: 1s, evaluation_interval: 1s}}
rule_files: ["{rules}"]
scrape_configs:
  - job_name: shop
    static_configs: [{{targets: ["127.0.0.1:{shop_port}"]}}]
alerting:
  alertmanagers:
    - api_version: v2
      static_configs: [{{targets: {targets}}}]
"""


def alertmanager_config(urls: list[str]) -> str:
    """An Alertmanager that tells every router of everything."""
    hooks = "\n".join(f"      - {{url: '{url}', send_resolved: true, max_alerts: 0}}" for url in urls)
    return f"""
route: {{receiver: routers, group_by: [alertname], group_wait: 1s, group_interval: 2s, repeat_interval: 1m}}
receivers:
  - name: routers
    webhook_configs:
{hooks}
"""


def router_config(folder: Path, prometheus_url: str, mode: str) -> Path:
    """A router's configuration in a folder of its own."""
    (folder / "slos").mkdir(parents=True, exist_ok=True)
    (folder / "slos/shop.yaml").write_text(SLO, encoding="utf-8")
    path = folder / "router.yaml"
    path.write_text(
        f"""
mode: {mode}
timezone: Asia/Tokyo
locale: en
sources:
  alertmanager: {{type: alertmanager}}
  prometheus: {{type: alertmanager-api}}
slo_sources:
  prometheus: {{type: prometheus, url: "{prometheus_url}"}}
slos: [slos/*.yaml]
slo_evaluation: {{interval: 2s}}
mapping:
  - matchers: ['service="shop"']
    slos: [shop-availability]
route: {{receiver: sre, group_by: [slo], group_wait: 1s, repeat_interval: 4h}}
receivers:
  - name: sre
    slack: {{channel: C0SRE, mention: "<!subteam^S0SRE>"}}
""",
        encoding="utf-8",
    )
    return path
