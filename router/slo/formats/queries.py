"""Makes queries of all tools say their window in one way, `{{.window}}`, and finds what must never be sent."""

import re
from typing import Final

from router.slo.formats.document import Item
from router.slo.formats.notes import Notes

WINDOW: Final = "{{.window}}"
_WINDOW: Final = re.compile(r"\{\{-?\s*\.?window\s*-?\}\}")
_GENERATOR: Final = re.compile(r"\[window\]")
_TEMPLATE: Final = re.compile(r"\{\{.*?\}\}")
_VARIABLE: Final = re.compile(r"\$\{?\w+\}?")
_QUOTED: Final = re.compile(r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'|`[^`]*`')
PROMETHEUS_TYPES: Final = frozenset({"prometheus", "promql", "thanos", "cortex", "mimir", "victoriametrics"})
"""Types of data sources that answer Prometheus' HTTP API."""


def query_of(item: Item | None, notes: Notes) -> str:
    """Return a PromQL query with its window as `{{.window}}`; "" when it is absent or holds another placeholder."""
    if item is None or not item.raw.strip():
        return ""
    text = _WINDOW.sub(WINDOW, item.raw.strip())
    if _GENERATOR.search(text):
        mend = "write [{{.window}}] (slo-generator's [window] is read as that)"
        notes.deviation(item.place, "the placeholder [window] is another tool's", mend)
        text = _GENERATOR.sub(f"[{WINDOW}]", text)
    left = _left_over(text)
    if left:
        mend = "write the value; only {{.window}} is replaced"
        notes.deviation(item.place, f"the query holds the placeholder {left!r}, which nothing replaces", mend)
        return ""
    return text


def _left_over(text: str) -> str:
    bare = text.replace(WINDOW, "")
    found = _TEMPLATE.search(bare) or _VARIABLE.search(_QUOTED.sub('""', bare))
    return found[0] if found else ""


def is_selector(text: str) -> bool:
    """Return whether a query is one plain metric selector, `name{label="value"}` or `name`."""
    return re.fullmatch(r"[a-zA-Z_:][\w:]*\s*(?:\{[^{}]*\})?", _QUOTED.sub('""', text.strip())) is not None


def metric_name(selector: str) -> str:
    """Return the metric name that a selector starts with, "" when it starts otherwise."""
    found = re.match(r"[a-zA-Z_:][\w:]*", selector.strip())
    return found[0] if found else ""
