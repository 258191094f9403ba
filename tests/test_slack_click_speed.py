"""A person's click has its 200 at once, however hard it storms: the benchmark `click`, in ten seconds."""

import time
from pathlib import Path

from bench.click import GOAL_MS, LOAD_PER_S, PER_S, Plan, storm

SHORT = Plan(clicks_s=8.0, acks_s=2.0, told=9)


async def test_a_click_in_a_storm_is_stored_and_answered_within_a_tenth_of_a_second(tmp_path: Path) -> None:
    """Twenty clicks a second beside a thousand alerts a second, twenty of which open an incident; Slack as it is."""
    measured = await storm(tmp_path, SHORT, time.time())
    p50, p99 = measured.ms(0.50), measured.ms(0.99)
    print(f"click to 200: p50 {p50:.1f} ms, p99 {p99:.1f} ms; edits after {measured.acks_s}")
    assert measured.clicked.statuses == {"200": int(SHORT.clicks_s * PER_S)}
    assert measured.unstored == 0
    assert measured.acks_lost == 0
    assert measured.load.all_2xx
    assert measured.load.alerts_per_s > 0.9 * LOAD_PER_S, "it did not storm"
    assert p99 <= GOAL_MS
