"""An SLO's week: which threats were announced, with what lead, which were gaps or silenced, and what each cost."""

import pytest

from router.gate import Outcome
from router.noise.review import SloReview, Threat
from router.noise.slos import slo_reviews
from router.noise.values import Firing, Stretch
from tests.support.told_week import at, fired, given, judged, said

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
