"""Reviews and their charts are stored together, the newest stands, and they go 25 months after their week."""

from datetime import UTC, datetime

import pytest

from router.state import keys
from router.state.history.reviews import Reviews, Stored
from tests.support.state import State

WEEK = "2026-W36"
END = datetime(2026, 9, 7, tzinfo=UTC).timestamp()


@pytest.fixture
def reviews(state: State) -> Reviews:
    return Reviews(state.scripts)


async def test_a_review_and_its_charts_come_back(reviews: Reviews) -> None:
    assert await reviews.store(
        WEEK, "sre", b'{"week": 1}', {"weeks.svg": b"<svg/>", "weeks.png": b"\x89PNG"}, END + 60.5
    )
    assert await reviews.load(WEEK, "sre") == Stored(b'{"week": 1}', END + 60.5)
    assert [await reviews.chart(WEEK, "sre", name) for name in ("weeks.svg", "weeks.png", "days.svg")] == [
        b"<svg/>", b"\x89PNG", None,
    ]  # fmt: skip


async def test_weeks_and_teams_are_kept_apart(reviews: Reviews) -> None:
    await reviews.store(WEEK, "", b"all", {"weeks": b"1"}, END)
    await reviews.store(WEEK, "sre:{odd}", b"odd", {}, END)
    assert await reviews.load(WEEK, "") == Stored(b"all", END)
    assert await reviews.load(WEEK, "sre:{odd}") == Stored(b"odd", END)
    assert await reviews.load("2026-W35", "") is None
    assert await reviews.chart(WEEK, "sre:{odd}", "weeks") is None


async def test_a_newer_review_replaces_all_of_the_older_one_and_an_older_one_nothing(reviews: Reviews) -> None:
    await reviews.store(WEEK, "", b"first", {"weeks": b"1", "gone": b"1"}, END)
    assert await reviews.store(WEEK, "", b"second", {"weeks": b"2"}, END + 60)
    assert not await reviews.store(WEEK, "", b"late", {"weeks": b"3", "gone": b"3"}, END + 30)
    assert await reviews.load(WEEK, "") == Stored(b"second", END + 60)
    assert (await reviews.chart(WEEK, "", "weeks"), await reviews.chart(WEEK, "", "gone")) == (b"2", None)


async def test_a_review_goes_25_months_after_its_week(reviews: Reviews, state: State) -> None:
    await reviews.store(WEEK, "", b"x", {}, END - 86_400)
    assert await state.client.ttl(keys.review(WEEK, "")) == pytest.approx(762 * 86_400, abs=2)
    await reviews.store(WEEK, "", b"x", {}, END + 700 * 86_400)
    assert await state.client.ttl(keys.review(WEEK, "")) == pytest.approx(61 * 86_400, abs=2)


async def test_what_is_no_week_is_refused(reviews: Reviews) -> None:
    with pytest.raises(ValueError, match="is no week"):
        await reviews.store("36", "", b"x", {}, END)


async def test_what_is_stored_is_deflated(reviews: Reviews, state: State) -> None:
    await reviews.store(WEEK, "", b'{"rule": "HighErrors"}' * 5_000, {"weeks": b"<path d='M0 0'/>" * 5_000}, END)
    assert await state.client.memory_usage(keys.review(WEEK, ""), samples=0) < 3_000
