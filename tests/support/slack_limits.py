"""An independent, tiny checker of what Slack takes: Block Kit's limits as its reference states them."""

import json
import re
from typing import Any
from urllib.parse import urlsplit

TEXTS = {"header": 150, "section": 3_000, "field": 2_000, "context": 3_000, "button": 75}
KEYS = {
    "header": {"type", "block_id", "text"},
    "section": {"type", "block_id", "text", "fields"},
    "context": {"type", "block_id", "elements"},
    "actions": {"type", "block_id", "elements"},
    "table": {"type", "block_id", "rows", "column_settings"},
    "image": {"type", "block_id", "image_url", "slack_file", "alt_text", "title"},
    "data_visualization": {"type", "block_id", "title", "chart"},
    "button": {"type", "text", "action_id", "url", "style", "value", "confirm"},
    "overflow": {"type", "action_id", "options"},
    "plain_text": {"type", "text", "emoji"},
    "mrkdwn": {"type", "text", "verbatim"},
}
LIVE = re.compile(r"<[^>]*>?")
OURS = re.compile(
    r"<(?:!date\^\d+\^(?:\{date_num\} \{time\}\|\d{4}-\d\d-\d\d |\{time\}\|)\d\d:\d\d (?:UTC[+-]\d{2,4}|[A-Z]{2,5})"
    r"|https?://[!-;=?-{}~]+\|[^<>|]+|!subteam\^S0SRE|!subteam\^S0LEADS|@U0SATO|@U0SUZUKI)>"
)
HIDDEN = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e007f]"
)
HALF_ENTITY = re.compile(r"&(?!amp;|lt;|gt;)")
GLUED_BOLD = re.compile(r"[\u3000-\u9fff\uff00-\uffef]\*[^*\n]+\*|\*[^*\n]+\*[\u3000-\u9fff\uff00-\uffef]")


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def problems(text: str, blocks: list[dict[str, Any]]) -> list[str]:
    """Everything that is wrong with a message; empty for a good one."""
    found = [*_text(text, "text", 300, live=True)]
    if not 1 <= len(blocks) <= 40:
        found.append(f"{len(blocks)} blocks")
    if len({block["block_id"] for block in blocks}) != len(blocks):
        found.append("a block_id twice")
    if (total := units(text) + sum(units(each) for each in strings(blocks))) > 9_000:
        found.append(f"{total} characters in all")
    if sum(block["type"] == "table" for block in blocks) > 1:
        found.append("two tables")
    json.dumps(blocks).encode()
    for block in blocks:
        found += [f"{block['type']}: {problem}" for problem in _block(block)]
    return found


def strings(value: Any) -> list[str]:
    """Every string that a reader or a button gets, keys, types and ids left out."""
    if isinstance(value, dict):
        left_out = ("type", "block_id", "action_id", "style", "format", "align", "value")
        return [each for key, one in value.items() if key not in left_out for each in strings(one)]
    if isinstance(value, list):
        return [each for one in value for each in strings(one)]
    return [value] if isinstance(value, str) else []


def _block(block: dict[str, Any]) -> list[str]:
    kind = block["type"]
    found = _keys(block)
    if not 1 <= len(block["block_id"]) <= 255:
        found.append("block_id")
    match kind:
        case "header":
            found += [] if block["text"]["type"] == "plain_text" else ["a header that is not plain"]
            found += _object(block["text"], 150)
        case "section":
            found += _object(block["text"], 3_000) if "text" in block else []
            found += _several(block.get("fields", []), 10, 2_000) if "fields" in block else []
            found += [] if ("text" in block) != ("fields" in block) else ["neither text nor fields"]
        case "context":
            found += _several(block["elements"], 10, 3_000)
        case "actions":
            found += [] if 1 <= len(block["elements"]) <= 25 else ["count of buttons"]
            found += [problem for each in block["elements"] for problem in _clickable(each)]
            found += [] if sum("style" in each for each in block["elements"]) <= 1 else ["two primary buttons"]
            found += [] if len(block["elements"]) <= 4 else ["more than three buttons and a menu"]
            found += [] if len({each["action_id"] for each in block["elements"]}) == len(block["elements"]) else ["ids"]
        case "table":
            found += _table(block)
        case "image":
            found += _image(block)
        case "data_visualization":
            found += _chart(block)
        case _:
            found.append("unknown block")
    return found


def _keys(thing: dict[str, Any]) -> list[str]:
    unknown = set(thing) - KEYS[thing["type"]]
    empty = [key for key, value in thing.items() if value is None or value in ("", [], {})]
    return [f"unknown {unknown}"] * bool(unknown) + [f"empty {empty}"] * bool(empty)


def _several(objects: list[dict[str, Any]], most: int, length: int) -> list[str]:
    counted = [] if 1 <= len(objects) <= most else [f"{len(objects)} elements"]
    return [*counted, *(problem for each in objects for problem in _object(each, length))]


def _object(thing: dict[str, Any], most: int) -> list[str]:
    live = thing["type"] == "mrkdwn"
    found = _keys(thing)
    found += [] if not live or thing["verbatim"] is True else ["not verbatim"]
    found += [] if live or thing["emoji"] is False else ["emoji in plain text"]
    return [*found, *_text(thing["text"], thing["type"], most, live=live)]


def _text(text: str, where: str, most: int, *, live: bool) -> list[str]:
    found = [] if 1 <= units(text) <= most else [f"{where} of {units(text)}"]
    if HIDDEN.search(text):
        found.append(f"{where}: hidden characters in {text!r}")
    if live:
        found += [f"{where}: {each} is live" for each in LIVE.findall(text) if not OURS.fullmatch(each)]
        found += [f"{where}: half an entity in {text!r}"] if HALF_ENTITY.search(OURS.sub("", text)) else []
    return found


def _clickable(each: dict[str, Any]) -> list[str]:
    if each["type"] == "overflow":
        return _menu(each)
    found = [*_keys(each), *_object(each["text"], 75)]
    found += [] if "url" in each or "value" in each else ["a button that does nothing"]
    found += [] if 1 <= units(each.get("value", "v")) <= 2_000 else ["value"]
    if "confirm" in each:
        limits = {"title": 100, "text": 300, "confirm": 30, "deny": 30}
        found += [] if set(each["confirm"]) == set(limits) else ["shape of a question"]
        found += [problem for name, most in limits.items() for problem in _object(each["confirm"][name], most)]
    return [*found, *(_address(each) if "url" in each else [])]


def _menu(menu: dict[str, Any]) -> list[str]:
    found = [*_keys(menu), *([] if 1 <= len(menu["options"]) <= 5 else ["count of entries"])]
    found += [] if len({each["value"] for each in menu["options"]}) == len(menu["options"]) else ["a value twice"]
    for each in menu["options"]:
        found += [] if set(each) == {"text", "value"} and 1 <= units(each["value"]) <= 150 else [f"entry {each}"]
        found += _object(each["text"], 75)
    return found


def _address(button: dict[str, Any]) -> list[str]:
    parts = urlsplit(button["url"])
    good = parts.scheme in ("http", "https") and parts.hostname and "@" not in parts.netloc
    found = [] if good and not re.search(r"[\s|<>\"`]", button["url"]) else [f"address {button['url']!r}"]
    return [*found, *([] if units(button["url"]) <= 3_000 else ["long address"])]


def _table(block: dict[str, Any]) -> list[str]:
    rows = block["rows"]
    columns = len(block["column_settings"])
    found = [] if 1 <= len(rows) <= 21 and {len(row) for row in rows} == {columns} else ["shape of the table"]
    found += [] if columns in (5, 6) else [f"{columns} columns"]
    cells = [cell for row in rows for cell in row]
    total = sum(units(each) for each in strings(cells))
    found += [] if total <= 10_000 else [f"{total} characters in the table"]
    for cell in cells:
        if cell["type"] == "raw_text":
            found += _text(cell["text"], "cell", 10_000, live=False)
        else:
            (part,) = cell["elements"]
            (leaf,) = part["elements"]
            found += [] if leaf["type"] == "date" and isinstance(leaf["timestamp"], int) else ["a cell that is no date"]
    return found


def _image(block: dict[str, Any]) -> list[str]:
    found = [] if ("image_url" in block) != ("slack_file" in block) else ["a picture without a source, or with two"]
    if "slack_file" in block:
        found += [] if re.fullmatch("F[A-Z0-9]{8,}", block["slack_file"]["id"]) else ["id of a file"]
    found += _address({"url": block["image_url"]}) if "image_url" in block else []
    return [*found, *_text(block["alt_text"], "alt_text", 2_000, live=False), *_object(block["title"], 2_000)]


def _chart(block: dict[str, Any]) -> list[str]:
    chart, axis = block["chart"], block["chart"]["axis_config"]
    found = (
        [] if set(chart) == {"type", "series", "axis_config"} and chart["type"] == "line" else ["shape of the chart"]
    )
    found += [] if 1 <= len(chart["series"]) <= 6 else ["count of series"]
    found += [] if len({each["name"] for each in chart["series"]}) == len(chart["series"]) else ["a name twice"]
    found += [] if len(set(axis["categories"])) == len(axis["categories"]) <= 20 else ["labels of the axis"]
    found += _text(block["title"], "title of the chart", 50, live=False)
    found += [problem for name in ("x_label", "y_label") for problem in _text(axis[name], name, 50, live=False)]
    for each in chart["series"]:
        found += _text(each["name"], "series", 20, live=False)
        found += [] if [point["label"] for point in each["data"]] == axis["categories"] else ["labels of the points"]
        found += [problem for point in each["data"] for problem in _text(point["label"], "label", 20, live=False)]
        found += [] if all(isinstance(point["value"], int) for point in each["data"]) else ["a value that is none"]
    return found
