"""What an SLO says when data is stale, impossible, missing or has no counts (rulings 10 and 11)."""

from dataclasses import replace
from math import inf, nan

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from router.slo.objective import Count, Ratio, Snapshot
from router.slo.verdict import Cause, Memory, Verdict, assess, remember
from tests.support.slo import LENGTHS_S, NOW, judged, objective, ratios, said, snapshot, uniform, without

HOUR, DAY = 3600.0, 86_400.0
PAGE, TICKET = Verdict.THREAT_PAGE, Verdict.THREAT_TICKET
WATCH, CALM, UNKNOWN = Verdict.WATCH, Verdict.NO_THREAT, Verdict.UNKNOWN


class TestRuling10:
    """Stale data."""

    @pytest.mark.parametrize(
        ("sampled_at", "interval_s", "stale"),
        [
            pytest.param(NOW - 300, 60, False, id="5-min-old"),
            pytest.param(NOW - 301, 60, True, id="older-than-5-min"),
            pytest.param(NOW - 600, 300, False, id="twice-its-interval"),
            pytest.param(NOW - 601, 300, True, id="older-than-twice-its-interval"),
            pytest.param(NOW + 60, 60, False, id="a-minute-ahead"),
            pytest.param(NOW + 61, 60, True, id="clock-skewed"),
            pytest.param(None, 60, True, id="no-time"),
            pytest.param(nan, 60, True, id="nan"),
            pytest.param(inf, 60, True, id="infinite"),
            pytest.param(NOW - 301, nan, True, id="nan-interval"),
        ],
    )
    def test_ruling_10_freshness_comes_before_the_value(self, sampled_at, interval_s, stale):
        calm = replace(uniform(0, 0), sampled_at=sampled_at, interval_s=interval_s)
        assert said(judged(objective(), calm)) == ((UNKNOWN, Cause.STALE) if stale else (CALM, Cause.NONE))

    def test_ruling_10_a_stale_threat_is_kept_by_who_remembers(self):
        memory = remember(Memory(), judged(objective(), uniform(1, 120)), NOW)
        stale = assess(objective(), uniform(1, 120), NOW + 600, memory)
        assert (stale.verdict, stale.cause, stale.frozen) == (PAGE, Cause.STALE, True)
        assert remember(memory, stale, NOW + 600) == memory
        assert judged(objective(), replace(uniform(1, 120), sampled_at=NOW - 600)).verdict is UNKNOWN

    def test_ruling_10_a_threat_outlives_its_source(self):
        memory = Memory(PAGE, NOW)
        assert said(judged(objective(), None, memory)) == (PAGE, Cause.SOURCE_UNREACHABLE)

    def test_ruling_10_no_threat_is_not_reused(self):
        memory = remember(Memory(PAGE, NOW), judged(objective(), uniform(0, 0)), NOW)
        assert memory.threat is None
        assert assess(objective(), uniform(0, 0), NOW + 600, memory).verdict is UNKNOWN

    def test_ruling_10_a_stale_ticket_becomes_unknown_which_is_louder(self):
        assert judged(objective(), None, Memory(TICKET, NOW)).verdict is UNKNOWN

    def test_ruling_10_what_is_unknown_clears_no_threat(self):
        blind = judged(objective(), without(uniform(0, 0), "1h"))
        assert remember(Memory(PAGE, NOW - 60), blind, NOW).threat is PAGE


class TestRuling11:
    """Tolerance, rounding, slightly impossible counts."""

    @pytest.mark.parametrize(
        ("bad", "expected"),
        [
            pytest.param(-250 * 0.001, CALM, id="slightly-negative-is-zero"),
            pytest.param(-250 * 0.0011, UNKNOWN, id="negative-is-unreadable"),
        ],
    )
    def test_ruling_11_negative_counts(self, bad, expected):
        windows = dict(uniform(0, 0).windows) | {"5m": Count(bad, 250.0)}
        assert judged(objective(), snapshot(windows)).verdict is expected

    @pytest.mark.parametrize(
        ("bad", "expected"),
        [
            pytest.param(250 * 1.001, (PAGE, Cause.NONE), id="overshoot-is-clamped"),
            pytest.param(250 * 1.0011, (UNKNOWN, Cause.OUT_OF_RANGE), id="beyond-is-out-of-range"),
        ],
    )
    def test_ruling_11_more_bad_than_total(self, bad, expected):
        burning = uniform(1.0, 300)
        slow_pair_calm = {"6h": Count(0, 18_000), "30m": Count(0, 1500)}
        windows = dict(burning.windows) | slow_pair_calm | {"5m": Count(bad, 250.0)}
        assert said(judged(objective(), snapshot(windows))) == expected

    def test_ruling_11_bad_counts_are_rounded_up_for_the_minimum(self):
        """1.2 extrapolated bad events are two, 1.0000000001 are one."""
        windows = dict(uniform(0, 0, per_hour=10).windows)
        for bad, expected in ((1.2, PAGE), (1.0000000001, WATCH)):
            burning = {name: Count(bad, windows[name].total) for name in ("1h", "2h", "6h", "1d", "3d", "period")}
            assert judged(objective(), snapshot(windows | burning)).verdict is expected

    def test_ruling_11_exhausted_is_within_the_tolerance(self):
        windows = dict(uniform(0, 0).windows) | {"period": Count(2160, 2_160_000)}
        assert judged(objective(), snapshot(windows)).budget_remaining == 0.0


def test_ratio_only_sources_fire_by_rate_alone():
    """Without counts no count gate is possible: the rate is believed, and the assessment says it has no counts."""
    found = judged(objective(), ratios(0.02))
    assert (found.verdict, found.count) == (PAGE, None)
    assert found.share_spent == pytest.approx(20 / 720)
    assert judged(objective(), ratios(0.0003)).verdict is CALM


def test_a_ratio_beyond_one_is_out_of_range():
    """A ratio of 1.008 (seen in the wild) cannot be judged, 1.0009 is clamped."""
    assert said(judged(objective(), ratios(0.0, w5m=1.008))) == (UNKNOWN, Cause.OUT_OF_RANGE)
    assert judged(objective(), ratios(1.0009)).verdict is PAGE


@pytest.mark.parametrize(
    ("slo", "shot", "cause"),
    [
        pytest.param(objective(), None, Cause.SOURCE_UNREACHABLE, id="absent"),
        pytest.param(
            objective(), Snapshot("a", None, {}, error="HTTP 500"), Cause.SOURCE_UNREACHABLE, id="I3-source-error"
        ),
        pytest.param(replace(objective(), problem="no such indicator"), uniform(0, 0), Cause.CONFIG, id="problem"),
        pytest.param(replace(objective(), tiers=()), uniform(0, 0), Cause.CONFIG, id="no-tiers"),
        pytest.param(objective(), Snapshot("a", NOW, {}), Cause.NO_DATA, id="I3-no-windows"),
        pytest.param(objective(), Snapshot("a", NOW, {}, age_s=60.0), Cause.NO_DATA, id="I3-no-windows-and-young"),
    ],
)
def test_what_cannot_be_measured_is_unknown(slo, shot, cause):
    """No snapshot, an error or a mistake in the file: unknown, with its cause."""
    assert said(judged(slo, shot)) == (UNKNOWN, cause)


wild = st.one_of(st.floats(), st.floats(0, 1e6), st.just(0.0))
measured = st.one_of(st.none(), st.builds(Count, wild, wild), st.builds(Ratio, wild))
snapshots = st.builds(
    Snapshot,
    st.just("a"),
    st.one_of(st.just(NOW), st.none(), st.floats()),
    st.dictionaries(st.sampled_from([*LENGTHS_S, "period"]), measured),
    age_s=st.one_of(st.none(), st.floats(), st.floats(0, 1e7)),
    interval_s=st.floats(),
)


@settings(max_examples=300, deadline=None)
@given(snapshots, st.sampled_from([0.5, 0.9, 0.999, 0.99999]), st.sampled_from([7, 28, 30, 90]))
def test_I3_I6_anything_a_source_says_gets_the_same_sane_answer(shot, target, days):
    """Never an exception, never NaN or infinity among the numbers, never calm while a page pair is unreadable."""
    slo = objective(target, days)
    found = judged(slo, shot)
    assert found == judged(slo, shot)
    numbers = [*found.burn.values(), found.budget_remaining, found.exhausted_in_s, found.burn_long, found.share_spent]
    assert all(number is None or -inf < number < inf for number in numbers)
    if found.verdict is CALM:
        assert {"1h", "6h"} <= set(found.burn) or any(
            isinstance(each, Count) and each.total == 0 for each in shot.windows.values()
        )
