"""Datadog: transitions, titles, identity over one monitor's life, tags, and templates of the users' own."""

import re
from pathlib import Path
from urllib.parse import urlencode

import orjson
import pytest

from router.alert import Alert, Note, Status
from router.errors import PayloadError
from router.sources import SOURCES, Body
from router.sources.datadog_facts import Title, monitor_link, pairs_of, read_title, unescape

NOW = 1795338000.0
PAGE = Path(__file__).parent.parent / "docs" / "sources" / "datadog.md"


def send(**facts: object) -> Alert:
    body = Body("datadog", orjson.dumps({"title": "Disk is full", **facts}), "application/json", NOW)
    (alert,) = SOURCES["datadog"].parse(body).alerts
    return alert


@pytest.mark.parametrize(
    ("transition", "status"),
    [
        ("Triggered", Status.FIRING),
        ("Re-Triggered", Status.FIRING),
        ("Warn", Status.FIRING),
        ("Re-Warn", Status.FIRING),
        ("No Data", Status.FIRING),
        ("Re-No Data", Status.FIRING),
        ("Recovered", Status.RESOLVED),
        ("recovered", Status.RESOLVED),
        ("Warn Recovered", Status.RESOLVED),
        ("No Data Recovered", Status.RESOLVED),
        ("Renotify", Status.FIRING),
        ("Almost Recovered", Status.FIRING),
        ("Resolved?", Status.FIRING),
    ],
)
def test_a_transition_says_whether_it_fires_and_an_unknown_one_never_resolves(transition, status):
    assert send(transition=transition, alert_type="error").status is status
    assert send(title=f"[P1] [{transition}] Disk is full", transition=transition).rule.endswith("Disk is full")


def test_an_unknown_transition_fires_whatever_title_and_type_say():
    assert send(transition="Foo", alert_type="success", title="[Recovered] Disk").status is Status.FIRING


@pytest.mark.parametrize("transition", ["Renotify", "Re-Notify", "", "null", "$ALERT_TRANSITION", "ALERT_TRANSITION"])
def test_a_message_that_keeps_the_state_is_read_by_its_type(transition):
    assert send(transition=transition, alert_type="success").status is Status.RESOLVED
    assert send(transition=transition, alert_type="error").status is Status.FIRING
    assert send(transition=transition).status is Status.FIRING


def test_the_transition_wins_over_the_title():
    alert = send(transition="Re-Triggered", title="[Recovered on {host:a}] Disk")
    assert (alert.status, alert.rule) == (Status.FIRING, "Disk")


def test_no_data_fires_and_says_so():
    assert send(transition="No Data").notes == (Note.NO_DATA,)
    assert send(title="[No Data on {host:a}] Disk").notes == (Note.NO_DATA,)


TITLES = {
    "Disk": Title("Disk"),
    "[Triggered] Disk": Title("Disk", "Triggered"),
    "[P2] [Re-Triggered on {host:a,env:b}] Disk": Title("Disk", "Re-Triggered", "host:a,env:b", "P2"),
    "[Warn on {@x.y:z}] [TEST] [Synthetics] Disk": Title("Disk", "Warn", "@x.y:z", test=True),
    "[P1] [Re-No Data] [] Disk": Title("Disk", "Re-No Data", priority="P1"),
    "[Warn Recovered on {path:/a/{id}}] Disk": Title("Disk", "Warn Recovered", "path:/a/{id}"),
    "[Renotify] Disk [sda]": Title("Disk [sda]", "Renotify"),
    "[Prod] Disk": Title("[Prod] Disk"),
    "[TEST] Disk": Title("Disk", test=True),
    "": Title(""),
}


@pytest.mark.parametrize("title", TITLES)
def test_a_title_is_taken_apart(title):
    assert read_title(title) == TITLES[title]


def test_one_monitor_and_scope_is_one_alert_whatever_the_message():
    text = "[[Monitor Status](https://app.datadoghq.com/monitors/7?group=host%3Aa%2Cenv%3Ab)]"
    alerts = [
        send(alert_id="7", scope="host:a,env:b", transition="Triggered", cycle_key="1", id="100"),
        send(alert_id=7, scope="env:b, host:a", transition="Warn", date="1795338600000", id="101"),
        send(alert={"alert_id": "7", "alert_scope": "host:a,env:b", "alert_transition": "Recovered"}, aggreg_key="9"),
        send(title="[Recovered on {host:a,env:b}] Renamed", body=text, org={"id": "1"}),
        send(title="[P1] [Triggered] Disk is full", msg=text),
    ]
    assert len({alert.fingerprint for alert in alerts}) == 1


@pytest.mark.parametrize(
    "other",
    [
        {"alert_id": "8"},
        {"scope": "host:b"},
        {"scope": ""},
        {"alert_id": "", "scope": "host:a"},
        {"alert_id": "7 host:a", "scope": ""},
    ],
    ids=repr,
)
def test_another_monitor_or_scope_is_another_alert(other):
    first = {"alert_id": "7", "scope": "host:a"}
    assert send(**first).fingerprint != send(**first | other).fingerprint


def test_without_a_monitor_id_the_aggregation_key_then_the_name_is_the_identity():
    assert (
        send(aggreg_key="x", title="[Triggered] A").fingerprint
        == send(aggreg_key="x", title="[Recovered] B").fingerprint
    )
    assert send(title="[Triggered on {host:a}] A").fingerprint == send(title="[Recovered on {host:a}] A").fingerprint
    assert send(title="[Triggered on {host:a}] A").fingerprint != send(title="[Triggered on {host:b}] A").fingerprint


def test_no_group_star_and_total_are_the_whole_monitor():
    alerts = [send(alert_id="7"), send(alert_id="7", scope="*"), send(alert_id="7", scope="total")]
    assert len({alert.fingerprint for alert in alerts}) == 1


@pytest.mark.parametrize(
    ("facts", "severity"),
    [
        ({"transition": "Warn", "priority": "P1", "tags": "severity:page"}, "warning"),
        ({"transition": "Triggered", "priority": "P1", "tags": "severity:Page"}, "page"),
        ({"transition": "Triggered", "priority": "P1"}, "critical"),
        ({"title": "[P3] [Triggered] Disk"}, "warning"),
        ({"priority": "normal", "alert_type": "error"}, "error"),
        ({"priority": "low"}, ""),
        ({"transition": "Recovered", "alert_type": "success"}, ""),
    ],
)
def test_severity(facts, severity):
    assert send(**facts).severity == severity


def test_warn_and_triggered_differ_in_severity_only():
    warn, triggered = (send(alert_id="7", transition=word, alert_type="error") for word in ("Warn", "Triggered"))
    assert warn.fingerprint == triggered.fingerprint
    assert (warn.severity, triggered.severity) == ("warning", "error")


def test_times_are_the_messages_own():
    fired = send(transition="Triggered", date="1795338600000")
    over = send(transition="Recovered", date=1795338660000)
    assert (fired.starts_at, fired.ends_at) == (NOW + 600, None)
    assert (over.starts_at, over.ends_at) == (None, NOW + 660)
    assert send(transition="Triggered", date="DATE", last_updated="N/A").starts_at is None


def test_tags_become_labels_and_the_scope_is_the_more_exact():
    alert = send(tags="host:a,host:b,monitor,url:http://x:80/y,empty:", scope="host:b", hostname="z", priority="P4")
    assert alert.labels == {
        "alertname": "Disk is full",
        "host": "b",
        "url": "http://x:80/y",
        "priority": "P4",
    }
    assert alert.annotations["tags"] == "monitor,empty:"


def test_a_tag_cannot_take_the_monitors_name():
    assert send(tags="alertname:Other", alert_id="7").labels["alertname"] == "Disk is full"


def test_repeated_keys_are_sorted_and_joined():
    assert pairs_of("b:2,a:1, b:1 ,x,b:2") == ({"a": "1", "b": "1,2"}, ("x",))


@pytest.mark.parametrize(
    ("escaped", "plain"),
    [
        ("a &amp; b &#x27;c&#39; &lt;3", "a & b 'c' <3"),
        ("&amp;lt;", "&lt;"),
        ("https://x/?a=1&region=us&copy=2", "https://x/?a=1&region=us&copy=2"),
        ("AT&T; &unknown;", "AT&T; &unknown;"),
    ],
)
def test_html_is_unescaped_once_and_links_are_left_alone(escaped, plain):
    assert unescape(escaped) == plain


def test_the_monitors_own_link_wins_over_links_in_the_text():
    text = "https://app.datadoghq.com/monitors/1 [[Monitor Status](https://us5.datadoghq.com/monitors#2?to_ts=3&group=total)]"
    assert (monitor_link(text).monitor, monitor_link(text).group) == ("2", "total")
    assert monitor_link("see https://app.datadoghq.com/monitors/5/edit").monitor == "5"
    assert monitor_link("[Monitor Status](nowhere)").monitor == ""


def test_a_recovery_by_hand_is_no_recovery():
    text = "The monitor was marked as recovered by someone"
    assert send(transition="Recovered", text=text).notes == (Note.ENDED_WITHOUT_RECOVERY,)
    assert send(transition="Triggered", text=text).notes == ()


def test_a_guide_of_a_users_template_is_taken():
    assert send(runbook_url="https://guides.example.com/disk").guide_url == "https://guides.example.com/disk"


def test_a_form_reads_like_json_and_json_called_a_form_like_json():
    facts = {"alert_id": "7", "title": "[Triggered] 遅い & <3", "scope": "host:a", "tags": "env:b", "text": "a\0b"}
    parse, form = SOURCES["datadog"].parse, "application/x-www-form-urlencoded"
    as_form = parse(Body("datadog", urlencode(facts).encode(), form, NOW))
    as_json = parse(Body("datadog", orjson.dumps(facts), "application/json", NOW))
    misnamed = parse(Body("datadog", b" " + orjson.dumps(facts), form, NOW))
    assert as_form == as_json == misnamed


@pytest.mark.parametrize("raw", [b"", b"&&&", b"%zz=%ff", b"a", b"\xff\xfe=1"])
def test_a_form_that_says_nothing_is_kept_and_explained(raw):
    assert SOURCES["datadog"].parse(Body("datadog", raw, "application/x-www-form-urlencoded", NOW)).not_understood


def test_a_form_with_too_many_fields_is_refused():
    raw = "&".join(f"f{number}=1" for number in range(501)).encode()
    with pytest.raises(PayloadError, match="more than 500 fields"):
        SOURCES["datadog"].parse(Body("datadog", raw, "application/x-www-form-urlencoded", NOW))


@pytest.mark.parametrize(
    "hostile",
    [
        "[Triggered on {" * 40_000,
        "[[Monitor Status](" * 40_000,
        "https://a/monitors/" * 40_000,
        "&#x" * 300_000,
        "a:,:b," * 150_000,
    ],
    ids=lambda text: text[:12],
)
def test_hostile_text_is_read_in_linear_time(hostile):
    send(title=hostile, body=hostile, tags=hostile, scope=hostile, link=hostile)


def _template() -> str:
    found = re.search(r"```json\n(\{\"schema\".*?\})\n```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    return found[1]


def test_the_template_of_the_set_up_page_is_understood():
    values = {
        "ALERT_ID": "4711", "ALERT_TRANSITION": "Recovered", "ALERT_TITLE": "[Recovered on {host:a}] Disk",
        "ALERT_SCOPE": "host:a", "ALERT_CYCLE_KEY": "99", "TAGS": "service:shop", "DATE": "1795338600000",
        "ALERT_PRIORITY": "P1", "LINK": "https://app.datadoghq.com/event/event?id=1", "TEXT_ONLY_MSG": "full",
    }  # fmt: skip
    filled = re.sub(r"\$([A-Z_]+)", lambda found: values.get(found[1], "null"), _template())
    (alert,) = SOURCES["datadog"].parse(Body("datadog", filled.encode(), "application/json", NOW)).alerts
    assert alert.status is Status.RESOLVED
    assert (alert.rule, alert.severity, alert.ends_at) == ("Disk", "critical", NOW + 600)
    assert alert.labels == {
        "alertname": "Disk", "monitor_id": "4711", "host": "a", "service": "shop", "priority": "P1",
    }  # fmt: skip
    assert alert.annotations == {"description": "full", "transition": "Recovered", "cycle_key": "99"}
    assert alert.fingerprint == send(alert_id="4711", scope="host:a").fingerprint


def test_a_template_nobody_filled_in_is_kept_and_explained():
    batch = SOURCES["datadog"].parse(Body("datadog", _template().encode(), "application/json", NOW))
    assert "alert_id" in batch.not_understood
