"""The notices about a silence: it is about to end, or it matches nothing any more. Its owner decides."""

import re

from router.incident import Person, Phase, View
from router.reason import duration
from router.slack.blocks import actions, button, fields
from router.slack.buttons import confirm
from router.slack.deeds import COMMENT_LIMIT
from router.slack.escape import Markup, clean, cut, date, fill
from router.slack.heard import counted, facts_of, number
from router.slack.message import Block
from router.slack.people import mention_of, name_of
from router.slack.texts import Words
from router.slack.values import Action

ENDING = "silence_ending"
IDLE = "silence_idle"
KINDS = frozenset({ENDING, IDLE})
_ID = re.compile(r"[A-Za-z0-9._-]{1,200}")
_MATCHERS_LIMIT = 300


def known_of(view: View, words: Words) -> dict[str, str]:
    """Return what the sentences of such a notice name."""
    heard = facts_of(view)
    until = number(heard.get("until"))
    left = duration(max(0.0, until - view.now), words.locale) if until is not None else "–"
    matchers = cut(heard.get("matchers", ""), 80) or words.unnamed
    return {"by": name_of(_owner(view), words), "matchers": matchers, "left": left}


def draw_facts(view: View, words: Words) -> list[Block]:
    """Return whose silence it is, until when, why, and what it keeps quiet."""
    heard, says = facts_of(view), words.silences
    until = number(heard.get("until"))
    shown = [fill(says.by, person=mention_of(_owner(view), words))]
    if until is not None:
        shown.append(fill(says.until, date=date(until, view.timezone)))
    for template, name, limit in (
        (says.reason, "comment", COMMENT_LIMIT),
        (says.matchers, "matchers", _MATCHERS_LIMIT),
    ):
        shown += _told(template, name, heard.get(name, ""), limit)
    if view.phase is not Phase.RESOLVED and heard.get("what") == ENDING:
        shown.append(fill(says.alerts, n=counted(view, "alerts")))
    return [fields([*shown, *_told(says.slos, "slos", heard.get("slos", ""), COMMENT_LIMIT)])]


def draw_silence_buttons(view: View, words: Words) -> list[Block]:
    """Return the buttons that extend and end it; the likelier one is primary."""
    name = facts_of(view).get("id", "")
    if not view.interactive or view.phase is Phase.RESOLVED or not _is_name(name):
        return []
    ending, sure = facts_of(view).get("what") == ENDING, confirm(words.buttons.sure_to_expire)
    extend = button(words.buttons.extend, Action.EXTEND_SILENCE, name, primary=ending)
    expire = button(words.buttons.expire, Action.EXPIRE_SILENCE, name, primary=not ending, sure=sure)
    return actions([extend, expire] if ending else [expire, extend])


def _is_name(name: str) -> bool:
    """Return whether it can be an id of ours, and holds nothing that must not be shown."""
    return _ID.fullmatch(name) is not None and clean(name) == name


def _owner(view: View) -> Person:
    heard = facts_of(view)
    return Person(heard.get("person", ""), heard.get("by", ""))


def _told(template: str, name: str, text: str, limit: int) -> list[Markup]:
    kept = cut(text, limit)
    return [fill(template, limit, **{name: kept})] if kept else []
