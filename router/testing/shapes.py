"""Block Kit as a table: which fields a block has, and how long, how many and of what kind they may be.

Limits are Slack's (docs.slack.dev/reference/block-kit), counted in Unicode code points. A rule of the table
is named after its field and aspect: "header.text:length", "actions.elements:count".
"""

from collections.abc import Mapping
from types import MappingProxyType

from router.testing import inputs
from router.testing.inputs import ACTION, ADDRESS, CHOSEN, ID, MULTI, PICK, SELECT, TICKS
from router.testing.kinds import PLAIN, Field, Flag, Items, Number, Part, Shape, Text, Word

_LEAVES = Items(
    Part(("text", "link", "user", "usergroup", "channel", "emoji", "broadcast", "date", "color")), 10_000, 0
)
_STYLED: Mapping[str, Field] = {"style": Part(("style",))}
_SERIES = Items(Part(("series",)), 12)

ACTIONS = (
    "button", "overflow", "static_select", "users_select", "channels_select", "conversations_select",
    "checkboxes", "radio_buttons", "datepicker", "timepicker", "datetimepicker",
)  # fmt: skip
"""Elements that an actions block takes."""

_BLOCKS = {
    "header": Shape("header", {"text": Text(150, PLAIN)}, ("text",)),
    "section": Shape(
        "section",
        {
            "text": Text(3_000),
            "fields": Items(Text(2_000), 10),
            "accessory": Part((*ACTIONS, *MULTI, "image_element")),
            "expand": Flag(),
        },
    ),
    "divider": Shape("divider", {}),
    "context": Shape("context", {"elements": Items(Part(("image_element", "context_text")), 10)}, ("elements",)),
    "actions": Shape("actions", {"elements": Items(Part(ACTIONS), 25)}, ("elements",)),
    "image": Shape(
        "image",
        {
            "image_url": ADDRESS,
            "slack_file": Part(("slack_file",)),
            "alt_text": Word(2_000),
            "title": Text(2_000, PLAIN),
        },
        ("alt_text",),
    ),
    "markdown": Shape("markdown", {"text": Word(12_000)}, ("text",)),
    "rich_text": Shape(
        "rich_text",
        {
            "elements": Items(
                Part(("rich_text_section", "rich_text_list", "rich_text_preformatted", "rich_text_quote")),
                1_000,
            )
        },
        ("elements",),
    ),
    "table": Shape(
        "table",
        {
            "rows": Items(Items(Part(("raw_text", "rich_text")), 20), 100),
            "column_settings": Items(Part(("column",)), 20),
        },
        ("rows",),
    ),
    "data_visualization": Shape(
        "data_visualization",
        {"title": Word(50), "chart": Part(("pie", "bar", "line", "area"))},
        ("title", "chart"),
    ),
}

_ELEMENTS = {
    "button": Shape(
        "button",
        {
            **ACTION,
            "text": Text(75, PLAIN),
            "value": Word(2_000),
            "url": ADDRESS,
            "style": Word(choices=("primary", "danger")),
            "accessibility_label": Word(75),
        },
        ("text",),
    ),
    "overflow": Shape("overflow", {**ACTION, "options": Items(Part(("option",)), 5)}, ("options",)),
    "static_select": Shape("static_select", {**SELECT, "initial_option": Part(("option",))}),
    "users_select": Shape("users_select", {**PICK, "initial_user": Word(64)}),
    "channels_select": Shape("channels_select", {**PICK, "initial_channel": Word(64)}),
    "conversations_select": Shape("conversations_select", {**PICK, "initial_conversation": Word(64)}),
    "checkboxes": Shape("checkboxes", TICKS, ("options",)),
    "radio_buttons": Shape(
        "radio_buttons",
        {**ACTION, "options": Items(Part(("option",)), 10), "initial_option": Part(("option",))},
        ("options",),
    ),
    "datepicker": Shape("datepicker", {**PICK, "initial_date": Word(10, pattern=r"\d{4}-\d\d-\d\d")}),
    "timepicker": Shape("timepicker", {**PICK, "initial_time": Word(5, pattern=r"\d\d:\d\d")}),
    "image_element": Shape(
        "image",
        {"image_url": ADDRESS, "slack_file": Part(("slack_file",)), "alt_text": Word(2_000)},
        ("alt_text",),
    ),
    "raw_text": Shape("raw_text", {"text": Word(10_000)}, ("text",)),
    "rich_text_section": Shape("rich_text_section", {"elements": _LEAVES}, ("elements",)),
    "rich_text_preformatted": Shape(
        "rich_text_preformatted", {"elements": _LEAVES, "border": Number(0, 1)}, ("elements",)
    ),
    "rich_text_quote": Shape("rich_text_quote", {"elements": _LEAVES, "border": Number(0, 1)}, ("elements",)),
    "rich_text_list": Shape(
        "rich_text_list",
        {
            "elements": Items(Part(("rich_text_section",)), 1_000),
            "style": Word(choices=("bullet", "ordered")),
            "indent": Number(0, 8),
            "offset": Number(0),
            "border": Number(0, 1),
        },
        ("elements", "style"),
    ),
    "text": Shape("text", {"text": Word(10_000), **_STYLED}, ("text",)),
    "link": Shape("link", {"url": ADDRESS, "text": Word(3_000), "unsafe": Flag(), **_STYLED}, ("url",)),
    "user": Shape("user", {"user_id": Word(64), **_STYLED}, ("user_id",)),
    "usergroup": Shape("usergroup", {"usergroup_id": Word(64), **_STYLED}, ("usergroup_id",)),
    "channel": Shape("channel", {"channel_id": Word(64), **_STYLED}, ("channel_id",)),
    "emoji": Shape("emoji", {"name": Word(100), "unicode": Word(100), **_STYLED}, ("name",)),
    "broadcast": Shape("broadcast", {"range": Word(choices=("here", "channel", "everyone"))}, ("range",)),
    "color": Shape("color", {"value": Word(7, pattern="#[0-9a-fA-F]{6}")}, ("value",)),
    "date": Shape(
        "date",
        {"timestamp": Number(0), "format": Word(3_000), "url": ADDRESS, "fallback": Word(3_000)},
        ("timestamp", "format"),
    ),
    "pie": Shape("pie", {"segments": Items(Part(("segment",)), 12)}, ("segments",)),
    "bar": Shape("bar", {"series": _SERIES, "axis_config": Part(("axis_config",))}, ("series", "axis_config")),
    "line": Shape("line", {"series": _SERIES, "axis_config": Part(("axis_config",))}, ("series", "axis_config")),
    "area": Shape("area", {"series": _SERIES, "axis_config": Part(("axis_config",))}, ("series", "axis_config")),
}

_OBJECTS = {
    "confirm": Shape(
        "",
        {
            "title": Text(100, PLAIN),
            "text": Text(300),
            "confirm": Text(30, PLAIN),
            "deny": Text(30, PLAIN),
            "style": Word(choices=("primary", "danger")),
        },
        ("title", "text", "confirm", "deny"),
    ),
    "option": Shape(
        "", {"text": Text(75), "value": Word(150), "description": Text(75), "url": ADDRESS}, ("text", "value")
    ),
    "option_group": Shape("", {"label": Text(75, PLAIN), "options": CHOSEN}, ("label", "options")),
    "slack_file": Shape("", {"id": Word(255, pattern="F[A-Z0-9]{8,}"), "url": ADDRESS}),
    "style": Shape("", {name: Flag() for name in ("bold", "italic", "strike", "code", "underline", "highlight")}),
    "column": Shape("", {"align": Word(choices=("left", "center", "right")), "is_wrapped": Flag()}),
    "segment": Shape("", {"label": Word(20), "value": Number(1e-9)}, ("label", "value")),
    "series": Shape("", {"name": Word(20), "data": Items(Part(("point",)), 20)}, ("name", "data")),
    "point": Shape("", {"label": Word(20), "value": Number()}, ("label", "value")),
    "axis_config": Shape(
        "", {"categories": Items(Word(20), 20), "x_label": Word(50), "y_label": Word(50)}, ("categories",)
    ),
}

SHAPES: Mapping[str, Shape] = MappingProxyType(
    {name: Shape(shape.kind, {**shape.fields, "block_id": ID}, shape.required) for name, shape in _BLOCKS.items()}
    | _ELEMENTS
    | _OBJECTS
    | dict(inputs.ELEMENTS)
    | {"input": inputs.INPUT, "alert": inputs.ALERT, "modal": inputs.MODAL, "home": inputs.HOME}
)
"""Every shape by name; a block's or element's name is its type, except "image_element"."""

MESSAGE_BLOCKS = tuple(_BLOCKS)
MODAL_ONLY = ("input", "alert")
"""Blocks that a message does not take (a home takes inputs)."""
MESSAGE_ONLY = ("table", "data_visualization", "markdown")
"""Blocks that modals and homes do not take."""
NOT_SENDABLE = ("file",)


def table_rules() -> frozenset[str]:
    """Return the names of all rules of the table."""
    names: set[str] = set()
    for name, shape in SHAPES.items():
        names.update(f"{name}.{key}:required" for key in shape.required)
        for key, field in shape.fields.items():
            names.update(f"{name}.{key}{aspect}" for aspect in field.aspects())
    return frozenset(names)
