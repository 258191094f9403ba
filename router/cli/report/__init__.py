"""`alert-router report`: the weekly review: what cried wolf, what was missed, what to do about it."""

import argparse
import shutil
import sys
from dataclasses import replace

from router.cli import running
from router.cli.aloud import aloud
from router.cli.chosen import HELP, config_path
from router.cli.report.given import Given
from router.cli.report.showing import FORMATS, Shown, show
from router.cli.stored import opened
from router.config.environment import current, read
from router.config.load import load
from router.config.values import Config, WeeklyReport
from router.errors import ConfigError, PayloadError, RouterError
from router.noise.review import Review
from router.noise.weeks import Week, week_named, week_of
from router.reporting.computing import compute
from router.reporting.facts import chosen_week
from router.reporting.parts import Stores
from router.reporting.refreshing import refresh
from router.reporting.stores import stores_of
from router.state.history.posts import Posts

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
        _check_week(chosen, config)
        with running.uncollected():
            return _from_files(chosen, config) if chosen.history else running.run(_from_state(chosen, config))
    except (ConfigError, PayloadError, RouterError) as error:
        print(error, file=sys.stderr)
    except BrokenPipeError:
        raise
    except OSError as error:
        print(
            f"{error.filename or '-'}: {(error.strerror or 'unreadable').lower()}; name another file", file=sys.stderr
        )
    return 1


def _check_week(chosen: argparse.Namespace, config: Config) -> None:
    """Wrong usage is told before anything is opened."""
    if chosen.week:
        try:
            week_named(chosen.week, config.timezone)
        except ValueError as error:
            chosen.usage(f"--week: {error}")


def _from_files(chosen: argparse.Namespace, config: Config) -> int:
    given = Given.read(chosen.history, chosen.slo_history, config)
    if not given.newest and not chosen.week:
        raise PayloadError(f"{chosen.history}: it is empty, so that no week is its last one: name one with --week")
    week = _week(chosen, config, given.newest)
    now = given.newest or week.end
    _warn(chosen.history, given, week)
    return _show(chosen, config, running.run(_computed(chosen, week, now, given.stores(_asked(chosen, config), now))))


def _warn(path: str, given: Given, week: Week) -> None:
    """A week of which a file knows nothing looks like a quiet one."""
    if not any(week.holds(each.started_at) for each in given.firings):
        weeks = [week_of(each.started_at, week.zone).name for each in (*given.firings[:1], *given.firings[-1:])]
        span = f"its firings are of {' to '.join(dict.fromkeys(weeks))}" if weeks else "it holds none at all"
        print(f"{path}: no firing in {week.name}; {span}", file=sys.stderr)


async def _from_state(chosen: argparse.Namespace, config: Config) -> int:
    async with opened(read(current())) as stored:
        now = stored.clock.now()
        week = _week(chosen, config, now, await Posts(stored.scripts, "report").known_since())
        if chosen.store:
            with aloud(f"computing {week.name}"):
                await refresh(week, now, stores_of(stored.scripts, config))
            return 0
        found = await _computed(chosen, week, now, stores_of(stored.scripts, _asked(chosen, config)))
    return _show(chosen, config, found)


def _asked(chosen: argparse.Namespace, config: Config) -> Config:
    """A team that is asked for has a review, were it of a week without any firing: as if it had a report of its own."""
    team = config.receivers.get(chosen.team)
    if team is None or team.report is not None:
        return config
    return replace(config, receivers={**config.receivers, chosen.team: replace(team, report=WeeklyReport(""))})


async def _computed(chosen: argparse.Namespace, week: Week, now: float, stores: Stores) -> Review:
    with aloud(f"computing {week.name}"):
        found = await compute(week, now, stores, chosen.team)
        every = found or await compute(week, now, stores, "")
    if chosen.team not in found:
        teams = (each.name for review in every.values() for each in review.teams)
        known = ", ".join(sorted({*stores.config().receivers, *teams})) or "none"
        chosen.usage(f"--team: there is no receiver {chosen.team!r}; known are {known}")
    return found[chosen.team]


def _week(chosen: argparse.Namespace, config: Config, now: float, since: float = 0.0) -> Week:
    week = chosen_week(chosen.week, config, now, since)
    if week.start > now > 0:
        newest = week_of(now, config.timezone).name
        chosen.usage(f"--week: {week.name} has not begun; the newest one is {newest}")
    return week


def _show(chosen: argparse.Namespace, config: Config, review: Review) -> int:
    variables, terminal = current(), sys.stdout.isatty()
    shown = Shown(
        locale=chosen.locale or config.locale,
        width=shutil.get_terminal_size().columns if terminal else 100,
        colour=terminal and not variables.get("NO_COLOR") and variables.get("TERM") != "dumb",
        url=config.external_url,
        encoding=sys.stdout.encoding or "utf-8",
    )
    with running.output() as file:
        file.write(show(review, chosen.format, shown))
    return 0
