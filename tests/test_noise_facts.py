"""What became of a firing: told, threatened, judged, wolf, ignored, disputed; every edge with numbers made by hand."""

import pytest

from router.gate import Outcome
from router.noise.facts import Judged, judge
from router.noise.values import Firing, Heard, Mark, Settings
from router.slo.verdict import Verdict
from tests.support.told_week import TOKYO, WEEK, at, fired, given, judged, said

CALM = {"shop": said(("no_threat", "last Mon 00:00", "next Mon 12:00"))}
THREAT = {
    "shop": said(
        ("no_threat", "last Mon 00:00", "Tue 10:00"),
        ("threat_page", "Tue 10:00", "Tue 10:20"),
        ("no_threat", "Tue 10:20", "next Mon 12:00"),
    )
}
"""One page-tier threat, Tuesday 10:00 to 10:20."""
FORWARD, HOLD, DROP, MERGE, SUPPRESS, TICKET = (
    Outcome.FORWARD, Outcome.HOLD, Outcome.DROP, Outcome.MERGE, Outcome.SUPPRESS, Outcome.TICKET,
)  # fmt: skip


def only(firing: Firing, stretches=CALM) -> Judged:
    (found,) = judged(given([firing], stretches))
    return found


def heard(firing: Firing, **worst: str) -> Firing:
    """Return a firing whose SLOs said this at their worst."""
    return renewed(firing, slos=tuple(Heard(slo, Verdict(said)) for slo, said in worst.items()))


def renewed(firing: Firing, **changes: object) -> Firing:
    return Firing(**{**{name: getattr(firing, name) for name in Firing.__slots__}, **changes})


# --- told

TOLD = {
    "a page": (fired("Mon 10:00", "Mon 10:05"), True, True),
    "a forwarded one": (fired("Mon 10:00", "Mon 10:05", FORWARD), True, True),
    "a ticket is no page": (fired("Mon 10:00", "Mon 10:05", TICKET), True, False),
    "a page that was not told yet": (fired("Mon 10:00", None, told=None), False, False),
    "held": (fired("Mon 10:00", None, HOLD), False, False),
    "dropped": (fired("Mon 10:00", "Mon 10:05", DROP), False, False),
    "suppressed": (fired("Mon 10:00", "Mon 10:05", SUPPRESS), False, False),
    "merged into what people know already": (fired("Mon 10:00", "Mon 10:05", MERGE), False, False),
    "merged, with its incident's telling": (fired("Mon 10:00", "Mon 10:05", MERGE, told="Mon 09:00"), False, False),
    "nothing decided yet": (fired("Mon 10:00", None, None), False, False),
}  # fmt: skip


@pytest.mark.parametrize(("firing", "told", "page"), TOLD.values(), ids=TOLD)
def test_whom_people_were_told_of(firing: Firing, told: bool, page: bool) -> None:
    found = only(firing)
    assert (found.told, found.page) == (told, page)


# --- threatened: a threat of a covering SLO overlaps the firing's span, both ends included

OVERLAPS = {
    "inside it": ("Tue 10:05", "Tue 10:06", True),
    "around it": ("Tue 09:00", "Tue 11:00", True),
    "ends in the moment in which it begins": ("Tue 09:50", "Tue 10:00", True),
    "ends a second before": ("Tue 09:50", "Tue 09:59:59", False),
    "starts in the moment in which it ends": ("Tue 10:20", "Tue 10:30", True),
    "starts a second after": ("Tue 10:20:01", "Tue 10:30", False),
    "a moment inside": ("Tue 10:10", "Tue 10:10", True),
    "fires still": ("Mon 08:00", None, True),
    "fires still, begun later": ("Tue 12:00", None, False),
}


@pytest.mark.parametrize(("start", "end", "threatened"), OVERLAPS.values(), ids=OVERLAPS)
def test_a_firing_is_threatened_where_a_threat_overlaps_it(start: str, end: str | None, threatened: bool) -> None:
    assert only(fired(start, end), THREAT).threatened is threatened


def test_a_threat_of_an_slo_that_does_not_cover_it_is_nothing_to_a_firing() -> None:
    assert not only(fired("Tue 10:05", "Tue 10:10", slos="search"), THREAT).threatened
    assert not only(fired("Tue 10:05", "Tue 10:10", slos=""), THREAT).threatened


def test_any_covering_slo_is_enough() -> None:
    assert only(fired("Tue 10:05", "Tue 10:10", slos="search shop"), THREAT).threatened


def test_between_two_spans_less_than_thirty_minutes_apart_a_firing_is_threatened_too() -> None:
    near = {
        "shop": said(
            ("threat_ticket", "Tue 10:00", "Tue 10:20"),
            ("no_threat", "Tue 10:20", "Tue 10:49:59"),
            ("threat_ticket", "Tue 10:49:59", "Tue 11:00"),
            ("no_threat", "Tue 11:00", "next Mon 00:00"),
        )
    }
    apart = {
        "shop": said(
            ("threat_ticket", "Tue 10:00", "Tue 10:20"),
            ("no_threat", "Tue 10:20", "Tue 10:50"),
            ("threat_ticket", "Tue 10:50", "Tue 11:00"),
            ("no_threat", "Tue 11:00", "next Mon 00:00"),
        )
    }
    firing = fired("Tue 10:30", "Tue 10:35")
    assert only(firing, near).threatened
    assert not only(firing, apart).threatened


def test_a_threat_that_lasts_at_the_last_snapshot_lasts_until_now() -> None:
    lasting = {"shop": said(("no_threat", "Mon 00:00", "Tue 10:00"), ("threat_page", "Tue 10:00", "Tue 10:20"))}
    assert only(fired("Tue 12:00", "Tue 12:05"), lasting).threatened


def test_without_snapshots_the_record_says_when_it_was_threatened() -> None:
    threat = Heard("shop", Verdict.THREAT_PAGE, at("Tue 10:00"), at("Tue 10:20"))
    (itself, beside, before) = judged(
        given(
            [
                renewed(fired("Tue 09:50", "Tue 10:20"), slos=(threat,)),
                fired("Tue 10:10", "Tue 10:11"),
                fired("Tue 09:00", "Tue 09:30"),
            ]
        )
    )
    assert (itself.threatened, beside.threatened, before.threatened) == (True, True, False)


def test_a_recorded_threat_without_times_lasted_as_long_as_the_firing() -> None:
    (found, after) = judged(
        given([heard(fired("Tue 10:00", "Tue 10:05"), shop="threat_ticket"), fired("Tue 10:06", "Tue 10:07")])
    )
    assert (found.threatened, after.threatened) == (True, False)


def test_where_the_snapshots_do_not_reach_the_record_counts() -> None:
    late = {"shop": said(("no_threat", "Wed 00:00", "next Mon 00:00"))}
    threat = Heard("shop", Verdict.THREAT_PAGE, at("Tue 10:00"), at("Tue 10:20"))
    assert only(renewed(fired("Tue 09:50", "Tue 10:20"), slos=(threat,)), late).threatened
    within = Heard("shop", Verdict.THREAT_PAGE, at("Thu 10:00"), at("Thu 10:20"))
    assert not only(renewed(fired("Thu 09:50", "Thu 10:20"), slos=(within,)), late).threatened


# --- judged

JUDGED = {
    "covered by one that knows": ({"shop": "no_threat"}, True),
    "watch is an answer": ({"shop": "watch"}, True),
    "threatened": ({"shop": "threat_page"}, True),
    "covered by none": ({}, False),
    "unknown at its worst": ({"shop": "unknown"}, False),
    "one of two was unknown": ({"shop": "no_threat", "search": "unknown"}, False),
    "one of two was unknown, the other threatened": ({"shop": "threat_page", "search": "unknown"}, False),
}


@pytest.mark.parametrize(("worst", "expected"), JUDGED.values(), ids=JUDGED)
def test_judged_is_what_no_slo_was_unknown_about(worst: dict[str, str], expected: bool) -> None:
    assert only(heard(fired("Mon 10:00", "Mon 10:05"), **worst)).judged is expected


# --- wolves

ACK, GUIDE = {"acknowledged_at": "Mon 12:00"}, {"guide_opened_at": "Mon 12:00"}
WOLVES = {
    "told, calm, judged, nobody acted": (fired("Mon 10:00", "Mon 10:05"), "wolf"),
    "a forwarded one too": (fired("Mon 10:00", "Mon 10:05", FORWARD), "wolf"),
    "a ticket too": (fired("Mon 10:00", "Mon 10:05", TICKET), "wolf"),
    "acknowledged long after it was over": (fired("Mon 10:00", "Mon 10:05", **ACK), ""),
    "its guide was opened": (fired("Mon 10:00", "Mon 10:05", **GUIDE), ""),
    "marked real": (fired("Mon 10:00", "Mon 10:05", mark=Mark.REAL), ""),
    "marked a wolf, though acknowledged": (fired("Mon 10:00", "Mon 10:05", mark=Mark.WOLF, **ACK), "wolf"),
    "marked a wolf, though nobody could judge": (fired("Mon 10:00", "Mon 10:05", slos="", mark=Mark.WOLF), "wolf"),
    "nobody could judge, nobody acted": (fired("Mon 10:00", "Mon 10:05", FORWARD, slos=""), "ignored"),
    "unknown at its worst, nobody acted": (heard(fired("Mon 10:00", "Mon 10:05", FORWARD), shop="unknown"), "ignored"),
    "nobody could judge, acknowledged": (fired("Mon 10:00", "Mon 10:05", FORWARD, slos="", **ACK), ""),
    "nobody could judge, marked real": (fired("Mon 10:00", "Mon 10:05", FORWARD, slos="", mark=Mark.REAL), ""),
    "dropped": (fired("Mon 10:00", "Mon 10:05", DROP), "caught"),
    "held": (fired("Mon 10:00", None, HOLD), ""),
    "merged": (fired("Mon 10:00", "Mon 10:05", MERGE), ""),
    "silenced": (fired("Mon 10:00", "Mon 10:05", SUPPRESS), ""),
    "what the router says of itself": (fired("Mon 10:00", None, FORWARD, slos="", source="router"), ""),
    "what an SLO says": (fired("Mon 10:00", None, FORWARD, slos="", source="slo"), ""),
}  # fmt: skip


@pytest.mark.parametrize(("firing", "expected"), WOLVES.values(), ids=WOLVES)
def test_what_a_calm_firing_was(firing: Firing, expected: str) -> None:
    found = only(firing)
    assert [name for name in ("wolf", "caught", "ignored", "disputed") if getattr(found, name)] == expected.split()


def test_a_threatened_firing_is_no_wolf_and_one_marked_so_is_disputed() -> None:
    unmarked, marked = (only(fired("Tue 10:05", "Tue 10:10", mark=mark), THREAT) for mark in (None, Mark.WOLF))
    assert (unmarked.wolf, unmarked.disputed) == (False, False)
    assert (marked.wolf, marked.disputed) == (False, True)


# --- marks: pressed once on an incident, for every told firing of it


def test_a_mark_holds_for_every_told_firing_of_its_incident() -> None:
    found = judged(
        given(
            [
                fired("Mon 10:00", "Mon 10:30", incident="E-1", mark=Mark.WOLF, **ACK),
                fired("Mon 10:01", "Mon 10:30", incident="E-1", **ACK),
                fired("Mon 10:02", "Mon 10:30", MERGE, incident="E-1"),
                fired("Mon 10:03", "Mon 10:30", incident="E-2", **ACK),
            ],
            CALM,
        )
    )
    assert [each.wolf for each in found] == [True, True, False, False]
    assert [each.mark for each in found] == [Mark.WOLF, Mark.WOLF, None, None]


def test_a_mark_that_stands_at_a_merged_firing_is_that_of_the_told_ones() -> None:
    first, merged = judged(
        given(
            [
                fired("Mon 10:00", "Mon 10:30", incident="E-1", **ACK),
                fired("Mon 10:02", "Mon 10:30", MERGE, incident="E-1", mark=Mark.WOLF),
            ],
            CALM,
        )
    )
    assert (first.wolf, merged.wolf, merged.mark) == (True, False, None)


def test_where_records_of_an_incident_disagree_somebody_found_it_real() -> None:
    found = judged(
        given(
            [
                fired("Mon 10:00", "Mon 10:30", incident="E-1", mark=Mark.REAL),
                fired("Mon 10:01", "Mon 10:30", incident="E-1", mark=Mark.WOLF),
            ],
            CALM,
        )
    )
    assert [each.wolf for each in found] == [False, False]


def test_what_should_have_paged_is_counted_once_for_an_incident() -> None:
    found = judged(
        given(
            [
                fired("Mon 10:05", "Mon 10:30", DROP, incident="E-1", missed_report=True),
                fired("Mon 10:00", "Mon 10:30", DROP, incident="E-1", missed_report=True),
                fired("Mon 10:00", "Mon 10:30", DROP, incident="E-2", missed_report=True),
            ],
            CALM,
        )
    )
    assert [each.reported for each in found] == [False, True, True]


# --- what counts nowhere


def test_drills_and_reports_without_a_firing_are_gone() -> None:
    drill = fired("Mon 10:00", "Mon 10:05", labels={"drill": "true"})
    report = fired("Mon 10:00", None, None, rule="", missed_report=True)
    none = fired("Mon 11:00", "Mon 11:05", labels={"drill": "false"})
    assert [each.firing for each in judged(given([drill, report, none], CALM))] == [none]


def test_the_order_is_kept_and_nothing_is_needed_but_firings() -> None:
    firings = [fired("Tue 10:00", None), fired("Mon 10:00", None)]
    found = judge(firings, {}, Settings(), {}, WEEK.end)
    assert [each.firing for each in found] == firings
    assert judge((), {}, Settings(), {"": TOKYO}, WEEK.end) == ()
