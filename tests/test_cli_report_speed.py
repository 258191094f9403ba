"""History files of a large company are read in seconds, and held in little memory."""

import gc
import json
import time
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from router.cli.files import read_firings
from router.cli.report.slos import read_slo_history
from tests.support.weekly_files import at, record, snapshot

MINUTES = 40_320
"""Of four weeks; twelve SLOs have 484,000 of them."""
SLOWER = 2.0
"""So much slower may a machine be that others use as well; alone it needs 1.1 s and 2.5 s (times of the process)."""


@pytest.fixture(autouse=True)
def uncollected() -> Iterator[None]:
    """As the command itself does."""
    gc.disable()
    yield
    gc.enable()


def history(path: Path, count: int) -> str:
    """A week of firings of 2,000 alerts."""
    with path.open("w") as file:
        for number in range(count):
            rule, hours = f"Rule{number % 200}", number * 168 / count
            labels = {
                name: f"{name}-{number % 200}" for name in ("alertname", "service", "namespace", "cluster", "pod")
            }
            some = {"fingerprint": f"{number % 2_000:032x}", "labels": labels, "incident": f"E-{number // 3:06X}"}
            file.write(json.dumps(record(rule, hours, acknowledged_at=at(hours), **some)) + "\n")
    return str(path)


def slo_history(path: Path, slos: int) -> str:
    minute = json.dumps(snapshot(0))
    with path.open("w") as file:
        for slo in range(slos):
            named = minute.replace('"shop-availability"', f'"slo-{slo}"')
            for number in range(MINUTES):
                file.write(named.replace(at(0), at(number / 60)) + "\n")
    return str(path)


def megabytes(read: Callable[[], Any]) -> float:
    """How much reading takes at its peak, which is hardly more than what it returns."""
    tracemalloc.start()
    found = read()
    now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found
    assert now <= peak <= 1.2 * now + 2**20
    return peak / 2**20


def test_100_000_firings_are_read_in_two_seconds(tmp_path: Path) -> None:
    path = history(tmp_path / "history.jsonl", 100_000)
    began = time.process_time()
    firings = read_firings(path)
    assert time.process_time() - began <= 2.0 * SLOWER
    assert len(firings) == 100_000
    assert len({id(firing.labels) for firing in firings}) == 2_000


def test_10_000_firings_take_10_megabytes(tmp_path: Path) -> None:
    path = history(tmp_path / "history.jsonl", 10_000)
    assert megabytes(lambda: read_firings(path)) <= 10


def test_a_month_of_twelve_slos_is_read_in_three_seconds(tmp_path: Path) -> None:
    path = slo_history(tmp_path / "slos.jsonl", 12)
    began = time.process_time()
    said = read_slo_history(path, {})
    assert {len(each.stretches()) for each in said.values()} == {1}
    assert time.process_time() - began <= 3.0 * SLOWER


def test_a_month_of_an_slo_takes_2_megabytes(tmp_path: Path) -> None:
    path = slo_history(tmp_path / "slos.jsonl", 1)
    assert megabytes(lambda: read_slo_history(path, {})) <= 2
