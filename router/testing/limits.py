"""Slack's rate limits as the stand-in enforces them: pace per channel, cap per workspace, tier per method.

Slack keeps its burst sizes secret and advises one request a second, so the default burst is one
(docs.slack.dev/apis/web-api/rate-limits). After a 429 the method is blocked in the whole workspace until
Retry-After is over; whoever calls earlier breaks the rules.
"""

import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

JITTER_S = 0.02
"""How much too early a call may arrive: the two sides' clocks and the wire differ by this much."""


@dataclass(frozen=True, slots=True)
class Rates:
    """The limits: posts per second, their burst, posts per minute and workspace, calls per minute of a tier."""

    posts_per_s: float = 1.0
    burst: float = 1.0
    workspace_per_minute: int = 300
    tiers: tuple[int, ...] = (1, 20, 50, 100)
    grace_s: float = 0.0
    """How long after a 429 further calls are excused: those that were already on their way."""


UNLIMITED = Rates(1e9, 1e9, 10**9, (10**9,) * 4)


@dataclass(frozen=True, slots=True)
class Excess:
    """A call that is too much: the rule that says so and the seconds to wait."""

    rule: str
    retry_after_s: int


@dataclass(slots=True)
class _Bucket:
    tokens: float
    filled_at: float


@dataclass(frozen=True, slots=True)
class _Block:
    since: float
    until: float


@dataclass(slots=True)
class Limiter:
    """Counts calls per app; keys are (app, channel) for posts and (app, method) for the rest."""

    rates: Rates
    now: Callable[[], float]
    _buckets: dict[tuple[str, str], _Bucket] = field(default_factory=dict)
    _windows: dict[tuple[str, str], deque[float]] = field(default_factory=dict)
    _blocks: dict[tuple[str, str], _Block] = field(default_factory=dict)

    def block(self, app: str, method: str, retry_after_s: float) -> None:
        """Block a method of an app for this long, as every 429 does."""
        now = self.now()
        self._blocks[app, method] = _Block(now, now + retry_after_s)

    def blocked_s(self, app: str, method: str) -> float:
        """Return for how many seconds the method is still blocked, 0 when it is not."""
        block = self._blocks.get((app, method))
        left = block.until - self.now() if block else 0.0
        return left if left > JITTER_S else 0.0

    def excused(self, app: str, method: str) -> bool:
        """Return whether a call during the block may have been on its way already."""
        block = self._blocks.get((app, method))
        return block is not None and self.now() - block.since < self.rates.grace_s

    def post(self, app: str, channel: str) -> Excess | None:
        """Count a post into a channel; return why it is too much, None when it is not."""
        wait = self._pace((app, channel))
        if wait > 0:
            return Excess("channel_pace", max(1, math.ceil(wait)))
        return self._count((app, "posts"), self.rates.workspace_per_minute, "workspace_pace")

    def call(self, app: str, method: str, tier: int) -> Excess | None:
        """Count a call of a method of tier 1 to 4; return why it is too much, None when it is not."""
        return self._count((app, method), self.rates.tiers[tier - 1], "method_pace")

    def _pace(self, key: tuple[str, str]) -> float:
        """Take a token; return 0, or the seconds until there is one."""
        now, rates = self.now(), self.rates
        bucket = self._buckets.setdefault(key, _Bucket(rates.burst, now))
        bucket.tokens = min(rates.burst, bucket.tokens + (now - bucket.filled_at) * rates.posts_per_s)
        bucket.filled_at = now
        if bucket.tokens < 1.0 - JITTER_S * rates.posts_per_s:
            return (1.0 - bucket.tokens) / rates.posts_per_s
        bucket.tokens -= 1.0
        return 0.0

    def _count(self, key: tuple[str, str], most: int, rule: str) -> Excess | None:
        """Count into the last minute; return the excess when it already holds `most`."""
        now = self.now()
        window = self._windows.setdefault(key, deque())
        while window and window[0] <= now - 60.0:
            window.popleft()
        if len(window) >= most:
            return Excess(rule, max(1, math.ceil(window[0] + 60.0 - now)))
        window.append(now)
        return None
