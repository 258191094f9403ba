"""Incidents that paged: counted once at their first telling, over when no alert fires and no SLO is at page tier."""

import pytest

from router.gate import Outcome
from router.noise.pages import Paged, pager, pages
from router.noise.review import Pager
from router.noise.values import Firing, Mark, Stretch
from tests.support.told_week import at, fired, given, judged, said

FORWARD, MERGE, TICKET, DROP, HOLD = Outcome.FORWARD, Outcome.MERGE, Outcome.TICKET, Outcome.DROP, Outcome.HOLD
CALM = said(("no_threat", "last Mon 00:00", "next Mon 12:00"))


def paged(*firings: Firing, **stretches: tuple[Stretch, ...]) -> tuple[Paged, ...]:
    said_of = {"shop": CALM, **stretches}
    return pages(judged(given(firings, said_of)), said_of)


def e1(start: str, end: str | None, outcome: Outcome = Outcome.PAGE, **more: object) -> Firing:
    return fired(start, end, outcome, **{"incident": "E-1", **more})


def test_an_incident_is_one_page_at_its_first_telling_as_a_page() -> None:
    (page,) = paged(
        e1("Mon 09:00", "Mon 12:00", TICKET),
        e1("Mon 10:20", "Mon 10:30"),
        e1("Mon 10:00", "Mon 10:30", FORWARD, told="Mon 10:01"),
        e1("Mon 10:05", "Mon 10:30", MERGE),
    )
    assert (page.team, page.at) == ("sre", at("Mon 10:01"))


def test_what_was_not_told_or_is_a_ticket_is_no_page() -> None:
    assert (
        paged(e1("Mon 10:00", None, told=None), e1("Mon 10:00", "Mon 10:05", TICKET), e1("Mon 10:00", None, HOLD)) == ()
    )


def test_pages_come_in_order_of_time_and_firings_without_an_incident_are_one_each() -> None:
    found = paged(
        fired("Tue 10:00", "Tue 10:05", incident=""),
        fired("Mon 10:00", "Mon 10:05", incident=""),
        e1("Mon 12:00", "Mon 12:05"),
    )
    assert [page.at for page in found] == [at("Mon 10:00"), at("Mon 12:00"), at("Tue 10:00")]


WOLVES = {
    "all were": ([e1("Mon 10:00", "Mon 10:05"), e1("Mon 10:01", "Mon 10:05", TICKET)], True),
    "one was acknowledged": (
        [e1("Mon 10:00", "Mon 10:05"), e1("Mon 10:01", "Mon 10:05", acknowledged_at="Mon 11:00")],
        False,
    ),
    "who merged was not told": ([e1("Mon 10:00", "Mon 10:05"), e1("Mon 10:01", "Mon 10:05", MERGE)], True),
    "somebody found it real": ([e1("Mon 10:00", "Mon 10:05", mark=Mark.REAL)], False),
    "nobody could judge it": ([e1("Mon 10:00", "Mon 10:05", slos="")], False),
}


@pytest.mark.parametrize(("firings", "wolf"), WOLVES.values(), ids=WOLVES)
def test_a_page_is_a_wolf_where_every_told_firing_was_one(firings: list[Firing], wolf: bool) -> None:
    (page,) = paged(*firings)
    assert page.wolf is wolf


# --- how soon it was acknowledged, when it was over


def test_the_first_acknowledgement_counts_from_the_first_telling() -> None:
    (page,) = paged(
        e1("Mon 10:00", "Mon 10:30", acknowledged_at="Mon 10:07"),
        e1("Mon 10:01", "Mon 10:30", acknowledged_at="Mon 10:04"),
    )
    assert page.acknowledge_s == 240.0


def test_one_that_was_acknowledged_as_a_ticket_already_takes_no_time() -> None:
    (page,) = paged(e1("Mon 09:00", "Mon 10:30", TICKET, acknowledged_at="Mon 09:05"), e1("Mon 10:00", "Mon 10:30"))
    assert page.acknowledge_s == 0.0


TOP = ("threat_page", "Mon 10:00", "Mon 10:40")
RESOLVED = {
    "when its last alert ends": ((), "Mon 10:20", "Mon 10:20"),
    "while an alert fires it is not": ((), None, None),
    "not before its SLO leaves the page tier": ((TOP, ("watch", "Mon 10:40", "Sun 00:00")), "Mon 10:20", "Mon 10:40"),
    "at the ticket tier it is over": (
        (("threat_page", "Mon 10:00", "Mon 10:15"), ("threat_ticket", "Mon 10:15", "Mon 18:00")),
        "Mon 10:20",
        "Mon 10:20",
    ),
    "in the moment in which the tier is left": ((TOP, ("watch", "Mon 10:40", "Sun 00:00")), "Mon 10:40", "Mon 10:40"),
    "in the moment in which the tier begins": (
        (
            ("watch", "Mon 10:00", "Mon 10:20"),
            ("threat_page", "Mon 10:20", "Mon 11:00"),
            ("watch", "Mon 11:00", "Sun 00:00"),
        ),
        "Mon 10:20",
        "Mon 11:00",
    ),
    "a page tier that lasts at the last snapshot": ((TOP,), "Mon 10:20", None),
    "a page tier later on is another story": (
        (("watch", "Mon 09:00", "Mon 12:00"), ("threat_page", "Mon 12:00", "Mon 13:00")),
        "Mon 10:20",
        "Mon 10:20",
    ),
}


@pytest.mark.parametrize(("shop", "end", "expected"), RESOLVED.values(), ids=RESOLVED)
def test_when_an_incident_is_over(
    shop: tuple[tuple[str, str, str], ...], end: str | None, expected: str | None
) -> None:
    firings = (e1("Mon 10:00", "Mon 10:10"), e1("Mon 10:05", end, MERGE))
    (page,) = paged(*firings, shop=said(*shop) if shop else CALM)
    assert page.resolved_at == (at(expected) if expected else None)


def test_one_slo_after_another_keeps_it_open() -> None:
    shop = said(TOP, ("watch", "Mon 10:40", "Sun 00:00"))
    search = said(("threat_page", "Mon 10:35", "Mon 10:55"), ("watch", "Mon 10:55", "Sun 00:00"))
    (page,) = paged(e1("Mon 10:00", "Mon 10:20", slos="search shop"), shop=shop, search=search)
    assert page.resolve_s == 55 * 60


def test_what_is_held_under_its_id_does_not_keep_it_open() -> None:
    (page,) = paged(e1("Mon 10:00", "Mon 10:10"), e1("Mon 09:00", None, HOLD), e1("Mon 10:05", "Mon 12:00", DROP))
    assert page.resolve_s == 600.0


# --- one id, several incidents


def test_the_same_id_half_an_hour_after_its_end_is_another_page() -> None:
    apart = [e1("Mon 10:00", "Mon 10:10"), e1("Mon 10:40", "Mon 10:50")]
    near = [e1("Mon 10:00", "Mon 10:10"), e1("Mon 10:39:59", "Mon 10:50")]
    assert (len(paged(*apart)), len(paged(*near))) == (2, 1)


def test_while_its_slo_burns_on_at_page_level_an_incident_is_not_over() -> None:
    shop = said(TOP, ("watch", "Mon 10:40", "Sun 00:00"))
    (page,) = paged(e1("Mon 10:00", "Mon 10:10"), e1("Mon 11:00", "Mon 11:05"), shop=shop)
    assert page.resolve_s == 65 * 60
    assert len(paged(e1("Mon 10:00", "Mon 10:10"), e1("Mon 11:10", "Mon 11:15"), shop=shop)) == 2


def test_sums_over_incidents() -> None:
    found = paged(
        e1("Mon 10:00", "Mon 10:10"),
        fired("Tue 10:00", "Tue 10:20", incident="E-2", acknowledged_at="Tue 10:03"),
        fired("Wed 10:00", None, incident="E-3", acknowledged_at="Wed 10:05"),
    )
    assert pager(found) == Pager(3, 1, 2, 480.0, 2, 1_800.0)
    assert pager(()) == Pager()
