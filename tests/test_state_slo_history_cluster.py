"""On a cluster of three primaries everything of the history works as on one server."""

from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from router.noise.review import Counts, Dimension, Roll
from router.slo.objective import Count, Snapshot
from router.slo.verdict import Memory, Verdict
from router.state import keys
from router.state.history.posts import Part, Posts
from router.state.history.reviews import Reviews, Stored
from router.state.history.rollups import RollUps
from router.state.history.slos import Folded, SloHistory
from router.state.slos import Watched
from tests.support.cluster import run_cluster
from tests.support.state import State, open_state

DAY_S = 86_400.0
DAY = 20_700
SLOS = [f"slo-{number}" for number in range(12)]


async def keep_and_fold(state: State) -> None:
    """Twelve SLOs lie on all three primaries."""
    history = SloHistory(state.scripts)
    for minute in range(5):
        at = DAY * DAY_S + 60 * minute
        shots = [Snapshot(slo, at, {"1d": Count(1.0, 100.0)}) for slo in SLOS]
        await history.record([Watched(shot, Memory(), Verdict.WATCH, at) for shot in shots], {}, at)
    slots = {state.client.keyslot(keys.slo_day(slo, DAY)) * 3 // 16_384 for slo in SLOS}
    assert slots == {0, 1, 2}
    before = await history.stretches(SLOS, DAY * DAY_S, (DAY + 1) * DAY_S)
    assert {len(each) for each in before.values()} == {1}
    assert await history.compact((DAY + 2) * DAY_S, 90 * DAY_S) == Folded(12, 60, 0)
    assert await history.stretches(SLOS, DAY * DAY_S, (DAY + 1) * DAY_S) == before
    days = await history.days(SLOS, date(2026, 9, 4), date(2026, 9, 4), ZoneInfo("UTC"))
    assert {each[0].total for each in days.values()} == {100.0}


async def test_slo_minutes_sums_reviews_and_posts_are_kept_on_a_cluster(tmp_path: Path) -> None:
    async with (
        run_cluster(tmp_path / "cluster") as ports,
        open_state(f"redis+cluster://127.0.0.1:{ports[0]}") as state,
    ):
        await keep_and_fold(state)
        rolls = (Roll(Dimension.ALL, "", Counts(3)),)
        await RollUps(state.scripts).store(date(2026, 9, 4), rolls)
        assert await RollUps(state.scripts).load(date(2026, 9, 1), date(2026, 9, 9)) == {date(2026, 9, 4): rolls}
        reviews = Reviews(state.scripts, "L2")
        assert await reviews.store("2026-W36", "sre", b"review", {"weeks": b"chart"}, DAY * DAY_S)
        assert await reviews.load("2026-W36", "sre") == Stored(b"review", DAY * DAY_S)
        posts = Posts(state.scripts, "one", "L2")
        held = await posts.claim("2026-W36", "sre", DAY * DAY_S)
        assert held is not None
        assert await posts.begin(held, "root", 1.0) == Part("root", 1.0)
        assert await posts.finish(held)
        assert await posts.since(5.0) == await posts.since(6.0) == 5.0
