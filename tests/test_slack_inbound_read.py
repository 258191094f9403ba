"""Bodies over HTTP: forms, JSON and handshakes are read, everything else is refused in words that quote nothing."""

from urllib.parse import urlencode

import orjson
import pytest

from router.slack.inbound import InboundError, Kind
from router.slack.payloads import FORM, JSON, LARGEST, Handshake, checks_certificate, read, read_json

CANARY = "canary-s3cret"


def form(**fields: str) -> bytes:
    return urlencode(fields).encode()


def test_an_interaction_is_json_in_a_form():
    payload = {"type": "block_actions", "user": {"name": "佐藤 + & ="}}
    assert read(Kind.INTERACTIONS, FORM, form(payload=orjson.dumps(payload).decode())) == payload


def test_a_command_is_a_form_with_its_empty_fields():
    raw = form(command="/slo", text="", user_id="U1")
    assert read(Kind.COMMANDS, FORM, raw) == {"command": "/slo", "text": "", "user_id": "U1"}


def test_an_event_is_json():
    payload = {"type": "event_callback", "event": {"type": "app_uninstalled"}}
    assert read(Kind.EVENTS, JSON, orjson.dumps(payload)) == payload


def test_url_verification_is_answered_with_the_challenge():
    raw = orjson.dumps({"type": "url_verification", "token": "x", "challenge": "3eZbrw1a"})
    assert read(Kind.EVENTS, JSON, raw) == Handshake({"challenge": "3eZbrw1a"})


@pytest.mark.parametrize("kind", [Kind.COMMANDS, Kind.INTERACTIONS])
def test_ssl_check_is_answered_with_nothing(kind: Kind):
    raw = form(token="x", ssl_check="1")
    assert read(kind, FORM, raw) == Handshake()
    assert checks_certificate(kind, FORM, raw)


@pytest.mark.parametrize(
    ("kind", "content_type", "raw"),
    [
        (Kind.EVENTS, FORM, b"ssl_check=1"),
        (Kind.COMMANDS, JSON, b"ssl_check=1"),
        (Kind.COMMANDS, FORM, b"ssl_check=0"),
        (Kind.COMMANDS, FORM, b"text=ssl_check=1"),
        (Kind.COMMANDS, FORM, b"xssl_check=1"),
        (Kind.COMMANDS, FORM, b"ssl_check=1&" + b"a" * 2000),
    ],
    ids=["an event", "JSON", "zero", "within a text", "another name", "long"],
)
def test_what_is_no_look_at_the_certificate(kind: Kind, content_type: str, raw: bytes):
    assert not checks_certificate(kind, content_type, raw)


BAD = {
    "empty form": (Kind.INTERACTIONS, FORM, b"", "no field `payload`"),
    "no payload": (Kind.INTERACTIONS, FORM, b"a=b", "no field `payload`"),
    "payload is no JSON": (Kind.INTERACTIONS, FORM, form(payload=CANARY), "not JSON"),
    "payload is cut": (Kind.INTERACTIONS, FORM, form(payload='{"type": "' + CANARY), "not JSON"),
    "payload is a list": (Kind.INTERACTIONS, FORM, form(payload=f'["{CANARY}"]'), "not an object"),
    "payload is null": (Kind.INTERACTIONS, FORM, form(payload="null"), "not an object"),
    "payload is bare text": (Kind.INTERACTIONS, FORM, form(payload=f'"{CANARY}"'), "not an object"),
    "interaction as JSON": (Kind.INTERACTIONS, JSON, b"{}", "as application/x-www-form-urlencoded"),
    "event as form": (Kind.EVENTS, FORM, b"a=b", "as application/json"),
    "no content type": (Kind.COMMANDS, "application/octet-stream", b"a=b", "as application/x-www-form-urlencoded"),
    "raw bytes in a form": (Kind.COMMANDS, FORM, b"text=\xff\xfe" + CANARY.encode(), "not UTF-8"),
    "escaped bytes in a form": (Kind.COMMANDS, FORM, b"text=%FF%FE" + CANARY.encode(), "not UTF-8"),
    "gzip in a form": (Kind.COMMANDS, FORM, b"\x1f\x8b\x08\x00" + CANARY.encode(), "not UTF-8"),
    "101 fields": (Kind.COMMANDS, FORM, b"&".join(b"a=b" for _ in range(101)), "more than 100 fields"),
    "not UTF-8 JSON": (Kind.EVENTS, JSON, b'{"a": "\xff"}', "not JSON"),
    "UTF-16 JSON": (Kind.EVENTS, JSON, '{"a": 1}'.encode("utf-16"), "not JSON"),
    "a lone surrogate": (Kind.EVENTS, JSON, b'{"a": "\\ud800"}', "not JSON"),
    "NaN": (Kind.EVENTS, JSON, b'{"a": NaN}', "not JSON"),
    "5,000 levels deep": (Kind.EVENTS, JSON, b'{"a":' * 5000 + b"1" + b"}" * 5000, "not JSON"),
    "deep in a form": (Kind.INTERACTIONS, FORM, b"payload=" + b"[" * 100_000, "not JSON"),
    "too large": (Kind.EVENTS, JSON, b" " * (LARGEST + 1), "over 1048576 bytes"),
    "no challenge": (Kind.EVENTS, JSON, b'{"type": "url_verification"}', "without a challenge"),
    "challenge is no text": (
        Kind.EVENTS,
        JSON,
        b'{"type": "url_verification", "challenge": {}}',
        "without a challenge",
    ),
}


@pytest.mark.parametrize(("kind", "content_type", "raw", "words"), BAD.values(), ids=BAD)
def test_a_body_that_is_none_of_slacks(kind: Kind, content_type: str, raw: bytes, words: str):
    """InboundError in words; the body is neither in them nor in what caused them."""
    with pytest.raises(InboundError) as caught:
        read(kind, content_type, raw)
    assert words in str(caught.value)
    assert CANARY not in str(caught.value)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_text_of_the_socket_is_read_as_bytes_are():
    assert read_json('{"type": "hello"}') == {"type": "hello"}
    with pytest.raises(InboundError):
        read_json('{"a": "\ud800"}')
