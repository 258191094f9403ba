"""The command line as a whole: help with examples, exit codes, and pipes that end early."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from router.cli import COMMANDS, main
from tests.support.serving import write_config


def test_help_lists_every_command_with_examples(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["--help"])
    assert caught.value.code == 0
    said = capsys.readouterr().out
    for command in COMMANDS:
        assert f"  {command} " in said
    assert "Exit codes: 0 all is well" in said


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_examples(capsys: pytest.CaptureFixture[str], command: str) -> None:
    with pytest.raises(SystemExit) as caught:
        main([command, "--help"])
    assert caught.value.code == 0
    said = capsys.readouterr().out
    assert said.startswith(f"usage: alert-router {command}")
    assert "examples:\n" in said
    assert f"  alert-router {command}" in said


@pytest.mark.parametrize("arguments", [[], ["nope"], ["serve", "--log-level", "loud"], ["serve", "x"]])
def test_wrong_usage_of_the_command_line_exits_2(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert capsys.readouterr().err.startswith("usage: alert-router")


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["--version"])
    assert caught.value.code == 0
    assert capsys.readouterr().out.startswith("alert-router 0.")


def test_a_reader_that_leaves_early_is_no_stumbling_block(tmp_path: Path) -> None:
    """`explain --batch ... | head -1`: exit code 1 and not a word on stderr."""
    config = write_config(tmp_path)
    case = {"alert": {"labels": {"alertname": "X"}}, "slo_state": {"now": "2026-11-22T09:00:00Z", "slos": {}}}
    (tmp_path / "cases.jsonl").write_text((json.dumps(case) + "\n") * 2_000)
    command = [
        sys.executable,
        "-m",
        "router",
        "explain",
        "--config",
        str(config),
        "--batch",
        str(tmp_path / "cases.jsonl"),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert json.loads(process.stdout.readline())["outcome"] == "forward"
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(timeout=20) == 1


def test_ctrl_c_ends_a_command_without_a_traceback(tmp_path: Path) -> None:
    """While it waits for an alert, say; a named pipe opens for writing once it is being read."""
    config, pipe = write_config(tmp_path), tmp_path / "alert.json"
    os.mkfifo(pipe)
    command = [sys.executable, "-m", "router", "explain", "--config", str(config), str(pipe)]
    with subprocess.Popen(command, stderr=subprocess.PIPE) as process:
        assert process.stderr is not None
        writer = os.open(pipe, os.O_WRONLY)
        process.send_signal(signal.SIGINT)
        assert process.stderr.read() == b""
        assert process.wait(timeout=20) == 130
        os.close(writer)
