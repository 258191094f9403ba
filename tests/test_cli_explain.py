"""`alert-router explain`: what becomes of an alert, for scripts and for people, and what cannot be read."""

import io
import json
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from router.cli import main
from tests.support.serving import CONFIG, write_config

NOW = "2026-11-22T09:00:00Z"
CALM = {name: {"bad": total / 100_000, "total": total} for name, total in (
    ("5m", 1_000), ("30m", 6_000), ("1h", 12_000), ("2h", 24_000), ("6h", 72_000), ("1d", 288_000), ("3d", 864_000),
    ("period", 8_640_000),
)}  # fmt: skip
BURNING = {name: {"bad": min(total * 0.3, 3_600), "total": total} for name, total in (
    (name, window["total"]) for name, window in CALM.items()
)}  # fmt: skip
ALERT = {"labels": {"alertname": "HighErrorRate", "service": "checkout"}, "annotations": {"summary": "slow"}}


def state_of(windows: Any = None, **more: Any) -> dict[str, Any]:
    slo = {"sampled_at": "2026-11-22T08:59:50Z", "age": "40d", "windows": CALM if windows is None else windows, **more}
    return {"now": NOW, "slos": {"checkout": slo}}


class Explain:
    """Runs the command on files in a folder."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder, self._capsys, self._monkeypatch = folder, capsys, monkeypatch
        self.config = write_config(folder)

    def file(self, name: str, content: Any) -> str:
        path = self.folder / name
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        return str(path)

    def run(self, *arguments: str) -> tuple[int, str, str]:
        code = main(["explain", "--config", str(self.config), *arguments])
        said = self._capsys.readouterr()
        return code, said.out, said.err

    def under(self, state: Any, alert: Any = ALERT, *more: str) -> dict[str, Any]:
        """Explain one alert as JSON."""
        files = self.file("alert.json", alert), self.file("state.json", state)
        code, out, err = self.run(files[0], "--slo-state", files[1], "--format", "json", *more)
        assert (code, err) == (0, "")
        answer: dict[str, Any] = json.loads(out)
        return answer

    def stdin(self, raw: bytes) -> None:
        self._monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(raw)))


@pytest.fixture
def explain(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Explain:
    monkeypatch.delenv("ROUTER_CONFIG", raising=False)
    return Explain(tmp_path, capsys, monkeypatch)


def test_json_has_the_shape_of_the_contract(explain: Explain) -> None:
    answer = explain.under(state_of(BURNING))
    assert list(answer) == ["outcome", "reason", "text", "incident", "receiver", "guide", "slos"]
    assert (answer["outcome"], answer["reason"], answer["receiver"]) == ("page", "threat_page", "sre")
    assert answer["text"].startswith("checkout 99.9%/30d: burning 300x over 1h and 300x over 5m (page at 14.4x)")
    assert answer["guide"] == "https://guides.example.com/checkout"
    assert re.fullmatch(r"[0-9a-f]{16}", answer["incident"])
    [slo] = answer["slos"]
    assert list(slo) == ["id", "verdict", "cause", "burn", "budget_remaining", "exhausted_in_s"]
    assert (slo["id"], slo["verdict"], slo["cause"]) == ("checkout", "threat_page", None)
    assert list(slo["burn"]) == ["5m", "30m", "1h", "2h", "6h", "1d", "3d", "period"]
    assert slo["burn"]["1h"] == pytest.approx(300)
    assert slo["budget_remaining"] == pytest.approx(1 - 3_600 / 8_640)
    assert slo["exhausted_in_s"] == pytest.approx(5_040)


def test_what_is_not_known_is_null(explain: Explain) -> None:
    answer = explain.under({"now": NOW, "slos": {}}, {"labels": {"alertname": "X", "service": "checkout"}})
    assert (answer["outcome"], answer["reason"]) == ("forward", "slo_unknown")
    assert answer["slos"] == [
        {
            "id": "checkout",
            "verdict": "unknown",
            "cause": "source_unreachable",
            "burn": {},
            "budget_remaining": None,
            "exhausted_in_s": None,
        }
    ]
    unmapped = explain.under({"now": NOW, "slos": {}}, {"labels": {"alertname": "X"}})
    assert (unmapped["outcome"], unmapped["reason"], unmapped["guide"], unmapped["slos"]) == (
        "forward", "unmapped", None, [],
    )  # fmt: skip


WEBHOOK = {"version": "4", "status": "firing", "alerts": [{**ALERT, "status": "firing"}]}
BODIES = {
    "Alertmanager's webhook": (WEBHOOK, "alertmanager"),
    "Alertmanager's API v2": ([ALERT], "alertmanager-api"),
    "a bare alert": (ALERT, "alertmanager"),
    "Datadog": (
        {"alert_id": "7", "title": "errors", "alert_transition": "Triggered", "tags": "service:checkout"},
        "datadog",
    ),
}


@pytest.mark.parametrize("case", BODIES.values(), ids=BODIES)
def test_every_senders_body_is_told_by_its_shape(explain: Explain, case: tuple[Any, str]) -> None:
    body, source = case
    assert explain.under(state_of(), body)["outcome"] == "hold"
    code, out, _ = explain.run(explain.file("a.json", body), "--slo-state", explain.file("s.json", state_of()))
    assert code == 0
    assert f"from source {source}\n" in out


def test_a_named_source_reads_the_body(explain: Explain) -> None:
    """Its type decides how, also for a bare alert; its name is part of the incident's identity."""
    explain.config.write_text(CONFIG.replace("sources:\n", "sources:\n  prom: {type: alertmanager-api}\n", 1))
    state = explain.file("s.json", state_of())
    code, out, _ = explain.run(explain.file("a.json", ALERT), "--slo-state", state, "--source", "prom")
    assert (code, out.splitlines()[0].strip()) == (0, "alert  HighErrorRate (firing) from source prom")
    code, out, err = explain.run(explain.file("a.json", WEBHOOK), "--slo-state", state, "--source", "prom")
    assert (code, out) == (1, "")
    assert "an object is not a body of Alertmanager's API v2" in err
    assert "read as source 'prom' of type alertmanager-api; --source names another" in err


@pytest.mark.parametrize(
    ("windows", "more", "outcome"),
    [
        (CALM, {}, "drop never_threatened"),
        (BURNING, {}, "page threat_page"),
        (None, {"error": "HTTP 503"}, "forward slo_unknown"),
    ],
    ids=["nothing threatens", "it burns", "unknown"],
)
@pytest.mark.parametrize("sender", ["webhook", "API v2"])
def test_a_resolved_alert_is_a_drop_unless_something_threatens(
    explain: Explain, windows: Any, more: dict[str, Any], outcome: str, sender: str
) -> None:
    """Ruling 14; the webhook says `resolved`, API v2 an end that is past under the state's `now`."""
    over = {**ALERT, "startsAt": "2026-11-22T08:00:00Z", "endsAt": "2026-11-22T08:30:00Z"}
    body: Any = [over] if sender == "API v2" else {**over, "status": "resolved"}
    answer = explain.under(state_of(windows, **more), body)
    assert f"{answer['outcome']} {answer['reason']}" == outcome


def test_shadow_mode_tells_what_enforce_would_do(explain: Explain) -> None:
    explain.config.write_text(CONFIG + "mode: shadow\n")
    answer = explain.under(state_of())
    assert (answer["outcome"], answer["reason"]) == ("forward", "shadow")
    assert answer["would"] == {"outcome": "hold", "reason": "no_threat"}
    _, out, _ = explain.run(explain.file("a.json", ALERT), "--slo-state", explain.file("s.json", state_of()))
    assert "forward, reason shadow; enforce mode would hold, reason no_threat\n" in out


def test_text_tells_people_everything_in_a_few_lines(explain: Explain) -> None:
    """Whatever a sender wrote, one line stays one line and moves no cursor."""
    explain.config.write_text(
        CONFIG.replace(
            "group_wait: 0s}",
            "group_wait: 0s,\n  routes: [{matchers: ['service=\"checkout\"'], receiver: sre, continue: true},"
            " {receiver: sre, matchers: []}]}",
        )
    )
    alert = {"labels": {**ALERT["labels"], "alertname": "Bad\u001b[31m\nname"}}
    code, out, err = explain.run(
        explain.file("a.json", alert), "--slo-state", explain.file("s.json", state_of(BURNING))
    )
    assert (code, err) == (0, "")
    rows = dict(line.strip().split("  ", 1) for line in out.splitlines())
    assert list(rows) == ["alert", "outcome", "why", "kind", "SLO", "told", "also", "guide"]
    assert rows["alert"] == "Bad [31m name (firing) from source alertmanager"
    assert rows["outcome"] == "page, reason threat_page"
    assert rows["SLO"].startswith("checkout: threat_page; burn 300x 5m, 300x 30m, 300x 1h, 150x 2h")
    assert "58% of the budget left; gone in 1.4 h at this rate" in rows["SLO"]
    assert rows["told"].startswith("receiver sre (route 0.0, grouped by slo=checkout, incident ")
    assert rows["also"].startswith("receiver sre (route 0.1, ")


def test_every_alert_of_a_body_is_explained(explain: Explain) -> None:
    body = {"alerts": [{"status": "firing", "labels": {"alertname": name}} for name in "ABC"]}
    files = explain.file("a.json", body), explain.file("s.json", state_of())
    _, out, _ = explain.run(files[0], "--slo-state", files[1], "--format", "json")
    assert [json.loads(line)["reason"] for line in out.splitlines()] == ["unmapped"] * 3
    _, out, _ = explain.run(files[0], "--slo-state", files[1])
    assert [block.splitlines()[0].split()[1] for block in out.split("\n\n")] == ["A", "B", "C"]


def test_the_alert_may_come_from_stdin(explain: Explain) -> None:
    explain.stdin(b"\xef\xbb\xbf" + json.dumps(ALERT).encode())
    code, out, _ = explain.run("-", "--slo-state", explain.file("s.json", state_of()), "--format", "json")
    assert (code, json.loads(out)["outcome"]) == (0, "hold")
    explain.stdin(b'{"labels": {')
    code, _, err = explain.run("-", "--slo-state", explain.file("s.json", state_of()))
    assert code == 1
    assert err.startswith("-: not JSON: ")
    assert "line 1, column 13" in err


BAD = {
    "no such file": (None, "no such file or directory; name a readable file"),
    "not JSON": ("[1,\n 2,, 3]", "(line 2, column 4)"),
    "not UTF-8": (b"\xff\xfe{", "not JSON: "),
    "a number": ("7", "read as source 'datadog' of type datadog"),
    "nothing in it": ({"alerts": []}, "it holds no alert"),
    "alerts of another shape": ({"alerts": {}}, 'there is no array "alerts"'),
    "one bad alert": ({"alerts": [ALERT, {"labels": 7}]}, "alert 1: labels must be an object"),
    "labels that are none": ({"labels": "x"}, "alert 0: labels must be an object"),
}


@pytest.mark.parametrize("case", BAD.values(), ids=BAD)
def test_what_cannot_be_read_exits_1_and_says_where(explain: Explain, case: tuple[Any, str]) -> None:
    content, problem = case
    path = str(explain.folder / "nothing") if content is None else explain.file("a.json", content)
    code, out, err = explain.run(path, "--slo-state", explain.file("s.json", state_of()))
    assert (code, out) == (1, "")
    assert err.startswith(f"{path}: ")
    assert problem in err
    assert "Traceback" not in err


def test_a_bad_configuration_and_an_unknown_source_exit_1(explain: Explain) -> None:
    alert, state = explain.file("a.json", ALERT), explain.file("s.json", state_of())
    code, _, err = explain.run(alert, "--slo-state", state, "--source", "nobody")
    assert (code, "no source 'nobody' is configured; known are alertmanager, datadog" in err) == (1, True)
    explain.config.write_text(CONFIG + "nonsense: 1\n")
    code, _, err = explain.run(alert, "--slo-state", state)
    assert code == 1
    assert "unknown key `nonsense`" in err


@pytest.mark.parametrize(
    "arguments",
    [[], ["a", "--batch", "b"], ["--batch", "b", "--slo-state", "s"], ["a", "b"], ["a", "--format", "xml"], ["--nope"]],
    ids=["nothing", "alert and batch", "batch and state", "two alerts", "unknown format", "unknown option"],
)
def test_wrong_usage_exits_2(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["explain", *arguments])
    assert caught.value.code == 2
    assert "usage: alert-router" in capsys.readouterr().err
