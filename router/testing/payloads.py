"""What Slack tells the app about a click, a submission, a command or something that happened.

Shapes: docs.slack.dev, interaction payloads, slash commands and the Events API.
"""

import copy
from collections.abc import Mapping
from typing import Any

from router.testing.controls import numbered
from router.testing.modals import View
from router.testing.people import TEAM, TEAM_DOMAIN, Ephemeral, Person, username
from router.testing.workspace import Channel, Message, Workspace

VERIFICATION = "verification-of-the-stand-in"
"""The deprecated token in every payload: worth nothing as proof."""


def block_actions(workspace: Workspace, person: Person, action: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is the same for every click."""
    return {
        "type": "block_actions",
        "user": _user(person),
        "api_app_id": workspace.app.app,
        "token": VERIFICATION,
        "team": {"id": TEAM, "domain": TEAM_DOMAIN},
        "enterprise": None,
        "is_enterprise_install": False,
        "actions": [copy.deepcopy(dict(action))],
    }


def on_message(workspace: Workspace, place: Message | Ephemeral) -> dict[str, Any]:
    """Return where a click on a message was made."""
    container: dict[str, Any] = {"type": "message", "message_ts": place.ts, "channel_id": place.channel}
    container["is_ephemeral"] = isinstance(place, Ephemeral)
    if place.thread_ts:
        container["thread_ts"] = place.thread_ts
    where: dict[str, Any] = {"container": container, "channel": channel_of(workspace, place.channel)}
    if isinstance(place, Message):
        where["message"] = message_of(place)
    return where


def on_view(view: View) -> dict[str, Any]:
    """Return where a click in a modal or on the home was made."""
    return {"container": {"type": "view", "view_id": view.id}, "view": view.wire()}


def message_of(message: Message) -> dict[str, Any]:
    """Return a message as interactions show it."""
    shown = {"user": "U" + message.app[1:], "team": TEAM, **message.wire(with_metadata=True)}
    return shown | ({"blocks": numbered(message.blocks)} if message.blocks else {})


def channel_of(workspace: Workspace, channel: str) -> dict[str, str]:
    """Return a channel as interactions show it; a private one has no name of its own there."""
    known = workspace.channels.get(channel)
    return {"id": channel, "name": _name(known)}


def view_change(kind: str, workspace: Workspace, person: Person, view: View) -> dict[str, Any]:
    """Return a view_submission or view_closed."""
    payload: dict[str, Any] = {
        "type": kind,
        "team": {"id": TEAM, "domain": TEAM_DOMAIN},
        "user": _user(person),
        "api_app_id": workspace.app.app,
        "token": VERIFICATION,
        "view": view.wire(),
        "is_enterprise_install": False,
        "enterprise": None,
    }
    payload["response_urls" if kind == "view_submission" else "is_cleared"] = [] if kind == "view_submission" else False
    return payload


def command(workspace: Workspace, person: Person, channel: str, name: str, text: str) -> dict[str, str]:
    """Return the form of a slash command."""
    return {
        "token": VERIFICATION,
        "team_id": TEAM,
        "team_domain": TEAM_DOMAIN,
        "channel_id": channel,
        "channel_name": _name(workspace.channels.get(channel)) or "directmessage",
        "user_id": person.id,
        "user_name": username(person),
        "command": name,
        "text": text,
        "api_app_id": workspace.app.app,
        "is_enterprise_install": "false",
    }


def shortcut(callback_id: str, person: Person, ts: str) -> dict[str, Any]:
    """Return a global shortcut, which names neither channel nor app."""
    return {
        "type": "shortcut",
        "token": VERIFICATION,
        "action_ts": ts,
        "team": {"id": TEAM, "domain": TEAM_DOMAIN},
        "user": {"id": person.id, "username": username(person), "team_id": person.team},
        "is_enterprise_install": False,
        "enterprise": None,
        "callback_id": callback_id,
    }


def message_action(workspace: Workspace, message: Message, shortcut: Mapping[str, Any]) -> dict[str, Any]:
    """Return a shortcut on a message."""
    return {
        **shortcut,
        "type": "message_action",
        "channel": channel_of(workspace, message.channel),
        "message_ts": message.ts,
        "message": message_of(message),
    }


def happened(workspace: Workspace, kind: str, body: Mapping[str, Any], number: int) -> dict[str, Any]:
    """Return an event_callback of the Events API."""
    app = workspace.app.app
    bot = {"enterprise_id": None, "team_id": TEAM, "user_id": "U" + app[1:], "is_bot": True}
    return {
        "token": VERIFICATION,
        "team_id": TEAM,
        "context_team_id": TEAM,
        "context_enterprise_id": None,
        "api_app_id": app,
        "event": {"type": kind, **body, "event_ts": workspace.next_ts()},
        "type": "event_callback",
        "event_id": f"Ev{int(workspace.now())}{number:04d}",
        "event_time": int(workspace.now()),
        "authorizations": [{**bot, "is_enterprise_install": False}],
        "is_ext_shared_channel": False,
    }


def _user(person: Person) -> dict[str, str]:
    name = username(person)
    return {"id": person.id, "username": name, "name": name, "team_id": person.team}


def _name(channel: Channel | None) -> str:
    if channel is None:
        return ""
    return "privategroup" if channel.private else channel.name or channel.id.lower()
