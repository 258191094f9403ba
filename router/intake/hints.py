"""An alert that inhibits others began or ended: those others are looked at soon. Hints that come together are one."""

import asyncio
import contextlib

from router.errors import UnavailableError
from router.state.muting import Mutes


class Hints:
    """Gives hints; each is under way or answered by a later one when `give` returns."""

    def __init__(self, mutes: Mutes) -> None:
        self._mutes = mutes
        self._turn = asyncio.Lock()
        self._given = 0
        self._served = 0

    async def give(self, now: float) -> None:
        """Make incidents due that hold alerts which can be inhibited; those of a storm share few calls."""
        self._given += 1
        mine = self._given
        async with self._turn:
            if self._served >= mine:
                return
            serving = self._given
            # The alerts are stored, which is all that their sender asks. A hint that gets lost is made up for by
            # Mutes.sweep.
            with contextlib.suppress(UnavailableError):
                await self._mutes.wake(now, targets_only=True)
            self._served = serving
