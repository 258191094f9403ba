"""What an export holds, as flat rows of columns: BI tools read no nested values, so those are JSON in one column."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

import orjson

from router.noise.review import Counts, Pager, Roll
from router.slo.verdict import Verdict

Row = dict[str, Any]
TEXT, TIME, NUMBER, WHOLE, FLAG, DAY = "text", "time", "number", "whole", "flag", "day"
WINDOWS = ("5m", "30m", "1h", "2h", "6h", "1d", "3d", "period")


@dataclass(frozen=True, slots=True)
class Table:
    """A kind of row: the name of its file, its columns with their types, and how a record becomes a row."""

    name: str
    columns: Mapping[str, str]
    row: Callable[[Mapping[str, Any]], Row]


_FIRING = {
    "source": TEXT,
    "rule": TEXT,
    "fingerprint": TEXT,
    "service": TEXT,
    "labels": TEXT,
    "annotations": TEXT,
    "started_at": TIME,
    "ended_at": TIME,
    "outcome": TEXT,
    "reason": TEXT,
    "would": TEXT,
    "incident": TEXT,
    "receiver": TEXT,
    "group_wait_s": NUMBER,
    "guide": FLAG,
    "notified_at": TIME,
    "acknowledged_at": TIME,
    "acknowledged_by": TEXT,
    "guide_opened_at": TIME,
    "human_verdict": TEXT,
    "wolf_reason": TEXT,
    "missed_report": FLAG,
    "slo": TEXT,
    "verdict": TEXT,
    "slos": TEXT,
}
_LOUDEST_FIRST = {verdict.value: place for place, verdict in enumerate(Verdict)}


def _json(value: object) -> str:
    return orjson.dumps(value).decode()


def _firing(record: Mapping[str, Any]) -> Row:
    labels, slos = record.get("labels") or {}, record.get("slos") or []
    row = {name: record.get(name) for name in _FIRING}
    row["service"] = labels.get("service")
    for name in ("labels", "annotations"):
        row[name] = _json(record.get(name) or {})
    # The first SLO is the one whose incident the alert joined; the verdict is the loudest of all of them.
    row["slo"] = slos[0]["id"] if slos else None
    row["verdict"] = min((str(each["worst_verdict"]) for each in slos), key=_LOUDEST_FIRST.__getitem__, default=None)
    row["slos"] = _json(slos)
    return row


_SNAPSHOT = {
    "slo": TEXT,
    "at": TIME,
    "verdict": TEXT,
    "budget_remaining": NUMBER,
    **{f"{part}_{window}": NUMBER for window in WINDOWS for part in ("bad", "total", "ratio")},
    "error": TEXT,
}


def _snapshot(record: Mapping[str, Any]) -> Row:
    windows = record.get("windows") or {}
    row = {name: record.get(name) for name in ("slo", "at", "verdict", "budget_remaining", "error")}
    for window in WINDOWS:
        measured = windows.get(window) or {}
        row |= {f"{part}_{window}": measured.get(part) for part in ("bad", "total", "ratio")}
    return row


_ROLL = {
    "day": DAY,
    "dimension": TEXT,
    "name": TEXT,
    **{each.name: WHOLE for each in fields(Counts)},
    "incident_pages": WHOLE,
    "incident_wolf_pages": WHOLE,
    "incident_acknowledged": WHOLE,
    "incident_acknowledge_s": NUMBER,
    "incident_resolved": WHOLE,
    "incident_resolve_s": NUMBER,
}


def roll_record(day: date, roll: Roll) -> Row:
    """Return a daily roll-up as a row."""
    counts = {each.name: getattr(roll.counts, each.name) for each in fields(Counts)}
    pager = {f"incident_{each.name}": getattr(roll.pager, each.name) for each in fields(Pager)}
    return {"day": day.isoformat(), "dimension": roll.dimension.value, "name": roll.name, **counts, **pager}


FIRINGS = Table("firings", _FIRING, _firing)
SLOS = Table("slos", _SNAPSHOT, _snapshot)
ROLLUPS = Table("rollups", _ROLL, dict)
TABLES = {table.name: table for table in (FIRINGS, SLOS, ROLLUPS)}
