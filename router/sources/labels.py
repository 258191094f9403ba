"""Labels and annotations: reading them, their caps, and the severity and guide that are derived from them."""

from collections.abc import Mapping
from heapq import nsmallest

import orjson

from router.alert import LABEL_LIMIT, VALUE_LIMIT
from router.errors import PayloadError
from router.sources.readers import link, text

_ALWAYS_KEPT = ("alertname", "severity")
_GUIDES = ("runbook_url", "runbook", "runbookURL")
_SEVERITY_LIMIT = 64
_LEVELS: Mapping[str, Mapping[str, str]] = {
    "priority": {
        "p0": "critical", "p1": "critical", "p2": "error", "p3": "warning", "p4": "info", "p5": "info",
        "0": "critical", "1": "critical", "2": "error", "3": "warning", "4": "info", "5": "info",
        "urgent": "critical", "high": "error", "medium": "warning", "normal": "warning", "low": "info",
    },
    "level": {
        "0": "info", "1": "warning", "2": "error", "3": "critical", "4": "critical",
        "warn": "warning", "err": "error", "fatal": "critical", "information": "info",
    },
}  # fmt: skip
"""Words of senders that have no `severity`: priorities count down (1 is worst), levels count up."""


def read_labels(raw: object) -> dict[str, str]:
    """Return all labels as text, without the empty ones and uncut; null or nothing is no labels.

    Scalars become text. Raises PayloadError when it is not an object, or a value is an object or array.
    """
    if raw is None:
        return {}
    if not isinstance(raw, dict):
        raise PayloadError("labels must be an object of names and texts", "labels")
    try:
        "".join(raw.values())  # the cheapest way to ask whether all of them are text
    except TypeError:
        return _tidy_labels(raw)
    return raw if all(raw.values()) and "" not in raw else _tidy_labels(raw)


def _tidy_labels(raw: dict[str, object]) -> dict[str, str]:
    for name, value in raw.items():
        if isinstance(value, dict | list):
            kind = "an object" if isinstance(value, dict) else "an array"
            raise PayloadError(f"a label's value must be text, this one is {kind}", f"labels.{name[:80]}")
    return {name: text(value) for name, value in raw.items() if name and text(value)}


def read_annotations(raw: object) -> tuple[dict[str, str], bool]:
    """Return annotations as text within the caps, and whether anything was cut.

    Tolerant: an object or array becomes its JSON, anything unusable is left out.
    """
    if not isinstance(raw, dict):
        return {}, False
    try:
        every = "".join([*raw, *raw.values()])
    except TypeError:
        return read_annotations({name: _annotation(value) for name, value in raw.items() if value is not None})
    if len(raw) <= LABEL_LIMIT and len(every.encode()) <= VALUE_LIMIT:
        return raw, False
    kept = cut_to_caps(raw)
    return kept, kept is not raw


def _annotation(value: object) -> str:
    return orjson.dumps(value).decode() if isinstance(value, dict | list) else text(value)


def cut_to_caps(texts: dict[str, str]) -> dict[str, str]:
    """Return `texts` within the caps (64 entries, 4 KiB of UTF-8 a value): the same object if nothing was cut.

    `alertname` and `severity` always stay; of the others the first in alphabetical order do, so that every sender
    of one alert is cut alike. Names over 4 KiB go.
    """
    first = [name for name in _ALWAYS_KEPT if name in texts]
    rest = nsmallest(LABEL_LIMIT, texts) if len(texts) > LABEL_LIMIT else texts
    names = [*first, *(name for name in rest if name not in _ALWAYS_KEPT)][:LABEL_LIMIT]
    kept = {name: shorten(texts[name]) for name in names if len(name.encode()) <= VALUE_LIMIT}
    return texts if kept == texts else kept


def shorten(value: str, limit: int = VALUE_LIMIT) -> str:
    """Return the beginning of `value` that fits into `limit` bytes of UTF-8, no character split."""
    if len(value) * 4 <= limit:
        return value
    return value.encode()[:limit].decode("utf-8", "ignore")


def severity_of(labels: Mapping[str, str], annotations: Mapping[str, str]) -> str:
    """Return the severity in lower case: label, annotation, else `priority` or `level` by table, else ""."""
    word = labels.get("severity") or annotations.get("severity")
    if word:
        return word.strip().lower()[:_SEVERITY_LIMIT]
    for name, words in _LEVELS.items():
        word = labels.get(name) or annotations.get(name)
        if word:
            lower = word.strip().lower()[:_SEVERITY_LIMIT]
            return words.get(lower, lower)
    return ""


def guide_url_of(annotations: Mapping[str, str]) -> str:
    """Return the alert's own on-call guide: the first runbook annotation that is a usable link, else ""."""
    for name in _GUIDES:
        url = annotations.get(name)
        if url and (found := link(url)):
            return found
    return ""
