"""From a click to what a person did. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from router.config.values import Receiver
from router.gate import Outcome
from router.incident import Deed, Incident, Phase
from router.respond.morning import next_morning
from router.slack.dialogue.replies import is_reason
from router.slack.values import Action, Choice

NO_KEY = "-"
"""In place of an incident's key where only its spoken id is known."""
_BUTTONS: Mapping[str, Deed] = {
    Action.ACK: Deed.ACKNOWLEDGE,
    Action.GUIDE: Deed.GUIDE,
    Action.WOLF: Deed.WOLF,
    Action.REAL: Deed.REAL,
    Action.UNMARK: Deed.UNMARK,
    Action.RESOLVE: Deed.RESOLVE,
    Action.WAKE: Deed.WAKE,
    Action.MISSED: Deed.MISSED,
}
_CHOICES: Mapping[str, Deed] = {
    Choice.SNOOZE_30M: Deed.SNOOZE,
    Choice.SNOOZE_2H: Deed.SNOOZE,
    Choice.SNOOZE_MORNING: Deed.SNOOZE,
    Choice.RELEASE: Deed.RELEASE,
    Choice.REAL: Deed.REAL,
    Choice.RESOLVE: Deed.RESOLVE,
}
_SNOOZES_S: Mapping[str, float] = {Choice.SNOOZE_30M: 1_800.0, Choice.SNOOZE_2H: 7_200.0}


@dataclass(frozen=True, slots=True)
class Meant:
    """What a click means; `choice` is the menu's entry, `reason` why it was a wolf."""

    deed: Deed
    choice: str = ""
    reason: str = ""


def meant(action: str, verb: str) -> Meant | None:
    """Return what clicking `action` (with a menu's `verb`) means to do, None where it is no deed."""
    if action == Action.WOLF_REASON:
        return Meant(Deed.WOLF, reason=verb) if is_reason(verb) else None
    if action == Action.MORE:
        return Meant(_CHOICES[verb], choice=verb) if verb in _CHOICES else None
    return Meant(_BUTTONS[action]) if action in _BUTTONS else None


def snoozed_until(choice: str, now: float, receiver: Receiver) -> float:
    """Return when a snooze ends: after its time, or when the team's next working day begins."""
    if choice in _SNOOZES_S:
        return now + _SNOOZES_S[choice]
    return next_morning(now, receiver.timezone, receiver.morning, receiver.workdays)


def waits(incident: Incident, channel: str) -> bool:
    """Return whether it is a page in a channel that fires and that nobody has taken, snoozed or closed."""
    told, handling = incident.told, incident.handling
    taken = handling.owner is not None or handling.snooze is not None or handling.resolved is not None
    paging = told.phase is Phase.FIRING and told.outcome is Outcome.PAGE
    return paging and not taken and any(root.channel == channel for root in told.live)
