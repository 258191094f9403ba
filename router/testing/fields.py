"""Checks one JSON value against the table of Block Kit (router.testing.shapes)."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from router.testing.kinds import Field, Flag, Items, Number, Part, Shape, Text, Word
from router.testing.rules import Problem
from router.testing.shapes import SHAPES

_TEXT_KEYS: Mapping[str, frozenset[str]] = {
    "plain_text": frozenset({"type", "text", "emoji"}),
    "mrkdwn": frozenset({"type", "text", "verbatim"}),
}
CONTEXT_TEXT = Text(3_000)


def check_shape(value: Mapping[str, Any], shape: Shape, name: str, pointer: str) -> Iterator[Problem]:
    """Yield what is wrong with an object of `shape`, whose rules begin with `name`."""
    for key in shape.required:
        if key not in value:
            yield Problem(f"{name}.{key}:required", f"missing required field: {key}", pointer)
    for key, each in value.items():
        if key == "type" and shape.kind:
            continue
        if key not in shape.fields:
            yield Problem("unknown_key", f"no more than the documented fields allowed: {key}", f"{pointer}/{key}")
        elif each is not None:
            yield from _check(each, shape.fields[key], f"{name}.{key}", f"{pointer}/{key}")


def _check(value: Any, field: Field, rule: str, pointer: str) -> Iterator[Problem]:
    match field:
        case Text():
            yield from _check_text(value, field, rule, pointer)
        case Word():
            yield from _check_word(value, field, rule, pointer)
        case Items():
            yield from _check_items(value, field, rule, pointer)
        case Part():
            yield from _check_part(value, field, pointer)
        case Flag():
            if not isinstance(value, bool):
                yield _wrong_type("a boolean", pointer)
        case Number():
            yield from _check_number(value, field, rule, pointer)


def _check_text(value: Any, field: Text, rule: str, pointer: str) -> Iterator[Problem]:
    if not isinstance(value, Mapping) or not isinstance(value.get("text"), str):
        yield _wrong_type("a text object", pointer)
        return
    kind = str(value.get("type"))
    if kind not in _TEXT_KEYS:
        yield Problem("unknown_element", f"unsupported text type: {kind}", f"{pointer}/type")
        return
    if kind not in field.kinds:
        yield Problem(f"{rule}:kind", f"must be {' or '.join(field.kinds)}", f"{pointer}/type")
    for key in sorted(value.keys() - _TEXT_KEYS[kind]):
        yield Problem("unknown_key", f"no more than the documented fields allowed: {key}", f"{pointer}/{key}")
    yield from _check_length(value["text"], 1, field.most, rule, f"{pointer}/text")


def _check_word(value: Any, field: Word, rule: str, pointer: str) -> Iterator[Problem]:
    if not isinstance(value, str):
        yield _wrong_type("a string", pointer)
    elif field.choices:
        if value not in field.choices:
            yield Problem(f"{rule}:choice", f"must be one of {', '.join(field.choices)}", pointer)
    else:
        yield from _check_length(value, field.least, field.most, rule, pointer)
        if field.pattern and not re.fullmatch(field.pattern, value):
            yield Problem(f"{rule}:pattern", f"input must match regex pattern: ^{field.pattern}$", pointer)


def _check_length(value: str, least: int, most: int, rule: str, pointer: str) -> Iterator[Problem]:
    if len(value) > most:
        yield Problem(f"{rule}:length", f"must be less than {most + 1} characters", pointer)
    if len(value) < least:
        yield Problem(f"{rule}:length", f"must be more than {least - 1} characters", pointer)


def _check_items(value: Any, field: Items, rule: str, pointer: str) -> Iterator[Problem]:
    if not isinstance(value, list):
        yield _wrong_type("an array", pointer)
        return
    if len(value) > field.most:
        yield Problem(f"{rule}:count", f"no more than {field.most} items allowed", pointer)
    if len(value) < field.least:
        yield Problem(f"{rule}:count", f"no fewer than {field.least} items allowed", pointer)
    for i, each in enumerate(value):
        yield from _check(each, field.each, f"{rule}[]", f"{pointer}/{i}")


def _check_part(value: Any, field: Part, pointer: str) -> Iterator[Problem]:
    if not isinstance(value, Mapping):
        yield _wrong_type("an object", pointer)
        return
    kind = str(value.get("type", ""))
    if "context_text" in field.of and kind in _TEXT_KEYS:
        yield from _check_text(value, CONTEXT_TEXT, "context_text", pointer)
        return
    chosen = next((name for name in field.of if name in SHAPES and SHAPES[name].kind == kind), None)
    if chosen is None:
        yield Problem("unknown_element", f"unsupported type: {kind}", f"{pointer}/type")
    else:
        yield from check_shape(value, SHAPES[chosen], chosen, pointer)


def _check_number(value: Any, field: Number, rule: str, pointer: str) -> Iterator[Problem]:
    if isinstance(value, bool) or not isinstance(value, int | float):
        yield _wrong_type("a number", pointer)
    elif not field.least <= value <= field.most:
        yield Problem(f"{rule}:range", f"must be from {field.least} to {field.most}", pointer)


def _wrong_type(wanted: str, pointer: str) -> Problem:
    return Problem("json_type", f"must be {wanted}", pointer)
