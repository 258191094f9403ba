"""Building Block Kit blocks that Slack takes: every limit of its reference is met here by cutting.

Limits: docs.slack.dev, Block Kit reference. Each builder returns a block without `block_id`; `stamp` gives every
message its own, because Slack wants a new one on every edit.
"""

import json
from collections.abc import Sequence
from hashlib import blake2b

from router.slack.escape import Markup, cut, instant, zoned
from router.slack.message import Block

HEADER_LIMIT = 150
FIELD_LIMIT = 2_000
TEXT_LIMIT = 3_000
BUTTON_LIMIT = 75
CONTEXT_LIMIT = 10
FIELDS_LIMIT = 10
ACTIONS_LIMIT = 25
OPTION_LIMIT = 75
OPTIONS_LIMIT = 5
QUESTION_TITLE_LIMIT = 100
QUESTION_LIMIT = 300
ANSWER_LIMIT = 30
CELL_LIMIT = 1_000
NOTHING = "–"


def mrkdwn(text: Markup) -> Block:
    """Return a text object with our markup; `verbatim` keeps Slack from linking what only looks like a link."""
    return {"type": "mrkdwn", "text": str(text), "verbatim": True}


def plain(text: str) -> Block:
    """Return a text object in which nothing is markup, not even an emoji name; `text` is cut already."""
    return {"type": "plain_text", "text": str(text) or NOTHING, "emoji": False}


def header(text: str) -> Block:
    """Return the headline of a message."""
    return {"type": "header", "text": plain(cut(text, HEADER_LIMIT))}


def section(text: Markup) -> Block:
    """Return a paragraph with our markup."""
    return {"type": "section", "text": mrkdwn(text)}


def paragraph(text: str) -> Block:
    """Return a paragraph without any markup, for foreign words; `text` is cut already."""
    return {"type": "section", "text": plain(text)}


def fields(texts: Sequence[Markup]) -> Block:
    """Return short facts, two columns on a desktop and one on a phone."""
    return {"type": "section", "fields": [mrkdwn(text) for text in texts[:FIELDS_LIMIT]]}


def context(*texts: Markup | str) -> Block:
    """Return the small print: Markup is drawn as such, any other text as plain text."""
    kept = [text for text in texts if text][:CONTEXT_LIMIT]
    return {"type": "context", "elements": [mrkdwn(t) if isinstance(t, Markup) else plain(t) for t in kept]}


def button(text: str, action_id: str, value: str, *, primary: bool = False, sure: Block | None = None) -> Block:
    """Return a button that sends us `value`; `action_id` is the same in every edit; `sure` is a `question`."""
    drawn: Block = {"type": "button", "text": plain(cut(text, BUTTON_LIMIT)), "action_id": str(action_id)}
    drawn |= {"value": value} if value else {}
    drawn |= {"confirm": sure} if sure else {}
    return drawn | {"style": "primary"} if primary else drawn


def link_button(text: str, action_id: str, url: str, value: str = "", *, primary: bool = False) -> Block:
    """Return a button that opens `url` (a `safe_url`), and tells us of the click where it has a `value`."""
    return button(text, action_id, value, primary=primary) | {"url": url}


def question(title: str, text: str, yes: str, no: str) -> Block:
    """Return the question that a button asks before its click counts."""
    return {
        "title": plain(cut(title, QUESTION_TITLE_LIMIT)),
        "text": plain(cut(text, QUESTION_LIMIT)),
        "confirm": plain(cut(yes, ANSWER_LIMIT)),
        "deny": plain(cut(no, ANSWER_LIMIT)),
    }


def overflow(action_id: str, options: Sequence[tuple[str, str]]) -> Block:
    """Return a menu of at most five entries, each a text and the value that it sends."""
    shown = [{"text": plain(cut(text, OPTION_LIMIT)), "value": value} for text, value in options[:OPTIONS_LIMIT]]
    return {"type": "overflow", "action_id": str(action_id), "options": shown}


def actions(buttons: Sequence[Block]) -> list[Block]:
    """Return the row of buttons, or nothing where there are none (Slack refuses an empty row)."""
    return [{"type": "actions", "elements": list(buttons[:ACTIONS_LIMIT])}] if buttons else []


def cell(text: str, limit: int = CELL_LIMIT) -> Block:
    """Return a table cell of foreign text."""
    return {"type": "raw_text", "text": cut(text, limit) or NOTHING}


def time_cell(at: float, timezone: str) -> Block:
    """Return a table cell with a time in the reader's own zone (raw text cannot do that)."""
    shown = {
        "type": "date",
        "timestamp": int(instant(at).timestamp()),
        "format": "{date_num} {time}",
        "fallback": zoned(at, timezone),
    }
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [shown]}]}


def table(rows: Sequence[Sequence[Block]], columns: Sequence[Block]) -> Block:
    """Return a table; the first row is its head. Slack takes one table per message."""
    return {"type": "table", "rows": [list(row) for row in rows], "column_settings": list(columns)}


def stamp(blocks: Sequence[Block], salt: str) -> list[Block]:
    """Return the blocks with ids that are unique in the message and new whenever `salt` or the content is."""
    content = json.dumps(blocks, ensure_ascii=True, sort_keys=True)
    mark = blake2b(f"{salt}\0{content}".encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()
    return [{**block, "block_id": f"{mark}-{index}"} for index, block in enumerate(blocks)]
