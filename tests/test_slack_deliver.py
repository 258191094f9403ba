"""Delivery to Slack: the plain ways, refusals of content, of channels and of tokens."""

import logging

import pytest

from router.errors import AmbiguousError, RefusedError
from router.incident import Receipt, Say
from router.testing import CHANNEL, Channel, Token, faults
from tests.support.delivery import bench, draw, order

ROOM, FALLBACK = Channel(CHANNEL, "sre"), "C0FALLBACK"


def rooms(**state: bool) -> list[Channel]:
    """The usual channel in some state, and a healthy fallback."""
    return [Channel(CHANNEL, "sre", **state), Channel(FALLBACK, "fallback")]


async def test_a_new_order_is_posted_once_with_its_delivery_id_and_without_unfurling():
    async with bench() as b:
        receipt = await b.delivery.deliver(order("d-7"))
        [message] = b.slack.posts(CHANNEL)
        assert receipt == Receipt(CHANNEL, message.ts)
        assert message.metadata == {"event_type": "alert_router", "event_payload": {"delivery_id": "d-7"}}
        assert message.text == draw(order("d-7")).text
        [call] = b.slack.calls
        assert (call.args["unfurl_links"], call.args["unfurl_media"]) == (False, False)
        assert "client_msg_id" not in call.args
        assert b.results == {("chat.postMessage", "ok"): 1}
        b.slack.assert_clean()


async def test_an_order_with_a_timestamp_edits_that_message_and_parses_nothing():
    async with bench() as b:
        posted = await b.delivery.deliver(order())
        edited = await b.delivery.deliver(order("d-2", title="Resolved", ts=posted.ts))
        [message] = b.slack.posts(CHANNEL)
        assert edited == posted
        assert "Resolved" in message.text
        assert len(message.edits) == 1
        assert b.slack.calls[-1].args["parse"] == "none"
        b.slack.assert_clean()


async def test_causes_go_into_the_thread_and_a_broadcast_shows_in_the_channel_too():
    async with bench() as b:
        root = await b.until_told(order())
        await b.until_told(order("d-2", Say.CAUSES, thread_ts=root.ts))
        await b.until_told(order("d-3", Say.BROADCAST, thread_ts=root.ts))
        _, causes, broadcast = b.slack.posts(CHANNEL)
        assert (causes.thread_ts, causes.broadcast) == (root.ts, False)
        assert (broadcast.thread_ts, broadcast.broadcast) == (root.ts, True)
        b.slack.assert_clean()


@pytest.mark.parametrize("code", ["invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "never_heard_of"])
async def test_blocks_that_slack_refuses_are_left_out_step_by_step(code: str):
    """First the optional ones go, then all; the sentence always arrives."""
    async with bench() as b:
        b.slack.script("chat.postMessage", faults.error(code))
        lean = await b.until_told(order("d-1"))
        b.slack.script("chat.postMessage", faults.error(code), faults.error(code))
        bare = await b.until_told(order("d-2"))
        first, second = b.slack.posts(CHANNEL)
        assert [block["type"] for block in first.blocks] == ["header", "section"]
        assert second.blocks == []
        assert first.metadata
        assert second.metadata
        assert lean.degraded == bare.degraded == f"smaller:{code}"
        assert b.results["chat.postMessage", code] == 3
        b.slack.assert_clean()


@pytest.mark.parametrize("code", ["metadata_too_large", "invalid_metadata_format", "invalid_metadata_schema"])
async def test_metadata_that_slack_refuses_is_left_out_alone(code: str):
    async with bench() as b:
        b.slack.script("chat.postMessage", faults.error(code))
        receipt = await b.until_told(order())
        [message] = b.slack.posts(CHANNEL)
        assert (message.metadata, len(message.blocks)) == ({}, 3)
        assert receipt.degraded == f"metadata:{code}"


async def test_a_text_that_is_too_long_is_cut_at_last():
    async with bench() as b:
        root = await b.until_told(order())
        receipt = await b.until_told(order("d-2", title="x" * 5_000, ts=root.ts))
        assert receipt.ts == root.ts
        assert len(b.slack.posts(CHANNEL)[0].text) == 3_000
        b.slack.assert_clean()


async def test_content_that_slack_refuses_in_every_form_is_an_error_for_humans():
    async with bench() as b:
        b.slack.always("chat.postMessage", faults.error("invalid_blocks"))
        with pytest.raises(RefusedError) as caught:
            await b.delivery.deliver(order())
        assert (caught.value.code, caught.value.retry_after_s) == ("invalid_blocks", 60.0)


@pytest.mark.parametrize(
    ("state", "code"),
    [
        ({"archived": True}, "is_archived"),
        ({"private": True, "member": False}, "channel_not_found"),
        ({"read_only": True}, "restricted_action_read_only_channel"),
        ({"thread_only": True}, "restricted_action_thread_only_channel"),
    ],
    ids=["archived", "private and not a member", "read-only", "replies only"],
)
@pytest.mark.parametrize("locale", ["en", "ja"])
async def test_a_channel_that_refuses_is_replaced_by_the_fallback_which_says_so(state: dict, code: str, locale: str):
    async with bench(channels=rooms(**state)) as b:
        receipt = await b.delivery.deliver(order(fallback_channel=FALLBACK, locale=locale))
        [message] = b.slack.posts(FALLBACK)
        assert receipt == Receipt(FALLBACK, message.ts, f"rerouted:{code}")
        assert CHANNEL in message.text
        assert code in message.text
        assert code in str(message.blocks[-1])
        b.slack.assert_clean()


@pytest.mark.parametrize("fallback", ["", CHANNEL], ids=["none", "the same channel"])
async def test_without_a_fallback_a_refusing_channel_is_an_error_that_names_it(fallback: str):
    async with bench(channels=rooms(archived=True)) as b:
        with pytest.raises(RefusedError, match=f"is_archived: channel {CHANNEL}"):
            await b.delivery.deliver(order(fallback_channel=fallback))


async def test_a_fallback_that_refuses_too_is_an_error_that_names_the_fallback():
    channels = [Channel(CHANNEL, archived=True), Channel(FALLBACK, archived=True)]
    async with bench(channels=channels) as b:
        with pytest.raises(RefusedError, match=f"is_archived: channel {FALLBACK}"):
            await b.delivery.deliver(order(fallback_channel=FALLBACK))


async def test_a_public_channel_is_joined_and_then_posted_into():
    scopes = frozenset({"chat:write", "channels:join"})
    async with bench(channels=rooms(member=False), tokens=[Token(scopes=scopes)]) as b:
        receipt = await b.delivery.deliver(order(fallback_channel=FALLBACK))
        assert receipt.channel == CHANNEL
        assert b.slack.channel(CHANNEL).member
        b.slack.assert_clean()


async def test_a_channel_that_cannot_be_joined_is_replaced_by_the_fallback():
    scopes = frozenset({"chat:write"})
    async with bench(channels=rooms(member=False), tokens=[Token(scopes=scopes)]) as b:
        receipt = await b.delivery.deliver(order(fallback_channel=FALLBACK))
        assert (receipt.channel, receipt.degraded) == (FALLBACK, "rerouted:not_in_channel")


@pytest.mark.parametrize(
    "code",
    ["invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired", "org_login_required"],
)
async def test_a_token_that_slack_refuses_stops_the_delivery_for_a_minute(code: str):
    async with bench() as b:
        b.slack.script("chat.postMessage", faults.error(code))
        with pytest.raises(RefusedError) as caught:
            await b.delivery.deliver(order(fallback_channel=FALLBACK))
        assert (caught.value.code, caught.value.retry_after_s) == (code, 60.0)
        assert b.slack.messages == []


@pytest.mark.parametrize("code", ["cant_update_message", "edit_window_closed", "block_mismatch"])
@pytest.mark.parametrize("locale", ["en", "ja"])
async def test_a_message_that_cannot_be_edited_is_continued_in_a_new_one(code: str, locale: str):
    async with bench() as b:
        old = await b.until_told(order())
        b.slack.script("chat.update", faults.error(code))
        new = await b.until_told(order("d-2", title="Resolved", ts=old.ts, locale=locale))
        message = b.slack.posts(CHANNEL)[-1]
        assert (new.ts, new.degraded) == (message.ts, f"anew:{code}")
        assert ("Continues" if locale == "en" else "続き") in message.text
        b.slack.assert_clean()


async def test_a_deleted_message_is_continued_in_a_new_one():
    async with bench() as b:
        old = await b.until_told(order())
        b.slack.messages[0].deleted = True
        new = await b.until_told(order("d-2", ts=old.ts))
        assert new.degraded == "anew:message_not_found"
        assert [each.ts for each in b.slack.posts(CHANNEL)] == [new.ts]


async def test_an_edit_in_an_archived_channel_continues_in_the_fallback():
    async with bench(channels=rooms()) as b:
        old = await b.until_told(order())
        b.slack.channel(CHANNEL).archived = True
        new = await b.until_told(order("d-2", ts=old.ts, fallback_channel=FALLBACK))
        assert (new.channel, new.degraded) == (FALLBACK, "anew:is_inactive; rerouted:is_archived")


@pytest.mark.parametrize("say", [Say.CAUSES, Say.BROADCAST])
async def test_a_reply_whose_thread_is_gone_is_posted_beside_it(say: Say):
    async with bench() as b:
        root = await b.until_told(order())
        b.slack.messages[0].deleted = True
        receipt = await b.until_told(order("d-2", say, thread_ts=root.ts))
        [message] = b.slack.posts(CHANNEL)
        assert (message.thread_ts, receipt.degraded) == ("", "unthreaded:message_not_found")
        b.slack.assert_clean()


async def test_a_reply_in_the_fallback_leaves_its_thread_behind():
    async with bench(channels=rooms()) as b:
        root = await b.until_told(order())
        b.slack.channel(CHANNEL).archived = True
        receipt = await b.until_told(order("d-2", Say.BROADCAST, thread_ts=root.ts, fallback_channel=FALLBACK))
        [message] = b.slack.posts(FALLBACK)
        assert (message.thread_ts, receipt.degraded) == ("", "rerouted:is_archived")
        b.slack.assert_clean()


async def test_neither_logs_nor_errors_show_the_token_or_what_slack_answered(caplog: pytest.LogCaptureFixture):
    """Slack's errors hold the whole answer in their text; none of it may get out."""
    caplog.set_level(logging.DEBUG)
    token = "xoxb-canary-4711"
    answer = '{"ok": false, "error": "invalid_auth", "warning": "canary-body"}'
    async with bench(token=token, tokens=[Token(token)]) as b:
        b.slack.script("chat.postMessage", faults.body(answer), faults.invalid_json(stored=False))
        with pytest.raises(RefusedError) as refused:
            await b.delivery.deliver(order())
        b.clock.advance(60)
        with pytest.raises(AmbiguousError) as ambiguous:
            await b.delivery.deliver(order())
    shown = caplog.text + str(refused.value) + repr(refused.value) + str(ambiguous.value)
    assert "canary" not in shown
