"""Looks for texts that Slack takes but people should never get: live mentions, broken escapes, secrets.

Slack decodes exactly &amp; &lt; &gt; and reads <@U...>, <!channel>, <#C...>, <https://...> as live
(docs.slack.dev/messaging/formatting-message-text).
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from router.testing.blocks import objects_of

_EVERYBODY = re.compile(r"<!(?:channel|here|everyone)(?:\|[^>]*)?>")
_SOMEBODY = re.compile(r"<(?:@|!subteam\^)[^>]*>")
_AMPERSAND = re.compile(r"&(?!amp;|lt;|gt;)")
_ANGLE = re.compile(r"<(?![@#!][^<>]*>|(?:https?|mailto|tel|slack):[^<>]*>)")
_SECRET = re.compile(
    r"xox[a-z]-[\w-]{3,}|xapp-[\w-]{3,}|hooks\.slack\.com/\S+|/(?:services|actions|commands)/T[A-Z0-9]{6,}/\S{6,}",
    re.IGNORECASE,
)
_ANSWER = re.compile(r"(?:hooks\.slack\.com)?/(?:actions|commands)/T[A-Z0-9]{6,}/[\w./-]{6,}")
PRIVATE = "/private_metadata"
"""Shown to nobody, and given back to the app only: an address for answers, which Slack gave to it, may wait there."""


def lint(args: Mapping[str, Any], allowed: frozenset[str]) -> Iterator[tuple[str, str]]:
    """Yield (rule, detail) for a message's arguments; `allowed` holds the mentions that are meant, as written.

    The detail never repeats a secret.
    """
    for pointer, text in _texts(args):
        yield from _lint_secrets(pointer, text)
    for pointer, text in _markup(args):
        yield from _lint_markup(pointer, text, allowed)
    for pointer, each in objects_of(args.get("blocks"), "/blocks"):
        yield from _lint_object(pointer, each, allowed)


def _lint_markup(pointer: str, text: str, allowed: frozenset[str]) -> Iterator[tuple[str, str]]:
    for rule, pattern in (("broadcast_mention", _EVERYBODY), ("mention", _SOMEBODY)):
        for found in pattern.findall(text):
            if found not in allowed:
                yield rule, f"{found} at {pointer}"
    if _AMPERSAND.search(text):
        yield "bare_ampersand", f"at {pointer}"
    if _ANGLE.search(text):
        yield "bare_angle", f"at {pointer}"


def _lint_object(pointer: str, each: Mapping[str, Any], allowed: frozenset[str]) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with one object of the blocks: mrkdwn that is not verbatim, live rich-text elements."""
    match each:
        case {"type": "mrkdwn"} if each.get("verbatim") is not True:
            yield "verbatim", f"at {pointer}"
        case {"type": "broadcast", "range": str(everybody)} if f"<!{everybody}>" not in allowed:
            yield "broadcast_mention", f"{everybody} at {pointer}"
        case {"type": "user", "user_id": str(user)} if f"<@{user}>" not in allowed:
            yield "mention", f"{user} at {pointer}"
        case {"type": "usergroup", "usergroup_id": str(group)} if f"<!subteam^{group}>" not in allowed:
            yield "mention", f"{group} at {pointer}"
        case _:
            return


def _lint_secrets(pointer: str, text: str) -> Iterator[tuple[str, str]]:
    if _SECRET.search(_ANSWER.sub("", text) if pointer.endswith(PRIVATE) else text):
        yield "secret", f"at {pointer}"


def _texts(args: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield every string of the arguments with its pointer, except the token's own place."""
    for pointer, each in objects_of({key: value for key, value in args.items() if key != "token"}):
        for key, value in each.items():
            if isinstance(value, str):
                yield f"{pointer}/{key}", value


def _markup(args: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the texts that Slack reads as mrkdwn: the top-level text and mrkdwn objects."""
    if isinstance(args.get("text"), str):
        yield "/text", args["text"]
    for pointer, each in objects_of(args.get("blocks"), "/blocks"):
        if each.get("type") == "mrkdwn" and isinstance(each.get("text"), str):
            yield f"{pointer}/text", each["text"]
