"""Breaking text into terminal lines by what the eye sees: Japanese is two cells wide and breaks almost anywhere."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rich.cells import cell_len

_NEVER_FIRST = "、。，．：；！？）」』】］〉》ー…・ぁぃぅぇぉっゃゅょァィゥェォッャュョ%％"
_NEVER_LAST = "（「『【［〈《"
_WIDE = "\u2e80-\u9fff\uac00-\ud7a3\uf900-\ufaff\uff00-\uffef"
_ATOM = re.compile(rf"\n|[ ]+|[{_NEVER_LAST}]*(?:[{_WIDE}]|[^\s{_WIDE}]+)[{_NEVER_FIRST}]*|[{_NEVER_LAST}]+")


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of text in one style: "", "bold", "dim", "link", "button" or "primary"."""

    text: str
    style: str = ""


Line = list[Span]


def width_of(line: Iterable[Span]) -> int:
    """Return how many terminal cells a line takes."""
    return sum(cell_len(span.text) for span in line)


def wrap(spans: Iterable[Span], width: int) -> list[Line]:
    """Break spans into lines of at most `width` cells; newlines in the text end a line."""
    lines: list[Line] = [[]]
    used = 0
    for text, style in _atoms(spans, width):
        if text == "\n" or (used + cell_len(text) > width and used):
            lines.append([])
            used = 0
        if text == "\n" or (text.isspace() and not used):
            continue
        lines[-1].append(Span(text, style))
        used += cell_len(text)
    return [_merge(line) for line in lines]


def wrapped(text: str, width: int) -> list[str]:
    """Return plain text in lines of at most `width` cells (at least 2)."""
    return ["".join(span.text for span in line).rstrip() for line in wrap([Span(text)], max(2, width))]


def _atoms(spans: Iterable[Span], width: int) -> Iterator[tuple[str, str]]:
    for span in spans:
        for atom in _ATOM.findall(span.text):
            for part in _chop(atom, width):
                yield part, span.style


def _chop(atom: str, width: int) -> Iterator[str]:
    """Cut what is longer than a line (an address) wherever the line ends."""
    while cell_len(atom) > width:
        end = 1
        while cell_len(atom[: end + 1]) <= width:
            end += 1
        yield atom[:end]
        atom = atom[end:]
    yield atom


def _merge(line: Line) -> Line:
    merged: Line = []
    for span in line:
        if merged and merged[-1].style == span.style:
            merged[-1] = Span(merged[-1].text + span.text, span.style)
        else:
            merged.append(span)
    if merged and not merged[-1].text.rstrip():
        merged.pop()
    return merged


def clip(text: str, width: int) -> str:
    """Return `text` in exactly `width` (at least 1) cells: cut with an ellipsis, or filled with spaces."""
    if cell_len(text) > width:
        kept = ""
        for character in text:
            if cell_len(kept + character) > max(0, width - 1):
                break
            kept += character
        text = kept + "…"
    return text + " " * (width - cell_len(text))
