"""The pace of calls to Slack, shared by all replicas: token buckets and the pauses that Retry-After asks for."""

from typing import cast

from redis import exceptions as redis_errors
from redis.asyncio import Redis

from router.state import keys
from router.state.answers import unavailable
from router.state.clock import Clock
from router.state.scripts import Scripts

POST = "chat.postMessage"
RATES = {POST: (1.0, 1.0), "chat.update": (45 / 60, 5.0), "conversations.history": (45 / 60, 5.0)}
"""Calls a second and burst. Slack: 1 post a second and channel, Tier 3 (50 a minute, the burst included) for edits."""
DEFAULT = (17 / 60, 3.0)
WORKSPACE_POSTS = (4.9, 5.0)
"""Slack allows "several hundred" posts a minute and workspace: stay at 300."""


class Pace:
    """Grants calls to Slack; meets router.slack.deliver's Pacer by shape."""

    def __init__(self, scripts: Scripts, clock: Clock) -> None:
        self._scripts = scripts
        self._clock = clock

    async def take(self, method: str, channel: str) -> float:
        """Take a token for one call; returns the seconds to wait, 0.0 when it may be made now."""
        rate, burst = RATES.get(method, DEFAULT)
        if method != POST:
            return await self._take(method, "", rate, burst)
        wait = await self._take(method, channel, rate, burst)
        return wait if wait else await self._take(method, "", *WORKSPACE_POSTS)

    async def _take(self, method: str, channel: str, rate: float, burst: float) -> float:
        wait = await self._scripts.run("pace", keys.pace(method, channel), [f"{self._clock.now():.6f}", rate, burst])
        return float(wait)

    async def freeze(self, method: str, seconds: float) -> None:
        """Pause a method for every replica, as Slack's Retry-After asks."""
        until = self._clock.now() + seconds
        try:
            await cast(Redis, self._scripts.client).set(
                keys.pace(method, "")[1], f"{until:.6f}", px=max(1, int(seconds * 1000))
            )
        except (redis_errors.RedisError, OSError) as error:
            raise unavailable(error) from error
