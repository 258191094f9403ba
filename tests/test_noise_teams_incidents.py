"""Which firings are one incident: an id comes again whenever its group fires again."""

from itertools import pairwise

import pytest
from hypothesis import given as given_any
from hypothesis import strategies as st

from router.gate import Outcome
from router.noise.incidents import AGAIN_S, incidents_of
from router.noise.values import Firing
from tests.support.told_week import at, fired


def e1(start: str, end: str | None, outcome: Outcome = Outcome.PAGE, **more: object) -> Firing:
    return fired(start, end, outcome, **{"incident": "E-1", **more})  # type: ignore[arg-type]


TOGETHER = {
    "at the same time": ([e1("Mon 10:00", "Mon 10:10"), e1("Mon 10:05", "Mon 10:20")], True),
    "again after 29 min": ([e1("Mon 10:00", "Mon 10:10"), e1("Mon 10:39", "Mon 10:50")], True),
    "again after 30 min": ([e1("Mon 10:00", "Mon 10:10"), e1("Mon 10:40", "Mon 10:50")], False),
    "a day later": ([e1("Mon 10:00", "Mon 10:10"), e1("Tue 10:00", "Tue 10:10")], False),
    "the first fires still": ([e1("Mon 10:00", None), e1("Tue 10:00", "Tue 10:10")], True),
    "joined much later": ([e1("Mon 10:00", "Mon 18:00"), e1("Mon 17:00", "Mon 17:10", Outcome.MERGE)], True),
    "another id": ([e1("Mon 10:00", "Mon 10:10"), e1("Mon 10:05", "Mon 10:20", incident="E-2")], False),
    "another team": ([e1("Mon 10:00", "Mon 10:10"), e1("Mon 10:05", "Mon 10:20", receiver="web")], False),
    "no id": ([e1("Mon 10:00", "Mon 10:10", incident=""), e1("Mon 10:00", "Mon 10:10", incident="")], False),
    "what was dropped meanwhile": ([e1("Mon 10:00", "Mon 10:10"), e1("Mon 10:15", "Mon 13:00", Outcome.DROP)], False),
    "both dropped": ([e1("Mon 10:00", "Mon 10:10", Outcome.DROP), e1("Mon 10:15", "Mon 13:00", Outcome.DROP)], True),
}


@pytest.mark.parametrize(("firings", "same"), TOGETHER.values(), ids=TOGETHER)
def test_what_fires_again_within_half_an_hour_is_the_same_incident(firings: list[Firing], same: bool) -> None:
    first, second = incidents_of(firings)
    assert (first == second) is same


def test_the_order_given_does_not_matter_and_names_come_in_it() -> None:
    firings = [e1("Tue 10:00", "Tue 10:10"), e1("Mon 10:00", "Mon 10:10"), e1("Mon 10:15", "Mon 10:20")]
    later, first, again = incidents_of(firings)
    assert first == again != later
    assert tuple(reversed(incidents_of(firings[::-1]))) == (later, first, again)


def test_a_dropped_firing_between_does_not_join_two_incidents() -> None:
    firings = [e1("Mon 10:00", "Mon 10:10"), e1("Mon 10:15", "Mon 12:00", Outcome.DROP), e1("Mon 12:10", "Mon 12:20")]
    first, _, second = incidents_of(firings)
    assert first != second


@given_any(st.lists(st.tuples(st.integers(0, 40_000), st.integers(0, 9_000)), max_size=30))
def test_incidents_of_one_id_are_half_an_hour_apart_and_those_of_one_are_not(spans: list[tuple[int, int]]) -> None:
    firings = [
        fired(at("Mon 00:00") + start, at("Mon 00:00") + start + length, incident="E") for start, length in spans
    ]  # type: ignore[arg-type]
    parts: dict[str, list[Firing]] = {}
    for name, firing in sorted(zip(incidents_of(firings), firings, strict=True), key=lambda pair: pair[1].started_at):
        parts.setdefault(name, []).append(firing)
    for part in parts.values():
        for number, firing in enumerate(part[1:], 1):
            assert firing.started_at - max(each.ended_at or 0 for each in part[:number]) < AGAIN_S
    found = list(parts.values())
    for earlier, later in pairwise(found):
        assert later[0].started_at - max(each.ended_at or 0 for each in earlier) >= AGAIN_S
