"""`python -m bench`: measures, prints a table, and keeps the figures as JSON under .data/bench/."""

import argparse
import asyncio
import sys
import tempfile
import time
from pathlib import Path

from bench import accept, click, history, memory, page, start
from bench.processes import INSTALL, ROOT
from bench.progress import BenchError, say
from bench.results import Row, keep, machine, show
from bench.setup import Setup, setup_of

BENCHES = {
    "accept": accept.run,
    "mixed": accept.run_mixed,
    "memory": memory.run,
    "start": start.run,
    "page": page.run,
    "click": click.run,
    "history": history.run,
}
KEPT = ROOT / ".data/bench"
ROUNDS = 5
FAILED = "failed"


def chosen_by(arguments: list[str] | None = None) -> argparse.Namespace:
    """Return what the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "--only", action="append", choices=[*BENCHES], metavar="NAME", help=f"one of {', '.join(BENCHES)}"
    )
    parser.add_argument(
        "--quick", action="store_true", help="a few seconds, to see that it works; figures mean nothing"
    )
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"rounds of each pair (default {ROUNDS})")
    parser.add_argument("--keep", type=Path, default=KEPT, metavar="FOLDER", help="where the JSON goes")
    return parser.parse_args(arguments)


async def measure(setup: Setup, names: list[str]) -> list[Row]:
    """Run benchmarks one after another; one that cannot go on leaves a row that says why."""
    rows: list[Row] = []
    for name in names:
        say(f"{name} ...")
        try:
            rows += await BENCHES[name](setup)
        except BenchError as error:
            rows.append(Row(name, name, FAILED, answers=str(error)))
    return rows


def main(arguments: list[str] | None = None) -> int:
    """Measure and show; 1 when something could not be measured. A slow machine is no failure."""
    chosen = chosen_by(arguments)
    if sys.platform != "linux":
        sys.exit("the benchmarks read /proc: run them on Linux")
    now = time.time()
    names = chosen.only or list(BENCHES)
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        setup = setup_of(Path(folder), quick=chosen.quick, rounds=chosen.rounds, now=now)
        if not setup.compared:
            say(f"there is no Alertmanager to compare with: {INSTALL}")
        about = {**machine(), "alertmanager": setup.alertmanager, "quick": setup.quick, "rounds": setup.rounds}
        rows = asyncio.run(measure(setup, names))
    path = keep(chosen.keep, rows, about, now)
    words = f"{about['cores']} cores, {about['memory_gib']} GiB, Alertmanager {setup.alertmanager or 'missing'}"
    show(rows, f"{'QUICK, figures mean nothing; ' if setup.quick else ''}{words}")
    say(f"kept as {path}")
    return int(any(row.router == FAILED for row in rows))


if __name__ == "__main__":
    sys.exit(main())
