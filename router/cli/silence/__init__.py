"""`alert-router silence`: keep alerts quiet for a while, see what is kept quiet, and end it, on a running router."""

import argparse
import asyncio
import getpass
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import orjson

from router.alert import Matcher, Operator, parse_matcher
from router.cli.chosen import HELP
from router.cli.silence.asking import Asked, AskingError, address, credentials
from router.cli.silence.showing import local, printable, table, touched
from router.config.durations import parse_duration
from router.config.environment import current
from router.errors import ConfigError

__all__ = ["add", "run"]

EXAMPLES = """examples:
  alert-router silence add --for 2h --reason "load test, see OPS-123" service=checkout 'severity!=page'
  alert-router silence add --for 30m --reason "node is being replaced" 'instance=~node-17:.*'
  alert-router silence list                      # what is quiet now or will be; --expired: what was
  alert-router silence expire 7b1d6f0e-6a5c-4a7e-9f0c-2f5e6c1d9a3b

MATCHER is label=value, !=, =~ or !~ (a regular expression, anchored); a bare word is an alertname. An alert is quiet
when it meets all of them. Owner, reason and end are mandatory. See docs/silences.md.
Exit code: 0 done, 1 the router does not answer or refuses, 2 for wrong usage.
"""
_RAW = argparse.RawDescriptionHelpFormatter
Commands = Any


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe the command."""
    parser = commands.add_parser(
        "silence",
        help="keep alerts quiet for a while: add, list, expire",
        description="Adds, lists and ends silences of a running router, over its HTTP address.",
        epilog=EXAMPLES,
        formatter_class=_RAW,
    )
    deeds = parser.add_subparsers(dest="deed", required=True, metavar="add|list|expire")
    _describe_add(deeds)
    _describe_list(deeds)
    _describe_expire(deeds)


def _described(deeds: Commands, name: str, text: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = deeds.add_parser(
        name, help=text, description=f"{text[0].upper()}{text[1:]}.", epilog=EXAMPLES, formatter_class=_RAW
    )
    parser.add_argument("--url", help="the router (default: where ROUTER_LISTEN says, else http://127.0.0.1:8080)")
    proof = parser.add_mutually_exclusive_group()
    proof.add_argument("--bearer-file", metavar="FILE", help="a file that holds the token of POST /api/v2/alerts")
    proof.add_argument("--basic-file", metavar="FILE", help="a file that holds user:password of POST /api/v2/alerts")
    parser.add_argument("--config", metavar="FILE", help=f"{HELP}; not read: the running router has its own")
    parser.set_defaults(run=run, usage=parser.error)
    return parser


def _describe_add(deeds: Commands) -> None:
    parser = _described(deeds, "add", "keep the alerts quiet that meet every matcher")
    parser.add_argument("matchers", nargs="+", type=_matcher, metavar="MATCHER", help='such as service="checkout"')
    parser.add_argument("--for", dest="length_s", type=_length, required=True, metavar="TIME", help="90m, 2h, 1d12h")
    parser.add_argument("--reason", required=True, type=_text, metavar="TEXT", help="why; everybody sees it")
    parser.add_argument("--author", type=_text, metavar="NAME", help="whose silence it is (default: who is logged in)")
    parser.add_argument("-q", "--quiet", action="store_true", help="print the id only")
    parser.set_defaults(do=_add)


def _describe_list(deeds: Commands) -> None:
    parser = _described(deeds, "list", "list the silences that are active or will be")
    parser.add_argument("matchers", nargs="*", type=_matcher, metavar="MATCHER", help="only silences that have these")
    parser.add_argument("--expired", action="store_true", help="those that ended within the last five days instead")
    parser.add_argument("--json", action="store_true", help="as Alertmanager's API v2 shows them")
    parser.set_defaults(do=_list)


def _describe_expire(deeds: Commands) -> None:
    parser = _described(deeds, "expire", "end silences now")
    parser.add_argument("ids", nargs="+", metavar="ID", help="as `silence list` shows it")
    parser.set_defaults(do=_expire)


def _matcher(text: str) -> Matcher:
    """Read a matcher as amtool does: a word without an operator is an alertname."""
    if not any(each in text for each in "=~"):
        return Matcher("alertname", Operator.EQUAL, text)
    try:
        return parse_matcher(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _length(text: str) -> float:
    try:
        length_s = parse_duration(text)
    except ValueError:
        length_s = 0.0
    if length_s <= 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a length of time: write it as 90m, 2h or 1d12h")
    return length_s


def _text(text: str) -> str:
    if not text.strip():
        raise argparse.ArgumentTypeError("it must not be empty")
    return text.strip()


def run(chosen: argparse.Namespace) -> int:
    """Do it; 1 with what to do when the router cannot be asked or refuses."""
    try:
        return asyncio.run(_run(chosen))
    except (AskingError, ConfigError) as error:
        print(printable(str(error)), file=sys.stderr)
    return 1


async def _run(chosen: argparse.Namespace) -> int:
    url, headers = address(chosen.url, current()), credentials(chosen.bearer_file, chosen.basic_file)
    async with Asked(url, headers) as router:
        code: int = await chosen.do(chosen, router, time.time())  # noqa: TID251 - asked under the clock of its user
    return code


async def _add(chosen: argparse.Namespace, router: Asked, now: float) -> int:
    matchers: Sequence[Matcher] = chosen.matchers
    wanted = {
        "matchers": [_shown(each) for each in matchers],
        "endsAt": _written(now + chosen.length_s),
        "createdBy": chosen.author or _login(),
        "comment": chosen.reason,
    }
    answer = await router.post("silences", wanted)
    print(answer["silenceID"])
    if not chosen.quiet:
        print(f"Quiet until {local(now + chosen.length_s)}.")
        print(touched(await router.get("alerts/groups", [str(each) for each in matchers])))
    return 0


def _shown(each: Matcher) -> Mapping[str, object]:
    operator = each.operator
    is_regex = operator in (Operator.REGEX, Operator.NOT_REGEX)
    is_equal = operator in (Operator.EQUAL, Operator.REGEX)
    return {"name": each.label, "value": each.value, "isRegex": is_regex, "isEqual": is_equal}


def _written(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")


def _login() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError) as error:
        raise AskingError("nobody is logged in: say with --author whose silence it is") from error


async def _list(chosen: argparse.Namespace, router: Asked, now: float) -> int:
    found = await router.get("silences", [str(each) for each in chosen.matchers])
    silences = [each for each in found if (each["status"]["state"] == "expired") is chosen.expired]
    if chosen.json:
        print(orjson.dumps(silences, option=orjson.OPT_INDENT_2).decode())
    elif silences:
        print(table(silences, now, colour=sys.stdout.isatty() and not current().get("NO_COLOR")))
    else:
        print("No silence has ended lately." if chosen.expired else "Nothing is silenced.")
    return 0


async def _expire(chosen: argparse.Namespace, router: Asked, _now: float) -> int:
    failed = 0
    for each in chosen.ids:
        try:
            await router.delete(f"silence/{quote(each, safe='')}")
        except AskingError as error:
            print(f"{printable(each)}: {printable(str(error))}", file=sys.stderr)
            failed = 1
        else:
            print(f"{printable(each)} ended")
    return failed
