"""A week of 100,000 firings is reported from Valkey in seconds and little memory, by the command as users run it."""

import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from bench.filling import Past, fill, write_company
from bench.history import BUSY, report
from router.config.environment import current

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
PAST = Past(days=16, a_day=1_000, of_late=BUSY, weeks_of_late=1)
"""The last week that is over has 100,000; so many a week come in the one that lasts."""
CPU_S, MEBIBYTES, WALL_S = 8.0, 300.0, 60.0
"""Processor time is judged, that of the embedded Valkey included; by the clock it may wait for whoever else is busy."""


async def test_a_week_of_100_000_firings_is_reported_from_valkey_in_time(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    config, data = write_company(tmp_path / "config", "http://127.0.0.1:1"), tmp_path / "data"
    sizes = await fill(data, PAST, time.time())
    kept = {name: text for name, text in current().items() if not name.startswith(("ROUTER_", "REDIS_", "SLACK_"))}
    done = report(config, {**kept, "ROUTER_DATA_DIR": str(data)}, tmp_path / "log", "--format", "json")
    for name in ("wall_s", "cpu_s", "mib"):
        record_property(name, getattr(done, name))
    assert sizes.firings > 7 * BUSY
    assert done.cpu_s <= CPU_S, done
    assert done.mib <= MEBIBYTES, done
    assert done.wall_s <= WALL_S, done
