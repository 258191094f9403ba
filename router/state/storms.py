"""Which first messages may be posted while there are too many for people to read; shared by all replicas."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from router.state import keys
from router.state.scripts import Argument, Scripts

MOST_A_MINUTE = 8
"""First messages of a channel in a minute that people can still follow; pages come on top."""
GONE_S = 180.0
CALM_S = 60.0
RENEW_S = 30.0
"""How often a summary is told anew."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What a summary counts: alerts, pages, and what people called a wolf."""

    alerts: int = 0
    pages: int = 0
    wolves: int = 0


@dataclass(frozen=True, slots=True)
class Storm:
    """How it stands in a channel: how many wait, since when the oldest does, and since when it storms (None: calm)."""

    waiting: int = 0
    oldest: float | None = None
    since: float | None = None
    folded: int = 0
    """Alerts that were over before their turn: only the summary tells of them."""
    most: Counts = Counts()
    """The most that a summary of it has told."""
    due: bool = False
    """A summary is due; only one replica is told so."""
    over: bool = False
    """It has just ended; only one replica is told so."""


class StormStore:
    """Typed calls of storm.lua. Implements router.dispatch.parts.Storms."""

    def __init__(self, scripts: Scripts, most: int = MOST_A_MINUTE) -> None:
        self._scripts = scripts
        self._most = most
        self._noted: dict[str, float | None] = {}
        """Channels that are known to be listed, with the storm that they are listed for."""

    async def admit(self, channel: str, key: str, loud: bool, now: float) -> float:
        """Return 0 when the first message of an incident may go out, else the seconds after which to ask again."""
        wait_s, storm = await self._run("page" if loud else "other", channel, now, key)
        await self._note(channel, storm)
        return float(wait_s)

    async def over(self, channel: str, key: str, alerts: int, now: float) -> bool:
        """Return whether the summary speaks for an incident that is over: its message waits, or would have to."""
        answer, storm = await self._run("over", channel, now, key, alerts)
        await self._note(channel, storm)
        return answer == b"folded"

    async def leave(self, channel: str, key: str, now: float) -> None:
        """An incident waits no more, because nobody need be told of it."""
        await self._run("leave", channel, now, key)

    async def channels(self) -> Sequence[str]:
        """Return the channels that it storms in, or did lately."""
        [members] = await self._scripts.read([("SMEMBERS", keys.STORMS)])
        return sorted(member.decode() for member in members)

    async def look(self, channel: str, now: float) -> Storm:
        """Return how it stands in a channel; one that is calm again is forgotten."""
        answer, storm = await self._run("look", channel, now)
        if storm.since is None or answer == b"over":
            await self._unlist(channel, now)
        return replace(storm, due=answer == b"due", over=answer == b"over")

    async def tell(self, channel: str, counts: Counts, now: float) -> Storm:
        """Remember what a summary tells, if the storm goes on; returns how it stands, with the most that was told."""
        _, storm = await self._run("tell", channel, now, counts.alerts, counts.pages, counts.wolves)
        return storm

    async def _note(self, channel: str, storm: Storm) -> None:
        """List the channel, once for each storm."""
        if storm.since is None or self._noted.get(channel) == storm.since:
            return
        await self._scripts.read([("SADD", keys.STORMS, channel)])
        self._noted[channel] = storm.since

    async def _unlist(self, channel: str, now: float) -> None:
        """List it no more, unless the next storm has begun meanwhile: the list is in another slot than the storm."""
        self._noted.pop(channel, None)
        await self._scripts.read([("SREM", keys.STORMS, channel)])
        _, storm = await self._run("read", channel, now)
        await self._note(channel, storm)

    async def _run(self, mode: str, channel: str, now: float, *more: Argument) -> tuple[bytes, Storm]:
        arguments: list[Argument] = [mode, f"{now:.6f}", self._most, GONE_S, CALM_S, RENEW_S, *more]
        answer, waiting, oldest, since, folded, *most = await self._scripts.run("storm", keys.storm(channel), arguments)
        storm = Storm(int(waiting), _number(oldest), _number(since), int(folded), Counts(*map(int, most)))
        return answer, storm


def _number(text: bytes) -> float | None:
    return float(text) if text else None
