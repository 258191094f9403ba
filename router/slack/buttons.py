"""The buttons of a message: at most three in sight and one menu, the most needed first, at most one of them primary.

Without inbound (`View.interactive` is False) only buttons that open an address are drawn, because a click would go
nowhere. A finished flow loses its buttons.
"""

from router.gate import Reason
from router.incident import View
from router.slack import facts
from router.slack.blocks import actions, button, link_button, overflow, question
from router.slack.escape import Markup, fill_plain, link, safe_url, size
from router.slack.message import Block
from router.slack.standing import State, state_of
from router.slack.texts import Words
from router.slack.texts.groups import ButtonWords, ConfirmWords
from router.slack.values import Action, Choice, chosen, target_of

NAME_LIMIT = 80
SOURCE_LIMIT = 2_000
_SNOOZES = (Choice.SNOOZE_30M, Choice.SNOOZE_2H, Choice.SNOOZE_MORNING)
_OPEN = (*_SNOOZES, Choice.SILENCE, Choice.WHY)
_OWNED = (Choice.HAND_OVER, Choice.RELEASE, Choice.SNOOZE_2H, Choice.SILENCE, Choice.WHY)
_QUIET = (Choice.SILENCE, Choice.WHY)


def can_act(view: View) -> bool:
    """Return whether clicks on this message reach us and name something."""
    return view.interactive and bool(view.key and view.incident)


def draw_buttons(view: View, words: Words, what: str) -> list[Block]:
    """Return the row of buttons for the state, nothing where there are none; `what` names it in a question."""
    if not can_act(view):
        return [] if state_of(view) is State.RESOLVED else actions(_addresses(view, words.buttons))
    return actions(_row(view, words, what))


def _row(view: View, words: Words, what: str) -> list[Block]:
    says = words.buttons
    match state_of(view):
        case State.RESOLVED:
            return [*_marks(view, says), _click(view, Action.WHY, says.why)]
        case State.MUTED:
            return [*_guide(view, says), _mark(view, says), _menu(view, says, _QUIET)]
        case State.SNOOZED:
            wake = _click(view, Action.WAKE, says.wake)
            return [*_guide(view, says), wake, _mark(view, says), _menu(view, says, _rest(view))]
        case State.ACKNOWLEDGED:
            resolve = _resolve(view, says, what)
            return [*_guide(view, says), resolve, _mark(view, says), _menu(view, says, _OWNED)]
        case State.UNACKNOWLEDGED | State.BURNING:
            return [*draw_acknowledge(view, words), _mark(view, says), _menu(view, says, _OPEN)]


def draw_acknowledge(view: View, words: Words) -> list[Block]:
    """Return the buttons of who is called: take it, and open the guide."""
    take = _click(view, Action.ACK, words.buttons.acknowledge, primary=True)
    return [take, *_guide(view, words.buttons, primary=False)]


def guide_button(view: View, words: Words) -> list[Block]:
    """Return the button that opens the guide, nothing where there is none."""
    return _guide(view, words.buttons)


def source_link(view: View, words: Words) -> Markup:
    """Return a link to where the alert comes from, for the small print; "" where its button is drawn or none is."""
    url = safe_url(view.source_url) if can_act(view) else ""
    linked = link(url, words.buttons.open_source) if url else Markup("")
    return linked if size(linked) <= SOURCE_LIMIT else Markup("")


def confirm(words: ConfirmWords, what: str = "") -> Block:
    """Return the question before a click counts, ready for a button."""
    return question(words.title, fill_plain(words.text, NAME_LIMIT, what=what), words.yes, words.no)


def _rest(view: View) -> tuple[Choice, ...]:
    return _OPEN if view.handling.owner is None else _OWNED


def _addresses(view: View, words: ButtonWords) -> list[Block]:
    source = safe_url(view.source_url)
    return [*_guide(view, words), *([link_button(words.open_source, Action.SOURCE, source)] if source else [])]


def _guide(view: View, words: ButtonWords, *, primary: bool = True) -> list[Block]:
    url = safe_url(view.guide.url) if view.guide else ""
    value = str(target_of(view)) if can_act(view) else ""
    return [link_button(words.open_guide, Action.GUIDE, url, value, primary=primary)] if url else []


def _click(view: View, action: Action, text: str, *, primary: bool = False) -> Block:
    return button(text, action, str(target_of(view)), primary=primary)


def _resolve(view: View, words: ButtonWords, what: str) -> Block:
    return button(words.resolve, Action.RESOLVE, str(target_of(view)), sure=confirm(words.sure_to_resolve, what))


def _mark(view: View, words: ButtonWords) -> Block:
    if view.handling.mark is not None:
        return _click(view, Action.UNMARK, words.unmark)
    return _click(view, Action.WOLF, words.wolf)


def _marks(view: View, words: ButtonWords) -> list[Block]:
    real = [] if view.handling.mark is not None else [_click(view, Action.REAL, words.real)]
    return [_mark(view, words), *real]


def _menu(view: View, words: ButtonWords, choices: tuple[Choice, ...]) -> Block:
    if view.reason is Reason.DETECTION_GAP and not facts.has_alerts(view):
        # There is no alert to silence: it is the SLO itself that speaks.
        choices = tuple(choice for choice in choices if choice is not Choice.SILENCE)
    why = words.why_told.get(view.outcome, words.why)
    named = {**words.choices, Choice.WHY: why}
    return overflow(Action.MORE, [(named[choice], chosen(choice, target_of(view))) for choice in choices])
