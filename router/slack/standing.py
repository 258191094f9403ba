"""Where an incident stands for the people who read about it: its phase, and what they did about it. Pure."""

from enum import StrEnum

from router.incident import Phase, View


class State(StrEnum):
    """What the headline says first, and what the buttons follow."""

    UNACKNOWLEDGED = "unacknowledged"
    BURNING = "burning"
    """Its alerts are gone, the budget still burns, and nobody has it."""
    ACKNOWLEDGED = "acknowledged"
    SNOOZED = "snoozed"
    MUTED = "muted"
    RESOLVED = "resolved"


def state_of(view: View) -> State:
    """Return the state; what is over or quiet by itself stands above what people did."""
    if view.phase in (Phase.RESOLVED, Phase.MUTED):
        return State(view.phase)
    snooze = view.handling.snooze
    if snooze is not None and snooze.until > view.now:
        return State.SNOOZED
    if view.handling.owner is not None:
        return State.ACKNOWLEDGED
    return State.BURNING if view.phase is Phase.BURNING else State.UNACKNOWLEDGED
