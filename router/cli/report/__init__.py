"""`alert-router report`: the weekly review: what cried wolf, what was missed, what to do about it."""

import argparse
import asyncio
import shutil
import sys

from router.cli.chosen import HELP, config_path
from router.cli.report.given import Given
from router.cli.report.showing import FORMATS, Shown, show
from router.cli.stored import opened
from router.config.environment import current, read
from router.config.load import load
from router.config.values import Config
from router.errors import ConfigError, PayloadError, RouterError
from router.noise.review import Review
from router.noise.weeks import Week, week_of
from router.reporting.computing import compute
from router.reporting.facts import chosen_week
from router.reporting.parts import Stores
from router.reporting.refreshing import refresh
from router.reporting.stores import stores_of

EXAMPLES = """examples:
  alert-router report                                    # last week, from Redis (or the embedded Valkey)
  alert-router report --week 2026-W47 --team payments    # one team's part of it
  alert-router report --format html > review.html        # one file, for the weekly meeting
  alert-router report --history november.jsonl --slo-history slos.jsonl --week 2026-W47 --format json
  alert-router report --format slack --locale ja         # the blocks as they are posted

Without --week it is the last week that is over; in a history file "now" is the newest time in it. Without SLO history
detection gaps and blind minutes cannot be told. What every number means: docs/statistics.md.
Exit code: 0 done, 1 it could not be read, 2 for wrong usage.
"""


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe the command."""
    parser = commands.add_parser(
        "report",
        help="the weekly review: which rules cried wolf, what was missed, what to do",
        description="Say which rules cried wolf in a week, what to do about each, and what was missed.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--config", metavar="FILE", help=HELP)
    parser.add_argument("--week", metavar="WEEK", default="", help="as 2026-W47 (default: the last one that is over)")
    parser.add_argument("--team", metavar="RECEIVER", default="", help="one team only (default: all together)")
    parser.add_argument("--history", metavar="FILE", help="firings from a file that `export` wrote, instead of Redis")
    parser.add_argument("--slo-history", metavar="FILE", help="SLO snapshots from a file, beside --history")
    parser.add_argument("--format", choices=FORMATS, default="text", help="default: text")
    parser.add_argument("--locale", choices=["en", "ja"], help="language (default: the configuration's)")
    parser.add_argument(
        "--store", action="store_true", help="keep the result for the pages and Slack; the router does so by itself"
    )
    parser.set_defaults(run=run, usage=parser.error)


def run(chosen: argparse.Namespace) -> int:
    """Report; 0 when it could be computed, 1 with what to mend otherwise, 2 on wrong usage."""
    if chosen.slo_history and not chosen.history:
        chosen.usage("--slo-history goes with --history: name both, or neither")
    if chosen.store and chosen.history:
        chosen.usage("--store keeps what comes from Redis: leave out --history")
    variables = current()
    try:
        config = load(config_path(chosen.config, variables), variables)
        return asyncio.run(_report(chosen, config))
    except (ConfigError, PayloadError, RouterError) as error:
        print(error, file=sys.stderr)
    except BrokenPipeError:
        raise
    except OSError as error:
        print(
            f"{error.filename or '-'}: {(error.strerror or 'unreadable').lower()}; name another file", file=sys.stderr
        )
    return 1


async def _report(chosen: argparse.Namespace, config: Config) -> int:
    if chosen.history:
        given = Given.read(chosen.history, chosen.slo_history, config)
        week = _week(chosen, config, given.newest)
        return _show(chosen, config, await compute(week, given.newest, given.stores(config)), week)
    async with opened(read(current())) as stored:
        stores, now = stores_of(stored.scripts, config), stored.clock.now()
        return await _from_state(chosen, config, stores, now)


async def _from_state(chosen: argparse.Namespace, config: Config, stores: Stores, now: float) -> int:
    week = _week(chosen, config, now)
    if chosen.store:
        await refresh(week, now, stores)
        return 0
    return _show(chosen, config, await compute(week, now, stores), week)


def _week(chosen: argparse.Namespace, config: Config, now: float) -> Week:
    try:
        week = chosen_week(chosen.week, config, now)
    except ValueError as error:
        chosen.usage(f"--week: {error}")
        raise
    if week.start > now > 0:
        newest = week_of(now, config.timezone).name
        chosen.usage(f"--week: {week.name} has not begun; the newest one is {newest}")
    return week


def _show(chosen: argparse.Namespace, config: Config, found: dict[str, Review], week: Week) -> int:
    review = found.get(chosen.team)
    if review is None:
        teams = ", ".join(team for team in found if team) or "none"
        print(f"no firing of {chosen.team!r} in {week.name}; teams with firings: {teams}", file=sys.stderr)
        return 1
    colour = sys.stdout.isatty()
    width = shutil.get_terminal_size().columns if colour else 100
    shown = Shown(chosen.locale or config.locale, width, colour, config.external_url)
    sys.stdout.buffer.write(show(review, chosen.format, shown))
    sys.stdout.buffer.flush()
    return 0
