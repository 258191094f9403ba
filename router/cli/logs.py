"""How the commands log (plain lines on a terminal, JSON otherwise, always on stderr), and their event loop."""

import asyncio
import logging
import sys
import time
from collections.abc import MutableMapping
from typing import Any

import structlog

__all__ = ["new_loop", "set_up_logs"]

REPEATED = frozenset({"dispatch_postponed", "look_postponed", "unavailable", "slack_put_off"})
"""What is said at every attempt while something is down; once in a while is enough."""
REPEAT_S = 10.0


def new_loop() -> asyncio.AbstractEventLoop:
    """Return the event loop to run on: uvloop where it has a wheel, asyncio's own elsewhere."""
    try:
        import uvloop  # absent on some platforms
    except ImportError:
        return asyncio.new_event_loop()
    loop: asyncio.AbstractEventLoop = uvloop.new_event_loop()
    return loop


def set_up_logs(level: str) -> None:
    """Send structured logs to stderr. Libraries are kept at WARNING: slack_sdk would log message texts at DEBUG."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    renderer = _renderer(terminal=sys.stderr.isatty())
    structlog.configure(
        processors=[_Seldom(), *shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    foreign = logging.StreamHandler(sys.stderr)
    foreign.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _kind_only, renderer],
        )
    )
    logging.basicConfig(level=logging.WARNING, handlers=[foreign], force=True)


def _renderer(*, terminal: bool) -> structlog.typing.Processor:
    """Return how a line is written. Values are quoted on a terminal: a sender must not write control characters."""
    if not terminal:
        return structlog.processors.JSONRenderer()
    plain = structlog.dev.plain_traceback
    return structlog.dev.ConsoleRenderer(colors=True, repr_native_str=True, exception_formatter=plain)


def _kind_only(_logger: Any, _name: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Name the kind of a library's error and leave its traceback out: error texts may hold what was sent."""
    info = entry.pop("exc_info", None)
    if isinstance(info, tuple) and info[0] is not None:
        entry["error"] = info[0].__name__
    return entry


class _Seldom:
    """Lets the first of many equal lines through, and every ten seconds one with how many were left out."""

    def __init__(self) -> None:
        self._said: dict[tuple[str, str], tuple[float, int]] = {}

    def __call__(self, _logger: Any, _name: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        if entry.get("event") not in REPEATED:
            return entry
        key = (str(entry["event"]), str(entry.get("code", "")))
        now = time.monotonic()
        since, left_out = self._said.get(key, (float("-inf"), 0))
        if now - since < REPEAT_S:
            self._said[key] = (since, left_out + 1)
            raise structlog.DropEvent
        self._said[key] = (now, 0)
        if left_out:
            entry["left_out"] = left_out
        return entry
