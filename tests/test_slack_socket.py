"""Socket Mode: acknowledged only once it is safe, the next connection before the old one ends, no reconnect storm."""

import asyncio
from typing import Any

import pytest

from router.errors import UnavailableError
from router.slack.inbound import Click, Command, Event
from router.slack.socket import SocketState
from tests.support.slack_sent import FORM, click, happened
from tests.support.socket_door import APP_TOKEN, NOW, TICKET, Slack, bench
from tests.support.waiting import until

CLICK = click({"value": "k.E-7KQ2M"})
SUBMISSION = {"type": "view_submission", "user": {"id": "U0SATO"}, "view": {"id": "V1", "hash": "1.a"}}


async def test_what_comes_is_taken_and_acknowledged():
    """All three types, as over HTTP."""
    async with bench() as b:
        slack = await b.slack.connected(1)
        await slack.envelope("e1", CLICK)
        await slack.envelope("e2", FORM, "slash_commands")
        await slack.envelope("e3", happened({"type": "app_uninstalled"}), "events_api", retry_attempt=1)
        await until(lambda: len(slack.acknowledged) == 3, "acknowledgements", 5)
        assert sorted(slack.ids()) == ["e1", "e2", "e3"]
        assert {type(each) for each in b.desk.taken} == {Click, Command, Event}
        assert sorted(b.results) == [("commands", "taken"), ("events", "taken"), ("interactions", "taken")]


async def test_nothing_is_acknowledged_before_it_is_safe():
    async with bench() as b:
        b.desk.open.clear()
        slack = await b.slack.connected(1)
        await slack.envelope("e1", CLICK)
        await until(lambda: b.desk.reached, "the desk", 5)
        assert slack.acknowledged == []
        b.desk.open.set()
        await until(lambda: slack.ids() == ["e1"], "the acknowledgement", 5)


@pytest.mark.parametrize(("accepts", "said"), [(True, {"payload": {"text": "Hi"}}), (False, {})], ids=["yes", "no"])
async def test_an_answer_goes_with_the_acknowledgement_where_one_is_taken(accepts: bool, said: dict[str, Any]):
    async with bench() as b:
        b.desk.body = {"text": "Hi"}
        slack = await b.slack.connected(1)
        await slack.envelope("e1", FORM, "slash_commands", accepts_response_payload=accepts)
        await until(lambda: slack.acknowledged, "the acknowledgement", 5)
        assert slack.acknowledged == [{"envelope_id": "e1", **said}]


async def test_one_that_hangs_holds_no_other_up():
    async with bench() as b:
        b.desk.open.clear()
        slack = await b.slack.connected(1)
        await slack.envelope("e1", CLICK)
        await until(lambda: b.desk.reached == 1, "the first", 5)
        await slack.envelope("e2", CLICK)
        await until(lambda: b.desk.reached == 2, "the second", 5)
        b.desk.open.set()
        await until(lambda: sorted(slack.ids()) == ["e1", "e2"], "both", 5)


async def test_a_click_that_cannot_be_stored_is_acknowledged_because_the_person_was_told():
    async with bench() as b:
        b.desk.failure = UnavailableError("refused")
        slack = await b.slack.connected(1)
        await slack.envelope("e1", SUBMISSION, accepts_response_payload=True)
        await until(lambda: slack.acknowledged, "the acknowledgement", 5)
        assert slack.acknowledged[0]["payload"]["view"]["title"]["text"] == "Not recorded"
        assert b.results == [("interactions", "unavailable")]


@pytest.mark.parametrize("failure", [UnavailableError("refused"), RuntimeError("defect")], ids=["store", "defect"])
async def test_an_event_that_failed_is_not_acknowledged(failure: Exception):
    """Slack brings it again; the connection lives on."""
    async with bench() as b:
        b.desk.failure = failure
        slack = await b.slack.connected(1)
        await slack.envelope("e1", happened({"type": "app_uninstalled"}), "events_api")
        await until(lambda: b.results, "the result", 5)
        b.desk.failure = None
        await slack.envelope("e1", happened({"type": "app_uninstalled"}), "events_api", retry_attempt=1)
        await until(lambda: b.desk.taken, "the second delivery", 5)
        await slack.envelope("e2", CLICK)
        await until(lambda: "e2" in slack.ids(), "another one", 5)
        assert slack.ids() == ["e1", "e2"]


MALFORMED: dict[str, Any] = {
    "no payload": {"envelope_id": "e1", "type": "interactive"},
    "a payload that is none": {"envelope_id": "e1", "type": "interactive", "payload": [1]},
    "a click without a user": {"envelope_id": "e1", "type": "interactive", "payload": {"type": "block_actions"}},
    "a type that is new": {"envelope_id": "e1", "type": "holograms", "payload": {}},
    "a type that is no text": {"envelope_id": "e1", "type": {"a": 1}, "payload": {}},
}


@pytest.mark.parametrize("envelope", MALFORMED.values(), ids=MALFORMED)
async def test_what_will_never_be_understood_is_acknowledged(envelope: object):
    """Or it would come again for ever."""
    async with bench() as b:
        slack = await b.slack.connected(1)
        await slack.send(envelope)
        await until(lambda: slack.ids() == ["e1"], "the acknowledgement", 5)
        assert b.desk.taken == []
        assert b.results[0][1] == "malformed"


@pytest.mark.parametrize("text", ["", "hello", "[]", "null", '{"type": ', "[" * 5000, '{"type": "pong"}'])
async def test_what_is_no_message_changes_nothing(text: str):
    async with bench() as b:
        slack = await b.slack.connected(1)
        await slack.send(text)
        await slack.socket.send_bytes(b"\xff\xfe")
        await slack.envelope("e1", CLICK)
        await until(lambda: slack.ids() == ["e1"], "the next envelope", 5)


@pytest.mark.parametrize("reason", ["warning", "refresh_requested"])
async def test_the_next_connection_comes_before_the_old_one_ends(reason: str):
    """After a good life there is no wait; what still comes over the old one is taken and acknowledged there."""
    async with bench() as b:
        old = await b.slack.connected(1)
        await until(lambda: b.mode.state.connected_since == NOW, "hello", 5)
        b.clock.at += 3600
        b.desk.open.clear()
        await old.envelope("e1", CLICK)
        await old.goodbye(reason)
        new = await b.slack.connected(2)
        await until(lambda: b.mode.state == SocketState(NOW + 3600, "", 1), "the new one's hello", 5)
        assert not old.ended.is_set()
        await old.envelope("e2", CLICK)
        await new.envelope("e3", CLICK)
        b.desk.open.set()
        await until(lambda: sorted(old.ids()) == ["e1", "e2"] and new.ids() == ["e3"], "all three", 5)
        await old.socket.close()
        await until(old.ended.is_set, "the old one's end", 5)
        assert b.mode.state.connected_since == NOW + 3600
        assert b.clock.slept == []


async def test_what_was_not_acknowledged_comes_again_with_the_same_id():
    """A connection that ends takes its acknowledgements with it; whoever takes it tells both by the id."""
    async with bench() as b:
        b.clock.gate.set()
        b.desk.open.clear()
        old = await b.slack.connected(1)
        await old.envelope("e1", CLICK)
        await until(lambda: b.desk.reached, "the desk", 5)
        assert old.socket._req is not None
        assert old.socket._req.transport is not None
        old.socket._req.transport.abort()
        b.desk.open.set()
        new = await b.slack.connected(2)
        await new.envelope("e1", CLICK)
        await until(lambda: new.ids() == ["e1"], "the second delivery", 5)
        assert len({each.origin.id for each in b.desk.taken}) == 1


async def test_a_server_that_always_sends_us_away_is_not_stormed():
    """Goodbye right after hello, again and again: the waits double up to a minute, half of each left to chance."""
    async with bench() as b:
        b.clock.gate.set()
        for number in range(1, 10):
            await (await b.slack.connected(number)).goodbye("refresh_requested")
        assert (await b.waited(9))[:9] == [0.5, 1, 2, 4, 8, 16, 30, 30, 30]


async def test_chance_spreads_replicas():
    async with bench(jitter=0.5) as b:
        await (await b.slack.connected(1)).socket.close()
        assert await b.waited(1) == [0.75]
        assert b.mode.state == SocketState(None, "closed", 0)


@pytest.mark.parametrize("reason", ["link_disabled", "too_many_websockets"])
async def test_what_a_human_must_mend_is_tried_once_a_minute(reason: str):
    async with bench() as b:
        slack = await b.slack.connected(1)
        b.clock.at += 3600
        await slack.goodbye(reason)
        assert await b.waited(1) == [60.0]
        assert b.mode.state.error == reason


def answers(status: int, body: dict[str, Any], **headers: str) -> Any:
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda slack: slack.script.append((status, body, given))


REFUSALS = {
    "bad token": (answers(200, {"ok": False, "error": "invalid_auth"}), "invalid_auth", 60.0),
    "bot token": (answers(200, {"ok": False, "error": "not_allowed_token_type"}), "not_allowed_token_type", 60.0),
    "turned off": (answers(200, {"ok": False, "error": "socket_mode_disabled"}), "socket_mode_disabled", 60.0),
    "too often": (answers(429, {"ok": False, "error": "ratelimited"}, Retry_After="17"), "ratelimited", 17.0),
    "down": (answers(503, {}), "http_503", 0.5),
    "no URL": (answers(200, {"ok": True}), "no_url", 0.5),
    "no WebSocket": (answers(200, {"ok": True, "url": "ftp://x/"}), "", 0.5),
    "stale ticket": (lambda slack: answers(200, {"ok": True, "url": f"{slack.base}/link?ticket=old"})(slack), "", 0.5),
}


@pytest.mark.parametrize(("prepare", "error", "wait_s"), REFUSALS.values(), ids=REFUSALS)
async def test_why_there_is_no_connection(prepare: Any, error: str, wait_s: float):
    """The reason is shown, the wait fits it, and after it all is well."""
    async with bench(prepare) as b:
        assert await b.waited(1) == [wait_s]
        assert b.mode.state.error == error or (not error and b.mode.state.error)
        assert b.mode.state.connected_since is None
        b.clock.gate.set()
        await until(lambda: b.mode.state.connected_since, "a connection", 5)
        assert b.mode.state.reconnects == 0


async def test_a_server_without_hello_is_left(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("router.slack.socket.OPEN_S", 0.2)

    def silent(slack: Slack) -> None:
        slack.greets = False

    async with bench(silent) as b:
        assert await b.waited(1) == [0.5]
        assert b.mode.state.error == "no_hello"


async def test_after_hello_it_may_stay(monkeypatch: pytest.MonkeyPatch):
    """The deadline is for hello; afterwards pings tell whether anybody is there."""
    monkeypatch.setattr("router.slack.socket.OPEN_S", 0.3)
    async with bench() as b:
        slack = await b.slack.connected(1)
        loop = asyncio.get_running_loop()
        later = loop.time() + 0.5
        await until(lambda: loop.time() > later, "the deadline", 5)
        await slack.envelope("e1", CLICK)
        await until(lambda: slack.ids() == ["e1"], "the acknowledgement", 5)
        assert b.slack.opens == 1


async def test_an_old_connection_that_slack_forgets_to_end_is_ended(monkeypatch: pytest.MonkeyPatch):
    """Or there would soon be ten of them."""
    monkeypatch.setattr("router.slack.socket.LINGER_S", 0.2)
    async with bench() as b:
        old = await b.slack.connected(1)
        await until(lambda: b.mode.state.connected_since, "hello", 5)
        b.clock.at += 3600
        await old.goodbye("warning")
        await b.slack.connected(2)
        await until(old.ended.is_set, "the old one's end", 5)
        assert b.mode.state.connected_since == NOW + 3600


async def test_the_end_lets_what_is_under_way_finish():
    """Cancelled in the middle: what was being taken is done and acknowledged, then the connection is closed."""
    async with bench() as b:
        b.desk.open.clear()
        slack = await b.slack.connected(1)
        await slack.envelope("e1", CLICK)
        await until(lambda: b.desk.reached, "the desk", 5)
        b.run.cancel()
        b.desk.open.set()
        await until(slack.ended.is_set, "the end", 5)
        assert slack.ids() == ["e1"]
        await asyncio.wait({b.run})
        assert b.run.cancelled()
        assert b.mode.state.connected_since is None


async def test_no_ticket_no_token_and_no_payload_in_the_log(capsys: pytest.CaptureFixture[str]):
    def stale(slack: Slack) -> None:
        answers(200, {"ok": True, "url": f"{slack.base}/link?ticket={TICKET}"})(slack)
        answers(200, {"ok": True, "url": f"ws://127.0.0.1:1/{TICKET}"})(slack)
        answers(200, {"ok": True, "url": f"ftp://{TICKET}/"})(slack)

    async with bench(stale) as b:
        b.clock.gate.set()
        slack = await b.slack.connected(1)
        await slack.envelope("e1", {"type": TICKET})
        await slack.send(TICKET)
        b.desk.failure = RuntimeError(TICKET)
        await slack.envelope("e2", CLICK)
        await until(lambda: len(b.results) == 2, "both results", 5)
        assert TICKET not in repr(b.mode.state)
    captured = capsys.readouterr()
    for secret in (TICKET, APP_TOKEN, "U0SATO"):
        assert secret not in captured.out + captured.err
