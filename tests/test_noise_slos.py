"""An SLO's week: which threats were announced, with what lead, which were gaps or silenced, and what each cost."""

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


# --- announced, lead

HELD, MERGED, SUPPRESSED = Outcome.HOLD, Outcome.MERGE, Outcome.SUPPRESS
ANNOUNCED = {
    "told as it begins": ([fired("Tue 09:55", "Tue 10:30")], True, 300),
    "the earliest of two announcing firings counts": (
        [fired("Tue 09:58", "Tue 10:30"), fired("Tue 09:50", "Tue 10:05", told="Tue 10:00")], True, 600,
    ),
    "an alert that came after it began": ([fired("Tue 10:04", "Tue 10:30")], True, -240),
    "told after it ended": ([fired("Tue 09:55", "Tue 10:30", told="Tue 10:25")], False, None),
    "told in the moment in which it ended": ([fired("Tue 09:55", "Tue 10:30", told="Tue 10:20")], False, None),
    "a ticket tells people too": ([fired("Tue 09:55", "Tue 10:30", Outcome.TICKET)], True, 300),
    "over before it began": ([fired("Tue 09:30", "Tue 09:59")], False, None),
    "over in the moment in which it began": ([fired("Tue 09:30", "Tue 10:00")], True, 1_800),
    "held through it": ([fired("Tue 09:55", "Tue 10:30", HELD)], False, None),
    "fires still": ([fired("Tue 09:55", None)], True, 300),
    "of another SLO": ([fired("Tue 09:55", "Tue 10:30", slos="login")], False, None),
    "of two SLOs, this is one": ([fired("Tue 09:55", "Tue 10:30", slos="login shop")], True, 300),
    "what the SLO raises itself": ([fired("Tue 10:01", "Tue 10:30", source="slo", rule="shop")], False, None),
    "a drill": ([fired("Tue 09:55", "Tue 10:30", labels={"drill": "true"})], False, None),
    "joined an incident that people were told of": (
        [
            fired("Tue 09:40", "Tue 09:50", incident="E-1", slos="login"),
            fired("Tue 09:45", "Tue 10:05", MERGED, incident="E-1"),
        ], True, 900,
    ),
    "joined an incident of another time": (
        [
            fired("Mon 09:40", "Mon 09:50", incident="E-1", slos="login"),
            fired("Tue 09:45", "Tue 10:05", MERGED, incident="E-1"),
        ], False, None,
    ),
    "joined an incident that only the SLO had told of": (
        [
            fired("Tue 10:01", "Tue 10:30", source="slo", rule="shop", incident="E-1"),
            fired("Tue 10:05", "Tue 10:30", MERGED, incident="E-1"),
        ], False, None,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("firings", "announced", "lead_s"), ANNOUNCED.values(), ids=ANNOUNCED)
def test_a_threat_is_announced_when_people_were_told_before_it_ended(
    firings: list[Firing], announced: bool, lead_s: float | None
) -> None:
    found = review(*firings)
    assert (found.threats[0].announced, found.threats[0].lead_s) == (announced, lead_s)
    assert found.recall == float(announced)
    assert found.lead_median_s == lead_s


def test_a_threat_that_lasts_is_announced_by_whoever_was_told_until_now() -> None:
    lasting = said(("no_threat", "Mon 00:00", "Tue 10:00"), ("threat_page", "Tue 10:00", "Tue 12:00"))
    threat = only_threat(fired("Tue 11:00", None, told="Tue 11:59"), shop=lasting, now=at("Tue 12:00"))
    assert (threat.end, threat.announced, threat.lead_s) == (None, True, -3_600)


def test_recall_and_lead_time_are_over_the_threats_of_the_week() -> None:
    shop = said(
        ("no_threat", "last Mon 00:00", "Mon 10:00"),
        ("threat_page", "Mon 10:00", "Mon 10:20"),
        ("no_threat", "Mon 10:20", "Tue 10:00"),
        ("threat_ticket", "Tue 10:00", "Tue 10:20"),
        ("no_threat", "Tue 10:20", "Wed 10:00"),
        ("threat_page", "Wed 10:00", "Wed 10:20"),
        ("no_threat", "Wed 10:20", "next Mon 12:00"),
    )
    found = review(fired("Mon 09:58", "Mon 10:10"), fired("Tue 10:04", "Tue 10:10"), shop=shop)
    assert found.recall == pytest.approx(2 / 3)
    assert found.lead_median_s == -60.0  # the mean of 120 and -240
    assert [threat.tier for threat in found.threats] == ["page", "ticket", "page"]


def test_without_a_threat_there_is_no_recall_and_no_lead_time() -> None:
    found = review(fired("Tue 09:58", "Tue 10:10"), shop=said(("no_threat", "last Mon 00:00", "next Mon 12:00")))
    assert (found.threats, found.recall, found.lead_median_s) == ((), None, None)


def test_a_threat_belongs_to_the_week_in_which_it_began() -> None:
    shop = said(
        ("no_threat", "last Mon 00:00", "last Sun 23:59"),
        ("threat_page", "last Sun 23:59", "Mon 00:10"),
        ("no_threat", "Mon 00:10", "Sun 23:59"),
        ("threat_page", "Sun 23:59", "next Mon 00:10"),
        ("no_threat", "next Mon 00:10", "next Mon 12:00"),
    )
    assert [threat.start for threat in review(shop=shop).threats] == [at("Sun 23:59")]


APART = {"29 min apart are one": ("Tue 10:49", 1), "30 min apart are two": ("Tue 10:50", 2)}


@pytest.mark.parametrize(("again", "threats"), APART.values(), ids=APART)
def test_threats_less_than_half_an_hour_apart_are_one_of_the_worse_tier(again: str, threats: int) -> None:
    shop = said(
        ("no_threat", "last Mon 00:00", "Tue 10:00"),
        ("threat_ticket", "Tue 10:00", "Tue 10:20"),
        ("watch", "Tue 10:20", again),
        ("threat_page", again, "Tue 11:30"),
        ("no_threat", "Tue 11:30", "next Mon 12:00"),
    )
    found = review(shop=shop).threats
    assert len(found) == threats
    assert found[-1].tier == "page"
    assert found[0].tier == ("page" if threats == 1 else "ticket")


# --- gaps, silenced

NEARBY = {
    "nobody": ([], True, False),
    "an alert 31 min before": ([fired("Tue 09:00", "Tue 09:29", Outcome.DROP)], True, False),
    "an alert 30 min before": ([fired("Tue 09:00", "Tue 09:30", Outcome.DROP)], False, False),
    "an alert that was held": ([fired("Tue 10:10", "Tue 10:30", HELD)], False, False),
    "an alert after its end": ([fired("Tue 10:21", "Tue 10:30")], True, False),
    "an alert of another SLO": ([fired("Tue 10:01", "Tue 10:30", slos="login")], True, False),
    "the SLO's own": ([fired("Tue 10:01", "Tue 10:30", source="slo", rule="shop")], True, False),
    "the router's own": ([fired("Tue 10:01", "Tue 10:30", source="router")], True, False),
    "a drill": ([fired("Tue 09:55", "Tue 10:30", labels={"drill": "true"})], True, False),
    "a silenced alert": ([fired("Tue 09:55", "Tue 10:30", SUPPRESSED)], False, True),
    "silenced alerts and the SLO's own": (
        [fired("Tue 09:55", "Tue 10:30", SUPPRESSED), fired("Tue 10:01", "Tue 10:30", source="slo")], False, True,
    ),
    "a silenced one and one that told": (
        [fired("Tue 09:55", "Tue 10:30", SUPPRESSED), fired("Tue 09:56", "Tue 10:30")], False, False,
    ),
    "a silenced one and one that the gate kept quiet": (
        [fired("Tue 09:55", "Tue 10:30", SUPPRESSED), fired("Tue 09:56", "Tue 10:30", HELD)], False, False,
    ),
    "silenced, and over before": ([fired("Tue 09:40", "Tue 09:50", SUPPRESSED)], False, False),
}  # fmt: skip


@pytest.mark.parametrize(("firings", "gap", "silenced"), NEARBY.values(), ids=NEARBY)
def test_a_gap_had_no_covering_alert_and_a_silenced_threat_is_neither_gap_nor_miss(
    firings: list[Firing], gap: bool, silenced: bool
) -> None:
    found = review(*firings)
    assert (found.threats[0].gap, found.threats[0].silenced) == (gap, silenced)
    assert found.misses == (0 if silenced else found.misses)


def test_a_ticket_tier_threat_without_any_alert_is_no_gap() -> None:
    shop = said(("threat_ticket", "Tue 10:00", "Tue 10:20"), ("no_threat", "Tue 10:20", "next Mon 12:00"))
    assert not only_threat(shop=shop).gap


def test_a_threat_names_what_fired_with_it_in_order_of_time() -> None:
    threat = only_threat(
        fired("Tue 10:02", "Tue 10:30", rule="Late", incident="E-2"),
        fired("Tue 09:55", "Tue 10:30", rule="Early", incident="E-1"),
        fired("Tue 10:03", "Tue 10:30", MERGED, rule="Early", incident="E-1"),
        fired("Tue 10:01", "Tue 10:30", source="slo", rule="shop", incident="E-3"),
        fired("Tue 09:00", "Tue 09:50", rule="Before", incident="E-0"),
    )
    assert (threat.rules, threat.incidents) == (("Early", "Late"), ("E-1", "E-3", "E-2"))


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
        fired("Tue 09:40", "Tue 09:45", SUPPRESSED),
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
