"""The kinds of field that Block Kit's table is made of (router.testing.shapes)."""

from collections.abc import Mapping
from dataclasses import dataclass

PLAIN = ("plain_text",)
EITHER = ("plain_text", "mrkdwn")


@dataclass(frozen=True, slots=True)
class Text:
    """A text object of `kinds` with 1 to `most` characters."""

    most: int
    kinds: tuple[str, ...] = EITHER

    def aspects(self) -> tuple[str, ...]:
        """Return what can be wrong with it, as the ends of rule names."""
        return (":length", ":kind") if len(self.kinds) == 1 else (":length",)


@dataclass(frozen=True, slots=True)
class Word:
    """A JSON string of `least` to `most` characters; `pattern` matches all of it; or a closed list."""

    most: int = 3_000
    least: int = 1
    pattern: str = ""
    choices: tuple[str, ...] = ()

    def aspects(self) -> tuple[str, ...]:
        if self.choices:
            return (":choice",)
        return (":length", ":pattern") if self.pattern else (":length",)


@dataclass(frozen=True, slots=True)
class Flag:
    """true or false."""

    def aspects(self) -> tuple[str, ...]:
        return ()


@dataclass(frozen=True, slots=True)
class Number:
    """A JSON number from `least` to `most`."""

    least: float = float("-inf")
    most: float = float("inf")

    def aspects(self) -> tuple[str, ...]:
        return () if (self.least, self.most) == (float("-inf"), float("inf")) else (":range",)


@dataclass(frozen=True, slots=True)
class Part:
    """An object of one of the shapes `of`."""

    of: tuple[str, ...]

    def aspects(self) -> tuple[str, ...]:
        return ()


@dataclass(frozen=True, slots=True)
class Items:
    """A list of `least` to `most` things, each of which meets `each`."""

    each: "Field"
    most: int
    least: int = 1

    def aspects(self) -> tuple[str, ...]:
        return (":count", *("[]" + aspect for aspect in self.each.aspects()))


Field = Text | Word | Flag | Number | Part | Items


@dataclass(frozen=True, slots=True)
class Shape:
    """The fields of one block, element or object. `kind` is its `type`, "" for objects that have none."""

    kind: str
    fields: Mapping[str, Field]
    required: tuple[str, ...] = ()
