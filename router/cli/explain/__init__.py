"""`alert-router explain`: what the router would do with an alert, and why, with every number it judges by."""

import argparse
import asyncio
import io
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson

from router.alert import Alert
from router.classify import classify
from router.cli.chosen import HELP, config_path
from router.cli.explain.judging import explain
from router.cli.explain.reading import alerts_in, parsed
from router.cli.explain.showing import as_json, as_text
from router.cli.explain.state import SloState, given_state, live_state
from router.config.environment import current
from router.config.load import load
from router.config.values import Config
from router.errors import ConfigError, PayloadError

__all__ = ["SloState", "add", "explain", "run"]

EXAMPLES = """examples:
  alert-router explain alert.json                         # under the SLO state now, asked from the SLO sources
  alert-router explain alert.json --slo-state state.json  # under a given state; needs no network and no Redis
  cat body.json | alert-router explain - --source datadog --format json
  alert-router explain --batch cases.jsonl                # {"alert": {...}, "slo_state": {...}} a line

ALERT.json is what a sender posts (any configured source), or one alert: {"labels": {...}, "annotations": {...}}.
An SLO state is {"now": "2026-11-22T09:00:00Z", "slos": {"<id>": {"sampled_at": "2026-11-22T08:59:45Z",
"age": "40d", "windows": {"5m": {"bad": 3, "total": 1000}, "1h": {"ratio": 0.002}, "6h": null, ...}}}}; an SLO that is
absent was not reachable. Exit code: 0 when every alert was explained, 1 when one could not be read, 2 for wrong usage.
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
    parser.add_argument("--config", metavar="FILE", help=HELP)
    parser.add_argument(
        "--slo-state", metavar="FILE", help="judge under this state of the SLOs instead of the live one"
    )
    parser.add_argument(
        "--source", metavar="NAME", help="the configured source the body comes from (default: told by its shape)"
    )
    parser.add_argument(
        "--format", choices=["text", "json"], default="text", help="json: one object a line (default: text)"
    )
    parser.add_argument(
        "--batch", metavar="FILE.jsonl", help="many alerts, each with its own SLO state; answers one JSON line each"
    )
    parser.set_defaults(run=run, usage=parser.error)


def run(chosen: argparse.Namespace) -> int:
    """Explain; 0 when every alert could be read, 1 otherwise; exits with 2 on wrong usage."""
    if (chosen.alert is None) == (chosen.batch is None):
        chosen.usage("name one of ALERT.json and --batch FILE.jsonl")
    if chosen.batch is not None and chosen.slo_state is not None:
        chosen.usage("--batch takes the SLO state from each line, not from --slo-state")
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    variables = current()
    try:
        config = load(config_path(chosen.config, variables), variables)
        return _batch(chosen, config) if chosen.batch is not None else _one(chosen, config)
    except (ConfigError, PayloadError) as error:
        print(error, file=sys.stderr)
    except BrokenPipeError:
        raise
    except OSError as error:
        mend = "name a readable file, or - for stdin"
        print(f"{error.filename or '-'}: {(error.strerror or 'unreadable').lower()}; {mend}", file=sys.stderr)
    return 1


def _one(chosen: argparse.Namespace, config: Config) -> int:
    now = time.time()  # noqa: TID251 - a command line tool asks under the clock of its user
    state = given_state(chosen.slo_state, config) if chosen.slo_state is not None else None
    alerts = _read(chosen, config, state.now if state is not None else now)
    if state is None:
        state = asyncio.run(live_state(config, _threatened(alerts, config), now))
    for number, alert in enumerate(alerts):
        explanation = explain(alert, config, state)
        if chosen.format == "json":
            print(orjson.dumps(as_json(explanation)).decode())
        else:
            print(("\n" if number else "") + as_text(explanation))
    return 0


def _read(chosen: argparse.Namespace, config: Config, now: float) -> tuple[Alert, ...]:
    raw = sys.stdin.buffer.read() if chosen.alert == "-" else Path(chosen.alert).read_bytes()
    try:
        return alerts_in(raw, config, chosen.source, now)
    except PayloadError as error:
        raise PayloadError(f"{chosen.alert}: {error}; see `alert-router explain --help`") from error


def _threatened(alerts: tuple[Alert, ...], config: Config) -> set[str]:
    """Return the SLOs that any of the alerts can threaten: no other needs to be asked for."""
    classes = (classify(alert, config.rules)[0].alert_class for alert in alerts)
    return {cover.slo for each in classes for cover in each.covers}


def _batch(chosen: argparse.Namespace, config: Config) -> int:
    failed = 0
    with Path(chosen.batch).open("rb") as lines:
        for number, raw in enumerate(lines, 1):
            if not raw.strip():
                continue
            try:
                answer = _case(raw, config, chosen.source)
            except PayloadError as error:
                failed, answer = 1, {"error": f"{chosen.batch}:{number}: {error}"}
            print(orjson.dumps(answer).decode())
    return failed


def _case(raw: bytes, config: Config, source: str | None) -> Mapping[str, Any]:
    case = parsed(raw)
    state = SloState.read(case.get("slo_state"), config)
    try:
        body = orjson.dumps(case.get("alert"))
    except TypeError as error:
        raise PayloadError("the alert holds what no sender can send", "alert") from error
    alerts = alerts_in(body, config, source, state.now)
    if len(alerts) != 1:
        raise PayloadError(f"a line holds one alert, this one {len(alerts)}: give each a line of its own", "alert")
    return as_json(explain(alerts[0], config, state))
