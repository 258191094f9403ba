"""Making foreign text harmless: nothing that a sender wrote becomes a mention, a link, markup or a hidden trick.

Slack's rules (docs.slack.dev, "Formatting message text"): `&`, `<`, `>` are escaped and nothing else; a mention or
link exists only between unescaped angle brackets. `Markup` marks text that went through here, so that a forgotten
escape cannot happen: `fill` escapes whatever is not Markup.
"""

import re
import unicodedata
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from math import isfinite
from urllib.parse import SplitResult, quote, urlsplit
from zoneinfo import ZoneInfo

ELLIPSIS = "…"
VALUE_LIMIT = 200
URL_LIMIT = 2_000
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_HIDDEN_LETTERS = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
_SECRET = re.compile(r"xox[a-z]-[\w-]{3,}|xapp-[\w-]{3,}|hooks\.slack\.com/\S*", re.IGNORECASE)
_MENTION = re.compile(r"<(?:@[UW][A-Z0-9]+|!subteam\^S[A-Z0-9]+|!here|!channel|!everyone)(?:\|[^<>&|]*)?>")
_HOST = re.compile(r"[A-Za-z0-9._~\-:\[\]]+")
_URL_SAFE = "/%:=&?~#+!$,;'@()*[]-._"
_WIDE = "[\u3000-\u30ff\u3400-\u9fff\uff00-\uff60]"
_BETWEEN_WIDE = re.compile(f"(?<={_WIDE}) (?={_WIDE})")
_LAST_INSTANT = 253_402_300_799


class Markup(str):
    """Text that is safe where Slack reads mrkdwn: every foreign part of it has been escaped."""

    __slots__ = ()


def size(text: str) -> int:
    """Return the length as Slack may count it at worst: an astral character counts two (UTF-16 units)."""
    return len(text) + sum(character > "\uffff" for character in text)


def clean(text: str) -> str:
    """Return `text` on one line, without control, bidirectional, zero-width and other invisible characters.

    Slack's own tokens and webhook addresses are blotted out: whoever reads the channel must not be able to use them.
    """
    spaced = "".join(" " if character.isspace() else character for character in text)
    visible = (character for character in spaced if unicodedata.category(character) not in _HIDDEN_CATEGORIES)
    return _SECRET.sub("[secret]", " ".join(_HIDDEN_LETTERS.sub("", "".join(visible)).split()))


def cut(text: str, limit: int = VALUE_LIMIT) -> str:
    """Return `text` cleaned and, where it is longer than `limit`, cut with an ellipsis; for plain_text."""
    return _shorten(list(clean(text[: 8 * limit])), limit)


def cut_lines(text: str, limit: int, lines: int = 6) -> str:
    """Return the first `lines` non-empty lines of `text`, each cleaned, together at most `limit`; for plain_text."""
    kept = [line for line in map(clean, text[: 8 * limit].splitlines()) if line]
    more = [ELLIPSIS] if len(kept) > lines else []
    return _shorten(list("\n".join(kept[:lines] + more)), limit)


def escape(text: str, limit: int = VALUE_LIMIT) -> Markup:
    """Return `text` cleaned, escaped, and cut to `limit` after escaping without splitting an entity; for mrkdwn."""
    return Markup(_shorten([_ENTITIES.get(character, character) for character in clean(text[: 8 * limit])], limit))


def _shorten(pieces: list[str], limit: int) -> str:
    if sum(map(size, pieces)) <= limit:
        return "".join(pieces)
    left = limit - size(ELLIPSIS)
    kept = []
    for piece in pieces:
        left -= size(piece)
        if left < 0:
            break
        kept.append(piece)
    return "".join(kept).rstrip() + ELLIPSIS


def fill(template: str, limit: int = VALUE_LIMIT, /, **values: object) -> Markup:
    """Return our own `template` with `values` in place: escaped and cut to `limit`, except those that are Markup."""
    safe = {name: value if isinstance(value, Markup) else escape(str(value), limit) for name, value in values.items()}
    return Markup(_tighten(template.format(**safe)))


def fill_plain(template: str, limit: int = VALUE_LIMIT, /, **values: object) -> str:
    """Return our own `template` with `values` cleaned and cut to `limit`, for plain_text (nothing is markup there)."""
    return _tighten(template.format(**{name: cut(str(value), limit) for name, value in values.items()}))


def _tighten(text: str) -> str:
    """Take out the space that a template keeps beside a name, where both neighbours are Japanese."""
    return _BETWEEN_WIDE.sub("", text)


def safe_url(url: str, limit: int = URL_LIMIT) -> str:
    """Return `url` ready for a button, or "" where it is no usable address.

    Only http and https with a host and without credentials; whatever could end or break a link is percent-encoded.
    A longer address than `limit` is refused, because half an address leads nowhere.
    """
    if len(url) > limit or _SECRET.search(url):
        return ""
    try:
        parts = urlsplit(url.strip())
        host = parts.netloc.encode("idna").decode("ascii")
        tail = quote(_tail(parts), safe=_URL_SAFE)
    except ValueError:  # UnicodeError is one too
        return ""
    if parts.scheme not in ("http", "https") or not _HOST.fullmatch(host):
        return ""
    whole = f"{parts.scheme}://{host}{tail}"
    return whole if len(whole) <= limit else ""


def _tail(parts: SplitResult) -> str:
    query = f"?{parts.query}" if parts.query else ""
    fragment = f"#{parts.fragment}" if parts.fragment else ""
    return f"{parts.path}{query}{fragment}"


def link(url: str, label: str) -> Markup:
    """Return a mrkdwn link to a `safe_url`, or only the label where there is no address."""
    text = escape(label.replace("|", "/"), 120)
    return Markup(f"<{url.replace('&', '&amp;')}|{text}>") if url and text else text


def instant(at: float) -> datetime:
    """Return Unix seconds as a UTC time, kept within what a calendar can show."""
    seconds = int(min(max(at, 0), _LAST_INSTANT)) if isfinite(at) else 0
    return datetime.fromtimestamp(seconds, UTC)


@lru_cache(maxsize=64)
def zone(name: str) -> tzinfo:
    """Return a time zone by its IANA name, UTC for one that does not exist."""
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):  # ZoneInfoNotFoundError is a KeyError
        return UTC


def zoned(at: float, timezone: str = "UTC", form: str = "%Y-%m-%d %H:%M") -> str:
    """Return an instant for places where Slack cannot show the reader's own time: `2026-11-22 18:00 JST`."""
    try:
        local = instant(at).astimezone(zone(timezone))
    except OverflowError:  # the calendar ends in UTC, and further east even earlier
        local = instant(at)
    name = local.strftime("%Z")
    return f"{local.strftime(form)} {name if name[:1].isalpha() else f'UTC{name}'}"


def clock(at: float, now: float, timezone: str) -> str:
    """Return an instant in plain text as short as it can be understood: today only the time, `18:00 JST`."""
    today = zoned(at, timezone)[:10] == zoned(now, timezone)[:10]
    return zoned(at, timezone, "%H:%M" if today else "%Y-%m-%d %H:%M")


def date(at: float, timezone: str = "UTC", form: str = "{date_num} {time}") -> Markup:
    """Return an instant in the reader's own time zone (Slack's date token); the fallback is in `timezone`."""
    fallback = zoned(at, timezone, "%Y-%m-%d %H:%M" if "{date_num}" in form else "%H:%M")
    return Markup(f"<!date^{int(instant(at).timestamp())}^{form}|{fallback}>")


def mention(text: str) -> Markup:
    """Return a mention from the configuration; what is not a user, group or channel mention stays inert text."""
    words = (Markup(word) if _MENTION.fullmatch(word) else escape(word, 60) for word in text.split()[:3])
    return Markup(" ".join(words))
