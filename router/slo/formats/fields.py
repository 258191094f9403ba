"""Reads the fields that all three formats have: lists, numbers, durations, labels, targets."""

import re
from collections.abc import Collection, Mapping
from typing import Final

from router.slo.formats.document import Item
from router.slo.formats.notes import Notes
from router.slo.objective import DAY_S, TimeWindow

_UNITS: Final[Mapping[str, float]] = {
    "ms": 0.001,
    "s": 1.0,
    "m": 60.0,
    "h": 3_600.0,
    "d": DAY_S,
    "w": 7 * DAY_S,
    "M": 30 * DAY_S,
    "Q": 90 * DAY_S,
    "y": 365 * DAY_S,
    "Y": 365 * DAY_S,
}
"""Seconds per unit of OpenSLO (m is minutes, M months) and Prometheus durations."""
_DURATION: Final = re.compile(r"(?:\d+(?:ms|[smhdwMQyY]))+")
_PART: Final = re.compile(r"(\d+)(ms|[smhdwMQyY])")
_DNS_LABEL: Final = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
DEFAULT_WINDOW: Final = TimeWindow(28 * DAY_S, "28d")


def seconds_of(text: str) -> float | None:
    """Return the length of a duration such as "30d", "4w" or "1h30m" in seconds; None when it is none."""
    if not _DURATION.fullmatch(text):
        return None
    return sum(int(amount) * _UNITS[unit] for amount, unit in _PART.findall(text)) or None


def entries(item: Item, key: str, notes: Notes) -> tuple[Item, ...]:
    """Return a list's members; null is no members, a lone object is a list of one (a deviation)."""
    found = item.get(key)
    if found is None:
        return ()
    if isinstance(found.value, tuple):
        return tuple(found.value)
    notes.deviation(found.place, f"{key} is not a list", "write it as a list, each member behind a dash")
    return (found,)


def check_keys(item: Item | None, known: Collection[str], notes: Notes) -> None:
    """Note every key that the format does not have."""
    if item is None or not item.is_mapping:
        return
    for key, place in item.keys.items():
        if key not in known:
            mend = f"correct its spelling or remove it; known here: {', '.join(sorted(known))}"
            notes.deviation(place, f"unknown key {key!r}, ignored", mend)


def check_name(item: Item, name: str, notes: Notes) -> None:
    """Note a name that is not an RFC 1123 label (lower-case letters, digits, hyphens, at most 63)."""
    if not _DNS_LABEL.fullmatch(name):
        mend = "use lower-case letters, digits and hyphens, at most 63"
        notes.deviation(item.place, f"the name {name!r} is not a DNS label", mend)


def number_of(item: Item, notes: Notes) -> float | None:
    """Return a finite number; one written as text is accepted with a deviation, anything else is None."""
    value = item.value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _finite(float(value))
    number = _number(item.raw)
    if number is not None:
        notes.deviation(item.place, f"{item.raw!r} is text", "write the number without quotes")
    return number


def _finite(number: float) -> float | None:
    return number if abs(number) < float("inf") else None


def _number(text: str) -> float | None:
    try:
        return _finite(float(text.strip().removesuffix("%")))
    except ValueError:
        return None


def percent(ratio: float) -> str:
    """Return a ratio in percent, for people: 0.999 is "99.9 %"."""
    return f"{ratio * 100:.10g} %"


def percent_text(item: Item) -> float | None:
    """Return the number in a text such as "99.9" or "99.9%" (Pyrra writes targets so); None when it is none."""
    return _number(item.raw)


def labels_of(*items: Item | None) -> dict[str, frozenset[str]]:
    """Return labels, later items winning; each value is the set of all it was given (OpenSLO allows lists)."""
    labels: dict[str, frozenset[str]] = {}
    for item in items:
        if item is not None and isinstance(item.value, Mapping):
            labels |= {key: _values(value) for key, value in item.value.items()}
    return labels


def _values(item: Item) -> frozenset[str]:
    members = item.value if isinstance(item.value, tuple) else (item,)
    return frozenset(member.raw.strip() for member in members if member.raw.strip())


def target_from_ratio(item: Item, notes: Notes) -> float | None:
    """Return OpenSLO's `target`, a ratio below 1; a percentage there is read as such with a deviation."""
    number = number_of(item, notes)
    if number is not None and 1.0 < number <= 100.0:
        if number < 100.0:
            mend = f"write target: {number / 100:g}, or targetPercent: {number:g}"
            notes.deviation(item.place, f"target {item.raw} is not a ratio; read as {number:g} %", mend)
        number /= 100.0
    return _usable(item, number, notes)


def target_from_percent(item: Item, number: float | None, notes: Notes) -> float | None:
    """Return a target that is written in percent; a ratio there is read as such with a deviation."""
    if number is None or not 0.0 < number < 1.0:
        return _usable(item, None if number is None else number / 100.0, notes)
    mend = f"write {number * 100:g}; a goal below 1 % would never be threatened"
    notes.deviation(item.place, f"{item.raw} is a ratio in a field for percent; read as {percent(number)}", mend)
    return _usable(item, number, notes)


def _usable(item: Item, target: float | None, notes: Notes) -> float | None:
    if target is not None and 0.0 < target < 1.0:
        return round(target, 12)
    if target == 1.0:
        notes.refuse(item.place, "a target of 100 % leaves no error budget", "promise less, 99.9 for example")
    else:
        mend = "write a goal above 0 and below 100 %"
        notes.refuse(item.place, f"the target {item.raw!r} is not a goal that can be judged", mend)
    return None
