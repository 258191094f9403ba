"""Which alerts a client of Alertmanager's API v2 asks for: its query parameters, read and applied. Pure."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from aiohttp import web

from router.alert import Matcher, all_match, parse_matcher
from router.gate import Outcome
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


def wanted_by(request: web.BaseRequest) -> Wanted:
    """Read the query parameters; raises RejectionError (400) that names the one which cannot be read."""
    query = request.query
    filters = query.getall("filter", [])
    pattern = query.get("receiver", "")
    return Wanted(
        matchers=tuple(_read("filter", text, parse_matcher) for text in filters),
        receiver=_read("receiver", pattern, re.compile) if pattern else None,
        active=_flag(query, "active"),
        silenced=_flag(query, "silenced"),
        inhibited=_flag(query, "inhibited"),
        unprocessed=_flag(query, "unprocessed"),
    )


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


def state_of(outcome: str) -> str:
    """Return Alertmanager's word: suppressed people are not told, unprocessed is not judged yet, else active."""
    match outcome:
        case Outcome.SUPPRESS:
            return "suppressed"
        case "":
            return "unprocessed"
        case _:
            return "active"


def is_wanted(standing: Standing, wanted: Wanted) -> bool:
    """Return whether the client asked for it; a silence cannot be told from an inhibition here, so either hides."""
    shown = {
        "suppressed": wanted.silenced and wanted.inhibited,
        "unprocessed": wanted.unprocessed,
        "active": wanted.active,
    }
    return (
        shown[state_of(standing.outcome)]
        and (wanted.receiver is None or wanted.receiver.fullmatch(standing.receiver) is not None)
        and all_match(wanted.matchers, standing.alert.labels)
    )
