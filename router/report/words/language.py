"""One language: its sentences, and how it counts, lists and writes numbers, names, days and times."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from functools import lru_cache
from math import isfinite
from zoneinfo import ZoneInfo

from router.noise.review import Review
from router.reason import duration, percent
from router.report.words.english import ENGLISH
from router.report.words.japanese import JAPANESE

NAME_LIMIT = 60
NOTHING = "–"
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_HIDDEN_LETTERS = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
_SECRET = re.compile(r"xox[a-z]-[\w-]{3,}|xapp-[\w-]{3,}|hooks\.slack\.com/\S*", re.IGNORECASE)
_WIDE = "[\u3000-\u30ff\u3400-\u9fff\uff00-\uff60]"
_BETWEEN_WIDE = re.compile(f"(?<={_WIDE}) (?={_WIDE})")
_ABSURD = 1e12
"""No share and no span is larger; nor is infinity, or what is no number."""
_LAST_INSTANT = 253_402_214_400


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one language; `texts` holds sentences by name, a pair where one and many differ."""

    locale: str
    texts: Mapping[str, str | tuple[str, str]]

    def say(self, key: str, **values: object) -> str:
        """Return a sentence, filled with values that are fit to be shown; `n` chooses between one and many."""
        text = self.texts[key]
        template = text if isinstance(text, str) else text[values.get("n") != 1]
        shown = {name: f"{value:,}" if isinstance(value, int) else value for name, value in values.items()}
        return _BETWEEN_WIDE.sub("", template.format(**shown))

    def join(self, sentences: Sequence[str]) -> str:
        """Return sentences one after the other; Japanese needs no space after its own full stop."""
        joined = ""
        for each in filter(None, sentences):
            joined += ("" if not joined or joined[-1] == "。" else " ") + each
        return joined

    def list(self, named: Sequence[str], most: int = 3, joint: str = "comma") -> str:
        """Return names in a row that tells how many are left out; `joint` names what stands between them."""
        left = len(named) - most
        shown = [*named[:most], self.say("and_more", n=left)] if left > 0 else list(named)
        return self.say(joint).join(shown)

    def share(self, ratio: float | None) -> str:
        """Return a ratio as percent, a dash where there is none."""
        return percent(ratio) if ratio is not None and abs(ratio) < _ABSURD else NOTHING

    def points(self, change: float) -> str:
        """Return a change of a share in points with its sign: "-9", "+0.4"; a dash where it cannot be one."""
        if not abs(change) < _ABSURD:
            return NOTHING
        points = 100.0 * change
        return f"{points:+.0f}" if abs(points) >= 9.5 else f"{points:+.1f}".replace(".0", "")

    def lasts(self, seconds: float | None) -> str:
        """Return a duration, a dash where there is none."""
        return duration(max(0.0, seconds), self.locale) if seconds is not None and abs(seconds) < _ABSURD else NOTHING

    def day(self, day: date) -> str:
        """Return a day without its year: "5 October", "10/5"."""
        return self.say("day", day=str(day.day), number=str(day.month), month=self.texts[f"month_{day.month}"])

    def short_day(self, day: date) -> str:
        """Return a day for axes: "5 Oct", "10/5"."""
        month = str(self.texts[f"month_{day.month}"])[:3]
        return self.say("short_day", day=str(day.day), number=str(day.month), month=month)

    def at(self, instant: float, zone: str) -> str:
        """Return a time in a zone: "7 October 10:40", "10/7 10:40"."""
        local = local_time(instant, zone)
        return self.say("time", day=self.day(local.date()), clock=f"{local:%H:%M}")


_LANGUAGES = {"en": Words("en", ENGLISH), "ja": Words("ja", JAPANESE)}


def texts(locale: str) -> Words:
    """Return the words of a language ("en", "ja"; a region as in "ja-JP" is ignored), English for any other."""
    return _LANGUAGES.get(locale.replace("_", "-").split("-")[0].lower(), _LANGUAGES["en"])


def named(text: str, limit: int = NAME_LIMIT) -> str:
    """Return foreign text as one line of at most `limit` characters, harmless in a terminal.

    Control, bidirectional and zero-width characters go, Slack's tokens and webhook addresses are blotted out, and
    backquotes are ours alone: they mark code. Whoever puts it into markup escapes it.
    """
    spaced = "".join(" " if each.isspace() else each for each in text[: 8 * limit])
    visible = "".join(each for each in spaced if unicodedata.category(each) not in _HIDDEN)
    plain = " ".join(_HIDDEN_LETTERS.sub("", visible).replace("`", "'").split())
    kept = _SECRET.sub("[secret]", plain)
    return kept if len(kept) <= limit else kept[: limit - 1].rstrip() + "…"


@lru_cache(maxsize=64)
def zone_of(name: str) -> tzinfo:
    """Return a time zone by its IANA name, UTC for one that does not exist."""
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):  # ZoneInfoNotFoundError is a KeyError
        return UTC


def local_time(instant: float, zone: str) -> datetime:
    """Return Unix seconds as a local time, kept within what a calendar can show."""
    seconds = int(min(max(instant, 86_400), _LAST_INSTANT)) if isfinite(instant) else 86_400
    return datetime.fromtimestamp(seconds, UTC).astimezone(zone_of(zone))


def span_of(review: Review, words: Words) -> str:
    """Return the week's days: "5 to 11 October", "29 December 2025 to 4 January 2026", "10/5〜10/11"."""
    first = local_time(review.start, review.zone).date()
    last = local_time(review.end - 43_200, review.zone).date()
    same = "span_year" if first.year != last.year else "span" if first.month == last.month else "span_months"
    return words.say(
        same, first=words.day(first), last=words.day(last), day=str(first.day), year=str(first.year),
        end_year=str(last.year),
    )  # fmt: skip
