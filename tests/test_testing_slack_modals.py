"""Modals in the stand-in: opened, filled in, submitted, changed by the answer, closed."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from router.testing import CHANNEL, UNLIMITED, NotThereError, SlackStandIn, VirtualClock
from tests.support.slack_client import SECRET, App, Client
from tests.support.slack_places import ADA, BUTTONS, FORM, plain


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
async def app(clock: VirtualClock) -> AsyncIterator[App]:
    async with App(clock) as running:
        yield running


@pytest.fixture
async def slack(clock: VirtualClock, app: App) -> AsyncIterator[SlackStandIn]:
    async with SlackStandIn(clock, rates=UNLIMITED) as running:
        running.connect(app.url, SECRET)
        yield running


@pytest.fixture
async def call(slack: SlackStandIn) -> AsyncIterator[Client]:
    async with aiohttp.ClientSession() as session:
        yield Client(session, slack.url)


async def test_a_modal_opens_is_filled_in_and_closes(slack: SlackStandIn, call: Client, app: App):
    await call.post(blocks=[BUTTONS])
    click = await slack.click(slack.posts(CHANNEL)[0], "ack", by=ADA)
    opened = await call("views.open", trigger_id=click.trigger_id, view=FORM)
    view = slack.modal(ADA)
    assert view is not None
    assert (opened["view"]["id"], opened["view"]["hash"], view.title) == (view.id, view.hash, "Silence")
    assert opened["view"]["state"]["values"]["for"]["hours"]["selected_option"]["value"] == "1"
    await slack.click(view, "hours", by=ADA, option="2")
    assert app.heard[-1]["container"] == {"type": "view", "view_id": view.id}
    assert "response_url" not in app.heard[-1]
    await slack.submit(view, {"why": "deploy"})
    heard = app.heard[-1]
    assert (heard["type"], heard["view"]["private_metadata"]) == ("view_submission", "k.E-1")
    assert heard["view"]["state"]["values"]["why"]["text"] == {"type": "plain_text_input", "value": "deploy"}
    assert heard["view"]["state"]["values"]["for"]["hours"]["selected_option"]["value"] == "2"
    assert slack.modal(ADA) is None
    slack.assert_clean()


@pytest.fixture
async def view(slack: SlackStandIn, call: Client) -> Any:
    command = await slack.command("/slo", "silence", by=ADA)
    await call("views.open", trigger_id=command.trigger_id, view=FORM)
    return slack.modal(ADA)


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"what": "x"}, "no input"),
        ({}, "why is empty"),
        ({"why": "no"}, "3 to 40 characters"),
        ({"why": "deploy", "for": "9"}, "not offered"),
    ],
    ids=["no such input", "empty", "too short", "no such option"],
)
async def test_slack_does_not_submit_what_the_modal_does_not_allow(
    slack: SlackStandIn, view: Any, values: Any, why: str
):
    with pytest.raises(NotThereError, match=why):
        await slack.submit(view, values)


async def test_errors_stay_in_the_modal_until_it_is_submitted_well(slack: SlackStandIn, app: App, view: Any):
    app.body = '{"response_action": "errors", "errors": {"why": "too vague"}}'
    await slack.submit(view, {"why": "deploy"})
    assert (view.errors, view.closed) == ({"why": "too vague"}, False)
    app.body = '{"response_action": "clear"}'
    await slack.submit(view)
    assert (view.closed, slack.modal(ADA)) == (True, None)
    slack.assert_clean()


async def test_a_modal_is_updated_and_pushed_by_the_answer(slack: SlackStandIn, app: App, view: Any):
    second = {"type": "modal", "title": plain("Preview"), "blocks": []}
    app.body = json.dumps({"response_action": "push", "view": second})
    await slack.submit(view, {"why": "deploy"})
    top = slack.modal(ADA)
    assert top is not None
    assert (top.title, top.previous, top.root) == ("Preview", view.id, view.id)
    with pytest.raises(NotThereError, match="another one is on top"):
        await slack.submit(view)
    app.body = ""
    await slack.close(top)
    assert slack.modal(ADA) is view
    app.body = json.dumps({"response_action": "update", "view": second})
    await slack.submit(view)
    assert (view.title, len(view.edits)) == ("Preview", 1)
    slack.assert_clean()


async def test_closing_is_told_where_the_modal_asks_for_it(slack: SlackStandIn, app: App, view: Any):
    closed = await slack.close(view)
    assert closed is not None
    assert (app.heard[-1]["type"], app.heard[-1]["is_cleared"]) == ("view_closed", False)


ANSWER = "https://hooks.slack.com/actions/T0STANDIN/1/abcdef"


@pytest.mark.parametrize(
    ("private", "flagged"),
    [(ANSWER, False), ("http://127.0.0.1:80/commands/T0STANDIN/10000/0123456789", False), ("xoxb-1234-abcd", True),
     (f"{ANSWER} xapp-1234-abcd", True), ("https://hooks.slack.com/services/T0STANDIN/B0/abcdef", True)],
    ids=["answer", "the stand-in's", "bot token", "token beside an answer", "webhook"],
)  # fmt: skip
async def test_an_address_for_answers_may_wait_in_private_metadata(
    slack: SlackStandIn, call: Client, private: str, flagged: bool
):
    """Slack gave it to the app and shows it to nobody; other secrets have no business there."""
    await call.post(blocks=[BUTTONS])
    click = await slack.click(slack.posts(CHANNEL)[0], "ack", by=ADA)
    assert (await call("views.open", trigger_id=click.trigger_id, view=FORM | {"private_metadata": private}))["ok"]
    assert [each.rule for each in slack.violations] == ["secret"] * flagged
