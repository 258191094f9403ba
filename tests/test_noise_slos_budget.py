"""An SLO's week: what was left of its budget, what its threats cost, how long nobody could tell, what was missed."""

import pytest

from router.gate import Outcome
from router.noise.review import SloReview, Threat
from router.noise.slos import slo_reviews
from router.noise.values import Firing, Report, Stretch
from tests.support.told_week import at, facts, fired, given, judged, said

THREAT = said(
    ("no_threat", "last Mon 00:00", "Tue 10:00"),
    ("threat_page", "Tue 10:00", "Tue 10:20"),
    ("no_threat", "Tue 10:20", "next Mon 12:00"),
)
"""One page-tier threat, Tuesday 10:00 to 10:20."""


def review(*firings: Firing, shop: tuple[Stretch, ...] = THREAT, **more: object) -> SloReview:
    inputs = given(firings, {"shop": shop}, **more)
    return slo_reviews(judged(inputs), inputs)[0]


def only_threat(*firings: Firing, shop: tuple[Stretch, ...] = THREAT, **more: object) -> Threat:
    (threat,) = review(*firings, shop=shop, **more).threats
    return threat


# --- cost and postmortems

COSTS = {
    "little": (0.60, 0.56, False),
    "a twentieth": (0.60, 0.55, True),
    "what a rolling window gives back costs nothing": (0.60, 0.65, False),
    "the last of it": (0.02, -0.01, True),
    "more of what was gone already": (-0.10, -0.12, True),
    "nothing, and it was gone already": (-0.10, -0.10, False),
    "not known": (None, None, False),
    "not known, but none is left": (None, -0.01, True),
}


@pytest.mark.parametrize(("before", "after", "owed"), COSTS.values(), ids=COSTS)
def test_a_dear_threat_or_one_that_spends_the_last_owes_a_postmortem(
    before: float | None, after: float | None, owed: bool
) -> None:
    shop = said(
        ("no_threat", "last Mon 00:00", "Tue 10:00"),
        ("threat_page", "Tue 10:00", "Tue 10:20", before, after),
        ("no_threat", "Tue 10:20", "next Mon 12:00", after, after),
    )
    threat = only_threat(shop=shop)
    cost = None if before is None or after is None else pytest.approx(max(0.0, before - after))
    assert (threat.cost, threat.postmortem) == (cost, owed)


def test_a_threat_that_came_back_costs_from_its_begin_to_its_last_end() -> None:
    shop = said(
        ("threat_ticket", "Tue 10:00", "Tue 10:20", 0.60, 0.57),
        ("watch", "Tue 10:20", "Tue 10:40", 0.57, 0.57),
        ("threat_ticket", "Tue 10:40", "Tue 11:00", 0.57, 0.54),
        ("no_threat", "Tue 11:00", "next Mon 12:00", 0.54, 0.54),
    )
    threat = only_threat(shop=shop)
    assert (threat.cost, threat.postmortem) == (pytest.approx(0.06), True)


# --- budget

BUDGET = said(
    ("no_threat", "last Mon 00:00", "Mon 00:00", 0.90, 0.80),
    ("watch", "Mon 00:00", "Thu 00:00", 0.80, 0.50),
    ("no_threat", "Thu 00:00", "next Mon 12:00", 0.50, 0.40),
)
LEFT = {
    "a stretch begins with the week": (BUDGET, "next Mon 12:00", 0.80, pytest.approx(0.50 - 0.10 * 96 / 108)),
    "up to now": (BUDGET, "Tue 12:00", 0.80, pytest.approx(0.65)),
    "the first snapshot comes later": (BUDGET[2:], "next Mon 12:00", 0.50, pytest.approx(0.50 - 0.10 * 96 / 108)),
    "the recording ends earlier": (BUDGET[:2], "next Mon 12:00", 0.80, 0.50),
    "a straight line within a stretch": (
        said(("no_threat", "last Mon 00:00", "next Mon 00:00", 1.0, 0.5)), "next Mon 12:00", pytest.approx(0.75), 0.5,
    ),
    "one end of it not known": (
        said(("no_threat", "last Mon 00:00", "next Tue 00:00", None, 0.5)), "next Mon 12:00", 0.5, 0.5,
    ),
    "never measured": ((), "next Mon 12:00", None, None),
}  # fmt: skip


@pytest.mark.parametrize(("shop", "now", "first", "last"), LEFT.values(), ids=LEFT)
def test_the_budget_is_that_of_the_weeks_first_and_last_snapshot(
    shop: tuple[Stretch, ...], now: str, first: float | None, last: float | None
) -> None:
    found = review(shop=shop, now=at(now))
    assert (found.budget_start, found.budget_end) == (first, last)


# --- what could not be told


def holed(verdict: str, start: str, end: str, missing_s: float) -> Stretch:
    (whole,) = said((verdict, start, end))
    return Stretch(whole.verdict, whole.start, whole.end, missing_s=missing_s)


CALM = said(("no_threat", "last Mon 00:00", "next Mon 12:00"))
BLIND = {
    "never": (CALM, 0, 0),
    "half an hour of unknown": (
        (*said(("no_threat", "last Mon 00:00", "Tue 10:00"), ("unknown", "Tue 10:00", "Tue 10:30")),
         *said(("no_threat", "Tue 10:30", "next Mon 12:00"))), 1_800, 0,
    ),
    "unknown over the week's begin": (
        said(("unknown", "last Sun 22:00", "Mon 02:00"), ("no_threat", "Mon 02:00", "next Mon 12:00")), 7_200, 0,
    ),
    "a hole inside a calm stretch": ((holed("no_threat", "Mon 00:00", "next Mon 00:00", 900),), 0, 900),
    "a hole inside an unknown stretch counts once": (
        (holed("unknown", "Mon 00:00", "next Mon 00:00", 3_600),), 601_200, 3_600,
    ),
    "a hole in a stretch that reaches into the week counts in proportion": (
        (holed("no_threat", "last Mon 00:00", "next Mon 00:00", 7_200),), 0, 3_600,
    ),
    "the first snapshot came on Tuesday": (said(("no_threat", "Tue 00:00", "next Mon 12:00")), 0, 86_400),
    "the last snapshot came on Saturday": (said(("no_threat", "last Mon 00:00", "Sun 00:00")), 0, 86_400),
    "nothing between two recordings": (
        said(("no_threat", "last Mon 00:00", "Tue 00:00"), ("no_threat", "Tue 01:00", "next Mon 12:00")), 0, 3_600,
    ),
    "five minutes are no hole": (
        said(("no_threat", "last Mon 00:00", "Tue 00:00"), ("no_threat", "Tue 00:05", "next Mon 12:00")), 0, 0,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("shop", "unknown_s", "unmeasured_s"), BLIND.values(), ids=BLIND)
def test_blind_and_unmeasured_time_is_that_inside_the_week(
    shop: tuple[Stretch, ...], unknown_s: float, unmeasured_s: float
) -> None:
    found = review(shop=shop)
    assert (found.unknown_s, found.unmeasured_s) == (pytest.approx(unknown_s), pytest.approx(unmeasured_s))


def test_what_is_to_come_is_not_unmeasured() -> None:
    found = review(shop=said(("unknown", "Mon 00:00", "Tue 10:00")), now=at("Tue 10:02"))
    assert (found.unknown_s, found.unmeasured_s) == (34 * 3_600, 0)


def test_an_slo_that_was_never_measured_was_unmeasured_all_week_where_others_were_measured() -> None:
    inputs = given((), {"login": CALM}, slos=facts("shop", "login"))
    shop, login = slo_reviews((), inputs)
    assert (shop.id, shop.unmeasured_s, shop.budget_start) == ("shop", 7 * 86_400, None)
    assert (login.id, login.unmeasured_s) == ("login", 0)


def test_without_any_slo_history_blind_time_cannot_be_told_and_threats_are_those_that_firings_recorded() -> None:
    inputs = given([fired("Tue 09:55", "Tue 10:30")])
    (found,) = slo_reviews(judged(inputs), inputs)
    assert (found.unknown_s, found.unmeasured_s, found.threats) == (0, 0, ())


# --- misses


def test_misses_are_counted_per_firing_and_slo_and_only_in_the_week() -> None:
    found = review(
        fired("Tue 09:40", "Tue 09:45", Outcome.DROP),  # 15 min before: a miss
        fired("Tue 09:30", "Tue 09:50", Outcome.DROP),  # and another
        fired("Tue 09:00", "Tue 09:29", Outcome.DROP),  # 31 min before
        fired("Tue 09:40", "Tue 09:45", Outcome.DROP, slos="login"),
        fired("Tue 09:40", "Tue 09:45", Outcome.SUPPRESS),
    )
    assert (found.misses, found.reported_misses) == (2, 0)


def test_reported_misses_are_counted_beside_with_and_without_a_firing() -> None:
    reports = (
        Report(at("Wed 10:00"), "sato", "shop"),
        Report(at("Wed 10:00"), "sato", "login"),
        Report(at("last Wed 10:00"), "sato", "shop"),
    )
    found = review(
        fired("Wed 09:00", "Wed 09:10", Outcome.DROP, incident="E-1", missed_report=True),
        fired("Wed 09:01", "Wed 09:10", Outcome.DROP, incident="E-1", missed_report=True),
        reports=reports,
        shop=CALM,
    )
    assert (found.reported_misses, found.misses) == (2, 0)


def test_reviews_stand_in_the_order_of_the_slos_with_what_is_known_of_them() -> None:
    inputs = given((), {"b": CALM, "a": CALM}, slos=facts("b", "a"))
    found = slo_reviews((), inputs)
    assert [(each.id, each.title, each.target, each.service) for each in found] == [
        ("b", "B", 0.999, "b"),
        ("a", "A", 0.999, "a"),
    ]
