"""Buttons, menus, inputs and modals as Slack takes them: every limit of its reference is met here by cutting.

Limits: docs.slack.dev, Block Kit reference and view objects.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from router.slack.blocks import BUTTON_LIMIT, mrkdwn, plain
from router.slack.escape import Markup, cut, size
from router.slack.message import Block, Message

VIEW_BLOCKS = 100
TEXT_BUDGET = 8_000
"""Characters of blocks in one answer: Slack refuses somewhere above 11,000 (undocumented)."""
OPTIONS_LIMIT = 100
PRIVATE_LIMIT = 3_000
TEXT_LIMIT = 3_000
_TITLE_LIMIT = 24
_OPTION_LIMIT = 75
_PLACEHOLDER_LIMIT = 150
_LABEL_LIMIT = 2_000


@dataclass(frozen=True, slots=True)
class Confirm:
    """The question asked before a button acts."""

    title: str
    text: str
    yes: str
    no: str

    def block(self) -> Block:
        """Return Slack's confirmation dialog."""
        return {
            "title": plain(cut(self.title, 100)),
            "text": plain(cut(self.text, 300)),
            "confirm": plain(cut(self.yes, 30)),
            "deny": plain(cut(self.no, 30)),
        }


def button(text: str, action: str, value: str, *, style: str = "", confirm: Confirm | None = None) -> Block:
    """Return a button that tells us `value` when it is clicked; `style` is "", "primary" or "danger"."""
    drawn: Block = {"type": "button", "text": plain(cut(text, BUTTON_LIMIT)), "action_id": action, "value": value}
    if style:
        drawn["style"] = style
    if confirm is not None:
        drawn["confirm"] = confirm.block()
    return drawn


def option(text: str, value: str) -> Block:
    """Return one entry of a menu."""
    return {"text": plain(cut(text, _OPTION_LIMIT)), "value": value}


def menu(action: str, options: Sequence[Block], placeholder: str, initial: str = "") -> Block:
    """Return a menu of which one entry can be chosen; `initial` is the value of the entry chosen beforehand."""
    shown = list(options[:OPTIONS_LIMIT])
    drawn: Block = {
        "type": "static_select",
        "action_id": action,
        "placeholder": plain(cut(placeholder, _PLACEHOLDER_LIMIT)),
        "options": shown,
    }
    chosen = next((each for each in shown if each["value"] == initial), None)
    return drawn | {"initial_option": chosen} if chosen is not None else drawn


def people(action: str, placeholder: str) -> Block:
    """Return a menu of the workspace's people."""
    return {"type": "users_select", "action_id": action, "placeholder": plain(cut(placeholder, _PLACEHOLDER_LIMIT))}


def words_input(
    action: str, initial: str = "", *, lines: bool = False, least: int = 0, most: int = TEXT_LIMIT
) -> Block:
    """Return a field to write in; `lines` for several, `least` and `most` characters."""
    drawn: Block = {"type": "plain_text_input", "action_id": action, "max_length": most}
    if lines:
        drawn["multiline"] = True
    if least:
        drawn["min_length"] = least
    if initial:
        drawn["initial_value"] = initial[:most]
    return drawn


def moment(action: str, at: float) -> Block:
    """Return a field for a day and time of day in the person's own time zone."""
    return {"type": "datetimepicker", "action_id": action, "initial_date_time": int(at)}


def asked(name: str, label: str, element: Block, *, hint: str = "", optional: bool = False) -> Block:
    """Return a question of a modal; its answer comes back under `name` (the block_id)."""
    drawn: Block = {"type": "input", "block_id": name, "label": plain(cut(label, _LABEL_LIMIT)), "element": element}
    if hint:
        drawn["hint"] = plain(cut(hint, _LABEL_LIMIT))
    return drawn | {"optional": True} if optional else drawn


def row(name: str, elements: Sequence[Block]) -> Block:
    """Return a row of buttons and menus with a name of its own."""
    return {"type": "actions", "block_id": name, "elements": list(elements)}


def beside(text: Markup, accessory: Block) -> Block:
    """Return a paragraph with a button at its side."""
    return {"type": "section", "text": mrkdwn(text), "accessory": accessory}


def as_many(groups: Sequence[list[Block]], limit: int = TEXT_BUDGET) -> list[list[Block]]:
    """Return as many groups of blocks as one message may hold in characters, the first first."""
    kept: list[list[Block]] = []
    for group in groups:
        limit -= sum(size(text) for text in _texts(group))
        if limit < 0:
            break
        kept.append(group)
    return kept


def _texts(value: object) -> list[str]:
    """Return every string in blocks: more than Slack counts, never less."""
    if isinstance(value, Mapping):
        return [text for each in value.values() for text in _texts(each)]
    if isinstance(value, list):
        return [text for each in value for text in _texts(each)]
    return [value] if isinstance(value, str) else []


DIVIDER: Block = {"type": "divider"}


def modal(
    callback: str, title: str, blocks: Sequence[Block], *, close: str, submit: str = "", private: str = ""
) -> dict[str, Any]:
    """Return a modal; `submit` is "" for one that only tells.

    Raises ValueError when `private` is longer than Slack keeps: it is ours, and cutting would break it.
    """
    if size(private) > PRIVATE_LIMIT:
        raise ValueError(f"private_metadata of {size(private)} characters; Slack keeps {PRIVATE_LIMIT}")
    drawn: dict[str, Any] = {
        "type": "modal",
        "callback_id": callback,
        "title": plain(cut(title, _TITLE_LIMIT)),
        "close": plain(cut(close, _TITLE_LIMIT)),
        "blocks": list(blocks[:VIEW_BLOCKS]),
    }
    if private:
        drawn["private_metadata"] = private
    return drawn | {"submit": plain(cut(submit, _TITLE_LIMIT))} if submit else drawn


def inline(message: Message) -> Mapping[str, Any]:
    """Return an answer that goes back within the 200 of a command: only who typed it sees it."""
    return {"response_type": "ephemeral", "text": message.text, "blocks": message.blocks}
