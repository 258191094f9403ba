"""The first line of a message: state, what it is about, and how much time is left."""

from router.gate import Outcome, Reason
from router.incident import Phase, View
from router.slack import facts
from router.slack.escape import fill_plain
from router.slack.standing import State, state_of
from router.slack.texts import Words


def headline(view: View, words: Words) -> str:
    """Return the first line of a root message, for plain text."""
    what = facts.subject(view, words)
    if view.phase is Phase.RESOLVED:
        ended = words.resolved_after if view.handling.resolved is None else words.resolved_by_hand
        return fill_plain(ended, time=facts.lasted(view, words), what=what)
    template = words.nobody_hurt if view.reason is Reason.HELD_FOR_A_DAY else words.headline
    left = "" if view.outcome is Outcome.FORWARD else facts.time_left(view, words)
    return fill_plain(template, state=_state(view, words), what=what, left=left)


def _state(view: View, words: Words) -> str:
    state = state_of(view)
    told = {Outcome.PAGE: words.page, Outcome.TICKET: words.ticket}.get(view.outcome, words.alert)
    named = words.states.get(state, told)
    if view.flapping:
        return words.flapping.format(state=named, n=view.flapping)
    if view.refires and state is State.UNACKNOWLEDGED:
        return words.refired.format(state=named, n=view.refires)
    return named
