"""docs/export.md is true: it explains every column, and its queries and examples of files work."""

import json
import re
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from router.cli import main
from router.cli.export.tables import DAY, FLAG, NUMBER, TABLES, TEXT, TIME, WHOLE, roll_record
from router.cli.export.writing import Parquet
from router.cli.report.slos import read_slo_history
from router.noise.records import firing_of, record_of
from router.noise.review import Counts, Dimension, Roll
from router.noise.weeks import week_named
from tests.support.weekly_files import write_week
from tests.test_cli_report_files import TOKYO

PAGE = (Path(__file__).parent.parent / "docs/export.md").read_text(encoding="utf-8")
WRITTEN = {
    TEXT: {"text", "JSON"},
    TIME: {"time"},
    NUMBER: {"number"},
    WHOLE: {"whole"},
    FLAG: {"boolean"},
    DAY: {"date"},
}


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("name", TABLES)
def test_every_column_stands_there_with_its_type_and_meaning(name: str) -> None:
    table = re.split(r"^#+ ", PAGE.split(f"\n### {name}\n", 1)[1], maxsplit=1, flags=re.MULTILINE)[0]
    found: dict[str, str] = {}
    for columns, kind, meaning in re.findall(r"^\| (`.*?`) \| (\w+) \| (.+) \|$", table, re.MULTILINE):
        assert meaning
        found |= dict.fromkeys(re.findall(r"`(\w+)`", columns), kind)
    assert list(found) == [column for column in found if column in TABLES[name].columns]
    assert set(found) == set(TABLES[name].columns)
    assert all(found[column] in WRITTEN[kind] for column, kind in TABLES[name].columns.items())


def test_the_queries_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of DuckDB, on an export of a small week."""
    monkeypatch.chdir(write_week(tmp_path))
    files = ["--history", "history.jsonl", "--slo-history", "slos.jsonl"]
    assert main(["export", "--config", "router.yaml", *files, "--format", "parquet", "--output", "export"]) == 0
    roll = Roll(Dimension.RULE, "alertmanager/DiskSlow", Counts(told=5, wolves=4))
    with Path("export/rollups.parquet").open("wb") as file:
        writer = Parquet(file, TABLES["rollups"])
        writer.take(roll_record(week_named("2026-W47", TOKYO).monday, roll))
        writer.end()
    queries = [block for block in blocks("sql") if not block.startswith("--")]
    with duckdb.connect() as base:
        nights, budgets, labels, weeks = (base.execute(query).fetchall() for query in queries)
    assert sorted(nights) == [("HighErrors", 1, 1.0), ("Last", 1, 0.0)]
    monday = week_named("2026-W47", TOKYO).monday
    assert [row[1:] for row in budgets] == [(monday + timedelta(1), 0.9), (monday + timedelta(2), 0.7)]
    assert labels == [(None, 1)]
    assert [row[1:] for row in weeks] == [("alertmanager/DiskSlow", 4, 5)]


def test_the_lines_can_be_read(tmp_path: Path) -> None:
    firing, snapshot = blocks("json")[0].splitlines()
    assert record_of(firing_of(json.loads(firing))) == json.loads(firing)
    (tmp_path / "slos.jsonl").write_text(snapshot)
    [said] = read_slo_history(str(tmp_path / "slos.jsonl"), {}).values()
    assert len(said.stretches()) == 1
