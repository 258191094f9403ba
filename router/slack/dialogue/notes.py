"""Short answers: a sentence or two, and perhaps a row of buttons. Pure."""

from collections.abc import Sequence

from router.incident import Person
from router.reason import duration
from router.slack.blocks import actions, section
from router.slack.dialogue.texts import Words
from router.slack.dialogue.texts.words import Plural
from router.slack.escape import Markup, cut, escape, fill
from router.slack.message import Block, Message

NAME_LIMIT = 60
MATCHERS_LIMIT = 600
COMMENT_LIMIT = 300


def note(text: Markup, buttons: Sequence[Block] = ()) -> Message:
    """Return an answer of one paragraph."""
    return Message(str(text), [section(text), *actions(buttons)])


def say(template: str, limit: int = 200, /, **values: object) -> Message:
    """Return an answer made from one of our templates; values that are not Markup are escaped."""
    return note(fill(template, limit, **values))


def plural(number: int, forms: Plural) -> str:
    """Return a counted thing."""
    return forms[number != 1].format(n=number)


def named(person: Person | None, words: Words) -> str:
    """Return how people are called in an answer: by their name, for plain text."""
    return (cut(person.name, NAME_LIMIT) or cut(person.id, NAME_LIMIT)) if person is not None else words.reply.somebody


def ago(at: float, now: float, words: Words) -> str:
    """Return how long ago something was: "4 s"."""
    return duration(max(0.0, now - at), words.locale)


def listed(texts: Sequence[str], words: Words) -> Markup:
    """Return names in a row, escaped."""
    return Markup(words.comma.join(escape(text, NAME_LIMIT * 2) for text in texts))
