"""How the commands log (plain lines on a terminal, JSON otherwise, always on stderr), and their event loop."""

import asyncio
import logging
import sys

import structlog

__all__ = ["new_loop", "set_up_logs"]


def new_loop() -> asyncio.AbstractEventLoop:
    """Return the event loop to run on: uvloop where it has a wheel, asyncio's own elsewhere."""
    try:
        import uvloop  # noqa: PLC0415 - absent on some platforms
    except ImportError:
        return asyncio.new_event_loop()
    loop: asyncio.AbstractEventLoop = uvloop.new_event_loop()
    return loop


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
