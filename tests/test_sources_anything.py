"""Whatever is sent: nothing but PayloadError is raised, what comes out is sound, and good alerts survive."""

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from router.alert import LABEL_LIMIT, VALUE_LIMIT
from router.errors import PayloadError
from router.sources import SOURCES, Batch, Body

NOW = 1795338000.0
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
NUMBERS = st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False, allow_infinity=False)
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)
WORDS = st.sampled_from(
    [
        *("alerts", "labels", "annotations", "status", "startsAt", "endsAt", "generatorURL", "fingerprint"),
        *("truncatedAlerts", "commonLabels", "externalURL", "alert_id", "alert_transition", "title", "scope"),
        *("tags", "body", "text", "date", "link", "priority", "alert", "org"),
    ]
)
VALUES = st.sampled_from(
    [
        *("firing", "resolved", "Recovered", "[P1] [No Data on {a:b}] [TEST] x", "0001-01-01T00:00:00Z"),
        *("2026-11-22T08:00:00Z", "1795338000000", "http://[", "https://a@b", "/x", "$X", "null", "host:a,b", "%%%"),
        *("https://x/monitors/1?group=a%3Ab", "[Monitor Status](https://\u2100/monitors/1"),
    ]
)
SHAPED = st.recursive(
    JSON | VALUES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS | TEXT, inner, max_size=8),
    max_leaves=30,
)


def parse(source: str, raw: bytes, content_type: str = "application/json") -> Batch:
    return SOURCES[source].parse(Body(source, raw, content_type, NOW))


def assert_sound(batch: Batch) -> None:
    for alert in batch.alerts:
        assert len(alert.fingerprint) == 32
        assert alert.rule
        assert len(alert.labels) <= LABEL_LIMIT
        assert all(name and value and len(value.encode()) <= VALUE_LIMIT for name, value in alert.labels.items())
        assert all(isinstance(value, str) for value in alert.annotations.values())
        assert all(when is None or when > 0 for when in (alert.starts_at, alert.ends_at, alert.expires_at))
        assert all(
            url == "" or url.lower().startswith(("http://", "https://"))
            for url in (alert.generator_url, alert.guide_url)
        )
        orjson.dumps([alert.labels, alert.annotations, alert.severity, alert.rule])


@pytest.mark.parametrize("source", SOURCES)
@settings(max_examples=150, deadline=None)
@given(value=SHAPED)
def test_any_json_is_alerts_or_kept_or_rejected(source, value):
    batch = parse(source, orjson.dumps(value))
    assert_sound(batch)
    if isinstance(value, list | dict) and value and not batch.alerts:
        assert batch.not_understood or batch.rejected or value.get("alerts") == []


@pytest.mark.parametrize("source", SOURCES)
@settings(max_examples=100, deadline=None)
@given(
    raw=st.binary(max_size=200), content_type=st.sampled_from(["application/json", "application/x-www-form-urlencoded"])
)
def test_any_bytes_are_read_or_refused_with_a_payload_error(source, raw, content_type):
    try:
        assert_sound(parse(source, raw, content_type))
    except PayloadError as error:
        assert error.where or "fields" in str(error)


@settings(max_examples=100, deadline=None)
@given(
    garbage=st.lists(JSON | SHAPED, max_size=6),
    place=st.integers(0, 6),
    source=st.sampled_from(["alertmanager", "alertmanager-api"]),
)
def test_a_good_alert_survives_next_to_garbage(garbage, place, source):
    good = {"status": "firing", "labels": {"alertname": "Good", "only": "this one"}, "startsAt": "2026-11-22T08:00:00Z"}
    entries = [*garbage[:place], good, *garbage[place:]]
    alone, among = (
        parse(source, orjson.dumps({"alerts": body} if source == "alertmanager" else body))
        for body in ([good], entries)
    )
    assert_sound(among)
    assert alone.alerts[0] in among.alerts
    assert len(among.alerts) + len(among.rejected) == len(entries)


@settings(max_examples=100, deadline=None)
@given(labels=st.dictionaries(TEXT, TEXT, max_size=6), other=st.dictionaries(TEXT, TEXT, max_size=6))
def test_alerts_are_one_exactly_when_their_labels_with_values_are(labels, other):
    plain, second = (
        {name: value for name, value in each.items() if name and value and "\0" not in name + value}
        for each in (labels, other)
    )
    first, *rest = parse(
        "alertmanager", orjson.dumps({"alerts": [{"labels": each, "fingerprint": "x"} for each in (plain, second)]})
    ).alerts
    assert (first.fingerprint == rest[0].fingerprint) == (plain == second)
