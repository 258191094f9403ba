"""Puts one ordered message into Slack, exactly once as far as Slack lets one know, and never silently not at all.

A post that may have reached Slack is looked up by its metadata before it is repeated (Slack has no idempotency key);
content that Slack refuses is sent smaller; a channel that refuses is joined or replaced by the fallback channel; a
message that can no longer be edited is posted anew. What had to change is named in `Receipt.degraded`.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from router.errors import AmbiguousError, DeliveryError, RefusedError
from router.incident import Order, Receipt, Say
from router.slack.answers import Answer, Course
from router.slack.calls import SlackCalls
from router.slack.lookup import EVENT_TYPE, Search, delivered, places
from router.slack.message import Message
from router.slack.notes import smaller, with_notes

POST = "chat.postMessage"
AGAIN_S = 3.0
"""How long after an ambiguous answer the message should be looked up."""
MEND_S = 60.0
"""How long after an answer that a human must mend to try again."""
UNREACHABLE_S = 5.0
PAGES_MOST = 20
RESERVED = 2.0
"""Edits that only refresh numbers leave so many calls to those that show what people did, or that it is over."""
LOOK_UP_SHARE = 0.4
"""Part of a delivery's time that looking up may take, so that a history that hangs cannot stop the page."""
LOOK_UP_FOR_S = {Course.AMBIGUOUS: 60.0, Course.UNREACHABLE: 60.0, Course.LATER: 300.0}
"""How long a history that does not answer is asked again whether a post is there; then a repeat beats silence."""
_GONE = frozenset({Course.ANEW, Course.REROUTE, Course.UNTHREAD})
"""What an edit meets when its message is out of reach."""


@dataclass(slots=True)
class _Trip:
    """One delivery on its way: its deadline on the loop's clock, and what had to be given up so far."""

    order: Order
    until: float
    look_up_until: float
    patience_s: float
    thread_ts: str
    metadata: bool = True
    started: bool = False
    settled: bool = True
    """False while an earlier attempt may still have reached Slack."""
    notes: dict[str, dict[str, str]] = field(default_factory=dict)
    degraded: list[str] = field(default_factory=list)

    def note(self, text: str) -> None:
        if text not in self.degraded:
            self.degraded.append(text)

    def receipt(self, channel: str, ts: str) -> Receipt:
        return Receipt(channel, ts, "; ".join(self.degraded))


class SlackDelivery:
    """Delivers orders.

    `render` draws an order; `sleep` waits for the pace between the calls of one delivery; `steps` returns what to say
    one after the other, as long as Slack refuses the content. One delivery lasts at most `deadline_s` (a dispatcher's
    lease must be longer) plus `patience_s`, the longest it waits for the pace once it has begun; before its first call
    it does not wait but raises.
    """

    def __init__(
        self,
        calls: SlackCalls,
        render: Callable[[Order], Message],
        *,
        deadline_s: float = 10.0,
        patience_s: float = 5.0,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        steps: Callable[[Message], list[Message]] = smaller,
    ) -> None:
        self._calls = calls
        self._render = render
        self._steps = steps
        self._deadline_s = deadline_s
        self._patience_s = patience_s
        self._sleep = sleep

    async def deliver(self, order: Order) -> Receipt:
        """Post or edit the ordered message and return where it stands.

        Raises:
            RefusedError: it is definitely not in Slack; `retry_after_s` says when to try again.
            AmbiguousError: it may be; call again after `retry_after_s` with `intent_at` set, and with `lookups`
                raised by one if the code is "not_found_yet"; "look_up_failed" says that nobody could tell.
        """
        begin = asyncio.get_running_loop().time()
        until, look_up_until = begin + self._deadline_s, begin + self._deadline_s * LOOK_UP_SHARE
        settled = order.intent_at is None or bool(order.ts)
        trip = _Trip(order, until, look_up_until, self._patience_s, order.thread_ts, settled=settled)
        message = self._render(order)
        if order.ts:
            return await self._edit(trip, order.channel, order.ts, message)
        return await self._post(trip, message)

    async def _edit(self, trip: _Trip, channel: str, ts: str, message: Message) -> Receipt:
        answer = await self._say(trip, "chat.update", channel, message, ts)
        if answer.course is Course.DONE:
            return trip.receipt(channel, ts)
        if answer.course not in _GONE:
            raise _failure(trip, answer, channel)
        trip.note(f"anew:{answer.code}")
        trip.notes["anew"] = {}
        return await self._post(trip, message)

    async def _post(self, trip: _Trip, message: Message) -> Receipt:
        """Post into the order's channel, joining it if need be, else into the fallback channel."""
        order = trip.order
        outcome = await self._post_into(trip, order.channel, message)
        if isinstance(outcome, Answer) and outcome.code == "not_in_channel" and await self._join(trip, order.channel):
            outcome = await self._post_into(trip, order.channel, message)
        if isinstance(outcome, Receipt):
            return outcome
        if order.fallback_channel in ("", order.channel):
            raise _failure(trip, outcome, order.channel)
        trip.note(f"rerouted:{outcome.code}")
        trip.notes["rerouted"] = {"channel": order.channel, "code": outcome.code}
        trip.thread_ts = ""
        outcome = await self._post_into(trip, order.fallback_channel, message)
        if isinstance(outcome, Receipt):
            return outcome
        raise _failure(trip, outcome, order.fallback_channel)

    async def _post_into(self, trip: _Trip, channel: str, message: Message) -> Receipt | Answer:
        """Post into one channel, unless it is there already; returns Slack's answer where the channel refuses."""
        if trip.order.intent_at is not None:
            found = await self._look_up(trip, channel)
            if found:
                return await self._adopt(trip, channel, found, message)
        answer = await self._say(trip, "chat.postMessage", channel, message)
        if answer.course in (Course.UNTHREAD, Course.ANEW) and trip.thread_ts:
            trip.note(f"unthreaded:{answer.code}")
            trip.thread_ts = ""
            answer = await self._say(trip, "chat.postMessage", channel, message)
        if answer.course is Course.DONE and isinstance(answer.data.get("ts"), str):
            return trip.receipt(str(answer.data.get("channel", channel)), answer.data["ts"])
        if answer.course is Course.REROUTE:
            return answer
        raise _failure(trip, answer, channel)

    async def _say(self, trip: _Trip, method: str, channel: str, message: Message, ts: str = "") -> Answer:
        """Send the content, and less of it each time Slack refuses it: a page is never lost to its looks."""
        answer = Answer(Course.SMALLER, "no_content")
        for content in self._steps(message):
            answer = await self._send(trip, method, channel, content, ts)
            if answer.course is Course.SMALLER and "metadata" in answer.code and trip.metadata:
                trip.metadata = False
                trip.note(f"metadata:{answer.code}")
                answer = await self._send(trip, method, channel, content, ts)
            if answer.course is not Course.SMALLER:
                break
            trip.note(f"smaller:{answer.code}")
        return answer

    async def _send(self, trip: _Trip, method: str, channel: str, content: Message, ts: str) -> Answer:
        drawn = with_notes(content, trip.order.locale, trip.notes)
        args: dict[str, Any] = {"channel": channel, "text": drawn.text, "parse": "none"}
        if drawn.blocks:
            args["blocks"] = drawn.blocks
        return await self._call(trip, method, channel, args | ({"ts": ts} if ts else self._post_args(trip)))

    @staticmethod
    def _post_args(trip: _Trip) -> dict[str, Any]:
        args: dict[str, Any] = {"unfurl_links": False, "unfurl_media": False}
        if trip.metadata:
            args["metadata"] = {
                "event_type": EVENT_TYPE,
                "event_payload": {"delivery_id": trip.order.delivery_id},
            }
        if trip.thread_ts:
            args["thread_ts"] = trip.thread_ts
            if trip.order.view.say is Say.BROADCAST:
                args["reply_broadcast"] = True
        return args

    async def _join(self, trip: _Trip, channel: str) -> bool:
        answer = await self._call(trip, "conversations.join", channel, {"channel": channel})
        return answer.course is Course.DONE

    async def _look_up(self, trip: _Trip, channel: str) -> list[Mapping[str, Any]]:
        """Return what an earlier attempt left in Slack, oldest first; [] once it may be posted (again).

        Raises AmbiguousError while it is too early to say. Where it cannot be looked up at all, a possible
        duplicate is better than silence.
        """
        trip.settled = False
        answer, found = await self._search(trip, channel)
        if answer.code == "not_in_channel" and await self._join(trip, channel):
            answer, found = await self._search(trip, channel)
        if found:
            return found
        if answer.course is Course.DONE and trip.order.lookups < 1:
            raise AmbiguousError("not_found_yet", f"looked for in {channel}", retry_after_s=AGAIN_S)
        if answer.course in LOOK_UP_FOR_S and _age(trip.order) < LOOK_UP_FOR_S[answer.course]:
            again_s = answer.retry_after_s or AGAIN_S
            raise AmbiguousError("look_up_failed", f"{answer.code} in {channel}", retry_after_s=again_s)
        if answer.course is not Course.DONE:
            trip.note(f"look_up:{answer.code}")
            trip.notes["repeat"] = {}
        trip.settled = True
        return []

    async def _search(self, trip: _Trip, channel: str) -> tuple[Answer, list[Mapping[str, Any]]]:
        """Read thread and channel since the intent; returns the last answer and the matches, oldest first."""
        found: dict[str, Mapping[str, Any]] = {}
        answer = Answer(Course.DONE, "ok")
        for search in places(trip.order, channel, trip.thread_ts):
            answer = await self._read(trip, search, found)
            if answer.course is not Course.DONE and answer.course is not Course.UNTHREAD:
                break
        return answer, [found[ts] for ts in sorted(found)]

    async def _read(self, trip: _Trip, search: Search, found: dict[str, Mapping[str, Any]]) -> Answer:
        """Read one place page by page, adding matches to `found` by their timestamp."""
        cursor: dict[str, str] = {}
        answer = Answer(Course.DONE, "ok")
        for _ in range(PAGES_MOST):
            wait = await self._granted(trip, search.method, search.args["channel"])
            answer = _later(wait) if wait else await self._sent(trip, search.method, {**search.args, **cursor})
            if answer.course is not Course.DONE:
                break
            found.update((each["ts"], each) for each in delivered(answer.data, trip.order))
            following = (answer.data.get("response_metadata") or {}).get("next_cursor")
            if not following:
                break
            cursor = {"cursor": following}
        return answer

    async def _adopt(self, trip: _Trip, channel: str, found: list[Mapping[str, Any]], message: Message) -> Receipt:
        """Take over the first of the posts that an earlier attempt left; delete the others, say what is true now."""
        first, *others = found
        for other in others:
            answer = await self._call(trip, "chat.delete", channel, {"channel": channel, "ts": other["ts"]})
            if answer.course is not Course.DONE:
                trip.note(f"duplicate_left:{answer.code}")
        if first.get("text") == with_notes(message, trip.order.locale, trip.notes).text:
            return trip.receipt(channel, first["ts"])
        # It stays unsettled: where it cannot be edited now, the next attempt must find it again.
        trip.look_up_until = trip.until
        answer = await self._say(trip, "chat.update", channel, message, first["ts"])
        if answer.course not in (Course.DONE, Course.SMALLER, *_GONE):
            raise _failure(trip, answer, channel)
        if answer.course is not Course.DONE:
            trip.note(f"outdated:{answer.code}")
        return trip.receipt(channel, first["ts"])

    async def _call(self, trip: _Trip, method: str, channel: str, args: Mapping[str, Any]) -> Answer:
        """Call at the common pace; raises where that means to wait for longer than there is patience."""
        if wait := await self._granted(trip, method, channel):
            raise _failure(trip, _later(wait), channel)
        return await self._sent(trip, method, args)

    async def _granted(self, trip: _Trip, method: str, channel: str) -> float:
        """Wait for the pace, once the delivery has begun and while patience lasts; returns what is left to wait."""
        order = trip.order
        reserve = 0.0 if order.urgent else RESERVED
        who = order.delivery_id if method == POST else ""
        while wait := await self._calls.wait_for(method, channel, reserve, who, ahead=order.urgent):
            if not trip.started or wait > trip.patience_s:
                return wait
            trip.patience_s -= wait
            await self._sleep(wait)
        return 0.0

    async def _sent(self, trip: _Trip, method: str, args: Mapping[str, Any]) -> Answer:
        trip.started = True
        return await self._calls.call(method, args, trip.until if trip.settled else trip.look_up_until)


def _later(wait_s: float) -> Answer:
    return Answer(Course.LATER, "ratelimited", retry_after_s=wait_s)


def _age(order: Order) -> float:
    """Return how long ago a message was begun."""
    return order.view.now - (order.view.now if order.intent_at is None else order.intent_at)


def _failure(trip: _Trip, answer: Answer, channel: str) -> DeliveryError:
    """Return the error to raise: what the answer means for the order as a whole."""
    where = f"channel {channel}"
    if answer.course in (Course.AMBIGUOUS, Course.DONE):
        return AmbiguousError(answer.code, where, retry_after_s=AGAIN_S)
    retry_s = {Course.LATER: answer.retry_after_s, Course.UNREACHABLE: UNREACHABLE_S}.get(answer.course, MEND_S)
    kind = RefusedError if trip.settled else AmbiguousError
    return kind(answer.code, where, retry_after_s=retry_s)
