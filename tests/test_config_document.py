"""YAML is read with places, within limits, and never as code."""

import time
from pathlib import Path

import pytest

from router.config.document import compose
from router.config.durations import parse_duration, write_duration
from router.config.findings import Findings
from router.slo.objective import Place
from tests.test_config import MINIMAL, examined, said

LAUGHS = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]\n" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
CHAIN = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, 200))
REFUSED = {
    "a billion laughs": (LAUGHS, "aliases expand to more than 100,000 values"),
    "aliases piled deep": (CHAIN, "nested deeper than 64 levels"),
    "brackets without end": ("a: " + "[" * 50_000, "nested deeper than 64 levels"),
    "an alias that contains itself": ("a: &a [*a]\n", "an alias that contains itself"),
    "a tab as indentation": ("a:\n\t- b\n", "not readable as YAML: found character '\\t'"),
    "a bracket left open": ("a: [b\n", "not readable as YAML"),
    "two documents": ("a: 1\n---\nb: 2\n", "not readable as YAML: but found another document"),
    "an alias that nobody defined": ("a: *b\n", "not readable as YAML: found undefined alias"),
    "a control character": ("a: \x01\n", "a character that YAML does not allow"),
    "a list as a key": ("? [a]\n: b\n", "a key that is not a plain text"),
    "a merge of a text": ("a: {<<: b}\n", "not readable as YAML: expected a mapping"),
    "a file of more than 1 MiB": ("a: 1\n" + "#" * 1024 * 1024, "is longer than 1 MiB"),
}


@pytest.mark.parametrize("case", REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_read_safely_is_refused_with_its_place(tmp_path: Path, case: tuple[str, str]) -> None:
    text, problem = case
    began = time.perf_counter()
    found = examined(tmp_path, text)
    assert time.perf_counter() - began < 5.0
    assert found.config is None
    assert len(found.findings) == 1
    assert problem in said(found, tmp_path)[0]


def test_a_broken_line_is_told_by_line_and_column(tmp_path: Path) -> None:
    assert said(examined(tmp_path, MINIMAL + "mode: [a\nb: c\n"), tmp_path)[0].startswith(
        "router.yaml:8:2: not readable"
    )


def test_an_unquoted_variable_in_braces_is_told_as_such(tmp_path: Path) -> None:
    told = said(examined(tmp_path, MINIMAL.replace("C0SRE", "${CHANNEL}")), tmp_path)
    assert told[0].startswith("router.yaml:6:")
    assert 'put "${NAME}" in quotes' in told[0]


def test_a_file_that_is_no_utf_8_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "slo.yaml").write_bytes(b"a: \xff\n")
    found = examined(tmp_path, MINIMAL + "slos: [slo.yaml]\n")
    assert "not UTF-8 text" in said(found, tmp_path)[0]
    assert found.findings[0].line == 7


def test_an_empty_file_lacks_everything(tmp_path: Path) -> None:
    assert [finding.problem for finding in examined(tmp_path, "# nothing\n").findings] == [
        "`receivers` is missing",
        "`route` is missing",
        "`sources` is missing",
    ]


def test_a_tag_is_told_and_never_obeyed(tmp_path: Path) -> None:
    text = MINIMAL + "external_url: !!python/object/apply:os.getcwd []\ntimezone: !zone Asia/Tokyo\n"
    found = examined(tmp_path, text)
    assert [finding.line for finding in found.findings if "a YAML tag" in finding.problem] == [7, 8]
    assert found.config is None


def test_a_key_written_twice_is_told_with_the_line_of_the_first(tmp_path: Path) -> None:
    found = examined(tmp_path, MINIMAL + "mode: shadow\nmode: enforce\n")
    assert said(found, tmp_path) == ["router.yaml:8:1: `mode` is written twice (first in line 7); keep one of them"]


def test_scalars_are_read_as_yaml_1_2_does() -> None:
    text = "a: 10:30\nb: yes\nc: 010\nd: true\ne: ~\nf: 1.5\ng: '7'\nh: 2026-11-22\ni: 0x10\nj: !!int x\n"
    data = compose(text, "f", Findings()).data()
    assert list(data.values()) == ["10:30", "yes", 10, True, None, 1.5, "7", "2026-11-22", "0x10", "x"]


def test_places_survive_a_cut() -> None:
    document = compose("a:\n- b\n- c\nd: e\n", "f", Findings())
    document.data()
    assert document.cut(("a", 0))
    assert document.data() == {"a": ["c"], "d": "e"}
    assert document.place(("a", 0)) == Place("f", 3, 3)
    assert document.place(("a", 9)) == Place("f", 1, 1)
    assert document.place(("d",), key=True) == Place("f", 4, 1)
    assert document.place(("d",)) == Place("f", 4, 4)
    assert not document.cut(("x",))


DURATIONS = {"0s": 0.0, "500ms": 0.5, "30s": 30.0, "15m": 900.0, "4h": 14_400.0, "1d12h": 129_600.0, "4w": 2_419_200.0}


@pytest.mark.parametrize("text", DURATIONS)
def test_durations_are_seconds(text: str) -> None:
    assert parse_duration(text) == DURATIONS[text]
    assert parse_duration(write_duration(DURATIONS[text])) == DURATIONS[text]


@pytest.mark.parametrize("text", ["", "5", "h", "1h1d", "-5s", "1.5h", "5 m", "5s\n", "１h", "9" * 400 + "s"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a duration"):
        parse_duration(text)
