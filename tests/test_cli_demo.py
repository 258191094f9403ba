"""The demo: a newcomer sees every outcome within a minute, the sums agree, and nothing is left behind."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from router.cli import build_parser
from router.cli.demo.day import DAY
from router.cli.demo.delivery import is_night

LIMIT_S = 60.0
ROOT = Path(__file__).parents[1]


@dataclass
class Run:
    """One run of the command in a process of its own, with a folder of its own for temporary files."""

    text: str
    errors: str
    code: int
    lasted_s: float
    folder: Path

    def between(self, begin: str, end: str) -> str:
        return self.text[self.text.index(begin) : self.text.index(end)]


def _start(folder: Path, *options: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "router", "demo", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(folder), "COLUMNS": "100", "PYTHONIOENCODING": "utf-8"},
    )


def _processes(folder: Path) -> list[str]:
    """Command lines of living processes that mention the folder."""
    if Path("/proc/self/cmdline").exists():
        listed = [_command_line(each) for each in Path("/proc").glob("[0-9]*/cmdline")]
    else:
        listed = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout.splitlines()
    return [line for line in listed if str(folder) in line]


def _command_line(file: Path) -> str:
    try:
        return file.read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:  # it ended meanwhile
        return ""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    folder = tmp_path_factory.mktemp("demo")
    began = time.monotonic()
    process = _start(folder, "--fast")
    text, errors = process.communicate(timeout=2 * LIMIT_S)
    yield Run(text, errors, process.returncode, time.monotonic() - began, folder)


def test_the_day_is_over_within_a_minute_without_complaint(run: Run) -> None:
    assert run.errors == ""
    assert run.code == 0
    assert run.lasted_s < LIMIT_S


def test_a_cause_is_held_with_the_reason_and_becomes_a_page_when_the_budget_burns(run: Run) -> None:
    held = run.between("10:40   HOLD", "10:44")
    assert "DBConnectionsHigh fires. No SLO burns: held and watched." in held
    assert "Why? held: no covering SLO is burning" in held
    assert "┏━" not in held
    said = "The budget burns at page speed: the alert held since 10:40 is now one page"
    assert re.search(rf"10:5\d   PAGE +{said}", run.text)


def test_the_page_shows_burn_numbers_and_the_guide(run: Run) -> None:
    page = run.between("Page: Checkout availability", "push: PAGE")
    assert re.search(r"\d+\.\dx over 1 h, \d+\.\dx over 5 min", page)
    assert "Budget left" in page
    assert "[ Open guide ] https://guides.example.com/checkout" in page
    assert "DBConnectionsHigh on db-1" in page
    assert "@sre-oncall" in page


def test_symptoms_join_the_page_in_its_thread_without_a_new_message(run: Run) -> None:
    assert "Causes: 4 kinds, 4 alerts" in run.text
    assert "10:54   MERGE" in run.text


def test_the_page_is_edited_in_place_to_resolved(run: Run) -> None:
    (posted,) = set(re.findall(r"#sre · new message · (E-\w+) ━+\n┃ Page: ", run.text))
    assert re.search(rf"#sre · edited · {posted} ━+\n┃ Resolved after \d+ min: Checkout availability", run.text)


def test_a_slow_burn_is_a_ticket_in_the_ticket_channel(run: Run) -> None:
    assert re.search(r"15:\d\d   TICKET", run.text)
    assert re.search(r"#sre-tickets · new message · E-\w+ ━+\n┃ Ticket: Search success", run.text)


def test_what_cannot_be_judged_is_forwarded_with_the_reason(run: Run) -> None:
    for reason in (
        "Always forwarded: its labels match the bypass list.",
        "Forwarded because no SLO is mapped to it.",
        "Forwarded without SLO check (fail-open): its data source does not answer",
        "SLO check is blind: alerts come through unfiltered",
    ):
        assert reason in run.text
    assert "SLO check is back after" in run.text


def test_the_closing_table_sums_up_to_the_alerts_sent(run: Run) -> None:
    table = run.text[run.text.index("What became of the day's alerts") :]
    rows = {(outcome, reason): int(n) for outcome, reason, n in re.findall(r"^ +([A-Z]+) +(\w+) +(\d+) ", table, re.M)}
    total, sent = re.search(r"Sum +(\d+) +(\d+) alerts sent, every one accounted for", table).groups()  # type: ignore[union-attr]
    assert sum(rows.values()) == int(total) == int(sent) == len(DAY.raised)
    assert {outcome for outcome, _ in rows} == {"PAGE", "TICKET", "FORWARD", "HOLD", "DROP", "MERGE"}
    assert rows["PAGE", "threat_page"] == rows["TICKET", "threat_ticket"] == 1
    assert rows["DROP", "never_threatened"] > 40
    for reason in ("bypass", "unmapped", "slo_unknown"):
        assert rows["FORWARD", reason] == 1


def test_the_closing_compares_with_forwarding_everything_and_says_what_to_do_next(run: Run) -> None:
    messages = len(re.findall(r"^┏━ \S+ · new message", run.text, re.M))
    assert f"{messages} messages, 0 at night" in run.text
    assert f"{len(DAY.raised)} messages, {sum(is_night(each.begin) for each in DAY.raised)} at night" in run.text
    assert "Loudest wolves: HighCPU (39)" in run.text
    for step in ("make run", "alert-router check", "docs/configuration.md"):
        assert step in run.text


def test_output_that_is_no_terminal_is_plain_text(run: Run) -> None:
    assert "\x1b" not in run.text
    assert "\r" not in run.text
    assert max(len(line.rstrip()) for line in run.text.splitlines()) <= 100


def test_nothing_is_left_behind(run: Run) -> None:
    assert _processes(run.folder) == []
    assert list(run.folder.iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "sigterm"])
def test_stopping_in_the_middle_leaves_nothing_behind(
    number: signal.Signals, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("stop")
    process = _start(folder)
    assert process.stdout is not None
    while "HOLD    " not in process.stdout.readline():
        assert process.poll() is None
    assert any("valkey-server" in line for line in _processes(folder))
    process.send_signal(number)
    _, errors = process.communicate(timeout=20)
    assert errors == "Stopped. Nothing is left running.\n"
    assert process.returncode == 130
    assert _processes(folder) == []
    assert list(folder.iterdir()) == []


def test_help_shows_examples(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        build_parser().parse_args(["demo", "--help"])
    assert left.value.code == 0
    assert "alert-router demo --locale ja" in capsys.readouterr().out
