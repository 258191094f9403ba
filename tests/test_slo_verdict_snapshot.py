"""Snapshots as JSON: what `explain`, unit tests and SLO histories read and write."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.slo.objective import Count, Ratio, Snapshot
from router.slo.snapshot import snapshot_from_json, to_json
from tests.support.slo import LENGTHS_S


def test_the_contract_s_example_is_read():
    """Counts, ratios and null side by side, an age in words, a time with a zone."""
    shot = snapshot_from_json(
        "checkout",
        {
            "sampled_at": "2026-11-22T09:00:00Z",
            "age": "40d",
            "windows": {"5m": {"bad": 3, "total": 1000}, "30m": {"ratio": 0.25}, "1h": None, "unheard-of": 5},
        },
    )
    assert (shot.slo, shot.sampled_at, shot.age_s, shot.error) == ("checkout", 1_795_338_000.0, 3_456_000.0, "")
    assert shot.windows["5m"] == Count(3, 1000)
    assert shot.windows["30m"] == Ratio(0.25)
    assert shot.windows["1h"] is None
    assert set(shot.windows) == {*LENGTHS_S, "period"}


@pytest.mark.parametrize(
    ("age", "seconds"),
    [
        pytest.param("40d", 3_456_000.0, id="days"),
        pytest.param("1d12h", 129_600.0, id="compound"),
        pytest.param("1.5h", 5400.0, id="fraction"),
        pytest.param(90, 90.0, id="seconds"),
        pytest.param(None, None, id="no-age-is-old"),
        pytest.param("soon", 0.0, id="unreadable-is-new"),
        pytest.param(-5, 0.0, id="negative-is-new"),
        pytest.param(True, 0.0, id="boolean-is-new"),
    ],
)
def test_age(age, seconds):
    """An age that cannot be read must not clear anything, so it counts as brand new."""
    assert snapshot_from_json("a", {"age": age}).age_s == seconds


@pytest.mark.parametrize("sampled_at", [None, "yesterday", "2026-11-22T09:00:00", float("nan"), [], "9999999"], ids=str)
def test_a_time_that_cannot_be_read_is_none(sampled_at):
    """Text, a time without a zone, NaN."""
    assert snapshot_from_json("a", {"sampled_at": sampled_at}).sampled_at is None


@pytest.mark.parametrize("state", [None, 5, "text", []], ids=str)
def test_a_state_that_is_no_object_is_an_error(state):
    """It reads as an SLO whose source did not answer, and says so."""
    assert snapshot_from_json("a", state).error == "the SLO's state is not an object"


numbers = st.floats(0, 1e9)
snapshots = st.builds(
    Snapshot,
    st.just("a"),
    st.integers(1, 2_000_000_000_000).map(lambda millis: millis / 1000),
    st.fixed_dictionaries(
        {
            name: st.one_of(st.none(), st.builds(Count, numbers, numbers), st.builds(Ratio, st.floats(0, 1)))
            for name in (*LENGTHS_S, "period")
        }
    ),
    age_s=st.one_of(st.none(), st.integers(0, 10**9).map(float)),
    interval_s=st.integers(1, 3600).map(float),
)


@given(snapshots)
def test_what_is_written_is_read_again(shot):
    """Through real JSON text, nothing changes."""
    assert snapshot_from_json("a", json.loads(json.dumps(to_json(shot)))) == shot


def test_an_error_is_written_instead_of_windows():
    """The reason travels, the windows do not."""
    written = to_json(Snapshot("a", None, {}, error="timed out"))
    assert written == {"sampled_at": None, "interval": "1m", "error": "timed out"}
    assert snapshot_from_json("a", written).error == "timed out"


@given(
    st.recursive(
        st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text()),
        lambda inner: st.dictionaries(st.sampled_from(["bad", "total", "ratio", "5m", "windows", "age"]), inner),
    )
)
def test_nothing_is_ever_refused(anything):
    """Windows, ages and times outside the contract's shape are unreadable; reading them never raises."""
    shot = snapshot_from_json(
        "a",
        {
            "windows": {"5m": anything, "1h": {"bad": anything, "total": anything}},
            "age": anything,
            "sampled_at": anything,
            "interval": anything,
        },
    )
    assert shot.windows["30m"] is None
