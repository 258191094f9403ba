"""`alert-router serve`: run the router in the foreground."""

import argparse
import asyncio
import os
import signal
import sys
import time

from router.app import Configuration, Router
from router.cli.check import line
from router.cli.chosen import HELP, config_path
from router.cli.logs import new_loop, set_up_logs
from router.cli.welcome import stopping, welcome
from router.config.environment import current, read
from router.config.load import load
from router.config.values import Environment
from router.errors import ConfigError, Finding, RouterError

INTERRUPTED = 130
EXAMPLES = """examples:
  alert-router serve
  ROUTER_LISTEN=0.0.0.0:8080 REDIS_URL=redis://redis:6379/0 alert-router serve --config /etc/router/router.yaml

Without SLACK_BOT_TOKEN every Slack message is shown on stdout; logs go to stderr. Ctrl-C or SIGTERM stops the router
with nothing lost, a second Ctrl-C at once; SIGHUP reads the configuration again (a changed file does so by itself).
Exit code: 0 when stopped, 1 with what to mend when it cannot start, 2 for wrong usage.
"""


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe the command."""
    parser = commands.add_parser(
        "serve",
        help="run the router in the foreground",
        description="Receive alerts, judge them by SLO, tell Slack what matters.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--config", metavar="FILE", help=HELP)
    parser.add_argument(
        "--log-level", default="info", choices=["debug", "info", "warning", "error"], help="default: info"
    )
    parser.set_defaults(run=run)


def run(chosen: argparse.Namespace) -> int:
    """Serve until stopped; 1 with what to mend when it cannot start."""
    set_up_logs(chosen.log_level)
    try:
        with asyncio.Runner(loop_factory=new_loop) as runner:
            return runner.run(_serve(chosen))
    except ConfigError as error:
        for finding in error.findings:
            print(line(finding), file=sys.stderr)
        print("the router did not start: mend the errors above, then `alert-router check`", file=sys.stderr)
    except RouterError as error:
        print(f"the router did not start: {error}", file=sys.stderr)
    return 1


async def _serve(chosen: argparse.Namespace) -> int:
    variables = current()
    path = config_path(chosen.config, variables)
    configuration = Configuration(lambda: load(path, variables), time.time)  # noqa: TID251 - shown to people only
    environment = read(variables)
    _check_workers(environment)
    router = Router(environment, configuration, sys.stdout)
    asked = _signals(router)
    starting = asyncio.create_task(router.start())
    stop = asyncio.create_task(asked.wait())
    await asyncio.wait((starting, stop), return_when=asyncio.FIRST_COMPLETED)
    if await _started(starting):
        if not stop.done():
            welcome(configuration.current, path, router.address, slack=bool(environment.slack_bot_token))
        await stop
        stopping()
        await router.stop(linger=asked.politely)
    return 0


async def _started(starting: "asyncio.Task[None]") -> bool:
    """Return whether the router runs; a start that is under way when stopping is asked for is given up.

    A call to Redis that swallows the cancellation times out after three seconds; the start then ends in its stop.
    """
    starting.cancel()  # no-op once it is done
    try:
        await starting
    except asyncio.CancelledError:
        return False
    return True


class _Asked:
    """Stopping, asked for by a signal. Ctrl-C again does not wait for anything: all that is left stays due."""

    def __init__(self) -> None:
        self._asked = asyncio.Event()
        self._interrupts = 0
        self.politely = False
        """Asked by a supervisor, not by Ctrl-C."""

    async def wait(self) -> None:
        await self._asked.wait()

    def interrupt(self) -> None:
        self._interrupts += 1
        if self._interrupts > 1:
            os._exit(INTERRUPTED)
        self._asked.set()

    def terminate(self) -> None:
        self.politely = not self._interrupts
        self._asked.set()


def _signals(router: Router) -> _Asked:
    asked, loop = _Asked(), asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGINT, asked.interrupt)
    loop.add_signal_handler(signal.SIGTERM, asked.terminate)
    loop.add_signal_handler(signal.SIGHUP, router.reload)
    return asked


def _check_workers(environment: Environment) -> None:
    if environment.workers > 1:
        problem = f"ROUTER_WORKERS is {environment.workers}, but this version serves with one process"
        mend = "unset it; for more, start several routers with the same REDIS_URL"
        raise ConfigError((Finding("environment", 1, 1, problem, mend),))
