"""Reads one request body: its type, its size, its time, and what all bodies together may take."""

import asyncio
from typing import Self

from aiohttp import web

from router.sources import Source
from router.web.answers import Rejection, RejectionError
from router.web.parts import MIB, Load

JSON = "application/json"


def content_type_of(request: web.BaseRequest, source_type: Source) -> str:
    """Return the content type without parameters, in lower case; one that is not named counts as JSON.

    Raises RejectionError (415) for another type, and for a compressed body: unpacking is where small bodies
    become gigabytes (20 bombs of 0.5 MB stopped the loop for 12.8 s), and no sender compresses.
    """
    encoding = request.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding not in ("identity", ""):
        raise RejectionError(415, "send the body uncompressed (no Content-Encoding)", Rejection.WRONG_TYPE)
    if "Content-Type" not in request.headers:
        return JSON
    given = request.content_type
    if given in source_type.content_types:
        return given
    if given.endswith("+json") or given == "text/json":
        return JSON
    expected = " or ".join(sorted(source_type.content_types))
    raise RejectionError(415, f"send the body as {expected}", Rejection.WRONG_TYPE)


class Incoming:
    """A request with its body, counted against the common limits for as long as the `with` block lasts.

    What has come counts, not what was announced, or announcements alone could fill the house. Entering raises
    RejectionError (503) when too much is under way. (A class, for a generator costs twice as much per webhook.)
    """

    __slots__ = ("_chunks", "_largest", "_load", "_request", "_size")

    def __init__(self, request: web.BaseRequest, load: Load, largest: int) -> None:
        self._request = request
        self._load = load
        self._largest = largest
        self._chunks: list[bytes] = []
        self._size = 0

    def __enter__(self) -> Self:
        if self._load.full:
            raise _overloaded()
        self._load.requests += 1
        return self

    def __exit__(self, *_failure: object) -> None:
        self._load.requests -= 1
        self._load.held_bytes -= self._size

    async def read(self, within_s: float) -> bytes:
        """Return all of it; raises RejectionError 413 (too large), 408 (too slow), 503 (too much at once), 400."""
        if (self._request.content_length or 0) > self._largest:
            raise self._too_large()
        try:
            await self._read_on(within_s)
        except TimeoutError:
            raise RejectionError(408, f"the body took longer than {within_s:g} s", Rejection.TOO_SLOW) from None
        except (web.RequestPayloadError, ConnectionError):
            raise RejectionError(400, "the body broke off or its framing is wrong", Rejection.CUT_OFF) from None
        return self.so_far

    @property
    def so_far(self) -> bytes:
        """What has been read."""
        return b"".join(self._chunks)

    async def _read_on(self, within_s: float) -> None:
        content = self._request.content
        if content.is_eof():  # small bodies arrive with their head: no timer needed
            self._take(content.read_nowait())
            return
        async with asyncio.timeout(within_s):
            while chunk := await content.readany():
                self._take(chunk)

    def _take(self, chunk: bytes) -> None:
        self._chunks.append(chunk)
        self._size += len(chunk)
        self._load.held_bytes += len(chunk)
        if self._size > self._largest:
            raise self._too_large()
        if self._load.heavy:
            raise _overloaded()

    def _too_large(self) -> RejectionError:
        text = f"the body is over {self._largest / MIB:g} MiB: send fewer alerts in one body"
        return RejectionError(413, text, Rejection.TOO_LARGE)


def _overloaded() -> RejectionError:
    return RejectionError(503, "too much is under way at the moment; come back", Rejection.OVERLOADED)
