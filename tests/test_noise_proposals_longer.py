"""The counterfactual of a longer `for`, counted by hand (ruling 4), and which one is taken."""

from dataclasses import replace

import pytest

from router.gate import Outcome, Reason
from router.noise.facts import Judged
from router.noise.proposals.longer import effect
from router.noise.review import Effect
from router.noise.values import Firing, Heard, Mark
from router.slo.verdict import Verdict
from tests.support.told_week import at, fired, given, judged, said

SHOP = said(
    ("no_threat", "last Mon 00:00", "Fri 10:00"), ("threat_page", "Fri 10:00", "Fri 10:30"),
    ("no_threat", "Fri 10:30", "next Mon 12:00"),
)  # fmt: skip
"""Threatened on Friday, 10:00 to 10:30."""
X_S = 720.0


def seen(*firings: Firing) -> tuple[Judged, ...]:
    return judged(given(firings, {"shop": SHOP}))


def threatened(start: str, end: str | None, begun: str, over: str | None, **more: object) -> Firing:
    """A firing with the threat that it recorded."""
    firing = fired(start, end, reason=Reason.THREAT_PAGE, **more)  # type: ignore[arg-type]
    heard = Heard("shop", Verdict.THREAT_PAGE, at(begun), None if over is None else at(over))
    return replace(firing, slos=(heard,))


ONE = Effect(firings=1)
GONE = replace(ONE, removed=1, removed_told=1)
CASES = {
    "shorter by a second": (fired("Tue 10:00:00", "Tue 10:11:59"), GONE),
    "exactly as long stays": (fired("Tue 10:00", "Tue 10:12"), ONE),
    "shorter, and nobody was told": (fired("Tue 10:00", "Tue 10:05", Outcome.DROP), replace(ONE, removed=1)),
    "fires still": (fired("Sat 10:00", None), ONE),
    "later, but never threatened: nobody waits for it": (fired("Tue 10:00", "Tue 11:00"), ONE),
    "shorter, though threatened": (fired("Fri 10:00", "Fri 10:11"), replace(GONE, missed=1)),
    "shorter, though found real": (fired("Tue 10:00", "Tue 10:05", mark=Mark.REAL), replace(GONE, missed=1)),
    "shorter, though it should have paged": (
        fired("Tue 10:00", "Tue 10:05", Outcome.DROP, missed_report=True), replace(ONE, removed=1, missed=1),
    ),
    "told at once: all of it is delay": (
        threatened("Fri 10:00", "Fri 11:00", "Fri 10:00", "Fri 10:30"), replace(ONE, delayed=1, delay_s=720.0),
    ),
    "held for five minutes: only the rest is delay": (
        threatened("Fri 09:55", "Fri 11:00", "Fri 10:00", "Fri 10:30", told="Fri 10:00"),
        replace(ONE, delayed=1, delay_s=420.0),
    ),
    "what its team waits for is no delay of the gate": (
        threatened("Fri 09:55", "Fri 11:00", "Fri 10:00", "Fri 10:30", told="Fri 10:00:30", group_wait_s=30.0),
        replace(ONE, delayed=1, delay_s=420.0),
    ),
    "held for longer than that: no delay": (
        threatened("Fri 09:40", "Fri 11:00", "Fri 10:00", "Fri 10:30", told="Fri 10:00"), ONE,
    ),
    "threatened, but it joined what was told": (
        fired("Fri 10:00", "Fri 11:00", Outcome.MERGE), ONE,
    ),
    "its threat would be over before it fires": (
        threatened("Fri 10:20", "Fri 11:00", "Fri 10:20", "Fri 10:30"), replace(ONE, missed=1),
    ),
    "its threat would be there when it fires": (
        threatened("Fri 10:18", "Fri 11:00", "Fri 10:18", "Fri 10:30"), replace(ONE, delayed=1, delay_s=720.0),
    ),
    "its threat lasts": (
        threatened("Fri 10:20", None, "Fri 10:20", None), replace(ONE, delayed=1, delay_s=720.0),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("firing", "expected"), CASES.values(), ids=CASES)
def test_what_is_shorter_never_fires_and_the_rest_fires_later(firing: Firing, expected: Effect) -> None:
    assert effect(seen(firing), X_S) == expected


def test_the_delay_is_the_longest_one() -> None:
    found = effect(
        seen(
            threatened("Fri 09:55", "Fri 11:00", "Fri 10:00", "Fri 10:30", told="Fri 10:00"),
            threatened("Fri 09:59", "Fri 11:00", "Fri 10:00", "Fri 10:30", told="Fri 10:00"),
            fired("Tue 10:00", "Tue 10:05"),
        ),
        X_S,
    )
    assert found == Effect(firings=3, removed=1, removed_told=1, delayed=2, delay_s=660.0)
