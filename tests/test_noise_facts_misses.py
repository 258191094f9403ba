"""Misses, gate delay and shadow mode, each edge with numbers made by hand."""

import pytest

from router.gate import Outcome
from router.noise.facts import Judged
from router.noise.values import Firing, Heard, Settings
from router.slo.verdict import Verdict
from tests.support.told_week import at, fired, given, judged, said

HOLD, DROP, FORWARD = Outcome.HOLD, Outcome.DROP, Outcome.FORWARD
SHOP = said(
    ("no_threat", "last Mon 00:00", "Tue 10:00"),
    ("threat_page", "Tue 10:00", "Tue 10:20"),
    ("no_threat", "Tue 10:20", "next Mon 12:00"),
)
"""One page-tier threat, Tuesday 10:00 to 10:20."""


def only(firing: Firing, now: str = "next Mon 00:00", **stretches: object) -> Judged:
    (found,) = judged(given([firing], {"shop": SHOP, **stretches}, now=at(now)))
    return found


MISSES = {
    "dropped a quarter of an hour before": (fired("Tue 09:40", "Tue 09:45", DROP), True),
    "let go exactly 30 minutes before": (fired("Tue 09:20", "Tue 09:30", DROP), True),
    "let go a second more than that before": (fired("Tue 09:20", "Tue 09:29:59", DROP), False),
    "dropped in the moment in which it begins": (fired("Tue 09:20", "Tue 10:00", DROP), True),
    "dropped while it lasts, begun before it": (fired("Tue 09:20", "Tue 10:10", DROP), True),
    "begun in the moment in which it begins": (fired("Tue 10:00", "Tue 10:10", DROP), False),
    "begun while it lasts": (fired("Tue 10:05", "Tue 10:10", DROP), False),
    "begun after it": (fired("Tue 10:21", "Tue 10:25", DROP), False),
    "held, and ended before it": (fired("Tue 09:20", "Tue 09:50", HOLD), True),
    "held still": (fired("Tue 09:20", None, HOLD), True),
    "held still, begun after it": (fired("Tue 11:00", None, HOLD), False),
    "told": (fired("Tue 09:40", "Tue 09:45"), False),
    "held and then paged": (fired("Tue 09:40", "Tue 10:30", told="Tue 10:00:30"), False),
    "merged": (fired("Tue 09:40", "Tue 09:45", Outcome.MERGE), False),
    "silenced: threatened while silenced is no miss": (fired("Tue 09:40", "Tue 10:30", Outcome.SUPPRESS), False),
    "not covered": (fired("Tue 09:40", "Tue 09:45", DROP, slos=""), False),
    "covered by another": (fired("Tue 09:40", "Tue 09:45", DROP, slos="search"), False),
}


@pytest.mark.parametrize(("firing", "missed"), MISSES.values(), ids=MISSES)
def test_a_miss_is_what_was_let_go_at_most_30_minutes_before_a_threat(firing: Firing, missed: bool) -> None:
    assert bool(only(firing).misses) is missed


def test_a_firing_held_now_is_no_miss_before_anything_threatens() -> None:
    calm = said(("no_threat", "last Mon 00:00", "Tue 09:50"))
    assert not only(fired("Tue 09:20", None, HOLD), "Tue 09:50", shop=calm).misses


def test_a_miss_says_what_was_threatened_and_when() -> None:
    firing = fired("Tue 09:40", "Tue 09:45", DROP, incident="E-7")
    (miss,) = only(firing).misses
    assert (miss.source, miss.rule, miss.incident, miss.slo) == ("prometheus", "A", "E-7", "shop")
    assert (miss.started_at, miss.let_go_at, miss.threat_at) == (at("Tue 09:40"), at("Tue 09:45"), at("Tue 10:00"))


def test_one_firing_may_have_missed_two_slos() -> None:
    search = said(
        ("no_threat", "Mon 00:00", "Tue 09:50"),
        ("threat_ticket", "Tue 09:50", "Tue 12:00"),
        ("no_threat", "Tue 12:00", "Sun 00:00"),
    )
    found = only(fired("Tue 09:40", "Tue 09:45", DROP, slos="shop search"), search=search)
    assert [(miss.slo, miss.threat_at) for miss in found.misses] == [
        ("shop", at("Tue 10:00")),
        ("search", at("Tue 09:50")),
    ]


def test_a_threat_begins_once_though_it_pauses() -> None:
    """Its second span, 20 minutes after the first, is no new threat: what was dropped between is threatened itself."""
    shop = said(
        ("no_threat", "Mon 00:00", "Tue 09:00"),
        ("threat_page", "Tue 09:00", "Tue 09:40"),
        ("no_threat", "Tue 09:40", "Tue 10:00"),
        ("threat_page", "Tue 10:00", "Tue 10:20"),
        ("no_threat", "Tue 10:20", "Sun 00:00"),
    )
    found = only(fired("Tue 09:45", "Tue 09:50", DROP), shop=shop)
    assert (found.misses, found.threatened) == ((), True)


def test_without_snapshots_a_later_firing_tells_that_its_slo_was_threatened() -> None:
    threat = Heard("shop", Verdict.THREAT_PAGE, at("Tue 10:00"), at("Tue 10:20"))
    told = fired("Tue 09:59", "Tue 10:30")
    told = Firing(**{**{name: getattr(told, name) for name in Firing.__slots__}, "slos": (threat,)})
    dropped, later = judged(given([fired("Tue 09:40", "Tue 09:45", DROP), told]))
    assert [miss.threat_at for miss in dropped.misses] == [at("Tue 10:00")]
    assert later.misses == ()


def test_the_span_of_a_miss_is_a_setting() -> None:
    inputs = given([fired("Tue 09:40", "Tue 09:45", DROP)], {"shop": SHOP}, settings=Settings(miss_s=600.0))
    assert judged(inputs)[0].misses == ()


# --- shadow mode

SHADOWS = {
    "would have been dropped before a threat": (DROP, "Tue 09:45", True),
    "would be held still": (HOLD, None, True),
    "would have been dropped long before": (DROP, "Tue 09:29", False),
    "would have paged": (None, "Tue 09:45", False),
    "would have been told": (Outcome.PAGE, "Tue 09:45", False),
}


@pytest.mark.parametrize(("would", "end", "missed"), SHADOWS.values(), ids=SHADOWS)
def test_in_shadow_mode_a_miss_would_have_been_one(would: Outcome | None, end: str | None, missed: bool) -> None:
    found = only(fired("Tue 09:20", end, FORWARD, would=would, reason="shadow"))
    assert (found.would_miss, found.misses) == (missed, ())


# --- gate delay

HELD = Heard("shop", Verdict.THREAT_PAGE, at("Tue 10:00"), at("Tue 10:20"))
SOON = Heard("shop", Verdict.THREAT_PAGE, at("Tue 09:50:04"), at("Tue 10:20"))
AT_ONCE = Heard("shop", Verdict.THREAT_PAGE, at("Tue 09:50"), at("Tue 10:20"))
DELAYS = {
    "told a minute after it was threatened": (HELD, "threat_page", Outcome.PAGE, "Tue 10:01", 650.0),
    "threatened at once": (AT_ONCE, "threat_page", Outcome.PAGE, "Tue 09:51", None),
    "held for long at watch": (None, "held_too_long", FORWARD, "Tue 10:05", 890.0),
    "forwarded for another reason": (None, "slo_unknown", FORWARD, "Tue 10:05", None),
    "a ticket after a day is no page": (None, "held_for_a_day", Outcome.TICKET, "Wed 09:50", None),
    "told before anything threatened": (HELD, "threat_page", Outcome.PAGE, "Tue 09:50:10", None),
    "told in the moment in which it was": (HELD, "threat_page", Outcome.PAGE, "Tue 10:00", 590.0),
    "told sooner than the group waits": (SOON, "threat_page", Outcome.PAGE, "Tue 09:50:05", 0.0),
}


@pytest.mark.parametrize(("heard", "reason", "outcome", "told", "delay_s"), DELAYS.values(), ids=DELAYS)
def test_gate_delay_is_that_of_pages_that_were_held_before(
    heard: Heard | None, reason: str, outcome: Outcome, told: str, delay_s: float | None
) -> None:
    firing = fired("Tue 09:50", "Tue 10:30", outcome, told=told, reason=reason, group_wait_s=10.0, slos="")
    slos = (heard,) if heard else (Heard("other", Verdict.WATCH),)
    found = only(Firing(**{**{name: getattr(firing, name) for name in Firing.__slots__}, "slos": slos}))
    assert found.gate_delay_s == delay_s


def test_without_times_in_the_record_the_snapshots_say_when_it_was_threatened() -> None:
    assert only(fired("Tue 09:50", "Tue 10:30", told="Tue 10:02", reason="threat_page")).gate_delay_s == 720.0
    assert only(fired("Tue 10:10", "Tue 10:30", told="Tue 10:12", reason="threat_page")).gate_delay_s is None
