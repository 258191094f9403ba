"""The app's manifest: what Slack is asked for when the app is made, for Socket Mode or for a public address.

Format and limits: docs.slack.dev/reference/app-manifest and slackapi/manifest-schema, version 2. Pure.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

import yaml

NAME = "SLO Alert Router"
BOT = "slo-router"
"""What people invite: `/invite @slo-router`."""
SCOPES: Mapping[str, str] = {
    "chat:write": "post and edit messages",
    "commands": "/slo and the shortcuts",
    "channels:read": "see whether a channel is there (slack doctor), hear that one was archived",
    "groups:read": "the same for private channels",
    "channels:history": "look a message up before it is posted a second time",
    "groups:history": "the same in private channels",
    "channels:join": "join a public channel instead of failing there",
    "users:read": "call people by their names",
    "usergroups:read": "see whether a mentioned group is there (slack doctor)",
    "files:write": "the weekly report's chart, where the workspace takes none as a block",
    "files:read": "the same: wait until Slack has scanned a chart",
}
"""Every scope of the bot, and what it is for."""
EVENTS = ("app_home_opened", "app_uninstalled", "tokens_revoked", "channel_archive")
INTERACTIONS, COMMANDS, EVENTS_PATH = "/slack/interactions", "/slack/commands", "/slack/events"
LENGTHS: Mapping[str, int] = {
    "display_information.name": 35,
    "display_information.description": 140,
    "features.bot_user.display_name": 80,
    "features.slash_commands[].command": 32,
    "features.slash_commands[].url": 3_000,
    "features.slash_commands[].description": 2_000,
    "features.slash_commands[].usage_hint": 1_000,
    "features.shortcuts[].name": 24,
    "features.shortcuts[].description": 150,
    "features.shortcuts[].callback_id": 255,
    "oauth_config.scopes.bot[]": 50,
    "settings.interactivity.request_url": 3_500,
    "settings.event_subscriptions.request_url": 3_500,
    "settings.event_subscriptions.bot_events[]": 50,
}
"""The longest that Slack takes, in characters; none of these may be empty."""
COUNTS: Mapping[str, int] = {
    "features.slash_commands": 50,
    "features.shortcuts": 10,
    "oauth_config.scopes.bot": 255,
    "settings.event_subscriptions.bot_events": 100,
}


def manifest(url: str = "", name: str = NAME) -> dict[str, Any]:
    """Return the manifest; `url` is the router's public address, "" for Socket Mode, which needs none."""
    base = url.rstrip("/")
    return {
        "display_information": {
            "name": name,
            "description": "Pages only when an SLO is at risk, and lets you act on it",
        },
        "features": _features(base),
        "oauth_config": {"scopes": {"bot": list(SCOPES)}},
        "settings": {
            "event_subscriptions": {**_at(base, "request_url", EVENTS_PATH), "bot_events": list(EVENTS)},
            "interactivity": {"is_enabled": True, **_at(base, "request_url", INTERACTIONS)},
            "org_deploy_enabled": False,
            "socket_mode_enabled": not base,
            "token_rotation_enabled": False,
        },
    }


def _features(base: str) -> dict[str, Any]:
    return {
        "app_home": {"home_tab_enabled": True, "messages_tab_enabled": False},
        "bot_user": {"display_name": BOT, "always_online": True},
        "slash_commands": [
            {
                "command": "/slo",
                **_at(base, "url", COMMANDS),
                "description": "What is open, held and silenced, and why",
                "usage_hint": "status | why <id> | ack <id> | held | silence | help",
                "should_escape": True,
            }
        ],
        "shortcuts": [
            {
                "name": "Why this alert?",
                "type": "message",
                "callback_id": "why_msg",
                "description": "Explain why this alert was told",
            },
            {
                "name": "Report a missed page",
                "type": "global",
                "callback_id": "missed",
                "description": "Tell the router that it should have paged",
            },
        ],
    }


def _at(base: str, key: str, path: str) -> dict[str, str]:
    return {key: base + path} if base else {}


def address_problem(url: str) -> str:
    """Return why Slack cannot send to this address, "" where it can."""
    try:
        parts = urlsplit(url)
        named = bool(parts.hostname) and parts.port != 0
    except ValueError:
        return "it is not a URL"
    if parts.scheme != "https" or not named:
        return "Slack sends to https:// addresses only"
    if parts.username or parts.query or parts.fragment:
        return "it has more than host, port and path"
    return ""


def breaches(made: Mapping[str, Any]) -> list[str]:
    """Return every limit of Slack's that a manifest does not keep, as "path: what is wrong"."""
    texts = ((path, most, text) for path, most in LENGTHS.items() for text in _values(made, path.split(".")))
    found = [f"{path}: {_length(text, most)}" for path, most, text in texts if not _fits(text, most)]
    lists = ((path, most, each) for path, most in COUNTS.items() for each in _values(made, path.split(".")))
    found += [f"{path}: {len(each)} entries, at most {most}" for path, most, each in lists if not 0 < len(each) <= most]
    commands = _values(made, ["features", "slash_commands[]", "command"])
    return found + [f"features.slash_commands[].command: {each!r} is no /word" for each in commands if not _slash(each)]


def _values(tree: Any, path: list[str]) -> Iterator[Any]:
    """Yield what stands at a path; `name[]` goes into every entry of a list."""
    if not path:
        yield tree
        return
    key, rest = path[0], path[1:]
    below = tree.get(key.removesuffix("[]")) if isinstance(tree, Mapping) else None
    for each in below or () if key.endswith("[]") else () if below is None else (below,):
        yield from _values(each, rest)


def _fits(text: Any, most: int) -> bool:
    return isinstance(text, str) and 0 < len(text) <= most


def _length(text: Any, most: int) -> str:
    return f"{len(text)} characters, 1 to {most} are allowed" if isinstance(text, str) else "no text"


def _slash(command: str) -> bool:
    return re.fullmatch(r"/[^\s/]+", command) is not None


def as_yaml(made: Mapping[str, Any]) -> str:
    """Return the manifest as Slack's page takes it; each scope says what it is for, because an admin will ask."""
    lines = yaml.safe_dump(dict(made), sort_keys=False, allow_unicode=True, width=120).splitlines()
    return "\n".join(_explained(line) for line in lines) + "\n"


def _explained(line: str) -> str:
    scope = line.strip().removeprefix("- ")
    return f"{line}{' ' * max(2, 28 - len(line))}# {SCOPES[scope]}" if scope in SCOPES else line
