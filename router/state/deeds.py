"""What people did about incidents, for the history: from the log's rows of kind act, and from what still stands."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from router.incident import Deed, Handling, Person, ReplyCode
from router.state.entries import rfc3339

_DONE = (None, ReplyCode.DONE)
"""Codes of what took effect; the others told the person that it made no difference."""
_ANSWERS = (Deed.ACKNOWLEDGE, Deed.HAND_OVER)
_MARKS = (Deed.WOLF, Deed.REAL, Deed.UNMARK)


@dataclass(frozen=True, slots=True)
class _Done:
    deed: Deed
    at: float
    by: str
    reason: str = ""


class Deeds:
    """Deeds by incident id."""

    def __init__(self) -> None:
        self._done: dict[str, list[_Done]] = defaultdict(list)

    def log(self, entry: Mapping[str, Any]) -> None:
        """Take in a row of the log (router.dispatch.journal)."""
        if entry.get("code") in _DONE:
            by = entry.get("name") or entry.get("person") or ""
            done = _Done(Deed(entry["deed"]), entry["at"], by, entry.get("reason") or "")
            self._done[entry["incident"]].append(done)

    def stand(self, incident: str, handling: Handling) -> None:
        """Take in what an unfinished incident remembers: the log may have lost its beginning."""
        self._done[incident] += _standing(handling)

    def of(self, incident: str, told_at: float | None) -> dict[str, Any]:
        """Return what people did about a firing; only one that they were told of is answered, opened or marked.

        A mark holds for every told firing of its incident: the newest one, unless it was taken back.
        """
        done = self._done.get(incident, [])
        missed = any(each.deed is Deed.MISSED for each in done)
        told = done if told_at is not None else []
        answer = _first(told, _ANSWERS, told_at)
        guide = _first(told, (Deed.GUIDE,), told_at)
        mark = _mark(told)
        return {
            "acknowledged_at": rfc3339(answer.at) if answer else None,
            "acknowledged_by": answer.by if answer else None,
            "guide_opened_at": rfc3339(guide.at) if guide else None,
            "human_verdict": mark.deed.value if mark else None,
            "wolf_reason": (mark.reason or None) if mark and mark.deed is Deed.WOLF else None,
            "missed_report": missed,
        }


def _mark(done: Iterable[_Done]) -> _Done | None:
    newest = sorted((each for each in done if each.deed in _MARKS), key=lambda each: each.at)[-1:]
    return next((each for each in newest if each.deed is not Deed.UNMARK), None)


def _first(done: Iterable[_Done], deeds: tuple[Deed, ...], told_at: float | None) -> _Done | None:
    answers = (each for each in done if each.deed in deeds and each.at >= (told_at or 0.0))
    return min(answers, key=lambda each: each.at, default=None)


def _standing(handling: Handling) -> list[_Done]:
    mark = handling.mark
    found = [
        _dated(Deed.ACKNOWLEDGE, handling.acknowledged_at, handling.acknowledged_by),
        _dated(Deed.GUIDE, handling.guide_at, None),
        _dated(Deed.MISSED, handling.missed_at, handling.missed_by),
    ]
    if mark is not None:
        found.append(_dated(Deed.WOLF if mark.wolf else Deed.REAL, mark.at, mark.by, mark.reason))
    return [each for each in found if each is not None]


def _dated(deed: Deed, at: float | None, by: Person | None, reason: str = "") -> _Done | None:
    return _Done(deed, at, (by.name or by.id) if by else "", reason) if at is not None else None
