"""A Slack of one dict, for trying many lives of an incident; each call can fail in every way that Slack has."""

from __future__ import annotations

from dataclasses import dataclass, field

from router.errors import AmbiguousError, RefusedError
from router.incident import Order, Receipt, Say, View


class CrashedError(Exception):
    """The worker died."""


@dataclass
class Message:
    """One message in the tiny Slack."""

    ts: str
    channel: str
    asked: str
    delivery_id: str
    at: float
    views: list[View]
    thread: str = ""


@dataclass
class TinySlack:
    """Messages by timestamp; `fault` says what happens to the next call."""

    messages: dict[str, Message] = field(default_factory=dict)
    fault: str = ""
    gone: set[str] = field(default_factory=set)
    """Messages that can no longer be edited."""

    def deliver(self, order: Order, now: float) -> Receipt:
        fault, self.fault = self.fault, ""
        unsettled = order.intent_at is not None and not order.ts
        if fault == "refuse":
            kind = AmbiguousError if unsettled else RefusedError
            raise kind("ratelimited", retry_after_s=7.0)
        if fault == "lost":
            raise AmbiguousError("timeout", retry_after_s=3.0)
        if fault == "crash_before":
            raise CrashedError
        receipt = self._taken(order, now, elsewhere=fault == "reroute")
        if fault == "landed":
            raise AmbiguousError("timeout", retry_after_s=3.0)
        if fault == "crash_after":
            raise CrashedError
        return receipt

    def _taken(self, order: Order, now: float, *, elsewhere: bool) -> Receipt:
        if order.ts and order.ts in self.messages and order.ts not in self.gone:
            self.messages[order.ts].views.append(order.view)
            return Receipt(order.channel, order.ts)
        if order.intent_at is not None:
            for message in self.messages.values():
                if message.delivery_id == order.delivery_id and order.channel in (message.asked, message.channel):
                    message.views.append(order.view)
                    return Receipt(message.channel, message.ts)
            if order.lookups < 1:
                raise AmbiguousError("not_found_yet", retry_after_s=3.0)
        ts = f"{len(self.messages) + 1:04d}"
        channel = "CFALLBACK" if elsewhere else order.channel
        self.messages[ts] = Message(ts, channel, order.channel, order.delivery_id, now, [order.view], order.thread_ts)
        return Receipt(channel, ts, "rerouted:is_archived" if elsewhere else "")

    def posts(self, say: Say) -> list[Message]:
        return [message for message in self.messages.values() if message.views[0].say is say]
