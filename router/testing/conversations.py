"""conversations.history, .replies, .info and .join as the stand-in plays them."""

from base64 import b64decode, b64encode
from collections.abc import Sequence
from typing import Any

from router.testing.requests import TS, Request
from router.testing.workspace import Channel, Message

PAGE = 100
PAGE_MOST = 999


def history(request: Request) -> dict[str, Any]:
    """Return a page of the channel's messages, newest first."""
    channel = _readable(request)
    shown = [each for each in request.workspace.visible(channel.id) if _between(request, each)]
    return _page(request, shown)


def replies(request: Request) -> dict[str, Any]:
    """Return a page of a thread: the parent, then its replies, oldest first."""
    channel = _readable(request)
    root = request.workspace.find(channel.id, request.ts("ts"))
    answers = request.workspace.replies(root) if root else []
    if root is None or (root.deleted and not answers):
        raise request.judge.demand("thread_not_found", "thread_not_found")
    return _page(request, [root, *(each for each in answers if _between(request, each))])


def info(request: Request) -> dict[str, Any]:
    """Return what the channel is."""
    channel = request.channel()
    _check_scope(request, channel, "read")
    return {"channel": wire(channel)}


def join(request: Request) -> dict[str, Any]:
    """Join a public channel."""
    channel = request.channel()
    if channel.private:
        request.judge.refuse("join_private", "method_not_supported_for_channel_type")
    if channel.archived:
        request.judge.refuse("archived_join", "is_archived")
    channel.member = True
    return {"channel": wire(channel)}


def wire(channel: Channel) -> dict[str, Any]:
    """Return a channel as Slack's methods show it."""
    return {
        "id": channel.id,
        "name": channel.name,
        "is_channel": not channel.private,
        "is_private": channel.private,
        "is_archived": channel.archived,
        "is_member": channel.member,
        "is_read_only": channel.read_only,
        "is_thread_only": channel.thread_only,
    }


def _readable(request: Request) -> Channel:
    channel = request.channel()
    _check_scope(request, channel, "history")
    if not channel.member:
        request.judge.refuse("history_membership", "not_in_channel")
    return channel


def _check_scope(request: Request, channel: Channel, kind: str) -> None:
    needed = f"{'groups' if channel.private else 'channels'}:{kind}"
    if needed not in request.token.scopes:
        provided = ",".join(sorted(request.token.scopes))
        request.judge.refuse("scope", "missing_scope", needed=needed, provided=provided)


def _between(request: Request, message: Message) -> bool:
    """Return whether a message lies between oldest and latest; the ends count with `inclusive` only."""
    oldest, latest = _bound(request, "oldest"), _bound(request, "latest")
    ts = float(message.ts)
    if request.truth("inclusive"):
        return (oldest is None or ts >= oldest) and (latest is None or ts <= latest)
    return (oldest is None or ts > oldest) and (latest is None or ts < latest)


def _bound(request: Request, name: str) -> float | None:
    """Return a bound in seconds; Slack takes whole seconds as well as timestamps."""
    text = request.word(name)
    if not text:
        return None
    if isinstance(request.args[name], int | float):
        request.flag("number_ts", f"{name}: a float cannot hold it")
    if not (TS.fullmatch(text) or text.replace(".", "", 1).isdecimal()):
        raise request.judge.demand(f"invalid_{name}", f"invalid_ts_{name}")
    return float(text)


def _page(request: Request, messages: Sequence[Message]) -> dict[str, Any]:
    start, size = _cursor(request), min(int(request.word("limit") or PAGE), PAGE_MOST)
    part = messages[start : start + size]
    with_metadata = request.truth("include_all_metadata")
    page: dict[str, Any] = {"messages": [each.wire(with_metadata=with_metadata) for each in part]}
    page["has_more"] = start + size < len(messages)
    if page["has_more"]:
        cursor = b64encode(f"next:{start + size}".encode()).decode()
        page["response_metadata"] = {"next_cursor": cursor}
    return page


def _cursor(request: Request) -> int:
    cursor = request.word("cursor")
    if not cursor:
        return 0
    try:
        return int(b64decode(cursor, validate=True).decode().removeprefix("next:"))
    except ValueError as error:
        raise request.judge.demand("invalid_cursor", "invalid_cursor") from error
