"""Slack's signature: what is Slack's passes, whatever else is sent is refused with a reason and never raises."""

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.slack.signature import signature_of, verified

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
STAMP = "1531420618"
NOW = float(STAMP)
BODY = (
    b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V"
    b"&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
    b"&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
    b"&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
)
KNOWN = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"


def headers(stamp: str = STAMP, signature: str = KNOWN) -> dict[str, str]:
    return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": signature}


def signed(stamp: str, raw: bytes = BODY, secret: str = SECRET) -> dict[str, str]:
    """Headers with a signature that is right for this very timestamp, whatever it is."""
    digest = hmac.new(secret.encode(), f"v0:{stamp}:".encode() + raw, hashlib.sha256).hexdigest()
    return headers(stamp, f"v0={digest}")


def test_the_example_of_the_documentation():
    """Known answer: the body, secret and time of Slack's own page give Slack's own signature."""
    assert signature_of(SECRET, STAMP, BODY) == KNOWN
    assert verified(SECRET, headers(), BODY, NOW) == ""


@pytest.mark.parametrize(
    "names",
    [
        ("x-slack-request-timestamp", "x-slack-signature"),
        ("X-SLACK-REQUEST-TIMESTAMP", "X-SLACK-SIGNATURE"),
        ("X-sLaCk-ReQuEsT-tImEsTaMp", "x-Slack-signature"),
    ],
)
def test_header_names_in_any_case(names: tuple[str, str]):
    assert verified(SECRET, dict(zip(names, (STAMP, KNOWN), strict=True)), BODY, NOW) == ""


@pytest.mark.parametrize(
    ("ahead", "reason"),
    [(0, ""), (300, ""), (-300, ""), (300.5, "stale"), (301, "stale"), (-301, "stale"), (1e12, "stale")],
)
def test_five_minutes_to_either_side(ahead: float, reason: str):
    assert verified(SECRET, headers(), BODY, NOW + ahead) == reason


STAMPS = {
    "missing value": "",
    "words": "yesterday",
    "a fraction": f"{STAMP}.5",
    "negative": f"-{STAMP}",
    "a plus": f"+{STAMP}",
    "blanks": f" {STAMP}",
    "a line end": f"{STAMP}\n",
    "an underscore": "1531_420618",
    "hexadecimal": "0x5B47A30A",
    "an exponent": "1e9",
    "not a number": "nan",
    "infinite": "inf",
    "another script's digits": "１５３１４２０６１８",
    "5,000 digits": "9" * 5000,
    "U+0000": f"{STAMP}\0",
    "a lone surrogate": "\udcff",
}


@pytest.mark.parametrize("stamp", STAMPS.values(), ids=STAMPS)
def test_a_timestamp_that_is_none(stamp: str):
    """Even with a signature that fits it: a time that two readers could read differently is no time."""
    given_headers = headers(stamp, signature_of(SECRET, stamp, BODY))
    assert verified(SECRET, given_headers, BODY, NOW) == "bad_timestamp"


SIGNATURES = {
    "empty": "",
    "no version": KNOWN.removeprefix("v0="),
    "another version": KNOWN.replace("v0", "v1"),
    "capital letters": KNOWN.upper(),
    "cut": KNOWN[:-1],
    "longer": KNOWN + "0",
    "a blank": KNOWN + " ",
    "another digit": KNOWN[:-1] + "4",
    "not ASCII": "v0=é" + KNOWN[4:],
    "a lone surrogate": "\ud800",
    "an escaped byte": "\udcff",
    "emoji": "v0=🐺",
    "1 MB": "v0=" + "a" * 1_000_000,
}


@pytest.mark.parametrize("signature", SIGNATURES.values(), ids=SIGNATURES)
def test_a_signature_that_does_not_fit(signature: str):
    assert verified(SECRET, headers(signature=signature), BODY, NOW) == "mismatch"


def test_one_byte_changed_anywhere_breaks_it():
    for at in range(len(BODY)):
        changed = bytearray(BODY)
        changed[at] ^= 1
        assert verified(SECRET, headers(), bytes(changed), NOW) == "mismatch"


def test_bytes_count_as_they_are():
    """A body that is not UTF-8 can be signed, and is not decoded to check it."""
    raw = b"\xff\xfe\x00payload=\x80"
    assert verified(SECRET, signed(STAMP, raw), raw, NOW) == ""
    assert verified(SECRET, signed(STAMP, b""), b"", NOW) == ""


@pytest.mark.parametrize(
    ("given_headers", "reason"),
    [
        ({}, "no_timestamp"),
        ({"X-Slack-Signature": KNOWN}, "no_timestamp"),
        ({"X-Slack-Request-Timestamp": STAMP}, "no_signature"),
        ({**headers(), "x-slack-signature": KNOWN}, "doubled"),
        ({**headers(), "x-slack-request-timestamp": STAMP}, "doubled"),
    ],
    ids=["nothing", "no time", "no signature", "two signatures", "two times"],
)
def test_headers_that_lack_or_abound(given_headers: dict[str, str], reason: str):
    assert verified(SECRET, given_headers, BODY, NOW) == reason


def test_another_secret_does_not_do():
    assert verified("another", headers(), BODY, NOW) == "mismatch"


@pytest.mark.parametrize("secrets", [("old", SECRET), (SECRET, "new"), ("", SECRET)])
def test_any_of_several_secrets_while_one_is_replaced(secrets: tuple[str, ...]):
    assert verified(secrets, headers(), BODY, NOW) == ""


@pytest.mark.parametrize("secrets", ["", (), ("",), ("", "")])
def test_without_a_secret_nobody_is_slack(secrets: str | tuple[str, ...]):
    """An empty secret is no secret: anybody can sign with it."""
    assert verified(secrets, signed(STAMP, secret=""), BODY, NOW) == "no_secret"


@given(
    st.dictionaries(st.sampled_from(["X-Slack-Request-Timestamp", "X-Slack-Signature", "Host"]), st.text()),
    st.binary(max_size=200),
    st.floats(),
)
def test_nothing_that_is_sent_raises(sent: dict[str, str], raw: bytes, now: float):
    assert verified((SECRET, "other"), sent, raw, now) != ""
