"""When an SLO was threatened, from its snapshots, and what the SLOs said while a firing lived."""

import pytest

from router.gate import Cover
from router.noise.review import Threat
from router.noise.spans import Spans, spans_of
from router.noise.threats import HOLE_S, heard, joined, stretches, threats
from router.noise.values import Heard, Sample, Settings, Stretch
from router.slo.verdict import Verdict

CALM, TICKET, PAGE, WATCH, UNKNOWN = (
    Verdict.NO_THREAT, Verdict.THREAT_TICKET, Verdict.THREAT_PAGE, Verdict.WATCH, Verdict.UNKNOWN,
)  # fmt: skip
MIN = 60.0


def minutes(*spans: tuple[Verdict, float, float]) -> list[Sample]:
    """Return a snapshot a minute: (verdict, from minute, to the minute before)."""
    return [Sample(n * MIN, verdict) for verdict, start, end in spans for n in range(int(start), int(end))]


def stretch(verdict: Verdict, start: float, end: float, *more: float) -> Stretch:
    return Stretch(verdict, start * MIN, end * MIN, *more)


# --- stretches


def test_a_stretch_runs_from_its_first_snapshot_to_the_first_other_one() -> None:
    found = stretches(minutes((CALM, 0, 10), (PAGE, 10, 13), (CALM, 13, 15)))
    assert found == (stretch(CALM, 0, 10), stretch(PAGE, 10, 13), stretch(CALM, 13, 14))


def test_holes_longer_than_five_minutes_are_missing_time_and_the_verdict_before_stands() -> None:
    samples = [Sample(0, CALM), Sample(HOLE_S, CALM), Sample(2 * HOLE_S + 1, CALM), Sample(4 * HOLE_S, PAGE)]
    (calm, page) = stretches(samples)
    assert (calm.start, calm.end, calm.missing_s) == (0, 1_200.0, 301.0 + 599.0)
    assert (page.start, page.end, page.missing_s) == (1_200.0, 1_200.0, 0.0)


def test_budgets_are_those_at_its_first_snapshot_and_at_its_end() -> None:
    found = stretches([Sample(0, CALM, 0.9), Sample(60, PAGE, 0.8), Sample(120, PAGE, 0.7), Sample(180, CALM, 0.6)])
    assert [(each.budget_start, each.budget_end) for each in found] == [(0.9, 0.8), (0.8, 0.6), (0.6, 0.6)]


def test_where_the_end_does_not_say_what_was_left_the_last_in_it_that_does_counts() -> None:
    """An SLO goes blind in the middle of a threat: what it had cost until then is known."""
    found = stretches([Sample(0, PAGE, 0.8), Sample(60, PAGE, 0.7), Sample(120, PAGE), Sample(180, UNKNOWN)])
    assert [(each.budget_start, each.budget_end) for each in found] == [(0.8, 0.7), (None, None)]
    assert threats("shop", found, Settings())[0].cost == pytest.approx(0.1)


def test_of_no_snapshots_there_is_no_stretch() -> None:
    assert stretches([]) == ()


JOINS = {
    "the same verdict": (stretch(CALM, 0, 10), stretch(CALM, 11, 20), (stretch(CALM, 0, 20),)),
    "another one": (stretch(CALM, 0, 10), stretch(PAGE, 11, 20), (stretch(CALM, 0, 11), stretch(PAGE, 11, 20))),
    "far apart": (
        Stretch(CALM, 0, 600, None, None, 7.0),
        Stretch(CALM, 1_200, 1_800, None, None, 5.0),
        (Stretch(CALM, 0, 1_800, None, None, 612.0),),
    ),
}


@pytest.mark.parametrize(("earlier", "later", "expected"), JOINS.values(), ids=JOINS)
def test_two_recordings_are_one(earlier: Stretch, later: Stretch, expected: tuple[Stretch, ...]) -> None:
    assert joined([earlier], [later]) == expected


def test_recordings_joined_are_what_one_recording_would_be() -> None:
    samples = [
        Sample(each.at, each.verdict, None if number % 7 < 3 else 1 - number / 100)
        for number, each in enumerate(minutes((CALM, 0, 10), (PAGE, 10, 20), (CALM, 20, 30)))
    ]
    for cut in range(len(samples) + 1):
        assert joined(stretches(samples[:cut]), stretches(samples[cut:])) == stretches(samples)


# --- threats


def spans(*samples: tuple[Verdict, float, float]) -> list[tuple[float, float | None, str]]:
    found = threats("shop", stretches(minutes(*samples)), Settings())
    return [(each.start / MIN, None if each.end is None else each.end / MIN, each.tier) for each in found]


THREATS = {
    "none": ([(CALM, 0, 10), (WATCH, 10, 20), (UNKNOWN, 20, 30)], []),
    "from its first snapshot to the first other one": (
        [(CALM, 0, 10), (PAGE, 10, 20), (CALM, 20, 90)],
        [(10, 20, "page")],
    ),
    "ticket and page next to each other": (
        [(TICKET, 0, 10), (PAGE, 10, 20), (TICKET, 20, 30), (CALM, 30, 90)],
        [(0, 30, "page")],
    ),
    "29 minutes apart are one": ([(PAGE, 0, 10), (CALM, 10, 39), (TICKET, 39, 50), (CALM, 50, 90)], [(0, 50, "page")]),
    "30 minutes apart are two": (
        [(PAGE, 0, 10), (CALM, 10, 40), (TICKET, 40, 50), (CALM, 50, 90)],
        [(0, 10, "page"), (40, 50, "ticket")],
    ),
    "three in a row": (
        [(TICKET, 0, 1), (CALM, 1, 21), (TICKET, 21, 22), (CALM, 22, 42), (PAGE, 42, 43), (CALM, 43, 99)],
        [(0, 43, "page")],
    ),
    "unknown between": ([(TICKET, 0, 10), (UNKNOWN, 10, 20), (TICKET, 20, 30), (CALM, 30, 90)], [(0, 30, "ticket")]),
    "lasts at the last snapshot": ([(CALM, 0, 10), (PAGE, 10, 20)], [(10, None, "page")]),
    "a single snapshot": ([(CALM, 0, 10), (PAGE, 10, 11), (CALM, 11, 20)], [(10, 11, "page")]),
}


@pytest.mark.parametrize(("samples", "expected"), THREATS.values(), ids=THREATS)
def test_a_threat_is_a_run_of_threatening_snapshots(
    samples: list[tuple[Verdict, float, float]], expected: list[tuple[float, float | None, str]]
) -> None:
    assert spans(*samples) == expected


def test_a_threat_costs_what_the_budget_lost_in_it_and_never_less_than_nothing() -> None:
    recorded = (
        Stretch(PAGE, 0, 600, 0.9, 0.7),
        Stretch(CALM, 600, 1_200, 0.7, 0.7),
        Stretch(TICKET, 1_200, 1_800, 0.7, 0.6),
        Stretch(CALM, 1_800, 9_000, 0.6, 0.6),
        Stretch(PAGE, 9_000, 9_600, 0.6, 0.65),
        Stretch(CALM, 9_600, 99_000, 0.65, 0.65),
        Stretch(PAGE, 99_000, 99_600, None, 0.6),
        Stretch(CALM, 99_600, 99_900),
    )
    costs = [each.cost for each in threats("shop", recorded, Settings())]
    assert costs == [pytest.approx(0.3), 0.0, None]


# --- found fast


KNOWN = Spans([Threat("shop", 10, 20, "page"), Threat("shop", 50, 60, "page"), Threat("shop", 90, None, "ticket")])


def begin(threat: Threat | None) -> float | None:
    return threat.start if threat else None


def test_the_first_threat_that_overlaps_a_span_is_found_both_ends_included() -> None:
    looked = {(0, 9): None, (0, 10): 10, (20, 30): 10, (21, 49): None, (55, 99): 50, (1_000, 2_000): 90}
    assert {span: begin(KNOWN.first(*span)) for span in looked} == looked


def test_all_threats_that_overlap_a_span_are_found() -> None:
    assert [each.start for each in KNOWN.all(15, 95)] == [10, 50, 90]
    assert KNOWN.all(21, 49) == ()


def test_the_first_threat_that_begins_after_and_until_is_found() -> None:
    looked = {(9, 10): 10, (10, 49): None, (10, 50): 50, (90, 999): None}
    assert {span: begin(KNOWN.begun(*span)) for span in looked} == looked


def test_an_slo_without_any_stretch_has_no_threats() -> None:
    assert spans_of([], {"shop": ()}, Settings()) == {}


# --- what a firing heard

RECORDED = {
    "shop": stretches(minutes((CALM, 0, 10), (TICKET, 10, 20), (UNKNOWN, 20, 25), (CALM, 25, 60))),
    "search": stretches(minutes((CALM, 0, 30), (PAGE, 30, 40), (CALM, 40, 60))),
}
SHOP, SEARCH, BARE = Cover("shop"), Cover("search"), Cover("search", may_clear=False)
HEARD = {
    "calm": ([SHOP], 0, 9, [Heard("shop", CALM)]),
    "both ends count": ([SHOP], 0, 10, [Heard("shop", TICKET, 600.0, 600.0)]),
    "unknown is louder than a ticket": ([SHOP], 5, 22, [Heard("shop", UNKNOWN, 600.0, 1_200.0)]),
    "its threat is that inside the firing": ([SEARCH], 35, 50, [Heard("search", PAGE, 2_100.0, 2_400.0)]),
    "no snapshot then": ([SHOP], 100, 110, [Heard("shop", UNKNOWN)]),
    "nobody recorded it": ([Cover("other")], 0, 10, [Heard("other", UNKNOWN)]),
    "two": ([SHOP, SEARCH], 26, 29, [Heard("shop", CALM), Heard("search", CALM)]),
    "what may not clear is not heard beside one that may": ([SHOP, BARE], 26, 29, [Heard("shop", CALM)]),
    "alone it is unknown": ([BARE], 26, 29, [Heard("search", UNKNOWN)]),
    "it may raise": ([SHOP, BARE], 26, 35, [Heard("shop", CALM), Heard("search", PAGE, 1_800.0, 2_100.0)]),
}


@pytest.mark.parametrize(("covers", "start", "end", "expected"), HEARD.values(), ids=HEARD)
def test_what_the_slos_said_while_a_firing_lived(
    covers: list[Cover], start: float, end: float, expected: list[Heard]
) -> None:
    assert heard(covers, RECORDED, start * MIN, end * MIN) == tuple(expected)
