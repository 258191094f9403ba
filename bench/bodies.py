"""The alerts that are sent: ten labels and three annotations each, as whole HTTP requests made before the clock runs.

Alerts are numbered. A block of a hundred is one rule that fires for a hundred pods of one service, as a Prometheus or
the group of an Alertmanager sends it; `mixed` deals the alerts of one body to all services instead.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

JSON = {"Content-Type": "application/json"}
SERVICES = 20
RULES = 50
BLOCK = 100
STARTED_S = 60.0
"""How long the alerts have been firing when they are sent."""
ENDS_S = 3_600.0
MOVED_S = 15.0
"""How far a re-send moves `endsAt`, as Prometheus does."""


@dataclass(frozen=True, slots=True)
class Batches:
    """Which alerts are sent, how, and where: everything that the load process needs to know.

    `door` is "api" (Alertmanager's API v2) or "webhook"; `sent_before` counts how often the same alerts were sent.
    """

    door: str
    host: str
    port: int
    path: str
    first: int
    count: int
    size: int
    now: float
    sent_before: int = 0
    mixed: bool = False
    opens_every: int = 0
    """Every so many alerts, one that no SLO judges and that opens an incident of its own; 0 for none."""


def requests_of(batches: Batches) -> list[bytes]:
    """Return the HTTP requests, each with one body of `size` alerts (the last may have fewer)."""
    end = batches.first + batches.count
    starts = range(batches.first, end, batches.size)
    return [_request(batches, range(start, min(start + batches.size, end))) for start in starts]


def _request(batches: Batches, numbers: range) -> bytes:
    alerts = [_alert(batches, number) for number in numbers]
    body = json.dumps(alerts if batches.door == "api" else _group(alerts), separators=(",", ":")).encode()
    return request(batches.host, batches.port, batches.path, body)


def request(host: str, port: int, path: str, body: bytes, headers: Mapping[str, str] = JSON) -> bytes:
    """Return one POST, of JSON unless the headers say otherwise, on a connection that is kept."""
    lines = [f"POST {path} HTTP/1.1", f"Host: {host}:{port}", *(f"{name}: {text}" for name, text in headers.items())]
    return "\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""]).encode() + body


def labels_of(number: int, *, mixed: bool = False) -> dict[str, str]:
    """Return the ten labels of the alert with this number."""
    block = number if mixed else number // BLOCK
    service = f"service-{block % SERVICES:02d}"
    return {
        "alertname": f"PodLatencyHigh{block % RULES:02d}",
        "service": service,
        "severity": ("warning", "critical")[block % 2],
        "namespace": f"team-{block % 7}",
        "pod": f"{service}-6b7f9d8c5d-{number:07d}",
        "instance": f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}:9100",
        "job": "kubernetes-pods",
        "cluster": "tokyo-1",
        "environment": "production",
        "team": f"team-{block % 7}",
    }


def _alert(batches: Batches, number: int) -> dict[str, Any]:
    labels = labels_of(number, mixed=batches.mixed)
    if batches.opens_every and number % batches.opens_every == 0:
        labels |= {"alertname": f"Storm{number:07d}", "service": "storm"}
    alert: dict[str, Any] = {
        "labels": labels,
        "annotations": {
            "summary": f"{labels['pod']} answers slowly",
            "description": f"The 99th percentile of {labels['service']} has been above 1 s for 5 min in every zone.",
            "runbook_url": f"https://guides.example.com/{labels['service']}/latency",
        },
        "startsAt": rfc3339(batches.now - STARTED_S),
        "generatorURL": f"http://prometheus.example.com/graph?g0.expr=latency%7Bservice%3D%22{labels['service']}%22%7D",
    }
    if batches.door == "api":
        return {**alert, "endsAt": rfc3339(batches.now + ENDS_S + MOVED_S * batches.sent_before)}
    # Alertmanager repeats a notification unchanged as long as its group does not change.
    return {**alert, "status": "firing", "endsAt": "0001-01-01T00:00:00Z", "fingerprint": f"{number:016x}"}


def _group(alerts: list[dict[str, Any]]) -> dict[str, Any]:
    shared = {"alertname": alerts[0]["labels"]["alertname"], "service": alerts[0]["labels"]["service"]}
    return {
        "version": "4",
        "groupKey": f'{{}}:{{service="{shared["service"]}"}}',
        "truncatedAlerts": 0,
        "status": "firing",
        "receiver": "router",
        "groupLabels": shared,
        "commonLabels": shared,
        "commonAnnotations": {},
        "externalURL": "http://alertmanager.example.com:9093",
        "alerts": alerts,
    }


def rfc3339(at: float) -> str:
    """Return an instant (Unix seconds) as senders write it."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
