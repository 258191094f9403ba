"""`alert-router check`: is the configuration right? Every mistake at once, each with its place and its mend."""

import argparse
from collections.abc import Sequence
from typing import Any

from router.config.environment import current
from router.config.load import Counts, Examined, examine
from router.errors import Finding

DEFAULT_CONFIG = "config/router.yaml"
_EXAMPLES = """\
Every finding is one line, `file:line:column: error|warning: what is wrong; how to mend it`. Errors stop `serve`,
warnings do not. Exit code: 0 without findings, 1 with findings of either kind, 2 for wrong usage.

examples:
  alert-router check                        the configuration that `serve` would use
  alert-router check staging/router.yaml    another one
  alert-router check --strict               also refuse outdated and lenient ways of writing, for CI
"""


def add(subparsers: Any) -> None:
    """Add the command's arguments to the command line (`subparsers`: of argparse)."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "check",
        help="find every mistake in the configuration and the SLO files",
        description="Finds every mistake in the configuration and the SLO files that it names, in one run.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("file", nargs="?", metavar="CONFIG", help="the configuration file; the same as --config")
    parser.add_argument(
        "--config",
        metavar="FILE",
        help=f"the configuration file (default: $ROUTER_CONFIG, else {DEFAULT_CONFIG})",
    )
    parser.add_argument(
        "--strict",
        action="store_true",
        help="make errors of deprecated keys and of SLO files that deviate from their format",
    )
    parser.set_defaults(run=run, usage=parser.error)


def run(arguments: argparse.Namespace) -> int:
    """Print what is wrong and a summary; returns 0 without findings, 1 with, 2 when two files are named."""
    if arguments.file and arguments.config and arguments.file != arguments.config:
        arguments.usage("name the configuration once, as CONFIG or with --config")
    environment = current()
    path = arguments.file or arguments.config or environment.get("ROUTER_CONFIG") or DEFAULT_CONFIG
    examined = examine(path, environment, strict=arguments.strict)
    for finding in examined.findings:
        print(line(finding))
    print(summary(path, examined))
    return 1 if examined.findings else 0


def line(finding: Finding) -> str:
    """Return a finding as one line, as compilers write it, so that editors can jump to its place."""
    kind = "error" if finding.severe else "warning"
    text = f"{finding.file}:{finding.line}:{finding.column}: {kind}: {finding.problem}; {finding.mend}"
    return " ".join(text.splitlines())


def summary(path: str, examined: Examined) -> str:
    """Return one line: what the configuration holds, and how much is wrong with it."""
    return f"{path}: {_held(examined.counts)}; {_found(examined.findings)}"


def _held(counts: Counts) -> str:
    return ", ".join(
        _counted(number, noun)
        for number, noun in (
            (counts.slos, "SLO"),
            (counts.routes, "route"),
            (counts.receivers, "receiver"),
            (counts.sources, "source"),
        )
    )


def _found(findings: Sequence[Finding]) -> str:
    errors = sum(finding.severe for finding in findings)
    if not findings:
        return "no findings"
    return f"{_counted(errors, 'error')}, {_counted(len(findings) - errors, 'warning')}"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
