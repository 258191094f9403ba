"""What the buttons of a message carry: an opaque name of the incident, and for a menu also what was chosen. Pure.

A click is believed for nothing but this name and who clicked; what is true is read from the state.
"""

from dataclasses import dataclass
from enum import StrEnum

from router.incident import View


class Action(StrEnum):
    """The `action_id` of everything that can be clicked; the same in every edit."""

    ACK = "ack"
    GUIDE = "guide"
    SOURCE = "source"
    WOLF = "wolf"
    WOLF_REASON = "wolf_reason"
    """Menu of the answer to WOLF; the verb is a WolfReason."""
    REAL = "real"
    UNMARK = "unmark"
    RESOLVE = "resolve"
    WAKE = "wake"
    """End a snooze."""
    MORE = "more"
    """Overflow menu; the verb is a `Choice`."""
    MISSED = "missed"
    """It should have paged."""
    WHY = "why"
    ACK_ALL = "ack_all"
    """On a storm's summary."""
    EXPIRE_SILENCE = "expire_silence"
    """The value is the silence's id."""
    EXTEND_SILENCE = "extend_silence"
    """The value is the silence's id."""


class Choice(StrEnum):
    """What the overflow menu offers."""

    SNOOZE_30M = "snooze:30m"
    SNOOZE_2H = "snooze:2h"
    SNOOZE_MORNING = "snooze:morning"
    SILENCE = "silence"
    WHY = "why"
    HAND_OVER = "hand_over"
    RELEASE = "release"
    REAL = "real"
    RESOLVE = "resolve"


@dataclass(frozen=True, slots=True)
class Target:
    """The incident that a message stands for, and its spoken id when the message was drawn."""

    key: str
    id: str

    def __str__(self) -> str:
        return f"{self.key}.{self.id}"


def target_of(view: View) -> Target:
    """Return what the buttons of a view name."""
    return Target(view.key, view.incident)


def chosen(verb: str, target: Target) -> str:
    """Return the value of one entry of a menu (at most 150 characters)."""
    return f"{verb}|{target}"


def read_value(value: str) -> tuple[str, Target] | None:
    """Return verb ("" for a button) and target of a value, None where it is none of ours."""
    verb, bar, rest = value.rpartition("|")
    key, dot, spoken = rest.partition(".")
    if not (key and dot and spoken) or (bar and not verb):
        return None
    return verb, Target(key, spoken)
