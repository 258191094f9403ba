"""What people did about incidents, for the history: from acts that are stored, and from what still stands."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from router.incident import Deed, Handling, Person, ReplyCode
from router.noise.values import Mark

_DONE = (None, ReplyCode.DONE)
"""Codes of what took effect; the others told the person that it made no difference."""
_ANSWERS = (Deed.ACKNOWLEDGE, Deed.HAND_OVER)
_MARKS = (Deed.WOLF, Deed.REAL, Deed.UNMARK)


@dataclass(frozen=True, slots=True)
class Did:
    """One act that took effect."""

    deed: Deed
    at: float
    by: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Done:
    """What people did about one firing."""

    acknowledged_at: float | None = None
    acknowledged_by: str = ""
    guide_opened_at: float | None = None
    mark: Mark | None = None
    wolf_reason: str = ""
    missed: bool = False


NOTHING = Done()


def did_of(entry: Mapping[str, Any]) -> tuple[str, Did] | None:
    """Return incident and act of the log's row (router.incident.handling.entry_of), None for one without effect.

    Raises ValueError that says what cannot be understood.
    """
    try:
        if entry.get("code") not in _DONE:
            return None
        by, reason = str(entry.get("name") or entry.get("person") or ""), str(entry.get("reason") or "")
        return str(entry["incident"]), Did(Deed(entry["deed"]), float(entry["at"]), by, reason)
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError(f"{type(error).__name__}: {error}") from error


def pack_dids(dids: Iterable[Did]) -> bytes:
    """Return the JSON of what was done about an incident on a day."""
    return orjson.dumps([(did.deed, did.at, did.by, did.reason) for did in dids])


def unpack_dids(raw: bytes) -> list[Did]:
    """Return what `pack_dids` packed."""
    return [Did(Deed(deed), at, by, reason) for deed, at, by, reason in orjson.loads(raw)]


class Deeds:
    """Deeds by incident id. What is older is taken in first: of two marks of one instant the later one counts."""

    def __init__(self, archived: Iterable[tuple[str, bytes]] = ()) -> None:
        self._archived: dict[str, list[bytes]] = defaultdict(list)
        for incident, raw in archived:
            self._archived[incident].append(raw)
        self._done: dict[str, list[Did]] = defaultdict(list)

    def take(self, incident: str, did: Did) -> None:
        """Take in an act; one that is taken in twice counts once."""
        self._done[incident].append(did)

    def stand(self, incident: str, handling: Handling) -> None:
        """Take in what an unfinished incident remembers: the log may have lost its beginning."""
        standing = _standing(handling)
        if standing:
            self._done[incident] += standing

    def of(self, incident: str, told_at: float | None) -> Done:
        """Return what people did about a firing; only one that they were told of is answered, opened or marked.

        A mark holds for every told firing of its incident: the newest one, unless it was taken back.
        """
        done = self._of(incident)
        if not done:
            return NOTHING
        missed = any(each.deed is Deed.MISSED for each in done)
        if told_at is None:
            return Done(missed=missed)
        answer = _first(done, _ANSWERS, told_at)
        guide = _first(done, (Deed.GUIDE,), told_at)
        mark = _mark(done)
        return Done(
            acknowledged_at=answer.at if answer else None,
            acknowledged_by=answer.by if answer else "",
            guide_opened_at=guide.at if guide else None,
            mark=Mark(mark.deed.value) if mark else None,
            wolf_reason=mark.reason if mark and mark.deed is Deed.WOLF else "",
            missed=missed,
        )

    def _of(self, incident: str) -> list[Did]:
        archived = self._archived.pop(incident, None)
        if archived is not None:
            self._done[incident] = [*(did for raw in archived for did in unpack_dids(raw)), *self._done[incident]]
        return self._done.get(incident, [])


def _mark(done: Iterable[Did]) -> Did | None:
    newest = sorted((each for each in done if each.deed in _MARKS), key=lambda each: each.at)[-1:]
    return next((each for each in newest if each.deed is not Deed.UNMARK), None)


def _first(done: Iterable[Did], deeds: tuple[Deed, ...], told_at: float) -> Did | None:
    answers = (each for each in done if each.deed in deeds and each.at >= told_at)
    return min(answers, key=lambda each: each.at, default=None)


def _standing(handling: Handling) -> list[Did]:
    mark = handling.mark
    found = [
        _dated(Deed.ACKNOWLEDGE, handling.acknowledged_at, handling.acknowledged_by),
        _dated(Deed.GUIDE, handling.guide_at, None),
        _dated(Deed.MISSED, handling.missed_at, handling.missed_by),
    ]
    if mark is not None:
        found.append(_dated(Deed.WOLF if mark.wolf else Deed.REAL, mark.at, mark.by, mark.reason))
    return [each for each in found if each is not None]


def _dated(deed: Deed, at: float | None, by: Person | None, reason: str = "") -> Did | None:
    return Did(deed, at, (by.name or by.id) if by else "", reason) if at is not None else None
