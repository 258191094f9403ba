"""Durations as Prometheus and Alertmanager write them: "30s", "4h", "1d12h"; seconds inside."""

import re
from typing import Annotated

from pydantic import BeforeValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

_UNITS = {"y": 31_536_000.0, "w": 604_800.0, "d": 86_400.0, "h": 3_600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
PATTERN = r"^(?=.)([0-9]{1,9}y)?([0-9]{1,9}w)?([0-9]{1,9}d)?([0-9]{1,9}h)?([0-9]{1,9}m)?([0-9]{1,9}s)?([0-9]{1,9}ms)?$"
"""What may be written; the same expression stands in the JSON Schema."""
_WHOLE = re.compile(PATTERN)
_PART = re.compile(r"([0-9]+)(ms|[ywdhms])")


def parse_duration(text: str) -> float:
    """Return seconds; raises ValueError for anything but units in falling order, each with a whole number."""
    if not _WHOLE.fullmatch(text):
        raise ValueError("not a duration")
    return sum(int(number) * _UNITS[unit] for number, unit in _PART.findall(text))


def write_duration(seconds: float) -> str:
    """Return the shortest way to write `seconds`, for people: "15m", "1d12h", "0s"."""
    parts, left = [], round(seconds * 1000)
    for unit in ("d", "h", "m", "s", "ms"):
        count, left = divmod(left, round(_UNITS[unit] * 1000))
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"


def _read(value: object) -> object:
    if isinstance(value, str) and _WHOLE.fullmatch(value):
        return parse_duration(value)
    if isinstance(value, float):
        return value  # the model's own default
    raise PydanticCustomError("duration", "not a duration")


Duration = Annotated[
    float,
    BeforeValidator(_read, json_schema_input_type=str),
    WithJsonSchema({"type": "string", "pattern": PATTERN}),
]
"""Seconds in a model, a text such as "4h" in the file."""
