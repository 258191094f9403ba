"""The JSON Schema and docs/configuration.md are what the models say."""

from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from router.config.reference import json_schema, page, schema_text, write
from router.config.schema import Root
from router.sources import SOURCES
from tests.test_config import ROOT, TESTDATA


def validator() -> Any:
    """Return a validator of the configuration's JSON Schema."""
    jsonschema.Draft202012Validator.check_schema(json_schema())
    return jsonschema.Draft202012Validator(json_schema())


def test_the_schema_in_the_repository_is_up_to_date() -> None:
    assert (ROOT / "config/router.schema.json").read_text() == schema_text(), "run `make schema`"


def test_the_page_in_the_repository_is_up_to_date() -> None:
    assert (ROOT / "docs/configuration.md").read_text() == page(), "run `make schema`"


def test_both_files_are_written_below_the_given_directory(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "docs").mkdir()
    write(tmp_path)
    assert (tmp_path / "config/router.schema.json").read_text() == schema_text()
    assert (tmp_path / "docs/configuration.md").read_text() == page()


@pytest.mark.parametrize("file", [ROOT / "config/router.yaml", TESTDATA / "full.yaml"], ids=["sample", "full"])
def test_editors_accept_what_the_router_accepts(file: Path) -> None:
    """Variables included: "${NAME}" may stand where a duration or a closed list does."""
    assert list(validator().iter_errors(yaml.safe_load(file.read_text()))) == []


def test_the_first_line_of_the_sample_names_the_schema() -> None:
    first = (ROOT / "config/router.yaml").read_text().splitlines()[0]
    assert first == "# yaml-language-server: $schema=router.schema.json"


@pytest.mark.parametrize(
    "change",
    [{"mood": "x"}, {"mode": "loud"}, {"gate": {"watch": "5"}}, {"sources": {"a b": {"type": "datadog"}}}],
    ids=["unknown key", "unknown mode", "duration without unit", "bad source name"],
)
def test_editors_refuse_what_the_router_refuses(change: dict[str, object]) -> None:
    data = yaml.safe_load((ROOT / "config/router.yaml").read_text())
    assert list(validator().iter_errors(data | change))


def test_every_key_has_a_description_and_an_example() -> None:
    schema = json_schema()
    for name, node in {"the file": schema, **schema["$defs"]}.items():
        for key, each in node.get("properties", {}).items():
            assert each.get("description"), f"{name}.{key}"
            assert each.get("examples"), f"{name}.{key}"
            assert f"| `{key}` |" in page()


def test_every_type_of_source_can_be_configured() -> None:
    types = Root.model_json_schema()["$defs"]["SourceSection"]["properties"]["type"]["enum"]
    assert set(types) == set(SOURCES)
