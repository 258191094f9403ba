"""What others post as if they were Slack, and what is signed but makes no sense: refused, and nothing of it told."""

import gzip
from typing import Any
from urllib.parse import urlencode

import orjson
import pytest

from router.slack.signature import signature_of
from tests.support.door import NOW
from tests.support.slack_door import CANARY, CLICK, COMMAND, EVENT, FORM, JSON, SECRET, Desk, open_slack, ready


async def test_a_challenge_must_be_signed():
    async with open_slack(ready()) as door:
        raw = orjson.dumps({"type": "url_verification", "challenge": CANARY})
        assert (await door.post("/slack/events", raw, JSON, signed=b"x"))[0] == 401


async def test_a_look_at_the_certificate_smuggles_nothing_in():
    """An unsigned body that says ssl_check=1 somewhere is thrown away whatever else it holds."""
    async with open_slack(ready()) as door:
        raw = b"ssl_check=1&ssl_check=0&" + urlencode(COMMAND).encode()
        assert await door.post("/slack/commands", raw, FORM, signed=b"x") == (200, b"")
        raw = b"ssl_check=1&ssl_check=0&" + urlencode({"payload": orjson.dumps(CLICK).decode()}).encode()
        assert await door.post("/slack/interactions", raw, FORM, signed=b"x") == (200, b"")
        assert door.desk.taken == []


FORGED: dict[str, dict[str, Any]] = {
    "wrong secret": {"X_Slack_Signature": signature_of("other", str(int(NOW)), b"x")},
    "one byte changed": {"signed": orjson.dumps(EVENT)[:-1] + b" "},
    "301 s old": {"at": NOW - 301},
    "301 s ahead": {"at": NOW + 301},
    "negative time": {"X_Slack_Request_Timestamp": "-1"},
    "garbage time": {"X_Slack_Request_Timestamp": "soon"},
    "huge time": {"X_Slack_Request_Timestamp": "9" * 400},
    "empty time": {"X_Slack_Request_Timestamp": ""},
    "no signature": {"X_Slack_Signature": ""},
    "signature that is not ASCII": {"X_Slack_Signature": "v0=ü"},
    "signature in capitals": {"X_Slack_Signature": signature_of(SECRET, str(int(NOW)), orjson.dumps(EVENT)).upper()},
    "version 1": {"X_Slack_Signature": "v1=" + "0" * 64},
}


@pytest.mark.parametrize("forgery", FORGED.values(), ids=FORGED)
async def test_what_is_not_signed_is_401_in_constant_words(forgery: dict[str, Any]):
    async with open_slack(ready()) as door:
        status, body = await door.happen(EVENT, **forgery)
        assert (status, orjson.loads(body)) == (401, {"error": "not signed by Slack"})
        assert door.desk.taken == []
        assert door.counted("events", "unsigned") == 1
        assert b"alert_router_slack_inbound_seconds_count 0.0" in door.metrics.render()


async def test_headers_that_are_missing():
    async with open_slack(ready()) as door, door.client.post(door.url + "/slack/events", data=b"{}") as response:
        assert response.status == 401


@pytest.mark.parametrize("at", [NOW - 299, NOW + 299])
async def test_a_request_that_is_late_but_not_too_late(at: float):
    async with open_slack(ready()) as door:
        assert (await door.happen(EVENT, at=at))[0] == 200


async def test_either_secret_while_one_is_replaced():
    async with open_slack(ready(secrets=("new", SECRET))) as door:
        assert (await door.happen(EVENT))[0] == 200


@pytest.mark.parametrize("desk", [None, Desk(secrets=()), Desk(secrets=("",))], ids=["no door", "none", "empty"])
async def test_without_a_secret_it_says_how_to_set_slack_up(desk: Desk | None):
    async with open_slack(desk) as door:
        status, body = await door.interact(CLICK)
        assert (status, b"set SLACK_SIGNING_SECRET" in body) == (404, True)


MALFORMED = {
    "not UTF-8": ("/slack/interactions", b"payload=\xff\xfe", FORM),
    "no payload": ("/slack/interactions", b"a=b", FORM),
    "no JSON": ("/slack/events", CANARY.encode(), JSON),
    "a list": ("/slack/events", b"[]", JSON),
    "very deep": ("/slack/events", b"[" * 100_000, JSON),
    "compressed": ("/slack/events", gzip.compress(orjson.dumps(EVENT)), JSON),
    "another type": ("/slack/events", orjson.dumps(EVENT), "text/plain"),
    "no user": ("/slack/interactions", b"payload=" + orjson.dumps({"type": "block_actions"}), FORM),
    "empty": ("/slack/commands", b"", FORM),
}


@pytest.mark.parametrize(("path", "raw", "content_type"), MALFORMED.values(), ids=MALFORMED)
async def test_what_is_signed_but_none_of_slacks_forms_is_400(path: str, raw: bytes, content_type: str):
    """In words, without what was sent; Slack is told not to send it again."""
    async with open_slack(ready()) as door:
        status, body = await door.post(path, raw, content_type)
        assert (status, CANARY.encode() in body) == (400, False)
        assert door.counted(path.rpartition("/")[2], "malformed") == 1
        assert door.desk.taken == []


async def test_a_body_over_1_mib_is_413():
    async with open_slack(ready()) as door:
        assert (await door.post("/slack/events", b" " * (1024 * 1024 + 1), JSON))[0] == 413
        assert door.counted("events", "refused") == 1
        assert (await door.happen(EVENT))[0] == 200
