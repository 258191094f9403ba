"""A firing as history files and exports write it, and back: one JSON object, its times RFC 3339 or null. Pure."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from router.gate import Outcome
from router.noise.values import Firing, Heard, Mark
from router.slo.verdict import Verdict

_OUTCOMES = {outcome.value: outcome for outcome in Outcome}
_VERDICTS = {verdict.value: verdict for verdict in Verdict}
_MARKS = {mark.value: mark for mark in Mark}


def instant(at: float | None) -> str | None:
    """Return an instant as exports write it (RFC 3339, UTC)."""
    return None if at is None else datetime.fromtimestamp(at, UTC).isoformat().replace("+00:00", "Z")


def record_of(firing: Firing) -> dict[str, Any]:
    """Return the history record of a firing."""
    return {
        "source": firing.source,
        "rule": firing.rule or None,
        "fingerprint": firing.fingerprint,
        "labels": dict(firing.labels),
        "annotations": dict(firing.annotations),
        "started_at": instant(firing.started_at),
        "ended_at": instant(firing.ended_at),
        "outcome": firing.outcome,
        "reason": firing.reason or None,
        "would": firing.would,
        "incident": firing.incident,
        "receiver": firing.receiver,
        "group_wait_s": firing.group_wait_s,
        "guide": firing.guide,
        "notified_at": instant(firing.notified_at),
        "acknowledged_at": instant(firing.acknowledged_at),
        "acknowledged_by": firing.acknowledged_by or None,
        "guide_opened_at": instant(firing.guide_opened_at),
        "human_verdict": firing.mark,
        "wolf_reason": firing.wolf_reason or None,
        "missed_report": firing.missed_report,
        "slos": [
            {
                "id": each.slo,
                "worst_verdict": each.worst,
                "threatened_from": instant(each.threatened_from),
                "threatened_to": instant(each.threatened_to),
            }
            for each in firing.slos
        ],
    }


def firing_of(record: Mapping[str, Any]) -> Firing:
    """Return the firing of a history record; raises ValueError that names the field and how to write it.

    A reason that is not known is kept as it is. Where no `guide` is said, an alert has one if it brings a
    `runbook_url`.
    """
    annotations = _texts(record, "annotations")
    started_at = _instant(record, "started_at")
    if started_at is None:
        raise ValueError("`started_at` is missing: every firing began some time (RFC 3339)")
    guide = record.get("guide")
    return Firing(
        source=_text(record, "source"),
        rule=_text(record, "rule"),
        fingerprint=_text(record, "fingerprint"),
        started_at=started_at,
        ended_at=_ended(record, started_at),
        outcome=_chosen(record, "outcome", _OUTCOMES),
        reason=_text(record, "reason"),
        incident=_text(record, "incident"),
        receiver=_text(record, "receiver"),
        labels=_texts(record, "labels"),
        annotations=annotations,
        notified_at=_instant(record, "notified_at"),
        acknowledged_at=_instant(record, "acknowledged_at"),
        acknowledged_by=_text(record, "acknowledged_by"),
        guide_opened_at=_instant(record, "guide_opened_at"),
        mark=_chosen(record, "human_verdict", _MARKS),
        wolf_reason=_text(record, "wolf_reason"),
        missed_report=_flag(record, "missed_report"),
        slos=_slos(record),
        group_wait_s=_seconds(record, "group_wait_s"),
        guide=_flag(record, "guide") if guide is not None else bool(annotations.get("runbook_url")),
        would=_chosen(record, "would", _OUTCOMES),
    )


def _text(record: Mapping[str, Any], name: str) -> str:
    value = record.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ValueError(f"`{name}` is {_shown(value)}: write a text or null")  # noqa: TRY004 - a value in a file
    return value


def _texts(record: Mapping[str, Any], name: str) -> dict[str, str]:
    value = record.get(name) or {}
    if not isinstance(value, Mapping) or not all(isinstance(part, str) for pair in value.items() for part in pair):
        raise ValueError(f"`{name}` is {_shown(value)}: write an object of texts")
    return dict(value)


def _flag(record: Mapping[str, Any], name: str) -> bool:
    value = record.get(name) or False
    if not isinstance(value, bool):
        raise ValueError(f"`{name}` is {_shown(value)}: write true or false")  # noqa: TRY004
    return value


def _seconds(record: Mapping[str, Any], name: str) -> float:
    value = record.get(name) or 0.0
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e9:
        raise ValueError(f"`{name}` is {_shown(value)}: write seconds")
    return float(value)


def _chosen(record: Mapping[str, Any], name: str, known: Mapping[str, Any]) -> Any:
    value = record.get(name)
    if value in (None, "", "null"):
        return None
    if not isinstance(value, str) or value not in known:
        raise ValueError(f"`{name}` is {_shown(value)}: write one of {', '.join(known)}")
    return known[value]


def _instant(record: Mapping[str, Any], name: str) -> float | None:
    value = record.get(name)
    if value is None:
        return None
    try:
        at = datetime.fromisoformat(value if isinstance(value, str) else "")
    except ValueError:
        raise ValueError(f"`{name}` is {_shown(value)}: write a time as 2026-11-22T09:00:00Z (RFC 3339)") from None
    if at.tzinfo is None:
        raise ValueError(f"`{name}` is {_shown(value)}: it has no time zone, end it with Z")
    return at.timestamp()


def _ended(record: Mapping[str, Any], started_at: float) -> float | None:
    """Two clocks may disagree: nothing ends before it began."""
    ended_at = _instant(record, "ended_at")
    return None if ended_at is None else max(ended_at, started_at)


def _slos(record: Mapping[str, Any]) -> tuple[Heard, ...]:
    value = record.get("slos") or []
    if not isinstance(value, list) or not all(isinstance(each, Mapping) and each.get("id") for each in value):
        raise ValueError(f'`slos` is {_shown(value)}: write [{{"id": ..., "worst_verdict": ...}}]')
    return tuple(
        Heard(
            _text(each, "id"),
            # What was not recorded cannot be judged by.
            _chosen(each, "worst_verdict", _VERDICTS) or Verdict.UNKNOWN,
            _instant(each, "threatened_from"),
            _instant(each, "threatened_to"),
        )
        for each in value
    )


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 40 else text[:39] + "…"
