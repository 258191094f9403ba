"""The benchmarks work: a quick run measures and keeps figures, requests are whole, a missing Alertmanager is said."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bench import accept
from bench.bodies import Batches, requests_of
from bench.load import quantile
from bench.measure import Run
from bench.processes import ROOT
from bench.results import table_of
from bench.setup import Setup
from router.sources import SOURCES
from router.sources.batch import Body

NOW = 1_780_000_000.0


def make_batches(door: str, count: int = 7, size: int = 3, sent_before: int = 0) -> Batches:
    return Batches(door, "127.0.0.1", 9093, "/path", 0, count, size, NOW, sent_before)


def make_run(alerts_per_s: float, status: str = "200") -> Run:
    return Run(100, 10, 1.0, alerts_per_s, 1.0, 2.0, 3.0, {status: 10}, 0.1, 0.05, 0.01, 0.0)


@pytest.mark.parametrize(("door", "source_type"), [("api", "alertmanager-api"), ("webhook", "alertmanager")])
def test_requests_are_whole_and_hold_every_alert_once(door: str, source_type: str) -> None:
    """Seven alerts in bodies of three: ten labels and three annotations each, all of them distinct and understood."""
    alerts = []
    for request in requests_of(make_batches(door)):
        head, body = request.split(b"\r\n\r\n", 1)
        assert f"Content-Length: {len(body)}".encode() in head
        batch = SOURCES[source_type].parse(Body("bench", body, "application/json", NOW))
        assert not batch.rejected
        alerts += batch.alerts
    assert len({alert.fingerprint for alert in alerts}) == 7
    assert {(len(alert.labels), len(alert.annotations)) for alert in alerts} == {(10, 3)}


def test_a_re_send_through_the_api_moves_only_its_end() -> None:
    """Prometheus moves `endsAt` with every send; Alertmanager repeats a webhook unchanged."""
    assert requests_of(make_batches("api")) != requests_of(make_batches("api", sent_before=1))
    assert requests_of(make_batches("webhook")) == requests_of(make_batches("webhook", sent_before=1))


@pytest.mark.parametrize(
    ("values", "share", "expected"), [([], 0.5, 0.0), ([4.0], 0.99, 4.0), ([1.0, 2.0, 3.0, 4.0], 0.5, 3.0)]
)
def test_quantiles_of_few_values(values: list[float], share: float, expected: float) -> None:
    assert quantile(values, share) == expected


def test_goals_are_judged_by_the_median_of_pairs(tmp_path: Path) -> None:
    """Two pairs at 2x and 4x are 3x in the middle, which is just the goal; every other answer is named."""
    setup = Setup(tmp_path, quick=False, rounds=2, now=NOW, alertmanager="0.1")
    runs, others = [make_run(200.0), make_run(400.0, "503")], [make_run(100.0), make_run(100.0)]
    row = accept._row(setup, "accept", "new", 100, runs, others)
    assert row.ratio == "3.00 (2.00-4.00)"
    assert row.met is True
    assert "503" in row.answers


def test_without_alertmanager_the_column_says_how_to_get_it(tmp_path: Path) -> None:
    row = accept._row(Setup(tmp_path, quick=False, rounds=1, now=NOW), "accept", "new", 100, [make_run(200.0)], None)
    assert "apt-get install prometheus-alertmanager" in row.alertmanager
    assert row.met is None
    assert table_of([row], "title").row_count == 1


def test_a_quick_run_measures_and_keeps_its_figures(tmp_path: Path) -> None:
    """Real programs, few alerts: every answer is 2xx and the JSON holds what the table shows."""
    command = [sys.executable, "-m", "bench", "--quick", "--only", "mixed", "--only", "start", "--keep", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=90, check=False)
    assert done.returncode == 0, done.stderr
    (kept,) = tmp_path.iterdir()
    measured = json.loads(kept.read_text(encoding="utf-8"))
    assert {row["bench"] for row in measured["rows"]} == {"mixed", "start"}
    assert {row["answers"] for row in measured["rows"] if row["bench"] == "mixed"} == {"all 2xx"}
    assert measured["cores"] >= 1
    assert "figures mean nothing" in done.stdout
