"""The smallest thing of every Block Kit shape that Slack takes, and where in a message it may stand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from router.testing import Problem, check_blocks, check_view

URL = "https://example.com/"


def plain(text: str = "x") -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


OPTION = {"text": plain(), "value": "v"}
IMAGE = {"type": "image", "image_url": URL, "alt_text": "a"}
LEAF = {"type": "text", "text": "x"}
SECTION = {"type": "rich_text_section", "elements": [LEAF]}
POINT = {"label": "p", "value": 1}
AXIS = {"categories": ["p"]}
SERIES = {"name": "s", "data": [POINT]}
TYPED = {"type": "plain_text_input"}
MODAL = {"type": "modal", "title": plain(), "submit": plain(), "blocks": []}
CONFIRM = {"title": plain(), "text": plain(), "confirm": plain(), "deny": plain()}

GOOD: dict[str, dict[str, Any]] = {
    "header": {"type": "header", "text": plain()},
    "section": {"type": "section", "text": plain()},
    "divider": {"type": "divider"},
    "context": {"type": "context", "elements": [plain()]},
    "actions": {"type": "actions", "elements": [{"type": "button", "text": plain()}]},
    "image": IMAGE,
    "markdown": {"type": "markdown", "text": "x"},
    "rich_text": {"type": "rich_text", "elements": [SECTION]},
    "table": {"type": "table", "rows": [[{"type": "raw_text", "text": "x"}]]},
    "data_visualization": {
        "type": "data_visualization",
        "title": "t",
        "chart": {"type": "pie", "segments": [{"label": "a", "value": 1}]},
    },
    "button": {"type": "button", "text": plain()},
    "overflow": {"type": "overflow", "options": [OPTION]},
    "static_select": {"type": "static_select", "options": [OPTION]},
    "users_select": {"type": "users_select"},
    "channels_select": {"type": "channels_select"},
    "conversations_select": {"type": "conversations_select"},
    "checkboxes": {"type": "checkboxes", "options": [OPTION]},
    "radio_buttons": {"type": "radio_buttons", "options": [OPTION]},
    "datepicker": {"type": "datepicker"},
    "timepicker": {"type": "timepicker"},
    "image_element": IMAGE,
    "raw_text": {"type": "raw_text", "text": "x"},
    "rich_text_section": SECTION,
    "rich_text_preformatted": {"type": "rich_text_preformatted", "elements": [LEAF]},
    "rich_text_quote": {"type": "rich_text_quote", "elements": [LEAF]},
    "rich_text_list": {"type": "rich_text_list", "style": "bullet", "elements": [SECTION]},
    "text": LEAF,
    "link": {"type": "link", "url": URL},
    "user": {"type": "user", "user_id": "U1"},
    "usergroup": {"type": "usergroup", "usergroup_id": "S1"},
    "channel": {"type": "channel", "channel_id": "C1"},
    "emoji": {"type": "emoji", "name": "wolf"},
    "broadcast": {"type": "broadcast", "range": "here"},
    "color": {"type": "color", "value": "#ff0000"},
    "date": {"type": "date", "timestamp": 1, "format": "{time}"},
    "pie": {"type": "pie", "segments": [{"label": "a", "value": 1}]},
    "bar": {"type": "bar", "series": [SERIES], "axis_config": AXIS},
    "line": {"type": "line", "series": [SERIES], "axis_config": AXIS},
    "area": {"type": "area", "series": [SERIES], "axis_config": AXIS},
    "confirm": CONFIRM,
    "option": OPTION,
    "option_group": {"label": plain(), "options": [OPTION]},
    "slack_file": {"id": "F12345678"},
    "style": {"bold": True},
    "column": {"align": "right"},
    "segment": {"label": "a", "value": 1},
    "series": SERIES,
    "point": POINT,
    "axis_config": AXIS,
    "datetimepicker": {"type": "datetimepicker"},
    "multi_static_select": {"type": "multi_static_select", "options": [OPTION]},
    "multi_users_select": {"type": "multi_users_select"},
    "multi_channels_select": {"type": "multi_channels_select"},
    "multi_conversations_select": {"type": "multi_conversations_select"},
    "plain_text_input": TYPED,
    "number_input": {"type": "number_input", "is_decimal_allowed": False},
    "email_text_input": {"type": "email_text_input"},
    "url_text_input": {"type": "url_text_input"},
    "dispatch_action_config": {"trigger_actions_on": ["on_enter_pressed"]},
    "input": {"type": "input", "label": plain(), "element": TYPED},
    "alert": {"type": "alert", "text": plain()},
    "modal": MODAL,
    "home": {"type": "home", "blocks": []},
}
"""The smallest thing of every shape that Slack takes."""


def rich(leaf: dict[str, Any]) -> list[Any]:
    return [GOOD["rich_text"] | {"elements": [SECTION | {"elements": [leaf]}]}]


def chart(chart: dict[str, Any]) -> list[Any]:
    return [GOOD["data_visualization"] | {"chart": chart}]


def action(element: dict[str, Any]) -> list[Any]:
    return [{"type": "actions", "elements": [element]}]


HOSTS: dict[str, Callable[[dict[str, Any]], list[Any]]] = {
    "image_element": lambda it: [{"type": "context", "elements": [it]}],
    "raw_text": lambda it: [GOOD["table"] | {"rows": [[it]]}],
    "confirm": lambda it: action(GOOD["button"] | {"confirm": it}),
    "option": lambda it: action({"type": "overflow", "options": [it]}),
    "option_group": lambda it: action({"type": "static_select", "option_groups": [it]}),
    "slack_file": lambda it: [{"type": "image", "alt_text": "a", "slack_file": it}],
    "style": lambda it: rich(LEAF | {"style": it}),
    "column": lambda it: [GOOD["table"] | {"column_settings": [it]}],
    "segment": lambda it: chart({"type": "pie", "segments": [it]}),
    "series": lambda it: chart(GOOD["line"] | {"series": [it]}),
    "point": lambda it: chart(GOOD["line"] | {"series": [SERIES | {"data": [it]}]}),
    "axis_config": lambda it: chart(GOOD["line"] | {"axis_config": it}),
}
LEAVES = ("text", "link", "user", "usergroup", "channel", "emoji", "broadcast", "color", "date")
RICH_PARTS = ("rich_text_section", "rich_text_preformatted", "rich_text_quote", "rich_text_list")
CHARTS = ("pie", "bar", "line", "area")
ACTIONS = (
    "button", "overflow", "static_select", "users_select", "channels_select", "conversations_select", "checkboxes",
    "radio_buttons", "datepicker", "timepicker", "datetimepicker",
)  # fmt: skip
INPUTS = (
    "multi_static_select", "multi_users_select", "multi_channels_select", "multi_conversations_select",
    "plain_text_input", "number_input", "email_text_input", "url_text_input",
)  # fmt: skip
VIEWS = ("modal", "home")
IN_MODALS = (*INPUTS, *VIEWS, "input", "alert", "dispatch_action_config")
"""What stands in a modal only, or is one."""


def host(shape: str, it: dict[str, Any]) -> list[Any]:
    """Put a thing of some shape where it may stand in a message."""
    if shape in HOSTS:
        return HOSTS[shape](it)
    if shape in LEAVES:
        return rich(it)
    if shape in RICH_PARTS:
        return [GOOD["rich_text"] | {"elements": [it]}]
    if shape in CHARTS:
        return chart(it)
    return action(it) if shape in ACTIONS else [it]


def view_of(shape: str, it: dict[str, Any]) -> dict[str, Any]:
    """Put a thing of some shape into a view, or return it where it is one."""
    if shape in VIEWS:
        return it
    if shape == "dispatch_action_config":
        it = GOOD["input"] | {"element": TYPED | {"dispatch_action_config": it}}
    elif shape in INPUTS:
        it = GOOD["input"] | {"element": it}
    return MODAL | {"blocks": [it]}


def problems_of(shape: str, it: dict[str, Any], without: frozenset[str] = frozenset()) -> list[Problem]:
    """Return what is wrong with a thing of some shape in a place where it may stand."""
    if shape in IN_MODALS:
        return check_view(view_of(shape, it), without, "home" if shape == "home" else "modal")
    return check_blocks(host(shape, it), without)
