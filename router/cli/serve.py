"""`alert-router serve`: run the router in the foreground."""

import argparse
import asyncio
import signal
import sys
import time
from pathlib import Path

from router.app import Configuration, Router
from router.cli.logs import new_loop, set_up_logs
from router.config.environment import current, read
from router.config.load import load
from router.errors import ConfigError, RouterError

EXAMPLES = """examples:
  alert-router serve
  ROUTER_LISTEN=0.0.0.0:8080 REDIS_URL=redis://redis:6379/0 alert-router serve --config /etc/router/router.yaml

Ctrl-C or SIGTERM stops it with nothing lost; SIGHUP reads the configuration again (a changed file does so by itself).
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
    parser.add_argument(
        "--config", metavar="FILE", help="the configuration (default: ROUTER_CONFIG or config/router.yaml)"
    )
    parser.add_argument("--log-level", default="info", choices=["debug", "info", "warning", "error"])
    parser.set_defaults(run=run)


def run(chosen: argparse.Namespace) -> int:
    """Serve until stopped; 1 with what to mend when it cannot start."""
    set_up_logs(chosen.log_level)
    try:
        with asyncio.Runner(loop_factory=new_loop) as runner:
            return runner.run(_serve(chosen))
    except ConfigError as error:
        print(error, file=sys.stderr)
        print("the router did not start: mend the lines above, then `alert-router check`", file=sys.stderr)
    except RouterError as error:
        print(f"the router did not start: {error}", file=sys.stderr)
    except OSError as error:
        print(f"the router cannot listen: {error.strerror}; set ROUTER_LISTEN to a free host:port", file=sys.stderr)
    return 1


async def _serve(chosen: argparse.Namespace) -> int:
    variables = current()
    environment = read(variables)
    path = chosen.config or environment.config
    configuration = Configuration(lambda: load(path, variables), time.time)  # noqa: TID251 - shown to people only
    router = Router(environment, configuration, sys.stdout)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for signal_number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(signal_number, stop.set)
    await router.start()
    loop.add_signal_handler(signal.SIGHUP, router.reload)
    _welcome(router, path)
    await stop.wait()
    print("stopping: finishing what is under way ...", file=sys.stderr)
    await router.stop()
    return 0


def _welcome(router: Router, path: str) -> None:
    config = router.configuration.current
    where = Path(path)
    print(
        f"SLO Alert Router listens on {router.address} with {where}: {len(config.objectives)} SLOs, "
        f"{len(config.receivers)} receivers, mode {config.policy.mode}. Ctrl-C stops it.",
        file=sys.stderr,
    )
    for warning in config.findings:
        print(f"warning: {warning}", file=sys.stderr)
