"""Says on stderr how far something has come that takes longer than two seconds."""

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

PROGRESS_S = 2.0


@dataclass(slots=True)
class Passed:
    """How many have passed."""

    count: int = 0


@contextmanager
def aloud(what: str, unit: str = "") -> Iterator[Passed]:
    """Say every two seconds how many of a unit have passed by then; without a unit, for how long it goes on."""
    begun, over, passed = time.monotonic(), threading.Event(), Passed()

    def say() -> None:
        while not over.wait(PROGRESS_S):
            done = f"{passed.count:,} {unit}" if unit else f"{time.monotonic() - begun:.0f} s"
            print(f"{what}: {done}", file=sys.stderr)

    speaker = threading.Thread(target=say, daemon=True)
    speaker.start()
    try:
        yield passed
    finally:
        over.set()
        speaker.join()
