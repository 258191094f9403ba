"""Snapshots in the shape that `explain`, unit tests and SLO histories read and write. Pure.

`{"sampled_at": "2026-11-22T09:00:00Z", "age": "40d", "windows": {"5m": {"bad": 3, "total": 1000}, ...}}`; a window is
`{"bad", "total"}`, `{"ratio"}` or null, and `"error": "..."` instead of windows says why there are none. A window of
any other shape is unreadable (null), never refused: what cannot be read must end in a forward, not in a stack trace.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from math import isfinite
from typing import Any

from router.slo.objective import PERIOD, WINDOWS, Count, Measured, Ratio, Snapshot
from router.slo.windows import OVERSHOOT

_UNITS = {"w": 604_800.0, "d": 86_400.0, "h": 3_600.0, "m": 60.0, "s": 1.0}
_DURATION = re.compile(r"(?:\d+(?:\.\d+)?[wdhms])+")
_PART = re.compile(r"(\d+(?:\.\d+)?)([wdhms])")


def snapshot_from_json(slo_id: str, contract_json: Any) -> Snapshot:
    """Return the snapshot of one SLO. Never raises: a time or window that cannot be read is absent.

    An `age` that cannot be read counts as brand new, so that it clears nothing.
    """
    if not isinstance(contract_json, Mapping):
        return Snapshot(slo_id, None, {}, error="the SLO's state is not an object")
    error = contract_json.get("error")
    windows = contract_json.get("windows")
    given = windows if isinstance(windows, Mapping) else {}
    interval_s = _duration(contract_json.get("interval"))
    return Snapshot(
        slo=slo_id,
        sampled_at=_instant(contract_json.get("sampled_at")),
        windows={name: _measured(given.get(name)) for name in (*WINDOWS, PERIOD)},
        age_s=_age(contract_json.get("age")),
        interval_s=interval_s if interval_s else 60.0,
        error=str(error) if error else "",
    )


def to_json(snapshot: Snapshot) -> dict[str, Any]:
    """Return a snapshot in the contract's shape; `interval` is how often new samples come."""
    written: dict[str, Any] = {"sampled_at": _written_instant(snapshot.sampled_at)}
    if snapshot.age_s is not None:
        written["age"] = _written_duration(snapshot.age_s)
    written["interval"] = _written_duration(snapshot.interval_s)
    if snapshot.error:
        return {**written, "error": snapshot.error}
    return {**written, "windows": {name: _written(value) for name, value in snapshot.windows.items()}}


def _number(value: Any) -> float | None:
    """Return a finite number; None for text, booleans, NaN and infinities."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if isfinite(number) else None


def _measured(value: Any) -> Measured:
    if not isinstance(value, Mapping):
        return None
    if "total" in value or "bad" in value:
        bad, total = _number(value.get("bad")), _number(value.get("total"))
        if bad is None or total is None or total < 0 or bad < -OVERSHOOT * total:
            return None
        return Count(bad, total)
    ratio = _number(value.get("ratio"))
    return Ratio(ratio) if ratio is not None and ratio >= -OVERSHOOT else None


def _instant(value: Any) -> float | None:
    """Return Unix seconds of an RFC 3339 time or a number; None without a zone, for nobody knows which it was."""
    if not isinstance(value, str):
        return _number(value)
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return None
    return at.timestamp() if at.tzinfo is not None else None


def _age(value: Any) -> float | None:
    if value is None:
        return None
    age_s = _duration(value)
    return age_s if age_s is not None else 0.0


def _duration(value: Any) -> float | None:
    """Return seconds of "40d", "1d12h" or a number of seconds; None when it is neither, or negative."""
    if isinstance(value, str):
        if _DURATION.fullmatch(value) is None:
            return None
        return sum(float(number) * _UNITS[unit] for number, unit in _PART.findall(value))
    seconds = _number(value)
    return seconds if seconds is not None and seconds >= 0 else None


def _written(value: Measured) -> dict[str, float] | None:
    match value:
        case Count(bad, total):
            return {"bad": bad, "total": total}
        case Ratio(bad):
            return {"ratio": bad}
        case None:
            return None


def _written_instant(at: float | None) -> str | None:
    return datetime.fromtimestamp(at, UTC).isoformat().replace("+00:00", "Z") if at is not None else None


def _written_duration(seconds: float) -> str:
    for unit, length_s in _UNITS.items():
        if seconds >= length_s and seconds % length_s == 0:
            return f"{int(seconds / length_s)}{unit}"
    return f"{seconds:.3f}s"
