"""chat.postMessage, chat.update and chat.delete as the stand-in plays them."""

from dataclasses import dataclass
from typing import Any

from router.testing.blocks import TEXT_BUDGET, check_blocks, text_length
from router.testing.lint import lint
from router.testing.requests import Request
from router.testing.rules import RefusalError
from router.testing.uploads import check_files
from router.testing.workspace import Channel, Edit, Message

TEXT_MOST = 40_000
UPDATE_TEXT_MOST = 4_000
ATTACHMENTS_MOST = 100


@dataclass(frozen=True, slots=True)
class Content:
    """What a call wants the message to hold; None: not given."""

    text: str
    blocks: list[dict[str, Any]] | None
    attachments: list[dict[str, Any]] | None
    metadata: dict[str, Any] | None


def post_message(request: Request) -> dict[str, Any]:
    """Store a new message or reply."""
    channel = writable(request, request.word("channel"))
    content = read_content(request)
    root = root_of(request, channel)
    _check_channel_kind(request, channel, root)
    if request.truth("reply_broadcast") and root is None:
        request.flag("broadcast_alone")
    if not (request.args.get("unfurl_links") is False and request.args.get("unfurl_media") is False):
        request.flag("unfurl")
    if request.word("parse") not in ("", "none"):
        request.flag("parse", request.word("parse"))
    message = Message(
        channel.id,
        request.workspace.next_ts(),
        _cut(request, content.text),
        request.token.app,
        request.workspace.now(),
        content.blocks or [],
        content.attachments or [],
        content.metadata or {},
        root.ts if root else "",
        root is not None and request.truth("reply_broadcast"),
    )
    request.workspace.store(message)
    return {"channel": channel.id, "ts": message.ts, "message": message.wire(with_metadata=True)}


def update(request: Request) -> dict[str, Any]:
    """Edit a message in place: text without blocks removes the blocks, an absent field is kept."""
    channel = request.channel()
    if channel.archived:
        request.judge.refuse("archived_update", "is_inactive")
    message = _own(request, channel, "update", "cant_update_message")
    window = request.workspace.edit_window_s
    if window is not None and request.workspace.now() - message.posted_at > window:
        request.judge.refuse("edit_window", "edit_window_closed")
    if request.word("parse") != "none":
        request.flag("parse", "the default of chat.update is client")
    if len(request.word("text")) > UPDATE_TEXT_MOST:
        request.judge.refuse("update_length", "msg_too_long")
    apply(request, message, read_content(request))
    return {"channel": channel.id, "ts": message.ts, "text": message.text, "message": message.wire(with_metadata=True)}


def delete(request: Request) -> dict[str, Any]:
    """Delete a message; a parent with replies leaves a placeholder."""
    channel = request.channel()
    message = _own(request, channel, "delete", "cant_delete_message")
    message.deleted = True
    return {"channel": channel.id, "ts": message.ts}


def apply(request: Request, message: Message, content: Content) -> None:
    """Edit a message: an absent field is kept, text without blocks removes the blocks."""
    if content.blocks and _is_rich(message.blocks) and not _is_rich(content.blocks):
        request.judge.refuse("block_mismatch", "block_mismatch")
    if content.blocks != message.blocks:
        for name in sorted(_ids(message.blocks) & _ids(content.blocks or [])):
            request.flag("block_id_reused", name)
    message.edits.append(Edit(request.workspace.now(), message.text, message.blocks))
    if content.blocks is not None or "text" in request.args:
        message.blocks = content.blocks or []
    if "text" in request.args:
        message.text = content.text
    if content.attachments is not None:
        message.attachments = content.attachments
    if content.metadata is not None:
        message.metadata = content.metadata


def _ids(blocks: list[dict[str, Any]]) -> set[str]:
    return {str(block["block_id"]) for block in blocks if "block_id" in block}


def _is_rich(blocks: list[dict[str, Any]]) -> bool:
    return any(block.get("type") == "rich_text" for block in blocks)


def _own(request: Request, channel: Channel, verb: str, foreign: str) -> Message:
    """Return the living message that the call names and that this app posted."""
    message = request.workspace.find(channel.id, request.ts("ts"))
    if message is None or message.deleted:
        raise request.judge.demand(f"{verb}_unknown", "message_not_found")
    if message.app != request.token.app:
        request.judge.refuse(f"{verb}_foreign", foreign)
    return message


def writable(request: Request, name: str) -> Channel:
    """Return the channel of that id or name; refuses one that takes no message from the app."""
    channel = request.channel(name)
    if channel.archived:
        request.judge.refuse("archived", "is_archived")
    if not channel.member and "chat:write.public" not in request.token.scopes:
        request.judge.refuse("not_in_channel", "not_in_channel")
    return channel


def _check_channel_kind(request: Request, channel: Channel, root: Message | None) -> None:
    if channel.read_only:
        request.judge.refuse("read_only", "restricted_action_read_only_channel")
    if channel.thread_only and root is None:
        request.judge.refuse("thread_only", "restricted_action_thread_only_channel")
    if not channel.threads and root is not None:
        request.judge.refuse("non_threadable", "restricted_action_non_threadable_channel")


def root_of(request: Request, channel: Channel) -> Message | None:
    """Return the message that thread_ts names (a reply's parent when it names a reply), None without thread_ts."""
    ts = request.ts("thread_ts")
    if not ts:
        return None
    message = request.workspace.find(channel.id, ts)
    if message is None:
        request.flag("unknown_thread", ts)
    if message is None or (message.deleted and not request.workspace.replies(message)):
        raise request.judge.demand("unknown_thread", "message_not_found")
    if message.thread_ts:
        request.flag("thread_of_reply", ts)
        return request.workspace.find(channel.id, message.thread_ts)
    return message


def read_content(request: Request) -> Content:
    """Return what the message shall hold; refuses what Slack refuses and flags what people should not get."""
    content = Content(
        request.word("text") or request.word("markdown_text"),
        _blocks(request),
        _attachments(request),
        _metadata(request),
    )
    if "markdown_text" in request.args and ("text" in request.args or content.blocks):
        request.judge.refuse("markdown_conflict", "markdown_text_conflict")
    if not (content.text or content.blocks or content.attachments):
        request.judge.refuse("no_text", "no_text")
    if content.blocks and not request.word("text"):
        request.flag("text_missing")
    if "link_names" in request.args:
        request.flag("link_names")
    for rule, detail in lint({**request.args, "blocks": content.blocks}, request.allowed):
        request.flag(rule, detail)
    return content


def _cut(request: Request, text: str) -> str:
    if len(text) > TEXT_MOST:
        request.flag("text_cut", f"{len(text)} characters")
    return text[:TEXT_MOST]


def _blocks(request: Request) -> list[dict[str, Any]] | None:
    blocks = request.parsed("blocks", "blocks_format", "invalid_blocks_format")
    if blocks is None:
        return None
    problems = check_blocks(blocks, request.judge.without)
    problems = problems or check_files(blocks, request.workspace.files, request.judge)
    if problems:
        errors = [str(problem) for problem in problems]
        notes = {"messages": [f"[ERROR] {each}" for each in errors]}
        raise RefusalError(problems[0].rule, problems[0].code, errors=errors, response_metadata=notes)
    if text_length(blocks) >= TEXT_BUDGET:
        request.flag("text_budget", f"{text_length(blocks)} characters")
    return list(blocks)


def _attachments(request: Request) -> list[dict[str, Any]] | None:
    attachments = request.parsed("attachments", "attachments_format", "invalid_attachments")
    if attachments is None:
        return None
    if len(attachments) > ATTACHMENTS_MOST:
        request.judge.refuse("too_many_attachments", "too_many_attachments")
    return list(attachments)


def _metadata(request: Request) -> dict[str, Any] | None:
    metadata = request.parsed("metadata", "metadata_format", "invalid_metadata_format")
    if not metadata:
        return None if metadata is None else {}
    whole = isinstance(metadata.get("event_type"), str) and isinstance(metadata.get("event_payload"), dict)
    if not whole or not metadata["event_type"]:
        request.judge.refuse("metadata_format", "invalid_metadata_format")
    return dict(metadata)
