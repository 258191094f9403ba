"""How silences look in a terminal: aligned columns, times in the reader's zone, nothing that could steer it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from unicodedata import east_asian_width

from router.reason import duration
from router.sources.readers import instant

HEAD = ("ID", "STATE", "TIME", "BY", "MATCHERS", "REASON")
_COLOURS = {"active": "32", "pending": "33", "expired": "2"}
_OPERATORS = {(True, False): "=", (False, False): "!=", (True, True): "=~", (False, True): "!~"}
NAMED = 5


def table(silences: Sequence[Mapping[str, Any]], now: float, *, colour: bool) -> str:
    """Return one line a silence under a head, aligned; `colour` paints the state."""
    rows = [HEAD, *(_row(each, now) for each in silences)]
    widths = [max(_width(row[column]) for row in rows) for column in range(len(HEAD) - 1)]
    return "\n".join(_line(row, widths, colour=colour and number > 0) for number, row in enumerate(rows))


def _row(silence: Mapping[str, Any], now: float) -> tuple[str, ...]:
    state = str(silence["status"]["state"])
    matchers = ", ".join(matcher_text(each) for each in silence["matchers"])
    texts = (silence["id"], state, _time(silence, state, now), silence["createdBy"], matchers, silence["comment"])
    return tuple(printable(str(each)) for each in texts)


def _time(silence: Mapping[str, Any], state: str, now: float) -> str:
    name, word = {"pending": ("startsAt", "starts"), "active": ("endsAt", "ends")}.get(state, ("endsAt", "ended"))
    at = instant(silence[name]) or 0.0
    away = duration(abs(at - now))
    return f"{word} {away} ago" if state == "expired" else f"{word} in {away}, {local(at)}"


def local(at: float) -> str:
    """Return an instant in this machine's zone, to the minute."""
    return datetime.fromtimestamp(at, UTC).astimezone().strftime("%Y-%m-%d %H:%M %Z")


def matcher_text(matcher: Mapping[str, Any]) -> str:
    """Return a matcher as people write it."""
    operator = _OPERATORS[bool(matcher.get("isEqual", True)), bool(matcher.get("isRegex", False))]
    value = str(matcher["value"]).replace("\\", "\\\\").replace('"', '\\"')
    return f'{matcher["name"]}{operator}"{value}"'


def printable(text: str) -> str:
    """Return a text without control characters and line ends: others have written it."""
    return "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in text)


def _line(row: Sequence[str], widths: Sequence[int], *, colour: bool) -> str:
    cells = [text + " " * (width - _width(text)) for text, width in zip(row, widths, strict=False)]
    if colour:
        cells[1] = f"\x1b[{_COLOURS.get(row[1], '0')}m{cells[1]}\x1b[0m"
    return "  ".join([*cells, row[-1]]).rstrip()


def _width(text: str) -> int:
    """Return how many columns a text takes: Chinese, Japanese and Korean characters take two."""
    return sum(2 if east_asian_width(each) in "WF" else 1 for each in text)


def touched(groups: Sequence[Mapping[str, Any]]) -> str:
    """Return in words which alerts that fire now are met, and which SLOs they concern."""
    alerts = {each["fingerprint"]: each for group in groups for each in group["alerts"]}
    if not alerts:
        return "It meets no alert that fires now."
    names = Counter(str(each["labels"].get("alertname", "?")) for each in alerts.values())
    named = [f"{printable(name)} ({count})" for name, count in names.most_common(NAMED)]
    more = [f"{len(names) - NAMED} more rules"] if len(names) > NAMED else []
    slos = sorted({printable(str(group["labels"]["slo"])) for group in groups if "slo" in group["labels"]})
    noun = "alert that fires" if len(alerts) == 1 else "alerts that fire"
    said = f"It meets {len(alerts)} {noun} now: {', '.join([*named, *more])}."
    return f"{said}\nSLOs concerned: {', '.join(slos)}." if slos else said
