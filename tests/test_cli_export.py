"""`alert-router export` from files: every format reads back as what was recorded, to stdout and to a folder."""

import csv
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from pyarrow import parquet

from router.cli import main
from router.noise.records import firing_of, record_of
from tests.support.weekly_files import SLO, at, firings, record, snapshot, snapshots, write, write_week

Export = Callable[..., tuple[int, str, str]]
HISTORY = ("--history", "history.jsonl")


@pytest.fixture
def week(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a configuration and two history files, which is the working directory."""
    monkeypatch.chdir(write_week(tmp_path))
    monkeypatch.setenv("ROUTER_CONFIG", "router.yaml")
    return tmp_path


@pytest.fixture
def export(week: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> Export:
    """Run the command; exit code, stdout and stderr."""

    def run(*arguments: str) -> tuple[int, str, str]:
        capfdbinary.readouterr()
        try:
            code = main(["export", *arguments])
        except SystemExit as ended:
            code = int(ended.code or 0)
        said = capfdbinary.readouterr()
        return code, said.out.decode(), said.err.decode()

    return run


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_json_lines_are_history_records(export: Export) -> None:
    code, said, error = export(*HISTORY)
    assert (code, error) == (0, "")
    assert lines(said) == [json.loads(json.dumps(record_of(firing_of(each)))) for each in firings()]


def test_what_was_exported_exports_as_the_same(export: Export, week: Path) -> None:
    _, once, _ = export(*HISTORY)
    (week / "again.jsonl").write_text(once)
    assert export("--history", "again.jsonl")[1] == once
    _, once, _ = export("--slo-history", "slos.jsonl")
    (week / "again.jsonl").write_text(once)
    assert export("--slo-history", "again.jsonl")[1] == once


def test_csv_has_a_row_for_each_firing(export: Export) -> None:
    code, said, _ = export(*HISTORY, "--format", "csv")
    [first, *_], [right] = rows(said), [row for row in rows(said) if row["rule"] == "HighErrors"]
    assert (code, len(rows(said))) == (0, len(firings()))
    assert (first["source"], first["service"], first["started_at"]) == ("alertmanager", "shop", "2026-11-11T11:00:00Z")
    assert (first["missed_report"], first["acknowledged_at"], first["human_verdict"]) == ("false", "", "")
    assert (right["slo"], right["verdict"], right["acknowledged_by"]) == (SLO, "threat_page", "Sato")
    assert json.loads(right["labels"]) == {"alertname": "HighErrors", "service": "shop"}
    assert json.loads(right["slos"])[0]["threatened_from"] == at(50)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_a_spreadsheet_executes_nothing(export: Export, week: Path, start: str) -> None:
    """OWASP, CSV injection: what begins so stands behind an apostrophe; where it stands within a text it is none."""
    evil = f'{start}cmd|" /C calc"!A0'
    some = record(evil, 1, acknowledged_by=evil, receiver=f"a{start}b", labels={evil: evil, "service": evil})
    write(week / "evil.jsonl", [some])
    _, said, _ = export("--history", "evil.jsonl", "--format", "csv")
    [row] = rows(said)
    assert [row[name] for name in ("rule", "acknowledged_by", "service")] == ["'" + evil] * 3
    assert row["receiver"] == f"a{start}b"
    assert json.loads(row["labels"]) == {evil: evil, "service": evil}
    assert not any((value or "").startswith(start) for value in row.values())


def test_numbers_below_zero_are_no_formula(export: Export, week: Path) -> None:
    write(week / "some.jsonl", [snapshot(1, budget_remaining=-0.5)])
    _, said, _ = export("--slo-history", "some.jsonl", "--format", "csv")
    assert rows(said)[0]["budget_remaining"] == "-0.5"


def test_commas_quotes_and_line_ends_survive_csv(export: Export, week: Path) -> None:
    odd = 'a,"b"\r\nc\nd;日本語'
    write(week / "odd.jsonl", [record(odd, 1)])
    assert rows(export("--history", "odd.jsonl", "--format", "csv")[1])[0]["rule"] == odd


TYPES = {
    "firings": {
        "source": "VARCHAR",
        "started_at": "TIMESTAMP WITH TIME ZONE",
        "notified_at": "TIMESTAMP WITH TIME ZONE",
        "group_wait_s": "DOUBLE",
        "guide": "BOOLEAN",
        "missed_report": "BOOLEAN",
        "labels": "VARCHAR",
    },
    "slos": {"at": "TIMESTAMP WITH TIME ZONE", "verdict": "VARCHAR", "bad_1d": "DOUBLE", "ratio_period": "DOUBLE"},
}


def test_duckdb_reads_parquet_with_right_types(export: Export, week: Path) -> None:
    code, said, error = export(
        *HISTORY, "--slo-history", "slos.jsonl", "--format", "parquet", "--output", "out/of/here"
    )
    assert (code, said) == (0, "")
    assert error == "out/of/here/firings.parquet: 9 rows\nout/of/here/slos.parquet: 1,200 rows\n"
    with duckdb.connect() as base:
        for name, types in TYPES.items():
            found = base.execute(f"describe select * from 'out/of/here/{name}.parquet'").fetchall()
            assert {row[0]: row[1] for row in found if row[0] in types} == types
        wolves = base.execute(
            "select rule, count(*), min(epoch_us(started_at)), any_value(labels->>'service') "
            "from 'out/of/here/firings.parquet' where outcome = 'page' and verdict = 'no_threat' and rule <> '' "
            "group by rule order by 2 desc"
        ).fetchall()
        first = int(datetime.fromisoformat(at(-100)).timestamp() * 1e6)
        assert wolves[0] == ("DiskSlow", 5, first, "shop")
        paged = base.execute(
            "select count(*), sum(total_1d), max(bad_5m) from 'out/of/here/slos.parquet' where verdict = 'threat_page'"
        ).fetchone()
        assert paged == (30, 30 * 90_000.0, 1.0)
    assert list((week / "out/of/here").iterdir()) == [week / f"out/of/here/{name}.parquet" for name in TYPES]


def test_csv_and_parquet_hold_the_same(export: Export) -> None:
    for format_ in ("csv", "parquet"):
        export(*HISTORY, "--slo-history", "slos.jsonl", "--format", format_, "--output", ".")
    for name in ("firings", "slos"):
        written = parquet.read_table(f"{name}.parquet").to_pylist()
        texts = rows(Path(f"{name}.csv").read_text())
        for row, text in zip(written, texts, strict=True):
            assert {key: read(text[key], value) for key, value in row.items()} == row


def read(text: str, like: Any) -> Any:
    """A cell of CSV as a value of the type of another one."""
    match like:
        case None:
            return text or None
        case bool():
            return {"true": True, "false": False}[text]
        case float():
            return float(text)
        case datetime():
            return datetime.fromisoformat(text)
        case _:
            return text.removeprefix("'")


SPANS = {
    "days of the configured zone": (("--from", "2026-11-16", "--to", "2026-11-18"), [10, 34]),
    "from only": (("--from", "2026-11-19T09:00:00+09:00"), [82, 90, 169]),
    "to only, not part": (("--to", at(10)), [-100]),
    "from, part": (("--from", at(10), "--to", at(10.01)), [10]),
    "no zone is the configured one": (("--from", "2026-11-16T10:00", "--to", "2026-11-16T10:01"), [10]),
    "nothing": (("--from", "2030-01-01"), []),
}


@pytest.mark.parametrize(("span", "hours"), SPANS.values(), ids=SPANS)
def test_a_span_of_time(export: Export, span: tuple[str, ...], hours: list[float]) -> None:
    code, said, error = export(*HISTORY, *span)
    assert (code, error) == (0, "")
    assert [line["started_at"] for line in lines(said)] == [at(hour) for hour in hours]


@pytest.mark.parametrize("format_", ["jsonl", "csv", "parquet"])
def test_nothing_is_a_whole_file_too(export: Export, format_: str) -> None:
    nothing = ("--from", "2030-01-01", "--output", "out", "--format", format_)
    assert export(*HISTORY, *nothing)[2] == f"out/firings.{format_}: 0 rows\n"
    if format_ == "parquet":
        assert parquet.read_table("out/firings.parquet").num_rows == 0


WRONG = {
    "several tables": (("--what", "firings", "--what", "slos"), "several tables need a folder: name one with --output"),
    "no file": ((*HISTORY, "--what", "slos"), "no file holds slos: name it with --history or --slo-history"),
    "no roll-ups": ((*HISTORY, "--what", "rollups"), "no file holds rollups"),
    "two files, no folder": ((*HISTORY, "--slo-history", "slos.jsonl"), "several tables need a folder"),
    "no day": ((*HISTORY, "--from", "yesterday"), "'yesterday' is no day: write 2026-11-01, or a time as 2026-11-01T"),
    "February": ((*HISTORY, "--from", "2026-02-30"), "'2026-02-30' is no day"),
    "turned": (
        (*HISTORY, "--from", "2026-11-18", "--to", "2026-11-16"),
        "--from 2026-11-18 is not before --to 2026-11-",
    ),
    "format": ((*HISTORY, "--format", "xml"), "invalid choice: 'xml'"),
}


@pytest.mark.parametrize(("arguments", "said"), WRONG.values(), ids=WRONG)
def test_wrong_usage_exits_2(export: Export, arguments: tuple[str, ...], said: str) -> None:
    code, out, error = export(*arguments)
    assert (code, out) == (2, "")
    assert error.startswith("usage: alert-router export")
    assert said in error


BAD_SNAPSHOTS: dict[str, tuple[dict[str, Any], str]] = {
    "no slo": ({"slo": 5}, "`slo` is missing: write the SLO's id"),
    "time": ({"at": "now"}, "`at` is 'now': write a time as"),
    "verdict": ({"verdict": 1}, "`verdict` is 1: write a text or null"),
    "error": ({"error": {}}, "`error` is {}: write a text or null"),
    "budget": ({"budget_remaining": "1"}, "`budget_remaining` is '1': write a number or null"),
    "windows": ({"windows": [5]}, "`windows` is [5]: write {"),
    "a window": ({"windows": {"5m": 3}}, "`windows` is {'5m': 3}: write {"),
    "a count": ({"windows": {"5m": {"bad": "3"}}}, "`bad` is '3': write a number or null"),
}


@pytest.mark.parametrize(("fields", "said"), BAD_SNAPSHOTS.values(), ids=BAD_SNAPSHOTS)
def test_a_bad_snapshot_is_named(export: Export, week: Path, fields: dict[str, Any], said: str) -> None:
    write(week / "bad.jsonl", [snapshot(1), snapshot(2, **fields)])
    code, _, error = export("--slo-history", "bad.jsonl", "--format", "parquet", "--output", "out")
    assert code == 1
    assert error.startswith(f"bad.jsonl:2: {said}")
    assert list((week / "out").iterdir()) == []


def test_ten_bad_firings_are_named_at_once(export: Export, week: Path) -> None:
    write(week / "bad.jsonl", [record("A", 1), *[record("B", 2, outcome="?")] * 12])
    code, _, error = export("--history", "bad.jsonl", "--output", "out")
    assert (code, len(error.splitlines())) == (1, 11)
    assert error.startswith("bad.jsonl:2: `outcome` is '?': write one of page")


def test_where_nothing_can_be_written_stderr_says_so(export: Export, week: Path) -> None:
    (week / "file").write_text("")
    code, _, error = export(*HISTORY, "--output", "file")
    assert (code, error) == (1, f"{week}/file: file exists; name another place\n")
    assert export(*HISTORY, "--output", "file/below")[0] == 1


def test_a_reader_that_leaves_is_no_error(week: Path) -> None:
    """As in `| head`; `export --format csv` and `--format jsonl` alike."""
    write(week / "many.jsonl", [record(f"Rule{number}", number / 100) for number in range(3_000)])
    for format_ in ("csv", "jsonl"):
        command = [sys.executable, "-m", "router", "export", "--history", "many.jsonl", "--format", format_]
        variables = os.environ | {"PYTHONPATH": str(Path(__file__).parent.parent)}
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=variables) as process:
            assert process.stdout is not None
            assert process.stderr is not None
            assert process.stdout.readline()
            process.stdout.close()
            assert process.stderr.read() == b""
            assert process.wait(timeout=30) == 1


def test_snapshots_as_recorded(export: Export) -> None:
    code, said, _ = export("--slo-history", "slos.jsonl")
    assert (code, lines(said)) == (0, snapshots())
