"""How the commands log (plain lines on a terminal, JSON otherwise, always on stderr), and their event loop."""

import logging
import sys

import structlog

try:
    from uvloop import new_event_loop as new_loop
except ImportError:  # uvloop has no wheel for every platform
    from asyncio import new_event_loop as new_loop

__all__ = ["new_loop", "set_up_logs"]


def set_up_logs(level: str) -> None:
    """Send structured logs to stderr. Libraries are kept at WARNING: slack_sdk would log message texts at DEBUG."""
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(message)s")
    terminal = sys.stderr.isatty()
    renderer: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer(colors=True) if terminal else structlog.processors.JSONRenderer()
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
