"""History files of one small week, 2026-W47 in Tokyo: a wolf, a page that was right, a firing that was dropped."""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

CONFIG = """\
timezone: Asia/Tokyo
external_url: https://alerts.example.com
sources:
  alertmanager: {type: alertmanager}
slo_sources:
  prometheus: {type: prometheus, url: "http://127.0.0.1:1"}
slos: [slos/*.yaml]
mapping:
  - matchers: ['service="shop"']
    slos: [shop-availability]
route: {receiver: sre}
receivers:
  - name: sre
    slack: {channel: C0SRE}
  - name: payments
    slack: {channel: C0PAY}
"""
SLO_FILE = """\
apiVersion: openslo/v1
kind: SLO
metadata:
  name: shop-availability
  displayName: Shop availability
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
BEGIN = datetime(2026, 11, 15, 15, tzinfo=UTC)
"""Monday 16 November 2026, 00:00 in Tokyo."""
SLO = "shop-availability"


def at(hours: float) -> str:
    """So many hours after the week began."""
    return (BEGIN + timedelta(hours=hours)).isoformat().replace("+00:00", "Z")


def record(rule: str, hours: float, lasts: float = 0.1, **fields: Any) -> dict[str, Any]:
    """A firing that paged sre and was a wolf; `fields` replace what is usual."""
    usual = {
        "source": "alertmanager",
        "rule": rule,
        "fingerprint": f"{rule}-1",
        "labels": {"alertname": rule, "service": "shop"},
        "annotations": {"summary": f"{rule} of the shop"},
        "started_at": at(hours),
        "ended_at": at(hours + lasts),
        "outcome": "page",
        "reason": "threat_page",
        "incident": f"{rule}@{hours}",
        "receiver": "sre",
        "notified_at": at(hours),
        "slos": [{"id": SLO, "worst_verdict": "no_threat"}],
    }
    return {**usual, **fields}


def firings() -> list[dict[str, Any]]:
    """DiskSlow cries wolf on four days, and once in the week before; HighErrors is right; PodRestarting was dropped."""
    wolves = [record("DiskSlow", hours) for hours in (-100, 10, 34, 58, 82)]
    threat = {"id": SLO, "worst_verdict": "threat_page", "threatened_from": at(50), "threatened_to": at(50.5)}
    right = record("HighErrors", 50, 1.0, slos=[threat], acknowledged_at=at(50.1), acknowledged_by="Sato")
    dropped = record("PodRestarting", 70, outcome="drop", reason="no_threat", notified_at=None)
    report = record("", 90, 0, missed_report=True, annotations={"reported_by": "Ito", "summary": "The shop was slow"})
    return [*wolves, right, dropped, report, record("Last", 24 * 7 + 1)]


def snapshots() -> list[dict[str, Any]]:
    """What the SLO said every minute from 40 to 60 hours after the week began: threatened for half an hour."""
    return [snapshot(40 + minute / 60) for minute in range(20 * 60)]


def snapshot(hours: float, **fields: Any) -> dict[str, Any]:
    """One minute of the SLO."""
    verdict = "threat_page" if 50 <= hours < 50.5 else "no_threat"
    windows = {"5m": {"bad": 1, "total": 500}, "1d": {"bad": 9.0, "total": 90_000.0}, "period": None}
    left = 0.9 if hours < 50 else 0.7
    return {"slo": SLO, "at": at(hours), "windows": windows, "verdict": verdict, "budget_remaining": left, **fields}


def write(path: Path, lines: Iterable[Mapping[str, Any]]) -> Path:
    """Write JSON Lines."""
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return path


def write_week(folder: Path) -> Path:
    """Write configuration, history.jsonl and slos.jsonl into a folder, and return it."""
    (folder / "slos").mkdir()
    (folder / "slos/shop.yaml").write_text(SLO_FILE, encoding="utf-8")
    (folder / "router.yaml").write_text(CONFIG, encoding="utf-8")
    write(folder / "history.jsonl", firings())
    write(folder / "slos.jsonl", snapshots())
    return folder
