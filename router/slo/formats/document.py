"""A YAML or JSON text as values that know where they stand, with `yaml.safe_load`'s meaning and caps on size.

PyYAML's composer keeps line and column of every node; findings about a file need them, plain dictionaries lose them.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import yaml

from router.slo.formats.notes import Notes
from router.slo.objective import Place

SIZE_LIMIT: Final = 1 << 20
DEPTH_LIMIT: Final = 64
ALIAS_LIMIT: Final = 256
ITEM_LIMIT: Final = 200_000

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_MERGE: Final = "tag:yaml.org,2002:merge"
_COLLECTIONS: Final = frozenset({"tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"})


@dataclass(frozen=True, slots=True)
class Item:
    """A value in a user's file and where it stands.

    `value` is a scalar as YAML's safe types read it, a mapping of items, or a tuple of items. `raw` is a scalar as
    written (an unquoted time stamp stays the text it was). `keys` holds the places of a mapping's keys.
    """

    value: Any
    place: Place
    raw: str = ""
    keys: Mapping[str, Place] = field(default_factory=dict)

    @property
    def is_mapping(self) -> bool:
        """Whether it holds keys."""
        return isinstance(self.value, Mapping)

    def get(self, key: str) -> "Item | None":
        """Return the value of a key; None when it is absent, null, or this is no mapping."""
        found: Item | None = self.value.get(key) if isinstance(self.value, Mapping) else None
        return None if found is None or found.value is None else found

    def at(self, *path: str) -> "Item | None":
        """Return the value below a path of keys, None where it ends early."""
        found: Item | None = self
        for key in path:
            found = found.get(key) if found is not None else None
        return found

    def text(self, *path: str) -> str:
        """Return the scalar below a path as written, stripped; "" where there is none."""
        found = self.at(*path)
        return "" if found is None or isinstance(found.value, Mapping | tuple) else found.raw.strip()


class _RefusedError(Exception):
    """The text is over a cap; `place` says where."""

    def __init__(self, place: Place, problem: str) -> None:
        super().__init__(problem)
        self.place = place


def read(text: str, file: str, notes: Notes) -> tuple[Item, ...]:
    """Return the documents of a text; an unreadable one yields a severe finding and nothing."""
    if len(text.encode("utf-8", "replace")) > SIZE_LIMIT:
        notes.refuse(Place(file, 1), "the file is larger than 1 MiB", "split it into several files")
        return ()
    try:
        return tuple(_documents(_without_tabs(text.removeprefix("\ufeff")), file, notes))
    except _RefusedError as error:
        notes.refuse(error.place, str(error), "write the values out, or split the file")
    except yaml.YAMLError as error:
        notes.refuse(_place_of(error, file), f"not readable as YAML: {_problem_of(error)}", "correct the syntax here")
    return ()


def _without_tabs(text: str) -> str:
    """JSON may be indented with tabs, YAML may not; raw tabs cannot stand inside JSON strings."""
    if "\t" not in text or text.lstrip()[:1] not in ("{", "["):
        return text
    try:
        json.loads(text)
    except ValueError:
        return text
    return text.replace("\t", " ")


def _documents(text: str, file: str, notes: Notes) -> Iterator[Item]:
    _check_caps(text, file)
    loader = _Loader(text)
    try:
        build = _Build(loader, file, notes)
        while loader.check_node():
            yield build.item(loader.get_node(), 0)
    finally:
        loader.dispose()


def _check_caps(text: str, file: str) -> None:
    """Refuse deep nesting and many aliases before anything recursive looks at the text."""
    depth = aliases = 0
    for parsed in yaml.parse(text, Loader=_Loader):
        if isinstance(parsed, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(parsed, yaml.CollectionEndEvent):
            depth -= 1
        aliases += isinstance(parsed, yaml.AliasEvent)
        if depth > DEPTH_LIMIT:
            raise _RefusedError(_mark(parsed, file), f"nested deeper than {DEPTH_LIMIT} levels")
        if aliases > ALIAS_LIMIT:
            raise _RefusedError(_mark(parsed, file), f"more than {ALIAS_LIMIT} aliases")


class _Build:
    """Turns composed nodes into items, counting them so that aliases cannot multiply without end."""

    def __init__(self, loader: Any, file: str, notes: Notes) -> None:
        self._loader = loader
        self._file = file
        self._notes = notes
        self._count = 0

    def item(self, node: yaml.Node, depth: int) -> Item:
        place = _mark(node, self._file)
        self._count += 1
        if self._count > ITEM_LIMIT or depth > DEPTH_LIMIT:
            raise _RefusedError(place, "aliases multiply into too many values")
        if not isinstance(node, yaml.ScalarNode) and node.tag not in _COLLECTIONS:
            raise _RefusedError(place, f"the tag {node.tag!r} is not plain YAML")
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, place, depth)
        if isinstance(node, yaml.SequenceNode):
            return Item(tuple(self.item(child, depth + 1) for child in node.value), place)
        return Item(self._scalar(node), place, raw=str(node.value))

    def _scalar(self, node: yaml.Node) -> Any:
        try:
            return self._loader.construct_object(node)
        except ValueError:  # looks like a date or number and is none (February 30): it stays text
            return str(node.value)

    def _mapping(self, node: yaml.MappingNode, place: Place, depth: int) -> Item:
        merged: dict[str, Item] = {}
        own: dict[str, Item] = {}
        keys: dict[str, Place] = {}
        for key_node, value_node in node.value:
            if key_node.tag == _MERGE:
                merged |= self._merge(value_node, depth)
                continue
            key, where = self._key(key_node), _mark(key_node, self._file)
            if key in own:
                self._notes.deviation(where, f"the key {key!r} stands twice", "keep one; the last one counts")
            own[key], keys[key] = self.item(value_node, depth + 1), where
        return Item(merged | own, place, keys=keys)

    def _merge(self, node: yaml.Node, depth: int) -> dict[str, Item]:
        parents = node.value if isinstance(node, yaml.SequenceNode) else [node]
        merged: dict[str, Item] = {}
        for parent in reversed(parents):
            found = self.item(parent, depth + 1).value
            merged |= found if isinstance(found, dict) else {}
        return merged

    def _key(self, node: yaml.Node) -> str:
        if not isinstance(node, yaml.ScalarNode):
            raise _RefusedError(_mark(node, self._file), "a key is not plain text")
        return str(node.value)


def _mark(node: yaml.Node | yaml.Event, file: str) -> Place:
    mark = node.start_mark
    return Place(file, mark.line + 1, mark.column + 1) if mark is not None else Place(file, 1)


def _place_of(error: yaml.YAMLError, file: str) -> Place:
    mark = error.problem_mark if isinstance(error, yaml.MarkedYAMLError) else None
    return Place(file, mark.line + 1, mark.column + 1) if mark is not None else Place(file, 1)


def _problem_of(error: yaml.YAMLError) -> str:
    if isinstance(error, yaml.MarkedYAMLError):
        return " ".join(str(part) for part in (error.context, error.problem) if part)
    return str(error).splitlines()[0] if str(error) else "unknown reason"
