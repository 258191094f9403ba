"""Socket Mode's envelopes: opened, handed on, and acknowledged once what is in them is safe (or has taken long)."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import orjson
import structlog

from router.slack import payloads
from router.slack.inbound import Inbound, InboundError, Kind
from router.slack.reception import Received, Result, Take, receive

log = structlog.get_logger(__name__)
WITHIN_S = 2.5
"""What people do is acknowledged by then: Slack waits three seconds, and then tells them that the app is broken."""
EVENT_WITHIN_S = 30.0
"""Nobody waits for an event: what is not acknowledged comes again, and is the same to the store."""
FINISH_S = 3.0
MOST = 64
"""Under way on one connection; beyond it nothing more is read until one is done."""
_KINDS = {"interactive": Kind.INTERACTIONS, "slash_commands": Kind.COMMANDS, "events_api": Kind.EVENTS}


class Socket(Protocol):
    """Where an acknowledgement goes: the connection that the envelope came over."""

    async def send_str(self, data: str) -> None: ...


class Envelopes:
    """Takes what is in envelopes, many at once. `on_result` is told kind and result of each, `now` Unix seconds."""

    def __init__(
        self, take: Take, locale: Callable[[], str], now: Callable[[], float], on_result: Callable[[str, str], None]
    ) -> None:
        self._take = take
        self._locale = locale
        self._now = now
        self._on_result = on_result
        self._under_way: dict[Socket, set[asyncio.Task[None]]] = {}
        self._late: set[asyncio.Future[Any]] = set()

    async def open(self, socket: Socket, text: str) -> Mapping[str, Any] | None:
        """Begin to take what a message brings; returns one that is no envelope (`hello`, `disconnect`)."""
        try:
            message = payloads.read_json(text)
        except InboundError as error:
            log.warning("slack_socket_malformed", problem=str(error))
            return None
        kind, envelope = _KINDS.get(str(message.get("type"))), message.get("envelope_id")
        if kind is None and envelope is None:
            return message
        tasks = self._under_way.setdefault(socket, set())
        if len(tasks) >= MOST:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        task = asyncio.create_task(self._answer(socket, kind, message))
        tasks.add(task)
        task.add_done_callback(tasks.discard)
        return None

    async def finish(self, socket: Socket) -> None:
        """Let what came over a connection be done and acknowledged, but not for long."""
        tasks = self._under_way.pop(socket, None)
        if not tasks:
            return
        _, left = await asyncio.wait(tasks, timeout=FINISH_S)
        for task in left:
            task.cancel()

    async def _answer(self, socket: Socket, kind: Kind | None, message: Mapping[str, Any]) -> None:
        """Take it and acknowledge it; what failed stays unacknowledged, so that Slack brings it again."""
        result = Result.FAILED
        try:
            received = await self._receive(kind, message.get("payload"))
            result = received.result
            if not received.again and not (result is Result.LATE and kind is Kind.EVENTS):
                await socket.send_str(_acknowledgement(message, received))
        except ConnectionError:
            log.info("slack_socket_unacknowledged", kind=kind)  # the connection is gone: it comes again over the next
        except Exception as error:  # noqa: BLE001 - one envelope must not end the connection of all others
            log.error("slack_inbound_failed", kind=kind, error=type(error).__name__)  # noqa: TRY400 - it may quote
        finally:
            self._on_result(kind or "other", result)

    async def _receive(self, kind: Kind | None, payload: Any) -> Received:
        try:
            inbound = self._parsed(kind, payload)
        except InboundError as error:
            # Acknowledged, or it would come again for ever.
            log.warning("slack_inbound_malformed", kind=kind, problem=str(error))
            return Received(Result.MALFORMED)
        within_s = EVENT_WITHIN_S if kind is Kind.EVENTS else WITHIN_S
        return await receive(inbound, self._take, self._locale(), within_s, self._let_finish)

    def _parsed(self, kind: Kind | None, payload: Any) -> Inbound:
        if kind is None or not isinstance(payload, dict):
            raise InboundError("an envelope of a type that this app does not use, or without a payload")
        return payloads.parse(kind, payload, self._now())

    def _let_finish(self, work: "asyncio.Future[Any]") -> None:
        self._late.add(work)
        work.add_done_callback(self._ended)

    def _ended(self, work: "asyncio.Future[Any]") -> None:
        self._late.discard(work)
        if not work.cancelled() and (error := work.exception()) is not None:
            log.warning("slack_late_failed", error=type(error).__name__)


def _acknowledgement(message: Mapping[str, Any], received: Received) -> str:
    """Return what tells Slack that the envelope is safe here, with the answer where it takes one."""
    said: dict[str, Any] = {"envelope_id": message.get("envelope_id")}
    if received.body is not None and message.get("accepts_response_payload") is True:
        said["payload"] = received.body
    return orjson.dumps(said).decode()
