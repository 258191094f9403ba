"""Whether a request comes from Slack: its signature over the raw body, not older than five minutes. Pure.

`v0=` + hex HMAC-SHA256(signing secret, `v0:{X-Slack-Request-Timestamp}:{raw body}`)
(docs.slack.dev/authentication/verifying-requests-from-slack).
"""

import hashlib
import hmac
import re
from collections.abc import Mapping

OLDEST_S = 300
"""A request may be this old, or this far ahead of our clock: what is recorded on the way is soon worth nothing."""
TIMESTAMP = "x-slack-request-timestamp"
SIGNATURE = "x-slack-signature"
_SECONDS = re.compile(r"[0-9]{1,12}")
"""No sign, no fraction, no other script's digits, nothing beyond the year 33658."""


def signature_of(secret: str, timestamp: str, raw: bytes) -> str:
    """Return the signature that Slack puts on a body; `timestamp` as in the header, Unix seconds."""
    signed = b"v0:" + _bytes(timestamp) + b":" + raw
    return "v0=" + hmac.new(_bytes(secret), signed, hashlib.sha256).hexdigest()


def verified(secrets: str | tuple[str, ...], headers: Mapping[str, str], raw: bytes, now: float) -> str:
    """Return why the request is not Slack's, "" when it is; nothing that is sent can make it raise.

    Any of several secrets will do, while one is replaced. Codes: no_secret, no_timestamp, no_signature, doubled,
    bad_timestamp, stale, mismatch.
    """
    known = [each for each in ((secrets,) if isinstance(secrets, str) else secrets) if each]
    if not known:
        return "no_secret"
    stamps, given = _all(headers, TIMESTAMP), _all(headers, SIGNATURE)
    if not stamps or not given:
        return "no_signature" if stamps else "no_timestamp"
    if len(stamps) > 1 or len(given) > 1:
        return "doubled"
    if not _SECONDS.fullmatch(stamps[0]):
        return "bad_timestamp"
    if abs(now - int(stamps[0])) > OLDEST_S:
        return "stale"
    return "" if _fits(known, stamps[0], given[0], raw) else "mismatch"


def _fits(secrets: list[str], timestamp: str, given: str, raw: bytes) -> bool:
    """Compare with all of them, however early one fits: the time tells nothing."""
    shown = _bytes(given)
    return sum(hmac.compare_digest(_bytes(signature_of(each, timestamp, raw)), shown) for each in secrets) > 0


def _all(headers: Mapping[str, str], name: str) -> list[str]:
    return [value for key, value in headers.items() if key.lower() == name]


def _bytes(text: str) -> bytes:
    """Bytes of any text, lone surrogates included: headers that are not UTF-8 arrive with them."""
    return text.encode("utf-8", "surrogatepass")
