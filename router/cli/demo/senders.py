"""The monitoring systems of the demo: what they post, as the real ones write it.

Alertmanager posts groups, and as a pair of two (high availability) every one twice; Prometheus pushes to API v2 and
repeats what fires; Datadog posts one alert per body, from the template in docs/sources.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from router.cli.demo.day import Raised
from router.cli.demo.texts import Words
from router.sources import Body

JSON = "application/json"
PUSH_KEEPS_S = 240.0
"""Prometheus lets a pushed alert end this long after the push, unless it pushes again."""
_ZERO = "0001-01-01T00:00:00Z"
_MONITOR = 7_302_114


def bodies(changed: Sequence[Raised], now: float, words: Words) -> Iterator[Body]:
    """Yield what is posted at `now` about alerts that began or ended by then: each sender in its own shape."""
    ordered = sorted(changed, key=lambda each: (each.sender, each.rule))
    for (sender, rule), group in groupby(ordered, key=lambda each: (each.sender, each.rule)):
        alerts = list(group)
        match sender:
            case "alertmanager":
                for replica in ("a", "b"):
                    yield _body(sender, _webhook(rule, alerts, replica, now, words), now)
            case "prometheus":
                yield _body(sender, [_pushed(each, now, words) for each in alerts], now)
            case _:
                for each in alerts:
                    yield _body(sender, _datadog(each, now, words), now)


def repeats(firing: Iterable[Raised], now: float, words: Words) -> Iterator[Body]:
    """Yield what Prometheus pushes again, every minute, of what still fires."""
    pushed = [_pushed(each, now, words) for each in firing if each.sender == "prometheus"]
    if pushed:
        yield _body("prometheus", pushed, now)


def _body(sender: str, content: Any, now: float) -> Body:
    return Body(sender, json.dumps(content).encode(), JSON, now)


def _over(raised: Raised, now: float) -> bool:
    return raised.end is not None and raised.end <= now


def _annotations(raised: Raised, words: Words) -> dict[str, str]:
    said = {"summary": words.summaries[raised.text]}
    return {**said, "runbook_url": raised.runbook} if raised.runbook else said


def _webhook(rule: str, alerts: Sequence[Raised], replica: str, now: float, words: Words) -> dict[str, Any]:
    """Alertmanager's webhook, version 4."""
    status = "resolved" if all(_over(each, now) for each in alerts) else "firing"
    return {
        "version": "4",
        "groupKey": f'{{}}:{{alertname="{rule}"}}',
        "truncatedAlerts": 0,
        "status": status,
        "receiver": "slo-alert-router",
        "groupLabels": {"alertname": rule},
        "commonLabels": {"alertname": rule},
        "commonAnnotations": {},
        "externalURL": f"http://alertmanager-{replica}.example.com:9093",
        "alerts": [_in_group(each, now, words) for each in alerts],
    }


def _in_group(raised: Raised, now: float, words: Words) -> dict[str, Any]:
    over = _over(raised, now)
    return {
        "status": "resolved" if over else "firing",
        "labels": {"alertname": raised.rule, **raised.labels},
        "annotations": _annotations(raised, words),
        "startsAt": _rfc3339(raised.begin),
        "endsAt": _rfc3339(raised.end) if over and raised.end is not None else _ZERO,
        "generatorURL": f"https://prometheus.example.com/graph?g0.expr={raised.rule}",
    }


def _pushed(raised: Raised, now: float, words: Words) -> dict[str, Any]:
    """An alert of API v2: no status, it fires until `endsAt`."""
    ends_at = raised.end if _over(raised, now) and raised.end is not None else now + PUSH_KEEPS_S
    return {
        "labels": {"alertname": raised.rule, **raised.labels},
        "annotations": _annotations(raised, words),
        "startsAt": _rfc3339(raised.begin),
        "endsAt": _rfc3339(ends_at),
        "generatorURL": f"https://prometheus.example.com/graph?g0.expr={raised.rule}",
    }


def _datadog(raised: Raised, now: float, words: Words) -> dict[str, Any]:
    over = _over(raised, now)
    state = "Recovered" if over else "Triggered"
    scope = f"env:{raised.labels['env']}"
    return {
        "alert_id": str(_MONITOR),
        "title": f"[{state} on {{{scope}}}] {raised.rule}",
        "alert_transition": state,
        "alert_type": "success" if over else "error",
        "alert_priority": "P3",
        "alert_scope": scope,
        "tags": ",".join(f"{name}:{value}" for name, value in raised.labels.items()),
        "body": words.summaries[raised.text],
        "date": str(int(now * 1000)),
        "link": f"https://app.datadoghq.com/monitors/{_MONITOR}",
    }


def _rfc3339(instant: float) -> str:
    return datetime.fromtimestamp(instant, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
