"""Ticket, end, SLO, guide: when each is proposed first; what people gave as the reason; and what is never first."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from router.gate import Outcome
from router.noise.review import Effect, Remedy
from router.noise.values import Firing, Mark, SloFacts, Stretch
from tests.support.proposing import BATCH, BURNT, CALM, HOUR, SHOP, earlier, many, of, propose, remedies, twin
from tests.support.told_week import fired, said


def test_a_rule_that_pages_and_nobody_ever_acknowledged_becomes_a_ticket() -> None:
    found = propose(*many([7_000.0] * 6))
    assert found[0].remedy is Remedy.DEMOTE
    assert found[0].week == Effect(firings=6, removed=6, removed_told=6)
    assert remedies(found)[-1] is Remedy.DELETE  # nobody said that it is a wolf


def test_what_is_told_as_tickets_already_cannot_be_demoted() -> None:
    assert Remedy.DEMOTE not in remedies(propose(*many([7_000.0] * 6, outcome=Outcome.TICKET)))


def test_a_rule_that_people_called_a_wolf_and_that_was_never_right_is_deleted() -> None:
    week = many([7_000.0] * 6, mark=Mark.WOLF)
    found = propose(*week, past=[*earlier(week, 21), *earlier(week, 60)])
    assert found[0].remedy is Remedy.DELETE
    assert (found[0].week.removed, found[0].history.removed, found[0].history.missed) == (6, 18, 0)


def test_ten_days_of_history_do_not_say_that_a_rule_is_never_right() -> None:
    week = many([7_000.0] * 6, mark=Mark.WOLF)
    found = propose(*week, past=earlier(week, 10))
    assert (found[0].remedy, remedies(found)[-1]) == (Remedy.DEMOTE, Remedy.DELETE)


USEFUL = {
    "threatened once": (fired("Fri 10:05", "Fri 11:00"), BURNT),
    "found real once": (fired("Wed 20:00", "Wed 21:00", mark=Mark.REAL), CALM),
    "acknowledged once": (fired("Wed 20:00", "Wed 21:00", acknowledged_at="Wed 20:10"), CALM),
    "its guide was opened once": (fired("Wed 20:00", "Wed 21:00", guide_opened_at="Wed 20:10"), CALM),
    "should have paged once": (fired("Wed 20:00", "Wed 21:00", Outcome.DROP, missed_report=True), CALM),
    "dropped once just before a threat": (fired("Fri 09:40", "Fri 09:50", Outcome.DROP), BURNT),
}  # fmt: skip


@pytest.mark.parametrize(("once", "shop"), USEFUL.values(), ids=USEFUL)
def test_a_rule_that_was_right_or_of_use_once_is_never_deleted(once: Firing, shop: Sequence[Stretch]) -> None:
    week = many([7_000.0] * 6, mark=Mark.WOLF)
    assert Remedy.DELETE not in remedies(propose(*week, once, past=earlier(week, 30), shop=shop))


def test_a_rule_that_no_slo_covers_is_mapped_to_one_of_its_service() -> None:
    slos = {
        "web": SloFacts("web", "Web", 0.999, service="web"),
        "shop-speed": SloFacts("shop-speed", "Speed", 0.95, service="shop", latency=True),
        "shop": SloFacts("shop", "Shop", 0.999, service="shop"),
    }
    bare = many([30.0] * 10, slos="", outcome=Outcome.FORWARD, labels={"service": "shop"})
    found = propose(*bare, fired("Fri 10:05", "Fri 11:00", Outcome.FORWARD, slos="", guide=True), shop=BURNT, slos=slos)
    assert (found[0].remedy, found[0].value) == (Remedy.MAP, "shop")
    assert found[0].week == Effect(firings=11, removed=10, removed_told=10)


def test_what_it_is_mapped_to_would_have_told_when_the_threat_began_and_held_nothing_that_it_could_not_judge() -> None:
    shop = said(
        ("no_threat", "last Mon 00:00", "Tue 10:00"), ("unknown", "Tue 10:00", "Tue 12:00"),
        ("no_threat", "Tue 12:00", "Fri 10:00"), ("threat_page", "Fri 10:00", "Fri 12:00"),
        ("no_threat", "Fri 12:00", "Sat 00:00"),
    )  # fmt: skip
    bare = {"outcome": Outcome.FORWARD, "slos": "", "labels": {"service": "shop"}}
    found = propose(
        fired("Mon 10:00", "Mon 10:10", **bare),  # held to its end
        fired("Wed 10:00", "Wed 10:10", mark=Mark.REAL, **bare),  # as well, though somebody found it real
        fired("Tue 09:50", "Tue 10:10", **bare),  # the SLO was blind
        fired("Fri 09:40", "Fri 10:30", **bare),  # told 20 minutes later
        fired("Fri 10:10", "Fri 10:30", **bare),  # told at once
        fired("Sun 10:00", "Sun 10:10", **bare),  # no snapshots
        fired("Thu 10:00", None, **bare),  # fires still
        shop=shop,
    )
    expected = Effect(firings=7, removed=2, removed_told=2, missed=1, delayed=1, delay_s=1_200.0)
    assert of(found, Remedy.MAP).week == expected


def test_where_the_service_has_no_slo_the_mapping_names_none() -> None:
    found = propose(*many(HOUR * 4, slos="", outcome=Outcome.FORWARD, labels={"service": "other"}))
    assert (found[0].remedy, found[0].value, found[0].week) == (Remedy.MAP, "", Effect(firings=4))


def test_a_person_who_called_an_unmapped_rule_a_wolf_knows_more_than_no_slo() -> None:
    week = many([7_000.0] * 6, slos="", outcome=Outcome.FORWARD, mark=Mark.WOLF)
    assert propose(*week, past=earlier(week, 30))[0].remedy is Remedy.DELETE


def test_a_rule_that_people_act_on_without_a_guide_gets_one() -> None:
    week = many([7_000.0] * 6, guide=False)
    found = propose(*week, fired("Thu 20:00", "Thu 23:00", acknowledged_at="Thu 20:10"))
    assert (found[0].remedy, found[0].week) == (Remedy.GUIDE, Effect(firings=7))


# --- what people gave as the reason

REASONS = {
    "duplicate": ("duplicate", Remedy.MERGE),
    "wrong threshold": ("wrong_threshold", Remedy.LONGER_FOR),
    "not actionable": ("not_actionable", Remedy.DELETE),
    "other": ("other", Remedy.SPLIT),
    "none given": ("", Remedy.SPLIT),
}


@pytest.mark.parametrize(("reason", "first"), REASONS.values(), ids=REASONS)
def test_the_reason_of_a_mark_names_the_remedy(reason: str, first: Remedy) -> None:
    lengths = [500.0] * 5 + [7_000.0] * 5
    week = many(lengths, labels=BATCH, every_s=9_000.0) + many([7_000.0], day="Thu", labels=SHOP)
    marked = [_with_reason(each, reason) for each in week]
    assert propose(*marked, *twin(week, 5.0), past=earlier(week, 20))[0].remedy is first


def _with_reason(each: Firing, reason: str) -> Firing:
    return replace(each, mark=Mark.WOLF, wolf_reason=reason)


# --- all of them


def test_a_rule_that_did_not_fire_in_the_week_gets_no_proposal() -> None:
    assert propose(past=earlier(many([30.0] * 5), 14)) == ()


def test_where_everything_would_have_hidden_a_real_one_nothing_is_proposed() -> None:
    real = fired("Fri 09:55", "Fri 10:03", guide=True, acknowledged_at="Fri 10:01")
    assert propose(*many([500.0] * 20), real, shop=BURNT) == ()


def test_the_same_firings_in_another_order_get_the_same_proposals() -> None:
    week = [*many([500.0] * 20, labels=BATCH), *many([30.0] * 3, day="Thu", labels=SHOP)]
    assert propose(*week) == propose(*week[::-1])
