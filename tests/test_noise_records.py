"""History records: a firing written down and read again is the same; what cannot be read says where and how to mend."""

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.gate import Outcome, Reason
from router.noise.records import Known, firing_of, instant, instant_of, record_of
from router.noise.values import Firing, Heard, Mark
from router.slo.verdict import Verdict

TEXTS = st.text(max_size=8)
TIMES = st.integers(0, 4_102_444_800_000_000).map(lambda micros: micros / 1e6)
MAYBE = st.none() | TIMES
LABELS = st.dictionaries(TEXTS, TEXTS, max_size=3)
HEARD = st.builds(Heard, TEXTS.filter(bool), st.sampled_from(Verdict), MAYBE, MAYBE)
OUTCOMES = st.none() | st.sampled_from(Outcome)
FIRINGS = st.builds(
    Firing,
    source=TEXTS,
    rule=TEXTS,
    fingerprint=TEXTS,
    started_at=st.just(0.0),
    ended_at=MAYBE,
    outcome=OUTCOMES,
    reason=TEXTS | st.sampled_from(Reason),
    incident=TEXTS,
    receiver=TEXTS,
    labels=LABELS,
    annotations=LABELS,
    notified_at=MAYBE,
    acknowledged_at=MAYBE,
    acknowledged_by=TEXTS,
    guide_opened_at=MAYBE,
    mark=st.none() | st.sampled_from(Mark),
    wolf_reason=TEXTS,
    missed_report=st.booleans(),
    slos=st.lists(HEARD, max_size=2).map(tuple),
    group_wait_s=st.floats(0, 1e6),
    guide=st.booleans(),
    would=OUTCOMES,
)
RECORD: dict[str, Any] = {"source": "alertmanager", "rule": "DiskSlow", "started_at": "2026-11-16T09:00:00Z"}


def as_read(record: Any) -> Any:
    """A record as a file gives it back."""
    return json.loads(json.dumps(record))


@given(FIRINGS, st.booleans())
def test_a_firing_written_down_and_read_again_is_the_same(firing: Firing, remembering: bool) -> None:
    record = as_read(record_of(firing))
    again = firing_of(record, Known() if remembering else None)
    assert again == firing
    assert as_read(record_of(again)) == record


@given(TIMES)
def test_times_keep_their_microseconds(at: float) -> None:
    assert instant_of(instant(at), "at") == at


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("1970-01-01T00:00:00Z", 0.0),
        ("2026-11-16T18:00:00+09:00", 1_794_819_600.0),
        ("2026-11-16T09:00:00.123456789Z", 1_794_819_600.123456),
        ("9999-12-31T23:59:59Z", 253_402_300_799.0),
    ],
)
def test_times_may_have_any_zone_and_precision(written: str, seconds: float) -> None:
    assert instant_of(written, "at") == seconds


BAD = {
    "no start": ({"started_at": None}, "`started_at` is missing: write when it began (RFC 3339)"),
    "no time": (
        {"ended_at": "yesterday"},
        "`ended_at` is 'yesterday': write a time as 2026-11-22T09:00:00Z (RFC 3339)",
    ),
    "a number": ({"notified_at": 1_794_819_600}, "`notified_at` is 1794819600: write a time as 2026-11-22T09:00:00Z"),
    "no zone": ({"started_at": "2026-11-16T09:00:00"}, "it has no time zone, end it with Z"),
    "Go's zero time": ({"ended_at": "0001-01-01T00:00:00Z"}, "write a time from 1970 to 9999, or null where there is"),
    "a far zone": ({"ended_at": "9999-12-31T23:59:59-01:00"}, "write a time from 1970 to 9999"),
    "outcome": ({"outcome": "paged"}, "`outcome` is 'paged': write one of page, ticket, forward, hold, drop, merge, "),
    "would": ({"would": 1}, "`would` is 1: write one of page"),
    "mark": ({"human_verdict": "fake"}, "`human_verdict` is 'fake': write one of wolf, real, or null"),
    "a text": ({"rule": 5}, "`rule` is 5: write a text or null"),
    "reason": ({"reason": ["x"]}, "`reason` is ['x']: write a text or null"),
    "labels": ({"labels": ["x"]}, '`labels` is [\'x\']: write an object of texts, as {"service": "shop"}'),
    "no labels": ({"labels": 0}, "`labels` is 0: write an object of texts"),
    "a label": ({"labels": {"cpu": 5}}, "`labels` is {'cpu': 5}: write an object of texts"),
    "annotations": ({"annotations": {"a": {}}}, "`annotations` is {'a': {}}: write an object of texts"),
    "a flag": ({"missed_report": "no"}, "`missed_report` is 'no': write true or false"),
    "an empty flag": ({"guide": ""}, "`guide` is '': write true or false"),
    "seconds": ({"group_wait_s": "10s"}, "`group_wait_s` is '10s': write seconds, 0 or more"),
    "negative": ({"group_wait_s": -1}, "`group_wait_s` is -1: write seconds, 0 or more"),
    "true seconds": ({"group_wait_s": True}, "`group_wait_s` is True: write seconds"),
    "slos": ({"slos": {"id": "x"}}, '`slos` is {\'id\': \'x\'}: write [{"id": "checkout", "worst_verdict": "watch"}]'),
    "an slo": ({"slos": ["checkout"]}, "`slos` is ['checkout']: write [{"),
    "no id": ({"slos": [{"worst_verdict": "watch"}]}, "`slos` is [{'worst_verdict': 'watch'}]: write [{"),
    "a verdict": ({"slos": [{"id": "x", "worst_verdict": "bad"}]}, "in `slos` `worst_verdict` is 'bad': write one of "),
    "a span": ({"slos": [{"id": "x", "threatened_to": 5}]}, "in `slos` `threatened_to` is 5: write a time as "),
    "long": ({"rule": ["x" * 100]}, "`rule` is ['" + "x" * 37 + "…: write a text or null"),
}


@pytest.mark.parametrize(("fields", "said"), BAD.values(), ids=BAD)
def test_what_cannot_be_read_names_the_field_what_is_wrong_and_the_mend(fields: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)):
        firing_of(RECORD | fields)


def test_what_other_versions_write_is_no_mistake() -> None:
    firing = firing_of(RECORD | {"reason": "moon_phase", "mood": {"of": "the day"}, "slos": [{"id": "x", "burn": 3}]})
    assert firing.reason == "moon_phase"
    assert firing.slos == (Heard("x", Verdict.UNKNOWN),)


def test_only_the_start_is_needed() -> None:
    firing = firing_of({"started_at": "2026-11-16T09:00:00Z"})
    assert firing == Firing("", "", "", 1_794_819_600.0, None, None, "")


def test_nothing_ends_before_it_began() -> None:
    firing = firing_of(RECORD | {"ended_at": "2026-11-16T08:59:59Z"})
    assert firing.ended_at == firing.started_at


@pytest.mark.parametrize(
    ("fields", "guide"),
    [
        ({}, False),
        ({"annotations": {"runbook_url": "https://guides.example.com/disk"}}, True),
        ({"annotations": {"runbook_url": "https://guides.example.com/disk"}, "guide": False}, False),
        ({"guide": True}, True),
    ],
    ids=["none", "its own", "said otherwise", "said"],
)
def test_where_no_guide_is_said_the_alert_may_bring_one(fields: dict[str, Any], guide: bool) -> None:
    assert firing_of(RECORD | fields).guide is guide


def test_no_verdict_of_a_person_may_be_written_in_three_ways() -> None:
    assert [firing_of(RECORD | {"human_verdict": said}).mark for said in (None, "", "null")] == [None] * 3


def test_what_records_have_in_common_is_kept_once() -> None:
    known = Known()
    fields = {"fingerprint": "f", "labels": {"service": "shop"}, "slos": [{"id": "x", "worst_verdict": "watch"}]}
    first, second = (firing_of(as_read(RECORD | fields), known) for _ in range(2))
    other = firing_of(as_read(RECORD | fields | {"labels": {"service": "cart"}}), known)
    assert first.labels is second.labels
    assert first.slos is second.slos is other.slos
    assert first.rule is other.rule
    assert (first.labels, other.labels) == ({"service": "shop"}, {"service": "cart"})
