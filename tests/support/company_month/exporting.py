"""The seam between the month and DuckDB: its files as the Parquet that `alert-router export` writes."""

import subprocess
import sys
from functools import cache
from pathlib import Path

from tests.support.company_month.month import Month


@cache
def parquet_of(made: Month) -> Path:
    """Export firings and SLO snapshots once for all tests of a run; returns the folder of firings and slos.parquet."""
    folder = made.history.parent / "export"
    command = [sys.executable, "-m", "router", "export", "--format", "parquet", "--output", str(folder)]
    files = ["--config", made.config, "--history", made.history, "--slo-history", made.slo_history]
    done = subprocess.run([*command, *map(str, files)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder
