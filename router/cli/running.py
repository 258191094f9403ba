"""Runs a command's work so that Ctrl-C ends it at once."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

Result = TypeVar("Result")


def run(work: Coroutine[Any, Any, Result]) -> Result:
    """Run to the end; raises KeyboardInterrupt on Ctrl-C, once what was opened is closed.

    asyncio.run turns Ctrl-C into a cancellation, which work that computes for seconds without waiting never sees.
    """
    with asyncio.Runner() as runner:
        return runner.get_loop().run_until_complete(work)
