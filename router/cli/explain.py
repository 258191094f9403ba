"""`alert-router explain`: what the router would do with an alert, and why, with every number it judges by."""

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import aiohttp
import orjson

from router.alert import Alert, Status
from router.classify import Placement, classify, guide_of
from router.config.environment import current, read
from router.config.load import load
from router.config.values import Config, SourceConfig
from router.errors import ConfigError, PayloadError
from router.gate import Decision, Held, covering, decide, decide_resolved
from router.reason import line
from router.slo.snapshot import snapshot_from_json
from router.slo.sources import build
from router.slo.verdict import Assessment, Memory, assess
from router.sources import SOURCES, Body

EXAMPLES = """examples:
  alert-router explain alert.json                         # under the SLO state now, asked from the SLO sources
  alert-router explain alert.json --slo-state state.json  # under a given state
  cat body.json | alert-router explain - --source datadog --format json
  alert-router explain --batch cases.jsonl                # {"alert": {...}, "slo_state": {...}} a line

ALERT.json is what a sender posts (any configured source), or one alert: {"labels": {...}, "annotations": {...}}.
"""


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe the command."""
    parser = commands.add_parser(
        "explain",
        help="say what becomes of an alert, and why",
        description="Say which source, rule, SLOs, route and guide an alert has, its outcome and the reason.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("alert", nargs="?", metavar="ALERT.json", help="a body as sent, or one alert; - reads stdin")
    parser.add_argument(
        "--config", metavar="FILE", help="the configuration (default: ROUTER_CONFIG or config/router.yaml)"
    )
    parser.add_argument(
        "--slo-state", metavar="FILE", help="judge under this state of the SLOs instead of the live one"
    )
    parser.add_argument(
        "--source", metavar="NAME", help="the configured source the body comes from (default: told by shape)"
    )
    parser.add_argument("--format", choices=["text", "json"], default="text")
    parser.add_argument(
        "--batch", metavar="FILE.jsonl", help="many alerts, each with its own SLO state; answers one line each"
    )
    parser.set_defaults(run=run)


def run(chosen: argparse.Namespace) -> int:
    """Explain; 0 when every alert could be read, 1 otherwise, 2 on wrong usage."""
    if (chosen.alert is None) == (chosen.batch is None):
        print("explain needs one of ALERT.json and --batch FILE.jsonl; see explain --help", file=sys.stderr)
        return 2
    variables = current()
    try:
        config = load(chosen.config or read(variables).config, variables)
        return _batch(chosen, config) if chosen.batch else _one(chosen, config)
    except ConfigError as error:
        print(error, file=sys.stderr)
    except PayloadError as error:
        print(f"{chosen.alert or chosen.batch}: {error}; see explain --help", file=sys.stderr)
    except OSError as error:
        print(f"{error.filename}: {error.strerror}", file=sys.stderr)
    return 1


@dataclass(frozen=True, slots=True)
class SloState:
    """What is known of the SLOs at one moment."""

    now: float
    assessments: Mapping[str, Assessment]


@dataclass(frozen=True, slots=True)
class Explanation:
    """What becomes of one alert."""

    alert: Alert
    placement: Placement
    decision: Decision
    text: str
    guide: str
    slos: tuple[Assessment, ...]


def explain(alert: Alert, config: Config, state: SloState) -> Explanation:
    """Judge an alert as if it came now."""
    placement = classify(alert, config.rules)[0]
    if alert.status is Status.RESOLVED:
        decision = decide_resolved(placement.alert_class, state.assessments, state.now, config.policy)
    else:
        decision = decide(placement.alert_class, state.assessments, Held(), state.now, config.policy)
    guide = guide_of(alert, config.rules)
    receiver = config.receivers.get(placement.receiver)
    locale = receiver.locale if receiver is not None else config.locale
    return Explanation(
        alert,
        placement,
        decision,
        line(decision, config.objectives, locale),
        guide.url if guide is not None else "",
        covering(placement.alert_class, state.assessments),
    )


def _one(chosen: argparse.Namespace, config: Config) -> int:
    raw = sys.stdin.buffer.read() if chosen.alert == "-" else Path(chosen.alert).read_bytes()
    now = time.time()  # noqa: TID251 - a command line tool asks under the clock of its user
    alerts = _alerts(raw, config, chosen.source, now)
    state = _given_state(chosen.slo_state, config) if chosen.slo_state else asyncio.run(_live_state(config, now))
    for alert in alerts:
        explanation = explain(alert, config, state)
        print(
            json.dumps(as_json(explanation), ensure_ascii=False) if chosen.format == "json" else _as_text(explanation)
        )
    return 0


def _batch(chosen: argparse.Namespace, config: Config) -> int:
    failed = 0
    with Path(chosen.batch).open("rb") as lines:
        for number, raw in enumerate(lines, 1):
            if not raw.strip():
                continue
            try:
                case = _parsed(raw)
                state = _state_of(case.get("slo_state"), config)
                alert = _alerts(orjson.dumps(case.get("alert")), config, chosen.source, state.now)[0]
                answer: Mapping[str, Any] = as_json(explain(alert, config, state))
            except PayloadError as error:
                failed, answer = 1, {"error": f"line {number}: {error}"}
            print(json.dumps(answer, ensure_ascii=False))
    return failed


def _parsed(raw: bytes) -> dict[str, Any]:
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise PayloadError("not JSON", f"line {error.lineno}, column {error.colno}") from error
    if not isinstance(value, dict):
        raise PayloadError("not a JSON object")
    return value


def _alerts(raw: bytes, config: Config, source: str | None, now: float) -> tuple[Alert, ...]:
    """Read a body as its sender would have sent it."""
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise PayloadError("not JSON", f"line {error.lineno}, column {error.colno}") from error
    if isinstance(value, dict) and "labels" in value and "alerts" not in value:
        value = {"alerts": [value]}
    chosen = _source(value, config, source)
    batch = SOURCES[chosen.type].parse(Body(chosen.name, orjson.dumps(value), "application/json", now))
    if batch.not_understood or batch.rejected:
        problem = batch.not_understood or batch.rejected[0].problem
        raise PayloadError(problem, f"read as source {chosen.name!r}, type {chosen.type}")
    if not batch.alerts:
        raise PayloadError("it holds no alert")
    return batch.alerts


def _source(value: Any, config: Config, name: str | None) -> SourceConfig:
    if name is not None:
        if name not in config.sources:
            raise PayloadError(f"no source {name!r} is configured", "--source")
        return config.sources[name]
    kind = "alertmanager-api" if isinstance(value, list) else "alertmanager" if _grouped(value) else "datadog"
    return next((each for each in config.sources.values() if each.type == kind), SourceConfig(kind, kind))


def _grouped(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("alerts"), list)


def _given_state(path: str, config: Config) -> SloState:
    return _state_of(_parsed(Path(path).read_bytes()), config)


def _state_of(value: Any, config: Config) -> SloState:
    if not isinstance(value, dict):
        raise PayloadError("the SLO state is not an object", "slo_state")
    now = _instant(value.get("now"))
    given = value.get("slos")
    slos = given if isinstance(given, dict) else {}
    snapshots = {name: snapshot_from_json(name, slos[name]) for name in config.objectives if name in slos}
    assessments = {
        name: assess(objective, snapshots.get(name), now, Memory()) for name, objective in config.objectives.items()
    }
    return SloState(now, assessments)


def _instant(value: Any) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    try:
        at = datetime.fromisoformat(str(value))
    except ValueError as error:
        raise PayloadError('"now" is not an RFC 3339 time', "slo_state") from error
    if at.tzinfo is None:
        raise PayloadError('"now" has no time zone: end it with Z', "slo_state")
    return at.timestamp()


async def _live_state(config: Config, now: float) -> SloState:
    """Ask the SLO sources, as the evaluator does."""
    assessments: dict[str, Assessment] = {}
    async with aiohttp.ClientSession() as session:
        for name, each in config.slo_sources.items():
            objectives = [objective for objective in config.objectives.values() if objective.source == name]
            source = build(each, session)
            snapshots = await source.measure([one for one in objectives if not one.problem], now)
            for objective in objectives:
                assessments[objective.id] = assess(objective, snapshots.get(objective.id), now, Memory())
    for objective in config.objectives.values():
        assessments.setdefault(objective.id, assess(objective, None, now, Memory()))
    return SloState(now, assessments)


def as_json(explanation: Explanation) -> dict[str, Any]:
    """Return an explanation in the shape scripts rely on."""
    decision = explanation.decision
    answer: dict[str, Any] = {
        "outcome": decision.outcome,
        "reason": decision.reason,
        "text": explanation.text,
        "incident": explanation.placement.incident_key,
        "receiver": explanation.placement.receiver,
        "guide": explanation.guide or None,
        "slos": [_slo(each) for each in explanation.slos],
    }
    if decision.would is not None:
        answer["would"] = {"outcome": decision.would, "reason": decision.would_reason}
    return answer


def _slo(assessment: Assessment) -> dict[str, Any]:
    return {
        "id": assessment.slo,
        "verdict": assessment.verdict,
        "cause": assessment.cause or None,
        "burn": dict(assessment.burn),
        "budget_remaining": assessment.budget_remaining,
        "exhausted_in_s": assessment.exhausted_in_s,
    }


def _as_text(explanation: Explanation) -> str:
    alert, placement = explanation.alert, explanation.placement
    covers = ", ".join(_cover(cover.slo, cover.may_clear) for cover in placement.alert_class.covers) or "none"
    rows = [
        ("alert", f"{alert.rule or '(no name)'} ({alert.status}) from source {alert.source}"),
        ("outcome", f"{explanation.decision.outcome}, reason {explanation.decision.reason}"),
        ("why", explanation.text),
        ("SLOs", f"{covers} (class {placement.alert_class.kind})"),
        ("told to", f"{placement.receiver} (route {placement.route}, grouped by {_group(placement.group)})"),
        ("guide", explanation.guide or "none: add a runbook_url annotation, or a `guides:` rule"),
    ]
    return "\n".join(f"{name:>8}  {value}" for name, value in rows)


def _cover(slo: str, may_clear: bool) -> str:
    return slo if may_clear else f"{slo} (may raise, not clear: its scope is wider)"


def _group(group: Iterable[str] | Mapping[str, str]) -> str:
    pairs = group.items() if isinstance(group, Mapping) else ()
    return ", ".join(f"{name}={value}" for name, value in pairs) or "nothing"
