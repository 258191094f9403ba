"""Readers of single values that all sources share: JSON, absence, text, instants, links.

Optional fields are read tolerantly: what cannot be used is absent, and never fails the alert it belongs to.
"""

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import orjson

from router.alert import VALUE_LIMIT
from router.errors import PayloadError

_BOM = b"\xef\xbb\xbf"
_UNSET = frozenset({"", "null", "n/a", "<no value>", "<nil>"})
_VARIABLE = re.compile(r"\$[A-Z][A-Z0-9_]*(?:\[[^\]]*\])?")
_LINK = re.compile(r'https?://[^\x00-\x20\x7f\s<>"@/?#\\]+(?:[/?#][^\x00-\x20\x7f\s<>"]*)?', re.IGNORECASE)
_ORIGIN = re.compile(r"https?://[^/?#]+", re.IGNORECASE)
_NUMBER = re.compile(r"[0-9]{1,20}(?:\.[0-9]{1,9})?")
_WORD_LIMIT = 100
_LAST_INSTANT = 253_402_300_799.0  # 9999-12-31T23:59:59Z


def decode(raw: bytes) -> Any:
    """Return the JSON value of a body; strict (RFC 8259), the last of two equal keys wins.

    NaN, lone surrogates, control characters and more than 1,024 levels are refused. A UTF-8 byte order mark is
    skipped; U+0000 inside a text becomes U+FFFD, because little of what stands behind us can store it.
    Raises PayloadError that says where (byte offset, line, column) and never quotes the body.
    """
    if raw.startswith(_BOM):
        raw = raw[len(_BOM) :]
    if b"\\u0000" in raw:
        # Also hits an escaped backslash before "u0000"; that text changes by four characters, the JSON stays valid.
        raw = raw.replace(b"\\u0000", b"\\ufffd")
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise _broken(raw, error) from None


def _broken(raw: bytes, error: orjson.JSONDecodeError) -> PayloadError:
    if not raw.strip():
        return PayloadError("the body is empty: send JSON", "byte 0")
    try:
        raw.decode()
    except UnicodeDecodeError as bad:
        return PayloadError("the body is not UTF-8: send JSON encoded as UTF-8", f"byte {bad.start}")
    offset = len(error.doc[: error.pos].encode("utf-8", "surrogatepass"))
    where = f"byte {offset}, line {error.lineno}, column {error.colno}"
    return PayloadError(f"the body is not JSON: {error.msg.split(':')[0]}", where)


def absent(value: object) -> bool:
    """Return whether a value is one of the ways in which senders spell "not set".

    They are null, "", "null", "N/A", "<no value>" and a template variable that nobody filled in ("$ALERT_ID").
    """
    if not isinstance(value, str):
        return value is None
    if len(value) > _WORD_LIMIT:
        return False
    word = value.strip()
    return word.lower() in _UNSET or _VARIABLE.fullmatch(word) is not None


def text(value: object) -> str:
    """Return a scalar as text ("true", "1", "0.5"), and "" for null, objects and arrays."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else ""


def instant(value: object) -> float | None:
    """Return Unix seconds of an RFC 3339 text or of an epoch number (s, ms, µs, ns, as number or text).

    Any offset and any number of digits is read (kept to the microsecond); a time without zone is UTC. The zero
    times (year 1, 1970-01-01T00:00:00Z), garbage and anything beyond the year 9999 are None.
    """
    if isinstance(value, str):
        if len(value) > _WORD_LIMIT:
            return None
        # Not left to fromisoformat: it would read "1605070582000" as the year 1605 in its basic format.
        return _from_iso(value) if value[4:5] == "-" else _from_digits(value.strip())
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _from_epoch(float(value))
    return None


@lru_cache(maxsize=1024)
def _from_iso(value: str) -> float | None:
    try:
        when = datetime.fromisoformat(value)
    except ValueError:
        return _from_iso(value.upper().strip()) if value != value.upper().strip() else None
    seconds = (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp()
    return seconds if seconds > 0 else None


def _from_digits(value: str) -> float | None:
    return _from_epoch(float(value)) if _NUMBER.fullmatch(value) else None


def _from_epoch(number: float) -> float | None:
    for limit, scale in ((1e17, 1e9), (1e14, 1e6), (1e11, 1e3)):
        if number >= limit:
            number /= scale
            break
    return number if 0 < number <= _LAST_INSTANT else None


def link(value: object, base: object = "") -> str:
    """Return an absolute http(s) URL, or "" for anything that people could not safely click.

    A path ("/metrics/viewer?x=1") is joined to the host of `base` when that is a usable link. Dropped: other
    schemes, query-only and scheme-less forms, URLs with spaces, `<`, `>`, quotes or credentials, and URLs longer
    than 4 KiB (a cut URL leads nowhere).
    """
    if not isinstance(value, str) or not value or len(value) > VALUE_LIMIT:
        return ""
    if value[0] == "/":
        origin = _ORIGIN.match(link(base))
        if origin is None or value.startswith("//"):
            return ""
        value = origin[0] + value
    return value if _is_link(value) else ""


@lru_cache(maxsize=512)
def _is_link(value: str) -> bool:
    # Remembered, because the alerts of one rule bring the same URLs again and again.
    return _LINK.fullmatch(value) is not None
