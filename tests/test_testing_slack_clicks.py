"""The stand-in is Slack toward the app: clicks, modals, commands, shortcuts and events, and what comes back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from router.testing import (
    CHANNEL,
    FORGERIES,
    TOKEN,
    UNLIMITED,
    Channel,
    NotThereError,
    SlackStandIn,
    VirtualClock,
)
from tests.support.slack_client import SECRET, App, Client
from tests.support.slack_places import ADA, BUTTONS, PICKS, SATO, option, plain


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
async def app(clock: VirtualClock) -> AsyncIterator[App]:
    async with App(clock) as running:
        yield running


@pytest.fixture
async def slack(clock: VirtualClock, app: App) -> AsyncIterator[SlackStandIn]:
    channels = [Channel(CHANNEL, "sre"), Channel("C2")]
    async with SlackStandIn(clock, rates=UNLIMITED, channels=channels) as running:
        running.connect(app.url, SECRET)
        running.invite(SATO)
        yield running


@pytest.fixture
async def call(slack: SlackStandIn) -> AsyncIterator[Client]:
    async with aiohttp.ClientSession() as session:
        yield Client(session, slack.url)


async def test_a_click_arrives_signed_in_the_shape_that_slack_documents(slack: SlackStandIn, call: Client, app: App):
    ts = await call.post(blocks=[BUTTONS])
    [message] = slack.posts(CHANNEL)
    delivery = await slack.click(message, "ack", by=ADA)
    [heard] = app.heard
    assert (delivery.status, delivery.answer, delivery.took_s < 3) == (200, None, True)
    assert (heard["type"], heard["api_app_id"], heard["is_enterprise_install"]) == ("block_actions", "A0ROUTER", False)
    assert heard["user"] == {"id": "U0ADA", "username": "ada", "name": "ada", "team_id": "T0STANDIN"}
    assert heard["container"] == {
        "type": "message", "message_ts": ts, "channel_id": CHANNEL, "is_ephemeral": False,
    }  # fmt: skip
    assert heard["channel"] == {"id": CHANNEL, "name": "sre"}
    assert heard["message"]["blocks"] == [BUTTONS]
    [action] = heard["actions"]
    assert (action["type"], action["action_id"], action["block_id"]) == ("button", "ack", "b1")
    assert (action["value"], action["text"]) == ("k.E-1", plain("Acknowledge"))
    assert heard["response_url"].startswith(f"{slack.workspace.address}/actions/T0STANDIN/")
    assert delivery.trigger_id == heard["trigger_id"]
    slack.assert_clean()


@pytest.mark.parametrize(
    ("action", "chosen", "told"),
    [
        ("more", "why|k.E-1", {"selected_option": option("Why?", "why|k.E-1")}),
        ("more", "Why?", {"selected_option": option("Why?", "why|k.E-1")}),
        ("owner", "U0SATO", {"selected_user": "U0SATO"}),
        ("reason", "noise", {"selected_option": option("Noise", "noise")}),
    ],
    ids=["menu by value", "menu by text", "person", "select"],
)
async def test_a_choice_tells_what_was_chosen(
    slack: SlackStandIn, call: Client, app: App, action: str, chosen: str, told: dict[str, Any]
):
    await call.post(blocks=[BUTTONS, PICKS])
    await slack.click(slack.posts(CHANNEL)[0], action, by=ADA, option=chosen)
    [heard] = app.heard
    assert heard["actions"][0].items() >= told.items()
    state = heard["state"]["values"]["stand-in-1"]
    assert state["reason"]["selected_option"] == (told["selected_option"] if action == "reason" else None)
    slack.assert_clean()


@pytest.mark.parametrize(
    ("action", "more"),
    [("resolve", {}), ("ack", {"value": "k.E-2"}), ("more", {"option": "release|k.E-1"}), ("reason", {"option": "x"})],
    ids=["button", "value", "entry", "option"],
)
async def test_nobody_can_use_what_is_not_there(slack: SlackStandIn, call: Client, app: App, action: str, more: Any):
    await call.post(blocks=[BUTTONS])
    with pytest.raises(NotThereError, match=r"there are: ack \(Acknowledge\); guide"):
        await slack.click(slack.posts(CHANNEL)[0], action, by=ADA, **more)
    assert not app.heard


async def test_a_click_is_on_the_message_as_it_stands_now(slack: SlackStandIn, call: Client):
    """Buttons that an edit removed cannot be clicked, nor can those of a deleted message."""
    ts = await call.post(blocks=[BUTTONS])
    [message] = slack.posts(CHANNEL)
    await call("chat.update", channel=CHANNEL, ts=ts, text="done", parse="none")
    with pytest.raises(NotThereError, match="no controls"):
        await slack.click(message, "ack", by=ADA)
    await call("chat.delete", channel=CHANNEL, ts=ts)
    with pytest.raises(NotThereError, match="gone"):
        await slack.click(message, "ack", by=ADA)


async def test_who_is_not_in_the_channel_sees_no_button(slack: SlackStandIn, call: Client):
    await call.post(blocks=[BUTTONS])
    slack.channel(CHANNEL).outsiders = frozenset({"U0ADA"})
    with pytest.raises(NotThereError, match="not in"):
        await slack.click(slack.posts(CHANNEL)[0], "ack", by=ADA)


async def test_the_same_click_delivered_twice_has_the_same_payload(slack: SlackStandIn, call: Client, app: App):
    await call.post(blocks=[BUTTONS])
    first = await slack.click(slack.posts(CHANNEL)[0], "ack", by=ADA)
    again = await slack.deliver_again(first)
    replay = await slack.deliver_again(again, replay=True)
    assert app.heard[0] == app.heard[1] == app.heard[2]
    assert (first.status, again.status, replay.status) == (200, 200, 200)
    assert len(slack.deliveries) == 3


@pytest.mark.parametrize("name", FORGERIES)
async def test_a_careful_app_gets_through_every_forgery_unharmed(
    slack: SlackStandIn, call: Client, app: App, name: str
):
    await call.post(blocks=[BUTTONS])
    delivery = await slack.click(slack.posts(CHANNEL)[0], "ack", by=ADA, forged=name)
    assert bool(app.heard) == (FORGERIES[name].refused is False)
    assert (delivery.status == 200) == (FORGERIES[name].refused is False)
    slack.assert_clean()


@pytest.mark.parametrize("name", [name for name, forgery in FORGERIES.items() if forgery.refused])
async def test_an_app_that_trusts_everybody_is_found_out(slack: SlackStandIn, call: Client, app: App, name: str):
    app.trusting = True
    await call.post(blocks=[BUTTONS])
    await slack.click(slack.posts(CHANNEL)[0], "ack", by=ADA, forged=name)
    assert [each.rule for each in slack.violations] == ["forgery_accepted"]


async def test_an_answer_goes_to_whoever_clicked_and_can_be_clicked_again(slack: SlackStandIn, call: Client, app: App):
    await call.post(blocks=[BUTTONS])
    delivery = await slack.click(slack.posts(CHANNEL)[0], "ack", by=ADA)
    async with call.session.post(delivery.response_url, json={"text": "Why?", "blocks": [PICKS]}) as response:
        assert (response.status, await response.json()) == (200, {"ok": True})
    [seen] = slack.ephemerals(ADA)
    assert (seen.text, seen.channel, slack.ephemerals(SATO)) == ("Why?", CHANNEL, [])
    with pytest.raises(NotThereError, match="only U0ADA sees it"):
        await slack.click(seen, "reason", by=SATO, option="noise")
    second = await slack.click(seen, "reason", by=ADA, option="noise")
    assert app.heard[-1]["container"]["is_ephemeral"]
    assert "message" not in app.heard[-1]
    await answer(call, second, text="Thanks", replace_original=True)
    assert (seen.text, seen.blocks, seen.edits) == ("Thanks", [], ["Why?"])
    await answer(call, second, delete_original=True)
    assert slack.ephemerals() == []
    slack.assert_clean()


async def answer(call: Client, delivery: Any, **args: Any) -> int:
    async with call.session.post(delivery.response_url, json=args) as response:
        return response.status


async def test_an_answer_can_stand_in_the_channel_or_in_the_thread_or_replace(slack: SlackStandIn, call: Client):
    ts = await call.post(blocks=[BUTTONS])
    [message] = slack.posts(CHANNEL)
    delivery = await slack.click(message, "ack", by=ADA)
    await answer(call, delivery, text="to all", response_type="in_channel", thread_ts=ts)
    await answer(call, delivery, text="acked", replace_original=True)
    assert [(each.text, each.thread_ts) for each in slack.posts(CHANNEL)] == [("acked", ""), ("to all", ts)]
    assert message.edits[0].blocks == [BUTTONS]


async def test_a_response_url_is_good_for_five_answers(slack: SlackStandIn, call: Client):
    await call.post(blocks=[BUTTONS])
    delivery = await slack.click(slack.posts(CHANNEL)[0], "ack", by=ADA)
    assert [await answer(call, delivery, text=str(number)) for number in range(6)] == [200] * 5 + [404]
    assert [each.text for each in slack.ephemerals(ADA)] == ["0", "1", "2", "3", "4"]
    assert slack.calls[-1].error == "used_url"


async def test_a_command_is_a_form_and_its_answer_is_shown(slack: SlackStandIn, app: App):
    app.body = '{"text": "2 SLOs at risk", "response_type": "ephemeral"}'
    await slack.command("/slo", "status", by=SATO, channel="C2")
    [form] = app.heard
    assert (form["command"], form["text"], form["user_id"], form["channel_id"]) == ("/slo", "status", "U0SATO", "C2")
    assert form["response_url"].startswith(f"{slack.workspace.address}/commands/")
    [seen] = slack.ephemerals(SATO)
    assert (seen.text, seen.channel) == ("2 SLOs at risk", "C2")
    slack.assert_clean()


async def test_shortcuts_name_the_message_or_nothing(slack: SlackStandIn, call: Client, app: App):
    ts = await call.post()
    await slack.shortcut("missed", by=ADA)
    await slack.shortcut("why_msg", by=ADA, message=slack.posts(CHANNEL)[0])
    alone, on_message = app.heard
    assert (alone["type"], alone["callback_id"], "channel" in alone) == ("shortcut", "missed", False)
    assert (on_message["type"], on_message["message_ts"]) == ("message_action", ts)
    assert on_message["message"]["text"] == "hello"
    slack.assert_clean()


async def test_an_event_is_told_again_with_the_same_id(slack: SlackStandIn, app: App):
    app.status = 503
    first = await slack.event("channel_archive", channel=CHANNEL, user="U0ADA")
    app.status = 200
    second = await slack.retry(first, "http_error")
    assert (first.status, second.status) == (503, 200)
    assert app.heard[0]["event"]["channel"] == CHANNEL
    assert app.heard[0]["event_id"] == app.heard[1]["event_id"]
    assert app.requests[1].headers["X-Slack-Retry-Num"] == "1"
    assert app.requests[1].headers["X-Slack-Retry-Reason"] == "http_error"
    assert [each.rule for each in slack.violations] == ["no_200"]


async def test_opening_the_home_is_an_event_that_shows_what_was_published(slack: SlackStandIn, call: Client, app: App):
    await slack.open_home(ADA)
    assert app.heard[-1]["event"].items() >= {"type": "app_home_opened", "user": "U0ADA", "tab": "home"}.items()
    home = {"type": "home", "blocks": [BUTTONS]}
    assert (await call("views.publish", user_id="U0ADA", view=home))["ok"]
    await slack.open_home(ADA)
    shown = slack.home(ADA)
    assert shown is not None
    assert app.heard[-1]["event"]["view"]["id"] == shown.id
    await slack.click(shown, "ack", by=ADA)
    assert app.heard[-1]["view"]["type"] == "home"
    slack.assert_clean()


async def test_slack_asks_for_proof_of_the_address_and_of_the_certificate(slack: SlackStandIn, app: App):
    app.body = "proof"
    await slack.verify_url("proof")
    app.body = ""
    await slack.check_ssl()
    slack.assert_clean()


async def test_an_app_that_does_not_answer_leaves_status_0(slack: SlackStandIn, app: App):
    await app.runner.cleanup()
    assert (await slack.command("/slo", by=ADA)).status == 0
    assert [each.rule for each in slack.violations] == ["no_200"]


async def test_a_secret_never_shows(slack: SlackStandIn, app: App):
    delivery = await slack.command("/slo", by=ADA)
    assert SECRET not in repr(slack.deliveries) + repr(delivery) + repr(slack.stage)
    assert TOKEN not in repr(slack.deliveries)
