"""What time asks of silences: incidents woken, people told, old ones forgotten, copies kept right.

Every replica does all of it at every tick. Whatever is done twice is the same as done once, and what a crash or an
outage leaves undone is done at the next tick.
"""

import asyncio
from collections.abc import Sequence
from math import inf

import aiohttp

from router.alert import Alert
from router.config.values import Mirror, SilencePolicy
from router.mute import Silence
from router.silencing.meeting import Meeting
from router.silencing.mirror import Copies
from router.silencing.notices import ENDING, IDLE, is_ending, is_idle, met_at, over, told
from router.silencing.parts import Parts
from router.silencing.values import Preview

RETENTION_S = 120 * 3_600.0
"""How long an ended silence is shown (Alertmanager's --data.retention)."""
ENDING_READ_S = 60.0
IDLE_READ_S = 300.0
"""How often all firing alerts are read for silences that are about to end, and that seem to meet nothing."""
Said = dict[tuple[str, str], Alert]
"""Notices by kind and silence."""


class Watch:
    """Does what time asks for; one for each process."""

    def __init__(self, parts: Parts, meeting: Meeting, session: aiohttp.ClientSession) -> None:
        self._parts = parts
        self._meeting = meeting
        self._session = session
        self._woken_at = inf
        self._said: Said = {}
        self._met: dict[str, Preview] = {}
        self._met_at = -inf
        self._mirrors: dict[str, tuple[Mirror, Copies]] = {}

    async def tick(self, now: float) -> None:
        """Do everything once; raises UnavailableError when the store cannot be asked now."""
        silences = await self._parts.store.all()
        await self._wake(silences, now)
        await self._tell(silences, now)
        await self._parts.store.remove_expired(now - RETENTION_S)
        await self._mirror(silences, now)

    async def _wake(self, silences: Sequence[Silence], now: float) -> None:
        """Wake incidents when a silence began or ended since the last tick, and when one has changed unnoticed."""
        passed = any(self._woken_at < at <= now for each in silences for at in (each.starts_at, each.ends_at))
        if passed:
            await self._parts.mutes.wake(now, targets_only=False)
        if await self._parts.mutes.sweep(now) or passed:
            self._parts.wake()
        self._woken_at = now

    async def _tell(self, silences: Sequence[Silence], now: float) -> None:
        """Say what is so, again and again while it is, and take back what is no longer so."""
        said = await self._notices(silences, now)
        ended = [over(alert, now) for key, alert in self._said.items() if key not in said]
        if said or ended:
            await self._parts.accept([*said.values(), *ended])
        self._said = said

    async def _notices(self, silences: Sequence[Silence], now: float) -> Said:
        policy = self._parts.config().silences
        ending = [each for each in silences if is_ending(each, now, policy.ending_s)]
        since = await self._idle_since(silences, policy, now)
        idle = [each for each in silences if each.id in since]
        met = await self._meets([*ending, *idle], ENDING_READ_S if ending else IDLE_READ_S, now)
        said: Said = {}
        for each in ending:
            if met[each.id].alerts:
                said[ENDING, each.id] = told(ENDING, each, met[each.id], each.starts_at, now)
        for each in idle:
            if not met[each.id].alerts:
                said[IDLE, each.id] = told(IDLE, each, met[each.id], since[each.id], now)
        return said

    async def _idle_since(self, silences: Sequence[Silence], policy: SilencePolicy, now: float) -> dict[str, float]:
        """Return since when the silences that seem to meet nothing have not."""
        touched = await self._parts.store.touched() if silences else {}
        since = {each.id: met_at(each, touched) for each in silences}
        return {each.id: since[each.id] for each in silences if is_idle(each, since[each.id], now, policy.idle_s)}

    async def _meets(self, asked: Sequence[Silence], read_s: float, now: float) -> dict[str, Preview]:
        """Return what these silences meet, read not longer ago than `read_s`; who meets something is no longer idle."""
        if any(each.id not in self._met for each in asked) or (asked and now - self._met_at >= read_s):
            self._met = await self._meeting.of({each.id: each.matchers for each in asked})
            self._met_at = now
            met = [name for name, preview in self._met.items() if preview.alerts]
            if met:
                await self._parts.store.touch(met, now)
        return self._met

    async def _mirror(self, silences: Sequence[Silence], now: float) -> None:
        """Keep the copies in every Alertmanager right, all of them at once, so that a slow one delays no other."""
        await asyncio.gather(*(each.tick(silences, now) for each in self._copies()))

    def _copies(self) -> list[Copies]:
        mirrors = self._parts.config().silences.mirrors
        before, self._mirrors = self._mirrors, {}
        for mirror in mirrors:
            known = before.get(mirror.url)
            same = known is not None and known[0] == mirror
            copies = known[1] if known is not None and same else Copies(mirror, self._session, self._parts.store)
            self._mirrors[mirror.url] = (mirror, copies)
        return [copies for _, copies in self._mirrors.values()]
