"""Requests that look like Slack's and are not: what the app must refuse, and what it must take nevertheless.

Slack signs `v0:{timestamp}:{raw body}` with the signing secret (docs.slack.dev: verifying requests from Slack);
a timestamp more than five minutes off is a replay.
"""

import gzip
import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

SIGNATURE = "X-Slack-Signature"
TIMESTAMP = "X-Slack-Request-Timestamp"


@dataclass(frozen=True, slots=True)
class Mail:
    """One request before it is signed. `stamp` is the timestamp header as it will be sent."""

    body: bytes
    stamp: str
    secret: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict)

    def signed(self) -> "Mail":
        """Return it with Slack's headers."""
        own = {TIMESTAMP: self.stamp, SIGNATURE: signature(self.secret, self.stamp, self.body)}
        return replace(self, headers={**self.headers, **own})

    def moved(self, seconds: int) -> "Mail":
        """Return it as of another time."""
        return replace(self, stamp=str(int(self.stamp) + seconds))

    def less(self, name: str) -> "Mail":
        """Return it without a header."""
        return replace(self, headers={key: value for key, value in self.headers.items() if key != name})

    def plus(self, **headers: str) -> "Mail":
        """Return it with more headers; an underscore in a name stands for a hyphen."""
        more = {name.replace("_", "-"): value for name, value in headers.items()}
        return replace(self, headers={**self.headers, **more})


def signature(secret: str, stamp: str, body: bytes) -> str:
    """Return Slack's signature of a raw body."""
    digest = hmac.new(secret.encode(), b"v0:" + stamp.encode() + b":" + body, hashlib.sha256)
    return "v0=" + digest.hexdigest()


@dataclass(frozen=True, slots=True)
class Forgery:
    """One way to forge. `refused`: it must get a 4xx; False: it is genuine; None: anything but a failure will do."""

    what: str
    make: Callable[[Mail], Mail]
    refused: bool | None = True


def _altered(mail: Mail) -> Mail:
    signed = mail.signed()
    return replace(signed, body=signed.body.replace(b"token", b"tokem", 1))


def _gzipped(mail: Mail) -> Mail:
    return replace(mail, body=gzip.compress(mail.body, mtime=0)).plus(Content_Encoding="gzip").signed()


def _shouting(mail: Mail) -> Mail:
    signed = mail.signed()
    return replace(signed, headers={name.upper(): value for name, value in signed.headers.items()})


def _stamped(stamp: str) -> Callable[[Mail], Mail]:
    return lambda mail: replace(mail, stamp=stamp).signed()


def _bodied(body: bytes) -> Callable[[Mail], Mail]:
    return lambda mail: replace(mail, body=body).signed()


FORGERIES: Mapping[str, Forgery] = MappingProxyType(
    {
        "wrong_secret": Forgery("signed with another secret", lambda mail: replace(mail, secret="guess").signed()),  # noqa: S106 - that is the point
        "altered_byte": Forgery("one letter of the body changed after signing", _altered),
        "old": Forgery("301 s old", lambda mail: mail.moved(-301).signed()),
        "early": Forgery("301 s ahead", lambda mail: mail.moved(301).signed()),
        "no_timestamp": Forgery("no timestamp", lambda mail: mail.signed().less(TIMESTAMP)),
        "garbage_timestamp": Forgery("a timestamp that is no number", _stamped("soon")),
        "negative_timestamp": Forgery(
            "a negative timestamp", lambda mail: replace(mail, stamp="-" + mail.stamp).signed()
        ),
        "nan_timestamp": Forgery("nan, which is not later than anything", _stamped("nan")),
        "endless_timestamp": Forgery("a timestamp of 5,000 digits", _stamped("1" * 5_000)),
        "no_signature": Forgery("no signature", lambda mail: mail.signed().less(SIGNATURE)),
        "garbage_signature": Forgery(
            "a signature that is none", lambda mail: mail.signed().plus(X_Slack_Signature="v0=")
        ),
        "gzip": Forgery("a compressed body, which Slack does not send", _gzipped, None),
        "not_utf8": Forgery("a signed body that is not UTF-8", _bodied(b"payload=\xff\xfe\xfd&x=\xff"), None),
        "no_payload": Forgery("a signed body with nothing in it", _bodied(b"x=1"), None),
        "broken_payload": Forgery("a signed payload that does not parse", _bodied(b"payload=%7B"), None),
        "almost_old": Forgery("280 s old", lambda mail: mail.moved(-280).signed(), False),
        "almost_early": Forgery("280 s ahead", lambda mail: mail.moved(280).signed(), False),
        "header_case": Forgery("header names in capitals", _shouting, False),
    }
)
"""Every forgery by name, for `slack.click(..., forged=name)` and its like."""
