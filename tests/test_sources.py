"""Every recorded body (`<name>.json` or `.form`) becomes the alerts beside it (`<name>.expected.json`)."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from router.alert import Alert
from router.sources import SOURCES, Batch, Body

TESTDATA = Path(__file__).parent / "testdata" / "sources"
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC).timestamp()
CONTENT_TYPES = {".json": "application/json", ".form": "application/x-www-form-urlencoded"}
BODIES = sorted(
    path
    for path in TESTDATA.glob("*/*")
    if path.suffix in CONTENT_TYPES and path.parent.name in SOURCES and not path.name.endswith(".expected.json")
)


def read(path: Path) -> Batch:
    source = path.parent.name
    return SOURCES[source].parse(Body(source, path.read_bytes(), CONTENT_TYPES[path.suffix], NOW))


def _written(seconds: float | None) -> str | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")


def _said(alert: Alert) -> dict:
    said = {
        "status": alert.status.value,
        "rule": alert.rule,
        "severity": alert.severity,
        "labels": dict(alert.labels),
        "annotations": dict(alert.annotations),
        "starts_at": _written(alert.starts_at),
        "ends_at": _written(alert.ends_at),
        "expires_at": _written(alert.expires_at),
        "generator_url": alert.generator_url,
        "guide_url": alert.guide_url,
        "notes": [note.value for note in alert.notes],
    }
    return {name: value for name, value in said.items() if value}


def shown(batch: Batch) -> dict:
    """A batch as its expected file writes it; fingerprints are shown by number, in the order they appear."""
    numbers: dict[str, int] = {}
    said = {
        "alerts": [_said(alert) for alert in batch.alerts],
        "identities": [numbers.setdefault(alert.fingerprint, len(numbers) + 1) for alert in batch.alerts],
        "rejected": [[each.index, each.problem] for each in batch.rejected],
        "not_understood": batch.not_understood,
        "left_out": batch.left_out,
    }
    return {name: value for name, value in said.items() if value}


@pytest.mark.parametrize("path", BODIES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_recorded_body_becomes_the_alerts_beside_it(path):
    expected = json.loads(path.with_name(f"{path.stem}.expected.json").read_text(encoding="utf-8"))
    assert shown(read(path)) == expected


@pytest.mark.parametrize("name", SOURCES)
def test_every_source_has_test_data_and_a_set_up_page(name):
    page = {"alertmanager-api": "prometheus"}.get(name, name)
    assert [path for path in BODIES if path.parent.name == name]
    assert (Path(__file__).parent.parent / "docs" / "sources" / f"{page}.md").is_file()


@pytest.mark.parametrize("name", SOURCES)
def test_a_source_is_listed_under_its_own_type_and_takes_json(name):
    source = SOURCES[name]
    assert source.type == name
    assert "application/json" in source.content_types
    assert 2**20 <= source.body_limit <= 32 * 2**20


@pytest.mark.parametrize("path", BODIES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_body_read_twice_gives_equal_alerts(path):
    assert read(path) == read(path)


def test_no_secret_of_a_template_comes_out():
    bodies = [path for path in BODIES if b"s3cr3t" in path.read_bytes()]
    assert len(bodies) == 2
    for path in bodies:
        assert "s3cr3t" not in repr(read(path))
        assert "someone@example.com" not in repr(read(path).alerts[0].labels)
