"""Socket Mode of the stand-in, spoken to by a bare websocket client and by Slack's own SDK."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient

from router.testing import APP_TOKEN, CHANNEL, TOKEN, Person, SlackStandIn, VirtualClock
from router.testing.rulebook import SOCKETS
from tests.support.slack_client import Client
from tests.support.waiting import until

ADA = Person("U0ADA", "Ada")


class Link:
    """One connection of a client that acknowledges what and how the test says."""

    def __init__(self, ws: aiohttp.ClientWebSocketResponse) -> None:
        self.ws = ws
        self.heard: list[dict[str, Any]] = []
        self.payload: Any = None
        self.silent = False

    async def run(self) -> None:
        async for frame in self.ws:
            message = frame.json()
            self.heard.append(message)
            if "envelope_id" in message and not self.silent:
                payload = {} if self.payload is None else {"payload": self.payload}
                await self.ws.send_json({"envelope_id": message["envelope_id"], **payload})

    def types(self) -> list[str]:
        return [each["type"] for each in self.heard]


class Net:
    """Opens connections, and closes them in the end."""

    def __init__(self, session: aiohttp.ClientSession, slack: SlackStandIn) -> None:
        self.session, self.slack = session, slack
        self.tasks: list[asyncio.Task[None]] = []

    async def open(self, **options: Any) -> Link:
        url = (await Client(self.session, self.slack.url, APP_TOKEN)("apps.connections.open"))["url"]
        return await self.at(url, **options)

    async def at(self, url: str, **options: Any) -> Link:
        link = Link(await self.session.ws_connect(url, **options))
        self.tasks.append(asyncio.create_task(link.run()))
        return link

    async def close(self) -> None:
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)


@pytest.fixture
async def net() -> AsyncIterator[Net]:
    async with opened() as net:
        yield net


@asynccontextmanager
async def opened(without: frozenset[str] = frozenset()) -> AsyncIterator[Net]:
    async with SlackStandIn(VirtualClock(), without=without) as slack, aiohttp.ClientSession() as session:
        slack.socket_mode = True
        slack.sockets.ack_s = 0.05
        net = Net(session, slack)
        try:
            yield net
        finally:
            await net.close()


async def test_only_an_app_token_opens_a_connection(net: Net):
    for token, code in ((TOKEN, "not_allowed_token_type"), ("xapp-never-issued", "invalid_auth")):
        answer = await Client(net.session, net.slack.url, token)("apps.connections.open")
        assert answer["error"] == code
    net.slack.workspace.tokens[APP_TOKEN].scopes = frozenset()
    assert (await Client(net.session, net.slack.url, APP_TOKEN)("apps.connections.open"))["needed"] == (
        "connections:write"
    )


async def test_a_connection_is_greeted_and_every_kind_of_envelope_comes_through_it(net: Net):
    link = await net.open()
    await net.slack.sockets.connected()
    link.payload = None
    await net.slack.shortcut("missed", by=ADA)
    delivery = await net.slack.command("/slo", "status", by=ADA, channel=CHANNEL)
    await net.slack.event("app_uninstalled")
    assert link.types() == ["hello", "interactive", "slash_commands", "events_api"]
    assert link.heard[0]["debug_info"]["approximate_connection_time"] == 3_600
    assert link.heard[2]["payload"] == delivery.payload
    assert [each.get("accepts_response_payload") for each in link.heard[1:]] == [False, True, False]
    assert delivery.status == 200
    net.slack.assert_clean()


async def test_an_acknowledgement_can_carry_the_answer(net: Net):
    link = await net.open()
    await net.slack.sockets.connected()
    link.payload = {"text": "2 SLOs at risk"}
    await net.slack.command("/slo", by=ADA)
    assert [each.text for each in net.slack.ephemerals(ADA)] == ["2 SLOs at risk"]
    net.slack.assert_clean()


async def test_any_connection_may_get_an_envelope_and_the_seed_says_which(net: Net):
    links = [await net.open() for _ in range(2)]
    await net.slack.sockets.connected(2)
    taken = [(await net.slack.event("app_uninstalled")).connection for _ in range(8)]
    assert set(taken) == {1, 2}
    assert [len(link.heard) - 1 for link in links] == [taken.count(1), taken.count(2)]


async def test_what_is_not_acknowledged_goes_out_over_another_connection(net: Net):
    links = [await net.open() for _ in range(2)]
    await net.slack.sockets.connected(2)
    first = (await net.slack.event("app_uninstalled")).connection
    links[first - 1].silent = True
    while (delivery := await net.slack.event("app_uninstalled")).connection == first or len(net.slack.violations) == 0:
        assert delivery.status == 200
    again = [each for each in links[2 - first].heard if each.get("retry_attempt") == 1]
    assert again[0]["payload"]["event_id"] in {
        each["payload"]["event_id"] for each in links[first - 1].heard if "payload" in each
    }
    assert {each.rule for each in net.slack.violations} == {"late_ack"}


async def test_a_cut_connection_loses_nothing_and_is_nobodys_fault(net: Net):
    net.slack.sockets.ack_s = 3.0
    dying = await net.open()
    await net.slack.sockets.connected()
    dying.silent = True
    task = asyncio.create_task(net.slack.event("app_uninstalled"))
    await until(lambda: len(dying.heard) == 2, "the envelope", 1)
    await net.open()
    await net.slack.sockets.connected(2)
    net.slack.sockets.drop(1)
    delivery = await task
    assert (delivery.status, delivery.connection) == (200, 2)
    net.slack.assert_clean()


@pytest.mark.parametrize(("reason", "open_"), [("warning", 1), ("refresh_requested", 0), ("link_disabled", 0)])
async def test_slack_says_why_it_disconnects(net: Net, reason: str, open_: int):
    link = await net.open()
    await net.slack.sockets.connected()
    await net.slack.sockets.disconnect(reason)
    if not open_:
        await asyncio.wait_for(net.tasks[0], 1)
    await until(lambda: "disconnect" in link.types(), "the word to go", 1)
    assert link.heard[-1]["reason"] == reason
    assert len(net.slack.sockets.connections) == open_
    net.slack.assert_clean()


async def test_without_a_connection_nothing_arrives(net: Net):
    assert (await net.slack.command("/slo", by=ADA)).status == 0
    assert [each.rule for each in net.slack.violations] == ["no_200"]


async def test_nothing_can_be_forged_where_nothing_is_signed(net: Net):
    with pytest.raises(ValueError, match="forged"):
        await net.slack.command("/slo", by=ADA, forged="old")


async def test_slacks_own_sdk_connects_hears_and_acknowledges(net: Net):
    heard: list[str] = []

    async def listen(client: Any, request: Any) -> None:
        heard.append(request.type)
        await client.send_socket_mode_response(SocketModeResponse(request.envelope_id))

    web = AsyncWebClient(TOKEN, base_url=net.slack.url)
    client = SocketModeClient(APP_TOKEN, web_client=web, ping_interval=1)
    client.socket_mode_request_listeners.append(listen)
    await client.connect()
    await net.slack.sockets.connected()
    await net.slack.event("app_uninstalled")
    await net.slack.sockets.ping()
    await client.close()
    assert heard == ["events_api"]
    net.slack.assert_clean()


async def late(net: Net) -> None:
    (await net.open()).silent = True
    await net.slack.sockets.connected()
    await net.slack.event("app_uninstalled")


async def acked(net: Net, *frames: str | bytes) -> None:
    link = await net.open()
    await net.slack.sockets.connected()
    for frame in frames:
        await (link.ws.send_bytes(frame) if isinstance(frame, bytes) else link.ws.send_str(frame))
    await net.slack.event("app_uninstalled")


async def unknown(net: Net) -> None:
    await acked(net, '{"envelope_id": "never-sent"}')


async def junk(net: Net) -> None:
    await acked(net, "pong", b"\x00")


async def twice(net: Net) -> None:
    link = await net.open()
    await net.slack.sockets.connected()
    await net.slack.event("app_uninstalled")
    await link.ws.send_json({"envelope_id": link.heard[-1]["envelope_id"]})
    await net.slack.event("app_uninstalled")


async def payload(net: Net) -> None:
    link = await net.open()
    link.payload = {"text": "thanks"}
    await net.slack.sockets.connected()
    await net.slack.event("app_uninstalled")


async def old_ticket(net: Net) -> None:
    url = (await Client(net.session, net.slack.url, APP_TOKEN)("apps.connections.open"))["url"]
    await net.at(url)
    try:
        await net.at(url)
    except aiohttp.WSServerHandshakeError as error:
        assert error.status == 403


async def eleven(net: Net) -> None:
    for _ in range(10):
        await net.open()
    await net.slack.sockets.connected(10)
    await net.open()
    await net.slack.sockets.ping()


async def often(net: Net) -> None:
    for _ in range(21):
        await Client(net.session, net.slack.url, APP_TOKEN)("apps.connections.open")


async def deaf(net: Net) -> None:
    await net.open(autoping=False)
    await net.slack.sockets.connected()
    await net.slack.sockets.ping(0.05)


CASES: dict[str, Callable[[Net], Awaitable[None]]] = {
    "late_ack": late,
    "unknown_ack": unknown,
    "ack_twice": twice,
    "ack_format": junk,
    "ack_payload": payload,
    "ticket": old_ticket,
    "connections": eleven,
    "opened_too_often": often,
    "no_pong": deaf,
}
ALSO = {"late_ack": {"no_200"}, "ack_payload": set()}


@pytest.mark.parametrize(("rule", "act"), CASES.items(), ids=CASES)
async def test_it_flags(rule: str, act: Callable[[Net], Awaitable[None]]):
    async with opened() as net:
        await act(net)
        assert {each.rule for each in net.slack.violations} - ALSO.get(rule, set()) == {rule}


@pytest.mark.parametrize(("rule", "act"), CASES.items(), ids=CASES)
async def test_without_the_rule_it_does_not_flag(rule: str, act: Callable[[Net], Awaitable[None]]):
    async with opened(frozenset({rule})) as net:
        await act(net)
        assert rule not in {each.rule for each in net.slack.violations}


def test_every_rule_has_a_negative_case():
    assert CASES.keys() == SOCKETS.keys()
