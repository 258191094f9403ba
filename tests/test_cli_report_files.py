"""History files as `report` reads them: every bad line is named, ten at once; what they say is what the state would."""

import re
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from router.cli.files import read_firings, read_lines
from router.cli.report.given import Given
from router.cli.report.slos import read_slo_history
from router.config.load import load
from router.config.values import Config
from router.errors import PayloadError
from router.noise.records import instant_of
from router.noise.review import Dimension
from router.noise.threats import stretches
from router.noise.values import Sample, SloDay
from router.noise.weeks import week_named
from router.slo.verdict import Verdict
from tests.support.weekly_files import SLO, at, firings, record, snapshot, snapshots, write, write_week

TOKYO = ZoneInfo("Asia/Tokyo")


def seconds(hours: float) -> float:
    return instant_of(at(hours), "at")


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return load(str(write_week(tmp_path) / "router.yaml"), {})


def refused(path: Path) -> list[str]:
    """What is said of a file's lines."""
    with pytest.raises(PayloadError) as caught:
        read_firings(str(path))
    return [line.removeprefix(f"{path}:") for line in str(caught.value).splitlines()]


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"{]", "1:2: not JSON ("),
        (b"\n\n{]", "3:2: not JSON ("),
        (b'{"started_at": NaN}', "1:16: not JSON ("),
        (b"source,rule\nalertmanager,Disk", "write one object a line, as `export --format jsonl` does"),
        (b"[1]", "1: not an object: write one {...} a line (JSON Lines)"),
        (b'"text"', "1: not an object"),
        (b"{}", "1: `started_at` is missing: write when it began (RFC 3339)"),
        (b'\xff\xfe{\x00"\x00', "not UTF-8: save it as UTF-8"),
        (b"\x1f\x8b\x08\x00", "packed (gzip): unpack it first"),
        (b"PAR1\x15\x04", "Parquet: export it as jsonl"),
        (b'{"rule": "\xff"}', "1:1: not JSON ("),
    ],
    ids=[
        "JSON",
        "empty lines count",
        "NaN",
        "CSV",
        "a list",
        "a text",
        "nothing",
        "UTF-16",
        "gzip",
        "Parquet",
        "Latin-1",
    ],
)
def test_a_line_that_cannot_be_read_is_named(tmp_path: Path, raw: bytes, said: str) -> None:
    (tmp_path / "history.jsonl").write_bytes(raw)
    assert said in refused(tmp_path / "history.jsonl")[0]


def test_up_to_ten_bad_lines_are_named_at_once(tmp_path: Path) -> None:
    lines = [record("Disk", 1) | ({"outcome": "lost"} if number % 2 else {}) for number in range(30)]
    problems = refused(write(tmp_path / "history.jsonl", lines))
    assert [problem.split(":")[0] for problem in problems[:10]] == [str(number) for number in range(2, 21, 2)]
    assert problems[10:] == [" there may be more; these are the first 10"]
    assert all("`outcome` is 'lost': write one of page, ticket" in problem for problem in problems[:10])


def test_nothing_is_read_on_from_the_first_bad_line(tmp_path: Path) -> None:
    path = write(tmp_path / "some.jsonl", [{"n": 1}, {"n": "x"}, {"n": 3}])
    found = []
    with pytest.raises(PayloadError, match=r":2: invalid literal"):
        found.extend(read_lines(str(path), lambda line: int(line["n"])))
    assert found == [1]


def test_a_byte_order_mark_and_line_ends_of_windows_are_no_mistake(tmp_path: Path) -> None:
    raw = b'\xef\xbb\xbf{"started_at": "2026-11-16T09:00:00Z"}\r\n\r\n{"started_at": "2026-11-16T09:00:00Z"}'
    (tmp_path / "history.jsonl").write_bytes(raw)
    assert len(read_firings(str(tmp_path / "history.jsonl"))) == 2
    (tmp_path / "history.jsonl").write_bytes(b"\xef\xbb\xbf")
    assert read_firings(str(tmp_path / "history.jsonl")) == []


BAD_SNAPSHOTS: dict[str, tuple[dict[str, Any], str]] = {
    "no slo": ({"slo": None}, "`slo` is missing: write the SLO's id"),
    "no time": ({"at": None}, "`at` is None: write a time as 2026-11-22T09:00:00Z (RFC 3339)"),
    "no zone": ({"at": "2026-11-16T09:00:00"}, "`at` is '2026-11-16T09:00:00': it has no time zone, end it with Z"),
    "verdict": ({"verdict": "fine"}, "`verdict` is 'fine': write one of threat_page, unknown, "),
    "a list as verdict": ({"verdict": ["watch"]}, "`verdict` is ['watch']: write one of"),
    "budget": ({"budget_remaining": "90%"}, "`budget_remaining` is '90%': write a number or null"),
    "windows": ({"windows": [1]}, "`windows` is [1]: write an object"),
    "a day": ({"windows": {"1d": 5}}, "`1d` is 5: write an object"),
    "bad": ({"windows": {"1d": {"bad": "3", "total": 5}}}, "`windows.1d.bad` is '3': write a number or null"),
    "total": ({"windows": {"1d": {"bad": 3, "total": True}}}, "`windows.1d.total` is True: write a number or null"),
    "nobody knows it": ({"slo": "cart", "verdict": None}, "`slo` is 'cart', which is not configured: name one of "),
}


@pytest.mark.parametrize(("fields", "said"), BAD_SNAPSHOTS.values(), ids=BAD_SNAPSHOTS)
def test_a_bad_snapshot_is_named(tmp_path: Path, config: Config, fields: dict[str, Any], said: str) -> None:
    path = write(tmp_path / "bad.jsonl", [snapshot(1), snapshot(2, **fields)])
    with pytest.raises(PayloadError, match=re.escape(f"{path}:2: {said}")):
        read_slo_history(str(path), config.objectives)


def test_an_slo_says_what_was_recorded_in_whatever_order(tmp_path: Path, config: Config) -> None:
    in_order = read_slo_history(str(tmp_path / "slos.jsonl"), config.objectives)[SLO]
    turned = write(tmp_path / "turned.jsonl", reversed(snapshots()))
    samples = [
        Sample(instant_of(each["at"], ""), Verdict(each["verdict"]), each["budget_remaining"]) for each in snapshots()
    ]
    for said in (in_order, read_slo_history(str(turned), {})[SLO]):
        assert said.stretches() == stretches(samples)
        assert said.newest == samples[-1].at
    assert [each.verdict for each in in_order.stretches()] == ["no_threat", "threat_page", "no_threat"]


def test_a_day_of_an_slo_is_what_its_last_snapshot_said(tmp_path: Path) -> None:
    """In Tokyo a day ends at 15:00 in UTC: 48 hours after the week began the third one does."""
    lines = [
        snapshot(47.9, windows={"1d": {"bad": 1, "total": 10}}),
        snapshot(47.99, windows={"1d": {"ratio": 0.1}}, budget_remaining=None),
        snapshot(48, windows={"1d": {"bad": 3, "total": 30}}),
    ]
    said = read_slo_history(str(write(tmp_path / "some.jsonl", reversed(lines))), {})[SLO]
    monday = week_named("2026-W47", TOKYO).monday
    tuesday, wednesday = (monday.replace(day=monday.day + number) for number in (1, 2))
    days = (SloDay(tuesday, None, None, None), SloDay(wednesday, 3, 30, 0.9))
    assert said.days(monday, wednesday, TOKYO) == days
    assert said.days(monday, tuesday, TOKYO) == days[:1]


def test_without_a_verdict_snapshots_are_judged_anew(tmp_path: Path, config: Config) -> None:
    burning = {name: {"bad": 90, "total": 1_000} for name in ("5m", "30m", "1h", "2h", "6h", "1d", "3d", "period")}
    lines = [snapshot(number / 60, windows=burning, verdict=None, age="40d") for number in range(3)]
    said = read_slo_history(str(write(tmp_path / "some.jsonl", lines)), config.objectives)[SLO]
    assert [each.verdict for each in said.stretches()] == [Verdict.THREAT_PAGE]
    assert said.days(*[week_named("2026-W47", TOKYO).monday] * 2, TOKYO)[0].total == 1_000


def test_judging_anew_needs_an_order(tmp_path: Path, config: Config) -> None:
    lines = [snapshot(hours, verdict=None) for hours in (2, 1)]
    with pytest.raises(PayloadError, match=r":2: `at` is before that of this SLO's line above: sort the file by time"):
        read_slo_history(str(write(tmp_path / "some.jsonl", lines)), config.objectives)


async def test_files_are_asked_as_the_state_is(tmp_path: Path, config: Config) -> None:
    given = Given.read(str(tmp_path / "history.jsonl"), str(tmp_path / "slos.jsonl"), config)
    stores, key = given.stores(config, given.newest), ("alertmanager", "DiskSlow")
    starts = [each.started_at for each in await stores.firings.between(seconds(0), seconds(60))]
    assert starts == [seconds(hours) for hours in (10, 34, 50, 58)]
    some = await stores.firings.between(seconds(0), seconds(60), key)
    assert [each.started_at for each in some] == [seconds(hours) for hours in (10, 34, 58)]
    newest = await stores.firings.newest(key, seconds(58), 2)
    assert [each.started_at for each in newest] == [seconds(hours) for hours in (34, 10)]
    assert [each.verdict for each in (await stores.slos.stretches([], seconds(50.2), seconds(50.3)))[SLO]] == [
        "threat_page"
    ]
    [report] = await stores.missed.all()
    assert (report.at, report.by.name, report.slo, report.text) == (seconds(90), "Ito", SLO, "The shop was slow")


async def test_every_day_up_to_now_has_sums(tmp_path: Path, config: Config) -> None:
    """A day of a recording on which nothing fired was quiet; one before it is not known."""
    given = Given.read(str(tmp_path / "history.jsonl"), None, config)
    week = week_named("2026-W47", TOKYO)
    rolls = await given.stores(config, given.newest).rollups.load(week.before(3).monday, week.sunday)
    assert (min(rolls), max(rolls)) == (week.before().monday.replace(day=11), week.sunday)
    sums = {day.day: roll.counts for day, some in rolls.items() for roll in some if roll.dimension is Dimension.ALL}
    assert {day: each.firings for day, each in sums.items() if each.firings} == {11: 1, 16: 1, 17: 1, 18: 3, 19: 1}
    assert sums[14].firings == 0


def test_the_newest_time_of_a_file_is_its_now(tmp_path: Path, config: Config) -> None:
    given = Given.read(str(tmp_path / "history.jsonl"), str(tmp_path / "slos.jsonl"), config)
    assert given.newest == seconds(24 * 7 + 1.1)
    assert Given.read(str(write(tmp_path / "none.jsonl", [])), None, config).newest == 0.0
    assert Given.read(str(tmp_path / "none.jsonl"), str(tmp_path / "slos.jsonl"), config).newest == seconds(60 - 1 / 60)
    assert len(given.firings) == len(firings()) - 1
