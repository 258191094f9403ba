"""One of everything that Slack sends, as parsed payloads."""

from collections.abc import Mapping
from typing import Any

from router.slack.inbound import Kind

AT = 1_780_000_000.0
URL = "https://hooks.slack.com/actions/T0HOME/1/secret"
TRIGGER = "13345224609.738474920.8088930838d88f008e0"
SATO = {"id": "U0SATO", "username": "sato", "name": "sato.k", "team_id": "T0HOME"}
COMMON: dict[str, Any] = {
    "user": SATO, "api_app_id": "A0APP", "token": "verification", "team": {"id": "T0HOME", "domain": "home"},
    "enterprise": None, "is_enterprise_install": False, "trigger_id": TRIGGER,
}  # fmt: skip
ON_MESSAGE: dict[str, Any] = {
    "container": {"type": "message", "message_ts": "1780000000.000100", "channel_id": "C0SRE", "is_ephemeral": False},
    "channel": {"id": "C0SRE", "name": "sre"},
    "message": {"ts": "1780000000.000100", "text": "Page"},
    "response_url": URL,
}


def click(action: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    given_action = {"action_id": "ack", "block_id": "b1", "action_ts": "1780000001.000200", **action}
    return {"type": "block_actions", **COMMON, **ON_MESSAGE, "actions": [given_action], **more}


STATE = {
    "matchers": {"text": {"type": "plain_text_input", "value": 'service="checkout"'}},
    "reason": {"text": {"type": "plain_text_input", "value": None}},
    "for": {"menu": {"type": "static_select", "selected_option": {"value": "2h", "text": {}}}},
    "none": {"menu": {"type": "static_select", "selected_option": None}},
    "slos": {"boxes": {"type": "checkboxes", "selected_options": [{"value": "a"}, {"value": "b"}]}},
    "to": {"who": {"type": "users_select", "selected_user": "U0ADA"}},
    "all": {"who": {"type": "multi_users_select", "selected_users": ["U0ADA", "U0BOB"]}},
    "nobody": {"who": {"type": "multi_conversations_select", "selected_conversations": []}},
    "at": {"when": {"type": "datetimepicker", "selected_date_time": 1780000000}},
    "pair": {"one": {"type": "timepicker", "selected_time": "09:00"}, "two": {"value": "x"}},
}
VIEW = {
    "id": "V1", "hash": "1780000000.abc", "type": "modal", "callback_id": "silence", "private_metadata": "k.E-1",
    "team_id": "T0HOME", "app_installed_team_id": "T0HOME", "state": {"values": STATE},
}  # fmt: skip
FORM = {
    "token": "verification", "team_id": "T0HOME", "team_domain": "home", "channel_id": "C0SRE", "channel_name": "sre",
    "user_id": "U0SATO", "user_name": "sato", "command": "/slo", "text": "why E-7KQ2M", "api_app_id": "A0APP",
    "is_enterprise_install": "false", "response_url": URL, "trigger_id": TRIGGER,
}  # fmt: skip


def happened(body: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    bot = {"enterprise_id": None, "team_id": "T0HOME", "user_id": "U0BOT", "is_bot": True}
    return {
        "type": "event_callback", "token": "verification", "team_id": "T0HOME", "api_app_id": "A0APP", "event": body,
        "event_id": "Ev000001", "event_time": 1780000000, "authorizations": [bot], **more,
    }  # fmt: skip


SENT: dict[str, tuple[Kind, dict[str, Any]]] = {
    "click": (Kind.INTERACTIONS, click({"value": "v"})),
    "submission": (Kind.INTERACTIONS, {"type": "view_submission", **COMMON, "view": VIEW}),
    "closed": (Kind.INTERACTIONS, {"type": "view_closed", **COMMON, "view": VIEW}),
    "shortcut": (Kind.INTERACTIONS, {"type": "shortcut", "callback_id": "missed", "action_ts": "1.2", **COMMON}),
    "command": (Kind.COMMANDS, FORM),
    "event": (Kind.EVENTS, happened({"type": "app_home_opened", "user": "U0SATO"})),
}
