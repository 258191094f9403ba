"""Datadog's webhooks integration: one alert per body, in whatever template its users typed.

Protocol: https://docs.datadoghq.com/integrations/webhooks/. We ship a template (docs/sources/datadog.md); Datadog's
default body, which says state, priority and scope in its title only, and templates of the users' own are read too.

Identity is monitor id and scope, which stay the same over all transitions: Warn, Triggered, No Data and Recovered
are one alert. Without a monitor id the aggregation key takes its place, without that the monitor's name. The event
id, the date and the title with its brackets are new in every message and never used.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import orjson

from router.alert import Alert, Note, Status, fingerprint_of
from router.sources.batch import Batch, Body
from router.sources.datadog_facts import (
    MonitorLink,
    Title,
    facts_of,
    first,
    monitor_link,
    pairs_of,
    read_message,
    read_title,
    squeeze,
)
from router.sources.labels import cut_to_caps, guide_url_of, read_annotations
from router.sources.prometheus import UNNAMED
from router.sources.readers import instant, link

_NOT_AN_OBJECT = (
    "a Datadog webhook posts one object: paste the payload template of the set-up page "
    "into the webhook in Datadog, under Integrations > Webhooks"
)
_NAMELESS = (
    "neither a title nor a monitor id was found, so nothing tells which monitor this is: "
    'put "alert_id": "$ALERT_ID" and "title": "$ALERT_TITLE" into the payload in Datadog, or paste the shipped template'
)

_ALERT_ID = ("alertid", "monitorid")
_TITLES = ("title", "alerttitle", "eventtitle", "alertname")
_TEXTS = ("text", "textonlymsg", "body", "eventmsg", "msg", "message", "description")
_LINKS = ("link", "alertlink", "eventlink", "eventurl", "url")
_TAGS = ("tags", "alerttags", "eventtags")
_PLAIN_LABELS = ("service", "env", "team", "severity", "region", "cluster")
"""Keys of users' own templates that are taken over as labels; any other key is left alone, it may be a secret."""

_RESOLVED = frozenset({"recovered", "warnrecovered", "nodatarecovered"})
_WARNING = frozenset({"warn", "rewarn"})
_NO_DATA = frozenset({"nodata", "renodata"})
_SAME_STATE = frozenset({"", "renotify"})
"""Transitions that do not say the state; the alert type does."""

_PRIORITIES = {"p1": "critical", "p2": "error", "p3": "warning", "p4": "info", "p5": "info"}
_TYPES = {"error": "error", "warning": "warning", "info": "info"}
_BY_HAND = "was marked as recovered"
_TEST_TEXT = "Test notification triggered by"


@dataclass(frozen=True, slots=True)
class Message:
    """One body, read: its facts and what stands inside title and text."""

    source: str
    facts: Mapping[str, str]
    title: Title
    text: str
    monitor: MonitorLink

    def first(self, names: tuple[str, ...]) -> str:
        """Return the first of these facts that is present, else ""."""
        return first(self.facts, names)

    @property
    def transition(self) -> str:
        """The transition, squeezed; the field wins over the title."""
        return squeeze(self.first(("alerttransition", "transition")) or self.title.transition)

    @property
    def alert_type(self) -> str:
        """error, warning, success or info."""
        return self.first(("alerttype", "type")).lower()

    @property
    def priority(self) -> str:
        """P1 to P5, or ""; Datadog's $PRIORITY (normal, low) is an event's, not a severity."""
        said = self.first(("alertpriority", "priority")) or self.title.priority
        return said.upper() if said.lower() in _PRIORITIES else self.title.priority.upper()


def parse(body: Body) -> Batch:
    """Return the one alert of a Datadog body. Raises PayloadError when it is neither JSON nor a form."""
    facts = facts_of(body)
    if facts is None:
        return Batch(not_understood=_NOT_AN_OBJECT)
    message = _message(body.source, facts)
    if not (message.title.name or message.first(_ALERT_ID) or message.monitor.monitor):
        return Batch(not_understood=_NAMELESS)
    return Batch((_alert(message),))


def _message(source: str, facts: Mapping[str, str]) -> Message:
    text = first(facts, _TEXTS)
    return Message(source, facts, read_title(first(facts, _TITLES)), text, monitor_link(text))


def _alert(message: Message) -> Alert:
    every = _labels(message)
    labels = cut_to_caps(every)
    annotations, annotations_cut = read_annotations(_annotations(message))
    resolved = _is_resolved(message)
    when = instant(message.first(("date", "lastupdated", "alertdate")))
    return Alert(
        source=message.source,
        fingerprint=_identity(message),
        status=Status.RESOLVED if resolved else Status.FIRING,
        rule=labels["alertname"],
        severity=_severity(message, labels),
        labels=labels,
        annotations=annotations,
        # The time of this message. A Re-Triggered brings a later one than its Triggered: while an alert fires the
        # earliest start is kept, and against an end it puts messages that overtook each other into order.
        starts_at=None if resolved else when,
        ends_at=when if resolved else None,
        generator_url=link(message.first(_LINKS)) or link(message.monitor.url),
        guide_url=guide_url_of(annotations),
        notes=_notes(message, resolved=resolved, cut=annotations_cut or labels is not every),
    )


def _scope(message: Message) -> str:
    """Return what of the monitor's groups this is about, as a sorted list; "" for all of it."""
    said = message.first(("alertscope", "scope")) or message.monitor.group or message.title.scope
    parts = sorted(filter(None, (part.strip() for part in said.split(","))))
    return "" if parts in (["*"], ["total"]) else ",".join(parts)


def _identity(message: Message) -> str:
    # The organisation stays out: a team that changes its template during an incident keeps its alerts.
    monitor = message.first(_ALERT_ID) or message.monitor.monitor
    aggregation = message.first(("aggregkey",))
    if monitor or not aggregation:
        own = [monitor or message.title.name, _scope(message), "monitor" if monitor else "name"]
    else:
        own = [aggregation, "", "aggregation"]
    return fingerprint_of(message.source, orjson.dumps(own).decode(), {})


def _is_resolved(message: Message) -> bool:
    """Return whether the alert is over; a transition that nobody knows is firing."""
    if message.transition in _SAME_STATE:
        return message.alert_type == "success"
    return message.transition in _RESOLVED


def _severity(message: Message, labels: Mapping[str, str]) -> str:
    """Return the severity: Warn is a warning whatever else is said, then tag, priority and alert type."""
    if message.transition in _WARNING:
        return "warning"
    said = labels.get("severity", "").strip().lower()[:64]
    return said or _PRIORITIES.get(message.priority.lower(), "") or _TYPES.get(message.alert_type, "")


def _labels(message: Message) -> dict[str, str]:
    """Return tags and scope as labels (the scope is the more exact), and what Datadog says beside them."""
    tags, _ = pairs_of(message.first(_TAGS))
    scope, _ = pairs_of(_scope(message))
    plain = {name: message.facts[name] for name in _PLAIN_LABELS if name in message.facts}
    monitor = message.first(_ALERT_ID) or message.monitor.monitor
    own = {
        "host": message.first(("hostname", "host")),
        "priority": message.priority,
        "event_type": message.first(("eventtype",)),
        "org": message.first(("orgname",)),
    }
    name = message.title.name or (f"monitor {monitor}" if monitor else UNNAMED)
    labels = {**own, **plain, **tags, **scope, "alertname": name, "monitor_id": monitor}
    return {label: value for label, value in labels.items() if value}


def _annotations(message: Message) -> dict[str, str]:
    _, bare = pairs_of(message.first(_TAGS))
    annotations = {
        "description": read_message(message.text),
        "transition": message.first(("alerttransition", "transition")) or message.title.transition,
        "cycle_key": message.first(("alertcyclekey", "cyclekey")),
        "query": message.first(("alertquery", "query")),
        "metric": message.first(("alertmetric", "metric")),
        "snapshot": link(message.first(("snapshot",))),
        "tags": ",".join(bare),
        "runbook_url": message.first(("runbookurl", "runbook")),
    }
    return {name: value for name, value in annotations.items() if value}


def _notes(message: Message, *, resolved: bool, cut: bool) -> tuple[Note, ...]:
    said = {
        Note.TEST: message.title.test or _TEST_TEXT in message.text,
        Note.NO_DATA: message.transition in _NO_DATA,
        Note.ENDED_WITHOUT_RECOVERY: resolved and _BY_HAND in message.text,
        Note.TRUNCATED: cut,
    }
    return tuple(note for note, applies in said.items() if applies)
