"""The command line `alert-router`: one file per command, each with `add` (its arguments) and `run`."""

import argparse
import sys
from collections.abc import Sequence
from types import ModuleType

from router.cli import check, demo, explain, serve

COMMANDS: tuple[ModuleType, ...] = (serve, check, explain, demo)


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of every command."""
    parser = argparse.ArgumentParser(
        prog="alert-router",
        description="Routes alerts by SLO: pages what threatens users, holds and watches the rest.",
        epilog="Start here: `make demo`, then `alert-router check`, then `alert-router serve`.",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for command in COMMANDS:
        command.add(commands)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code (2: wrong usage)."""
    chosen = build_parser().parse_args(arguments)
    try:
        code: int = chosen.run(chosen)
    except BrokenPipeError:
        sys.stderr.close()
        return 1
    return code
