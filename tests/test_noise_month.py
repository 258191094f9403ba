"""A month: the good share of every user journey, and how soon people had and ended things, from daily sums."""

from datetime import date

import pytest

from router.noise.month import month
from router.noise.review import Counts, Dimension, MonthSlo, Pager, Roll
from router.noise.values import SloDay, SloFacts

SHOP = SloFacts("shop", "Shop availability", 0.999, "Buy something", "shop")
SPEED = SloFacts("speed", "Shop speed", 0.95, "Buy something", "shop", latency=True)
NOV = date(2026, 11, 1)


NONE = Pager()


def roll(counts: Counts, pager: Pager = NONE, dimension: Dimension = Dimension.ALL, name: str = "") -> Roll:
    return Roll(dimension, name, counts, pager)


ROLLS = {
    date(2026, 10, 31): [roll(Counts(firings=100), Pager(pages=50))],
    date(2026, 11, 1): [
        roll(Counts(firings=10, told=4, wolves=2), Pager(3, 1, 2, 240.0, 3, 3_000.0)),
        roll(Counts(firings=6, told=1), Pager(1, 0, 1, 60.0, 1, 600.0), Dimension.TEAM, "sre"),
        roll(Counts(firings=4, told=3), dimension=Dimension.RULE, name="sre"),
    ],
    date(2026, 11, 30): [roll(Counts(firings=5, told=1, misses=1), Pager(1, 0, 1, 60.0, 0, 0.0))],
    date(2026, 12, 1): [roll(Counts(firings=100), Pager(pages=50))],
}


def test_counts_and_means_are_those_of_the_months_days_of_all_teams() -> None:
    found = month(ROLLS, {}, {}, NOV, so_far=False)
    assert (found.name, found.so_far) == ("2026-11", False)
    assert found.counts == Counts(firings=15, told=5, wolves=2, misses=1)
    assert found.pages == 4
    assert found.time_to_acknowledge_s == 100.0  # 300 s ÷ 3
    assert found.time_to_resolve_s == 1_000.0


def test_a_team_has_its_own_month() -> None:
    found = month(ROLLS, {}, {}, NOV, so_far=True, team="sre")
    assert (found.so_far, found.counts, found.pages) == (True, Counts(firings=6, told=1), 1)
    assert (found.time_to_acknowledge_s, found.time_to_resolve_s) == (60.0, 600.0)


def test_any_day_names_its_month() -> None:
    assert month(ROLLS, {}, {}, date(2026, 11, 17), so_far=True).counts.firings == 15


def test_a_month_without_anything_has_no_means_and_no_shares() -> None:
    found = month({}, {}, {"shop": SHOP}, NOV, so_far=True)
    assert (found.counts, found.pages) == (Counts(), 0)
    assert (found.time_to_acknowledge_s, found.time_to_resolve_s) == (None, None)
    assert found.slos == (MonthSlo("shop", SHOP.title, SHOP.cuj, False, 0.999, None, None, None, 0),)


DAYS = {
    "events are summed, not the daily shares": (
        [SloDay(date(2026, 11, 1), 1.0, 1_000.0, 0.9), SloDay(date(2026, 11, 2), 19.0, 9_000.0, 0.8)],
        0.998, 0.002, 10_000.0, 2,
    ),
    "other months' days are left out": (
        [SloDay(date(2026, 10, 31), 500.0, 1_000.0, 0.9), SloDay(date(2026, 11, 2), 0.0, 100.0, 0.8)],
        1.0, 0.0, 100.0, 1,
    ),
    "a day without numbers is no good day": (
        [SloDay(date(2026, 11, 1), None, None, 0.9), SloDay(date(2026, 11, 2), 1.0, 100.0, 0.8)], 0.99, 0.01, 100.0, 1,
    ),
    "no events have no share": ([SloDay(date(2026, 11, 1), 0.0, 0.0, 0.9)], None, None, 0.0, 1),
    "a source of ratios has no numbers": ([SloDay(date(2026, 11, 1), None, None, 0.9)], None, None, None, 0),
}  # fmt: skip


@pytest.mark.parametrize(("days", "good", "error_rate", "events", "known"), DAYS.values(), ids=DAYS)
def test_the_good_share_is_that_of_the_months_events(
    days: list[SloDay], good: float | None, error_rate: float | None, events: float | None, known: int
) -> None:
    (slo,) = month({}, {"shop": days}, {"shop": SHOP}, NOV, so_far=False).slos
    assert slo.good == (None if good is None else pytest.approx(good))
    assert slo.error_rate == (None if error_rate is None else pytest.approx(error_rate))
    assert (slo.events, slo.days) == (events, known)


def test_slos_stand_in_their_order_and_say_whether_they_promise_speed() -> None:
    found = month({}, {}, {"speed": SPEED, "shop": SHOP}, NOV, so_far=False).slos
    assert [(each.id, each.latency, each.cuj) for each in found] == [
        ("speed", True, "Buy something"),
        ("shop", False, "Buy something"),
    ]
