"""Runs a command's work: so that Ctrl-C ends it at once, and without the garbage collector where it only costs."""

import asyncio
import gc
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

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
