"""The reduced mode: an incoming webhook in place of the app. It can post, and nothing else.

Slack answers a webhook with "ok" and no timestamp, so nothing can be edited, deleted, threaded or looked up
(docs.slack.dev/messaging/sending-messages-using-incoming-webhooks). What edits a message elsewhere is posted here when
people must hear of it, and left out when it merely moves. The address is a secret: it stands in no error, log or repr.
"""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any, Protocol

import aiohttp

from router.errors import AmbiguousError, DeliveryError, RefusedError
from router.incident import Order, Phase, Receipt, Say, View
from router.slack.answers import LONGEST_RETRY_S, error_code, retry_after
from router.slack.calls import Pacer
from router.slack.message import Message
from router.slack.notes import smaller, with_notes

PREFIX = "webhook:"
"""Begins the channel of a receiver that is told by webhook ("webhook:sre"), and what stands for a timestamp."""
METHOD = "webhook"
"""What the pace, the metrics and the log call it: one post in 10 s for each webhook."""
AGAIN_S = 3.0
MEND_S = 60.0
UNREACHABLE_S = 5.0
BETWEEN_S = 1.0
"""Slack takes one message a second, a smaller one after a refused one included."""
REMEMBERED = 1_000
ANSWER_MOST = 4_096
MENDS = {
    "no_webhook": "the receiver has no webhook any more: name it, or a channel",
    "no_service": "the webhook was deleted or revoked: make a new one, and set it",
    "no_active_hooks": "the webhook was turned off: turn it on, or make a new one",
    "invalid_token": "the webhook's address is incomplete or was revoked: copy it again, or make a new one",
    "no_team": "the webhook's workspace is gone: make a new one",
    "channel_not_found": "the webhook's channel is gone: make a new one for another channel",
    "channel_is_archived": "the webhook's channel is archived: make a new one for another channel",
    "action_prohibited": "the workspace does not let this webhook post there: ask its admins, or make another",
    "posting_to_general_channel_denied": "the workspace does not let apps post there: choose another channel",
    "invalid_url": "the webhook is no URL: copy it again from the app's page",
}
"""What only a person can mend, and how."""
_SMALLER = frozenset(
    {
        "invalid_payload", "invalid_blocks", "invalid_blocks_format", "invalid_attachments", "too_many_attachments",
        "msg_blocks_too_long", "msg_too_long", "no_text",
    }
)  # fmt: skip
_CODE = re.compile(r"[a-z0-9_]{1,64}")


class Delivery(Protocol):
    """Whoever takes orders; dispatch's own by shape."""

    async def deliver(self, order: Order) -> Receipt: ...


def is_webhook(channel: str) -> bool:
    """Return whether a channel stands for an incoming webhook."""
    return channel.startswith(PREFIX)


@dataclass(frozen=True, slots=True)
class _Answer:
    """What came back: HTTP status and Slack's word for it, "" for a body that is none."""

    status: int
    code: str
    retry_after_s: float = 0.0

    @property
    def done(self) -> bool:
        return self.status == 200 and self.code == "ok"


class WebhookDelivery:
    """Delivers orders to incoming webhooks.

    `render` draws an order (without buttons that act), `url_of` names the address of a channel ("" for none; asked
    at every order, because a reload can change it), `pacer` keeps the pace of all replicas, `on_result` counts
    (method, "ok" or a code; "ratelimited" for 429), `sleep` waits before less is sent. One delivery lasts at most
    `deadline_s`; it does not wait for the pace, but raises.
    """

    deadline_s = 10.0

    def __init__(
        self,
        session: aiohttp.ClientSession,
        render: Callable[[Order], Message],
        url_of: Callable[[str], str],
        pacer: Pacer,
        on_result: Callable[[str, str], None],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._session = session
        self._render = render
        self._url_of = url_of
        self._pacer = pacer
        self._on_result = on_result
        self._sleep = sleep
        self._called: dict[str, int] = {}
        """By incident: the re-fire that a broadcast has told of, so that its edit need not say it again."""

    async def deliver(self, order: Order) -> Receipt:
        """Post what is ordered, where people must hear of it, and return what stands for its place.

        Raises:
            RefusedError: it is definitely not posted; `retry_after_s` says when to try again.
            AmbiguousError: it may be. It cannot be looked up: called again with `intent_at` it is posted once more,
                with a line that says so.
        """
        known = _told_in(order.ts)
        if not self._is_news(order, known):
            came_back = order.view.phase is Phase.FIRING and known == Phase.RESOLVED
            phase = order.view.phase if came_back or not known else known
            return _receipt(order, _id_in(order.ts) or order.delivery_id, phase)
        degraded = await self._post(order)
        if order.view.say is Say.BROADCAST:
            self._remember(order.view)
        return _receipt(order, order.delivery_id, order.view.phase, degraded)

    def _is_news(self, order: Order, known: str) -> bool:
        """Return whether people must hear of it: of an edit, that it ended, or came back without a call.

        That it got louder, still fires, or is quiet no longer was told by a broadcast; what was done or counted
        merely changes how a message looks.
        """
        view = order.view
        if view.say is Say.BROADCAST or (view.say is Say.ROOT and not known):
            return True
        if view.say is not Say.ROOT:
            return False
        if view.phase is Phase.FIRING:
            return known == Phase.RESOLVED and self._called.get(view.incident, 0) < max(1, view.refires)
        return view.phase is not Phase.MUTED and view.phase != known

    def _remember(self, view: View) -> None:
        self._called.pop(view.incident, None)
        self._called[view.incident] = view.refires
        if len(self._called) > REMEMBERED:
            del self._called[next(iter(self._called))]

    async def _post(self, order: Order) -> str:
        """Post the content, and less of it each time Slack refuses it; returns what had to be given up."""
        url = self._url_of(order.channel)
        if not url:
            raise _failure(order, "no_webhook", MEND_S)
        if wait := await self._pacer.take(METHOD, order.channel):
            raise _failure(order, "ratelimited", wait)
        until = asyncio.get_running_loop().time() + self.deadline_s
        notes: dict[str, dict[str, str]] = {"repeat": {}} if order.intent_at is not None else {}
        degraded: list[str] = []
        message = self._render(replace(order, view=replace(order.view, interactive=False)))
        for index, content in enumerate(smaller(message)):
            if index:
                await self._sleep(BETWEEN_S)
            answer = await self._send(order, url, with_notes(content, order.locale, notes), until)
            if answer.done:
                return "; ".join(degraded)
            degraded = [f"smaller:{answer.code}"]
        raise _failure(order, degraded[0].removeprefix("smaller:"), MEND_S)

    async def _send(self, order: Order, url: str, message: Message, until: float) -> _Answer:
        """Send once; returns an answer that is done or asks for less, raises for every other."""
        payload: dict[str, Any] = {"text": message.text, "unfurl_links": False, "unfurl_media": False}
        if message.blocks:
            payload["blocks"] = message.blocks
        answer = await self._ask(order, url, payload, until)
        if answer.done or (answer.status < 500 and answer.code in _SMALLER):
            self._on_result(METHOD, answer.code)
            return answer
        refusal = await self._refusal(order, answer)
        self._on_result(METHOD, refusal.code)
        raise refusal

    async def _ask(self, order: Order, url: str, payload: dict[str, Any], until: float) -> _Answer:
        try:
            async with asyncio.timeout_at(until), self._session.post(url, json=payload, allow_redirects=False) as got:
                return _read(got.status, got.headers, await got.content.read(ANSWER_MOST))
        except aiohttp.InvalidURL:
            failure = _failure(order, "invalid_url", MEND_S)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
            failure = _failure(order, "unreachable", UNREACHABLE_S)
        except TimeoutError:
            failure = _ambiguous(order, "timeout")
        except (aiohttp.ClientError, ConnectionError):
            failure = _ambiguous(order, "connection_lost")
        self._on_result(METHOD, failure.code)
        # Outside of `except`: aiohttp's errors hold the address, and would be shown as the cause of this one.
        raise failure

    async def _refusal(self, order: Order, answer: _Answer) -> DeliveryError:
        """Return the error to raise: what the answer means for the order."""
        if answer.status == 429 or answer.code in ("rate_limited", "ratelimited"):
            await self._pacer.freeze(METHOD, answer.retry_after_s)
            return _failure(order, "ratelimited", min(answer.retry_after_s, LONGEST_RETRY_S))
        if answer.status >= 500:
            return _ambiguous(order, f"http_{answer.status}")
        if answer.status == 200 and not answer.code:
            return _ambiguous(order, "unparsable", MEND_S)
        return _failure(order, answer.code or f"http_{answer.status}", MEND_S)


class Deliveries:
    """Takes every order to where its channel lies: to the app, or to a webhook."""

    def __init__(self, app: Delivery, webhooks: Delivery) -> None:
        self._app = app
        self._webhooks = webhooks

    async def deliver(self, order: Order) -> Receipt:
        """Deliver by the channel; a webhook that only a person can mend is replaced by the fallback channel."""
        if not is_webhook(order.channel):
            return await self._deliver_by_app(order)
        try:
            return await self._webhooks.deliver(order)
        except DeliveryError as error:
            if error.code not in MENDS or order.fallback_channel in ("", order.channel):
                raise
            code = error.code
        elsewhere = replace(order, channel=order.fallback_channel, fallback_channel="", ts="", thread_ts="")
        receipt = await self.deliver(elsewhere)
        return replace(receipt, degraded="; ".join(filter(None, (f"rerouted:{code}", receipt.degraded))))

    async def _deliver_by_app(self, order: Order) -> Receipt:
        """A thread or message of a webhook is none that the app knows."""
        thread = "" if is_webhook(order.thread_ts) else order.thread_ts
        ts = "" if is_webhook(order.ts) else order.ts
        return await self._app.deliver(replace(order, thread_ts=thread, ts=ts))


def _receipt(order: Order, delivery_id: str, phase: str, degraded: str = "") -> Receipt:
    """Return where it "stands". The phase in it is all that is remembered of what people were last told."""
    return Receipt(order.channel, f"{PREFIX}{delivery_id}:{phase}", degraded)


def _id_in(ts: str) -> str:
    return ts.removeprefix(PREFIX).rpartition(":")[0] if is_webhook(ts) else ""


def _told_in(ts: str) -> str:
    """Return the phase that a message told of, "" where it is none of a webhook's."""
    return ts.rpartition(":")[2] if is_webhook(ts) else ""


def _read(status: int, headers: Any, body: bytes) -> _Answer:
    """Read an answer: a word as text, or the Web API's JSON, which some errors come as."""
    text = body.decode("utf-8", "replace").strip()
    try:
        parsed = json.loads(text)
    except ValueError:
        parsed = None
    data = parsed if isinstance(parsed, dict) else {}
    code = error_code(data) or ("ok" if data.get("ok") is True else "")
    code = code or (text if _CODE.fullmatch(text) else "")
    return _Answer(status, code, retry_after(headers, data))


def _failure(order: Order, code: str, retry_after_s: float) -> DeliveryError:
    """Return the error of what was not posted now; an earlier attempt may have been."""
    kind = RefusedError if order.intent_at is None else AmbiguousError
    return kind(code, _where(order, code), retry_after_s=retry_after_s)


def _ambiguous(order: Order, code: str, retry_after_s: float = AGAIN_S) -> DeliveryError:
    return AmbiguousError(code, _where(order, code), retry_after_s=retry_after_s)


def _where(order: Order, code: str) -> str:
    """Name the receiver's webhook and the mend, never the address."""
    where = f"the webhook of {order.channel.removeprefix(PREFIX)}"
    return f"{where}: {MENDS[code]}" if code in MENDS else where
