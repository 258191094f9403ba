"""One connection, with what aiohttp's server leaves open (checked for 3.14).

It has no timer for a head, none for a client that does not read, no limit of connections, and it logs the very bytes
that it could not read.
"""

import asyncio
import sys

import structlog
from aiohttp import web

from router.web.answers import refuse
from router.web.parts import Limits

log = structlog.get_logger(__name__)


class Door:
    """All open connections, and which of them have not said yet what they want, oldest first."""

    __slots__ = ("_full", "_open", "_waiting", "limits", "most")

    def __init__(self, limits: Limits, most: int) -> None:
        self.limits = limits
        self.most = most
        self._open: set[Connection] = set()
        self._full = False
        self._waiting: dict[Connection, None] = {}

    def enter(self, connection: "Connection") -> None:
        """Let one in; when the house is full, whoever has waited longest without a whole request goes."""
        self._open.add(connection)
        if len(self._open) <= self.most:
            self._full = False
            return
        if not self._full:
            self._full = True  # said once for each time it fills, not once for each of a thousand strangers
            log.warning("too_many_connections", most=self.most)
        out = next(iter(self._waiting), connection)
        self.leave(out)
        out.force_close()

    def leave(self, connection: "Connection") -> None:
        """Forget a connection that has ended."""
        self._open.discard(connection)
        self._waiting.pop(connection, None)

    def waits(self, connection: "Connection", waiting: bool) -> None:
        """Note that a connection is in the middle of a head, or through with it."""
        if waiting:
            self._waiting[connection] = None
        else:
            self._waiting.pop(connection, None)


class Connection(web.RequestHandler):
    """An HTTP connection with deadlines.

    A head must be whole `head_s` after the connection was made, or after its first byte on an idle one; a client
    that leaves an answer unread is cut off after `write_s`. Both close without an answer: a sender takes that for a
    network error and comes back, where a 4xx would be final.
    """

    __slots__ = ("_door", "_head_timer", "_write_timer")

    def __init__(self, server: web.Server, door: Door, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(
            server,
            loop=loop,
            keepalive_timeout=door.limits.keepalive_s,
            lingering_time=door.limits.linger_s,
            access_log=None,  # type: ignore[arg-type]
            auto_decompress=False,
        )
        self._door = door
        self._head_timer: asyncio.TimerHandle | None = None
        self._write_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._expect_head()
        self._door.enter(self)

    def connection_lost(self, exc: BaseException | None) -> None:
        self._head_done()
        self._stop_write_timer()
        self._door.leave(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        seen = self._request_count
        super().data_received(data)
        if self._request_count != seen:
            self._head_done()
        elif data and self._head_timer is None and self._waiter is not None:
            self._expect_head()

    def _expect_head(self) -> None:
        self._head_timer = self._loop.call_later(self._door.limits.head_s, self.force_close)
        self._door.waits(self, True)

    def _head_done(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None
            self._door.waits(self, False)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._write_timer = self._loop.call_later(self._door.limits.write_s, self._abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._stop_write_timer()

    def _stop_write_timer(self) -> None:
        if self._write_timer is not None:
            self._write_timer.cancel()
            self._write_timer = None

    def _abort(self) -> None:
        if self.transport is not None:
            self.transport.abort()

    def force_close(self) -> None:
        """Close now; what a client leaves unread is thrown away after `write_s`."""
        transport = self.transport
        super().force_close()
        if transport is not None and transport.get_write_buffer_size():
            self._loop.call_later(self._door.limits.write_s, transport.abort)

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Answer what is not HTTP with constant words; its bytes may hold credentials, so they are not logged."""
        del message  # quotes what was sent
        log.info("not_http", status=status, error=type(exc).__name__)
        problem = "this is not a request that HTTP allows" if status == 400 else "the request failed"
        answer = refuse(request, status, problem)
        answer.force_close()
        return answer

    def log_exception(self, *_args: object, **kw: object) -> None:
        """Name the kind of an error, and nothing of what was sent."""
        log.error("connection_failed", error=type(kw.get("exc_info", sys.exception())).__name__)
