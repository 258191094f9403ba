"""Waiting for real programs: a condition is asked again and again, never a fixed time slept away."""

import asyncio
from collections.abc import Awaitable, Callable
from inspect import isawaitable
from typing import TypeVar

T = TypeVar("T")
STEP_S = 0.1


async def until(condition: Callable[[], T | Awaitable[T]], what: str, within_s: float, step_s: float = STEP_S) -> T:
    """Return the condition's first true value; fails with `what` when that takes too long."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + within_s
    while True:
        found = condition()
        value = await found if isawaitable(found) else found
        if value:
            return value
        assert loop.time() < deadline, f"waited {within_s:.0f} s in vain: {what}"
        await asyncio.sleep(step_s)
