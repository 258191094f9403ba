"""What `explain` is given: a body as a sender posts it, or one bare alert."""

import json
from typing import Any

import orjson

from router.alert import Alert
from router.config.values import Config, SourceConfig
from router.errors import PayloadError
from router.sources import SOURCES, Body

_BOM = b"\xef\xbb\xbf"
WEBHOOK, API = "alertmanager", "alertmanager-api"


def parsed(raw: bytes) -> dict[str, Any]:
    """Return a JSON object; NaN and Infinity, which many programs write, are numbers here. Raises PayloadError."""
    try:
        value = json.loads(raw.removeprefix(_BOM))
    except json.JSONDecodeError as error:
        raise PayloadError(f"not JSON: {error.msg}", f"line {error.lineno}, column {error.colno}") from error
    except (UnicodeDecodeError, RecursionError, ValueError) as error:
        raise PayloadError(f"not JSON: {type(error).__name__}") from error
    if not isinstance(value, dict):
        raise PayloadError("not a JSON object")
    return value


def alerts_in(raw: bytes, config: Config, source: str | None, now: float) -> tuple[Alert, ...]:
    """Return the alerts of a body, read as its source reads it; raises PayloadError when any of it is unreadable."""
    raw = raw.removeprefix(_BOM)
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise PayloadError(f"not JSON: {error.msg}", f"line {error.lineno}, column {error.colno}") from error
    chosen = _source(value, config, source)
    if _is_bare(value):
        raw = orjson.dumps([value] if chosen.type == API else {"alerts": [value]})
    batch = SOURCES[chosen.type].parse(Body(chosen.name, raw, "application/json", now))
    read_as = f"read as source {chosen.name!r} of type {chosen.type}; --source names another"
    if batch.not_understood:
        raise PayloadError(batch.not_understood, read_as)
    if batch.rejected:
        raise PayloadError(f"alert {batch.rejected[0].index}: {batch.rejected[0].problem}", read_as)
    if not batch.alerts:
        raise PayloadError("it holds no alert", read_as)
    return batch.alerts


def _source(value: Any, config: Config, name: str | None) -> SourceConfig:
    if name is not None:
        if name not in config.sources:
            known = ", ".join(config.sources) or "none"
            raise PayloadError(f"no source {name!r} is configured; known are {known}", "--source")
        return config.sources[name]
    kind = _kind(value)
    return next((each for each in config.sources.values() if each.type == kind), SourceConfig(kind, kind))


def _kind(value: Any) -> str:
    """Return the type of source that posts such a body."""
    if isinstance(value, list):
        return API
    return WEBHOOK if _is_bare(value) or (isinstance(value, dict) and "alerts" in value) else "datadog"


def _is_bare(value: Any) -> bool:
    return isinstance(value, dict) and "labels" in value and "alerts" not in value
