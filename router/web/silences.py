"""Silences in the words of Alertmanager's API v2: read from a body, filtered, ordered and shown. Pure.

Shapes: alertmanager api/v2/openapi.yaml, `postableSilence` and `gettableSilence`; order and filter as its api.go.
"""

from collections.abc import Awaitable, Iterable, Mapping, Sequence
from math import inf
from typing import Any, Protocol

from router.alert import Matcher, Operator, matcher
from router.errors import PayloadError
from router.mute import InhibitRule, Muting, Silence, SilenceState
from router.silencing import Draft
from router.sources.readers import instant
from router.web.instants import rfc3339

BODY_BYTES = 64 * 1024
"""Largest body of a silence."""
TEXT_LIMIT = 4_096
"""Characters of one text in it."""
MATCHERS_MOST = 64
_ORDER = {SilenceState.ACTIVE: 0, SilenceState.PENDING: 1, SilenceState.EXPIRED: 2}
_OPERATORS = {
    (True, False): Operator.EQUAL,
    (False, False): Operator.NOT_EQUAL,
    (True, True): Operator.REGEX,
    (False, True): Operator.NOT_REGEX,
}
"""By (isEqual, isRegex)."""
_FLAGS = {operator: flags for flags, operator in _OPERATORS.items()}


class Silencing(Protocol):
    """Keeps the silences. Every call raises UnavailableError when the store cannot be asked now."""

    def add(self, draft: Draft) -> Awaitable[Silence]:
        """Add or change a silence; raises SilenceError, whose field is "id" where there is none of that id."""

    def expire(self, silence_id: str, by: str) -> Awaitable[Silence | None]:
        """End a silence now; None where there is none of that id."""

    def list(self) -> Awaitable[Sequence[Silence]]:
        """Return every silence that is remembered, ended ones too."""

    def get(self, silence_id: str) -> Awaitable[Silence | None]:
        """Return one silence."""


class Mutes(Protocol):
    """What keeps alerts quiet now."""

    def current(self, rules: Sequence[InhibitRule], now: float) -> Awaitable[Muting]:
        """Return silences and inhibition as they stand; raises UnavailableError."""


def draft_of(content: object, now: float) -> Draft:
    """Return what a `postableSilence` asks for; raises PayloadError that names the field."""
    if not isinstance(content, Mapping):
        raise PayloadError("a silence is an object")
    starts_at = _instant(content, "startsAt")
    ends_at = _instant(content, "endsAt")
    if ends_at is None:
        raise PayloadError("endsAt is missing: a silence needs an end", "endsAt")
    return Draft(
        matchers=_matchers(content.get("matchers")),
        starts_at=now if starts_at is None else starts_at,
        ends_at=ends_at,
        created_by=_text(content, "createdBy"),
        comment=_text(content, "comment"),
        id=_text(content, "id"),
    )


def _instant(content: Mapping[str, Any], name: str) -> float | None:
    value = content.get(name)
    if value is None:
        return None
    found = instant(value) if isinstance(value, str) else None
    if found is None:
        raise PayloadError(f"{name} is not a time: write it as 2026-11-24T15:00:00Z", name)
    return found


def _text(content: Mapping[str, Any], name: str, place: str = "") -> str:
    value = content.get(name, "")
    if not isinstance(value, str):
        raise PayloadError(f"{place}{name} is not a text", f"{place}{name}")
    if len(value) > TEXT_LIMIT:
        raise PayloadError(f"{place}{name} is longer than {TEXT_LIMIT} characters", f"{place}{name}")
    return value


def _matchers(listed: object) -> tuple[Matcher, ...]:
    if not isinstance(listed, list) or not listed:
        raise PayloadError("matchers is not a list of at least one", "matchers")
    if len(listed) > MATCHERS_MOST:
        raise PayloadError(f"more than {MATCHERS_MOST} matchers", "matchers")
    return tuple(_matcher(each, f"matchers[{number}].") for number, each in enumerate(listed))


def _matcher(content: object, place: str) -> Matcher:
    if not isinstance(content, Mapping):
        raise PayloadError(f"{place.rstrip('.')} is not an object", place.rstrip("."))
    name, value = _text(content, "name", place), _text(content, "value", place)
    operator = _OPERATORS[_flag(content, "isEqual", place, usual=True), _flag(content, "isRegex", place, usual=False)]
    try:
        return matcher(name, operator, value)
    except (ValueError, RecursionError, OverflowError) as error:
        raise PayloadError(f"{place}value: {error}", f"{place}value") from error


def _flag(content: Mapping[str, Any], name: str, place: str, *, usual: bool) -> bool:
    value = content.get(name)
    if value is None:
        return usual
    if not isinstance(value, bool):
        raise PayloadError(f"{place}{name} is neither true nor false", f"{place}{name}")
    return value


def gettable_silence(silence: Silence, now: float) -> dict[str, object]:
    """Return a `gettableSilence`."""
    return {
        "id": silence.id,
        "status": {"state": silence.state(now).value},
        "updatedAt": rfc3339(silence.updated_at),
        "comment": silence.comment,
        "createdBy": silence.created_by,
        "endsAt": rfc3339(silence.ends_at),
        "matchers": [gettable_matcher(each) for each in silence.matchers],
        "startsAt": rfc3339(silence.starts_at),
    }


def gettable_matcher(each: Matcher) -> dict[str, object]:
    """Return a `matcher`."""
    is_equal, is_regex = _FLAGS[each.operator]
    return {"isEqual": is_equal, "isRegex": is_regex, "name": each.label, "value": each.value}


def has_all(silence: Silence, wanted: Iterable[Matcher]) -> bool:
    """Return whether a silence has every one of these matchers itself, to the letter (Alertmanager's filter)."""
    own = {(each.label, each.operator, each.value) for each in silence.matchers}
    return all((each.label, each.operator, each.value) in own for each in wanted)


def in_order(silences: Iterable[Silence], now: float) -> list[Silence]:
    """Return active ones, the next to end first, then pending ones by start, then ended ones, the latest first."""
    return sorted(silences, key=lambda each: (_ORDER[each.state(now)], _within_state(each, now), each.id))


def _within_state(silence: Silence, now: float) -> float:
    match silence.state(now):
        case SilenceState.ACTIVE:
            return silence.ends_at
        case SilenceState.PENDING:
            return silence.starts_at
        case SilenceState.EXPIRED:
            return -silence.ends_at
    return inf
