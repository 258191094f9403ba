"""Delivery at Slack's pace: 429 waits, never drops, never calls too early, and keeps the order (promise P11)."""

import pytest

from router.errors import RefusedError
from router.testing import CHANNEL, Channel, Rates, faults
from tests.support.delivery import bench, order


@pytest.mark.parametrize(
    ("said", "retry_s", "frozen_s"),
    [
        ("1", 1.0, 1.0),
        ("30", 30.0, 30.0),
        ("3600", 300.0, 3_600.0),
        ("999999999", 300.0, 3_600.0),
        ("0", 1.0, 1.0),
        ("-5", 1.0, 1.0),
        ("2.5", 2.5, 2.5),
        ("abc", 5.0, 5.0),
        ("", 5.0, 5.0),
        ("nan", 5.0, 5.0),
        ("inf", 5.0, 5.0),
        (None, 5.0, 5.0),
    ],
)
async def test_retry_after_is_obeyed_whatever_it_says(said: str | None, retry_s: float, frozen_s: float):
    """The method stays frozen for up to an hour; the order is looked at again within five minutes."""
    async with bench() as b:
        b.slack.script("chat.postMessage", faults.rate_limited(said))
        with pytest.raises(RefusedError) as caught:
            await b.delivery.deliver(order())
        assert (caught.value.code, caught.value.retry_after_s) == ("ratelimited", retry_s)
        assert b.pacer.frozen_until["chat.postMessage"] == b.clock() + frozen_s
        assert b.limited == {"chat.postMessage": 1}
        assert b.results == {("chat.postMessage", "ratelimited"): 1}


@pytest.mark.parametrize("code", ["ratelimited", "rate_limited", "message_limit_exceeded"])
async def test_every_word_for_too_many_is_understood_with_status_200_too(code: str):
    async with bench() as b:
        b.slack.script("chat.postMessage", faults.rate_limited("2", code=code, status=200))
        with pytest.raises(RefusedError) as caught:
            await b.delivery.deliver(order())
        assert (caught.value.code, caught.value.retry_after_s) == ("ratelimited", 2.0)


async def test_the_wait_in_the_body_counts_where_the_header_is_missing():
    async with bench() as b:
        body = '{"retry_after": 9, "ok": false, "error": "rate_limited"}'
        b.slack.script("chat.postMessage", faults.Fault(faults.Act.ANSWER, 429, body))
        with pytest.raises(RefusedError) as caught:
            await b.delivery.deliver(order())
        assert caught.value.retry_after_s == 9.0


async def test_an_hour_of_cool_down_sees_no_call_and_loses_nothing():
    async with bench() as b:
        b.slack.script("chat.postMessage", faults.rate_limited("3600"))
        receipt = await b.until_told(order(), attempts=20)
        first, second = b.slack.calls
        assert second.at - first.at >= 3_600
        assert receipt.ts == b.slack.posts(CHANNEL)[0].ts
        b.slack.assert_clean()


async def test_a_storm_of_orders_keeps_the_pace_and_the_order():
    """Slack's own limit and three scripted ones: everything arrives, in order, and no call comes too early."""
    async with bench(rates=Rates(workspace_per_minute=20)) as b:
        b.slack.script("chat.postMessage", None, faults.rate_limited("30"), None, faults.rate_limited("1"))
        for number in range(60):
            await b.until_told(order(f"d-{number:02}"), attempts=30)
        told = [each.metadata["event_payload"]["delivery_id"] for each in b.slack.posts(CHANNEL)]
        assert told == [f"d-{number:02}" for number in range(60)]
        b.slack.assert_clean()


async def test_before_its_first_call_a_delivery_does_not_wait_but_says_when_to_come_back():
    async with bench() as b:
        await b.delivery.deliver(order("d-1"))
        with pytest.raises(RefusedError) as caught:
            await b.delivery.deliver(order("d-2"))
        assert (caught.value.code, caught.value.retry_after_s) == ("ratelimited", 1.0)
        assert len(b.slack.calls) == 1


async def test_the_smaller_attempt_waits_for_the_pace_too():
    async with bench() as b:
        b.slack.script("chat.postMessage", faults.error("invalid_blocks"))
        await b.delivery.deliver(order())
        first, second = b.slack.calls
        assert second.at - first.at == pytest.approx(1.0)
        b.slack.assert_clean()


async def test_a_wait_longer_than_its_patience_ends_a_delivery():
    async with bench() as b:
        b.pacer.every_s = 60.0
        b.slack.script("chat.postMessage", faults.error("invalid_blocks"))
        with pytest.raises(RefusedError) as caught:
            await b.delivery.deliver(order())
        assert (caught.value.code, caught.value.retry_after_s) == ("ratelimited", 60.0)


async def test_a_limit_on_edits_does_not_stop_posts():
    async with bench(channels=[Channel(CHANNEL, "sre"), Channel("C2")]) as b:
        posted = await b.delivery.deliver(order())
        b.slack.script("chat.update", faults.rate_limited("30"))
        with pytest.raises(RefusedError):
            await b.delivery.deliver(order("d-2", title="Resolved", ts=posted.ts))
        await b.delivery.deliver(order("d-3", channel="C2"))
        assert len(b.slack.messages) == 2
        b.slack.assert_clean()
