"""Alertmanager's API v2, `POST /api/v2/alerts`: what Prometheus, vmalert and Loki's ruler send.

Protocol: Alertmanager's api/v2/openapi.yaml, with the rules of its server. There is no status: an alert fires while
its `endsAt` lies in the future, and each repeat pushes `endsAt` on; when the repeats stop, it is over (`expires_at`).
"""

from typing import Any

from router.alert import Alert, Status
from router.errors import PayloadError
from router.sources.batch import Batch, Body
from router.sources.labels import read_labels
from router.sources.prometheus import Group, Span, alert_of, read_all
from router.sources.readers import decode, instant

RESOLVE_TIMEOUT_S = 300.0
"""Alertmanager's default `resolve_timeout`: how long an alert without `endsAt` fires without being repeated."""

_WEBHOOK_BODY = (
    "an object is not a body of Alertmanager's API v2, which is an array of alerts; "
    "what a webhook_config sends belongs to a source of type alertmanager"
)
_NOT_AN_ARRAY = "a body of Alertmanager's API v2 is an array of alerts"


def parse(body: Body) -> Batch:
    """Return the alerts of an API v2 body. Raises PayloadError when it is not JSON."""
    entries = decode(body.raw)
    if not isinstance(entries, list):
        return Batch(not_understood=_WEBHOOK_BODY if isinstance(entries, dict) else _NOT_AN_ARRAY)
    return read_all(entries, Group(body.source, body.received_at), _alert)


def _alert(entry: dict[str, Any], group: Group) -> Alert:
    labels = read_labels(entry.get("labels"))
    if not labels:
        raise PayloadError("at least one label with a value is required", "labels")
    return alert_of(entry, group, labels, "", _span(entry, group.received_at))


def _span(entry: dict[str, Any], now: float) -> Span:
    """Return the alert's time with Alertmanager's defaults: start now (or at an end that is past), 5 minutes long."""
    starts_at = instant(entry.get("startsAt"))
    ends_at = instant(entry.get("endsAt"))
    if starts_at is not None and ends_at is not None and ends_at < starts_at:
        raise PayloadError("endsAt is before startsAt", "endsAt")
    if ends_at is None:
        return Status.FIRING, now if starts_at is None else starts_at, None, now + RESOLVE_TIMEOUT_S
    if ends_at > now:
        return Status.FIRING, now if starts_at is None else starts_at, None, ends_at
    return Status.RESOLVED, ends_at if starts_at is None else starts_at, ends_at, None
