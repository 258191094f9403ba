"""The app's home: everything that is open, held or silenced, with the buttons to act on it. Pure."""

from typing import Any

from router.slack.blocks import context, header, section
from router.slack.dialogue.elements import DIVIDER, VIEW_BLOCKS, button
from router.slack.dialogue.lines import fitting, held_line, incident_line
from router.slack.dialogue.notes import plural
from router.slack.dialogue.shown import IncidentShown, Overview
from router.slack.dialogue.silences import rows
from router.slack.dialogue.texts import Words
from router.slack.escape import Markup, date, escape, fill
from router.slack.message import Block
from router.slack.values import Action

INCIDENTS_MOST = 20
SILENCES_MOST = 15


def home(shown: Overview, words: Words) -> dict[str, Any]:
    """Draw the home tab: first what to do, then what is open, silenced and held."""
    texts = words.status
    blocks = [
        header(texts.home_head),
        section(Markup(texts.home_do if shown.incidents_total else texts.home_do_nothing)),
        *_incidents(shown, words),
        DIVIDER,
        section(Markup(texts.home_silences)),
        *_silences(shown, words),
        DIVIDER,
        section(Markup(texts.home_held)),
        section(_held(shown, words)),
        context(fill(texts.home_foot, date=date(shown.now, shown.timezone))),
    ]
    return {"type": "home", "blocks": blocks[:VIEW_BLOCKS]}


def down(words: Words) -> dict[str, Any]:
    """Draw the home tab while the state cannot be read."""
    return {"type": "home", "blocks": [section(Markup(words.status.home_down))]}


def _incidents(shown: Overview, words: Words) -> list[Block]:
    drawn: list[Block] = []
    for each in shown.incidents[:INCIDENTS_MOST]:
        drawn.append(section(incident_line(each, shown.timezone, words)))
        drawn.append({"type": "actions", "elements": _buttons(each, words)})
    left = shown.incidents_total - min(len(shown.incidents), INCIDENTS_MOST)
    return [*drawn, context(plural(left, words.status.incidents_more))] if left > 0 else drawn


def _buttons(shown: IncidentShown, words: Words) -> list[Block]:
    why = button(words.status.why, Action.WHY, str(shown.target))
    if not shown.needs_somebody:
        return [why]
    return [button(words.status.ack, Action.ACK, str(shown.target), style="primary"), why]


def _silences(shown: Overview, words: Words) -> list[Block]:
    if not shown.silences:
        return [section(Markup(words.status.silences_none))]
    some = shown.silences[:SILENCES_MOST]
    drawn = [block for each in some for block in rows(each, shown.now, shown.timezone, words)]
    left = shown.silences_total - len(some)
    return [*drawn, context(plural(left, words.status.held_more))] if left > 0 else drawn


def _held(shown: Overview, words: Words) -> Markup:
    texts = words.status
    if not shown.held_kinds:
        return Markup(texts.held_none)
    listed, kept = fitting([held_line(each, shown.timezone, words) for each in shown.held], 2_500)
    left = shown.held_kinds - kept
    more = [plural(left, texts.held_more)] if left > 0 else []
    head, foot = plural(shown.held_alerts, texts.held), escape(texts.held_foot, 300)
    return Markup("\n".join([head, listed, *more, foot]))
