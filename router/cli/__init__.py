"""The command line `alert-router`: one file per command, each with `add` (its arguments) and `run`."""

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.metadata import version

COMMANDS = ("serve", "check", "explain", "silence", "slack", "report", "export", "demo")
INTERRUPTED = 130
EXAMPLES = """examples:
  alert-router demo                  a day of alerts on a simulated service; needs nothing else
  alert-router check                 is the configuration right?
  alert-router serve                 run the router; `alert-router serve --help` says how to send a first alert
  alert-router explain alert.json    what becomes of an alert, and why
  alert-router slack doctor          does Slack work, and how to mend what does not
  alert-router silence list          what is kept quiet, by whom, until when
  alert-router report                last week: which rules cried wolf, what was missed, what to do
  alert-router export --format csv   what happened, for other tools

Exit codes: 0 all is well, 1 something was found or failed, 2 wrong usage, 130 interrupted.
"""


def build_parser(names: Sequence[str] = COMMANDS) -> argparse.ArgumentParser:
    """Return the parser of some commands, by default of every one; only theirs is loaded, which saves half a second."""
    parser = argparse.ArgumentParser(
        prog="alert-router",
        description="Routes alerts by SLO: pages what threatens users, holds and watches the rest.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {version('slo-alert-router')}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name in names:
        import_module(f"router.cli.{name}").add(commands)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code (2: wrong usage)."""
    typed = sys.argv[1:] if arguments is None else arguments
    chosen = build_parser([name for name in COMMANDS if name in typed[:1]] or COMMANDS).parse_args(typed)
    try:
        code: int = chosen.run(chosen)
        sys.stdout.flush()
    except BrokenPipeError:
        # Who read our output has left (`| head`); the interpreter must not stumble over it once more at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED
    return code
