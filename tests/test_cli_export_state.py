"""`alert-router export` from a real Valkey: firings, snapshots of SLOs, roll-ups."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from router.cli import main
from router.noise.records import instant
from router.noise.review import Counts, Dimension, Pager, Roll
from router.slo.objective import Count, Snapshot
from router.slo.verdict import Memory, Verdict
from router.state import keys
from router.state.history import History
from router.state.history.rollups import RollUps
from router.state.history.slos import SloHistory
from router.state.slos import Watched
from tests.support.history import KEEP_S, archive, begin, happen, silence
from tests.support.state import START, State
from tests.support.weekly_files import SLO, write_week

Export = Callable[..., Awaitable[tuple[int, str, str]]]
DAY_S = 86_400.0
DAY = datetime.fromtimestamp(START, UTC).date()
SPAN = ("--from", str(DAY - timedelta(1)), "--to", str(DAY + timedelta(4)))


@pytest.fixture
async def export(
    state: State, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch
) -> Export:
    """Run the command on the state; exit code, stdout and stderr."""
    monkeypatch.chdir(write_week(tmp_path))
    monkeypatch.setenv("ROUTER_CONFIG", "router.yaml")
    monkeypatch.setenv("REDIS_URL", state.url)
    await state.client.set(keys.SCHEMA, 1)

    async def run(*arguments: str) -> tuple[int, str, str]:
        capfdbinary.readouterr()
        code = await asyncio.to_thread(main, ["export", *arguments])
        said = capfdbinary.readouterr()
        return code, said.out.decode(), said.err.decode()

    return run


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


async def fill(state: State) -> None:
    """Twenty firings that ended, of which the archive has the first ten, and one that lives."""
    await happen(state, 10, at=START)
    done = await archive(state.scripts, stretches=silence).turn(START + 3_600, KEEP_S)
    assert done.rows == 10
    await happen(state, 10, first=10, at=START + DAY_S)
    await begin(state, 99, START + DAY_S + 7_200)


async def test_firings_of_log_archive_and_present(state: State, export: Export) -> None:
    await fill(state)
    code, said, error = await export(*SPAN)
    assert (code, error) == (0, "")
    records = lines(said)
    assert [int(each["fingerprint"], 16) for each in records] == [*range(20), 99]
    assert [each["outcome"] for each in records] == ["page"] * 20 + [None]
    assert records[-1]["ended_at"] is None
    async with asyncio.timeout(5):
        whole = [each async for each in History(state.scripts).records(START - DAY_S, START + 3 * DAY_S)]
    assert records == json.loads(json.dumps(whole))


async def test_a_span_and_the_usual_ninety_days(state: State, export: Export) -> None:
    await fill(state)
    some = ("--from", str(instant(START + 30)), "--to", str(instant(START + 60)))
    assert [int(each["fingerprint"], 16) for each in lines((await export(*some))[1])] == [3, 4, 5]
    now = (await state.client.time())[0]
    assert len(lines((await export())[1])) == (21 if now - 90 * DAY_S < START else 0)


def watched(bad: float, verdict: Verdict, slo: str = SLO) -> Watched:
    return Watched(Snapshot(slo, START, {"1d": Count(bad, 1_000.0), "5m": None}), Memory(), verdict, START)


async def test_snapshots_of_configured_slos(state: State, export: Export, tmp_path: Path) -> None:
    history = SloHistory(state.scripts)
    await history.record([watched(1.0, Verdict.NO_THREAT), watched(5.0, Verdict.WATCH, "cart")], {SLO: 0.5}, START)
    await history.record([watched(2.0, Verdict.THREAT_PAGE)], {SLO: 0.25}, START + 60)
    code, said, _ = await export("--what", "slos", *SPAN)
    assert code == 0
    assert [
        (each["slo"], each["verdict"], each["budget_remaining"], each["windows"]["1d"]) for each in lines(said)
    ] == [
        (SLO, "no_threat", 0.5, {"bad": 1.0, "total": 1_000.0}),
        (SLO, "threat_page", 0.25, {"bad": 2.0, "total": 1_000.0}),
    ]
    # What is exported can be read by `report --slo-history`, and exported once more.
    (tmp_path / "slos.jsonl").write_text(said)
    assert (await export("--slo-history", "slos.jsonl"))[1] == said


def roll(name: str, firings: int) -> Roll:
    return Roll(Dimension.RULE, name, Counts(firings=firings, wolves=1), Pager(pages=2, acknowledge_s=90.5))


async def test_roll_ups_of_days(state: State, export: Export) -> None:
    """The day at whose midnight a span ends is not part of it."""
    for number in range(20):
        await RollUps(state.scripts).store(DAY + timedelta(number), [roll("a/Disk", number), roll("a/Cpu", 1)])
    ten = ("--what", "rollups", "--from", str(DAY + timedelta(2)), "--to", str(DAY + timedelta(12)))
    code, said, _ = await export(*ten)
    assert code == 0
    days = [each["day"] for each in lines(said) if each["name"] == "a/Disk"]
    assert days == [str(DAY + timedelta(number)) for number in range(2, 12)]
    assert lines(said)[0].items() >= {
        "dimension": "rule", "firings": 2, "wolves": 1, "incident_pages": 2, "incident_acknowledge_s": 90.5
    }.items()  # fmt: skip


async def test_all_tables_to_a_folder_as_parquet(state: State, export: Export, tmp_path: Path) -> None:
    await fill(state)
    await SloHistory(state.scripts).record([watched(1.0, Verdict.NO_THREAT)], {SLO: 0.5}, START)
    await RollUps(state.scripts).store(DAY, [roll("a/Disk", 3)])
    code, said, error = await export(*SPAN, "--format", "parquet", "--output", "out")
    assert (code, said) == (0, "")
    assert error == "out/firings.parquet: 21 rows\nout/slos.parquet: 1 rows\nout/rollups.parquet: 1 rows\n"
    firings = "select count(*), count(ended_at), count(distinct fingerprint) from 'out/firings.parquet'"
    rolls = "select day, firings, incident_acknowledge_s from 'out/rollups.parquet'"
    snapshots = """select epoch_us("at"), bad_1d, bad_5m from 'out/slos.parquet'"""
    with duckdb.connect() as base:
        found = [base.execute(query).fetchone() for query in (firings, rolls, snapshots)]
    assert found == [(21, 20, 21), (DAY, 3, 90.5), (int(START * 1e6), 1.0, None)]


async def test_a_redis_that_is_away_is_told(export: Export, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://user:not-to-be-shown@127.0.0.1:1")
    code, said, error = await export("--output", "out")
    assert (code, said) == (1, "")
    assert error
    assert "Traceback" not in error
    assert "not-to-be-shown" not in error


async def test_a_redis_without_a_router_is_told_from_a_quiet_one(state: State, export: Export) -> None:
    assert (await export())[0] == 0
    await state.client.delete(keys.SCHEMA)
    code, said, error = await export()
    assert (code, said) == (1, "")
    assert error.startswith("no router has stored anything in the Redis of REDIS_URL: run `alert-router serve` first")
    await state.client.set(keys.SCHEMA, 7)
    assert "is of schema 7, this command reads 1: run the version that wrote it" in (await export())[2]
