"""Says on stderr how far something has come that takes longer than two seconds."""

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

PROGRESS_S = 2.0
_LOOK_EVERY = 500
"""So many counts lie between two looks at the clock, which costs as much as a line."""


class Counting:
    """Counts what passes, aloud every two seconds."""

    def __init__(self, what: str, unit: str) -> None:
        self._what = what
        self._unit = unit
        self._next = time.monotonic() + PROGRESS_S

    def at(self, count: int) -> None:
        """Say how many have passed, if it is time to."""
        if count % _LOOK_EVERY == 0 and time.monotonic() > self._next:
            print(f"{self._what}: {count:,} {self._unit}", file=sys.stderr)
            self._next = time.monotonic() + PROGRESS_S


@contextmanager
def waiting(what: str) -> Iterator[None]:
    """Say every two seconds that something goes on, and for how long it has."""
    begun, over = time.monotonic(), threading.Event()

    def say() -> None:
        while not over.wait(PROGRESS_S):
            print(f"{what}: {time.monotonic() - begun:.0f} s", file=sys.stderr)

    speaker = threading.Thread(target=say, daemon=True)
    speaker.start()
    try:
        yield
    finally:
        over.set()
        speaker.join()
