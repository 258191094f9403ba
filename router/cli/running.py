"""Runs a command's work: Ctrl-C ends it at once, the garbage collector keeps out of it, bytes go to stdout whole."""

import asyncio
import gc
import sys
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import IO, Any, TypeVar

Result = TypeVar("Result")


def run(work: Coroutine[Any, Any, Result]) -> Result:
    """Run to the end; raises KeyboardInterrupt on Ctrl-C, once what was opened is closed.

    asyncio.run turns Ctrl-C into a cancellation, which work that computes for seconds without waiting never sees.
    """
    with asyncio.Runner() as runner:
        return runner.get_loop().run_until_complete(work)


@contextmanager
def uncollected() -> Iterator[None]:
    """Look for no cycles meanwhile: among a million records that all stay there are none, and looking takes seconds."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


@contextmanager
def output() -> Iterator[IO[bytes]]:
    """Open stdout for bytes; raises BrokenPipeError when its reader has left.

    With PYTHONUNBUFFERED, as in many containers, sys.stdout.buffer itself writes every row apart, and a part of it
    where its reader leaves meanwhile, which nobody is told.
    """
    with open(sys.stdout.fileno(), "wb", closefd=False) as file:
        yield file
