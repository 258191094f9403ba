"""What response_url and incoming webhooks have in common: one POST of JSON, no token, an answer without ts."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

from aiohttp import web

from router.testing.messages import Content, read_content
from router.testing.requests import Request
from router.testing.rules import RefusalError
from router.testing.stage import Stage
from router.testing.workspace import Message

_RULES: Mapping[str, str] = {"no_text": "hook_no_text", "too_many_attachments": "hook_attachments"}


async def read_args(http: web.Request, stage: Stage, name: str) -> dict[str, Any]:
    """Return the JSON of a hook's body, sent as it is or as the form field `payload`; refuses anything else."""
    if http.host != stage.workspace.address.removeprefix("http://"):
        stage.judge.flag("wrong_host", name, http.host)
    if http.method != "POST":
        stage.judge.refuse("hook_method", "invalid_post_type")
    body = (await http.read()).decode(errors="replace")
    if http.content_type == "application/x-www-form-urlencoded":
        body = parse_qs(body).get("payload", [""])[0]
    try:
        args = json.loads(body)
    except ValueError:
        args = None
    if not isinstance(args, dict):
        raise stage.judge.demand("hook_payload", "invalid_payload")
    return args


def check_names(request: Request, known: frozenset[str]) -> None:
    """Flag what a hook does not read."""
    for name in sorted(request.args.keys() - known):
        request.flag("unknown_argument", name)


def hook_content(request: Request) -> Content:
    """Return what a message through a hook shall hold; refuses and flags as for chat.postMessage."""
    try:
        return read_content(request)
    except RefusalError as refusal:
        request.judge.refuse(_RULES.get(refusal.rule, "hook_blocks"), refusal.code)
        return Content(request.word("text"), None, None, None)


def store(request: Request, channel: str, content: Content, thread_ts: str = "") -> Message:
    """Put a message into a channel in the name of the app."""
    workspace = request.workspace
    blocks, attachments = content.blocks or [], content.attachments or []
    message = Message(channel, workspace.next_ts(), content.text, request.token.app, workspace.now())
    message.blocks, message.attachments, message.thread_ts = blocks, attachments, thread_ts
    workspace.store(message)
    return message


def headers_of(refusal: RefusalError) -> dict[str, str]:
    """Return the headers of a refusal: Retry-After where it says for how long."""
    seconds = refusal.more.get("retry_after")
    return {} if seconds is None else {"Retry-After": str(seconds)}
