"""What a request asks for: language, week, team, order; and the addresses of the pages that carry it on."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from math import isfinite
from urllib.parse import quote, urlencode

LANGUAGES = ("en", "ja")


@dataclass(frozen=True, slots=True)
class Asked:
    """What every page is asked for; "" where nothing was said. `locale` is the one to answer in."""

    locale: str
    lang: str = ""
    week: str = ""
    team: str = ""
    sort: str = ""
    single: bool = False
    """Whether the page stands alone, in a file: it leads nowhere."""

    def url(self, path: str, **changes: str) -> str:
        """Return the address of another page that keeps week, team and language; `changes` replaces them."""
        if self.single:
            return ""
        carried = {"week": self.week, "team": self.team, "lang": self.lang, **changes}
        query = urlencode({name: value for name, value in carried.items() if value})
        return f"{path}?{query}" if query else path

    def rule_url(self, source: str, rule: str, **changes: str) -> str:
        """Return the address of a rule's own page, "" for a record that has no rule."""
        if not source or not rule or self.single:
            return ""
        return self.url(f"/wolves/{quote(source, safe='')}/{quote(rule, safe='')}", **changes)


def asked(query: Mapping[str, str], locale: str) -> Asked:
    """Read a query; `locale` is the configuration's. A language that is not known is not heard."""
    lang = query.get("lang", "")
    lang = lang if lang in LANGUAGES else ""
    return Asked(
        locale=lang or language(locale),
        lang=lang,
        week=query.get("week", "").strip().upper(),
        team=query.get("team", ""),
        sort=query.get("sort", ""),
    )


def language(locale: str) -> str:
    """Return the language of a locale ("ja-JP" is "ja"), English for any other."""
    spoken = locale.replace("_", "-").split("-")[0].lower()
    return spoken if spoken in LANGUAGES else LANGUAGES[0]


def instant(text: str) -> float | None:
    """Return Unix seconds from `1780000000.5` or RFC 3339, None for what is neither."""
    try:
        at = float(text)
    except ValueError:
        return _rfc3339(text)
    return at if isfinite(at) else None


def _rfc3339(text: str) -> float | None:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at.timestamp() if at.tzinfo else None
