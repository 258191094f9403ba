"""What is proposed first for a noisy rule: what fits what it does, and never what would have hidden a real one."""

import pytest

from router.gate import Outcome
from router.noise.review import Effect, Remedy
from router.noise.values import Firing, Mark
from tests.support.proposing import BATCH, BURNT, HOUR, REAL, SHOP, A, B, earlier, many, of, propose, remedies, twin
from tests.support.told_week import fired

# --- one pattern after the other


def test_a_fleeting_rule_gets_a_longer_for() -> None:
    found = propose(*many([30.0] * 20))
    assert (found[0].remedy, found[0].value) == (Remedy.LONGER_FOR, "1m")
    assert found[0].week == Effect(firings=20, removed=20, removed_told=20)


def test_a_chattering_rule_gets_a_longer_for() -> None:
    chatter = many([15.0] * 12, every_s=20.0, fingerprint="one")
    found = propose(*chatter, *many(HOUR * 4, day="Wed"))
    assert (found[0].remedy, found[0].value, found[0].week.removed) == (Remedy.LONGER_FOR, "1m", 12)


def test_a_rule_of_short_firings_gets_the_for_that_removes_most_of_them() -> None:
    """43 of 51 last 8 to 11 minutes, the others two hours; the real one lasts longer than either `for`."""
    found = propose(
        *many([480.0, 540.0, 600.0, 690.0] * 10 + [690.0] * 3), *many([7_000.0] * 7, day="Thu"), REAL, shop=BURNT
    )
    assert (found[0].remedy, found[0].value) == (Remedy.LONGER_FOR, "12m")
    assert found[0].week == Effect(firings=51, removed=43, removed_told=43, delayed=1, delay_s=720.0)
    assert not found[0].dangerous


def test_a_for_that_would_have_missed_a_real_one_says_so_and_is_not_first() -> None:
    """The real one is as short as the noise: no safe `for` removes anything, and 12m would have hidden it."""
    real = fired("Fri 09:55", "Fri 10:03", guide=False)
    found = propose(*many([500.0] * 20 + [690.0] * 20), real, shop=BURNT)
    longer = of(found, Remedy.LONGER_FOR)
    assert (longer.value, longer.week.missed, longer.history.missed, longer.dangerous) == ("12m", 1, 1, True)
    assert longer.week.removed == 41
    assert not found[0].dangerous
    assert remedies(found)[0] is Remedy.GUIDE  # demoting it would have made a ticket of the real one
    assert of(found, Remedy.DEMOTE).dangerous
    assert Remedy.DELETE not in remedies(found)


def test_a_real_one_of_last_month_counts_as_much_as_one_of_this_week() -> None:
    real = earlier([fired("Fri 09:55", "Fri 10:03", guide=False, mark=Mark.REAL)], 28)
    longer = of(propose(*many([500.0] * 20, guide=False), past=real), Remedy.LONGER_FOR)
    assert (longer.week.missed, longer.history.missed, longer.dangerous) == (0, 1, True)
    assert longer.since == real[0].started_at


def test_a_shorter_for_that_misses_nothing_is_taken_before_one_that_removes_more() -> None:
    real = fired("Fri 09:58", "Fri 10:10", guide=True)  # lasts 12 minutes
    found = propose(*many([250.0] * 15 + [1_000.0] * 10), real, shop=BURNT)
    assert (found[0].remedy, found[0].value, found[0].week.missed) == (Remedy.LONGER_FOR, "5m", 0)
    assert found[0].week == Effect(firings=26, removed=15, removed_told=15, delayed=1, delay_s=300.0)


def test_a_rule_whose_noise_comes_from_one_namespace_is_split() -> None:
    found = propose(
        *many(HOUR * 9, labels=BATCH), *many(HOUR * 2, day="Thu", labels=SHOP),
        fired("Fri 09:50", "Fri 11:00", labels=SHOP, guide=True), shop=BURNT,
    )  # fmt: skip
    assert (found[0].remedy, found[0].value) == (Remedy.SPLIT, "namespace=batch")
    assert found[0].week == Effect(firings=12, removed=9, removed_told=9)


SPLIT = {
    "79 % of the noise": ([*many(HOUR * 15, labels=BATCH), *many(HOUR * 4, day="Thu", labels=SHOP)], False),
    "80 % of it": ([*many(HOUR * 16, labels=BATCH), *many(HOUR * 4, day="Thu", labels=SHOP)], True),
    "a value that every firing has splits nothing": (many(HOUR * 16, labels=BATCH), False),
    "the others have no such label": ([*many(HOUR * 16, labels=BATCH), *many(HOUR * 4, day="Thu")], True),
    "a threatened firing has it too": (
        [*many(HOUR * 16, labels=BATCH), *many(HOUR * 2, day="Thu", labels=SHOP),
         fired("Fri 09:50", "Fri 11:00", labels=BATCH)], False,
    ),
    "one that somebody found real has it too": (
        [*many(HOUR * 16, labels=BATCH), *many(HOUR * 2, day="Thu", labels=SHOP),
         fired("Thu 20:00", "Thu 21:00", labels=BATCH, mark=Mark.REAL)], False,
    ),
    "two firings are no pattern": (
        [*many(HOUR * 2, labels=BATCH), fired("Thu 01:00", "Thu 03:00", labels=SHOP, acknowledged_at="Thu 02:00")],
        False,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("firings", "splits"), SPLIT.values(), ids=SPLIT)
def test_a_label_splits_a_rule_when_one_value_makes_the_noise_and_nothing_real(
    firings: list[Firing], splits: bool
) -> None:
    assert (Remedy.SPLIT in remedies(propose(*firings, shop=BURNT))) is splits


def test_the_label_that_says_most_with_the_fewest_values_is_taken() -> None:
    """Every noisy pod is in the namespace: the namespace explains all of it, the busiest pod 80 %."""
    pods = [{"namespace": "batch", "pod": "p1"}] * 8 + [{"namespace": "batch", "pod": "p2"}] * 2
    noise = [fired(f"Tue {hour:02}:00", f"Tue {hour:02}:45", labels=labels) for hour, labels in enumerate(pods)]
    split = of(propose(*noise, *many(HOUR * 1, day="Thu", labels={"namespace": "shop", "pod": "p3"})), Remedy.SPLIT)
    assert split.value == "namespace=batch"


def test_a_rule_that_always_fires_with_another_is_merged_with_it_in_both_directions() -> None:
    mine = many(HOUR * 10)
    other = twin(mine, 20.0)
    for key, name in ((A, "B"), (B, "A")):
        found = propose(*mine, *other, key=key)
        assert (found[0].remedy, found[0].value) == (Remedy.MERGE, name)
        assert found[0].week == Effect(firings=10, removed=10, removed_told=10)


MINE = many(HOUR * 10)
TWINS = {
    "60 s apart": (twin(MINE, 60.0), True),
    "61 s apart": (twin(MINE, 61.0), False),
    "nine of ten together": (twin(MINE[:9], 5.0), True),
    "eight of ten together": (twin(MINE[:8], 5.0), True),
    "seven of ten together": (twin(MINE[:7], 5.0), False),
    "it fires alone as often": ([*twin(MINE, 5.0), *twin(MINE, 1_200.0)], False),
    "another team's": (twin(MINE, 5.0, receiver="web"), False),
    "the SLO's own": (twin(MINE, 5.0, source="slo"), False),
}


@pytest.mark.parametrize(("others", "twins"), TWINS.values(), ids=TWINS)
def test_twins_are_rules_of_one_team_that_start_together_four_times_of_five(others: list[Firing], twins: bool) -> None:
    assert (Remedy.MERGE in remedies(propose(*MINE, *others))) is twins


def test_merging_would_miss_a_real_one_whose_twin_nobody_heard_of() -> None:
    real = fired("Fri 10:05", "Fri 11:00", guide=False)
    found = propose(*MINE, real, *twin(MINE, 5.0), *twin([real], 5.0, outcome=Outcome.DROP), shop=BURNT)
    merge = of(found, Remedy.MERGE)
    assert (merge.week.removed, merge.week.missed, merge.dangerous) == (11, 1, True)
    assert found[0].remedy is not Remedy.MERGE


def test_a_twins_history_reaches_as_far_as_both_are_recorded() -> None:
    before = earlier(MINE, 14)
    merge = of(propose(*MINE, *twin(MINE, 5.0), past=[*before, *twin(before[5:], 5.0)]), Remedy.MERGE)
    assert (merge.week.firings, merge.history.firings, merge.history.removed) == (10, 15, 15)
