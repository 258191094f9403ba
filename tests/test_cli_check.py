"""`alert-router check` tells every mistake at once, and exits as scripts expect."""

import re
from pathlib import Path

import pytest

from router.cli import main
from tests.test_config import MINIMAL, ROOT, TESTDATA

TEN = {
    "a bad time zone": ("router.yaml", "bad time zone", "error: unknown time zone 'Asia/Tokio'"),
    "an unknown key": ("router.yaml", "unknown key", "error: unknown key `grouping`"),
    "a secret in the file": ("router.yaml", "secret in the file", "warning: `bearer` is written in the file"),
    "a bad matcher": ("router.yaml", "bad matcher", "error: bad matcher"),
    "a shadowed route": ("router.yaml", "shadowed route", "warning: this route is never reached"),
    "an unknown receiver": ("router.yaml", "unknown receiver", "error: unknown receiver 'searchers'"),
    "an unreachable tier": ("slos/checkout.yaml", "unreachable tier", "warning: unreachable at 90 %"),
    "a guide missing": ("slos/others.yaml", "guide missing", "warning: SLO 'search-availability' has no guide"),
    "an SLO that no mapping reaches": (
        "slos/others.yaml",
        "SLO that no mapping reaches",
        "warning: no mapping reaches SLO 'search-latency'",
    ),
    "target 100": ("slos/others.yaml", "target: 100", "error: a target of 100 % leaves no error budget"),
}


@pytest.fixture
def ten(capsys: pytest.CaptureFixture[str]) -> list[str]:
    """Return what one run says about the configuration with ten planted mistakes."""
    assert main(["check", str(TESTDATA / "ten/router.yaml")]) == 1
    return capsys.readouterr().out.splitlines()


@pytest.mark.parametrize("case", TEN.values(), ids=TEN)
def test_each_of_ten_mistakes_is_told_where_it_was_planted(ten: list[str], case: tuple[str, str, str]) -> None:
    file, comment, problem = case
    lines = (TESTDATA / "ten" / file).read_text().splitlines()
    planted = next(number for number, line in enumerate(lines, start=1) if f"# {comment}" in line)
    expected = re.compile(rf"{re.escape(str(TESTDATA / 'ten' / file))}:{planted}:\d+: {re.escape(problem)}.*; .+")
    assert [line for line in ten if expected.fullmatch(line)], ten


def test_ten_mistakes_are_ten_findings_and_a_summary(ten: list[str]) -> None:
    assert len(ten) == 11
    assert ten[-1].endswith("ten/router.yaml: 3 SLOs, 4 routes, 1 receiver, 1 source; 5 errors, 5 warnings")
    assert "not-a-variable" not in "\n".join(ten)


def test_the_sample_configuration_is_clean(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.delenv("ROUTER_CONFIG", raising=False)
    assert main(["check", "--strict"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("config/router.yaml: ")
    assert said.endswith("1 route, 1 receiver, 2 sources; no findings\n")


def test_the_configuration_may_be_named_in_three_ways(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "router.yaml"
    path.write_text(MINIMAL)
    monkeypatch.setenv("ROUTER_CONFIG", str(path))
    for arguments in (["check", str(path)], ["check", "--config", str(path)], ["check"]):
        assert main(arguments) == 0
    assert capsys.readouterr().out == f"{path}: 0 SLOs, 1 route, 1 receiver, 1 source; no findings\n" * 3


def test_a_warning_alone_exits_1(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "router.yaml").write_text(MINIMAL + "slos: [none.yaml]\n")
    assert main(["check", str(tmp_path / "router.yaml")]) == 1
    assert "router.yaml:7:8: warning: 'none.yaml' matches no file" in capsys.readouterr().out


def test_the_environment_is_checked_too(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "router.yaml").write_text(MINIMAL)
    monkeypatch.setenv("ROUTER_LISTEN", "nowhere")
    assert main(["check", str(tmp_path / "router.yaml")]) == 1
    assert "environment:1:1: error: ROUTER_LISTEN is not host:port; write it as" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments",
    [["check", "--stricter"], ["check", "a", "b"], ["check", "a", "--config", "b"]],
    ids=["unknown option", "two files", "two different files"],
)
def test_wrong_usage_exits_2(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert "usage: alert-router" in capsys.readouterr().err


def test_help_has_examples(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["check", "--help"])
    assert caught.value.code == 0
    assert "alert-router check --strict" in capsys.readouterr().out


def test_a_finding_is_one_line(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "router.yaml").write_text(MINIMAL + 'timezone: "a\\nb"\n')
    main(["check", str(tmp_path / "router.yaml")])
    assert len(capsys.readouterr().out.splitlines()) == 2
