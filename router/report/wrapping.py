"""Breaking text into terminal lines by what the eye sees: Japanese is two cells wide and breaks almost anywhere."""

import re
from collections.abc import Iterator

from rich.cells import cell_len

_NEVER_FIRST = "、。，．：；！？）」』】］〉》ー…ぁぃぅぇぉっゃゅょァィゥェォッャュョ%％"
_NEVER_LAST = "（「『【［〈《"
_WIDE = "\u2e80-\u9fff\uac00-\ud7a3\uf900-\ufaff\uff00-\uffef"
_ATOM = re.compile(rf" +|[{_NEVER_LAST}]*(?:[{_WIDE}]|[^\s{_WIDE}]+)[{_NEVER_FIRST}]*|[{_NEVER_LAST}]+")


def wrapped(text: str, width: int) -> list[str]:
    """Return `text` in lines of at most `width` cells (at least 2); a word longer than a line is cut."""
    lines, line = [], ""
    for atom in _atoms(text, max(2, width)):
        if line and cell_len(line + atom) > width:
            lines.append(line.rstrip())
            line = ""
        if line or not atom.isspace():
            line += atom
    return [*lines, line.rstrip()] if line.strip() or not lines else lines


def clipped(text: str, width: int) -> str:
    """Return `text` in exactly `width` cells: cut with an ellipsis, or filled with spaces."""
    kept = text
    while cell_len(kept) > width:
        kept = kept[:-2] + "…" if len(kept) > 1 else ""
    return kept + " " * (width - cell_len(kept))


def cells(text: str) -> int:
    """Return how many terminal cells a text takes."""
    return cell_len(text)


def _atoms(text: str, width: int) -> Iterator[str]:
    for atom in _ATOM.findall(text):
        rest = atom
        while cell_len(rest) > width:
            end = 1
            while cell_len(rest[: end + 1]) <= width:
                end += 1
            yield rest[:end]
            rest = rest[end:]
        yield rest
