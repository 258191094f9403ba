"""Where to look for a post whose answer never came, and how to know it: by the delivery's id in its metadata."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from router.incident import Order

EVENT_TYPE = "alert_router"
CLOCK_SKEW_S = 120.0
"""How far Slack's clock may be behind ours."""
PAGE = 200


@dataclass(frozen=True, slots=True)
class Search:
    """One method to call, and its arguments without the cursor."""

    method: str
    args: Mapping[str, Any]


def places(order: Order, channel: str, thread_ts: str) -> Iterator[Search]:
    """Yield where an earlier attempt can have gone: the thread, and the channel (a reply may have lost its thread)."""
    oldest = f"{(order.intent_at or 0.0) - CLOCK_SKEW_S:.6f}"
    args = {"channel": channel, "oldest": oldest, "include_all_metadata": True, "limit": PAGE}
    if thread_ts:
        yield Search("conversations.replies", {**args, "ts": thread_ts})
    yield Search("conversations.history", args)


def delivered(page: Mapping[str, Any], order: Order) -> Iterator[Mapping[str, Any]]:
    """Yield the messages of a page that carry the order's delivery id, except the one that is being replaced."""
    for message in page.get("messages") or ():
        if not isinstance(message, Mapping) or not isinstance(message.get("ts"), str):
            continue
        metadata = message.get("metadata") or {}
        payload = metadata.get("event_payload") or {}
        ours = metadata.get("event_type") == EVENT_TYPE and payload.get("delivery_id") == order.delivery_id
        if ours and message["ts"] != order.ts:
            yield message
