"""What `serve` says when it starts: to people in words, with a first alert to send; to log collectors as log lines."""

import json
import shlex
import sys
from collections.abc import Iterable

import structlog

from router.alert import Operator
from router.config.values import Config, SourceConfig

LOG = structlog.get_logger(__name__)
NAMED = 10
"""Warnings that are told at the start."""


def welcome(config: Config, path: str, address: str, *, slack: bool) -> None:
    """Say where the router listens and what it was given; without Slack, how to see a first message here."""
    if sys.stderr.isatty() or not slack:
        print("\n".join(_words(config, path, address, slack=slack)), file=sys.stderr, flush=True)
        return
    LOG.info("listening", address=address, config=path, **_counts(config), mode=config.policy.mode)
    for finding in config.findings[:NAMED]:
        LOG.warning("config_warning", finding=str(finding))
    if len(config.findings) > NAMED:
        LOG.warning("config_warnings_left_out", left_out=len(config.findings) - NAMED)


def stopping() -> None:
    """Say that the router is about to stop."""
    if sys.stderr.isatty():
        print("stopping: finishing what is under way ... (Ctrl-C again stops at once)", file=sys.stderr, flush=True)
    else:
        LOG.info("stopping")


def _counts(config: Config) -> dict[str, int]:
    return {"slos": len(config.objectives), "receivers": len(config.receivers), "sources": len(config.sources)}


def _words(config: Config, path: str, address: str, *, slack: bool) -> Iterable[str]:
    held = ", ".join(f"{number} {name if number != 1 else name[:-1]}" for name, number in _counts(config).items())
    yield f"SLO Alert Router listens on {address}; {path}: {held.replace('slo', 'SLO')}, mode {config.policy.mode}."
    yield from (f"warning: {finding}" for finding in config.findings[:NAMED])
    if len(config.findings) > NAMED:
        yield f"... and {len(config.findings) - NAMED} warnings more: `alert-router check` tells all of them."
    if not slack:
        yield "No SLACK_BOT_TOKEN is set: what Slack would show is shown here."
        yield from _first_alert(config, address)
    yield f"Weekly review: {address}/review. Health: {address}/readyz. Ctrl-C stops the router, with nothing lost."


def _first_alert(config: Config, address: str) -> Iterable[str]:
    """Yield a command that sends an alert, fit for the configured sources and mapping."""
    source = next((each for each in config.sources.values() if each.type == "alertmanager"), None)
    if source is None:
        return
    labels = {"alertname": "HighErrorRate", **_mapped(config)}
    alert = {"status": "firing", "labels": labels, "annotations": {"summary": "5 % of requests fail"}}
    body = json.dumps({"alerts": [alert]}, ensure_ascii=False, separators=(",", ":"))
    url = f"{address.replace('0.0.0.0', '127.0.0.1')}/webhook/{source.name}"
    yield "Send a first alert from another terminal, and again with resolved in the place of firing:"
    yield f"  curl -sS {_proof(source)}-H 'Content-Type: application/json' {url} -d {shlex.quote(body)}"


def _mapped(config: Config) -> dict[str, str]:
    """Return labels that the last, and so usually widest, mapping rule takes."""
    for rule in reversed(config.rules.mapping):
        if all(matcher.operator is Operator.EQUAL for matcher in rule.matchers):
            return {matcher.label: matcher.value for matcher in rule.matchers}
    return {}


def _proof(source: SourceConfig) -> str:
    """Return the option of curl that proves who sends, the secret left to the reader."""
    auth = source.auth
    if auth.bearer:
        return '-H "Authorization: Bearer $TOKEN" '
    if auth.basic:
        return f'-u {shlex.quote(auth.basic[0][0])}:"$PASSWORD" '
    return f'-H {shlex.quote(auth.header[0] + ": ")}"$TOKEN" ' if auth.header else ""
