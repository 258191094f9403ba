"""The modals that hand an incident over and that report a missed page. Pure."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from router.slack.blocks import section
from router.slack.dialogue.elements import OPTIONS_LIMIT, asked, menu, modal, moment, option, people, words_input
from router.slack.dialogue.texts import Words
from router.slack.escape import Markup, cut, fill
from router.slack.message import Message

HAND_OVER = "hand_over"
MISSED = "missed"
TOLD = "told"
OTHER = "-"
"""Value of "none of these" among the SLOs."""
_VALUE_LIMIT = 150


class Field(StrEnum):
    """What the modals ask for; the `block_id` under which each answer comes back."""

    PERSON = "person"
    SLO = "slo"
    WHEN = "when"
    WHAT = "what"


def hand_over(spoken: str, private: str, words: Words) -> dict[str, Any]:
    """Ask who takes an incident from now on."""
    texts = words.ask
    blocks = [
        section(fill(texts.hand_over_text, id=spoken)),
        asked(
            Field.PERSON,
            texts.hand_over_label,
            people(Field.PERSON, texts.hand_over_choose),
            hint=texts.hand_over_hint,
        ),
    ]
    return modal(HAND_OVER, texts.hand_over, blocks, close=texts.cancel, submit=texts.hand_over_submit, private=private)


def missed(slos: Sequence[tuple[str, str]], now: float, private: str, words: Words) -> dict[str, Any]:
    """Ask what was missed; `slos` are (id, title). Ids that Slack cannot carry are left to "none of these"."""
    texts = words.ask
    known = [option(cut(title, 75) or name[:75], name) for name, title in slos if len(name) <= _VALUE_LIMIT]
    choices = [*known[: OPTIONS_LIMIT - 1], option(texts.missed_other, OTHER)]
    blocks = [
        section(Markup(texts.missed_text)),
        asked(Field.SLO, texts.missed_slo, menu(Field.SLO, choices, texts.missed_choose)),
        asked(Field.WHEN, texts.missed_when, moment(Field.WHEN, now)),
        asked(
            Field.WHAT,
            texts.missed_what,
            words_input(Field.WHAT, lines=True, least=5, most=1_000),
            hint=texts.missed_hint,
        ),
    ]
    return modal(MISSED, texts.missed, blocks, close=texts.cancel, submit=texts.missed_submit, private=private)


def told(message: Message, words: Words) -> dict[str, Any]:
    """Return a modal that only tells something."""
    return modal(TOLD, words.ask.told, message.blocks, close=words.ask.close)
