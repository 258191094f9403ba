"""The router's clock: Redis' time, so that a replica whose own clock is wrong decides nothing wrongly."""

import asyncio
import time
from typing import Protocol, cast

from redis.asyncio import Redis

from router.state.answers import translated
from router.state.scripts import Client


class Clock(Protocol):
    """Where loops get the time from, and how they wait; Unix seconds."""

    def now(self) -> float: ...

    async def sleep(self, seconds: float) -> None: ...


class RedisClock:
    """This process' monotonic clock set by Redis TIME; `sync` again after long pauses."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._offset = time.time() - time.monotonic()

    def now(self) -> float:
        """Return Unix seconds on Redis' clock."""
        return time.monotonic() + self._offset

    async def sleep(self, seconds: float) -> None:
        """Wait in real time."""
        await asyncio.sleep(seconds)

    async def sync(self) -> float:
        """Ask Redis for the time; returns by how many seconds this machine's clock differs."""
        sent = time.monotonic()
        with translated():
            seconds, micros = await cast(Redis, self._client).time()
        middle = (sent + time.monotonic()) / 2
        self._offset = seconds + micros / 1e6 - middle
        return time.time() - self.now()
