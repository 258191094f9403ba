"""Checks blocks as strictly as Slack does, and reports each mistake with a JSON pointer.

`check_blocks` is pure, so that users can test their own templates: `assert not check_blocks(blocks)`.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

from router.testing.fields import check_shape
from router.testing.rules import Problem
from router.testing.shapes import MESSAGE_BLOCKS, MESSAGE_ONLY, MODAL_ONLY, NOT_SENDABLE, SHAPES

BLOCKS_MOST = 50
VIEW_BLOCKS_MOST = 100
TEXT_MOST = 12_000
"""Undocumented: msg_blocks_too_long comes somewhere between 11,300 and 13,000 characters in all blocks."""
TEXT_BUDGET = 9_000
TABLE_TEXT_MOST = 10_000
MARKDOWN_MOST = 12_000
_NOT_TEXT = frozenset({"type", "block_id", "action_id", "value", "url", "image_url"})


def check_blocks(blocks: Any, without: frozenset[str] = frozenset(), surface: str = "message") -> list[Problem]:
    """Return what Slack would refuse in the blocks of a message, in reading order; [] if nothing.

    `without` names rules to leave out; `surface` is message, modal or home.
    """
    root = "/blocks" if surface == "message" else "/view/blocks"
    if not isinstance(blocks, list):
        found = [Problem("blocks_format", "must provide an array", root, "invalid_blocks_format")]
        return [each for each in found if each.rule not in without]
    one_by_one = chain.from_iterable(_check_block(block, f"{root}/{i}", surface) for i, block in enumerate(blocks))
    together = _check_message(blocks) if surface == "message" else _check_view(blocks)
    found = [*_check_nulls(blocks, root), *one_by_one, *_check_ids(blocks, root), *together]
    return [each for each in found if each.rule not in without]


def text_length(blocks: Any) -> int:
    """Return how many characters people can read in `blocks` (ids, values and addresses do not count)."""
    return sum(len(text) for text in texts_of(blocks))


def texts_of(value: Any) -> Iterator[str]:
    """Yield every string in `value` that people can read, in order."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for each in value:
            yield from texts_of(each)
    elif isinstance(value, Mapping):
        for key, each in value.items():
            if key not in _NOT_TEXT:
                yield from texts_of(each)


def objects_of(value: Any, pointer: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield every JSON object in `value` with its pointer, outer ones first."""
    if isinstance(value, Mapping):
        yield pointer, value
    pairs = value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else ()
    for key, each in pairs:
        yield from objects_of(each, f"{pointer}/{key}")


def _check_block(block: Any, pointer: str, surface: str) -> Iterator[Problem]:
    kind = block.get("type") if isinstance(block, Mapping) else None
    if misplaced := _misplaced(kind, surface):
        yield Problem(misplaced, f"{kind} blocks are not allowed on a {surface}", pointer)
    elif kind in NOT_SENDABLE:
        yield Problem("not_sendable", f"{kind} blocks cannot be sent", pointer)
    elif kind not in (*MESSAGE_BLOCKS, *MODAL_ONLY):
        yield Problem("unknown_block", f"unsupported type: {kind}", f"{pointer}/type")
    else:
        yield from check_shape(block, SHAPES[kind], kind, pointer)
        yield from _check_inside(block, pointer)


def _misplaced(kind: Any, surface: str) -> str:
    """Name the rule by which a kind of block may not stand on a surface, "" when it may."""
    if surface == "message":
        return "modal_only" if kind in MODAL_ONLY else ""
    if kind in MESSAGE_ONLY:
        return "message_only"
    return "home_alert" if (kind, surface) == ("alert", "home") else ""


def _check_inside(block: Mapping[str, Any], pointer: str) -> Iterator[Problem]:
    """Yield the problems that concern several fields of one block."""
    if block["type"] == "section" and not (block.get("text") or block.get("fields")):
        yield Problem("section_empty", "must provide text or fields", pointer)
    for name in _twice(each.get("action_id") for _, each in objects_of(block)):
        yield Problem("action_id_twice", f"action_id {name} already exists in this block", pointer)
    for place, each in objects_of(block, pointer):
        yield from _check_choice_of_source(each, place)
    if block["type"] == "table":
        yield from _check_table(block, pointer)
    if block["type"] == "data_visualization":
        yield from _check_chart(block, pointer)


def _check_choice_of_source(each: Mapping[str, Any], pointer: str) -> Iterator[Problem]:
    if each.get("type") == "image" and ("image_url" in each) == ("slack_file" in each):
        yield Problem("image_source", "must provide exactly one of image_url and slack_file", pointer)
    if each.get("type") in ("static_select", "multi_static_select") and ("options" in each) == (
        "option_groups" in each
    ):
        yield Problem("select_options", "must provide exactly one of options and option_groups", pointer)


def _check_table(block: Mapping[str, Any], pointer: str) -> Iterator[Problem]:
    rows = block.get("rows")
    if sum(len(text) for text in texts_of(rows)) > TABLE_TEXT_MOST:
        yield Problem("table_text", f"cells must hold at most {TABLE_TEXT_MOST} characters", f"{pointer}/rows")


def _check_chart(block: Mapping[str, Any], pointer: str) -> Iterator[Problem]:
    chart = block.get("chart")
    if not isinstance(chart, Mapping) or not isinstance(chart.get("axis_config"), Mapping):
        return
    categories = chart["axis_config"].get("categories")
    for i, series in enumerate(_list(chart.get("series"))):
        points = _list(series.get("data")) if isinstance(series, Mapping) else []
        if [point.get("label") for point in points if isinstance(point, Mapping)] != categories:
            yield Problem("chart_points", "points must match the categories", f"{pointer}/chart/series/{i}/data")


def _check_ids(blocks: list[Any], root: str) -> Iterator[Problem]:
    for name in _twice(block.get("block_id") for block in blocks if isinstance(block, Mapping)):
        yield Problem("block_id_twice", f"block_id {name} already exists", root)


def _check_view(blocks: list[Any]) -> Iterator[Problem]:
    if len(blocks) > VIEW_BLOCKS_MOST:
        yield Problem("view_blocks", f"no more than {VIEW_BLOCKS_MOST} items allowed", "/view/blocks")


def _check_message(blocks: list[Any]) -> Iterator[Problem]:
    """Yield the problems that concern the message as a whole."""
    kinds = Counter(str(block.get("type")) for block in blocks if isinstance(block, Mapping))
    if len(blocks) > BLOCKS_MOST:
        yield Problem("block_count", f"no more than {BLOCKS_MOST} items allowed", "/blocks")
    if kinds["table"] > 1:
        yield Problem("tables", "only one table is allowed", "/blocks")
    if kinds["data_visualization"] > 2:
        yield Problem("charts", "only two data_visualization blocks are allowed", "/blocks")
    markdown = [block for block in blocks if isinstance(block, Mapping) and block.get("type") == "markdown"]
    if text_length(markdown) > MARKDOWN_MOST:
        yield Problem("markdown_text", f"markdown must hold at most {MARKDOWN_MOST} characters", "/blocks")
    if text_length(blocks) > TEXT_MOST:
        yield Problem("text_total", "the blocks are too long", "/blocks", "msg_blocks_too_long")


def _check_nulls(value: Any, pointer: str) -> Iterator[Problem]:
    for place, each in objects_of(value, pointer):
        for key, inner in each.items():
            if inner is None:
                yield Problem("null", "must not be null", f"{place}/{key}")


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _twice(names: Any) -> list[str]:
    return [name for name, count in Counter(name for name in names if isinstance(name, str)).items() if count > 1]
