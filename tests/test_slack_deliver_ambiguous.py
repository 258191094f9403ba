"""Delivery when the answer never came: at most one message, never none (promise P5)."""

from dataclasses import replace

import pytest

from router.errors import AmbiguousError, RefusedError
from router.incident import Say
from router.testing import CHANNEL, UNLIMITED, Channel, Token, faults
from tests.support.delivery import bench, draw, order, seen_at

FALLBACK = "C0FALLBACK"
UNKNOWN = {
    "cut after storing": (faults.cut_after_storing(), "connection_lost"),
    "cut before headers": (faults.cut(), "connection_lost"),
    "hang after storing": (faults.hang(stored=True), "timeout"),
    "hang": (faults.hang(), "timeout"),
    "slow body": (faults.slow_body(), "timeout"),
    "500": (faults.http_error(500), "http_500"),
    "502 after storing": (faults.http_error(502, stored=True), "http_502"),
    "503": (faults.http_error(503), "http_503"),
    "504 after storing": (faults.http_error(504, stored=True), "http_504"),
    "internal_error after storing": (faults.error("internal_error", stored=True), "internal_error"),
    "fatal_error": (faults.error("fatal_error"), "fatal_error"),
    "fatal_error with 500": (faults.error("fatal_error", status=500, stored=True), "http_500"),
    "request_timeout": (faults.error("request_timeout"), "request_timeout"),
    "service_unavailable": (faults.error("service_unavailable", status=503), "http_503"),
    "invalid JSON": (faults.invalid_json(), "unparsable"),
    "a JSON list": (faults.body("[1]"), "unparsable"),
    "an empty object": (faults.body("{}"), "unparsable"),
    "an empty body": (faults.body(""), "unparsable"),
    "plain text": (faults.body("ok", content_type="text/plain"), "unparsable"),
    "not UTF-8 as told": (faults.body('{"ok": "é"}', content_type="application/json"), "unparsable"),
    "ok without a timestamp": (faults.body('{"ok": true}'), "ok"),
    "redirect": (faults.redirect(), "unparsable"),
}


@pytest.mark.parametrize(("fault", "code"), UNKNOWN.values(), ids=UNKNOWN)
async def test_an_answer_that_did_not_arrive_is_ambiguous_and_ends_in_exactly_one_message(fault, code: str):
    async with bench(deadline_s=0.5) as b:
        b.slack.script("chat.postMessage", fault)
        with pytest.raises(AmbiguousError) as caught:
            await b.delivery.deliver(order())
        assert (caught.value.code, caught.value.retry_after_s) == (code, 3.0)
        b.clock.advance(3.0)
        receipt = await b.until_told(order(intent_at=b.clock() - 3.0))
        [message] = b.slack.posts(CHANNEL)
        assert receipt.ts == message.ts
        assert receipt.degraded == ""
        b.slack.assert_clean()


async def test_two_hundred_posts_cut_after_storing_are_two_hundred_messages():
    async with bench() as b:
        for number in range(200):
            b.slack.script("chat.postMessage", faults.cut_after_storing())
            receipt = await b.until_told(order(f"d-{number}"))
            assert receipt.ts == b.slack.posts(CHANNEL)[-1].ts
        assert len(b.slack.posts(CHANNEL)) == 200
        assert b.results["chat.postMessage", "connection_lost"] == 200
        b.slack.assert_clean()


async def test_a_message_not_found_at_once_is_looked_for_again_before_it_is_repeated():
    async with bench() as b:
        lost = order(intent_at=b.clock())
        with pytest.raises(AmbiguousError) as caught:
            await b.delivery.deliver(lost)
        assert (caught.value.code, caught.value.retry_after_s) == ("not_found_yet", 3.0)
        assert b.slack.messages == []
        await b.delivery.deliver(replace(lost, lookups=1))
        assert len(b.slack.posts(CHANNEL)) == 1
        b.slack.assert_clean()


async def test_of_two_copies_the_first_stays_and_the_other_is_deleted():
    async with bench() as b:
        first = await b.until_told(order())
        await b.until_told(order())
        receipt = await b.until_told(order(intent_at=b.clock() - 10))
        assert receipt.ts == first.ts
        assert [each.ts for each in b.slack.posts(CHANNEL)] == [first.ts]
        b.slack.assert_clean()


async def test_a_copy_that_cannot_be_deleted_is_reported():
    async with bench() as b:
        await b.until_told(order())
        await b.until_told(order())
        b.slack.script("chat.delete", faults.error("cant_delete_message"))
        receipt = await b.until_told(order(intent_at=b.clock() - 10))
        assert receipt.degraded == "duplicate_left:cant_delete_message"


async def test_a_message_found_says_what_is_true_now():
    """Between the lost answer and the look-up things may have changed."""
    async with bench() as b:
        b.slack.script("chat.postMessage", faults.cut_after_storing())
        with pytest.raises(AmbiguousError):
            await b.delivery.deliver(order(title="Firing"))
        receipt = await b.until_told(order(title="Resolved", intent_at=b.clock()))
        [message] = b.slack.posts(CHANNEL)
        assert receipt.ts == message.ts
        assert message.text == draw(order(title="Resolved")).text


async def test_a_message_found_whose_edit_must_wait_is_found_again():
    """Edits are what Slack limits most: that one has to wait must not make its message unknown."""
    async with bench() as b:
        await b.until_told(order(title="Firing"))
        b.pacer.frozen_until["chat.update"] = b.clock() + 20
        lost = order(title="Resolved", intent_at=b.clock())
        with pytest.raises(AmbiguousError) as caught:
            await b.delivery.deliver(seen_at(lost, b.clock()))
        assert (caught.value.code, caught.value.retry_after_s) == ("ratelimited", 20.0)
        await b.until_told(lost)
        [message] = b.slack.messages
        assert message.text == draw(order(title="Resolved")).text
        b.slack.assert_clean()


async def test_a_message_found_that_cannot_be_edited_is_kept_and_reported():
    async with bench() as b:
        await b.until_told(order(title="Firing"))
        b.slack.script("chat.update", faults.error("edit_window_closed"))
        receipt = await b.until_told(order(title="Resolved", intent_at=b.clock() - 10))
        assert receipt.degraded == "outdated:edit_window_closed"
        assert len(b.slack.posts(CHANNEL)) == 1


@pytest.mark.parametrize("say", [Say.CAUSES, Say.BROADCAST])
async def test_a_reply_is_looked_for_in_its_thread(say: Say):
    async with bench() as b:
        root = await b.until_told(order("d-root"))
        b.clock.advance(1.0)
        b.slack.script("chat.postMessage", faults.cut_after_storing())
        await b.until_told(order("d-2", say, thread_ts=root.ts))
        assert len(b.slack.posts(CHANNEL)) == 2
        b.slack.assert_clean()


async def test_a_reply_that_had_lost_its_thread_is_found_in_the_channel():
    async with bench() as b:
        root = await b.until_told(order("d-root"))
        b.clock.advance(1.0)
        b.slack.messages[0].deleted = True
        b.slack.script("chat.postMessage", None, faults.cut_after_storing())
        await b.until_told(order("d-2", Say.CAUSES, thread_ts=root.ts))
        assert len(b.slack.posts(CHANNEL)) == 1
        b.slack.assert_clean()


async def test_the_look_up_turns_every_page():
    async with bench(rates=UNLIMITED) as b:
        b.pacer.every_s = 0.0
        mine = await b.delivery.deliver(order("d-mine"))
        for number in range(450):
            await b.delivery.deliver(order(f"d-{number}"))
        receipt = await b.delivery.deliver(order("d-mine", intent_at=b.clock()))
        assert receipt.ts == mine.ts
        assert b.results["conversations.history", "ok"] == 3
        b.slack.assert_clean()


async def test_without_the_right_to_read_history_a_repeat_beats_silence_and_says_so():
    tokens = [Token(scopes=frozenset({"chat:write"}))]
    async with bench(tokens=tokens) as b:
        b.slack.script("chat.postMessage", faults.cut_after_storing())
        receipt = await b.until_told(order())
        first, second = b.slack.posts(CHANNEL)
        assert receipt.degraded == "look_up:missing_scope"
        assert "repeat" not in first.text
        assert "May be a repeat" in second.text


async def test_a_public_channel_is_joined_so_that_its_history_can_be_read():
    """chat:write.public posts into channels the app is not in, but reads none of them."""
    async with bench(channels=[Channel(CHANNEL, "sre", member=False)]) as b:
        b.slack.script("chat.postMessage", faults.cut_after_storing())
        receipt = await b.until_told(order())
        assert [each.ts for each in b.slack.posts(CHANNEL)] == [receipt.ts]
        assert receipt.degraded == ""


@pytest.mark.parametrize(
    "fault",
    [faults.http_error(500), faults.hang(), faults.cut(), faults.invalid_json()],
    ids=["500", "hang", "cut", "invalid JSON"],
)
async def test_a_history_that_stays_out_of_order_delays_the_message_by_a_minute_and_no_more(fault):
    async with bench(deadline_s=0.5) as b:
        b.slack.always("conversations.history", fault)
        lost, began = order(intent_at=b.clock(), lookups=1), b.clock()
        for passed in (0.0, 59.0):
            with pytest.raises(AmbiguousError) as caught:
                await b.delivery.deliver(seen_at(lost, began + passed))
            assert (caught.value.code, caught.value.retry_after_s) == ("look_up_failed", 3.0)
        receipt = await b.delivery.deliver(seen_at(lost, began + 60.0))
        assert receipt.degraded.startswith("look_up:")
        assert len(b.slack.posts(CHANNEL)) == 1


async def test_a_look_up_that_failed_is_made_again_until_it_can_tell():
    """A message that stands there already is not repeated because its history was out of order for a while."""
    async with bench() as b:
        first = await b.until_told(order())
        broken = (faults.http_error(500), faults.cut(), faults.invalid_json(), faults.rate_limited("20"))
        b.slack.script("conversations.history", *broken, faults.http_error(503))
        receipt = await b.until_told(order(intent_at=b.clock()))
        assert receipt.ts == first.ts
        assert len(b.slack.messages) == 1
        b.slack.assert_clean()


async def test_a_history_that_slack_closes_for_an_hour_delays_the_message_by_five_minutes():
    async with bench() as b:
        b.slack.script("conversations.history", faults.rate_limited("3600"))
        lost, began = order(intent_at=b.clock()), b.clock()
        for passed in (0.0, 299.0):
            with pytest.raises(AmbiguousError, match="look_up_failed"):
                await b.delivery.deliver(seen_at(lost, began + passed))
        receipt = await b.delivery.deliver(seen_at(lost, began + 300.0))
        assert receipt.degraded == "look_up:ratelimited"
        b.slack.assert_clean()


async def test_a_look_up_that_is_rate_limited_waits_and_does_not_repeat_the_message():
    async with bench() as b:
        await b.until_told(order())
        b.slack.script("conversations.history", faults.rate_limited("7"))
        with pytest.raises(AmbiguousError) as caught:
            await b.delivery.deliver(order(intent_at=b.clock(), lookups=3))
        assert (caught.value.code, caught.value.retry_after_s) == ("look_up_failed", 7.0)
        b.clock.advance(7.0)
        await b.delivery.deliver(order(intent_at=b.clock() - 7, lookups=3))
        assert len(b.slack.posts(CHANNEL)) == 1
        b.slack.assert_clean()


async def test_a_post_into_the_fallback_is_looked_for_in_the_fallback():
    channels = [Channel(CHANNEL, archived=True), Channel(FALLBACK)]
    async with bench(channels=channels) as b:
        b.slack.script("chat.postMessage", None, faults.cut_after_storing())
        receipt = await b.until_told(order(fallback_channel=FALLBACK))
        [message] = b.slack.messages
        assert (receipt.channel, receipt.ts) == (FALLBACK, message.ts)
        b.slack.assert_clean()


EDITS = {name: case for name, case in UNKNOWN.items() if name != "ok without a timestamp"}
"""An edit needs no timestamp in its answer."""


@pytest.mark.parametrize(("fault", "code"), EDITS.values(), ids=EDITS)
async def test_an_edit_whose_answer_did_not_arrive_is_simply_repeated(fault, code: str):
    async with bench(deadline_s=0.5) as b:
        posted = await b.until_told(order())
        b.slack.script("chat.update", fault)
        with pytest.raises(AmbiguousError, match=code):
            await b.delivery.deliver(order("d-2", title="Resolved", ts=posted.ts))
        await b.until_told(order("d-2", title="Resolved", ts=posted.ts, intent_at=b.clock()))
        [message] = b.slack.posts(CHANNEL)
        assert "Resolved" in message.text
        b.slack.assert_clean()


async def test_a_continuation_whose_answer_did_not_arrive_is_not_posted_twice():
    """The old message carries the same delivery id, and is not mistaken for the new one."""
    async with bench() as b:
        old = await b.until_told(order())
        b.slack.always("chat.update", faults.error("edit_window_closed"))
        b.slack.script("chat.postMessage", faults.cut_after_storing())
        new = await b.until_told(order(title="Resolved", ts=old.ts))
        assert [each.ts for each in b.slack.posts(CHANNEL)] == [old.ts, new.ts]


async def test_a_server_that_does_not_listen_is_a_refusal_for_certain():
    async with bench() as b:
        await b.slack.__aexit__()
        with pytest.raises(RefusedError) as caught:
            await b.delivery.deliver(order())
        assert (caught.value.code, caught.value.retry_after_s) == ("unreachable", 5.0)
        assert b.results == {("chat.postMessage", "unreachable"): 1}


async def test_nothing_is_certain_while_an_earlier_attempt_is_not_looked_up():
    async with bench() as b:
        await b.slack.__aexit__()
        with pytest.raises(AmbiguousError, match="look_up_failed"):
            await b.delivery.deliver(order(intent_at=b.clock()))


async def test_a_look_up_in_the_fallback_that_must_wait_leaves_the_outcome_open():
    channels = [Channel(CHANNEL, archived=True), Channel(FALLBACK)]
    async with bench(channels=channels) as b:
        lost = order(fallback_channel=FALLBACK, intent_at=b.clock(), lookups=1)
        b.slack.script("conversations.history", None, faults.rate_limited("7"))
        with pytest.raises(AmbiguousError, match="look_up_failed"):
            await b.delivery.deliver(lost)
