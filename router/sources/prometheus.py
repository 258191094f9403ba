"""What Alertmanager's two formats, webhook and API v2, have in common: the way of an entry to an alert.

This is the hot path of the whole router (groups of hundreds of alerts, repeated every few minutes), so an ordinary
entry is only looked at as a whole, and value by value where something is odd.

Identity is the hash of the source's name, the sender's own fingerprint where it sends one, and *all* labels, uncut and
without the empty ones (to Prometheus an empty label is no label).

- Both halves are needed. Two alerts may show equal labels and differ in their fingerprint only (a template or proxy
  dropped a label): they are two alerts. One fingerprint may stand over several label sets (hand-made senders repeat
  it): they are several alerts. Neither half alone may merge what the other tells apart, because a merged alert hides.
- The Alertmanagers of an HA pair compute the fingerprint from the labels alone, so both give one identity. A pair of
  which only one member sends fingerprints (one older than 0.19) gives two until both do.
- Nothing else goes in: annotations, generatorURL, groupKey, times and position differ between sends of one alert.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson

from router.alert import LABEL_LIMIT, VALUE_LIMIT, Alert, Note, Status, fingerprint_of
from router.errors import PayloadError
from router.sources.batch import Batch, Rejected
from router.sources.labels import cut_to_caps, guide_url_of, read_annotations, severity_of
from router.sources.readers import link

ALERT_LIMIT = 50_000
"""Alerts that are read from one body; the rest is counted as left out and complained about."""

UNNAMED = "(no alertname)"
"""The rule of alerts that bring no name; they are counted together."""

_STAND_INS = frozenset({"DatasourceNoData", "DatasourceError"})
"""Alerts that Grafana raises in a rule's place when its query brings nothing."""

Span = tuple[Status, float | None, float | None, float | None]
"""Status, start, end and expiry of an alert."""


@dataclass(frozen=True, slots=True)
class Group:
    """What a body says about all of its alerts; fallbacks only."""

    source: str
    received_at: float
    status: str = ""
    name: str = UNNAMED
    external_url: str = ""
    notes: tuple[Note, ...] = ()


def read_all(entries: list[Any], group: Group, read: Callable[[dict[str, Any], Group], Alert]) -> Batch:
    """Return the alerts that `read` makes of the entries; one that it raises PayloadError for harms no other."""
    alerts = []
    rejected = []
    for index, entry in enumerate(entries[:ALERT_LIMIT]):
        try:
            if not isinstance(entry, dict):
                raise PayloadError("an alert must be an object with labels")  # noqa: TRY301 - one place for both
            alerts.append(read(entry, group))
        except PayloadError as error:
            rejected.append(Rejected(index, str(error)))
    beyond = max(0, len(entries) - ALERT_LIMIT)
    if beyond:
        problem = f"{len(entries)} alerts in one body, only the first {ALERT_LIMIT} were read: send smaller groups"
        rejected.append(Rejected(ALERT_LIMIT, problem))
    return Batch(tuple(alerts), tuple(rejected), left_out=beyond)


def alert_of(entry: dict[str, Any], group: Group, every: dict[str, str], sender_fingerprint: str, span: Span) -> Alert:
    """Return the alert of an entry. `every` holds all of its labels, uncut, as `read_labels` gives them."""
    # One JSON text with sorted names: unambiguous, and several times faster than hashing part by part.
    own = orjson.dumps([sender_fingerprint, every], option=orjson.OPT_SORT_KEYS)
    # A text this short has no name and no value over the cap.
    small = len(own) <= VALUE_LIMIT and len(every) <= LABEL_LIMIT
    labels = every if small else cut_to_caps(every)
    annotations, annotations_cut = read_annotations(entry.get("annotations"))
    status, starts_at, ends_at, expires_at = span
    rule = labels.get("alertname") or group.name
    notes = group.notes
    if status is Status.RESOLVED or rule in _STAND_INS or annotations_cut or labels is not every:
        notes += _notes(rule, annotations, status, cut=annotations_cut or labels is not every)
    return Alert(
        group.source,
        fingerprint_of(group.source, own.decode(), every),
        status,
        rule,
        severity_of(labels, annotations),
        labels,
        annotations,
        starts_at,
        ends_at,
        expires_at,
        link(entry.get("generatorURL"), group.external_url),
        guide_url_of(annotations),
        notes,
    )


def _notes(rule: str, annotations: dict[str, str], status: Status, *, cut: bool) -> tuple[Note, ...]:
    """Return what is worth saying beside an alert.

    Grafana, too, sends these formats: `grafana_state_reason` on a resolved alert (MissingSeries, Paused, Updated,
    NoData, ...) says that it ended for another reason than health.
    """
    said = {
        Note.NO_DATA: rule in _STAND_INS,
        Note.ENDED_WITHOUT_RECOVERY: status is Status.RESOLVED and bool(annotations.get("grafana_state_reason")),
        Note.TRUNCATED: cut,
    }
    return tuple(note for note, applies in said.items() if applies)
