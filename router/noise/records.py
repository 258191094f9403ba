"""A firing as history files and exports write it, and back: one JSON object, its times RFC 3339 or null. Pure."""

from collections.abc import Mapping
from datetime import UTC, datetime
from sys import intern
from typing import Any

from router.gate import Outcome
from router.noise.values import Firing, Heard, Mark
from router.slo.verdict import Verdict

_OUTCOMES = {outcome.value: outcome for outcome in Outcome}
_VERDICTS = {verdict.value: verdict for verdict in Verdict}
_MARKS = {mark.value: mark for mark in Mark}
_LAST = 253_402_300_800.0
"""The end of the year 9999."""


class Known:
    """What the records of one file have in common, so that it is kept once: texts of an alert, what its SLOs said."""

    def __init__(self) -> None:
        self._texts: dict[tuple[str, str], Mapping[str, str]] = {}
        self._heard: dict[tuple[tuple[tuple[str, Any], ...], ...], tuple[Heard, ...]] = {}

    def texts(self, record: Mapping[str, Any], name: str, fingerprint: str) -> Mapping[str, str]:
        """Return labels or annotations: the same object as before, where an alert has the same again."""
        before = self._texts.get((fingerprint, name))
        if before is not None and before == record.get(name):
            return before
        found = self._texts[fingerprint, name] = _texts(record, name)
        return found

    def heard(self, record: Mapping[str, Any]) -> tuple[Heard, ...]:
        """Return what the SLOs said: the same object as before, where they said the same and none was threatened."""
        try:
            said = tuple([tuple(each.items()) for each in record.get("slos") or ()])
            before = self._heard.get(said)
        except (AttributeError, TypeError):
            return _slos(record)
        if before is not None:
            return before
        found = _slos(record)
        if all(each.threatened_from is None for each in found):
            self._heard[said] = found
        return found


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


def firing_of(record: Mapping[str, Any], known: Known | None = None) -> Firing:
    """Return the firing of a history record; raises ValueError that names the field, what is wrong, and the mend.

    Fields and reasons that are not known are no mistake: other versions write them. Where no `guide` is said, an alert
    has one if it brings a `runbook_url`. What many records have in common is one object, if `known` is given.
    """
    known = known or Known()
    fingerprint = _text(record, "fingerprint")
    annotations = known.texts(record, "annotations", fingerprint)
    started_at = _instant(record, "started_at")
    if started_at is None:
        raise ValueError("`started_at` is missing: write when it began (RFC 3339)")
    return Firing(
        source=_text(record, "source"),
        rule=_text(record, "rule"),
        fingerprint=fingerprint,
        started_at=started_at,
        ended_at=_ended(record, started_at),
        outcome=_chosen(record, "outcome", _OUTCOMES),
        reason=_text(record, "reason"),
        incident=_text(record, "incident"),
        receiver=_text(record, "receiver"),
        labels=known.texts(record, "labels", fingerprint),
        annotations=annotations,
        notified_at=_instant(record, "notified_at"),
        acknowledged_at=_instant(record, "acknowledged_at"),
        acknowledged_by=_text(record, "acknowledged_by"),
        guide_opened_at=_instant(record, "guide_opened_at"),
        mark=_chosen(record, "human_verdict", _MARKS),
        wolf_reason=_text(record, "wolf_reason"),
        missed_report=_flag(record, "missed_report"),
        slos=known.heard(record),
        group_wait_s=_seconds(record, "group_wait_s"),
        guide=_flag(record, "guide", bool(annotations.get("runbook_url"))),
        would=_chosen(record, "would", _OUTCOMES),
    )


def _text(record: Mapping[str, Any], name: str) -> str:
    value = record.get(name)
    if type(value) is str:
        return intern(value)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ValueError(f"`{name}` is {_shown(value)}: write a text or null")  # noqa: TRY004 - a value in a file
    return str(value)


def _texts(record: Mapping[str, Any], name: str) -> Mapping[str, str]:
    value = record.get(name)
    if value is None:
        return {}
    if not isinstance(value, Mapping) or not all(isinstance(text, str) for text in value.values()):
        raise ValueError(f'`{name}` is {_shown(value)}: write an object of texts, as {{"service": "shop"}}')
    return value


def _flag(record: Mapping[str, Any], name: str, usual: bool = False) -> bool:
    value = record.get(name)
    if value is None:
        return usual
    if not isinstance(value, bool):
        raise ValueError(f"`{name}` is {_shown(value)}: write true or false")  # noqa: TRY004
    return value


def _seconds(record: Mapping[str, Any], name: str) -> float:
    value = record.get(name)
    if value is None:
        return 0.0
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e9:
        raise ValueError(f"`{name}` is {_shown(value)}: write seconds, 0 or more")
    return float(value)


def _chosen(record: Mapping[str, Any], name: str, known: Mapping[str, Any]) -> Any:
    value = record.get(name)
    if value in (None, "", "null"):
        return None
    if not isinstance(value, str) or value not in known:
        raise ValueError(f"`{name}` is {_shown(value)}: write one of {', '.join(known)}, or null")
    return known[value]


def _instant(record: Mapping[str, Any], name: str) -> float | None:
    value = record.get(name)
    return None if value is None else instant_of(value, name)


def instant_of(value: object, name: str) -> float:
    """Return the Unix seconds of an RFC 3339 time; raises ValueError that names the field and how to write it."""
    try:
        at = datetime.fromisoformat(value if isinstance(value, str) else "")
    except ValueError:
        raise ValueError(f"`{name}` is {_shown(value)}: write a time as 2026-11-22T09:00:00Z (RFC 3339)") from None
    if at.tzinfo is None:
        raise ValueError(f"`{name}` is {_shown(value)}: it has no time zone, end it with Z")
    seconds = at.timestamp()
    if not 0 <= seconds < _LAST:
        raise ValueError(f"`{name}` is {_shown(value)}: write a time from 1970 to 9999, or null where there is none")
    return seconds


def _ended(record: Mapping[str, Any], started_at: float) -> float | None:
    """Two clocks may disagree: nothing ends before it began."""
    ended_at = _instant(record, "ended_at")
    return None if ended_at is None else max(ended_at, started_at)


def _slos(record: Mapping[str, Any]) -> tuple[Heard, ...]:
    value = record.get("slos")
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(each, Mapping) and each.get("id") for each in value):
        raise ValueError(f'`slos` is {_shown(value)}: write [{{"id": "checkout", "worst_verdict": "watch"}}]')
    try:
        return tuple(_heard(each) for each in value)
    except ValueError as error:
        raise ValueError(f"in `slos` {error}") from error


def _heard(said: Mapping[str, Any]) -> Heard:
    return Heard(
        _text(said, "id"),
        # What was not recorded cannot be judged by.
        _chosen(said, "worst_verdict", _VERDICTS) or Verdict.UNKNOWN,
        _instant(said, "threatened_from"),
        _instant(said, "threatened_to"),
    )


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 40 else text[:39] + "…"
