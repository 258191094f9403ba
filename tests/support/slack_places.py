"""What people see and use in the stand-in's tests: a message's buttons, its menus, a modal."""

from typing import Any

from router.testing import Person

ADA, SATO = Person("U0ADA", "Ada"), Person("U0SATO", "Sato Keiko", locale="ja-JP")


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def option(text: str, value: str) -> dict[str, Any]:
    return {"text": plain(text), "value": value}


BUTTONS = {
    "type": "actions",
    "block_id": "b1",
    "elements": [
        {"type": "button", "action_id": "ack", "text": plain("Acknowledge"), "value": "k.E-1", "style": "primary"},
        {"type": "button", "action_id": "guide", "text": plain("Open guide"), "url": "https://guides.example.com/"},
        {
            "type": "overflow",
            "action_id": "more",
            "options": [option("Snooze 2 h", "snooze:2h|k.E-1"), option("Why?", "why|k.E-1")],
        },
    ],
}
PICKS = {
    "type": "actions",
    "elements": [
        {"type": "users_select", "action_id": "owner"},
        {"type": "static_select", "action_id": "reason", "options": [option("Noise", "noise"), option("Test", "test")]},
    ],
}
FORM = {
    "type": "modal",
    "callback_id": "silence",
    "title": plain("Silence"),
    "submit": plain("Silence"),
    "private_metadata": "k.E-1",
    "notify_on_close": True,
    "blocks": [
        {
            "type": "input",
            "block_id": "why",
            "label": plain("Why"),
            "element": {"type": "plain_text_input", "action_id": "text", "min_length": 3, "max_length": 40},
        },
        {
            "type": "input",
            "block_id": "for",
            "label": plain("For"),
            "optional": True,
            "dispatch_action": True,
            "element": {
                "type": "static_select",
                "action_id": "hours",
                "options": [option("1 h", "1"), option("2 h", "2")],
                "initial_option": option("1 h", "1"),
            },
        },
    ],
}
