"""A silence as an Alertmanager has it: found by our id in its comment, compared, and written. Pure.

Shapes: alertmanager api/v2/openapi.yaml, `gettableSilence` and `postableSilence`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from router.alert import Matcher, Operator
from router.mute import Silence, SilenceState
from router.sources.readers import instant

SAME_S = 1.0
"""Instants that differ by less are the same: Alertmanager compares whole seconds."""
_SIGNED = re.compile(r"\[alert-router ([^\[\]\s]+)\]\Z")
_REGEX = (Operator.REGEX, Operator.NOT_REGEX)
_EQUAL = (Operator.EQUAL, Operator.REGEX)


@dataclass(frozen=True, slots=True)
class Copy:
    """A silence there. `content` is what it says: matchers, author and comment; instants are Unix seconds."""

    id: str
    state: str
    content: Mapping[str, Any]
    starts_at: float
    ends_at: float
    updated_at: float

    @property
    def lives(self) -> bool:
        """Whether it keeps alerts quiet, or will."""
        return self.state != SilenceState.EXPIRED


def copies_in(listed: Sequence[object]) -> dict[str, list[Copy]]:
    """Return the copies of our silences, by our id, among the silences of an Alertmanager."""
    found: dict[str, list[Copy]] = {}
    for each in listed:
        if isinstance(each, Mapping) and (signed := _SIGNED.search(str(each.get("comment", "")))):
            found.setdefault(signed[1], []).append(_copy(each))
    return found


def _copy(shown: Mapping[str, Any]) -> Copy:
    status = shown.get("status")
    matchers = shown.get("matchers")
    return Copy(
        id=str(shown.get("id", "")),
        state=str(status.get("state", "")) if isinstance(status, Mapping) else "",
        content={
            "matchers": _sorted(matchers) if isinstance(matchers, list) else [],
            "createdBy": shown.get("createdBy"),
            "comment": shown.get("comment"),
        },
        starts_at=instant(shown.get("startsAt")) or 0.0,
        ends_at=instant(shown.get("endsAt")) or 0.0,
        updated_at=instant(shown.get("updatedAt")) or 0.0,
    )


def _sorted(matchers: Sequence[Any]) -> list[Any]:
    """Return matchers in an order of our own: Alertmanager keeps none (and leaves out `isEqual` of old ones)."""
    known = [{"isEqual": True, **each} for each in matchers if isinstance(each, Mapping)]
    return sorted(known, key=lambda each: sorted((name, str(value)) for name, value in each.items()))


def says(copy: Copy, silence: Silence, now: float) -> bool:
    """Return whether a copy says what the silence says."""
    waits = silence.state(now) is SilenceState.PENDING
    return (
        copy.content == _content(silence)
        and abs(copy.ends_at - silence.ends_at) < SAME_S
        and not (waits and abs(copy.starts_at - silence.starts_at) >= SAME_S)
    )


def ended_there(silence: Silence, copies: Sequence[Copy]) -> bool:
    """Return whether somebody ended the copy over there, and ours has not changed since."""
    ended = [each.updated_at for each in copies if not each.lives and each.ends_at < silence.ends_at - SAME_S]
    return bool(ended) and max(ended) >= silence.updated_at


def postable(silence: Silence, copy: Copy | None) -> dict[str, object]:
    """Return the body that makes a copy, or changes the one there is (whose start must stay as it is there)."""
    starts_at = silence.starts_at
    if copy is not None and copy.state == SilenceState.ACTIVE:
        starts_at = copy.starts_at
    times = {"startsAt": _written(starts_at), "endsAt": _written(silence.ends_at)}
    return {**({} if copy is None else {"id": copy.id}), **times, **_content(silence)}


def _content(silence: Silence) -> dict[str, object]:
    return {
        "matchers": _sorted([_matcher(each) for each in silence.matchers]),
        "createdBy": silence.created_by,
        "comment": f"{silence.comment} [alert-router {silence.id}]",
    }


def _matcher(each: Matcher) -> dict[str, object]:
    operator = each.operator
    return {
        "name": each.label,
        "value": each.value,
        "isRegex": operator in _REGEX,
        "isEqual": operator in _EQUAL,
    }


def _written(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def without_credentials(url: str) -> str:
    """Return a URL as it may be stored and shown: no user, no password, no query."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path.rstrip("/"), "", ""))
