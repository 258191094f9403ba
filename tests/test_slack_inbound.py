"""What Slack sends becomes the right value, the same for every delivery of it; nonsense becomes an InboundError."""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest

from router.incident import Person
from router.slack.inbound import (
    Click,
    Closed,
    Command,
    Event,
    Kind,
    Origin,
    Shortcut,
    Submission,
)
from router.slack.payloads import parse
from tests.support.slack_sent import AT, COMMON, FORM, ON_MESSAGE, SATO, SENT, TRIGGER, URL, VIEW, click, happened

ORIGIN = Origin(
    "", Person("U0SATO", "sato.k"), AT, team="T0HOME", home="T0HOME", app="A0APP", channel="C0SRE",
    trigger_id=TRIGGER, answer_url=URL,
)  # fmt: skip


def read_click(action: Mapping[str, Any], **more: Any) -> Click:
    found = parse(Kind.INTERACTIONS, click(action, **more), AT)
    assert isinstance(found, Click)
    return found


def without_id(origin: Origin) -> Origin:
    return replace(origin, id="")


def test_a_button():
    found = read_click({"type": "button", "value": "k1.E-7KQ2M"})
    assert without_id(found.origin) == ORIGIN
    assert (found.action, found.value, found.selected) == ("ack", "k1.E-7KQ2M", "")
    assert (found.message_ts, found.thread_ts, found.ephemeral, found.view) == ("1780000000.000100", "", False, None)


CONTROLS = {
    "overflow": ({"type": "overflow", "selected_option": {"value": "snooze:2h|k.E-1"}}, "snooze:2h|k.E-1", ""),
    "static_select": (
        {"type": "static_select", "selected_option": {"value": "duplicate|k.E-1"}},
        "duplicate|k.E-1",
        "",
    ),
    "static_select, emptied": ({"type": "static_select", "selected_option": None}, "", ""),
    "radio_buttons": ({"type": "radio_buttons", "selected_option": {"value": "a"}}, "a", ""),
    "users_select": ({"type": "users_select", "selected_user": "U0ADA"}, "", "U0ADA"),
    "channels_select": ({"type": "channels_select", "selected_channel": "C0X"}, "", "C0X"),
    "conversations_select": ({"type": "conversations_select", "selected_conversation": "C0X"}, "", "C0X"),
    "datepicker": ({"type": "datepicker", "selected_date": "2026-05-28"}, "", "2026-05-28"),
    "datetimepicker": ({"type": "datetimepicker", "selected_date_time": 1780000000}, "", "1780000000"),
    "a link": ({"type": "button", "url": "https://guides.example.com"}, "", ""),
    "an input": ({"type": "plain_text_input", "value": "checkout"}, "checkout", ""),
}


@pytest.mark.parametrize(("action", "value", "selected"), CONTROLS.values(), ids=CONTROLS)
def test_every_control(action: Mapping[str, Any], value: str, selected: str):
    found = read_click(action)
    assert (found.value, found.selected) == (value, selected)


def test_a_click_in_a_thread_and_on_an_ephemeral():
    container = {**ON_MESSAGE["container"], "thread_ts": "1780000000.000001", "is_ephemeral": True}
    found = read_click({"value": "v"}, container=container, message=None)
    assert (found.message_ts, found.thread_ts, found.ephemeral) == ("1780000000.000100", "1780000000.000001", True)


@pytest.mark.parametrize("surface", ["modal", "home"])
def test_a_click_in_a_view(surface: str):
    """There is no channel and no answer URL; the view comes along."""
    view = {"id": "V1", "type": surface, "hash": "1.a", "state": {"values": {}}}
    payload = {"type": "block_actions", **COMMON, "container": {"type": "view", "view_id": "V1"}, "view": view}
    found = parse(Kind.INTERACTIONS, {**payload, "actions": [{"action_id": "wake", "action_ts": "1.2"}]}, AT)
    assert isinstance(found, Click)
    assert (found.view, found.message_ts, found.origin.channel, found.origin.answer_url) == (view, "", "", "")


def test_what_is_secret_stays_out_of_repr():
    shown = repr(read_click({"value": "v"}))
    assert URL not in shown
    assert TRIGGER not in shown


VALUES = {
    "matchers": 'service="checkout"', "reason": "", "for": "2h", "none": "", "slos": ["a", "b"], "to": "U0ADA",
    "all": ["U0ADA", "U0BOB"], "nobody": [], "at": "1780000000", "pair.one": "09:00", "pair.two": "x",
}  # fmt: skip


def test_a_submission():
    found = parse(Kind.INTERACTIONS, {"type": "view_submission", **COMMON, "view": VIEW, "response_urls": []}, AT)
    assert isinstance(found, Submission)
    assert (found.callback, found.private, found.view_id) == ("silence", "k.E-1", "V1")
    assert found.values == VALUES
    assert without_id(found.origin) == replace(ORIGIN, channel="", answer_url="")


def test_a_submission_with_an_answer_url_of_its_own():
    urls = [{"response_url": URL, "channel_id": "C0SRE"}]
    found = parse(Kind.INTERACTIONS, {"type": "view_submission", **COMMON, "view": VIEW, "response_urls": urls}, AT)
    assert found.origin.answer_url == URL


def test_a_closed_view():
    found = parse(Kind.INTERACTIONS, {"type": "view_closed", **COMMON, "view": VIEW, "is_cleared": False}, AT)
    assert isinstance(found, Closed)


def test_shortcuts():
    place = {"callback_id": "why_msg", "action_ts": "1.2", "message_ts": "1780000000.000100", **ON_MESSAGE}
    found = parse(Kind.INTERACTIONS, {"type": "message_action", **COMMON, **place}, AT)
    assert isinstance(found, Shortcut)
    assert (found.callback, found.message_ts, found.origin.channel) == ("why_msg", "1780000000.000100", "C0SRE")
    payload = {"type": "shortcut", "callback_id": "missed", "action_ts": "1.2", **COMMON, "user": SATO | {"name": None}}
    found = parse(Kind.INTERACTIONS, payload, AT)
    assert isinstance(found, Shortcut)
    assert (found.callback, found.message_ts, found.origin.channel) == ("missed", "", "")
    assert found.origin.person == Person("U0SATO", "sato")


def test_a_command():
    found = parse(Kind.COMMANDS, FORM, AT)
    assert isinstance(found, Command)
    assert (found.command, found.text) == ("/slo", "why E-7KQ2M")
    assert without_id(found.origin) == replace(ORIGIN, person=Person("U0SATO", "sato"), home="")


EVENTS = {
    "app_home_opened": ({"user": "U0SATO", "channel": "D0SATO", "tab": "home"}, "U0SATO", "D0SATO"),
    "app_uninstalled": ({}, "", ""),
    "tokens_revoked": ({"tokens": {"bot": ["U0BOT"]}}, "", ""),
    "channel_archive": ({"channel": "C0SRE", "user": "U0ADA"}, "U0ADA", "C0SRE"),
    "channel_rename": ({"channel": {"id": "C0SRE", "name": "sre2"}}, "", "C0SRE"),
    "user_change": ({"user": {"id": "U0ADA"}}, "U0ADA", ""),
}


@pytest.mark.parametrize(("kind", "row"), EVENTS.items(), ids=EVENTS)
def test_what_happened_in_slack(kind: str, row: tuple[dict[str, Any], str, str]):
    body, person, channel = row
    found = parse(Kind.EVENTS, happened({"type": kind, **body}), AT)
    assert isinstance(found, Event)
    assert (found.type, found.body) == (kind, {"type": kind, **body})
    assert (found.origin.id, found.origin.person.id, found.origin.channel) == ("Ev000001", person, channel)
    assert (found.origin.team, found.origin.app) == ("T0HOME", "A0APP")


def test_an_event_without_a_team_is_of_the_authorized_one():
    assert parse(Kind.EVENTS, happened({"type": "app_uninstalled"}, team_id=None), AT).origin.team == "T0HOME"


def test_too_many_events_is_an_event_without_an_inner_one():
    told = {"type": "app_rate_limited", "token": "x", "team_id": "T0HOME", "minute_rate_limited": 29666666}
    found = parse(Kind.EVENTS, told, AT)
    assert isinstance(found, Event)
    assert found.type == "app_rate_limited"
    assert "token" not in found.body
    assert found.origin.id == parse(Kind.EVENTS, told, AT + 9).origin.id


@pytest.mark.parametrize(("kind", "payload"), SENT.values(), ids=SENT)
def test_the_id_is_the_same_for_every_delivery_and_tells_nothing(kind: Kind, payload: dict[str, Any]):
    first, again = parse(kind, payload, AT), parse(kind, deepcopy(payload), AT + 300)
    assert first.origin.id == again.origin.id
    assert TRIGGER not in first.origin.id
    assert 0 < len(first.origin.id) <= 64


def test_ids_of_different_things_differ():
    ids = {parse(kind, payload, AT).origin.id for kind, payload in SENT.values()}
    ids |= {
        read_click({"value": "v", "action_ts": "1780000001.000201"}).origin.id,
        read_click({"value": "v"}, trigger_id="another").origin.id,
        read_click({"value": "v"}, user=SATO | {"id": "U0ADA"}).origin.id,
        read_click({"value": "v", "action_id": "wolf"}).origin.id,
    }
    assert len(ids) == len(SENT) + 4


def test_a_click_without_a_trigger_is_known_by_its_time():
    first = read_click({}, trigger_id=None).origin.id
    assert first == read_click({}, trigger_id=None).origin.id
    assert first != read_click({"action_ts": "9.9"}, trigger_id=None).origin.id


def test_a_long_event_id_is_shortened():
    found = parse(Kind.EVENTS, happened({"type": "x"}, event_id="E" * 1000), AT)
    assert len(found.origin.id) <= 64
