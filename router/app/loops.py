"""Loops that go on until the router stops, whatever breaks in one of their turns."""

import asyncio
import traceback
from collections.abc import Awaitable, Callable

import structlog

from router.errors import ConfigError, UnavailableError

LOG = structlog.get_logger(__name__)
RETRY_S = 1.0
Turn = Callable[[], Awaitable[None]]


class Loops:
    """Runs turns one after another. Everything that a turn leaves undone stays due, so the next one finds it."""

    def __init__(self) -> None:
        self._tasks: list[asyncio.Task[None]] = []

    def keep(self, name: str, turn: Turn) -> None:
        """Take one turn after another until `end`."""
        self._tasks.append(asyncio.create_task(_forever(name, turn), name=name))

    async def end(self) -> None:
        """End all loops. A cancellation can get lost (wait_for of Python 3.11, gh-86296), so it is repeated."""
        while pending := [task for task in self._tasks if not task.done()]:
            for task in pending:
                task.cancel()
            await asyncio.wait(pending, timeout=RETRY_S)


async def _forever(name: str, turn: Turn) -> None:
    trouble = ""
    while True:
        found = await _take(turn)
        if found != trouble:
            _tell(name, found)
        trouble = found
        if found:
            await asyncio.sleep(RETRY_S)


async def _take(turn: Turn) -> str:
    """Take one turn; returns what kept it from its end, "" when nothing did."""
    try:
        await turn()
    except UnavailableError as error:
        return error.code
    except ConfigError as error:
        return str(error)
    except Exception as error:  # noqa: BLE001 - a loop that ends would be missed by nobody until alerts stay away
        frames = traceback.extract_tb(error.__traceback__)
        return f"{type(error).__name__} in {frames[-1].filename}:{frames[-1].lineno}"
    return ""


def _tell(name: str, trouble: str) -> None:
    """Say once that a loop is in trouble, and once that it is out of it."""
    if trouble:
        LOG.warning("loop_postponed", loop=name, problem=trouble)
    else:
        LOG.info("loop_goes_on", loop=name)
