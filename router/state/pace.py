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

BACK_S = 1.0
"""How much later than told a refused call may be back: a dispatcher looks for what is due four times a second."""


class Pace:
    """Grants calls to Slack; meets router.slack.deliver's Pacer by shape."""

    def __init__(self, scripts: Scripts, clock: Clock) -> None:
        self._scripts = scripts
        self._clock = clock

    async def take(self, method: str, channel: str, reserve: float = 0.0) -> float:
        """Take a token for one call; returns the seconds to wait, 0.0 when it may be made now.

        A post needs one of its channel and one of the workspace: it takes both or none. A call that can wait leaves
        `reserve` tokens of the workspace to urgent ones, and goes after an urgent one that was refused and will be
        back, so that these overtake it.
        """
        buckets = _buckets(method, channel)
        names = [keys.bucket(method, name) for name, _ in buckets]
        rates = [number for name, pair in buckets for number in (*pair, 0.0 if name else reserve)]
        now = f"{self._clock.now():.6f}"
        arguments: list[Argument] = [now, int(not reserve), BACK_S, *rates]
        return float(await self._scripts.run("pace", [keys.freeze(method), *names], arguments))

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
