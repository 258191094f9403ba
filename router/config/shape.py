"""The shape of the file: unknown keys, missing keys, wrong types. Tells all of them, then reads the rest.

What is wrong is noted and cut out, and the remainder read again, so that one run also finds what is wrong in
meaning (router.config.build, router.config.cross). Inputs are never shown: any of them may be a secret.
"""

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from router.config.document import Document, Where
from router.config.durations import write_duration
from router.config.findings import Findings
from router.config.schema import Root

ROUNDS = 12
_FOLLOWS = frozenset({"missing", "too_short", "none_of"})
"""Kinds of error that cutting out another one causes."""
_OF_KEY = frozenset({"extra_forbidden", "missing", "none_of", "several_of"})
"""Kinds of error that are told at the key, because no value is wrong by itself."""
_FILLING: Mapping[str, Any] = {
    "sources": {"unreadable": {"type": "alertmanager"}},
    "route": {},
    "receivers": [{"name": "unreadable", "slack": {"channel": "unreadable"}}],
}
"""What stands in for a part that is missing at all, while the others are examined."""
_ELSEWHERE = {
    "global": "write `timezone`, `locale` and the like at the root; Slack's token comes from SLACK_BOT_TOKEN",
    "templates": "the router draws its messages itself; remove it",
    "slack_configs": "write `slack: {channel: ...}`; Slack's token comes from SLACK_BOT_TOKEN",
    "slack_api_url": "Slack's address and token come from the environment; remove it",
    "webhook_configs": "only Slack can be told so far; write `slack: {channel: ...}`",
    "pagerduty_configs": "only Slack can be told so far; write `slack: {channel: ...}`",
    "runbook_url": "in the configuration a guide is `guides: [{matchers: [...], url: ...}]`",
    "mute_times": "the name is `mute_time_intervals`",
    "mute_time_intervals": "define intervals in `time_intervals` at the root, and name them in a route",
}


def read_root(document: Document, findings: Findings) -> Root | None:
    """Return the file as a model, less what had to be cut out; None when nothing of it can be read."""
    filled: dict[str, Any] = {}
    cut_before = False
    for _ in range(ROUNDS):
        data = document.data()
        try:
            return Root.model_validate(filled | data if isinstance(data, dict) else data)
        except ValidationError as error:
            errors = error.errors(include_input=False, include_url=False)
        empty = [document.find(each["loc"]) for each in errors if _is_empty(document, each)]
        if not empty:
            _note_all(errors, document, findings, cut_before=cut_before)
            filled |= {key: _FILLING[key] for key in _missing_parts(errors)}
            cut_before = True
        if not _cut_all(document, empty or [document.find(each["loc"]) for each in errors]) and not filled:
            return None
    return None


def dotted(where: Where) -> str:
    """Return how people call a place in the file: "route.routes[0].receiver"."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in where)
    return text.removeprefix(".")


def known_keys(where: Where) -> list[str]:
    """Return the keys that may stand in the mapping at `where`, from the JSON Schema of the models."""
    schema = Root.model_json_schema(by_alias=True)
    nodes = _choices(schema, schema)
    for step in where:
        nodes = [choice for node in nodes for choice in _choices(_below(node, step), schema)]
    return sorted({key for node in nodes for key in node.get("properties", {})})


def _is_empty(document: Document, error: ErrorDetails) -> bool:
    """Return whether the error is only that a known key was left without a value: it then has its default."""
    return error["type"] != "extra_forbidden" and document.is_null(document.find(error["loc"]))


def _missing_parts(errors: list[ErrorDetails]) -> list[str]:
    return [str(each["loc"][0]) for each in errors if each["type"] == "missing" and len(each["loc"]) == 1]


def _cut_all(document: Document, places: list[Where]) -> bool:
    """Cut out the places, the last items of a list first, so that the others keep their numbers."""
    ordered = sorted(set(places), key=lambda where: [(isinstance(step, int), step) for step in where], reverse=True)
    changed = [document.cut(where) for where in ordered]
    return any(changed)


def _note_all(errors: list[ErrorDetails], document: Document, findings: Findings, *, cut_before: bool) -> None:
    for error in errors:
        if cut_before and error["type"] in _FOLLOWS:
            continue
        where = document.find(error["loc"])
        problem, mend = _explained(error, where)
        of_key = error["type"] in _OF_KEY or "[key]" in error["loc"]
        findings.error(document.place(where, key=of_key), problem, mend)


def _explained(error: ErrorDetails, where: Where) -> tuple[str, str]:
    """Return problem and mend in the words of the file, without the value that was found there."""
    name, kind, context = dotted(where) or "the file", error["type"], error.get("ctx", {})
    match kind:
        case "extra_forbidden":
            return f"unknown key `{name}`", _spelling(where)
        case "missing":
            missing = error["loc"][-1]
            return f"`{missing}` is missing" + (f" in `{name}`" if where else ""), f"add `{missing}: ...`"
        case "literal_error" | "enum":
            return f"`{name}` has a value that it cannot have", f"write {context.get('expected')}"
        case "none_of":
            return f"`{name}` has neither {str(context['keys']).replace(' or ', ' nor ')}", "add one of them"
        case "several_of":
            return f"`{name}` has both {str(context['keys']).replace(' or ', ' and ')}", "keep one of them"
        case "too_long":
            return f"`{name}` has more than {context['max_length']} entries", "keep that many at most"
        case "string_pattern_mismatch":
            return f"`{name}` is not written as it must be", _pattern_mend(str(context.get("pattern")))
        case _:
            return _misshapen(name, error)


def _misshapen(name: str, error: ErrorDetails) -> tuple[str, str]:
    kind = error["type"]
    if kind in ("greater_than", "greater_than_equal", "less_than_equal"):
        return _beyond(name, kind, next(iter(error["ctx"].values())))
    return f"`{name}` {_SHAPES[kind][0]}" if kind in _SHAPES else f"`{name}`: {error['msg']}", _shape_mend(kind)


_SHAPES = {
    "duration": ("is not a duration", 'write it with units, as "30s", "15m", "4h" or "1d12h"'),
    "string_type": ("must be a text", 'put it in quotes: "..."'),
    "string_too_short": ("is empty", "write its value"),
    "list_type": ("must be a list", "write `[a, b]`, or lines that begin with `- `"),
    "dict_type": ("must be a mapping", "write `key: value` lines below it"),
    "model_type": ("must be a mapping", "write `key: value` lines below it"),
    "model_attributes_type": ("must be a mapping", "write `key: value` lines below it"),
    "bool_parsing": ("must be true or false", "write true or false"),
    "bool_type": ("must be true or false", "write true or false"),
    "too_short": ("is empty", "list at least one"),
    "int_type": ("must be a whole number", "write it without quotes, as 3"),
    "int_parsing": ("must be a whole number", "write it without quotes, as 3"),
    "int_from_float": ("must be a whole number", "write it without quotes, as 3"),
    "float_type": ("must be a number", "write it without quotes, as 0.1"),
    "float_parsing": ("must be a number", "write it without quotes, as 0.1"),
    "finite_number": ("must be a number", "write it without quotes, as 0.1"),
    "share": ("is no part of a whole", "write a number from 0 to 1, as 0.1"),
}
_PATTERNS = {
    "https?://": "write an URL that begins with http:// or https://",
    r"\d": 'write it as "09:00", in quotes',
    "A-Za-z0-9": "use letters, digits, `.`, `_` and `-` only",
}


def _beyond(name: str, kind: str, bound: float) -> tuple[str, str]:
    """Return problem and mend of a number or a duration that is out of bounds; only numbers have whole bounds."""
    more = kind != "less_than_equal"
    if isinstance(bound, int):
        return f"`{name}` is too {'small' if more else 'large'}", f"write {bound} or {'more' if more else 'less'}"
    limit = f'"{write_duration(bound)}"' if bound else ""
    problem = f"`{name}` is too {'short' if more else 'long'}"
    return (
        problem,
        f"write {limit} or {'longer' if more else 'shorter'}" if limit else 'write a longer time, such as "30s"',
    )


def _shape_mend(kind: str) -> str:
    return _SHAPES[kind][1] if kind in _SHAPES else "see docs/configuration.md for what it may be"


def _pattern_mend(pattern: str) -> str:
    return next((mend for part, mend in _PATTERNS.items() if part in pattern), f"match {pattern}")


def _spelling(where: Where) -> str:
    key, known = str(where[-1]), known_keys(where[:-1])
    if key in _ELSEWHERE:
        return _ELSEWHERE[key]
    close = get_close_matches(key, known, n=1)
    if close:
        return f"did you mean `{close[0]}`?"
    return f"remove it; known here: {', '.join(known)}" if known else "remove it"


def _choices(node: Mapping[str, Any], schema: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return what a schema node can be, with references followed and alternatives side by side."""
    if "$ref" in node:
        return _choices(schema["$defs"][node["$ref"].rpartition("/")[2]], schema)
    if "anyOf" in node:
        return [choice for option in node["anyOf"] for choice in _choices(option, schema)]
    return [node]


def _below(node: Mapping[str, Any], step: str | int) -> Mapping[str, Any]:
    if isinstance(step, int):
        return node.get("items") or {}
    named = next(iter(node.get("patternProperties", {}).values()), node.get("additionalProperties"))
    found = node.get("properties", {}).get(step) or named
    return found if isinstance(found, dict) else {}
