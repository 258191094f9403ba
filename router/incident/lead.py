"""Which alert speaks for an incident: the most severe of those that fire, preferably one with a guide. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from router.alert import Alert, Note
from router.incident.life import Incident, Lead
from router.incident.messages import CauseKind, Guide

SUMMARY_LIMIT = 1_000
PLACE_LIMIT = 200
DEFAULT_RANK = 2
_SUMMARIES = ("summary", "description", "message", "title")
_PLACES = ("instance", "pod", "host", "node", "service", "job", "namespace", "cluster", "operation")
_RANKS = {
    "page": 4, "critical": 4, "emergency": 4, "fatal": 4, "p1": 4,
    "error": 3, "high": 3, "p2": 3,
    "warning": 2, "warn": 2, "medium": 2, "ticket": 2, "p3": 2,
    "info": 1, "low": 1, "none": 0,
}  # fmt: skip


def lead_of(alert: Alert, guide: Guide | None, *, notice: bool = False) -> Lead:
    """Return what an alert says for its incident."""
    summary = next((alert.annotations[name] for name in _SUMMARIES if alert.annotations.get(name)), "")
    return Lead(
        source=alert.source,
        rule=alert.rule,
        severity=alert.severity,
        summary=summary[:SUMMARY_LIMIT],
        url=alert.generator_url,
        guide=guide,
        left_out=Note.OTHERS_LEFT_OUT in alert.notes,
        facts=dict(alert.annotations) if notice else {},
    )


def rank_of(alert: Alert, guide: Guide | None) -> int:
    """Return how much an alert has to say: by its severity, and a guide breaks the tie."""
    return _RANKS.get(alert.severity.lower(), DEFAULT_RANK) * 2 + (guide is not None)


def where_of(alert: Alert) -> str:
    """Return what an alert concerns, "" when no label tells."""
    return next((alert.labels[name][:PLACE_LIMIT] for name in _PLACES if alert.labels.get(name)), "")


def spoken_by(incident: Incident, speaking: Sequence[tuple[Alert, Guide | None]]) -> Incident:
    """Return the incident as told by the alerts that fire now and are worth telling, first of all in its causes."""
    if not speaking:
        return incident
    alert, guide = max(speaking, key=lambda each: rank_of(*each))
    places: dict[str, list[str]] = {}
    for each, _ in speaking:
        places.setdefault(each.rule, []).append(where_of(each))
    return replace(incident, lead=lead_of(alert, guide), kinds=_kinds(incident.kinds, places, alert.rule))


def _kinds(kinds: Iterable[CauseKind], places: Mapping[str, Sequence[str]], first: str) -> tuple[CauseKind, ...]:
    """What speaks comes first, then what fires, then what has resolved; places are those that fire."""
    named = [_at(kind, places[kind.rule]) if kind.rule in places else kind for kind in kinds]
    return tuple(sorted(named, key=lambda kind: (kind.rule != first, kind.rule not in places, not kind.firing)))


def _at(kind: CauseKind, places: Sequence[str]) -> CauseKind:
    known = list(dict.fromkeys(place for place in places if place))
    if not known:
        return kind
    return replace(kind, where=f"{known[0]} +{len(known) - 1}" if len(known) > 1 else known[0])
