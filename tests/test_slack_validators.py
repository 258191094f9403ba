"""Independent opinions on our blocks: Slack's own types as a JSON Schema, and the PyPI package slackblocks.

Both were written by others, so that a mistake of ours and of the router's stand-in cannot agree with itself. What each
does not know is listed here by name, and tested, so that it cannot stop being looked at silently.
"""

import copy
import json
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from slackblocks.blocks import Block

from router.slack.render import render
from router.testing.blocks import check_blocks
from tests.support.slack_kinds import KINDS
from tests.support.slack_views import SIZES

FOLDER = Path(__file__).parent / "testdata" / "block_kit"
SCHEMA = json.loads((FOLDER / "known_block.schema.json").read_text(encoding="utf-8"))
VALIDATORS = {
    SCHEMA["definitions"][name]["properties"]["type"]["const"]: jsonschema.Draft7Validator({
        **SCHEMA, "$ref": f"#/definitions/{name}"
    })
    for name in ("HeaderBlock", "SectionBlock", "ContextBlock", "ActionsBlock", "TableBlock")
}  # fmt: skip
"""By type of block; any other is refused, because we draw none."""
UNREAD = frozenset({"actions", "table"})
"""Blocks that slackblocks 3.0 cannot read back: Block.from_dict raises NotImplementedError."""
LOCALES = ("en", "ja")
CONTEXT = {"type": "mrkdwn", "text": "x"}


def refusals(block: dict[str, Any]) -> list[str]:
    """What Slack's types say against a block."""
    if block["type"] not in VALIDATORS:
        return [f"unknown block {block['type']}"]
    return [error.message for error in VALIDATORS[block["type"]].iter_errors(block)]


@cache
def blocks_of(kind: str) -> list[dict[str, Any]]:
    """Every block of a message kind, in all sizes and both languages."""
    views = [change(KINDS[kind]) for change in SIZES.values()]
    return [block for view in views for locale in LOCALES for block in render(view, locale, "delivery-1").blocks]


def without_default(value: Any) -> Any:
    """The value without `emoji: false`, which slackblocks leaves out when it writes (false is not Slack's default)."""
    if isinstance(value, dict):
        return {key: without_default(each) for key, each in value.items() if (key, each) != ("emoji", False)}
    return [without_default(each) for each in value] if isinstance(value, list) else value


@pytest.mark.parametrize("kind", KINDS)
def test_slacks_own_types_know_every_block(kind: str) -> None:
    """No unknown key, none missing, no word that Slack does not take."""
    for block in blocks_of(kind):
        assert refusals(block) == [], block


@pytest.mark.parametrize("kind", KINDS)
def test_slackblocks_reads_every_block_and_writes_the_same(kind: str) -> None:
    """It checks lengths and counts as it reads; unknown keys would be missing from what it writes."""
    for block in blocks_of(kind):
        if block["type"] not in UNREAD:
            assert without_default(Block.from_dict(block)._resolve()) == without_default(block)


@pytest.mark.parametrize("kind", sorted(UNREAD))
def test_what_slackblocks_cannot_read_is_still_so(kind: str) -> None:
    """Once it can, these blocks are to be checked as well."""
    found = [block for name in ("open", "causes") for block in blocks_of(name) if block["type"] == kind]
    with pytest.raises(NotImplementedError):
        Block.from_dict(found[0])


def changed(kind: str, block_type: str, *path: Any, **changes: Any) -> dict[str, Any]:
    """The first such block of a message, with something wrong at a place in it."""
    block = copy.deepcopy(next(block for block in blocks_of(kind) if block["type"] == block_type))
    inner = block
    for step in path:
        inner = inner[step]
    inner.update(changes)
    return block


WRONG = {
    "unknown block": changed("open", "header", type="headline"),
    "unknown key": changed("open", "actions", "elements", 0, colour="red"),
    "a menu with an address": changed("open", "actions", "elements", 3, url="https://e.example"),
    "unknown style": changed("open", "actions", "elements", 0, style="loud"),
    "text that is none": changed("open", "header", text="Page"),
    "markup in a header": changed("open", "header", "text", type="mrkdwn", verbatim=True),
    "a question without answers": changed("acked", "actions", "elements", 1, confirm={"title": "?"}),
    "null": changed("open", "section", text=None),
    "cells that are no rows": changed("causes", "table", rows="1"),
    "a column that hangs": changed("causes", "table", column_settings=[{"align": "top"}]),
}
GAPS = {
    "length of a header": changed("open", "header", "text", text="x" * 151),
    "length of a button": changed("open", "actions", "elements", 0, "text", text="x" * 76),
    "length of a value": changed("open", "actions", "elements", 0, value="x" * 2_001),
    "empty text": changed("open", "section", "text", text=""),
    "count of buttons": changed("open", "actions", elements=[]),
    "form of an address": changed("open", "actions", "elements", 1, url="javascript:x"),
}
"""What Slack's types say nothing about; the stand-in and slackblocks do."""


@pytest.mark.parametrize("block", WRONG.values(), ids=WRONG)
def test_slacks_types_refuse_what_is_wrong(block: dict[str, Any]) -> None:
    assert refusals(block)
    assert check_blocks([block])


@pytest.mark.parametrize("block", GAPS.values(), ids=GAPS)
def test_gaps_of_slacks_types_are_known_and_covered_by_the_stand_in(block: dict[str, Any]) -> None:
    assert not refusals(block)
    assert check_blocks([block])


@pytest.mark.parametrize(
    "block",
    [
        GAPS["length of a header"],
        GAPS["empty text"],
        WRONG["unknown block"],
        changed("open", "context", elements=[CONTEXT] * 11),
    ],
    ids=["long header", "empty text", "unknown block", "eleven elements"],
)
def test_slackblocks_refuses_what_is_wrong(block: dict[str, Any]) -> None:
    with pytest.raises(Exception):  # noqa: B017 - it raises errors of several kinds
        Block.from_dict(block)
