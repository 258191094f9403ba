"""One YAML file as plain data, with the line and column of every key and value.

Only plain YAML is read: no tags, no duplicate keys, bounded depth, bounded expansion of aliases; of the
implicit types only null, true/false and numbers (so `10:30` stays a text, as in YAML 1.2).
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

import yaml

from router.config.findings import Findings
from router.slo.objective import Place

SIZE_LIMIT = 1024 * 1024
DEPTH_LIMIT = 64
EXPANDED_LIMIT = 100_000
"""Values in a file after its aliases are expanded; a "billion laughs" file has more."""

Where = tuple[str | int, ...]
"""Where something stands in the data: ("receivers", 0, "slack", "channel")."""

_TAG = "tag:yaml.org,2002:"
_STRING = _TAG + "str"
_KNOWN_TAGS = frozenset({"map", "seq", "str", "null", "bool", "int", "float"})


class UnreadableError(Exception):
    """The file is not usable YAML at all; says where and why."""

    def __init__(self, place: Place, problem: str, mend: str) -> None:
        super().__init__(problem)
        self.place = place
        self.problem = problem
        self.mend = mend


class _Loader(yaml.SafeLoader):
    """PyYAML's safe loader with fewer implicit types and a bounded depth."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 - PyYAML's own shape
    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        self.depth += 1
        if self.depth > DEPTH_LIMIT:
            problem = f"nested deeper than {DEPTH_LIMIT} levels"
            raise yaml.composer.ComposerError(
                None, None, problem, index.start_mark if isinstance(index, yaml.Node) else None
            )
        node: yaml.Node | None = super().compose_node(parent, index)
        self.depth -= 1
        return node


for _name, _expression, _first in (
    ("merge", r"^<<$", "<"),
    ("null", r"^(?:~|null|Null|NULL|)$", "~nN\0"),
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", "tTfF"),
    ("int", r"^[-+]?[0-9]+$", "-+0123456789"),
    ("float", r"^[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+|[0-9]+)(?:[eE][-+]?[0-9]+)?$", "-+.0123456789"),
):
    _keys = [character if character != "\0" else "" for character in _first]
    _Loader.add_implicit_resolver(_TAG + _name, re.compile(_expression), _keys)


class Document:
    """A composed YAML file. Data and places come from the same nodes, so they agree after a cut."""

    def __init__(self, file: str, root: yaml.Node | None) -> None:
        self.file = file
        self._root = root
        self._written: dict[int, str] = {}
        self._places: dict[Where, tuple[Place, Place]] = {}
        self._gone: set[Where] = set()

    def place(self, path: Where, *, key: bool = False) -> Place:
        """Return where the value at `path` stands (with `key`, its key), else the nearest thing above it."""
        for length in range(len(path), -1, -1):
            found = self._places.get(path[:length])
            if found is not None:
                return found[0] if key or length < len(path) else found[1]
        return Place(self.file, 1)

    def find(self, steps: tuple[str | int, ...]) -> Where:
        """Return the path that `steps` lead to, leaving out those that the file does not have."""
        where: Where = ()
        for step in steps:
            if (*where, step) in self._places:
                where = (*where, step)
        return where

    def paths(self) -> tuple[Where, ...]:
        """Return the path of everything in the file, as it was when `data` was last read."""
        return tuple(self._places)

    def written(self, path: Where) -> str | None:
        """Return the text at `path` as the file has it, before variables are replaced; None for no text."""
        node = self._node(path)
        return self._written.get(id(node), node.value) if isinstance(node, yaml.ScalarNode) else None

    def replace(self, replaced: Callable[[str, Place], str]) -> None:
        """Put `replaced(text, place)` for every value; what changes is a text (so that "42" is no number)."""
        for node in _scalars(self._root):
            text = replaced(node.value, _place_of(node, self.file)) if "$" in node.value else node.value
            if text != node.value:
                self._written[id(node)] = node.value
                node.value, node.tag = text, _STRING

    def data(self) -> Any:
        """Return the file as plain Python data and note the place of everything in it."""
        start = Place(self.file, 1)
        self._places = {(): (start, start)}
        return {} if self._root is None else self._plain(self._root, ())

    def cut(self, path: Where) -> bool:
        """Take out the value at `path` (and its key), so that the rest can be read; False where none is."""
        self._gone.add(path)
        parent = self._node(path[:-1]) if path else None
        if isinstance(parent, yaml.MappingNode):
            kept = [pair for pair in parent.value if pair[0].value != path[-1]]
        elif isinstance(parent, yaml.SequenceNode) and isinstance(path[-1], int):
            kept = [item for index, item in enumerate(parent.value) if index != path[-1]]
        else:
            return False
        changed, parent.value = len(kept) != len(parent.value), kept
        return changed

    def lacks(self, path: Where) -> bool:
        """Return whether something at or below `path` was cut out."""
        return any(gone[: len(path)] == path for gone in self._gone)

    def is_null(self, path: Where) -> bool:
        """Return whether the value at `path` was left empty."""
        node = self._node(path)
        return node is not None and node.tag == _TAG + "null"

    def _node(self, path: Where) -> yaml.Node | None:
        node = self._root
        for step in path:
            if isinstance(node, yaml.MappingNode):
                node = next((value for key, value in node.value if key.value == step), None)
            elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
                node = node.value[step]
            else:
                return None
        return node

    def _plain(self, node: yaml.Node, path: Where) -> Any:
        if isinstance(node, yaml.MappingNode):
            return {key.value: self._noted(key, value, (*path, key.value)) for key, value in node.value}
        if isinstance(node, yaml.SequenceNode):
            return [self._noted(item, item, (*path, index)) for index, item in enumerate(node.value)]
        return _scalar(node)

    def _noted(self, key: yaml.Node, node: yaml.Node, path: Where) -> Any:
        self._places[path] = (_place_of(key, self.file), _place_of(node, self.file))
        return self._plain(node, path)


def compose(text: str, file: str, findings: Findings) -> Document:
    """Return the document of `text`; notes duplicate keys and tags, raises UnreadableError."""
    try:
        loader = _Loader(text)
        root = loader.get_single_node()
        if root is not None:
            _Check(loader, file, findings).node(root)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(file, mark.line + 1, mark.column + 1) if mark else Place(file, 1)
        problem = f"not readable as YAML: {error.problem or error.context}"
        raise UnreadableError(place, problem, _mend(text, place)) from error
    except yaml.reader.ReaderError as error:
        place = _place_in(text, file, error.position)
        raise UnreadableError(place, "a character that YAML does not allow", "remove it") from error
    return Document(file, root)


def _mend(text: str, place: Place) -> str:
    lines = text.splitlines()
    if "${" in "".join(lines[place.line - 1 : place.line]):
        return 'put "${NAME}" in quotes, which it needs inside of { } and [ ]'
    return "mend the indentation, quoting or brackets there"


def _place_in(text: str, file: str, position: int) -> Place:
    before = text[:position]
    return Place(file, before.count("\n") + 1, position - before.rfind("\n"))


def _scalars(node: yaml.Node | None) -> Iterator[yaml.ScalarNode]:
    """Yield every value (not key) that is a scalar, each node once however often an alias names it."""
    seen: set[int] = set()
    left = [node]
    while left:
        each = left.pop()
        if each is None or id(each) in seen:
            continue
        seen.add(id(each))
        if isinstance(each, yaml.ScalarNode):
            yield each
        elif isinstance(each, yaml.MappingNode):
            left.extend(value for _, value in each.value)
        else:
            left.extend(each.value)


class _Check:
    """One walk over the nodes: bounds aliases, refuses loops, tags and duplicate keys, merges `<<`."""

    def __init__(self, loader: _Loader, file: str, findings: Findings) -> None:
        self._loader = loader
        self._file = file
        self._findings = findings
        self._measured: dict[int, tuple[int, int]] = {}
        self._open: set[int] = set()

    def node(self, node: yaml.Node) -> tuple[int, int]:
        """Return how many values `node` expands to, and how many levels deep it is."""
        if id(node) in self._measured:
            return self._measured[id(node)]
        if id(node) in self._open:
            raise _refused(node, "an alias that contains itself")
        self._open.add(id(node))
        self._check_tag(node)
        below = [self.node(child) for child in self._children(node)]
        size = 1 + sum(child_size for child_size, _ in below)
        depth = 1 + max((child_depth for _, child_depth in below), default=0)
        if size > EXPANDED_LIMIT:
            raise _refused(node, f"aliases expand to more than {EXPANDED_LIMIT:,} values")
        if depth > DEPTH_LIMIT:
            raise _refused(node, f"nested deeper than {DEPTH_LIMIT} levels")
        if isinstance(node, yaml.MappingNode):
            self._merge(node)
        self._open.discard(id(node))
        self._measured[id(node)] = size, depth
        return size, depth

    def _children(self, node: yaml.Node) -> list[yaml.Node]:
        if isinstance(node, yaml.SequenceNode):
            return list(node.value)
        if not isinstance(node, yaml.MappingNode):
            return []
        self._check_keys(node)
        return [value for _, value in node.value]

    def _check_tag(self, node: yaml.Node) -> None:
        if node.tag.removeprefix(_TAG) in _KNOWN_TAGS:
            return
        self._findings.error(
            _place_of(node, self._file),
            "a YAML tag, which is not read here",
            "write the plain value without it",
        )
        node.tag = _STRING

    def _check_keys(self, node: yaml.MappingNode) -> None:
        first: dict[str, int] = {}
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise _refused(key, "a key that is not a plain text")
            place = _place_of(key, self._file)
            if key.value in first:
                problem = f"`{key.value}` is written twice (first in line {first[key.value]})"
                self._findings.error(place, problem, "keep one of them")
            first.setdefault(key.value, place.line)

    def _merge(self, node: yaml.MappingNode) -> None:
        """Expand `<<`; what stands in the mapping itself wins over what is merged into it."""
        self._loader.flatten_mapping(node)
        node.value = list({key.value: (key, value) for key, value in node.value}.values())


def _refused(node: yaml.Node, problem: str) -> yaml.MarkedYAMLError:
    return yaml.composer.ComposerError(None, None, problem, node.start_mark)


def _place_of(node: yaml.Node, file: str) -> Place:
    return Place(file, node.start_mark.line + 1, node.start_mark.column + 1)


def _scalar(node: yaml.Node) -> Any:
    """Return the value of a plain scalar; digits stay decimal (YAML 1.1 would read 010 as 8)."""
    match node.tag.removeprefix(_TAG):
        case "null":
            return None
        case "bool":
            return node.value.lower() == "true"
        case "int" | "float" as kind:
            return _number(node.value, int if kind == "int" else float)
        case _:
            return node.value


def _number(text: str, kind: type[int] | type[float]) -> int | float | str:
    try:
        return kind(text)
    except ValueError:
        return text
