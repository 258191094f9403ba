"""The part of Block Kit's table that people fill in: menus, input blocks and their elements, modals and homes."""

from collections.abc import Mapping

from router.testing.kinds import EITHER, PLAIN, Field, Flag, Items, Number, Part, Shape, Text, Word

URL = r"https?://[^\s]+"
ID = Word(255)
ADDRESS = Word(3_000, pattern=URL)
ACTION: Mapping[str, Field] = {"action_id": ID, "confirm": Part(("confirm",)), "focus_on_load": Flag()}
CHOSEN = Items(Part(("option",)), 100)
SELECT: Mapping[str, Field] = {
    **ACTION,
    "placeholder": Text(150, PLAIN),
    "options": CHOSEN,
    "option_groups": Items(Part(("option_group",)), 100),
}
PICK: Mapping[str, Field] = {**ACTION, "placeholder": Text(150, PLAIN)}
TICKS: Mapping[str, Field] = {
    **ACTION,
    "options": Items(Part(("option",)), 10),
    "initial_options": Items(Part(("option",)), 10),
}
_MANY: Mapping[str, Field] = {"max_selected_items": Number(1)}
_IDS = Items(Word(64), 100)
_TYPED: Mapping[str, Field] = {
    "action_id": ID,
    "focus_on_load": Flag(),
    "placeholder": Text(150, PLAIN),
    "initial_value": Word(3_000, least=0),
    "dispatch_action_config": Part(("dispatch_action_config",)),
}

MULTI = ("multi_static_select", "multi_users_select", "multi_channels_select", "multi_conversations_select")
PICKS = (
    "static_select", "users_select", "channels_select", "conversations_select", "checkboxes", "radio_buttons",
    "datepicker", "timepicker", "datetimepicker",
)  # fmt: skip
TYPED = ("plain_text_input", "number_input", "email_text_input", "url_text_input")
INPUT_ELEMENTS = (*TYPED, *PICKS, *MULTI)
"""What an input block takes."""

ELEMENTS: Mapping[str, Shape] = {
    "datetimepicker": Shape("datetimepicker", {**ACTION, "initial_date_time": Number(1_000_000_000, 9_999_999_999)}),
    "multi_static_select": Shape("multi_static_select", {**SELECT, **_MANY, "initial_options": CHOSEN}),
    "multi_users_select": Shape("multi_users_select", {**PICK, **_MANY, "initial_users": _IDS}),
    "multi_channels_select": Shape("multi_channels_select", {**PICK, **_MANY, "initial_channels": _IDS}),
    "multi_conversations_select": Shape("multi_conversations_select", {**PICK, **_MANY, "initial_conversations": _IDS}),
    "plain_text_input": Shape(
        "plain_text_input",
        {**_TYPED, "multiline": Flag(), "min_length": Number(0, 3_000), "max_length": Number(1, 3_000)},
    ),
    "number_input": Shape(
        "number_input",
        {**_TYPED, "is_decimal_allowed": Flag(), "min_value": Word(64), "max_value": Word(64)},
        ("is_decimal_allowed",),
    ),
    "email_text_input": Shape("email_text_input", _TYPED),
    "url_text_input": Shape("url_text_input", _TYPED),
    "dispatch_action_config": Shape(
        "", {"trigger_actions_on": Items(Word(choices=("on_enter_pressed", "on_character_entered")), 2)}
    ),
}

INPUT = Shape(
    "input",
    {
        "label": Text(2_000, PLAIN),
        "element": Part(INPUT_ELEMENTS),
        "hint": Text(2_000, PLAIN),
        "optional": Flag(),
        "dispatch_action": Flag(),
        "block_id": ID,
    },
    ("label", "element"),
)
ALERT = Shape(
    "alert",
    {
        "text": Text(200, EITHER),
        "level": Word(choices=("default", "info", "success", "warning", "error")),
        "block_id": ID,
    },
    ("text",),
)
_VIEW: Mapping[str, Field] = {
    "private_metadata": Word(3_000, least=0),
    "callback_id": Word(255, least=0),
    "external_id": Word(255, least=0),
}
MODAL = Shape(
    "modal",
    {
        **_VIEW,
        "title": Text(24, PLAIN),
        "submit": Text(24, PLAIN),
        "close": Text(24, PLAIN),
        "clear_on_close": Flag(),
        "notify_on_close": Flag(),
        "submit_disabled": Flag(),
    },
    ("title",),
)
"""A modal but for its blocks."""

HOME = Shape("home", _VIEW)
"""A person's home of the app but for its blocks."""
