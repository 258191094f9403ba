"""From labels to a silence that is proposed, and from a filled-in modal to the silence that is wished for. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from math import isfinite

from router.alert import Alert, Matcher, Operator, parse_matcher
from router.config.values import Receiver
from router.incident import Person
from router.reason import duration
from router.respond.morning import next_morning
from router.respond.parts import Wish
from router.slack.dialogue.silences import Field
from router.slack.dialogue.texts import Words

NOISE = frozenset(
    {
        "prometheus", "prometheus_replica", "replica", "__replica__", "receive_replica", "tenant_id", "monitor",
        "pod", "pod_name", "pod_ip", "pod_uid", "pod_template_hash", "container_id", "uid", "id", "image", "endpoint",
        "controller_revision_hash", "replicaset", "trace_id", "span_id", "request_id", "event_id", "alert_id",
    }
)  # fmt: skip
"""Labels that say who noticed, or that change with every restart: a silence made from them would soon miss."""
MATCHERS_MOST = 20
VALUE_MOST = 200
COMMENT_LEAST = 5
MORNING = "morning"
_CHOICES: Mapping[str, float] = {
    "1h": 3_600.0, "4h": 14_400.0, "1d": 86_400.0, "3d": 259_200.0, "7d": 604_800.0,
}  # fmt: skip
_USUAL = "4h"
_ORDER = ("1h", "4h", MORNING, "1d", "3d", "7d")


def proposed(firing: Iterable[Alert], rule: str) -> str:
    """Return matchers, one a line, of the labels that the firing alerts of `rule` share, without noise.

    Where that rule does not fire any more, of all that fire.
    """
    alerts = tuple(firing)
    some = [each for each in alerts if each.rule == rule] or list(alerts)
    if not some:
        return ""
    shared = set(some[0].labels.items()).intersection(*(each.labels.items() for each in some[1:]))
    kept = [(name, value) for name, value in shared if value and name not in NOISE and len(value) <= VALUE_MOST]
    ordered = sorted(kept, key=lambda pair: (pair[0] != "alertname", pair[0]))[:MATCHERS_MOST]
    return "\n".join(str(Matcher(name, Operator.EQUAL, value)) for name, value in ordered)


def choices(longest_s: float, now: float, receiver: Receiver) -> tuple[tuple[str, float | None], ...]:
    """Return the durations to choose from, by value; the longest that is allowed stands in place of longer ones."""
    morning = next_morning(now, receiver.timezone, receiver.morning, receiver.workdays) - now
    known = {**_CHOICES, MORNING: morning}
    allowed = [name for name in _ORDER if known[name] <= longest_s]
    found: list[tuple[str, float | None]] = [(name, None if name == MORNING else known[name]) for name in allowed]
    cut = len(allowed) < len(_ORDER) and longest_s not in _CHOICES.values()
    return (*found, ("longest", longest_s)) if cut else tuple(found)


def usual(offered: Sequence[tuple[str, float | None]]) -> str:
    """Return the value of the duration that is chosen beforehand."""
    values = [value for value, _ in offered]
    return _USUAL if _USUAL in values else values[0]


class Mistakes(dict[str, str]):
    """What is wrong with a filled-in modal, by the field that must change."""


def matchers_of(text: str, words: Words) -> tuple[Matcher, ...] | str:
    """Return the matchers, or what is wrong with them."""
    found = []
    for number, raw in enumerate(text.splitlines(), 1):
        written = raw.strip().rstrip(",")
        if not written:
            continue
        try:
            found.append(parse_matcher(written))
        except ValueError as error:
            return words.silence.bad_line.format(n=number, problem=error)
    return tuple(found) or words.silence.no_matchers


def wished(
    values: Mapping[str, str | Sequence[str]], by: Person, now: float, limits: tuple[float, Receiver], words: Words
) -> Wish | Mistakes:
    """Return the silence that was asked for, or every mistake at once; `limits` are the longest time and the team."""
    matchers = matchers_of(text_of(values, Field.MATCHERS), words)
    seconds = _seconds(values, now, limits, words)
    comment = text_of(values, Field.COMMENT).strip()
    wrong = Mistakes()
    if isinstance(matchers, str):
        wrong[Field.MATCHERS] = matchers
    if isinstance(seconds, tuple):
        wrong[seconds[0]] = seconds[1]
    if len(comment) < COMMENT_LEAST:
        wrong[Field.COMMENT] = words.silence.short_comment
    if isinstance(matchers, str) or isinstance(seconds, tuple) or wrong:
        return wrong
    return Wish(matchers, now + seconds, by, comment)


def text_of(values: Mapping[str, str | Sequence[str]], name: str) -> str:
    """Return one answer of a modal as text."""
    value = values.get(name, "")
    return value if isinstance(value, str) else ""


def _seconds(
    values: Mapping[str, str | Sequence[str]], now: float, limits: tuple[float, Receiver], words: Words
) -> float | tuple[str, str]:
    """Return how long, or the field and what is wrong with it; hours count instead of the menu."""
    (longest_s, receiver), hours = limits, text_of(values, Field.HOURS).strip()
    if hours:
        field, seconds = Field.HOURS, _number(hours) * 3_600.0
    else:
        field, seconds = Field.DURATION, _chosen(text_of(values, Field.DURATION), longest_s, now, receiver)
    if not isfinite(seconds) or seconds <= 0:
        return field, words.silence.bad_hours if hours else words.silence.no_duration
    if seconds > longest_s + 1.0:
        return field, words.silence.too_long.format(longest=duration(longest_s, words.locale))
    return min(seconds, longest_s)


def _chosen(value: str, longest_s: float, now: float, receiver: Receiver) -> float:
    if value == MORNING:
        return next_morning(now, receiver.timezone, receiver.morning, receiver.workdays) - now
    return longest_s if value == "longest" else _CHOICES.get(value, 0.0)


def _number(text: str) -> float:
    """Return the number that people mean by "1.5", "1,5" or "6h", 0 for anything else."""
    try:
        return float(text.lower().removesuffix("h").strip().replace(",", "."))
    except ValueError:
        return 0.0
