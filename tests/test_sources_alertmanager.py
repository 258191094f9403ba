"""Alertmanager's two formats: identity, caps, severity, guide, status; one bad alert harms no other."""

import time

import orjson
import pytest

from router.alert import LABEL_LIMIT, VALUE_LIMIT, Note, Status
from router.sources import SOURCES, Batch, Body
from router.sources.labels import read_labels, severity_of, shorten
from router.sources.prometheus import ALERT_LIMIT

NOW = 1795338000.0


def webhook(*alerts: object, source: str = "alertmanager", **group: object) -> Batch:
    raw = orjson.dumps({"version": "4", "status": "firing", "alerts": alerts, **group})
    return SOURCES["alertmanager"].parse(Body(source, raw, "application/json", NOW))


def api(*alerts: object, now: float = NOW) -> Batch:
    return SOURCES["alertmanager-api"].parse(Body("prometheus", orjson.dumps(alerts), "application/json", now))


def identity(**alert: object) -> str:
    return webhook({"labels": {"alertname": "A"}, **alert}).alerts[0].fingerprint


def test_both_alertmanagers_of_a_pair_give_one_identity():
    first = {"labels": {"alertname": "A", "pod": "x"}, "fingerprint": "ab12", "startsAt": "2026-11-22T08:00:00Z"}
    second = {
        "fingerprint": "ab12",
        "annotations": {"value": "7"},
        "startsAt": "2026-11-22T08:00:01Z",
        "status": "resolved",
        "generatorURL": "http://replica-2:9090/graph",
        "labels": {"pod": "x", "alertname": "A"},
    }
    pair = webhook(first, externalURL="http://am-0:9093", groupKey="a"), webhook(second, externalURL="http://am-1:9093")
    assert pair[0].alerts[0].fingerprint == pair[1].alerts[0].fingerprint


def test_equal_labels_under_two_fingerprints_are_two_alerts():
    assert identity(fingerprint="1") != identity(fingerprint="2") != identity()


def test_one_fingerprint_over_two_label_sets_is_two_alerts():
    assert identity(fingerprint="1", labels={"a": "1"}) != identity(fingerprint="1", labels={"a": "2"})


def test_no_choice_of_values_imitates_another_alert():
    assert identity(labels={"a": 'b","c":"d'}) != identity(labels={"a": "b", "c": "d"})
    assert identity(fingerprint="x", labels={"a": "b"}) != identity(labels={"a": "b", "fingerprint": "x"})


def test_an_empty_label_is_no_label():
    assert identity(labels={"a": "1", "b": "", "": "c", "d": None}) == identity(labels={"a": "1"})


def test_two_sources_with_equal_labels_are_two_alerts():
    eu, us = (webhook({"labels": {"a": "1"}}, source=name).alerts[0] for name in ("eu", "us"))
    assert eu.fingerprint != us.fingerprint


def test_the_same_labels_give_one_identity_over_firing_and_expiry_in_the_api():
    firing = api({"labels": {"b": "2", "a": "1"}, "endsAt": "2026-11-22T09:04:00Z"}).alerts[0]
    resolved = api({"labels": {"a": "1", "b": "2", "c": ""}, "endsAt": "2026-11-22T08:59:00Z"}).alerts[0]
    assert (firing.status, resolved.status) == (Status.FIRING, Status.RESOLVED)
    assert firing.fingerprint == resolved.fingerprint


def test_an_alert_of_the_api_ends_exactly_at_its_end():
    alert = {"labels": {"a": "1"}, "startsAt": "2026-11-22T08:00:00Z", "endsAt": "2026-11-22T09:00:00Z"}
    assert api(alert, now=NOW - 0.001).alerts[0].expires_at == NOW
    assert api(alert, now=NOW).alerts[0].status is Status.RESOLVED


def test_labels_at_the_caps_are_kept_whole():
    labels = {f"l{number:02d}": "v" for number in range(LABEL_LIMIT - 1)} | {"z": "x" * VALUE_LIMIT}
    alert = webhook({"labels": labels}).alerts[0]
    assert alert.labels == labels
    assert Note.TRUNCATED not in alert.notes


@pytest.mark.parametrize(
    "labels",
    [
        {f"l{number:02d}": "v" for number in range(LABEL_LIMIT)} | {"z": "v"},
        {"a": "x" * (VALUE_LIMIT + 1)},
        {"n" * (VALUE_LIMIT + 1): "x", "a": "b"},
    ],
    ids=["one label too many", "a byte too long", "a name too long"],
)
def test_labels_over_the_caps_are_cut_and_marked_but_tell_alerts_apart(labels):
    last = max(labels, key=lambda name: (len(labels[name]), name))
    cut, other = webhook({"labels": labels}, {"labels": labels | {last: labels[last] + "!"}}).alerts
    assert cut.notes == other.notes == (Note.TRUNCATED,)
    assert len(cut.labels) <= LABEL_LIMIT
    assert max(len(value.encode()) for value in cut.labels.values()) <= VALUE_LIMIT
    assert cut.fingerprint != other.fingerprint


def test_name_and_severity_are_never_among_the_labels_left_out():
    labels = {f"a{number:03d}": "v" for number in range(500)} | {"severity": "page", "alertname": "Z"}
    alert = webhook({"labels": labels}).alerts[0]
    assert (alert.rule, alert.severity, len(alert.labels)) == ("Z", "page", LABEL_LIMIT)


def test_a_long_annotation_is_cut_between_characters():
    alert = webhook({"labels": {"a": "1"}, "annotations": {"description": "店" * 2000}}).alerts[0]
    assert alert.annotations["description"] == "店" * 1365
    assert alert.notes == (Note.TRUNCATED,)


def test_many_short_annotations_that_are_long_together_stay_whole():
    annotations = {f"a{number}": "x" * 1000 for number in range(10)}
    alert = webhook({"labels": {"a": "1"}, "annotations": annotations}).alerts[0]
    assert (alert.annotations, alert.notes) == (annotations, ())


def test_shorten_keeps_what_fits():
    assert shorten("a" * 10, 10) == "a" * 10
    assert shorten("a" * 11, 10) == "a" * 10
    assert shorten("é" * 6, 11) == "é" * 5


def test_fifty_thousand_labels_are_read_quickly():
    labels = {f"label_{number:06d}": "value" for number in range(50_000)}
    started = time.perf_counter()
    alert = webhook({"labels": labels}).alerts[0]
    assert time.perf_counter() - started < 1.0
    assert len(alert.labels) == LABEL_LIMIT


def test_a_group_of_five_thousand_comes_through_whole():
    batch = webhook(*({"labels": {"n": str(number)}} for number in range(5000)))
    assert len({alert.fingerprint for alert in batch.alerts}) == 5000


@pytest.mark.parametrize("send", [webhook, api], ids=["webhook", "api"])
def test_alerts_beyond_the_limit_are_counted_and_complained_about(send):
    batch = send(*[{"labels": {"a": "1"}}] * (ALERT_LIMIT + 2))
    assert (len(batch.alerts), batch.left_out) == (ALERT_LIMIT, 2)
    assert [each.index for each in batch.rejected] == [ALERT_LIMIT]


@pytest.mark.parametrize(
    ("alert", "group", "status"),
    [
        ({"status": "firing"}, "resolved", Status.FIRING),
        ({"status": "resolved"}, "firing", Status.RESOLVED),
        ({"status": "RESOLVED "}, "firing", Status.RESOLVED),
        ({}, "resolved", Status.RESOLVED),
        ({"status": None}, "resolved", Status.RESOLVED),
        ({"status": "pending"}, "resolved", Status.FIRING),
        ({"status": 0}, "resolved", Status.FIRING),
        ({}, "ok", Status.FIRING),
        ({}, "", Status.FIRING),
        ({"endsAt": "2026-11-22T08:00:00Z"}, "", Status.RESOLVED),
        ({"endsAt": "2026-11-22T08:00:00Z"}, "firing", Status.FIRING),
        ({"endsAt": "2026-11-22T10:00:00Z"}, "", Status.FIRING),
        ({"endsAt": "1970-01-01T00:00:00Z"}, "", Status.FIRING),
    ],
)
def test_an_alerts_own_word_decides_and_an_unknown_word_never_resolves(alert, group, status):
    assert webhook({"labels": {"a": "1"}, **alert}, status=group).alerts[0].status is status


@pytest.mark.parametrize("value", [0, "0", None, "", "many", -1, [], 1e300, True])
def test_an_odd_count_of_truncated_alerts_is_none(value):
    assert webhook({"labels": {"a": "1"}}, truncatedAlerts=value).left_out == 0


def test_missing_alerts_are_announced_on_the_alerts_that_came():
    batch = webhook({"labels": {"a": "1"}}, truncatedAlerts=7)
    assert (batch.left_out, batch.alerts[0].notes) == (7, (Note.OTHERS_LEFT_OUT,))


@pytest.mark.parametrize(
    ("labels", "annotations", "severity"),
    [
        ({"severity": "Warning"}, {"severity": "critical"}, "warning"),
        ({}, {"severity": " Critical "}, "critical"),
        ({"severity": "none"}, {}, "none"),
        ({"priority": "P1"}, {}, "critical"),
        ({"priority": "2"}, {}, "error"),
        ({"priority": "Low"}, {}, "info"),
        ({"level": "2"}, {}, "error"),
        ({"level": "0"}, {}, "info"),
        ({}, {"level": "warn"}, "warning"),
        ({"level": "Sev-7"}, {}, "sev-7"),
        ({"severity": "x" * 500}, {}, "x" * 64),
        ({}, {}, ""),
    ],
)
def test_severity_comes_from_the_first_place_that_says_it(labels, annotations, severity):
    assert severity_of(labels, annotations) == severity


@pytest.mark.parametrize(
    ("annotations", "guide"),
    [
        ({"runbook_url": "https://a.example.com"}, "https://a.example.com"),
        ({"runbook_url": "wiki", "runbook": "https://b.example.com"}, "https://b.example.com"),
        ({"runbookURL": "https://c.example.com"}, "https://c.example.com"),
        ({"runbook_url": "https://<host>/x", "runbook": "see https://d"}, ""),
        ({"runbook_url": 7}, ""),
    ],
)
def test_the_guide_is_the_first_runbook_that_is_a_link(annotations, guide):
    assert webhook({"labels": {"a": "1"}, "annotations": annotations}).alerts[0].guide_url == guide


@pytest.mark.parametrize("field", ["annotations", "startsAt", "endsAt", "generatorURL", "fingerprint", "status"])
@pytest.mark.parametrize("junk", [None, 0, -1.5, True, "", "junk", [], [1], {}, {"a": {"b": []}}], ids=repr)
def test_junk_in_an_optional_field_never_costs_an_alert(field, junk):
    for send in (webhook, api):
        batch = send({"labels": {"alertname": "A"}, field: junk})
        assert (len(batch.alerts), batch.rejected) == (1, ())
        assert batch.alerts[0].status is Status.FIRING


@pytest.mark.parametrize(
    "field", ["status", "truncatedAlerts", "groupLabels", "commonLabels", "externalURL", "groupKey"]
)
@pytest.mark.parametrize("junk", [None, 0, "junk", [], {"alertname": {}}], ids=repr)
def test_junk_in_the_envelope_never_costs_an_alert(field, junk):
    assert len(webhook({"labels": {"a": "1"}}, **{field: junk}).alerts) == 1


@pytest.mark.parametrize(
    "body", [b"null", b"1", b'"text"', b"{}", b'{"alerts": null}', b'{"alerts": {}}', b'{"version": "1", "alert": []}']
)
def test_json_of_another_shape_is_kept_and_explained(body):
    for source in ("alertmanager", "alertmanager-api"):
        batch = SOURCES[source].parse(Body(source, body, "application/json", NOW))
        assert batch.not_understood
        assert batch.alerts == batch.rejected == ()


def test_an_empty_group_is_nothing_and_no_mistake():
    assert webhook() == api() == Batch()


def test_a_plain_label_set_is_not_copied():
    labels = {"a": "1"}
    assert read_labels(labels) is labels
