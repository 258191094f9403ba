"""How a rule fared, and when it may be named as a wolf: ruling 6, number by number."""

import pytest

from router.gate import Outcome
from router.noise.review import RuleReview
from router.noise.rules import rule_reviews
from router.noise.values import Firing, Heard, Mark, Settings
from router.slo.verdict import Verdict
from tests.support.told_week import at, fired, given, judged, said

FORWARD, MERGE, TICKET, DROP, HOLD = Outcome.FORWARD, Outcome.MERGE, Outcome.TICKET, Outcome.DROP, Outcome.HOLD
SHOP = said(
    ("no_threat", "last Mon 00:00", "Tue 10:00"),
    ("threat_page", "Tue 10:00", "Tue 11:00"),
    ("no_threat", "Tue 11:00", "next Mon 12:00"),
)
"""One page-tier threat, Tuesday 10:00 to 11:00."""
ACK = {"acknowledged_at": "Sun 12:00"}


def rules(
    *firings: Firing, before: tuple[Firing, ...] = (), settings: Settings | None = None
) -> tuple[RuleReview, ...]:
    stretches = {"shop": SHOP}
    week, earlier = (judged(given(some, stretches)) for some in (firings, before))
    return rule_reviews(week, earlier, settings or Settings())


def only(*firings: Firing, **more: object) -> RuleReview:
    (rule,) = rules(*firings, **more)
    return rule


def calm(count: int, outcome: Outcome = DROP, **more: object) -> list[Firing]:
    """Return firings hours away from each other and from the threat."""
    return [
        fired(at("Wed 00:00") + n * 7_200, at("Wed 00:00") + n * 7_200 + 300, outcome, **more) for n in range(count)
    ]


def real(count: int, **more: object) -> list[Firing]:
    return [fired(at("Tue 10:00") + n * 60, at("Tue 10:30"), **more) for n in range(count)]


def flooded(count: int, outcome: Outcome = DROP, **more: object) -> list[Firing]:
    return [fired(at("Thu 12:00") + n, at("Thu 12:30"), outcome, **more) for n in range(count)]


ACCUSED = {
    "two dropped are too few": (calm(2), False, 2),
    "three dropped": (calm(3), True, 3),
    "three told wolves": (calm(3, TICKET), True, 3),
    "one told and two dropped": ([*calm(1, TICKET), *calm(2)], True, 3),
    "three that somebody acknowledged": (calm(3, TICKET, **ACK), False, 0),
    "three held still": (calm(3, HOLD), False, 0),
    "three merged": (calm(3, MERGE), False, 0),
    "three that nobody could judge": (calm(3, FORWARD, slos=""), False, 0),
    "precision of exactly 0.1": ([*calm(9), *real(1)], True, 9),
    "precision of 1 in 9": ([*calm(8), *real(1)], False, 8),
    "those that nobody could judge do not thin precision": (
        [*calm(3), *real(1), *calm(40, FORWARD, slos="")],
        False,
        3,
    ),
    "a person's mark": (calm(1, TICKET, mark=Mark.WOLF, **ACK), True, 1),
    "a person's mark where nobody could judge": (calm(1, FORWARD, slos="", mark=Mark.WOLF), True, 1),
    "a person's mark, but precise": ([*calm(1, TICKET, mark=Mark.WOLF), *real(1)], False, 1),
    "a person's mark on a threatened firing is disputed": (real(1, mark=Mark.WOLF), False, 0),
    "a person found it real": (calm(1, TICKET, mark=Mark.REAL), False, 0),
    "twenty in a flood accuse nobody": (flooded(20), False, 0),
    "a mark in a flood accuses nobody": (flooded(20, TICKET, mark=Mark.WOLF, incident="E-1"), False, 0),
    "twenty in a flood and two outside": ([*flooded(20), *calm(2)], False, 2),
    "twenty in a flood and three outside": ([*flooded(20), *calm(3)], True, 3),
    "three misses cried no wolf": ([fired(f"Tue 09:4{n}", "Tue 09:50", DROP) for n in range(3)], False, 3),
    "three dropped while threatened": (real(3, outcome=DROP), False, 3),
}


@pytest.mark.parametrize(("firings", "accused", "accusing"), ACCUSED.values(), ids=ACCUSED)
def test_when_a_rule_may_be_named_as_a_wolf(firings: list[Firing], accused: bool, accusing: int) -> None:
    rule = only(*firings)
    assert (rule.accused, rule.accusing) == (accused, accusing)


def test_how_many_accuse_and_how_precise_one_may_be_are_settings() -> None:
    assert only(*calm(2), settings=Settings(wolves_least=2)).accused
    assert not only(*calm(9), *real(1), settings=Settings(precision_most=0.05)).accused


def test_the_worst_stand_first() -> None:
    found = rules(
        *calm(3, rule="three"),
        *calm(4, rule="four"),
        *calm(2, TICKET, rule="told, not accused"),
        *real(1, rule="real"),
        *calm(2, rule="dropped"),
        *calm(3, TICKET, rule="three told"),
    )
    assert [each.rule for each in found] == ["four", "three told", "three", "told, not accused", "real", "dropped"]


# --- numbers


def test_the_numbers_of_a_rule() -> None:
    unknown = Firing(
        "prometheus", "A", "blind", at("Wed 12:00"), at("Wed 12:10"), FORWARD, "slo_unknown", "E-5", "web",
        notified_at=at("Wed 12:00"), slos=(Heard("search", Verdict.UNKNOWN),),
    )  # fmt: skip
    rule = only(
        fired(
            "Tue 10:05", "Tue 10:25", fingerprint="a", reason="threat_page", **ACK | {"acknowledged_at": "Tue 10:07"}
        ),
        fired("Mon 10:00", "Mon 10:10", TICKET, fingerprint="a", reason="held_for_a_day"),
        fired("Mon 11:00", "Mon 11:02", DROP, fingerprint="b", reason="never_threatened"),
        fired("Mon 12:00", "Mon 12:04", DROP, fingerprint="b", reason="never_threatened"),
        fired("Tue 09:45", "Tue 09:50", DROP, fingerprint="b", reason="never_threatened", missed_report=True),
        fired("Mon 14:00", "Mon 14:06", MERGE, fingerprint="c", reason="joined"),
        fired("Mon 15:00", "Mon 15:08", Outcome.SUPPRESS, fingerprint="c", reason="silence"),
        fired("Sun 23:00", None, HOLD, fingerprint="c", reason="no_threat"),
        fired("Sun 23:30", None, None, fingerprint="c"),
        unknown,
        before=(fired("last Mon 10:00", "last Mon 10:01", DROP),),
    )
    counts = rule.counts
    assert (counts.firings, counts.told, counts.pages, counts.tickets) == (10, 3, 2, 1)
    assert (counts.held, counts.dropped, counts.merged, counts.suppressed) == (1, 3, 1, 1)
    assert (counts.judged, counts.threatened, counts.threatened_judged, counts.precision) == (9, 1, 1, 1 / 9)
    assert (counts.wolves, counts.caught_wolves, counts.ignored) == (1, 3, 1)
    assert (counts.misses, counts.reported_misses, counts.acknowledged) == (1, 1, 1)
    assert (counts.acknowledged_share, counts.wolf_share) == (1 / 3, 1 / 3)
    assert (rule.before.firings, rule.before.dropped) == (1, 1)
    assert rule.outcomes == {
        "drop": 3, "forward": 1, "hold": 1, "merge": 1, "page": 1, "suppress": 1, "ticket": 1, "undecided": 1,
    }  # fmt: skip
    assert list(rule.reasons.items())[:2] == [("never_threatened", 3), ("held_for_a_day", 1)]
    assert (rule.teams, rule.slos, rule.alerts) == (("sre", "web"), ("search", "shop"), 4)
    assert rule.duration_median_s == 420.0  # 120, 240, 300, 360, 480, 600, 600, 1200: the mean of the middle two
    assert rule.over_before_acknowledged == 2


def test_medians_are_the_mean_of_the_middle_two_or_cannot_be_said() -> None:
    two = only(
        *[fired("Mon 10:00", "Mon 11:00", acknowledged_at=f"Mon 10:0{n}") for n in (2, 6)],
        *calm(1, TICKET),
    )
    three = only(*[fired("Mon 10:00", "Mon 11:00", acknowledged_at=f"Mon 10:0{n}") for n in (2, 6, 7)])
    assert (two.time_to_acknowledge_s, three.time_to_acknowledge_s) == (240.0, 360.0)
    none = only(fired("Mon 10:00", None, HOLD))
    assert (none.time_to_acknowledge_s, none.duration_median_s) == (None, None)
    assert (none.gate_delay_median_s, none.gate_delay_longest_s) == (None, None)
    assert (none.counts.acknowledged_share, none.counts.wolf_share) == (None, None)
    assert only(fired("Mon 10:00", None, HOLD, slos="")).counts.precision is None


OVER = {
    "ended before its acknowledgement": ({"acknowledged_at": "Mon 10:06"}, "Mon 10:05", 1),
    "ended in the moment of its acknowledgement": ({"acknowledged_at": "Mon 10:05"}, "Mon 10:05", 0),
    "never acknowledged": ({}, "Mon 10:05", 1),
    "never acknowledged, fires still": ({}, None, 0),
}


@pytest.mark.parametrize(("ack", "end", "over"), OVER.values(), ids=OVER)
def test_over_before_anybody_could_act(ack: dict[str, str], end: str | None, over: int) -> None:
    assert only(fired("Mon 10:00", end, **ack)).over_before_acknowledged == over
    assert only(fired("Mon 10:00", end, DROP, **ack)).over_before_acknowledged == 0


def test_a_mark_is_counted_once_for_an_incident_with_its_reason() -> None:
    rule = only(
        fired("Mon 10:00", "Mon 10:05", incident="E-1", mark=Mark.WOLF, wolf_reason="duplicate"),
        fired("Mon 10:01", "Mon 10:05", incident="E-1", mark=Mark.WOLF, wolf_reason="duplicate"),
        fired("Mon 12:00", "Mon 12:05", incident="E-2", mark=Mark.WOLF, wolf_reason="test"),
        fired("Mon 14:00", "Mon 14:05", incident="E-3", mark=Mark.WOLF, wolf_reason="duplicate"),
        fired("Mon 16:00", "Mon 16:05", incident="E-4", mark=Mark.WOLF),
        fired("Mon 18:00", "Mon 18:05", incident="E-5", mark=Mark.REAL),
        fired("Tue 10:10", "Tue 10:15", incident="E-6", mark=Mark.WOLF),
    )
    assert (rule.marked_wolf, rule.marked_real, rule.disputed, rule.counts.wolves) == (5, 1, 1, 5)
    assert rule.wolf_reasons == {"duplicate": 2, "test": 1}


def test_gate_delay_of_a_rule_is_median_and_longest() -> None:
    start = at("Tue 09:50")
    late = [fired(start, "Tue 10:30", FORWARD, told=start + wait, reason="held_too_long") for wait in (60, 120, 600)]
    rule = only(*late)
    assert (rule.gate_delay_median_s, rule.gate_delay_longest_s) == (120.0, 600.0)


def test_alarms_in_numbers_and_guides_of_a_rule() -> None:
    flap = [fired(at("Mon 10:00") + n, at("Mon 10:00") + n + 5, DROP, fingerprint="a", guide=True) for n in (0, 30, 60)]
    rule = only(*flap, fired("Mon 10:00", "Tue 10:00", DROP, guide=True), fired("Fri 10:00", "Fri 10:01", DROP))
    assert (rule.chattering, rule.flapping, rule.fleeting, rule.standing, rule.in_flood) == (3, 3, 1, 1, 0)
    assert not rule.guide
    assert only(*flap).guide
