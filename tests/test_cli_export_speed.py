"""An export streams: a week of 100,000 firings takes seconds, and hardly more memory than a small one."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from router.state import keys
from tests.support.state import State
from tests.support.weekly_files import write_week
from tests.test_state_history_size import FIRST, filled

MEASURED = """
import sys, time
from router.cli import export, main
import pyarrow.parquet
def peak():
    return int(open("/proc/self/status").read().split("VmHWM:")[1].split()[0]) / 1024
before, began = peak(), time.process_time()
code = main(sys.argv[1:])
print(peak() - before, time.process_time() - began)
sys.exit(code)
"""
"""Peak memory in MB and CPU seconds of a command, beyond what Python and its imports take."""


@pytest.fixture
async def week(state: State, tmp_path: Path) -> Path:
    await filled(state, 7, 14_286)
    await state.client.set(keys.SCHEMA, 1)
    return write_week(tmp_path)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells the peak of a process that another one started")
async def test_a_week_of_100_000_firings(state: State, week: Path) -> None:
    some = ["export", "--config", "router.yaml", "--from", f"{FIRST}", "--what", "firings", "--output", "out"]
    for format_, seconds in (("jsonl", 6.0), ("csv", 8.0), ("parquet", 8.0)):
        variables = os.environ | {"PYTHONPATH": str(Path(__file__).parent.parent), "REDIS_URL": state.url}
        command = [sys.executable, "-c", MEASURED, *some, "--format", format_]
        done = subprocess.run(command, cwd=week, env=variables, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        megabytes, used = (float(each) for each in done.stdout.split())
        assert done.stderr.splitlines()[-1] == f"out/firings.{format_}: 100,002 rows"
        assert (megabytes <= 150, used <= seconds) == (True, True), (format_, megabytes, used)
