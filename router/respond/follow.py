"""Work that goes on after Slack has its answer: kept in sight until it is done, and never lost in silence."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import structlog

from router.errors import RouterError, UnavailableError

LOG = structlog.get_logger(__name__)


class FollowUps:
    """Runs follow-ups in the background; each failure is logged by its code."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[None]] = set()

    def start(self, what: str, work: Coroutine[Any, Any, None]) -> None:
        """Begin; `what` names it in the log."""
        task = asyncio.create_task(self._guarded(what, work))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def drain(self, seconds: float) -> None:
        """Wait for what is under way; what takes longer is given up, and said so."""
        if not self._running:
            return
        _, left = await asyncio.wait(self._running, timeout=seconds)
        for task in left:
            task.cancel()
        if left:
            LOG.warning("follow_ups_given_up", count=len(left))
            await asyncio.wait(left)

    @staticmethod
    async def _guarded(what: str, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except UnavailableError as error:
            LOG.warning("follow_up_failed", what=what, code=error.code)
        except RouterError as error:
            LOG.warning("follow_up_failed", what=what, code=type(error).__name__)
        except Exception as error:  # noqa: BLE001 - nobody awaits it: the type is logged, the data not
            LOG.error("follow_up_failed", what=what, code=type(error).__name__)  # noqa: TRY400
