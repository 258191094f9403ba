"""Drawing Slack messages for a terminal: the same blocks, legible without Slack."""

import re
from collections.abc import Sequence

from router.report.wrapping import Line, Span, clip, width_of, wrap
from router.slack.message import Block, Message

_ANSI = {"bold": "1", "dim": "2", "link": "4", "button": "7", "primary": "1;7"}
_ACCENTS = {"red": "31", "yellow": "33", "green": "32", "blue": "34", "magenta": "35", "cyan": "36"}
_TOKEN = re.compile(r"<(?P<inside>[^<>]+)>|\*(?P<bold>[^*\n]+)\*")
_UNSAFE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f]")
BAR = "┃ "
ARROW = "↗"
"""Marks a link whose address stands elsewhere (its button) or only in Slack."""
MENU = "[ ⋯ ]"
TWO_COLUMNS = 64
NARROWEST = 24
NAME_COLUMN = 14


def draw(message: Message, channel: str, note: str, width: int, colour: bool, accent: str = "cyan") -> str:
    """Return the message as terminal lines: where it goes, what it looks like there, and what a phone shows.

    `note` says what happens ("new message", "edited"). `colour` allows ANSI codes; `accent` colours the bar.
    """
    room = max(NARROWEST, width) - len(BAR)
    lines: list[Line] = []
    for block in message.blocks:
        drawn = _BLOCKS[block["type"]](block, room)
        tight = block["type"] == "context" and lines and lines[-1] and lines[-1][0].style == "dim"
        lines += ([] if tight or not lines else [[]]) + drawn
    lines += [[], *_hanging("push: ", unescape(message.text), room)]
    painted = [_paint([Span(BAR, accent), *line], colour) for line in lines]
    return "\n".join([_paint(_title(channel, note, max(NARROWEST, width), accent), colour), *painted, ""])


def unescape(text: str) -> str:
    """Return text as Slack shows it, with our date tokens and links as words."""
    return "".join(span.text for span in _read(text))


def _title(channel: str, note: str, width: int, accent: str) -> Line:
    name = f"#{channel.lstrip('#')}"
    spans = [Span("┏━ ", accent), Span(name, "bold"), Span(f" {note} ")]
    return [*spans, Span("━" * max(2, width - width_of(spans)), accent)]


def _paint(line: Line, colour: bool) -> str:
    drawn = "".join(_ansi(span) if colour else _safe(span.text) for span in line)
    return drawn if colour else drawn.rstrip()


def _ansi(span: Span) -> str:
    code = _ANSI.get(span.style) or _ACCENTS.get(span.style, "")
    return f"\x1b[{code}m{_safe(span.text)}\x1b[0m" if code else _safe(span.text)


def _safe(text: str) -> str:
    """No control character of a message ever reaches the terminal."""
    return _UNSAFE.sub("", text)


def _read(text: str) -> Line:
    """Read mrkdwn: bold, links, dates and mentions; the rest is text."""
    spans: Line = []
    end = 0
    for found in _TOKEN.finditer(text):
        spans.append(Span(_entities(text[end : found.start()])))
        spans.append(_token(found["inside"]) if found["inside"] else Span(_entities(found["bold"]), "bold"))
        end = found.end()
    return [*spans, Span(_entities(text[end:]))]


def _token(inside: str) -> Span:
    target, _, label = inside.partition("|")
    if target.startswith(("!", "@", "#")):
        return Span(
            _entities(label) or "@" + target.lstrip("!@#").removeprefix("subteam^"), "bold" if not label else ""
        )
    return Span(f"{_entities(label)} {ARROW}" if label else _entities(target), "link")


def _entities(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _spans(text: Block, style: str = "") -> Line:
    if text["type"] == "plain_text":
        return [Span(text["text"], style)]
    return [Span(span.text, span.style or style) for span in _read(text["text"])]


def _header(block: Block, room: int) -> list[Line]:
    return wrap(_spans(block["text"], "bold"), room)


def _section(block: Block, room: int) -> list[Line]:
    return _fields(block["fields"], room) if "fields" in block else wrap(_spans(block["text"]), room)


def _fields(fields: Sequence[Block], room: int) -> list[Line]:
    if room < TWO_COLUMNS:
        return [line for field in fields for line in wrap(_spans(field), room)]
    column = (room - 2) // 2
    cells = [wrap(_spans(field), column) for field in fields]
    return [line for left in range(0, len(cells), 2) for line in _beside(cells[left : left + 2], column)]


def _beside(cells: Sequence[list[Line]], column: int) -> list[Line]:
    if len(cells) == 1:
        return cells[0]
    left, right = cells
    height = max(len(left), len(right))
    left, right = left + [[]] * (height - len(left)), right + [[]] * (height - len(right))
    return [[*one, Span(" " * (column - width_of(one) + 2)), *two] for one, two in zip(left, right, strict=True)]


def _context(block: Block, room: int) -> list[Line]:
    spans: Line = []
    for element in block["elements"]:
        spans += ([Span(" · ", "dim")] if spans else []) + [Span(span.text, "dim") for span in _spans(element)]
    return wrap(spans, room)


def _actions(block: Block, room: int) -> list[Line]:
    """Draw what is clicked in Slack in one row, then what opens an address, each with it, then the menu."""
    elements = block["elements"]
    clicks = [each for each in elements if each["type"] == "button" and "url" not in each]
    row = [span for each in clicks for span in (_face(each), Span(" "))]
    opens = [line for each in elements if "url" in each for line in _button(each, room)]
    menus = [line for each in elements if each["type"] == "overflow" for line in _menu(each, room)]
    return [*(wrap(row, room) if row else []), *opens, *menus]


def _face(button: Block) -> Span:
    return Span(f"[ {button['text']['text']} ]", "primary" if "style" in button else "button")


def _menu(menu: Block, room: int) -> list[Line]:
    entries = " · ".join(option["text"]["text"] for option in menu["options"])
    return wrap([Span(MENU, "button"), Span(f" {entries}")], room)


def _button(button: Block, room: int) -> list[Line]:
    face, address = _face(button), Span(button["url"], "link")
    if width_of([face, address]) + 1 <= room:
        return [[face, Span(" "), address]]
    return [*wrap([face], room), *wrap([address], room)]


def _table(block: Block, room: int) -> list[Line]:
    rows = [[_cell(cell) for cell in row] for row in block["rows"]]
    widths = _shrink([max(width_of([Span(row[at])]) for row in rows) for at in range(len(rows[0]))], room)
    lines = ["  ".join(clip(text, width) for text, width in zip(row, widths, strict=True)) for row in rows]
    return [[Span(line, "" if number else "bold")] for number, line in enumerate(lines)]


def _cell(cell: Block) -> str:
    """Return a cell's text; a time goes without its year, because a terminal is narrow."""
    if cell["type"] == "raw_text":
        return str(cell["text"])
    return "".join(str(part["fallback"]).partition("-")[2] for part in cell["elements"][0]["elements"])


def _shrink(widths: list[int], room: int) -> list[int]:
    """Take from the wider of the first two columns (names), then from the widest of all, until the row fits."""
    while sum(widths) + 2 * (len(widths) - 1) > room and max(widths) > 1:
        names = widths[:2] if max(widths[:2]) > NAME_COLUMN else widths
        widths[names.index(max(names))] -= 1
    return widths


def _hanging(label: str, text: str, room: int) -> list[Line]:
    first, *rest = wrap([Span(text, "dim")], room - len(label))
    return [[Span(label, "dim"), *first], *([Span(" " * len(label)), *line] for line in rest)]


_BLOCKS = {"header": _header, "section": _section, "context": _context, "actions": _actions, "table": _table}
