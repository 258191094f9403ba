"""What an alert is: labels, status, identity, and the matchers that select it.

Instants are Unix seconds (float), durations are seconds and their names end in `_s`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import blake2b

LABEL_LIMIT = 64
VALUE_LIMIT = 4096


class Status(StrEnum):
    """Whether an alert is firing now."""

    FIRING = "firing"
    RESOLVED = "resolved"


class Note(StrEnum):
    """What a source had to say beside the alert itself."""

    TEST = "test"
    NO_DATA = "no_data"
    TRUNCATED = "truncated"
    """Labels or values were over the caps (64 labels, 4 KiB a value) and were cut."""
    OTHERS_LEFT_OUT = "others_left_out"
    """The sender cut its group (truncatedAlerts > 0); missing alerts are not resolved."""
    ENDED_WITHOUT_RECOVERY = "ended_without_recovery"
    """The source says resolved for another reason than health (rule edited, series gone, by hand)."""


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert as a source sent it, normalised.

    `fingerprint` is the identity across sends (32 hex digits, see `fingerprint_of`). `starts_at` and `ends_at`
    are the source's clock, None where it did not say. `expires_at` is set where the source promises to repeat
    (Alertmanager API v2): without another send the alert resolves by itself then.
    """

    source: str
    fingerprint: str
    status: Status
    rule: str
    severity: str
    labels: Mapping[str, str]
    annotations: Mapping[str, str] = field(default_factory=dict)
    starts_at: float | None = None
    ends_at: float | None = None
    expires_at: float | None = None
    generator_url: str = ""
    guide_url: str = ""
    notes: tuple[Note, ...] = ()


def fingerprint_of(source: str, stable_id: str | None, labels: Mapping[str, str]) -> str:
    """Return the identity of an alert: BLAKE2b-128 over source name and the sender's stable id or sorted labels.

    Parts are length-prefixed, so no choice of label values can imitate another alert's identity.
    """
    if stable_id:
        text = f"id{len(source)}:{source}{stable_id}"
    else:
        parts = (source, *(part for pair in sorted(labels.items()) for part in pair))
        text = "labels" + "".join(f"{len(part)}:{part}" for part in parts)
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


class Operator(StrEnum):
    """How a matcher compares a label's value."""

    EQUAL = "="
    NOT_EQUAL = "!="
    REGEX = "=~"
    NOT_REGEX = "!~"


@dataclass(frozen=True, slots=True)
class Matcher:
    """A condition on one label, with Alertmanager's semantics: an absent label is the empty string."""

    label: str
    operator: Operator
    value: str
    pattern: re.Pattern[str] | None = None

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Return whether `labels` meet the condition (regexes are anchored at both ends)."""
        value = labels.get(self.label, "")
        match self.operator:
            case Operator.EQUAL:
                return value == self.value
            case Operator.NOT_EQUAL:
                return value != self.value
            case Operator.REGEX:
                return self.pattern is not None and self.pattern.fullmatch(value) is not None
            case Operator.NOT_REGEX:
                return self.pattern is None or self.pattern.fullmatch(value) is None

    def __str__(self) -> str:
        escaped = self.value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        return f'{self.label}{self.operator}"{escaped}"'


def matcher(label: str, operator: str, value: str) -> Matcher:
    """Return a matcher; raises ValueError for an unknown operator or a bad regular expression."""
    chosen = Operator(operator)
    if chosen not in (Operator.REGEX, Operator.NOT_REGEX):
        return Matcher(label, chosen, value)
    try:
        return Matcher(label, chosen, value, re.compile(_as_in_re2(value)))
    except re.error as error:
        raise ValueError(f"bad regular expression {value!r}: {error}") from error


_CLASSES = {"d": "0-9", "w": "0-9A-Za-z_", "s": "\\t\\n\\f\\r "}
"""What RE2 takes for Perl's classes: ASCII only (Go, regexp/syntax)."""
_POSIX = {
    "alnum": "0-9A-Za-z", "alpha": "A-Za-z", "digit": "0-9", "lower": "a-z", "upper": "A-Z", "word": "0-9A-Za-z_",
    "space": "\\t\\n\\v\\f\\r ", "xdigit": "0-9A-Fa-f", "punct": "!-/:-@\\[-`{-~",
}  # fmt: skip
_TOKEN = re.compile(r"\\(?P<escaped>.)|\[:(?P<posix>[a-z]+):\]|(?P<plain>.)", re.DOTALL)


def _as_in_re2(expression: str) -> str:
    """Return an expression as Alertmanager's engine reads it where Python's would read it otherwise."""
    read, inside = [], False
    for token in _TOKEN.finditer(expression):
        text, letter = token[0], token["escaped"] or ""
        if letter.lower() in _CLASSES and (letter.islower() or not inside):
            known = _CLASSES[letter.lower()]
            text = known if inside else f"[{'^' if letter.isupper() else ''}{known}]"
        elif token["posix"]:
            text = _POSIX.get(token["posix"], text) if inside else text
        elif token["plain"] in ("[", "]"):
            inside = token["plain"] == "["
        read.append(text)
    return "".join(read)


_MATCHER = re.compile(
    r"""\s*(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<label>[^\s"{}!=~,]+))\s*
        (?P<operator>=~|!~|!=|=)\s*
        (?:"(?P<string>(?:[^"\\]|\\.)*)"|(?P<bare>[^"{}!=~,\s][^"{},]*)|)\s*""",
    re.VERBOSE,
)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)


def _unescape(text: str) -> str:
    return _ESCAPE.sub(lambda found: {"n": "\n"}.get(found[1], found[1]), text)


def parse_matcher(text: str) -> Matcher:
    """Parse one matcher, `service="checkout"` or `severity=~page|critical` (Alertmanager's UTF-8 syntax).

    Raises ValueError that says what is wrong.
    """
    found = _MATCHER.fullmatch(text)
    if found is None:
        raise ValueError(f'cannot read matcher {text!r}: write label="value", with one of = != =~ !~')
    label = _unescape(found["quoted"]) if found["quoted"] is not None else found["label"]
    value = _unescape(found["string"]) if found["string"] is not None else (found["bare"] or "").rstrip()
    return matcher(label, found["operator"], value)


def parse_matchers(text: str) -> tuple[Matcher, ...]:
    """Parse a list such as `{alertname="X", severity=~"page|critical"}`; braces and the last comma are optional."""
    body = text.strip()
    if body.startswith("{") and body.endswith("}"):
        body = body[1:-1]
    matchers = []
    position = 0
    while body[position:].strip(" ,\n\t"):
        found = _MATCHER.match(body, position)
        if found is None or (found.end() < len(body) and body[found.end()] != ","):
            raise ValueError(f'cannot read matchers {text!r} at position {position}: write label="value", ...')
        matchers.append(parse_matcher(found[0]))
        position = found.end() + 1
    return tuple(matchers)


def all_match(matchers: tuple[Matcher, ...], labels: Mapping[str, str]) -> bool:
    """Return whether every matcher meets `labels` (an empty list matches everything)."""
    return all(each.matches(labels) for each in matchers)
