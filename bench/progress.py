"""Progress, on stderr, and what ends a benchmark early."""

import sys


class BenchError(Exception):
    """A benchmark cannot go on; the text says why."""


def say(text: str) -> None:
    """Tell what is under way."""
    print(f"  {text}", file=sys.stderr, flush=True)
