"""A review as JSON: what is stored, what the API answers, what `report --format json` prints.

Versions live side by side while replicas are replaced: a reader ignores fields that it does not know, puts defaults
where one is missing, and leaves out an item of a list whose kind it does not know.
"""

import json
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from math import isfinite
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from pydantic import TypeAdapter, ValidationError

from router.errors import RouterError
from router.noise.review import Review

VERSION = 1
"""Of the packed form; it rises when a field changes its meaning, not when one is added."""
_ZEROS: Mapping[Any, Any] = {int: 0, float: 0.0, str: "", bool: False, date: date.min}


class UnreadableError(RouterError):
    """A packed review that cannot be read; the message says why."""


class _UnknownKindError(Exception):
    """An enumeration's member of another version."""


def pack(review: Review) -> bytes:
    """Return the review as one JSON object (UTF-8) with `version`; a number that is none becomes null."""
    packed = {"version": VERSION, **_plain(review)}
    return json.dumps(packed, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def unpack(packed: bytes) -> Review:
    """Return the review of `pack`, of this or another version; raises UnreadableError."""
    try:
        told = json.loads(packed)
    except ValueError as error:  # a wrong encoding is one too
        raise UnreadableError(f"the review is no JSON: {error}") from None
    if not isinstance(told, Mapping):
        raise UnreadableError("the review is no JSON object")
    try:
        return _adapter().validate_python(_whole(Review, told))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise UnreadableError(f"the review cannot be read at {where}: {first['msg']}") from None


def schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of what `pack` writes."""
    drawn = _adapter().json_schema(mode="serialization")
    drawn["properties"] = {"version": {"type": "integer", "minimum": 1}, **drawn["properties"]}
    drawn["required"] = ["version", *drawn["required"]]
    return drawn


@cache
def _adapter() -> TypeAdapter[Review]:
    return TypeAdapter(Review)


@cache
def _kinds(shape: type) -> dict[str, Any]:
    return get_type_hints(shape)


def _plain(value: Any) -> Any:
    """Return a value as JSON has it."""
    match value:
        case float():
            return value if isfinite(value) else None
        case date():
            return value.isoformat()
        case Mapping():
            return {str(name): _plain(each) for name, each in value.items()}
        case tuple() | list():
            return [_plain(each) for each in value]
        case _ if is_dataclass(value):
            return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
        case _:
            return value


def _whole(kind: Any, told: Any) -> Any:
    """Return what was read in the shape of a type, with what is missing put in and what is unknown left out."""
    if get_origin(kind) in (UnionType, Union):
        (kind,) = (each for each in get_args(kind) if each is not NoneType)
        return None if told is None else _whole(kind, told)
    if isinstance(kind, type) and is_dataclass(kind):
        return _whole_shape(kind, told if isinstance(told, Mapping) else {})
    if get_origin(kind) is tuple:
        return tuple(_known(get_args(kind)[0], told if isinstance(told, list) else []))
    if get_origin(kind) is not None:
        return told if isinstance(told, Mapping) else {}
    if isinstance(kind, type) and issubclass(kind, StrEnum) and told not in tuple(kind):
        raise _UnknownKindError
    return _ZEROS[kind] if told is None and kind in _ZEROS else told


def _whole_shape(shape: type, told: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a dataclass that were told, and those without a default of their own."""
    known = _kinds(shape)
    return {
        field.name: _whole(known[field.name], told.get(field.name))
        for field in fields(shape)
        if field.name in told or not _has_default(field)
    }


def _has_default(field: Any) -> bool:
    return field.default is not MISSING or field.default_factory is not MISSING


def _known(kind: Any, told: list[Any]) -> list[Any]:
    kept = []
    for each in told:
        try:
            kept.append(_whole(kind, each))
        except _UnknownKindError:
            continue
    return kept
