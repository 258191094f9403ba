"""POST /webhook/{source}: what a sender is answered, and what is stored before it is."""

import asyncio
from base64 import b64encode

import orjson
import pytest

from router.config.values import Auth
from router.errors import UnavailableError
from router.web.credentials import is_this_machine
from router.web.parts import Limits
from tests.support.door import JSON, config_of, open_door, webhook

PATH = "/webhook/alertmanager"
BODY = webhook({"alertname": "HighErrorRate"})
SECRET = "canary-s3cret-パス"


def basic(text: str) -> str:
    return "Basic " + b64encode(text.encode()).decode()


async def test_answers_once_every_alert_is_stored():
    """202 with the counts and incidents of the contract; the alerts are in the store by then."""
    async with open_door() as house:
        body = webhook({"alertname": "A"}, {"alertname": "B"})
        assert await house.post(PATH, body) == (202, {"accepted": 2, "duplicates": 0, "incidents": ["E-7KQ2M"]})
        assert [alert.rule for alert in house.shelf.alerts] == ["A", "B"]
        assert house.metric('alert_router_alerts_received_total{source="alertmanager"}') == 2
        assert house.metric("alert_router_accept_seconds_count") == 1


async def test_a_repeat_is_a_duplicate():
    """The same content again is answered the same way, counted as a duplicate."""
    async with open_door() as house:
        await house.post(PATH, BODY)
        assert await house.post(PATH, BODY) == (202, {"accepted": 0, "duplicates": 1, "incidents": ["E-7KQ2M"]})
        assert house.metric('alert_router_alerts_duplicate_total{source="alertmanager"}') == 1


async def test_an_empty_group_is_fine():
    """No alerts, nothing stored, no complaint."""
    async with open_door() as house:
        assert await house.post(PATH, webhook()) == (202, {"accepted": 0, "duplicates": 0, "incidents": []})
        assert house.shelf.alerts == []


async def test_a_bad_alert_harms_no_other():
    """The good ones are stored, the bad one is counted, the body is kept as evidence."""
    async with open_door() as house:
        status, answer = await house.post(PATH, webhook({"alertname": "A"}, {}, {"alertname": "C"}))
        assert (status, answer) == (
            202,
            {"accepted": 2, "duplicates": 0, "incidents": ["E-7KQ2M"], "quarantined": 1, "rejected": 1},
        )
        [(source, raw, problem)] = house.cellar.kept
        assert (source, raw.count(b"startsAt"), problem[:8]) == ("alertmanager", 3, "alert 1:")
        assert house.metric('alert_router_alerts_rejected_total{reason="bad_alert",source="alertmanager"}') == 1


@pytest.mark.parametrize("path", ["/webhook/nobody", "/webhook/", "/webhook/nobody/api/v2/alerts"])
async def test_an_unknown_source_is_404(path):
    """A name that is not configured leads nowhere, and becomes no metric label."""
    async with open_door() as house:
        status, answer = await house.post(path, BODY)
        assert status == 404
        assert answer
        assert b"nobody" not in house.metrics.render()


@pytest.mark.parametrize("room", ["shelf", "cellar"])
async def test_503_when_it_cannot_be_stored(room):
    """Whatever cannot be stored now is asked for again: 503 with Retry-After, never a 4xx, never the inner words."""
    async with open_door() as house:
        getattr(house, room).failure = UnavailableError("redis at 10.0.0.7 is read-only", code="readonly")
        body = orjson.dumps(BODY) if room == "shelf" else b"{"
        async with house.client.post(house.url + PATH, data=body, headers=JSON) as response:
            assert (response.status, response.headers["Retry-After"]) == (503, "2")
            assert "10.0.0.7" not in await response.text()
        assert house.metric('alert_router_alerts_rejected_total{reason="unavailable",source="alertmanager"}') == 1


async def test_a_slow_store_is_503_and_still_finishes():
    """The sender waits for the budget only; the work goes on, because a repeat does no harm and a cut would."""
    async with open_door(limits=Limits(store_s=0.05)) as house:
        house.shelf.open.clear()
        status, _ = await house.post(PATH, BODY)
        assert status == 503
        house.shelf.open.set()
        await house.runner.cleanup()
        assert [alert.rule for alert in house.shelf.alerts] == ["HighErrorRate"]


async def test_a_late_failure_is_told(capsys):
    """A store that fails after its sender was sent away leaves a line in the log."""
    async with open_door(limits=Limits(store_s=0.05)) as house:
        house.shelf.open.clear()
        await house.post(PATH, BODY)
        house.shelf.failure = UnavailableError("gone")
        house.shelf.open.set()
        await house.runner.cleanup()
    assert "late_store_failed" in capsys.readouterr().out


async def test_a_defect_is_500_without_detail(capsys):
    """A failure of the router says so to the sender, and where in the log; no value in either."""
    async with open_door() as house:
        house.shelf.failure = ValueError(f"{SECRET} in a value")
        status, answer = await house.post(PATH, BODY)
        assert (status, answer) == (500, {"error": "the router failed; this is its fault, not yours"})
    told = capsys.readouterr().out
    assert "request_failed" in told
    assert "ValueError" in told
    assert "accept" in told
    assert SECRET not in told


async def test_waiting_requests_do_not_stop_others():
    """Hundred webhooks at once are hundred answers."""
    async with open_door() as house:
        bodies = [webhook({"alertname": f"A{n}"}) for n in range(100)]
        answers = await asyncio.gather(*(house.post(PATH, body) for body in bodies))
        assert {status for status, _ in answers} == {202}
        assert len(house.shelf.alerts) == 100


async def test_too_many_at_once_is_503():
    """Beyond the limit of requests under way the sender is told to come back."""
    async with open_door(limits=Limits(in_flight_requests=1, store_s=1)) as house:
        house.shelf.open.clear()
        first = asyncio.create_task(house.post(PATH, BODY))
        await house.shelf.reached.wait()
        assert (await house.post(PATH, BODY))[0] == 503
        house.shelf.open.set()
        assert (await first)[0] == 202
        assert (await house.post(PATH, BODY))[0] == 202


CASES = {
    "bearer": (Auth(bearer=(SECRET,)), {"Authorization": f"Bearer {SECRET}"}, True),
    "scheme in any case": (Auth(bearer=(SECRET,)), {"Authorization": f"bEARER {SECRET}"}, True),
    "the older of two tokens": (Auth(bearer=("new", SECRET)), {"Authorization": f"Bearer {SECRET}"}, True),
    "basic": (Auth(basic=(("datadog", SECRET),)), {"Authorization": basic(f"datadog:{SECRET}")}, True),
    "own header": (Auth(header=("X-Token", SECRET)), {"X-Token": SECRET}, True),
    "own header beside a stranger's bearer": (
        Auth(header=("X-Token", SECRET)),
        {"X-Token": SECRET, "Authorization": "Bearer proxy"},
        True,
    ),
    "nothing": (Auth(bearer=(SECRET,)), {}, False),
    "wrong": (Auth(bearer=(SECRET,)), {"Authorization": "Bearer wrong"}, False),
    "cut off": (Auth(bearer=(SECRET,)), {"Authorization": f"Bearer {SECRET[:-1]}"}, False),
    "upper case": (Auth(bearer=("token",)), {"Authorization": "Bearer TOKEN"}, False),
    "scheme only": (Auth(bearer=(SECRET,)), {"Authorization": "Bearer"}, False),
    "other scheme": (Auth(bearer=(SECRET,)), {"Authorization": f"Digest {SECRET}"}, False),
    "bearer where basic is asked": (Auth(basic=(("u", SECRET),)), {"Authorization": f"Bearer {SECRET}"}, False),
    "basic, wrong user": (Auth(basic=(("u", SECRET),)), {"Authorization": basic(f"v:{SECRET}")}, False),
    "basic, not base64": (Auth(basic=(("u", SECRET),)), {"Authorization": "Basic ***"}, False),
    "basic, not ASCII": (Auth(basic=(("u", SECRET),)), {"Authorization": "Basic é"}, False),
    "empty secret, nothing sent": (Auth(bearer=("",)), {"Authorization": "Bearer "}, False),
    "empty header value": (Auth(header=("X-Token", "")), {"X-Token": ""}, False),
}


@pytest.mark.parametrize(("auth", "headers", "allowed"), CASES.values(), ids=CASES)
async def test_credentials(auth, headers, allowed, capsys):
    """Any one configured credential opens; everything else is the same 401, stores nothing and logs no secret."""
    async with open_door(config_of(alertmanager=auth)) as house:
        status, answer = await house.post(PATH, BODY, **headers)
        assert status == (202 if allowed else 401)
        assert allowed or answer == {"error": "not authenticated"}
        assert len(house.shelf.alerts) == allowed
        assert house.cellar.kept == []
        refused = house.metric('alert_router_alerts_rejected_total{reason="unauthenticated",source="alertmanager"}')
        assert refused == (not allowed)
    assert SECRET not in capsys.readouterr().out


async def test_two_authorization_headers_are_nobodys():
    """Which of two headers a proxy looked at cannot be known: 401 even though one of them fits."""
    async with open_door(config_of(alertmanager=Auth(bearer=("token",)))) as house:
        answer = await house.raw(
            b"POST /webhook/alertmanager HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            b"Authorization: Bearer token\r\nAuthorization: Bearer token\r\nContent-Length: 2\r\n"
            b"Connection: close\r\n\r\n{}"
        )
        assert answer.startswith(b"HTTP/1.1 401 ")


async def test_credentials_that_are_not_text():
    """Bytes that are no UTF-8 are wrong credentials, not an error."""
    async with open_door(config_of(alertmanager=Auth(bearer=("token",), header=("X-Token", "t")))) as house:
        answer = await house.raw(
            b"POST /webhook/alertmanager HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            b"Authorization: Bearer \xff\xfe\r\nX-Token: \xff\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"
        )
        assert answer.startswith(b"HTTP/1.1 401 ")


@pytest.mark.parametrize("header", ["X_Forwarded_For", "Forwarded", "X_Real_IP", "Origin"])
async def test_without_credentials_only_this_machine_itself(header):
    """A local proxy speaks for others, and a browser for a web page: neither is this machine itself."""
    async with open_door() as house:
        assert (await house.post(PATH, BODY))[0] == 202
        assert (await house.post(PATH, BODY, **{header: "203.0.113.9"}))[0] == 401


@pytest.mark.parametrize(
    ("peer", "local"),
    [
        (("127.0.0.1", 4711), True),
        (("127.8.9.1", 4711), True),
        (("::1", 4711, 0, 0), True),
        (("::ffff:127.0.0.1", 4711, 0, 0), True),
        (("::ffff:10.0.0.7", 4711, 0, 0), False),
        (("10.0.0.7", 4711), False),
        (("128.0.0.1", 4711), False),
        (("fe80::1", 4711, 0, 3), False),
        ("", True),
        (None, False),
    ],
)
def test_this_machine(peer, local):
    """Loopback addresses and Unix sockets (whose peer is a text) are this machine; an unknown peer is not."""
    assert is_this_machine(peer) is local


async def test_a_stored_alert_is_the_one_that_was_sent():
    """The body goes through the configured source, under its name."""
    async with open_door() as house:
        await house.post(PATH, webhook({"alertname": "HighErrorRate", "service": "支払い"}))
        [alert] = house.shelf.alerts
        assert (alert.source, alert.labels["service"]) == ("alertmanager", "支払い")


async def test_alerts_that_the_sender_left_out_are_told(capsys):
    """A truncated group is accepted, and said in the log: its missing alerts cannot be known."""
    async with open_door() as house:
        assert (await house.post(PATH, webhook({"alertname": "A"}) | {"truncatedAlerts": 7}))[0] == 202
    told = capsys.readouterr().out
    assert "alerts_left_out" in told
    assert "7" in told
