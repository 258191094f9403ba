"""A clock that a test moves by hand, so that minutes of retries and rate windows take no time."""

import asyncio


class VirtualClock:
    """Time that stands still until moved: call it for Unix seconds, `await clock.sleep(s)` moves it on."""

    def __init__(self, start: float = 1_760_000_000.0) -> None:
        self._now = start

    def __call__(self) -> float:
        """Return the present moment, Unix seconds."""
        return self._now

    def advance(self, seconds: float) -> None:
        """Move on by `seconds`; raises ValueError for a negative number, because time does not run back."""
        if seconds < 0:
            raise ValueError(f"cannot move the clock back by {-seconds} s")
        self._now += seconds

    async def sleep(self, seconds: float) -> None:
        """Stand in for asyncio.sleep: move on at once and let other tasks run."""
        self.advance(max(seconds, 0.0))
        await asyncio.sleep(0)
