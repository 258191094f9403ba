"""Tables as values: what stands in their cells, for the templates to draw and for narrow screens to turn into cards."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: a text, perhaps a link, a second line, a badge before it. `at` makes it a time (RFC 3339)."""

    text: str
    href: str = ""
    note: str = ""
    badge: str = ""
    number: bool = False
    at: str = ""


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a column; `order` is how it is ordered now, "" where it cannot be."""

    text: str
    number: bool = False
    href: str = ""
    order: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its caption; the first cell of each row names the row."""

    caption: str
    heads: tuple[Head, ...]
    rows: tuple[tuple[Cell, ...], ...]
    name: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """A sentence of the review, and what to do about it."""

    text: str
    step: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart: where it is, what it says in words."""

    src: str
    alt: str


@dataclass(frozen=True, slots=True)
class Section:
    """One section of a page, in the order it is read: sentences, charts, tables."""

    name: str
    title: str
    items: tuple[Item, ...] = ()
    pictures: tuple[Picture, ...] = ()
    tables: tuple[Table, ...] = ()
