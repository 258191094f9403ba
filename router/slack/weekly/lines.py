"""Lines of the report as Slack's blocks: what is said and the next step, cut so that a message stays within limits."""

from collections.abc import Mapping, Sequence
from typing import Any

from router.report.words import Line, Words
from router.slack.blocks import context, paragraph, section
from router.slack.escape import Markup, cut, escape, size
from router.slack.message import Block

LINE_LIMIT = 700
STEP_LIMIT = 500
CODE = "`"


def drawn(line: Line, words: Words) -> Block:
    """Return a line with its next step below it; as plain text, unless our own words hold code."""
    step = line.step(words)
    if CODE in line.text + step:
        told = escape(line.text, LINE_LIMIT)
        return section(Markup(f"{told}\n→ {escape(step, STEP_LIMIT)}" if step else told))
    plainly = cut(line.text, LINE_LIMIT)
    return paragraph(f"{plainly}\n→ {cut(step, STEP_LIMIT)}" if step else plainly)


def length(value: Any) -> int:
    """Return how many characters blocks take of the message's budget; names of types and ids count too, to be safe."""
    if isinstance(value, str):
        return size(value)
    if isinstance(value, Mapping):
        return sum(map(length, value.values()))
    return sum(map(length, value)) if isinstance(value, Sequence) else 0


def within(lines: Sequence[Line], words: Words, room: int, most: int) -> tuple[list[Block], int]:
    """Return as many lines as `room` characters and `most` blocks allow, and how many are left out."""
    blocks: list[Block] = []
    used = 0
    for line in lines:
        block = drawn(line, words)
        used += length(block)
        if used > room or len(blocks) >= most:
            break
        blocks.append(block)
    return blocks, len(lines) - len(blocks)


def title(text: str) -> Block:
    """Return the title of a part, in bold."""
    return section(Markup(f"*{escape(text.replace('*', ''), 80)}*"))


def left_out(number: int, where: str, words: Words) -> list[Block]:
    """Return where the rest of a list stands; nothing where it is whole."""
    return [context(cut(words.say("more_items", n=number, where=where), 300))] if number else []
