"""The Slack stand-in's pace on a virtual clock, and its faults over real HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest

from router.testing import CHANNEL, UNLIMITED, Channel, Rates, SlackStandIn, VirtualClock, faults
from tests.support.slack_client import SAFE, Client


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


async def test_one_post_a_second_and_channel_and_no_burst(session: aiohttp.ClientSession, clock: VirtualClock):
    async with SlackStandIn(clock, channels=[Channel(CHANNEL), Channel("C2")]) as slack:
        call = Client(session, slack.url)
        await call.post()
        assert (await call("chat.postMessage", channel="C2", text="x", **SAFE))["ok"]
        async with session.post(
            slack.url + "chat.postMessage", json={"channel": CHANNEL, "text": "x", **SAFE}, headers=call.headers
        ) as limited:
            assert (limited.status, limited.headers["Retry-After"]) == (429, "1")
            assert await limited.json() == {"ok": False, "error": "ratelimited"}
        clock.advance(1.0)
        await call.post()
        slack.assert_clean()


async def test_a_429_blocks_the_method_in_the_whole_workspace(session: aiohttp.ClientSession, clock: VirtualClock):
    """Also for another channel, and whoever calls too early is found out; other methods go on."""
    async with SlackStandIn(clock, channels=[Channel(CHANNEL), Channel("C2")]) as slack:
        call = Client(session, slack.url)
        slack.script("chat.postMessage", faults.rate_limited("30"))
        async with session.post(
            slack.url + "chat.postMessage", json={"channel": CHANNEL, "text": "x", **SAFE}, headers=call.headers
        ):
            clock.advance(29.0)
        early = await call("chat.postMessage", channel="C2", text="x", **SAFE)
        assert early["error"] == "ratelimited"
        assert (await call.read("conversations.history", channel=CHANNEL))["ok"]
        with pytest.raises(AssertionError, match=r"before_retry_after.*1\.00 s too early"):
            slack.assert_clean()
        clock.advance(1.0)
        assert (await call("chat.postMessage", channel="C2", text="x", **SAFE))["ok"]


async def test_calls_already_on_their_way_can_be_excused(session: aiohttp.ClientSession, clock: VirtualClock):
    async with SlackStandIn(clock, rates=Rates(grace_s=0.1)) as slack:
        call = Client(session, slack.url)
        for _ in range(3):
            await call("chat.postMessage", channel=CHANNEL, text="x", **SAFE)
        slack.assert_clean()
        clock.advance(0.2)
        await call("chat.postMessage", channel=CHANNEL, text="x", **SAFE)
        assert [each.rule for each in slack.violations] == ["before_retry_after"]


async def test_a_tiers_window_is_a_minute_long(session: aiohttp.ClientSession, clock: VirtualClock):
    async with SlackStandIn(clock) as slack:
        call = Client(session, slack.url)
        for _ in range(50):
            assert (await call.read("conversations.history", channel=CHANNEL))["ok"]
            clock.advance(1.0)
        assert not (await call.read("conversations.history", channel=CHANNEL))["ok"]
        clock.advance(10.0)
        assert (await call.read("conversations.history", channel=CHANNEL))["ok"]


@pytest.mark.parametrize("fault", [faults.cut(), faults.cut_after_storing()], ids=["before", "after storing"])
async def test_a_cut_call_has_no_answer_and_is_stored_or_not(slack: SlackStandIn, call: Client, fault: faults.Fault):
    slack.script("chat.postMessage", fault)
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await call.post()
    assert len(slack.messages) == (1 if fault.stored else 0)
    await call.post()


@pytest.mark.parametrize("fault", [faults.hang(), faults.slow_body()], ids=["hang", "slow body"])
async def test_a_call_that_hangs_ends_with_the_stand_in(session: aiohttp.ClientSession, clock: VirtualClock, fault):
    async with SlackStandIn(clock) as slack:
        slack.script("chat.postMessage", fault)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await Client(session, slack.url).post()


async def test_a_standing_fault_lasts_until_it_is_lifted_and_queued_ones_come_first(slack: SlackStandIn, call: Client):
    slack.always("auth.test", faults.error("fatal_error"))
    slack.script("auth.test", None, faults.error("internal_error"))
    codes = [(await call("auth.test")).get("error") for _ in range(4)]
    slack.always("auth.test", None)
    assert codes == [None, "internal_error", "fatal_error", "fatal_error"]
    assert (await call("auth.test"))["ok"]
