"""`alert-router slack`: the app's manifest, and the doctor that says what keeps pages or clicks from arriving."""

import argparse
import asyncio
import json
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import aiohttp

from router.cli.check import line
from router.cli.chosen import HELP, config_path
from router.config.environment import current, read, value_of
from router.config.load import examine as examine_config
from router.config.values import Config, Environment, Receiver
from router.errors import ConfigError
from router.slack.doctor import Asking, Code, Diagnosis, Mark, Setup, examine, said
from router.slack.manifest import NAME, address_problem, as_yaml, breaches, manifest
from router.slack.webhook import is_webhook

_EXAMPLES = """\
examples:
  alert-router slack manifest --socket      the app's manifest, to paste at https://api.slack.com/apps
  alert-router slack doctor                 what is wrong with the set-up, and how to mend it
"""
_MANIFEST_EXAMPLES = """\
Paste it at https://api.slack.com/apps > Create New App > From a manifest. docs/slack.md has every step.

examples:
  alert-router slack manifest --socket                             Slack needs no way to the router (an app token)
  alert-router slack manifest --url https://router.example.com     Slack sends to the router's public address
"""
_DOCTOR_EXAMPLES = """\
Every line is one check: well (✓), care (!) or trouble (✗), with its mend and, in brackets, the code that docs/slack.md
explains. Nothing is changed and nobody is alerted, unless you ask for --post. Exit code: 0 without ✗, 1 with, 2 for
wrong usage.

examples:
  alert-router slack doctor                                  token, scopes, channels, mentions, the way of clicks
  alert-router slack doctor --url http://127.0.0.1:8080      also the running router: does it believe Slack's signature?
  alert-router slack doctor --post                           also one message to each channel, deleted at once
"""
_PROXIES = ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy")
_SIGNS = {Mark.GOOD: "✓", Mark.CARE: "!", Mark.BAD: "✗"}
_PLAIN = str.maketrans({"✓": "+", "✗": "x", "→": ">"})
_SUMMARY = {
    "en": ("Slack is set up: no trouble found.", "{bad} to mend (✗), {care} to know (!)."),
    "ja": ("Slack の設定に問題はありません。", "要修正（✗）{bad}件、要確認（!）{care}件。"),
}


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe the command and its two parts."""
    parser = commands.add_parser(
        "slack",
        help="set Slack up: the app's manifest, and a doctor",
        description="Sets Slack up, and says what is wrong with it.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parts = parser.add_subparsers(dest="part", required=True, metavar="PART")
    _add_manifest(parts)
    _add_doctor(parts)


def _add_manifest(parts: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = parts.add_parser(
        "manifest",
        help="print the manifest to make the Slack app from",
        description="Prints the manifest to make the Slack app from. Without an option: for Socket Mode where "
        "SLACK_APP_TOKEN is set.",
        epilog=_MANIFEST_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    way = parser.add_mutually_exclusive_group()
    way.add_argument("--socket", action="store_true", help="Socket Mode: the router connects to Slack")
    way.add_argument("--url", metavar="URL", help="the router's public address, https://...")
    parser.add_argument("--name", default=NAME, help=f"what the app is called (default: {NAME})")
    parser.add_argument("--json", action="store_true", help="as JSON instead of YAML")
    parser.set_defaults(run=run_manifest, usage=parser.error)


def _add_doctor(parts: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = parts.add_parser(
        "doctor",
        help="say what keeps pages or clicks from arriving, and how to mend it",
        description="Checks token, scopes, channels, mentions, webhooks and the way that clicks come.",
        epilog=_DOCTOR_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--config", metavar="FILE", help=HELP)
    parser.add_argument("--url", metavar="URL", default="", help="where the running router answers")
    parser.add_argument(
        "--post", action="store_true", help="post to each channel (deleted at once) and webhook (stays)"
    )
    parser.add_argument("--json", action="store_true", help="as JSON, for programs")
    parser.add_argument("--locale", choices=["en", "ja"], help="language (default: the configuration's)")
    parser.set_defaults(run=run_doctor, usage=parser.error)


def run_manifest(arguments: argparse.Namespace) -> int:
    """Print the manifest; 2 where the way is not named or cannot be gone."""
    url = arguments.url or ""
    if url and (problem := address_problem(url)):
        arguments.usage(f"--url {problem}: write it as https://router.example.com")
    if not url and not arguments.socket and not _has_app_token():
        arguments.usage(
            "which way shall clicks come? --socket needs no public address (an app token, SLACK_APP_TOKEN); "
            "--url https://router.example.com is where Slack reaches this router"
        )
    made = manifest(url, arguments.name)
    if wrong := breaches(made):
        arguments.usage(f"Slack would refuse this manifest: {'; '.join(wrong)}")
    sys.stdout.write(json.dumps(made, ensure_ascii=False, indent=2) + "\n" if arguments.json else as_yaml(made))
    return 0


def _has_app_token() -> bool:
    try:
        return bool(value_of(current(), "SLACK_APP_TOKEN"))
    except ValueError:
        return False


def run_doctor(arguments: argparse.Namespace) -> int:
    """Check everything and print it; 1 when something must be mended."""
    if arguments.url and not arguments.url.startswith(("http://", "https://")):
        arguments.usage("--url begins with http:// or https://")
    variables = current()
    try:
        environment = read(variables)
    except ConfigError as error:
        for finding in error.findings:
            print(line(finding), file=sys.stderr)
        return 1
    examined = examine_config(config_path(arguments.config, variables), variables)
    locale = arguments.locale or (examined.config.locale if examined.config else "en")
    setup = _setup(examined.config, environment, variables, arguments, locale)
    found = asyncio.run(_examine(setup, environment.slack_api_url))
    if examined.config is None:
        problem = next(str(finding) for finding in examined.findings if finding.severe)
        found.insert(0, Diagnosis(Code.CONFIG_UNUSABLE, Mark.BAD, {"problem": problem}))
    print(_as_json(found, locale) if arguments.json else _fit("\n".join(_lines(found, locale))))
    return 1 if any(each.mark is Mark.BAD for each in found) else 0


async def _examine(setup: Setup, api_url: str) -> list[Diagnosis]:
    async with aiohttp.ClientSession() as session:
        return await examine(setup, Asking(session, api_url, time.time))  # noqa: TID251 - compared with Slack's clock


def _setup(
    config: Config | None,
    environment: Environment,
    variables: Mapping[str, str],
    arguments: argparse.Namespace,
    locale: str,
) -> Setup:
    receivers = list(config.receivers.values()) if config is not None else []
    report = [(config.report.channel, "report")] if config is not None and config.report is not None else []
    return Setup(
        bot_token=environment.slack_bot_token,
        signing_secret=environment.slack_signing_secret,
        app_token=environment.slack_app_token,
        channels=_uses([*(pair for each in receivers for pair in _channels(each)), *report]),
        mentions=_uses([pair for each in receivers for pair in _mentions(each)]),
        unmentioned=tuple(each.name for each in receivers if not each.slack.mention),
        webhooks={each.name: each.slack.webhook for each in receivers if each.slack.webhook},
        router_url=arguments.url,
        proxies=tuple(name for name in _PROXIES if variables.get(name)),
        post=arguments.post,
        locale=locale,
    )


def _channels(receiver: Receiver) -> Iterator[tuple[str, str]]:
    """Yield every channel of a team, and which key names it; other receivers of its escalation name their own."""
    for key in ("channel", "ticket_channel", "fallback_channel"):
        channel: str = getattr(receiver.slack, key)
        if channel and not is_webhook(channel):
            yield channel, f"{receiver.name}: {key}"
    if receiver.report is not None and receiver.report.channel:
        yield receiver.report.channel, f"{receiver.name}: report"


def _mentions(receiver: Receiver) -> Iterator[tuple[str, str]]:
    if receiver.slack.mention:
        yield receiver.slack.mention, f"{receiver.name}: mention"
    for number, step in enumerate(receiver.escalation, start=1):
        if step.mention and not step.receiver:
            yield step.mention, f"{receiver.name}: escalation {number}"


def _uses(pairs: Sequence[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = defaultdict(list)
    for name, use in pairs:
        found[name].append(use)
    return {name: tuple(uses) for name, uses in found.items()}


def _lines(found: Sequence[Diagnosis], locale: str) -> Iterator[str]:
    for each in found:
        problem, mend = said(each, locale)
        yield f"{_SIGNS[each.mark]} {problem}" + (f" [{each.code}]" if mend else "")
        if mend:
            yield f"    → {mend}"
    bad, care = (sum(each.mark is mark for each in found) for mark in (Mark.BAD, Mark.CARE))
    well, counted = _SUMMARY[locale]
    yield ""
    yield counted.format(bad=bad, care=care) if bad or care else well


def _as_json(found: Sequence[Diagnosis], locale: str) -> str:
    checks: list[dict[str, Any]] = []
    for each in found:
        problem, mend = said(each, locale)
        checks.append({"code": each.code, "mark": each.mark, "text": problem, "mend": mend})
    whole = {"ok": not any(each.mark is Mark.BAD for each in found), "checks": checks}
    return json.dumps(whole, ensure_ascii=sys.stdout.encoding.lower() != "utf-8", indent=2)


def _fit(text: str) -> str:
    """Return the text as this terminal can show it."""
    encoding = sys.stdout.encoding or "utf-8"
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return text.translate(_PLAIN).encode(encoding, "replace").decode(encoding)
    return text
