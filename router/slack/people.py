"""People as messages name them: a live mention only of a well-formed Slack id, else the name, harmless."""

import re

from router.incident import Person
from router.slack.escape import Markup, cut, escape
from router.slack.texts import Words

NAME_LIMIT = 40
_ID = re.compile(r"[UW][A-Z0-9]{1,30}")


def name_of(person: Person | None, words: Words) -> str:
    """Return what somebody is called, for plain text; "somebody" where nobody knows."""
    return cut(person.name, NAME_LIMIT) if person is not None and cut(person.name, NAME_LIMIT) else words.deeds.somebody


def mention_of(person: Person | None, words: Words) -> Markup:
    """Return how a block names somebody: `<@U...>`, which Slack shows as their name."""
    if person is not None and _ID.fullmatch(person.id):
        return Markup(f"<@{person.id}>")
    return escape(name_of(person, words))
