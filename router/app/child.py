"""Computing in a process of its own: a week's review takes seconds, in which alerts would have to wait."""

import asyncio
import contextlib
import os
import sys
from collections.abc import Callable

import structlog

LOG = structlog.get_logger(__name__)
LONGEST_S = 600.0
SAID_MOST = 500
NICE = 10
"""Alerts come first, where processors are few."""


class Child:
    """Starts `report --store` beside this process, on the same configuration and environment, one at a time."""

    def __init__(self, config_file: Callable[[], str]) -> None:
        self._config_file = config_file
        self._alone = asyncio.Lock()

    async def compute(self, week: str) -> bool:
        """Compute and store the reviews of a week; returns whether that went well. Why it did not is in the log."""
        async with self._alone:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "router", "report", "--store", "--week", week, "--config", self._config_file()),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.PIPE,
                start_new_session=True,
            )
            with contextlib.suppress(OSError):  # it has ended already, or may not
                os.setpriority(os.PRIO_PROCESS, process.pid, NICE)
            try:
                async with asyncio.timeout(LONGEST_S):
                    _, said = await process.communicate()
            except TimeoutError:
                LOG.error("review_too_slow", week=week, seconds=LONGEST_S)  # noqa: TRY400 - where it is slow is not here
                return False
            finally:
                await _ended(process)
        if process.returncode:
            text = said.decode("utf-8", "replace").strip()[-SAID_MOST:]
            LOG.error("review_failed", week=week, exit_code=process.returncode, said=text)
        return process.returncode == 0


async def _ended(process: asyncio.subprocess.Process) -> None:
    """What this process no longer waits for must not go on without it."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
