"""The planted month itself: its files have the contract's shapes, its SLO history says what the gate's maths says."""

import json
from collections import Counter
from datetime import datetime
from pathlib import Path

import pytest

from router.config.load import load
from router.noise.records import firing_of
from router.slo.objective import Objective
from router.slo.snapshot import snapshot_from_json
from router.slo.verdict import Memory, assess
from tests.support.company_month import Month, slo_history
from tests.support.company_month.company import SLOS, Slo, rules
from tests.support.company_month.month import planted
from tests.support.company_month.reading import the_month
from tests.support.company_month.setting import write_configuration

RECORD = {
    "source", "rule", "fingerprint", "labels", "annotations", "started_at", "ended_at", "outcome", "reason", "incident",
    "receiver", "notified_at", "acknowledged_at", "acknowledged_by", "guide_opened_at", "human_verdict",
    "missed_report", "slos",
}  # fmt: skip
"""The contract's fields of a history record; there may be more."""


@pytest.fixture(scope="session")
def company(tmp_path_factory: pytest.TempPathFactory) -> Month:
    return the_month(tmp_path_factory.getbasetemp())


@pytest.fixture(scope="module")
def objectives(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Objective]:
    folder = tmp_path_factory.mktemp("configuration")
    write_configuration(folder)
    config = load(str(folder / "router.yaml"), {})
    assert config.findings == ()
    return dict(config.objectives)


def _distinct(slo: Slo) -> list[dict[str, object]]:
    """One snapshot of every kind that its history has: equal ones but for their time are judged alike."""
    seen: dict[str, str] = {}
    for line in slo_history.of(slo):
        seen.setdefault(line[line.index('"windows"') :], line)
    return [json.loads(line) for line in seen.values()]


@pytest.mark.parametrize("slo", SLOS, ids=lambda slo: slo.id)
def test_every_recorded_verdict_is_the_one_of_the_gate_s_own_maths(slo: Slo, objectives: dict[str, Objective]) -> None:
    for line in _distinct(slo):
        at = datetime.fromisoformat(str(line["at"])).timestamp()
        found = assess(objectives[slo.id], snapshot_from_json(slo.id, {**line, "sampled_at": line["at"]}), at, Memory())
        assert (found.verdict, found.budget_remaining) == (line["verdict"], line["budget_remaining"]), line


def test_the_history_has_the_contract_s_shape(company: Month) -> None:
    """Every line is a record that the router reads; drills and reports without a firing come on top of the 30,000."""
    kinds: Counter[str] = Counter()
    with company.history.open(encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            assert record.keys() >= RECORD
            firing = firing_of(record)
            kinds["drill" if firing.drill else "firing" if firing.rule else "report"] += 1
    assert kinds == {"firing": 30_000, "drill": company.truth.drills, "report": 2}


def test_the_company_is_as_large_as_it_should_be() -> None:
    every = rules()
    assert (len({rule.service for rule in every}), len(every), len(SLOS)) == (50, 200, 12)
    assert len({rule.name for rule in every}) == 200


def test_the_same_seed_plants_the_same_month() -> None:
    one, other = planted(firings=9_000), planted(firings=9_000)
    assert one.records == other.records
    assert one.truth == other.truth


def test_one_snapshot_per_slo_and_minute(company: Month) -> None:
    """40,321 minutes (the last one is that at the end), but for the twenty of the hole."""
    with company.slo_history.open(encoding="utf-8") as lines:
        counted = Counter(line[8 : line.index('"', 8)] for line in lines)
    assert counted == {slo.id: 40_321 - (20 if slo.number == 10 else 0) for slo in SLOS}


def test_the_configuration_needs_nothing_else(tmp_path: Path) -> None:
    write_configuration(tmp_path)
    config = load(str(tmp_path / "router.yaml"), {})
    assert set(config.objectives) == {slo.id for slo in SLOS}
    assert set(config.receivers) == {rule.team for rule in rules()}
