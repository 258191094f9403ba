"""The pace of calls to Slack, shared by all replicas: token buckets and the pauses that Retry-After asks for."""

from router.state import keys
from router.state.clock import Clock
from router.state.scripts import Argument, Scripts

POST = "chat.postMessage"
WEBHOOK = "webhook"
PER_CHANNEL = {POST: (1.0, 1.0), WEBHOOK: (0.1, 1.0)}
"""Slack: one message a second and channel. A webhook cannot edit, so it posts more rarely than the app would."""
RATES = {"chat.update": (45 / 60, 5.0), "conversations.history": (45 / 60, 5.0)}
"""Calls a second and burst. Slack: Tier 3 (50 a minute, the burst included) for edits."""
DEFAULT = (17 / 60, 3.0)
WORKSPACE_POSTS = (4.9, 5.0)
"""Slack allows "several hundred" posts a minute and workspace: stay at 300."""


class Pace:
    """Grants calls to Slack; meets router.slack.deliver's Pacer by shape."""

    def __init__(self, scripts: Scripts, clock: Clock) -> None:
        self._scripts = scripts
        self._clock = clock

    async def take(
        self, method: str, channel: str, reserve: float = 0.0, who: str = "", *, ahead: bool = False
    ) -> float:
        """Take a token for one call; returns the seconds to wait, 0.0 when it may be made now.

        A post needs one of its channel and one of the workspace: it takes both or none. A call that can wait leaves
        `reserve` tokens of the workspace to urgent ones, so that these overtake it. `who` keeps its place in the
        channel's line while it asks again as it was told to; `ahead` puts it in front of those who are not.
        """
        buckets = _buckets(method, channel)
        names = [keys.bucket(method, name) for name, _ in buckets]
        rates = [number for name, pair in buckets for number in (*pair, 0.0 if name else reserve)]
        line = keys.line(method, channel) if who else []
        asked: list[Argument] = [f"{self._clock.now():.6f}", who, int(ahead), *rates]
        return float(await self._scripts.run("pace", [keys.freeze(method), *line, *names], asked))

    async def freeze(self, method: str, seconds: float) -> None:
        """Pause a method for every replica, as Slack's Retry-After asks; it never shortens an earlier pause."""
        until = self._clock.now() + seconds
        await self._scripts.run("freeze", [keys.freeze(method)], [f"{until:.6f}", max(1, int(seconds * 1000))])


def _buckets(method: str, channel: str) -> list[tuple[str, tuple[float, float]]]:
    """Return name ("" for the workspace's) and rate of the buckets that a call takes a token from."""
    if method not in PER_CHANNEL:
        return [("", RATES.get(method, DEFAULT))]
    own = (channel, PER_CHANNEL[method])
    return [own, ("", WORKSPACE_POSTS)] if method == POST else [own]
