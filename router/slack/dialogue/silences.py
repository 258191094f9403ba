"""The modal that makes a silence, and lists of those that stand. Pure."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from router.mute import Silence, SilenceState
from router.reason import duration
from router.slack.blocks import context, header, section
from router.slack.dialogue.elements import (
    Confirm,
    as_many,
    asked,
    beside,
    button,
    menu,
    modal,
    option,
    row,
    words_input,
)
from router.slack.dialogue.notes import COMMENT_LIMIT, MATCHERS_LIMIT, NAME_LIMIT, listed, note, plural, say
from router.slack.dialogue.shown import SilenceForm, Touch
from router.slack.dialogue.texts import Words
from router.slack.escape import Markup, date, escape, fill
from router.slack.message import Block, Message
from router.slack.values import Action

CALLBACK = "silence"
CHECK = "silence_check"
"""Action of the button that reads the matchers again."""
EXTEND_S = 3_600.0
"""How much longer the button makes a silence last."""
SHOWN_MOST = 15
_MATCHERS_LENGTH = 2_500
_COMMENT_LENGTH = 500
_SLOS_SHOWN = 8


class Field(StrEnum):
    """What the modal asks for; the `block_id` under which each answer comes back."""

    MATCHERS = "matchers"
    DURATION = "duration"
    HOURS = "hours"
    COMMENT = "comment"


def loading(words: Words) -> dict[str, Any]:
    """Return the modal that is opened at once: the right to open one lasts three seconds."""
    texts = words.silence
    return modal(CALLBACK, texts.title, [section(Markup(texts.loading))], close=texts.cancel)


def form(shown: SilenceForm, private: str, words: Words) -> dict[str, Any]:
    """Return the modal with everything known beforehand filled in."""
    texts = words.silence
    longest = duration(shown.longest_s, words.locale)
    choices = [option(_choice(seconds, words), value) for value, seconds in shown.choices]
    blocks = [
        asked(
            Field.MATCHERS,
            texts.matchers,
            words_input(Field.MATCHERS, shown.matchers, lines=True, most=_MATCHERS_LENGTH),
            hint=texts.matchers_hint,
        ),
        section(_touched(shown.touch or Touch(), words)),
        row("check", [button(texts.check, CHECK, "check")]),
        # Optional for Slack, because a number of hours may stand in its place; the answer is checked when it comes.
        asked(Field.DURATION, texts.duration, menu(Field.DURATION, choices, texts.choose, shown.chosen), optional=True),
        asked(
            Field.HOURS,
            texts.hours,
            words_input(Field.HOURS, shown.hours, most=10),
            hint=texts.hours_hint.format(longest=longest),
            optional=True,
        ),
        asked(
            Field.COMMENT,
            texts.comment,
            words_input(Field.COMMENT, shown.comment, least=5, most=_COMMENT_LENGTH),
            hint=texts.comment_hint,
        ),
    ]
    return modal(CALLBACK, texts.title, blocks, close=texts.cancel, submit=texts.submit, private=private)


def _choice(seconds: float | None, words: Words) -> str:
    if seconds is None:
        return words.silence.until_morning
    return words.silence.for_time.format(time=duration(seconds, words.locale))


def _touched(touch: Touch, words: Words) -> Markup:
    """Return what the matchers meet, the warning included: an SLO behind them still pages by itself."""
    texts = words.silence
    if touch.problem:
        return Markup(texts.touches + "\n" + fill(texts.unread, COMMENT_LIMIT, problem=touch.problem))
    slos = texts.no_slos
    if touch.slos:
        more = [f"+{len(touch.slos) - _SLOS_SHOWN}"] if len(touch.slos) > _SLOS_SHOWN else []
        slos = fill(texts.slos, slos=listed([*touch.slos[:_SLOS_SHOWN], *more], words))
    week = fill(texts.last_week, fired=touch.firings, told=touch.told) if touch.firings else texts.never
    lines = [texts.touches, plural(touch.alerts, texts.firing), slos, week]
    return Markup("\n".join([*lines, texts.slos_warning] if touch.slos else lines))


def made(silence: Silence, timezone: str, words: Words) -> Message:
    """Tell that alerts were silenced: by whom, until when, why."""
    return say(words.silence.done, COMMENT_LIMIT, **_facts(silence, timezone))


def ended(silence: Silence, words: Words) -> Message:
    """Tell that a silence is over."""
    return say(words.silence.expired, COMMENT_LIMIT, id=silence.id, matchers=_matchers(silence))


def extended(silence: Silence, timezone: str, words: Words) -> Message:
    """Tell until when a silence lasts now."""
    return say(words.silence.extended, id=silence.id, until=date(silence.ends_at, timezone))


def unknown(name: str, words: Words) -> Message:
    """Tell that no silence of this id can be changed."""
    return say(words.silence.unknown, id=name)


def refused(name: str, problem: str, words: Words) -> Message:
    """Tell why a silence was left as it is."""
    return say(words.silence.refused, COMMENT_LIMIT, id=name, problem=problem)


def listing(silences: Sequence[Silence], now: float, timezone: str, words: Words) -> Message:
    """List the silences that stand, each with its buttons."""
    texts = words.silence
    if not silences:
        return note(Markup(texts.list_none))
    head = plural(len(silences), texts.list_head)
    drawn = as_many([rows(each, now, timezone, words) for each in silences[:SHOWN_MOST]])
    left = len(silences) - len(drawn)
    more = [plural(left, words.status.held_more)] if left > 0 else []
    shown = [block for each in drawn for block in each]
    return Message(head, [header(head), *shown, context(*more, texts.list_foot)])


def rows(silence: Silence, now: float, timezone: str, words: Words) -> list[Block]:
    """Return a silence with the buttons that extend and end it."""
    texts = words.silence
    pending = silence.state(now) is SilenceState.PENDING
    line = fill(texts.line_pending if pending else texts.line, COMMENT_LIMIT, **_facts(silence, timezone))
    extend = button(texts.extend.format(time=duration(EXTEND_S, words.locale)), Action.EXTEND_SILENCE, silence.id)
    sure = Confirm(texts.expire_title, texts.expire_text, texts.expire_yes, texts.expire_no)
    end = button(texts.expire, Action.EXPIRE_SILENCE, silence.id, confirm=sure)
    return [beside(line, end), {"type": "actions", "elements": [extend]}]


def _facts(silence: Silence, timezone: str) -> dict[str, object]:
    return {
        "id": silence.id,
        "by": escape(silence.created_by, NAME_LIMIT),
        "since": date(silence.starts_at, timezone),
        "until": date(silence.ends_at, timezone),
        "matchers": _matchers(silence),
        "comment": silence.comment,
    }


def _matchers(silence: Silence) -> Markup:
    return escape("{" + ", ".join(map(str, silence.matchers)) + "}", MATCHERS_LIMIT)
