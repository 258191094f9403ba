"""What Slack posts to us over HTTP: taken, answered in time, never an error for a person's click."""

from collections.abc import Callable
from typing import Any

import orjson
import pytest

from router.errors import UnavailableError
from router.slack.inbound import Click, Command, Event, Submission
from tests.support.door import NOW
from tests.support.slack_door import (
    CANARY,
    CLICK,
    COMMAND,
    EVENT,
    FORM,
    SECRET,
    SUBMISSION,
    Desk,
    Door,
    open_slack,
    ready,
)
from tests.support.waiting import until

HURRIED_S = 0.05
"""A budget that a test need not wait out."""


async def test_a_click_is_taken_and_answered_with_nothing():
    async with open_slack(ready()) as door:
        assert await door.interact(CLICK) == (200, b"")
        (click,) = door.desk.taken
        assert isinstance(click, Click)
        assert (click.action, click.origin.at) == ("ack", NOW)
        assert door.counted("interactions", "taken") == 1
        assert b"alert_router_slack_inbound_seconds_count 1.0" in door.metrics.render()


async def test_the_answer_goes_back_within_the_200():
    async with open_slack(ready(body={"response_action": "clear"})) as door:
        status, body = await door.interact(SUBMISSION)
        assert (status, orjson.loads(body)) == (200, {"response_action": "clear"})


async def test_commands_and_events_have_doors_of_their_own():
    async with open_slack(ready()) as door:
        assert (await door.command(COMMAND))[0] == 200
        assert (await door.happen(EVENT))[0] == 200
        assert [type(each) for each in door.desk.taken] == [Command, Event]


async def test_handshakes():
    """The challenge goes back; a look at the certificate is answered, signed or not, and neither is taken."""
    async with open_slack(ready()) as door:
        status, body = await door.happen({"type": "url_verification", "challenge": "3eZbrw1a"})
        assert (status, orjson.loads(body)) == (200, {"challenge": "3eZbrw1a"})
        assert await door.post("/slack/commands", b"token=x&ssl_check=1", FORM) == (200, b"")
        assert await door.post("/slack/commands", b"token=x&ssl_check=1", FORM, signed=b"") == (200, b"")
        assert door.counted("commands", "handshake") == 2
        assert door.desk.taken == []


async def test_other_methods_are_405():
    async with open_slack(ready()) as door, door.client.get(door.url + "/slack/commands?ssl_check=1") as response:
        assert response.status == 405


async def test_an_event_that_comes_again_has_the_same_id():
    """Retries carry headers of their own; whoever takes it tells them by the id."""
    async with open_slack(ready()) as door:
        for number in range(4):
            more = {"x_slack_retry_num": str(number), "x_slack_retry_reason": "http_timeout"} if number else {}
            assert (await door.happen(EVENT, **more))[0] == 200
        assert {each.origin.id for each in door.desk.taken} == {"Ev1"}


UNAVAILABLE = UnavailableError("refused", code="down")


async def test_a_click_that_cannot_be_stored_is_no_error_of_slack():
    """The person is told by the answer URL; 200 here."""
    async with open_slack(ready(failure=UNAVAILABLE)) as door:
        assert await door.interact(CLICK) == (200, b"")
        assert door.counted("interactions", "unavailable") == 1


async def test_an_event_that_cannot_be_stored_comes_again():
    async with open_slack(ready(failure=UNAVAILABLE)) as door:
        assert (await door.happen(EVENT))[0] == 503


@pytest.mark.parametrize(("locale", "words"), [("en", "Not recorded"), ("ja", "記録できませんでした")])
async def test_a_command_and_a_modal_say_that_nothing_was_recorded(locale: str, words: str):
    async with open_slack(ready(failure=UNAVAILABLE), locale) as door:
        status, body = await door.command(COMMAND)
        said = orjson.loads(body)
        assert (status, said["response_type"], words in said["text"]) == (200, "ephemeral", True)
        status, body = await door.interact(SUBMISSION)
        said = orjson.loads(body)
        assert (status, said["response_action"], said["view"]["title"]["text"]) == (200, "update", words)


async def test_what_takes_too_long_is_answered_in_time_and_goes_on():
    async with open_slack(Desk(), within_s=HURRIED_S) as door:
        assert await door.interact(CLICK) == (200, b"")
        assert door.counted("interactions", "late") == 1
        door.desk.open.set()
        await until(lambda: door.desk.taken, "the end of the work", 2)


async def test_what_fails_after_the_answer_is_said(capsys: pytest.CaptureFixture[str]):
    async with open_slack(Desk(failure=UNAVAILABLE), within_s=HURRIED_S) as door:
        assert await door.interact(CLICK) == (200, b"")
        door.desk.open.set()
        await until(lambda: "late_store_failed" in capsys.readouterr().out, "the line in the log", 2)


@pytest.mark.parametrize("locale", ["en", "ja"])
async def test_a_late_modal_does_not_close_as_if_all_were_well(locale: str):
    async with open_slack(Desk(), locale, HURRIED_S) as door:
        view = orjson.loads((await door.interact(SUBMISSION))[1])["view"]
        assert len(view["title"]["text"]) <= 24
        assert orjson.loads((await door.command(COMMAND))[1])["text"]
        door.desk.open.set()
        await until(lambda: len(door.desk.taken) == 2, "the end of the work", 2)
        assert isinstance(door.desk.taken[0], Submission)


async def test_a_defect_is_counted_and_named_by_its_kind_only(capsys: pytest.CaptureFixture[str]):
    async with open_slack(ready(failure=RuntimeError(CANARY))) as door:
        status, body = await door.interact(CLICK)
        assert (status, CANARY.encode() in body) == (500, False)
        assert door.counted("interactions", "failed") == 1
    captured = capsys.readouterr()
    assert CANARY not in captured.out + captured.err


WAYS: dict[str, Callable[[Door], Any]] = {
    "taken": lambda door: door.interact(CLICK),
    "unsigned": lambda door: door.interact(CLICK, signed=b""),
    "malformed": lambda door: door.interact([CANARY]),
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("failure", [None, UNAVAILABLE], ids=["well", "unavailable"])
async def test_nothing_of_a_body_or_a_secret_is_logged(
    way: Callable[[Door], Any], failure: Exception | None, capsys: pytest.CaptureFixture[str]
):
    async with open_slack(ready(failure=failure)) as door:
        await way(door)
    captured = capsys.readouterr()
    assert CANARY not in captured.out + captured.err
    assert SECRET not in captured.out + captured.err
