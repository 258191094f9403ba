"""The facts of a notice as they arrive: all texts, all optional; what is no number or list counts as absent."""

import json
from collections.abc import Mapping
from math import isfinite
from typing import Any

from router.incident import View


def facts_of(view: View) -> Mapping[str, str]:
    """Return a notice's facts by name."""
    return view.notice or {}


def number(text: object) -> float | None:
    """Return a number that can be shown, None for anything else."""
    if not isinstance(text, str | int | float) or isinstance(text, bool):
        return None
    try:
        found = float(text)
    except (ValueError, OverflowError):
        return None
    return found if isfinite(found) else None


def counted(view: View, name: str) -> int:
    """Return a count, 0 where there is none."""
    found = number(facts_of(view).get(name, ""))
    return int(max(0.0, min(found, 1e15))) if found is not None else 0


def listed(view: View, name: str, most: int) -> list[Any]:
    """Return the first `most` things of a JSON list, [] where it is none."""
    try:
        found = json.loads(facts_of(view).get(name, "[]"))
    except (ValueError, RecursionError):
        return []
    return found[:most] if isinstance(found, list) else []
