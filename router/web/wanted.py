"""What a client of Alertmanager's API v2 asks for: its query parameters, read and applied. Pure."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from aiohttp import web

from router.alert import Matcher, all_match, parse_matcher
from router.mute import Muted
from router.web.answers import RejectionError
from router.web.parts import Standing

T = TypeVar("T")
LONGEST = 512
"""Characters of a filter or receiver expression; nobody writes longer ones by hand."""
TRUE = frozenset({"true", "1", "t"})
FALSE = frozenset({"false", "0", "f"})


@dataclass(frozen=True, slots=True)
class Wanted:
    """The parameters, with Alertmanager's defaults: everything is shown."""

    matchers: tuple[Matcher, ...] = ()
    receiver: re.Pattern[str] | None = None
    active: bool = True
    silenced: bool = True
    inhibited: bool = True
    unprocessed: bool = True
    muted: bool = True
    """Whether groups whose route tells nobody at this time are shown."""


def wanted_by(request: web.BaseRequest) -> Wanted:
    """Read the query parameters; raises RejectionError (400) that names the one which cannot be read."""
    query = request.query
    pattern = query.get("receiver", "")
    return Wanted(
        matchers=filters_of(request),
        receiver=_read("receiver", pattern, re.compile) if pattern else None,
        active=_flag(query, "active"),
        silenced=_flag(query, "silenced"),
        inhibited=_flag(query, "inhibited"),
        unprocessed=_flag(query, "unprocessed"),
        muted=_flag(query, "muted"),
    )


def filters_of(request: web.BaseRequest) -> tuple[Matcher, ...]:
    """Read the parameters `filter`; raises RejectionError (400)."""
    return tuple(_read("filter", text, parse_matcher) for text in request.query.getall("filter", []))


def _read(name: str, text: str, read: Callable[[str], T]) -> T:
    if len(text) > LONGEST:
        raise RejectionError(400, f"parameter {name} is longer than {LONGEST} characters")
    try:
        return read(text)
    except (ValueError, re.error, RecursionError, OverflowError) as error:
        raise RejectionError(400, f"cannot read parameter {name}: {error}") from error


def _flag(query: Mapping[str, str], name: str) -> bool:
    text = query.get(name, "true").lower()
    if text not in TRUE | FALSE:
        raise RejectionError(400, f"parameter {name} must be true or false")
    return text in TRUE


def state_of(outcome: str, muted: Muted) -> str:
    """Return Alertmanager's word: suppressed (silenced, inhibited), unprocessed (not judged yet), else active."""
    if muted:
        return "suppressed"
    return "active" if outcome else "unprocessed"


def is_wanted(standing: Standing, muted: Muted, wanted: Wanted) -> bool:
    """Return whether the client asked for it: a flag that is false hides what it names, whatever the others say."""
    return (
        _is_shown(state_of(standing.outcome, muted), muted, wanted)
        and (wanted.receiver is None or wanted.receiver.fullmatch(standing.receiver) is not None)
        and all_match(wanted.matchers, standing.alert.labels)
    )


def _is_shown(state: str, muted: Muted, wanted: Wanted) -> bool:
    return (
        (wanted.active or state != "active")
        and (wanted.unprocessed or state != "unprocessed")
        and (wanted.silenced or not muted.silenced_by)
        and (wanted.inhibited or not muted.inhibited_by)
    )
