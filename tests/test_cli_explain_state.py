"""`alert-router explain --slo-state` and `--batch`: every shape a state may have, and the live state."""

import json
import time
from pathlib import Path
from typing import Any

import pytest

from tests.support.prometheus import openmetrics, prometheus_with
from tests.support.serving import CONFIG
from tests.test_cli_explain import ALERT, BURNING, CALM, NOW, Explain, explain, state_of

__all__ = ["explain"]
RATIOS = {name: {"ratio": window["bad"] / window["total"]} for name, window in BURNING.items()}


def without(*names: str, instead: Any = None) -> dict[str, Any]:
    return {name: instead if name in names else window for name, window in CALM.items()}


STATES = {
    "counts, calm": (state_of(), "hold", "no_threat", None),
    "counts, burning": (state_of(BURNING), "page", "threat_page", None),
    "ratios only": (state_of(RATIOS), "page", "threat_page", None),
    "an SLO that is absent": ({"now": NOW, "slos": {}}, "forward", "slo_unknown", "source_unreachable"),
    "no SLOs at all": ({"now": NOW}, "forward", "slo_unknown", "source_unreachable"),
    "an error": (state_of(error="HTTP 503"), "forward", "slo_unknown", "source_unreachable"),
    "no data": (state_of(dict.fromkeys(CALM)), "forward", "slo_unknown", "no_data"),
    "no windows": (state_of({}), "forward", "slo_unknown", "no_data"),
    "windows that are none": (state_of("many"), "forward", "slo_unknown", "no_data"),
    "a state that is none": ({"now": NOW, "slos": {"checkout": 7}}, "forward", "slo_unknown", "source_unreachable"),
    "one window missing": (state_of(without("1h")), "forward", "slo_unknown", "no_data"),
    "text": (state_of(without("1h", instead="7")), "forward", "slo_unknown", "no_data"),
    "NaN": (state_of(without("1h", instead={"bad": float("nan"), "total": 9})), "forward", "slo_unknown", "no_data"),
    "infinite": (state_of(without("1h", instead={"ratio": float("inf")})), "forward", "slo_unknown", "no_data"),
    "negative": (state_of(without("1h", instead={"bad": -5, "total": 9})), "forward", "slo_unknown", None),
    "text counts": (state_of(without("1h", instead={"bad": "1", "total": "9"})), "forward", "slo_unknown", "no_data"),
    "more bad than all": (state_of(without("1h", instead={"bad": 9, "total": 1})), "forward", "slo_unknown", None),
    "stale": (state_of(sampled_at="2026-11-22T08:00:00Z"), "forward", "slo_unknown", "stale"),
    "from the future": (state_of(sampled_at="2026-11-22T10:00:00Z"), "forward", "slo_unknown", "stale"),
    "without a time": (state_of(sampled_at=None), "forward", "slo_unknown", "stale"),
    "young": (state_of(age="10m"), "forward", "slo_unknown", "warming_up"),
    "zero traffic": (state_of({name: {"bad": 0, "total": 0} for name in CALM}), "hold", "watch", "no_traffic"),
    "an offset instead of Z": ({**state_of(), "now": "2026-11-22T18:00:00+09:00"}, "hold", "no_threat", None),
    "Unix seconds": ({**state_of(), "now": 1795338000}, "hold", "no_threat", None),
}


@pytest.mark.parametrize("case", STATES.values(), ids=STATES)
def test_every_shape_of_a_state_is_judged(explain: Explain, case: tuple[Any, str, str, str | None]) -> None:
    """What cannot be read is unknown, hence forwarded; it is never refused (ruling 14)."""
    state, outcome, reason, cause = case
    answer = explain.under(state)
    assert (answer["outcome"], answer["reason"]) == (outcome, reason)
    assert cause is None or answer["slos"][0]["cause"] == cause


BAD_STATES = {
    "not JSON": ("{", "not JSON: "),
    "a list": ("[]", "not a JSON object"),
    "no time": ('{"slos": {}}', '"now" is not an RFC 3339 time such as "2026-11-22T09:00:00Z"'),
    "a time that is none": ('{"now": "yesterday"}', '"now" is not an RFC 3339 time'),
    "NaN as a time": ('{"now": NaN}', '"now" is not an RFC 3339 time'),
    "a time without a zone": ('{"now": "2026-11-22T09:00:00"}', '"now" has no time zone: end it with Z'),
    "SLOs that are none": ('{"now": "2026-11-22T09:00:00Z", "slos": []}', '"slos" is not an object'),
    "nested too deep": ('{"a":' * 100_000, "not JSON"),
}


@pytest.mark.parametrize("case", BAD_STATES.values(), ids=BAD_STATES)
def test_a_state_that_is_none_exits_1_and_names_its_file(explain: Explain, case: tuple[str, str]) -> None:
    text, problem = case
    path = explain.file("state.json", text)
    code, out, err = explain.run(explain.file("a.json", ALERT), "--slo-state", path)
    assert (code, out) == (1, "")
    assert err.startswith(f"{path}: ")
    assert problem in err
    assert "Traceback" not in err


def test_an_slo_that_nobody_configured_is_told(explain: Explain) -> None:
    """A mistyped id would else just look like a source that did not answer."""
    state = state_of()
    state["slos"]["chekout"] = state["slos"].pop("checkout")
    path = explain.file("state.json", state)
    code, out, err = explain.run(explain.file("a.json", ALERT), "--slo-state", path)
    assert (code, err) == (0, f"{path}: warning: no SLO 'chekout' is configured; known are checkout\n")
    assert "forward, reason slo_unknown" in out


def test_a_batch_answers_each_line_with_one(explain: Explain) -> None:
    """Each under its own state; a line that cannot be read is an error in its place, and harms no other."""
    cases = [
        {"alert": ALERT, "slo_state": state_of()},
        {"alert": {"alerts": [{**ALERT, "status": "firing"}]}, "slo_state": state_of(BURNING)},
        {"alert": ALERT},
        {"alert": {"alerts": [ALERT, ALERT]}, "slo_state": state_of()},
        {"slo_state": state_of()},
        {"alert": ALERT, "slo_state": state_of(without("1h", instead={"ratio": float("nan")}))},
        {"alert": {"labels": {"alertname": "\ud800"}}, "slo_state": state_of()},
    ]
    text = "\n".join(map(json.dumps, cases[:2])) + "\n\n{broken\n" + "\n".join(map(json.dumps, cases[2:])) + "\n"
    path = explain.file("cases.jsonl", text)
    code, out, err = explain.run("--batch", path)
    assert (code, err) == (1, "")
    answers = [json.loads(line) for line in out.splitlines()]
    assert [answer.get("outcome") for answer in answers] == ["hold", "page", None, None, None, None, "forward", None]
    problems = [answer["error"] for answer in answers if "error" in answer]
    assert problems[0].startswith(f"{path}:4: not JSON: ")
    assert problems[1].startswith(f"{path}:5: no SLO state")
    assert problems[2].startswith(f"{path}:6: a line holds one alert, this one 2")
    assert problems[3].startswith(f"{path}:7: ")
    assert problems[4].startswith(f"{path}:9: ")


def test_a_batch_without_mistakes_exits_0(explain: Explain) -> None:
    path = explain.file("cases.jsonl", json.dumps({"alert": ALERT, "slo_state": state_of()}))
    assert explain.run("--batch", path)[0] == 0
    assert explain.run("--batch", explain.file("empty.jsonl", ""))[:2] == (0, "")
    code, _, err = explain.run("--batch", str(explain.folder / "nothing"))
    assert (code, "no such file" in err) == (1, True)


def test_a_given_state_needs_neither_redis_nor_network(explain: Explain, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even an SLO source that would never answer, nor a Redis that is not there."""
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1/0")
    explain.config.write_text(CONFIG.replace("http://127.0.0.1:1", "http://192.0.2.1"))
    began = time.monotonic()
    assert explain.under(state_of())["outcome"] == "hold"
    assert time.monotonic() - began < 2


def test_live_without_anything_there_forwards(explain: Explain) -> None:
    """Nobody listens at the SLO source's port: unknown, and the reason says so."""
    code, out, _ = explain.run(explain.file("a.json", ALERT), "--format", "json")
    answer = json.loads(out)
    assert (code, answer["outcome"], answer["reason"]) == (0, "forward", "slo_unknown")
    assert answer["slos"][0]["cause"] == "source_unreachable"
    assert "cannot be reached" in answer["text"]


def test_live_asks_only_what_the_alert_can_threaten(explain: Explain) -> None:
    """An unmapped alert needs no answer, and so waits for none."""
    explain.config.write_text(CONFIG.replace("http://127.0.0.1:1", "http://192.0.2.1"))
    began = time.monotonic()
    code, out, _ = explain.run(explain.file("a.json", {"labels": {"alertname": "X"}}), "--format", "json")
    assert (code, json.loads(out)["reason"]) == (0, "unmapped")
    assert time.monotonic() - began < 2


@pytest.mark.parametrize(("failing", "outcome"), [(0.0, "hold"), (0.3, "page")], ids=["healthy", "burning"])
def test_live_under_a_real_prometheus(
    explain: Explain, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: float, outcome: str
) -> None:
    """Thirty-one days of steady traffic; three in ten requests fail for the last two hours, or none."""
    now = time.time()
    long_ago = [now - 31 * 86_400 + 300 * step for step in range(31 * 288 - 24)]
    times = [*long_ago, *(now - 7_200 + 15 * step for step in range(480)), now]
    good = [(at, 3 * (at - times[0]) - failing * 3 * max(0.0, at - (now - 7_200))) for at in times]
    bad = [(at, failing * 3 * max(0.0, at - (now - 7_200))) for at in times]
    lines = openmetrics(
        {
            ("http_requests_total", (("code", "200"),)): good,
            ("http_requests_total", (("code", "500"),)): bad,
        }
    )
    with prometheus_with(tmp_path / "prometheus", lines) as prometheus:
        monkeypatch.setenv("PROMETHEUS_URL", prometheus.url)
        code, out, _ = explain.run(explain.file("a.json", ALERT), "--format", "json")
    answer = json.loads(out)
    assert (code, answer["outcome"]) == (0, outcome), answer
    assert answer["slos"][0]["burn"]["1h"] == pytest.approx(failing * 1_000, rel=0.02)
