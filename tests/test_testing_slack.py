"""The Slack stand-in as a service: its ledger, pages, edits and answers."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from router.testing import CHANNEL, TOKEN, UNLIMITED, Channel, SlackStandIn, Token, VirtualClock
from tests.support.slack_client import SAFE, Client

META = {"event_type": "alert_router", "event_payload": {"delivery_id": "d-1"}}


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as opened:
        yield opened


@pytest.fixture
async def slack(clock: VirtualClock) -> AsyncIterator[SlackStandIn]:
    async with SlackStandIn(clock, rates=UNLIMITED, channels=[Channel(CHANNEL, "sre"), Channel("C2")]) as running:
        yield running


@pytest.fixture
def call(session: aiohttp.ClientSession, slack: SlackStandIn) -> Client:
    return Client(session, slack.url)


async def test_a_post_lands_in_the_ledger_and_the_answer_is_slacks(slack: SlackStandIn, call: Client):
    answer = await call("chat.postMessage", channel="#sre", text="hello", metadata=META, **SAFE)
    [message] = slack.posts(CHANNEL)
    assert (answer["ok"], answer["channel"], answer["ts"]) == (True, CHANNEL, message.ts)
    assert answer["message"]["text"] == message.text == "hello"
    assert message.metadata == META
    slack.assert_clean()


async def test_two_posts_in_one_microsecond_have_rising_timestamps(call: Client):
    assert [await call.post() for _ in range(3)] == [f"1760000000.00000{n}" for n in range(3)]


async def test_an_edit_keeps_what_is_absent_and_text_alone_removes_the_blocks(slack: SlackStandIn, call: Client):
    blocks = [{"type": "divider", "block_id": "a"}]
    ts = await call.post(blocks=blocks, metadata=META)
    [message] = slack.messages
    await call(
        "chat.update", channel=CHANNEL, ts=ts, parse="none", blocks=[{"type": "divider", "block_id": "b"}], text="2"
    )
    assert (message.text, message.blocks[0]["block_id"], message.metadata) == ("2", "b", META)
    await call("chat.update", channel=CHANNEL, ts=ts, parse="none", text="3", metadata={})
    assert (message.text, message.blocks, message.metadata) == ("3", [], {})
    assert [(edit.text, edit.blocks) for edit in message.edits] == [
        ("hello", blocks),
        ("2", [{"type": "divider", "block_id": "b"}]),
    ]
    slack.assert_clean()


async def test_an_edit_that_changes_nothing_may_keep_its_block_ids(slack: SlackStandIn, call: Client):
    """A repeated edit after a lost answer is the same edit."""
    blocks = [{"type": "divider", "block_id": "a"}]
    ts = await call.post(blocks=blocks)
    await call("chat.update", channel=CHANNEL, ts=ts, parse="none", blocks=blocks, text="hello")
    slack.assert_clean()


async def test_a_timestamp_is_a_key_only_together_with_its_channel(call: Client):
    ts = await call.post()
    answer = await call("chat.update", channel="C2", ts=ts, text="x", parse="none")
    assert answer["error"] == "message_not_found"


async def test_history_shows_roots_and_broadcasts_newest_first_and_metadata_on_request(call: Client):
    root = await call.post("root")
    await call.post("reply", thread_ts=root)
    shared = await call.post("shared", thread_ts=root, reply_broadcast=True, metadata=META)
    plain = await call.read("conversations.history", channel=CHANNEL)
    full = await call.read("conversations.history", channel=CHANNEL, include_all_metadata="1")
    assert [each["ts"] for each in plain["messages"]] == [shared, root]
    assert "metadata" not in plain["messages"][0]
    assert full["messages"][0]["metadata"] == META


async def test_history_comes_in_pages(call: Client):
    sent = [await call.post(str(number)) for number in range(25)]
    seen, cursor = [], {}
    for _ in range(3):
        page = await call.read("conversations.history", channel=CHANNEL, limit="10", **cursor)
        seen += [each["ts"] for each in page["messages"]]
        cursor = {"cursor": page.get("response_metadata", {}).get("next_cursor", "")}
    assert seen == sent[::-1]
    assert not page["has_more"]


@pytest.mark.parametrize(
    ("bounds", "expected"),
    [
        ({"oldest": 1}, [2]),
        ({"oldest": 1, "inclusive": "1"}, [2, 1]),
        ({"latest": 1}, [0]),
        ({"oldest": 0, "latest": 2}, [1]),
    ],
    ids=["after", "from", "before", "between"],
)
async def test_history_has_bounds(call: Client, bounds: dict[str, Any], expected: list[int]):
    sent = [await call.post() for _ in range(3)]
    args = {key: sent[value] if isinstance(value, int) else value for key, value in bounds.items()}
    page = await call.read("conversations.history", channel=CHANNEL, **args)
    assert [each["ts"] for each in page["messages"]] == [sent[number] for number in expected]


async def test_replies_are_the_parent_and_its_thread_oldest_first(call: Client):
    root = await call.post("root")
    first, second = await call.post(thread_ts=root), await call.post(thread_ts=root)
    page = await call.read("conversations.replies", channel=CHANNEL, ts=root)
    assert [each["ts"] for each in page["messages"]] == [root, first, second]


async def test_a_deleted_parent_with_replies_leaves_a_placeholder(slack: SlackStandIn, call: Client):
    lonely, root = await call.post(), await call.post()
    await call.post(thread_ts=root)
    for ts in (lonely, root):
        assert (await call("chat.delete", channel=CHANNEL, ts=ts))["ok"]
    page = await call.read("conversations.history", channel=CHANNEL)
    assert [(each["ts"], each["subtype"]) for each in page["messages"]] == [(root, "tombstone")]
    assert (await call("chat.postMessage", channel=CHANNEL, text="x", thread_ts=root, **SAFE))["ok"]
    refused = await call("chat.postMessage", channel=CHANNEL, text="x", thread_ts=lonely, **SAFE)
    assert refused["error"] == "message_not_found"
    slack.assert_clean()


async def test_joining_makes_the_app_a_member(slack: SlackStandIn, call: Client):
    slack.channel("C2").member = False
    assert not (await call.read("conversations.info", channel="C2"))["channel"]["is_member"]
    assert (await call("conversations.join", channel="C2"))["ok"]
    assert (await call.read("conversations.info", channel="C2"))["channel"]["is_member"]


async def test_a_private_channel_needs_the_scope_for_private_ones(session: aiohttp.ClientSession, clock: VirtualClock):
    tokens = [Token(scopes=frozenset({"channels:history", "channels:read"}))]
    async with SlackStandIn(clock, channels=[Channel(CHANNEL, private=True)], tokens=tokens) as slack:
        call = Client(session, slack.url)
        history = await call.read("conversations.history", channel=CHANNEL)
        info = await call.read("conversations.info", channel=CHANNEL)
    assert (history["error"], history["needed"]) == ("missing_scope", "groups:history")
    assert (info["error"], info["needed"]) == ("missing_scope", "groups:read")
    assert history["provided"] == "channels:history,channels:read"


async def test_auth_test_says_who_the_token_is_and_what_it_may(session: aiohttp.ClientSession, slack: SlackStandIn):
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with session.post(slack.url + "auth.test", headers=headers) as response:
        assert (await response.json())["bot_id"] == "B0ROUTER"
        assert "chat:write" in response.headers["X-OAuth-Scopes"]


async def test_blocks_validate_needs_no_token_and_lists_every_problem(
    session: aiohttp.ClientSession, slack: SlackStandIn
):
    blocks = json.dumps([{"type": "header"}, {"type": "nope"}])
    async with session.post(slack.url + "blocks.validate", data={"blocks": blocks}) as response:
        answer = await response.json()
    assert [each["pointer"] for each in answer["errors"]] == ["/blocks/0", "/blocks/1/type"]
    async with session.post(slack.url + "blocks.validate", json={"blocks": [{"type": "divider"}]}) as response:
        assert (await response.json())["ok"]


async def test_refused_blocks_are_answered_in_the_shape_seen_in_the_wild(call: Client):
    answer = await call("chat.postMessage", channel=CHANNEL, text="x", blocks=[{"type": "nope"}], **SAFE)
    line = "unsupported type: nope [json-pointer:/blocks/0/type]"
    assert answer == {
        "ok": False,
        "error": "invalid_blocks",
        "errors": [line],
        "response_metadata": {"messages": [f"[ERROR] {line}"]},
    }


async def test_blocks_may_come_as_json_text_in_a_form(session: aiohttp.ClientSession, slack: SlackStandIn):
    form = {"token": TOKEN, "channel": CHANNEL, "text": "x", "blocks": '[{"type": "divider"}]'}
    async with session.post(slack.url + "chat.postMessage", data=form) as response:
        assert (await response.json())["ok"]
    assert slack.messages[0].blocks == [{"type": "divider"}]


async def test_mentions_on_the_list_are_allowed(session: aiohttp.ClientSession, clock: VirtualClock):
    async with SlackStandIn(clock, allow=["<!subteam^S0SRE>"]) as slack:
        await Client(session, slack.url).post("<!subteam^S0SRE> look &amp; see &lt;here&gt; <https://e.com|this>")
        slack.assert_clean()


async def test_the_log_of_calls_holds_arguments_but_no_token(slack: SlackStandIn, call: Client):
    await call("chat.postMessage", channel=CHANNEL, text="hello", token=TOKEN)
    assert slack.calls[-1].args["text"] == "hello"
    assert TOKEN not in repr(slack.calls) + repr(slack.workspace)


def test_the_clock_does_not_run_back():
    with pytest.raises(ValueError, match="back"):
        VirtualClock().advance(-1)
