"""Which week is meant where nobody names one."""

from zoneinfo import ZoneInfo

import pytest

from router.noise.weeks import week_named
from router.reporting.facts import newest_week

TOKYO = ZoneInfo("Asia/Tokyo")
LASTS = week_named("2026-W47", TOKYO)


@pytest.mark.parametrize(
    ("since", "name"),
    [
        pytest.param(0.0, "2026-W46", id="nobody knows since when"),
        pytest.param(LASTS.start - 1, "2026-W46", id="it saw the end of the last one"),
        pytest.param(LASTS.start, "2026-W47", id="it began with this one"),
        pytest.param(LASTS.start + 3_600, "2026-W47", id="it began in this one"),
    ],
)
def test_a_router_s_first_week_is_shown_before_it_is_over(since: float, name: str) -> None:
    assert newest_week(LASTS.start + 7_200, TOKYO, since).name == name
