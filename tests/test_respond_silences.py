"""Silences from Slack: the modal opens at once, says what it touches, and closes only over a stored silence."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from router.respond.parts import WishError
from router.respond.private import Private, pack, unpack
from router.slack.dialogue.silences import CALLBACK, CHECK
from router.slack.inbound import Click
from router.slack.values import Action, Choice
from router.testing.views import check_view
from tests.support.responding import (
    CHANNEL,
    ROOT_TS,
    URL,
    Desk,
    click,
    desk_on,
    origin,
    submission,
    typed,
)
from tests.support.state import KEY, START, State, make_alert
from tests.support.talking import a_silence


@pytest.fixture
async def desk(state: State) -> AsyncIterator[Desk]:
    async with desk_on(state) as opened:
        yield opened


def labelled(rule: str = "HighErrors", **labels: str) -> Any:
    return make_alert(rule, labels={"alertname": rule, **labels})


def inputs(view: Any) -> dict[str, Any]:
    return {block["block_id"]: block["element"] for block in view["blocks"] if block["type"] == "input"}


# --- the modal


async def test_the_modal_opens_at_once_and_is_filled_in_later(desk: Desk) -> None:
    """The right to open one lasts three seconds; what it touches may take longer to find out."""
    desk.board.firing[KEY] = [labelled(service="checkout", pod="x")]
    taken = await desk.do(click(desk, Action.MORE, Choice.SILENCE))
    assert taken.body is None
    [(trigger, loading)] = desk.opened
    assert (trigger, loading["callback_id"], "submit" in loading) == ("trigger", CALLBACK, False)
    [(view_id, view, _)] = desk.updated
    assert (view_id, check_view(view)) == ("V1", [])
    asked = inputs(view)
    assert asked["matchers"]["initial_value"] == 'alertname="HighErrors"\nservice="checkout"'
    assert asked["duration"]["initial_option"]["value"] == "4h"
    assert "3 alerts fire now" in str(view["blocks"])
    remembered = unpack(view["private_metadata"])
    assert (remembered.key, remembered.channel, remembered.thread_ts) == (KEY, CHANNEL, ROOT_TS)


async def test_a_modal_that_slack_does_not_open_is_told(desk: Desk) -> None:
    """A trigger that is too old: click again."""
    desk.view_code = "expired_trigger_id"
    await desk.do(click(desk, Action.MORE, Choice.SILENCE))
    assert desk.texts() == ["Slack did not open the window (expired_trigger_id). Please click again."]
    assert desk.updated == []


async def test_a_modal_that_cannot_be_prepared_says_so(desk: Desk) -> None:
    """It does not go on loading for ever."""
    desk.outage.on = True
    await desk.do(click(desk, Action.MORE, Choice.SILENCE))
    assert "cannot read its state" in str(desk.updated[0][1])


async def test_matchers_are_read_again_on_demand(desk: Desk) -> None:
    """With everything else that was typed kept, and only if the modal did not change meanwhile."""
    await desk.do(click(desk, Action.MORE, Choice.SILENCE))
    view = dict(desk.updated[0][1])
    typed_in = {
        "matchers": {"matchers": {"type": "plain_text_input", "value": "broken one"}},
        "duration": {"duration": {"selected_option": {"value": "1d"}}},
        "hours": {"hours": {"value": "7"}},
        "comment": {"comment": {"value": "because of it"}},
    }
    view |= {"id": "V1", "hash": "h7", "state": {"values": typed_in}}
    await desk.do(Click(replace(origin("i-2"), answer_url=""), CHECK, "check", view=view))
    view_id, again, mark = desk.updated[1]
    assert (view_id, mark, check_view(again)) == ("V1", "h7", [])
    asked = inputs(again)
    assert asked["matchers"]["initial_value"] == "broken one"
    assert asked["duration"]["initial_option"]["value"] == "1d"
    assert (asked["hours"]["initial_value"], asked["comment"]["initial_value"]) == ("7", "because of it")
    assert "cannot be read yet" in str(again["blocks"])
    assert unpack(again["private_metadata"]).answer_url == URL


async def test_matchers_that_cannot_be_tried_now_are_said_so(desk: Desk) -> None:
    """What was typed stays; the silence itself may still be stored."""
    desk.outage.on = True
    state = {"values": {"matchers": {"matchers": {"value": 'a="b"'}}}}
    view = {"type": "modal", "id": "V1", "hash": "h", "private_metadata": "", "state": state}
    await desk.do(Click(replace(origin(), answer_url=""), CHECK, "check", view=view))
    assert "cannot read its state" in str(desk.updated[0][1]["blocks"])
    assert inputs(desk.updated[0][1])["matchers"]["initial_value"] == 'a="b"'


FILLED = {"matchers": 'service="checkout"', "duration": "4h", "hours": "", "comment": "disk is replaced"}
PRIVATE = pack(Private(KEY, "E-AAAAAA", CHANNEL, ROOT_TS, URL))


async def test_the_modal_closes_over_a_stored_silence(desk: Desk) -> None:
    """Who, until when, why and the id are told in the thread it was made from."""
    taken = await desk.do(submission(CALLBACK, PRIVATE, **FILLED))
    assert taken.body is None
    [stored] = desk.silencing.wishes
    assert (stored.channel, stored.thread_ts, stored.ends_at) == (CHANNEL, ROOT_TS, START + 14_400)
    [(url, message, where)] = desk.said
    assert (url, where) == (URL, {"in_thread": ROOT_TS})
    assert message.text.startswith("Silenced by sato until ")
    assert 'service="checkout"' in message.text
    assert "Id 5b1d. Reason: disk is replaced" in message.text
    assert desk.counted == [("silence", "stored")]


async def test_a_wrong_modal_stays_open(desk: Desk) -> None:
    """Each mistake beside its field; nothing is stored."""
    taken = await desk.do(submission(CALLBACK, PRIVATE, **(FILLED | {"comment": "x", "hours": "999"})))
    assert taken.body is not None
    assert taken.body["response_action"] == "errors"
    assert set(taken.body["errors"]) == {"comment", "hours"}
    assert desk.silencing.wishes == []


@pytest.mark.parametrize(
    ("field", "block"), [("matchers", "matchers"), ("ends_at", "duration"), ("comment", "comment"), ("id", "matchers")]
)
async def test_what_the_silences_refuse_is_said_beside_its_field(desk: Desk, field: str, block: str) -> None:
    """Rules that only they know (a matcher that meets everything)."""
    desk.silencing.refusal = WishError("it would mute everything", field)
    taken = await desk.do(submission(CALLBACK, PRIVATE, **FILLED))
    assert taken.body == {"response_action": "errors", "errors": {block: "it would mute everything"}}


async def test_a_silence_that_cannot_be_stored_keeps_the_modal_open(desk: Desk) -> None:
    """What was typed is not lost, and nobody believes that it is silenced."""
    desk.outage.on = True
    taken = await desk.do(submission(CALLBACK, PRIVATE, **FILLED))
    assert taken.body is not None
    assert "Not recorded" in taken.body["errors"]["matchers"]
    assert desk.said == []


@pytest.mark.parametrize("private", ["", "[1]", "not json", '["a"]', '{"a": 1}'])
async def test_a_modal_that_remembers_nothing_still_works(desk: Desk, private: str) -> None:
    """Opened by the command, or by another version of the router."""
    taken = await desk.do(submission(CALLBACK, private, **FILLED))
    assert taken.body is None
    assert len(desk.silencing.wishes) == 1


def test_what_does_not_fit_into_a_modal_leaves_out_the_address_only() -> None:
    """Slack keeps 3,000 characters."""
    long = Private("k", "E-AAAAAA", CHANNEL, ROOT_TS, "https://hooks.slack.com/" + "x" * 4_000)
    assert unpack(pack(long)) == replace(long, answer_url="")
    assert unpack(pack(replace(long, answer_url=URL))).answer_url == URL
    assert URL not in repr(Private(answer_url=URL))


# --- silences that stand


async def test_a_silence_is_ended_and_extended_by_a_click(desk: Desk) -> None:
    """On its notice: the answer says until when."""
    desk.silencing.kept.append(a_silence(ends_at=START + 60))
    await desk.do(Click(origin("i-1"), Action.EXTEND_SILENCE, "5b1d"))
    assert desk.silencing.kept[0].ends_at == START + 3_660
    await desk.do(Click(origin("i-2"), Action.EXPIRE_SILENCE, "5b1d"))
    assert desk.silencing.kept[0].ends_at == START
    assert [text.split(":")[0][:24] for text in desk.texts()] == ["Silence 5b1d lasts until", "Silence 5b1d is over"]


@pytest.mark.parametrize("action", [Action.EXTEND_SILENCE, Action.EXPIRE_SILENCE])
async def test_a_silence_that_is_not_there_is_said_so(desk: Desk, action: str) -> None:
    """With how to see those that stand."""
    await desk.do(Click(origin(), action, "9f"))
    assert desk.texts()[0].startswith("There is no silence 9f")


@pytest.mark.parametrize("action", [Action.EXTEND_SILENCE, Action.EXPIRE_SILENCE])
async def test_a_silence_that_cannot_be_changed_now_is_said_so(desk: Desk, action: str) -> None:
    """Never a silent success."""
    desk.outage.on = True
    await desk.do(Click(origin(), action, "5b1d"))
    assert desk.texts() == ["Not recorded: the router cannot store it now. Try again in a moment."]


async def test_an_extension_that_is_too_long_is_refused_with_the_reason(desk: Desk) -> None:
    """The policy's longest."""
    desk.silencing.refusal = WishError("at most 30 d", "ends_at")
    await desk.do(Click(origin(), Action.EXTEND_SILENCE, "5b1d"))
    assert desk.texts() == ["Silence 5b1d was not changed: at most 30 d"]


async def test_silences_are_listed_and_ended_by_command(desk: Desk) -> None:
    """Those that are over are left out; the beginning of an id is enough where it is clear."""
    desk.silencing.kept += [
        a_silence(name="5b1d-long-id", starts_at=0.0, ends_at=START + 60),
        a_silence(name="old", starts_at=0.0, ends_at=START),
    ]
    listed = await desk.do(typed("silence list"))
    assert listed.body is not None
    assert listed.body["text"] == "1 silence"
    ended = await desk.do(typed("silence expire 5b"))
    assert ended.body is not None
    assert ended.body["text"].startswith("Silence 5b1d-long-id is over")
    assert desk.silencing.kept[0].ends_at == START


async def test_the_command_opens_the_modal_too(desk: Desk) -> None:
    """Without an incident its matchers are empty."""
    taken = await desk.do(typed("silence"))
    assert taken.body is None
    assert "initial_value" not in inputs(desk.updated[0][1])["matchers"]
