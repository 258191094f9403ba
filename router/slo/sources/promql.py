"""Just enough PromQL to measure a user's query over any window, and to put values into queries safely.

Queries come in all habits: `{{.window}}` (Sloth), fixed ranges, sums over bare counters (OpenSLO samples), plain
selectors (Pyrra). `prepare` finds the selectors in them and rewrites each one's range; nothing else is touched.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Final

_STRING: Final = r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'|`[^`]*`'
_TOKEN: Final = re.compile(
    rf"""(?P<space>\s+|\#[^\n]*)|(?P<string>{_STRING})|(?P<name>[a-zA-Z_:][\w:.]*)|(?P<number>[0-9][\w.]*)
        |(?P<braces>\{{(?!\{{)(?:{_STRING}|[^"'`{{}}])*\}})|(?P<range>\[(?:\{{\{{.*?\}}\}}|[^\]])*\])|(?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
_TAIL: Final = re.compile(r"(?:\s*(?:offset\s+-?\w+|@\s*(?:-?[\d.]+|start\(\)|end\(\))))+", re.IGNORECASE)
_GROUPING: Final = frozenset({"by", "without", "on", "ignoring", "group_left", "group_right"})
_AGGREGATORS: Final = frozenset(
    {
        "sum",
        "min",
        "max",
        "avg",
        "group",
        "stddev",
        "stdvar",
        "count",
        "count_values",
        "bottomk",
        "topk",
        "quantile",
        "limitk",
        "limit_ratio",
    }
)
_WORDS: Final = _GROUPING | _AGGREGATORS | frozenset(["and", "or", "unless", "bool", "offset", "atan2", "inf", "nan"])
_RATES: Final = frozenset({"rate"})
_COUNTS: Final = frozenset({"increase", "count_over_time", "sum_over_time", "delta"})
_RECORDED_RATE: Final = re.compile(r":[^:]*rate[^:]*$")
_LE: Final = re.compile(rf"(?P<le>\ble\s*=\s*(?P<value>\"[^\"\\]*\"|'[^'\\]*'|`[^`]*`))|{_STRING}")
_WINDOW: Final = "\x00"
_PLACEHOLDER: Final = re.compile(r"\{\{-?\s*\.?window\s*-?\}\}")


_UNITS: Final = {"w": 604_800_000, "d": 86_400_000, "h": 3_600_000, "m": 60_000, "s": 1_000, "ms": 1}


class Sense(StrEnum):
    """What a prepared query's value is: events in the window, events per second, or neither (fit for ratios only)."""

    COUNT = "count"
    RATE = "rate"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class Selector:
    """One selector in a query: `text` is name and braces, `range` what stands in brackets ("" without them).

    `named` tells that the window is part of the metric's name (`errors:ratio_rate{{.window}}`): it has no range.
    """

    name: str
    text: str
    range: str
    tail: str
    function: str
    named: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """A query whose window can be set. `selectors` are its distinct selectors, without ranges.

    `simple` tells that an empty answer means that its events did not happen: it is one series' selector, without
    arithmetic that one absent side would empty, and without a histogram bucket that always exists.
    """

    template: str
    sense: Sense
    selectors: tuple[str, ...]
    simple: bool

    def over(self, seconds: float) -> str:
        """Return the query for a window of so many seconds."""
        return self.template.replace(_WINDOW, duration(seconds))


def quote(value: str) -> str:
    """Return a value as a PromQL string literal that holds exactly it, whatever it is."""
    return json.dumps(value.encode("utf-8", "replace").decode("utf-8"), ensure_ascii=False)


def duration(seconds: float) -> str:
    """Return a PromQL duration in the largest unit that fits exactly, as Sloth names its series; at least 1 ms."""
    milliseconds = max(1, round(seconds * 1000))
    unit = next(unit for unit, length in _UNITS.items() if milliseconds % length == 0)
    return f"{milliseconds // _UNITS[unit]}{unit}"


def prepare(text: str, *, counter: bool = True) -> Query:
    """Return a user's query with a window that can be set.

    Ranges are replaced by the window; a bare selector becomes its increase (a counter), its sum over time (a gauge),
    or its average (a recorded rate). A query that is one bare selector is summed.
    """
    found: list[Selector] = []
    senses: set[Sense] = set()

    def windowed(selector: Selector) -> str:
        found.append(selector)
        sense, written = _windowed(selector, counter=counter)
        senses.add(sense)
        return written

    template = rewrite(text.strip(), windowed)
    if len(found) == 1 and not found[0].named and found[0].text + found[0].tail == text.strip():
        template = f"sum({template})"
    template = _PLACEHOLDER.sub(_WINDOW, template)
    return Query(
        template=template,
        sense=senses.pop() if len(senses) == 1 else Sense.UNSURE,
        selectors=tuple(dict.fromkeys(numeric_le(each.text) for each in found)),
        simple=len(found) == 1 and numeric_le(found[0].text) == found[0].text and not _arithmetic(text),
    )


def _windowed(selector: Selector, *, counter: bool) -> tuple[Sense, str]:
    text = numeric_le(selector.text)
    if selector.named:
        return Sense.UNSURE, text + selector.tail
    ranged = f"{text}[{_WINDOW}]{selector.tail}"
    if selector.range:
        function = selector.function
        sense = Sense.RATE if function in _RATES else Sense.COUNT if function in _COUNTS else Sense.UNSURE
        return sense, ranged
    if _RECORDED_RATE.search(selector.name):
        return Sense.RATE, f"avg_over_time({ranged})"
    return Sense.COUNT, f"increase({ranged})" if counter else f"sum_over_time({ranged})"


def _arithmetic(text: str) -> bool:
    """Return whether a query adds, subtracts or compares: one absent side then empties the whole."""
    bare = re.sub(r"\{\{.*?\}\}", "", text)
    return any(match["other"] in tuple("+-*/%^<>=!") for match in _TOKEN.finditer(bare) if match["other"])


def rewrite(text: str, change: Callable[[Selector], str]) -> str:
    """Return a query with every selector replaced by what `change` makes of it."""
    written: list[str] = []
    functions: list[str] = []
    position, called = 0, ""
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            break
        position = match.end()
        if match["name"] is not None and match["name"].lower() in _GROUPING:
            position = _past_parentheses(text, position)
            written.append(text[match.start() : position])
        elif match["name"] is not None and _is_function(match["name"], text, position):
            called = match["name"]
            written.append(called)
        elif match["name"] is not None or match["braces"] is not None:
            selector, position = _selector(match, text, functions[-1] if functions else "")
            written.append(change(selector))
        else:
            called = _nest(match[0], functions, called)
            written.append(match[0])
    return "".join(written)


def _nest(token: str, functions: list[str], called: str) -> str:
    """Follow parentheses: an opening one belongs to the function named before it."""
    if token == "(":  # noqa: S105 - a parenthesis, no password
        functions.append(called)
        return ""
    if token == ")" and functions:  # noqa: S105
        functions.pop()
    return called


def _is_function(name: str, text: str, position: int) -> bool:
    return name.lower() in _WORDS or text[position:].lstrip()[:1] == "("


def _past_parentheses(text: str, position: int) -> int:
    """Return the position behind a list of label names in parentheses, if one comes next."""
    match = re.compile(r"\s*\([^()]*\)").match(text, position)
    return match.end() if match else position


def _selector(match: re.Match[str], text: str, function: str) -> tuple[Selector, int]:
    """Return the selector that starts at a token, and where it ends."""
    name, braces, position = match["name"] or "", match["braces"] or "", match.end()
    placeholder = _PLACEHOLDER.match(text, position)
    if name and placeholder is not None:
        name, position = name + placeholder[0], placeholder.end()
    following = _TOKEN.match(text, _past_space(text, position))
    if name and following is not None and following["braces"] is not None:
        braces, position = following["braces"], following.end()
        following = _TOKEN.match(text, _past_space(text, position))
    ranged = ""
    if following is not None and following["range"] is not None:
        ranged, position = following["range"][1:-1], following.end()
    tail = _TAIL.match(text, position)
    if tail is not None:
        position = tail.end()
    return Selector(name, name + braces, ranged, tail[0] if tail else "", function, placeholder is not None), position


def _past_space(text: str, position: int) -> int:
    match = re.compile(r"\s*").match(text, position)
    return match.end() if match else position


def named_window(selector: str) -> str:
    """Return a selector whose metric's name holds the window, for the shortest one."""
    return _PLACEHOLDER.sub("5m", selector)


def numeric_le(selector: str) -> str:
    """Return a selector whose `le="1"` also finds "1.0" and "1e+00": bounds are numbers, however they are written."""
    return _LE.sub(_le_matcher, selector)


def _le_matcher(match: re.Match[str]) -> str:
    if match["le"] is None:
        return match[0]
    try:
        value = Decimal(match["value"][1:-1])
    except InvalidOperation:
        return match[0]
    return f"le=~{quote(_spellings(value))}"


def _spellings(value: Decimal) -> str:
    """Return a regular expression of all decimal and scientific spellings of one number."""
    if not value.is_finite():
        return r"\+?Inf"
    sign, digits, exponent = value.normalize().as_tuple()
    minus = "-" if sign else ""
    whole, _, fraction = format(abs(value.normalize()), "f").partition(".")
    plain = rf"{whole}\.{fraction}0*" if fraction else rf"{whole}(\.0*)?"
    first, rest = str(digits[0]), "".join(str(digit) for digit in digits[1:])
    power = int(exponent) + len(digits) - 1
    mantissa = rf"{first}\.{rest}0*" if rest else rf"{first}(\.0*)?"
    return rf"{minus}({plain}|{mantissa}[eE]{'-' if power < 0 else '[+]?'}0*{abs(power)})"
