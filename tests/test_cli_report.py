"""`alert-router report` from files: what it says in every format, for whom, and when it is used wrongly."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from router.cli import main
from router.report.packing import unpack
from tests.support.weekly_files import record, write, write_week

Report = Callable[..., tuple[int, str, str]]
W47 = ("--week", "2026-W47")


@pytest.fixture
def week(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a configuration and two history files, which is the working directory."""
    monkeypatch.chdir(write_week(tmp_path))
    monkeypatch.setenv("ROUTER_CONFIG", "router.yaml")
    return tmp_path


@pytest.fixture
def report(week: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> Report:
    """Run the command; exit code, stdout and stderr."""

    def run(*arguments: str) -> tuple[int, str, str]:
        capfdbinary.readouterr()
        try:
            code = main(["report", *arguments])
        except SystemExit as ended:
            code = int(ended.code or 0)
        said = capfdbinary.readouterr()
        return code, said.out.decode(), said.err.decode()

    return run


@pytest.fixture
def whole(report: Report) -> Report:
    """The same, from both files."""
    return lambda *arguments: report("--history", "history.jsonl", "--slo-history", "slos.jsonl", *arguments)


def test_text_names_the_wolf_and_what_is_right(whole: Report) -> None:
    code, said, error = whole()
    assert (code, error) == (0, "")
    assert "16 to 22 November" in said.splitlines()[0]
    assert "DiskSlow" in said
    assert "\x1b[" not in said
    assert all(len(line) <= 100 for line in said.splitlines())


def test_json_is_the_whole_review(whole: Report) -> None:
    code, said, error = whole("--format", "json", *W47)
    assert (code, error) == (0, "")
    review = unpack(said.encode())
    assert [(rule.rule, rule.counts.wolves) for rule in review.wolves] == [("DiskSlow", 4)]
    assert (review.week, review.team, review.counts.firings, review.before.firings) == ("2026-W47", "", 6, 1)
    assert [(each.by, each.text) for each in review.reported] == [("Ito", "The shop was slow")]
    [slo] = review.slos
    assert [(threat.tier, threat.announced) for threat in slo.threats] == [("page", True)]
    assert json.loads(said)["week"] == "2026-W47"


def test_html_is_one_file_with_its_charts(whole: Report) -> None:
    code, said, error = whole("--format", "html", "--locale", "ja")
    assert (code, error) == (0, "")
    assert said.startswith("<!doctype html>")
    assert 'lang="ja"' in said
    assert "data:image/svg+xml" in said
    assert "DiskSlow" in said


def test_slack_is_the_message_with_its_thread(whole: Report) -> None:
    code, said, error = whole("--format", "slack")
    assert (code, error) == (0, "")
    message = json.loads(said)
    assert message["text"]
    assert {block["type"] for block in message["blocks"]} >= {"section"}
    assert [set(reply) for reply in message["thread"]] == [{"text", "blocks"}] * len(message["thread"])
    assert "https://alerts.example.com" in said


@pytest.mark.parametrize("format_", ["text", "json", "html", "slack"])
def test_every_format_can_show_a_week_of_nothing(report: Report, week: Path, format_: str) -> None:
    write(week / "none.jsonl", [])
    code, said, error = report("--history", "none.jsonl", *W47, "--format", format_)
    assert (code, error) == (0, "none.jsonl: no firing in 2026-W47; it holds none at all\n")
    assert said.endswith("\n")


def test_an_empty_file_has_no_last_week(report: Report, week: Path) -> None:
    write(week / "none.jsonl", [])
    code, said, error = report("--history", "none.jsonl")
    assert (code, said) == (1, "")
    assert error == "none.jsonl: it is empty, so that no week is its last one: name one with --week\n"


def test_a_week_of_which_the_file_knows_nothing_is_told_from_a_quiet_one(whole: Report) -> None:
    code, said, error = whole("--week", "2026-W40", "--format", "json")
    assert (code, json.loads(said)["counts"]["firings"]) == (0, 0)
    assert error == "history.jsonl: no firing in 2026-W40; its firings are of 2026-W46 to 2026-W48\n"


def test_one_team_has_its_own_firings_only(report: Report, week: Path) -> None:
    some = [record("DiskSlow", 10), record("CardErrors", 11, receiver="payments"), record("Last", 24 * 7 + 1)]
    write(week / "history.jsonl", some)
    code, said, error = report("--history", "history.jsonl", "--team", "payments", "--format", "json")
    review = unpack(said.encode())
    assert (code, error, review.team, [rule.rule for rule in review.rules]) == (0, "", "payments", ["CardErrors"])


@pytest.mark.parametrize("format_", ["text", "json", "html", "slack"])
def test_a_team_without_any_firing_had_a_quiet_week(whole: Report, format_: str) -> None:
    code, said, error = whole("--team", "payments", "--format", format_)
    assert (code, error) == (0, "")
    assert "DiskSlow" not in said


WRONG = {
    "no week": (("--week", "last"), "--week: 'last' is no week: write year and ISO week number, as 2026-W47"),
    "week 54": (("--week", "2026-W54"), "--week: '2026-W54' is no week: 2026 has no week 54"),
    "week to come": (("--week", "2026-W49"), "--week: 2026-W49 has not begun; the newest one is 2026-W48"),
    "team": (("--team", "nobody"), "--team: there is no receiver 'nobody'; known are payments, sre"),
    "store": (("--store",), "--store keeps what comes from Redis: leave out --history"),
    "format": (("--format", "pdf"), "invalid choice: 'pdf'"),
    "locale": (("--locale", "fr"), "invalid choice: 'fr'"),
}


@pytest.mark.parametrize(("arguments", "said"), WRONG.values(), ids=WRONG)
def test_wrong_usage_exits_2(whole: Report, arguments: tuple[str, ...], said: str) -> None:
    code, out, error = whole(*arguments)
    assert (code, out) == (2, "")
    assert error.startswith("usage: alert-router report")
    assert said in error


def test_slo_history_alone_is_wrong_usage(report: Report) -> None:
    code, out, error = report("--slo-history", "slos.jsonl")
    assert (code, out) == (2, "")
    assert "--slo-history goes with --history" in error


def test_a_wrong_week_is_told_before_anything_is_opened(report: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1")
    assert report("--week", "47")[0] == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--history", "nowhere.jsonl"), "nowhere.jsonl: no such file or directory; name another file\n"),
        (("--history", "."), ".: is a directory; name another file\n"),
        (("--history", "slos.jsonl"), "slos.jsonl:1: `started_at` is missing"),
        (("--history", "history.jsonl", "--slo-history", "history.jsonl"), "history.jsonl:1: `slo` is missing"),
        (("--config", "nowhere.yaml", "--history", "history.jsonl"), "nowhere.yaml"),
    ],
    ids=["no file", "a folder", "the other file", "twice the same", "no configuration"],
)
def test_what_cannot_be_read_exits_1_and_says_which(report: Report, arguments: tuple[str, ...], said: str) -> None:
    code, out, error = report(*arguments)
    assert (code, out) == (1, "")
    assert said in error


def test_without_the_extra_a_page_has_no_charts_and_stderr_says_why(
    whole: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    code, said, error = whole("--format", "html")
    assert code == 0
    assert "data:image/svg+xml" not in said
    assert "pip install 'slo-alert-router[charts]'" in error


# --- as a program of its own


def start(folder: Path, *arguments: str, **environment: str) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "router", "report", "--config", str(folder / "router.yaml"), *arguments]
    variables = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent), **environment}
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=variables, cwd=folder)


def test_a_terminal_that_cannot_show_it_has_question_marks(week: Path) -> None:
    with start(
        week, "--history", "history.jsonl", "--locale", "ja", PYTHONIOENCODING="ascii", PYTHONUTF8="0"
    ) as process:
        said, error = process.communicate(timeout=30)
    assert (process.returncode, error) == (0, b"")
    assert "??" in said.decode("ascii")
    assert "DiskSlow" in said.decode("ascii")


def test_data_is_utf_8_whatever_the_terminal_is(week: Path) -> None:
    write(week / "some.jsonl", [record("ディスク", 1), record("Last", 24 * 7 + 1)])
    some = ("--history", "some.jsonl", "--format", "json")
    with start(week, *some, PYTHONIOENCODING="ascii", PYTHONUTF8="0") as process:
        said, _ = process.communicate(timeout=30)
    assert [rule["rule"] for rule in json.loads(said)["rules"]] == ["ディスク"]


@pytest.mark.parametrize("unbuffered", ["", "1"], ids=["buffered", "unbuffered"])
def test_a_reader_that_leaves_is_no_error(week: Path, unbuffered: str) -> None:
    """As in `| head`."""
    many = [record(f"Rule{number}", number / 10) for number in range(1_600)]
    write(week / "many.jsonl", [*many, record("Last", 24 * 7 + 1)])
    with start(week, "--history", "many.jsonl", "--format", "json", PYTHONUNBUFFERED=unbuffered) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline() == b"{\n"
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(timeout=30) == 1


def test_ctrl_c_ends_it_while_it_reads(week: Path) -> None:
    os.mkfifo(week / "pipe")
    with start(week, "--history", "pipe") as process:
        assert process.stderr is not None
        writer = os.open(week / "pipe", os.O_WRONLY)
        process.send_signal(signal.SIGINT)
        assert process.stderr.read() == b""
        assert process.wait(timeout=20) == 130
        os.close(writer)


def test_ctrl_c_ends_it_while_it_computes(week: Path) -> None:
    """Which waits for nothing, so that a cancellation would not reach it: it is over long before it would be done."""
    os.mkfifo(week / "pipe")
    with start(week, "--history", "pipe") as process:
        with (week / "pipe").open("w") as file:
            for number in range(40_000):
                line = record(f"Rule{number % 400}", number / 800, fingerprint=f"{number}")
                file.write(json.dumps(line) + "\n")
        # What is still in the pipe is read within a millisecond; computing takes a second.
        process.send_signal(signal.SIGINT)
        said, error = process.communicate(timeout=20)
    assert (process.returncode, said) == (130, b"")
    assert b"Traceback" not in error
