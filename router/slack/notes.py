"""The small print that a delivery adds when a message could not go out as drawn, in English and Japanese."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from router.slack.blocks import context
from router.slack.escape import fill
from router.slack.message import Message

_NOTES = {
    "en": {
        "rerouted": "Sent here because channel {channel} did not take it ({code}). Check the receiver's channel.",
        "anew": "Continues an earlier message that can no longer be edited.",
        "repeat": "May be a repeat: Slack did not confirm an earlier attempt.",
    },
    "ja": {
        "rerouted": "チャンネル {channel} に投稿できなかったため、こちらに送りました（{code}）。"
        "receiver のチャンネル設定を確認してください。",
        "anew": "編集できなくなった以前のメッセージの続きです。",
        "repeat": "Slack から前回の送信結果を確認できなかったため、重複して届いている可能性があります。",
    },
}
_BLOCKS_MOST = 50
_ESSENTIAL = frozenset({"header", "section", "actions"})
_BARE_MOST = 3_000


def with_notes(message: Message, locale: str, notes: Mapping[str, Mapping[str, Any]]) -> Message:
    """Return `message` with its notes as the last sentence and the last block; `notes` maps a name to its values."""
    if not notes:
        return message
    templates = _NOTES.get(locale, _NOTES["en"])
    lines = [fill(templates[name], **values) for name, values in notes.items()]
    room = bool(message.blocks) and len(message.blocks) < _BLOCKS_MOST
    blocks = [*message.blocks, context(*lines)] if room else message.blocks
    return Message(" ".join([message.text, *lines]), blocks)


def smaller(message: Message) -> list[Message]:
    """Return the message and what to say instead each time Slack refuses it: without optional blocks, text only."""
    lean = [block for block in message.blocks if block.get("type") in _ESSENTIAL]
    bare = Message(message.text[:_BARE_MOST], [])
    between = [replace(message, blocks=lean)] if 0 < len(lean) < len(message.blocks) else []
    return [message, *between, bare] if message.blocks or bare.text != message.text else [message]
