"""`alert-router demo`: a simulated web shop, its SLOs and a day of alerts, played fast on the real router."""

import argparse
import asyncio
import contextlib
import io
import signal
import sys
import tempfile
from pathlib import Path

from router.app.engine import Outside, assemble
from router.app.reload import Configuration
from router.cli.demo.closing import account_for, show_closing
from router.cli.demo.day import DAY, Day
from router.cli.demo.delivery import Stage
from router.cli.demo.opening import show_opening
from router.cli.demo.play import HandClock, Play
from router.cli.demo.report import reviewed, show_report
from router.cli.demo.screen import Screen
from router.cli.demo.shop import Shop, Traffic
from router.cli.demo.texts import LANGUAGES, Words, texts
from router.cli.logs import new_loop, set_up_logs
from router.config.load import load
from router.errors import RouterError
from router.slack.terminal import Terminal
from router.state.connect import connect
from router.state.embedded import Embedded
from router.state.scripts import Scripts
from router.web.metrics import Metrics

CONFIG = Path(__file__).parent / "router.yaml"
STOPPED = 130
EXAMPLES = """examples:
  alert-router demo                 with time to read (about half a minute)
  alert-router demo --fast          without
  alert-router demo --locale ja     in Japanese

It needs nothing else: no Slack, no Prometheus, no network. Ctrl-C stops it, and nothing is left behind.
Exit code: 0 when every alert sent is accounted for, 1 when not.
"""


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe the command."""
    parser = commands.add_parser(
        "demo",
        help="play a day of alerts on a simulated service",
        description="Play a day of alerts on a simulated web shop: what pages, what is held and dropped, and why.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--fast", action="store_true", help="without pauses to read (so is it where no one looks on)")
    parser.add_argument("--locale", choices=sorted(LANGUAGES), default="en", help="the language (default: en)")
    parser.set_defaults(run=run)


def run(chosen: argparse.Namespace) -> int:
    """Play the day; 0 when every alert is accounted for, 130 when stopped by Ctrl-C."""
    set_up_logs("error")
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    words = texts(chosen.locale)
    screen = Screen(sys.stdout, fast=chosen.fast)
    try:
        with asyncio.Runner(loop_factory=new_loop) as runner:
            code = runner.run(_play(screen, words, DAY))
    except RouterError as error:
        print(f"the demo cannot go on: {error}", file=sys.stderr)
        return 1
    if code == STOPPED:
        screen.clear()
        print(words.stopped, file=sys.stderr)
    return code


async def _play(screen: Screen, words: Words, day: Day) -> int:
    # Stopping is asked for, not forced: Python 3.11's wait_for, inside the Redis client, can swallow a cancellation.
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, screen.stop.set)
    async with contextlib.AsyncExitStack() as closing:
        folder = closing.enter_context(tempfile.TemporaryDirectory(prefix="alert-router-demo-"))
        scripts = await _state(Path(folder), closing)
        play = prepare(scripts, screen, words, day)
        await show_opening(play)
        if not await play.run():
            return STOPPED
        show_report(screen, words, await reviewed(play, scripts))
        account = await account_for(play.engine, play.sent)
        show_closing(screen, words, account, play.sent, play.posted)
    return 0 if account.agrees else 1


async def _state(folder: Path, closing: contextlib.AsyncExitStack) -> Scripts:
    """Start a Valkey of the demo's own; it ends with `closing`, whatever happens."""
    embedded = Embedded(folder)
    closing.push_async_callback(embedded.stop)
    await embedded.start()
    client = connect(embedded.url)
    closing.push_async_callback(client.aclose)
    return Scripts(client)


def prepare(scripts: Scripts, screen: Screen, words: Words, day: Day) -> Play:
    """Return the play of a day on an empty Valkey."""
    variables = {
        "DEMO_LOCALE": words.locale,
        "DEMO_GUIDE_CHECKOUT": words.guide_checkout,
        "DEMO_GUIDE_SEARCH": words.guide_search,
    }
    time = HandClock(day.begin)
    configuration = Configuration(lambda: load(str(CONFIG), variables), time.now)
    terminal = Terminal(screen.out, time.now, width=screen.width, colour=screen.colour)
    stage = Stage(terminal, screen, words)
    engine = assemble(scripts, time, configuration, Outside(stage, Metrics(), "demo"))
    traffics = {slo: Traffic(load, day.begin, day.end - day.begin) for slo, load in day.loads.items()}
    return Play(day, engine, time, Shop(traffics, day.outages), screen, words, stage.posted)
