"""Which first messages may be posted while there are too many for people to read; shared by all replicas."""

from collections.abc import Sequence
from dataclasses import dataclass

from router.state import keys
from router.state.scripts import Argument, Scripts

MOST_A_MINUTE = 8
"""First messages of a channel in a minute that people can still follow; pages come on top."""
GONE_S = 180.0
CALM_S = 60.0


@dataclass(frozen=True, slots=True)
class Storm:
    """How it stands in a channel: how many wait, since when the oldest does, and since when it storms (None: calm)."""

    waiting: int = 0
    oldest: float | None = None
    posted: int = 0
    since: float | None = None


class StormStore:
    """Typed calls of storm.lua. Implements router.dispatch.parts.Storms."""

    def __init__(self, scripts: Scripts, most: int = MOST_A_MINUTE) -> None:
        self._scripts = scripts
        self._most = most
        self._noted: set[str] = set()

    async def admit(self, channel: str, key: str, loud: bool, now: float) -> float:
        """Return 0 when the first message of an incident may go out, else the seconds after which to ask again."""
        reply = await self._run(channel, key, "page" if loud else "other", now)
        wait_s = float(reply[0])
        if wait_s and channel not in self._noted:
            await self._scripts.read([("SADD", keys.STORMS, channel)])
            self._noted.add(channel)
        return wait_s

    async def leave(self, channel: str, key: str) -> None:
        """An incident waits no more."""
        await self._run(channel, key, "leave", 0.0)

    async def channels(self) -> Sequence[str]:
        """Return the channels that it storms in, or did lately."""
        [members] = await self._scripts.read([("SMEMBERS", keys.STORMS)])
        return sorted(member.decode() for member in members)

    async def look(self, channel: str, now: float) -> Storm:
        """Return how it stands in a channel; one that is calm again is forgotten."""
        _, waiting, oldest, posted, since = await self._run(channel, "", "look", now)
        storm = Storm(int(waiting), _number(oldest), int(posted), _number(since))
        if storm.since is None:
            await self._scripts.read([("SREM", keys.STORMS, channel)])
            self._noted.discard(channel)
        return storm

    async def _run(self, channel: str, key: str, mode: str, now: float) -> list[bytes]:
        names = keys.storm(channel)
        arguments: list[Argument] = [f"{now:.6f}", key, mode, self._most, GONE_S, CALM_S]
        reply: list[bytes] = await self._scripts.run("storm", names, arguments)
        return reply


def _number(text: bytes) -> float | None:
    return float(text) if text else None
