"""What people did about an incident: who has it, until when it is snoozed, what they say it was. Pure."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Deed(StrEnum):
    """What a person can do about an incident; each is recorded with person and time."""

    ACKNOWLEDGE = "acknowledge"
    RELEASE = "release"
    HAND_OVER = "hand_over"
    SNOOZE = "snooze"
    WAKE = "wake"
    """End a snooze."""
    WOLF = "wolf"
    REAL = "real"
    UNMARK = "unmark"
    RESOLVE = "resolve"
    GUIDE = "guide"
    """The guide was opened."""
    MISSED = "missed"
    """It should have paged."""


MARKS = frozenset({Deed.WOLF, Deed.REAL, Deed.UNMARK})
"""Deeds that say what it was; they count after it is over and forgotten."""


class WolfReason(StrEnum):
    """Why somebody calls it a wolf."""

    NOT_ACTIONABLE = "not_actionable"
    DUPLICATE = "duplicate"
    WRONG_THRESHOLD = "wrong_threshold"
    TEST = "test"
    OTHER = "other"


class ReplyCode(StrEnum):
    """What became of an act, for the answer to the person."""

    DONE = "done"
    ALREADY = "already"
    """Somebody (`by`, since `at`) was faster, or it is so already."""
    CLOSED = "closed"
    """The incident is over (or forgotten), and the act makes no sense any more."""
    NOTHING = "nothing"
    """There is nothing to undo, to wake or to release."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in Slack (or, with an empty id, on another way in); the name is what they were called then."""

    id: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that one person did. `id` is the same for every delivery of the same click."""

    id: str
    deed: Deed
    person: Person
    at: float
    incident: str
    """The spoken id on the message that was clicked."""
    until: float | None = None
    """Of a snooze."""
    to: Person | None = None
    """To whom it is handed over."""
    reason: str = ""
    """A WolfReason, or words."""
    answer_url: str = field(default="", repr=False)
    """Where Slack takes an answer that only this person sees; good for 30 minutes, and nobody else's business."""
    locale: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """What the person is to be told about their act."""

    act: Act
    code: ReplyCode
    by: Person | None = None
    at: float | None = None


@dataclass(frozen=True, slots=True)
class Snooze:
    """Nobody is called until `until`, unless it gets worse than `height`."""

    by: Person
    at: float
    until: float
    height: float


@dataclass(frozen=True, slots=True)
class Mark:
    """A person's verdict: it was a wolf (with a reason), or it was real."""

    wolf: bool
    by: Person
    at: float
    reason: str = ""


@dataclass(frozen=True, slots=True)
class HandResolved:
    """A person said it is over. Alerts that go on firing say nothing more, unless it gets worse than `height`."""

    by: Person
    at: float
    height: float
    total: int | None = None
    """How many firings the incident had had by then: of copies nothing else tells which are new."""


@dataclass(frozen=True, slots=True)
class Handling:
    """What people did in this episode; `acts` counts what there is to see, so that a message knows what it lacks."""

    acts: int = 0
    owner: Person | None = None
    owned_at: float | None = None
    acknowledged_by: Person | None = None
    """Who took it first in this episode, for the statistics; a release does not undo it."""
    acknowledged_at: float | None = None
    snooze: Snooze | None = None
    mark: Mark | None = None
    resolved: HandResolved | None = None
    guide_at: float | None = None
    """When the guide was first opened from Slack in this episode."""
    missed_by: Person | None = None
    missed_at: float | None = None
    steps: int = 0
    """Escalation steps taken in this episode."""
    asked_at: float | None = None
    """When its owner was last asked whether they still have it."""
    waits_since: float | None = None
    """Since when it waits for somebody again: a snooze ended, or its owner released it. Escalation counts from then."""


def entry_of(act: Act, code: ReplyCode | None) -> dict[str, Any]:
    """Return the log's entry of an act, for the statistics: who, what, when, and what became of it."""
    return {
        "at": act.at,
        "incident": act.incident,
        "deed": act.deed,
        "person": act.person.id,
        "name": act.person.name,
        "until": act.until,
        "to": act.to.id if act.to is not None else None,
        "reason": act.reason,
        "code": code,
    }
