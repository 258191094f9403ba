"""What was measured, as rows of one table and as JSON."""

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Row:
    """One measured thing: the router's figure, Alertmanager's beside it, and the goal of design chapter 9.

    `met` is None where there is no goal or nothing to compare with. `details` goes into the JSON only.
    """

    bench: str
    what: str
    router: str
    alertmanager: str = ""
    ratio: str = ""
    cpu: str = ""
    latency: str = ""
    answers: str = ""
    goal: str = ""
    met: bool | None = None
    details: dict[str, Any] = field(default_factory=dict)


_COLUMNS = (
    ("what", "left"), ("router", "right"), ("Alertmanager", "right"), ("ratio (min-max)", "right"),
    ("CPU s per 1,000", "right"), ("p50 / p99 ms", "right"), ("answers", "left"), ("goal", "left"),
)  # fmt: skip


def table_of(rows: Sequence[Row], title: str) -> Table:
    """Return the table that is printed."""
    table = Table(title=title, box=box.SIMPLE_HEAD, title_justify="left")
    for name, side in _COLUMNS:
        table.add_column(name, justify="right" if side == "right" else "left", no_wrap=side == "right")
    for row in rows:
        goal = row.goal if row.met is None else f"{row.goal}: {'met' if row.met else 'NOT met'}"
        table.add_row(row.what, row.router, row.alertmanager, row.ratio, row.cpu, row.latency, row.answers, goal)
    return table


def show(rows: Sequence[Row], title: str, width: int | None = None) -> None:
    """Print the table; wide enough to stay whole when it goes into a file."""
    console = Console(width=width or max(Console().width, 190), highlight=False)
    console.print(table_of(rows, title))


def machine() -> dict[str, Any]:
    """Return what the figures depend on, without anything that names this machine."""
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return {
        "cores": len(os.sched_getaffinity(0)),
        "memory_gib": round(memory / 2**30, 1),
        "processor": _processor(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "load_before": [round(each, 2) for each in os.getloadavg()],
    }


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.processor()


def keep(folder: Path, rows: Sequence[Row], about: dict[str, Any], at: float) -> Path:
    """Write everything that was measured; returns the file."""
    folder.mkdir(parents=True, exist_ok=True)
    when = datetime.fromtimestamp(at, UTC)
    path = folder / f"{when:%Y%m%dT%H%M%SZ}.json"
    content = {"at": when.isoformat(), **about, "rows": [asdict(row) for row in rows]}
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return path
