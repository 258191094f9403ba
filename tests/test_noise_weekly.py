"""A week's review, put together: which firings are in it, lists, trends, teams, shadow mode, what is proposed."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from router.gate import Outcome
from router.noise.counts import Counts
from router.noise.review import Month, Point, Quiet, Remedy, Review, Shadow
from router.noise.values import Firing, Mark, Report
from router.noise.weekly import judgement, review, wanted, with_proposals
from router.noise.weeks import week_named
from tests.support.told_week import WEEK, at, facts, fired, given, said

DROP, HOLD, FORWARD, TICKET = Outcome.DROP, Outcome.HOLD, Outcome.FORWARD, Outcome.TICKET
SHOP = said(
    ("no_threat", "last Mon 00:00", "Tue 10:00"),
    ("threat_page", "Tue 10:00", "Tue 11:00"),
    ("no_threat", "Tue 11:00", "next Mon 12:00"),
)
CALM = said(("no_threat", "last Mon 00:00", "next Mon 12:00"))


def reviewed(*firings: Firing, team: str = "", **more: object) -> Review:
    return review(given(firings, more.pop("stretches", {"shop": SHOP, "search": CALM}), **more), team)


# --- which week

EDGES = {
    "Tokyo": ("Asia/Tokyo", "2026-W47"),
    "Berlin, the week in which clocks go back": ("Europe/Berlin", "2026-W43"),
    "Berlin, the week after": ("Europe/Berlin", "2026-W44"),
    "New York, the week in which clocks go forward": ("America/New_York", "2026-W10"),
}


@pytest.mark.parametrize(("zone", "name"), EDGES.values(), ids=EDGES)
def test_a_firing_belongs_to_the_week_in_which_it_started_from_monday_00_00_on(zone: str, name: str) -> None:
    week = week_named(name, ZoneInfo(zone))
    starts = {
        "two weeks before": week.before().start - 1,
        "before": week.before().start,
        "before, the last second": week.start - 1,
        "in it": week.start,
        "in it, the last second": week.end - 1,
        "after": week.end,
    }
    firings = [fired(start, week.end + 60, DROP, rule=rule) for rule, start in starts.items()]
    found = review(given(firings, week=week, now=week.end + 3_600))
    assert {each.rule for each in found.rules} == {"in it", "in it, the last second"}
    assert (found.counts.firings, found.before.firings) == (2, 2)
    assert (found.week, found.start, found.end, found.zone) == (name, week.start, week.end, zone)


def test_a_page_belongs_to_the_week_of_its_first_telling() -> None:
    found = reviewed(
        fired("last Sun 23:50", "Mon 00:30", told="Mon 00:05", incident="E-1"),
        fired("last Sun 23:00", "last Sun 23:30", incident="E-2"),
    )
    assert (found.pages, found.pages_before) == (1, 1)
    assert (found.counts.pages, found.before.pages) == (0, 2)


def test_a_week_that_is_not_over_is_counted_up_to_now() -> None:
    found = reviewed(fired("Mon 10:00", "Mon 10:05", DROP), now=at("Tue 09:00"))
    assert (found.as_of, found.counts.firings, len(found.days)) == (at("Tue 09:00"), 1, 7)


def test_of_nothing_there_is_an_empty_review() -> None:
    found = reviewed(stretches={})
    assert (found.counts, found.rules, found.teams, found.misses, found.quiet, found.shadow) == (
        Counts(), (), (), (), (), None,
    )  # fmt: skip
    assert not found.complete
    assert [week.firings for week in found.weeks] == [0, 0]
    assert reviewed().complete


# --- numbers and lists


def test_pages_and_wolf_pages_are_incidents() -> None:
    found = reviewed(
        fired("Mon 10:00", "Mon 10:05", incident="E-1"),
        fired("Mon 10:01", "Mon 10:05", incident="E-1", rule="B"),
        fired("Mon 12:00", "Mon 12:05", incident="E-2", acknowledged_at="Mon 12:01"),
        fired("last Mon 10:00", "last Mon 10:05", incident="E-0"),
    )
    assert (found.pages, found.wolf_pages, found.pages_before, found.wolf_pages_before) == (2, 1, 1, 1)
    assert (found.counts.pages, found.counts.wolves, found.before.wolves) == (3, 2, 1)


def test_misses_are_one_for_each_firing_in_order_of_time() -> None:
    search = said(
        ("no_threat", "Mon 00:00", "Tue 09:58"),
        ("threat_page", "Tue 09:58", "Tue 10:30"),
        ("no_threat", "Tue 10:30", "Sun 00:00"),
    )
    found = reviewed(
        fired("Tue 09:50", "Tue 09:55", DROP, rule="B"),
        fired("Tue 09:40", "Tue 09:45", DROP, slos="shop search"),
        fired("last Sun 10:00", "last Sun 10:05", DROP),
        stretches={"shop": SHOP, "search": search},
        slos=facts("shop", "search"),
    )
    assert [(miss.rule, miss.slo) for miss in found.misses] == [("A", "search"), ("B", "shop")]
    assert {slo.id: slo.misses for slo in found.slos} == {"shop": 2, "search": 1}
    assert found.counts.misses == 2


def test_what_people_say_should_have_paged_stands_in_one_list() -> None:
    found = reviewed(
        fired("Tue 12:00", "Tue 12:05", DROP, missed_report=True, incident="E-1"),
        fired("Tue 12:01", "Tue 12:05", DROP, missed_report=True, incident="E-1"),
        fired("Wed 12:00", None, None, rule="", source="slo", slos="shop", missed_report=True, acknowledged_by="Kei"),
        reports=[
            Report(at("Mon 09:00"), "Mia", "search", "the basket was empty"),
            Report(at("last Mon 09:00"), "Mia"),
        ],
    )
    assert [(each.at, each.by, each.rule, each.slo, each.incident) for each in found.reported] == [
        (at("Mon 09:00"), "Mia", "", "search", ""),
        (at("Tue 12:00"), "", "A", "shop", "E-1"),
        (at("Wed 12:00"), "Kei", "", "shop", ""),
    ]
    assert found.reported[0].text == "the basket was empty"
    assert (found.counts.reported_misses, found.counts.firings, found.slos[0].reported_misses) == (1, 2, 2)


def test_gaps_silenced_threats_and_postmortems_are_lists_of_their_own() -> None:
    costly = said(
        ("no_threat", "last Mon 00:00", "Wed 10:00", 0.9, 0.9),
        ("threat_page", "Wed 10:00", "Wed 11:00", 0.9, 0.8),
        ("no_threat", "Wed 11:00", "next Mon 12:00", 0.8, 0.8),
    )
    quiet = fired("Wed 10:05", "Wed 10:10", Outcome.SUPPRESS, slos="search", reason="silence")
    found = reviewed(quiet, stretches={"shop": SHOP, "search": costly}, slos=facts("shop", "search"))
    assert [each.slo for each in found.gaps] == ["shop"]
    assert [each.slo for each in found.silenced] == ["search"]
    assert [each.slo for each in found.postmortems] == ["search"]
    assert found.misses == ()


def test_what_was_filtered_stands_there_for_information() -> None:
    found = reviewed(
        *[fired(f"Mon 1{n}:00", f"Mon 1{n}:05", DROP, rule="B") for n in range(3)],
        fired("Sun 23:00", None, HOLD, rule="C"),
        fired("Mon 10:00", "Mon 10:05", rule="told"),
        fired("last Mon 10:00", "last Mon 10:05", DROP, rule="B"),
        fired("last Mon 10:00", "last Mon 10:05", DROP, rule="no more"),
    )
    assert found.quiet == (Quiet("prometheus", "B", 0, 3, 1), Quiet("prometheus", "C", 1, 0, 0))


def test_reasons_are_counted_most_first_also_unknown_ones() -> None:
    found = reviewed(
        fired("Mon 10:00", "Mon 10:05", DROP, reason="never_threatened"),
        fired("Mon 11:00", "Mon 11:05", DROP, reason="never_threatened"),
        fired("Mon 12:00", "Mon 12:05", FORWARD, reason="a code of tomorrow"),
    )
    assert list(found.reasons.items()) == [("never_threatened", 2), ("a code of tomorrow", 1)]


# --- trends


def test_weeks_are_the_last_eight_oldest_first_and_days_are_seven() -> None:
    older = [Point(WEEK.before(back).monday, back, 0, 0, 0, back) for back in range(10, 1, -1)]
    found = reviewed(
        fired("Mon 10:00", "Mon 10:05"),
        fired("Wed 00:00", "Wed 00:05", DROP),
        fired("Sun 23:59", None, HOLD),
        fired("last Sun 12:00", "last Sun 12:05", DROP),
        points=older,
    )
    assert [week.day for week in found.weeks] == [WEEK.before(back).monday for back in range(7, -1, -1)]
    assert found.weeks[:6] == tuple(older[-6:])
    assert found.weeks[6:] == (Point(date(2026, 11, 9), 0, 0, 0, 1, 1), Point(date(2026, 11, 16), 1, 1, 1, 1, 3))
    assert [day.day for day in found.days] == list(WEEK.days())
    assert [(day.pages, day.held, day.dropped) for day in found.days] == [
        (1, 0, 0), (0, 0, 0), (0, 0, 1), (0, 0, 0), (0, 0, 0), (0, 0, 0), (0, 1, 0),
    ]  # fmt: skip


def test_the_month_is_handed_on() -> None:
    month = Month("2026-11", True, (), Counts(firings=9), 3, None, None)
    assert reviewed(month=month).month is month


# --- shadow mode


def test_shadow_mode_says_what_enforce_mode_would_have_done() -> None:
    found = reviewed(
        fired("Mon 10:00", "Mon 10:05", FORWARD, would=DROP, reason="shadow"),
        fired("Tue 09:40", "Tue 09:45", FORWARD, would=DROP, reason="shadow"),
        fired("Sun 23:00", None, FORWARD, would=HOLD, reason="shadow"),
        fired("Tue 10:05", "Tue 10:15", reason="threat_page"),
    )
    assert found.shadow == Shadow(4, 1, 2, 1)
    assert (found.counts.misses, found.misses) == (0, ())
    assert reviewed(fired("Mon 10:00", "Mon 10:05")).shadow is None


# --- teams


def test_a_teams_review_counts_its_firings_only_and_knows_the_slos_that_cover_them() -> None:
    inputs = given(
        [
            fired("Mon 10:00", "Mon 10:05", incident="E-1"),
            fired("Mon 12:00", "Mon 12:05", DROP, receiver="web", slos="search", rule="W"),
            fired("Tue 10:00", "Tue 10:05", receiver="web", slos="search", rule="W", incident="E-2"),
            fired("last Tue 10:00", "last Tue 10:05", DROP, receiver="old"),
        ],
        {"shop": SHOP, "search": CALM},
        slos=facts("shop", "search"),
        reports=[Report(at("Mon 09:00"), "Mia", "shop"), Report(at("Mon 09:00"), "Kei")],
    )
    known = judgement(inputs)
    whole, sre, web = (review(inputs, team, known) for team in ("", "sre", "web"))
    assert [each.name for each in whole.teams] == ["sre", "web"]
    assert (sre.team, sre.counts.firings, sre.pages, [each.rule for each in sre.rules]) == ("sre", 1, 1, ["A"])
    assert (web.team, web.counts.firings, web.pages, [each.rule for each in web.rules]) == ("web", 2, 1, ["W"])
    assert [slo.id for slo in whole.slos] == ["shop", "search"]
    assert ([slo.id for slo in sre.slos], [slo.id for slo in web.slos]) == (["shop"], ["search"])
    assert [each.name for each in web.teams] == ["web"]
    assert [each.by for each in whole.reported] == ["Kei", "Mia"]
    assert ([each.by for each in sre.reported], web.reported) == (["Mia"], ())
    assert (len(whole.gaps), len(sre.gaps), len(web.gaps)) == (1, 1, 0)
    assert review(inputs, "web") == web


def test_a_team_that_was_paged_for_last_weeks_firing_has_a_review() -> None:
    found = reviewed(fired("last Sun 23:50", "Mon 00:30", told="Mon 00:05"))
    assert [(each.name, each.pages, each.counts.firings) for each in found.teams] == [("sre", 1, 0)]


def test_a_firing_that_nobody_was_responsible_for_is_counted_in_all() -> None:
    found = reviewed(fired("Mon 10:00", "Mon 10:05", DROP, receiver=""))
    assert (found.counts.firings, found.teams) == (1, ())


# --- what is proposed


def drops(rule: str, count: int = 3, **more: object) -> list[Firing]:
    """Return firings of five minutes each, two hours apart."""
    starts = [at("Wed 00:00") + number * 7_200 for number in range(count)]
    return [fired(start, start + 300, **{"outcome": DROP, "rule": rule, **more}) for start in starts]


def test_something_is_proposed_for_accused_rules_and_for_those_nobody_can_judge() -> None:
    found = reviewed(
        *drops("wolf", 4),
        *drops("ignored", 5, outcome=FORWARD, slos=""),
        *drops("seldom ignored", 2, outcome=FORWARD, slos=""),
        *drops("seldom dropped", 2),
        *drops("by mark", 1, outcome=FORWARD, slos="", mark=Mark.WOLF),
        *drops("the router itself", 9, outcome=FORWARD, slos="", source="router", mark=Mark.WOLF),
    )
    assert [rule for _, rule in wanted(found)] == ["wolf", "by mark", "ignored", "seldom ignored"]


def test_for_twenty_rules_at_most() -> None:
    found = reviewed(*[each for n in range(30) for each in drops(f"rule {n:02}", receiver=f"team {n}")])
    assert len(found.wolves) == 30
    assert wanted(found) == tuple(("prometheus", f"rule {n:02}") for n in range(20))


def test_proposals_come_from_the_whole_recorded_history_of_a_rule() -> None:
    inputs = given([*drops("wolf", 4), *drops("calm", 1)], {"shop": SHOP})
    past = [
        fired(at("last Mon 00:00") - n * 86_400, at("last Mon 00:04") - n * 86_400, DROP, rule="wolf") for n in range(6)
    ]
    found = review(inputs)
    proposed = with_proposals(found, inputs, {("prometheus", "wolf"): past}, {"shop": CALM})
    rules = {rule.rule: rule for rule in proposed.rules}
    assert rules["calm"].proposals == ()
    longer = next(each for each in rules["wolf"].proposals if each.remedy is Remedy.LONGER_FOR)
    assert (longer.week.firings, longer.history.firings, longer.since) == (4, 10, past[-1].started_at)
    assert [rule.counts for rule in proposed.rules] == [rule.counts for rule in found.rules]
    assert with_proposals(found, inputs, {("prometheus", "wolf"): past}, {"shop": CALM}, judgement(inputs)) == proposed


def test_a_teams_proposals_know_its_firings_only() -> None:
    inputs = given([*drops("wolf", 4), *drops("wolf", 3, receiver="web")], {"shop": SHOP})
    past = {("prometheus", "wolf"): inputs.firings}
    web = with_proposals(review(inputs, "web"), inputs, past, inputs.stretches)
    assert {each.history.firings for each in web.rules[0].proposals} == {3}


def test_where_nothing_is_wanted_nothing_is_added() -> None:
    inputs = given([fired("Mon 10:00", "Mon 10:05", DROP)], {"shop": SHOP})
    found = review(inputs)
    assert with_proposals(found, inputs, {}, {}) is found


def test_what_is_proposed_to_one_team_hides_no_real_one_of_another() -> None:
    """A rule is everybody's who has it: its end, and a longer `for`, would have hidden what was real to "pay"."""
    wolves = [
        fired(f"{day} {hour}:00", f"{day} {hour}:02", TICKET, mark=Mark.WOLF, incident=f"E-{day}{hour}")
        for day in ("Mon", "Wed", "Thu")
        for hour in (10, 12, 14)
    ]
    old = fired(at("last Mon 10:00") - 20 * 86_400, at("last Mon 10:00") - 20 * 86_400 + 60, DROP)
    real = fired("Tue 10:01", "Tue 10:02", receiver="pay", incident="R")
    inputs = given([*wolves, real], {"shop": SHOP})
    for team in ("", "sre"):
        found = with_proposals(review(inputs, team), inputs, {wolves[0].key: [old, *wolves, real]}, {"shop": SHOP})
        proposed = found.rules[0].proposals
        assert proposed
        assert not proposed[0].dangerous
        assert proposed[0].remedy is not Remedy.DELETE
        assert {each.history.missed for each in proposed if each.history.removed} == {1}
