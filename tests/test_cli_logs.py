"""Logs go to stderr, as lines of JSON or of words; libraries write like the router, and nothing twice a second."""

import io
import json
import logging
import sys
from collections.abc import Iterator

import pytest
import structlog

from router.cli.logs import new_loop, set_up_logs


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    root = logging.getLogger()
    level, handlers = root.level, list(root.handlers)
    yield
    root.setLevel(level)
    root.handlers[:] = handlers
    structlog.reset_defaults()


def lines_of(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


def test_lines_are_json_where_no_terminal_reads_them(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logs("info")
    structlog.get_logger("router").info("reloaded", slos=2)
    structlog.get_logger("router").debug("request")
    said = capsys.readouterr()
    [line] = lines_of(said.err)
    assert (line["event"], line["slos"], line["level"]) == ("reloaded", 2, "info")
    assert str(line["timestamp"]).endswith("Z")
    assert said.out == ""


def test_a_librarys_error_is_a_line_of_json_without_what_it_quotes(capsys: pytest.CaptureFixture[str]) -> None:
    """asyncio and aiohttp log tracebacks; the texts of errors may hold what was sent."""
    set_up_logs("info")
    try:
        raise ValueError("c4n4ry")
    except ValueError:
        logging.getLogger("asyncio").exception("Task exception was never retrieved")
    logging.getLogger("slack_sdk").info("c4n4ry")
    [line] = lines_of(capsys.readouterr().err)
    assert (line["event"], line["level"], line["error"]) == (
        "Task exception was never retrieved",
        "error",
        "ValueError",
    )
    assert "c4n4ry" not in json.dumps(line)


def test_on_a_terminal_no_value_moves_the_cursor(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    set_up_logs("info")
    structlog.get_logger("router").warning("body_quarantined", problem="\x1b[2J\r\nfake line \u202e")
    text = screen.getvalue()
    assert "body_quarantined" in text
    assert "\x1b[2J" not in text
    assert "\u202e" not in text
    assert len(text.splitlines()) == 1


def test_what_is_said_at_every_attempt_is_said_once_in_a_while(capsys: pytest.CaptureFixture[str]) -> None:
    """Other lines, and other codes of the same line, come through."""
    set_up_logs("info")
    log = structlog.get_logger("router")
    for _ in range(50):
        log.warning("dispatch_postponed", code="unreachable")
        log.warning("look_fenced", incident="E-1")
    log.warning("dispatch_postponed", code="oom")
    lines = lines_of(capsys.readouterr().err)
    assert [line.get("code") for line in lines if line["event"] == "dispatch_postponed"] == ["unreachable", "oom"]
    assert len([line for line in lines if line["event"] == "look_fenced"]) == 50


def test_the_loop_is_a_fast_one_where_it_can_be() -> None:
    loop = new_loop()
    assert type(loop).__module__.split(".")[0] == "uvloop"
    loop.close()
