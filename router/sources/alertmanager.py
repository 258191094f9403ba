"""Alertmanager's webhook, version "4" and the older and hand-made shapes around it.

Protocol: https://prometheus.io/docs/alerting/latest/configuration/#webhook_config. Group fields may lie (a mixed
group says "firing", hand-made senders contradict themselves), so only an alert's own fields decide; the group helps
out where an alert has none.
"""

from dataclasses import replace
from typing import Any

from router.alert import Alert, Note, Status
from router.errors import PayloadError
from router.sources.batch import Batch, Body
from router.sources.labels import read_labels
from router.sources.prometheus import ALERT_LIMIT, UNNAMED, Group, Span, alert_of, read_all
from router.sources.readers import decode, instant, text

_API_BODY = (
    "an array is the body of Alertmanager's API v2, not of its webhook: "
    "post it to /api/v2/alerts, or give this source the type alertmanager-api"
)
_NO_ALERTS = (
    'there is no array "alerts": send the body of Alertmanager\'s webhook_config unchanged (without `payload:`), '
    "or give this source the type of what really sends to it"
)


def parse(body: Body) -> Batch:
    """Return the alerts of a webhook body. Raises PayloadError when it is not JSON."""
    payload = decode(body.raw)
    if isinstance(payload, list):
        return Batch(not_understood=_API_BODY)
    if not isinstance(payload, dict) or not isinstance(payload.get("alerts"), list):
        return Batch(not_understood=_NO_ALERTS)
    truncated = _count(payload.get("truncatedAlerts"))
    group = _group(body, payload, truncated + max(0, len(payload["alerts"]) - ALERT_LIMIT))
    batch = read_all(payload["alerts"], group, _alert)
    return replace(batch, left_out=batch.left_out + truncated) if truncated else batch


def _count(value: object) -> int:
    digits = text(value)
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 9 else 0


def _group(body: Body, payload: dict[str, Any], left_out: int) -> Group:
    names = (payload.get("groupLabels"), payload.get("commonLabels"))
    found = [text(labels.get("alertname")) for labels in names if isinstance(labels, dict)]
    return Group(
        source=body.source,
        received_at=body.received_at,
        status=text(payload.get("status")),
        name=next(filter(None, found), UNNAMED),
        external_url=text(payload.get("externalURL")),
        notes=(Note.OTHERS_LEFT_OUT,) if left_out else (),
    )


def _alert(entry: dict[str, Any], group: Group) -> Alert:
    labels = read_labels(entry.get("labels"))
    sender_fingerprint = text(entry.get("fingerprint"))
    if not labels and not sender_fingerprint:
        raise PayloadError("an alert needs labels or a fingerprint, nothing else tells it from others", "labels")
    return alert_of(entry, group, labels, sender_fingerprint, _span(entry, group))


def _span(entry: dict[str, Any], group: Group) -> Span:
    starts_at = instant(entry.get("startsAt"))
    if entry.get("status") != "firing" and _is_resolved(entry, group):
        return Status.RESOLVED, starts_at, instant(entry.get("endsAt")), None
    # Senders put zero, 1970 or a time of their own into the end of a firing alert: it means nothing.
    return Status.FIRING, starts_at, None, None


def _is_resolved(entry: dict[str, Any], group: Group) -> bool:
    """Return whether an alert is over: its own word, else the group's, else its end; an unknown word is firing."""
    word = text(entry.get("status")) or group.status
    if word:
        return word.strip().lower() == "resolved"
    ends_at = instant(entry.get("endsAt"))
    return ends_at is not None and ends_at <= group.received_at
