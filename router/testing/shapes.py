"""Block Kit as a table: which fields a block has, and how long, how many and of what kind they may be.

Limits are Slack's (docs.slack.dev/reference/block-kit), counted in Unicode code points. A rule of the table
is named after its field and aspect: "header.text:length", "actions.elements:count".
"""

from collections.abc import Mapping
from types import MappingProxyType

from router.testing.kinds import PLAIN, Field, Flag, Items, Number, Part, Shape, Text, Word

URL = r"https?://[^\s]+"
_ID = Word(255)
_URL = Word(3_000, pattern=URL)
_CONFIRM = Part(("confirm",))
_ACTION: Mapping[str, Field] = {"action_id": _ID, "confirm": _CONFIRM, "focus_on_load": Flag()}
_LEAVES = Items(
    Part(("text", "link", "user", "usergroup", "channel", "emoji", "broadcast", "date", "color")), 10_000, 0
)
_CHOSEN = Items(Part(("option",)), 100)
_SELECT: Mapping[str, Field] = {
    **_ACTION,
    "placeholder": Text(150, PLAIN),
    "options": _CHOSEN,
    "option_groups": Items(Part(("option_group",)), 100),
    "initial_option": Part(("option",)),
}
_PICK: Mapping[str, Field] = {**_ACTION, "placeholder": Text(150, PLAIN)}
_TICKS: Mapping[str, Field] = {
    **_ACTION,
    "options": Items(Part(("option",)), 10),
    "initial_options": Items(Part(("option",)), 10),
}
_STYLED: Mapping[str, Field] = {"style": Part(("style",))}
_SERIES = Items(Part(("series",)), 12)

ACTIONS = (
    "button", "overflow", "static_select", "users_select", "channels_select", "conversations_select",
    "checkboxes", "radio_buttons", "datepicker", "timepicker",
)  # fmt: skip
"""Elements that an actions block takes."""

_BLOCKS = {
    "header": Shape("header", {"text": Text(150, PLAIN)}, ("text",)),
    "section": Shape(
        "section",
        {
            "text": Text(3_000),
            "fields": Items(Text(2_000), 10),
            "accessory": Part((*ACTIONS, "image_element")),
            "expand": Flag(),
        },
    ),
    "divider": Shape("divider", {}),
    "context": Shape("context", {"elements": Items(Part(("image_element", "context_text")), 10)}, ("elements",)),
    "actions": Shape("actions", {"elements": Items(Part(ACTIONS), 25)}, ("elements",)),
    "image": Shape(
        "image",
        {
            "image_url": _URL,
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
            **_ACTION,
            "text": Text(75, PLAIN),
            "value": Word(2_000),
            "url": _URL,
            "style": Word(choices=("primary", "danger")),
            "accessibility_label": Word(75),
        },
        ("text",),
    ),
    "overflow": Shape("overflow", {**_ACTION, "options": Items(Part(("option",)), 5)}, ("options",)),
    "static_select": Shape("static_select", _SELECT),
    "users_select": Shape("users_select", {**_PICK, "initial_user": Word(64)}),
    "channels_select": Shape("channels_select", {**_PICK, "initial_channel": Word(64)}),
    "conversations_select": Shape("conversations_select", {**_PICK, "initial_conversation": Word(64)}),
    "checkboxes": Shape("checkboxes", _TICKS, ("options",)),
    "radio_buttons": Shape("radio_buttons", {**_ACTION, "options": Items(Part(("option",)), 10)}, ("options",)),
    "datepicker": Shape("datepicker", {**_PICK, "initial_date": Word(10, pattern=r"\d{4}-\d\d-\d\d")}),
    "timepicker": Shape("timepicker", {**_PICK, "initial_time": Word(5, pattern=r"\d\d:\d\d")}),
    "image_element": Shape(
        "image",
        {"image_url": _URL, "slack_file": Part(("slack_file",)), "alt_text": Word(2_000)},
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
    "link": Shape("link", {"url": _URL, "text": Word(3_000), "unsafe": Flag(), **_STYLED}, ("url",)),
    "user": Shape("user", {"user_id": Word(64), **_STYLED}, ("user_id",)),
    "usergroup": Shape("usergroup", {"usergroup_id": Word(64), **_STYLED}, ("usergroup_id",)),
    "channel": Shape("channel", {"channel_id": Word(64), **_STYLED}, ("channel_id",)),
    "emoji": Shape("emoji", {"name": Word(100), "unicode": Word(100), **_STYLED}, ("name",)),
    "broadcast": Shape("broadcast", {"range": Word(choices=("here", "channel", "everyone"))}, ("range",)),
    "color": Shape("color", {"value": Word(7, pattern="#[0-9a-fA-F]{6}")}, ("value",)),
    "date": Shape(
        "date",
        {"timestamp": Number(0), "format": Word(3_000), "url": _URL, "fallback": Word(3_000)},
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
        "", {"text": Text(75), "value": Word(150), "description": Text(75), "url": _URL}, ("text", "value")
    ),
    "option_group": Shape("", {"label": Text(75, PLAIN), "options": _CHOSEN}, ("label", "options")),
    "slack_file": Shape("", {"id": Word(255, pattern="F[A-Z0-9]{8,}"), "url": _URL}),
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
    {name: Shape(shape.kind, {**shape.fields, "block_id": _ID}, shape.required) for name, shape in _BLOCKS.items()}
    | _ELEMENTS
    | _OBJECTS
)
"""Every shape by name; a block's or element's name is its type, except "image_element"."""

MESSAGE_BLOCKS = tuple(_BLOCKS)
MODAL_ONLY = ("input", "alert")
NOT_SENDABLE = ("file",)


def table_rules() -> frozenset[str]:
    """Return the names of all rules of the table."""
    names: set[str] = set()
    for name, shape in SHAPES.items():
        names.update(f"{name}.{key}:required" for key in shape.required)
        for key, field in shape.fields.items():
            names.update(f"{name}.{key}{aspect}" for aspect in field.aspects())
    return frozenset(names)
