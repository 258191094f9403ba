"""Answers to `/slo status`, `/slo held` and `/slo help`. Pure."""

from collections.abc import Sequence
from difflib import get_close_matches

from router.slack.blocks import context, header, section
from router.slack.dialogue.lines import fitting, held_line, incident_line, slo_line
from router.slack.dialogue.notes import note, plural
from router.slack.dialogue.shown import Overview
from router.slack.dialogue.texts import Words
from router.slack.dialogue.texts.words import Plural
from router.slack.escape import Markup, cut, date, escape, fill
from router.slack.message import Block, Message

COMMANDS = ("status", "why", "ack", "held", "silence", "silence list", "silence expire", "help")
"""What can stand behind `/slo`; the modal is opened by `silence` alone."""
_NEAR = 0.5


def status(shown: Overview, words: Words) -> Message:
    """Draw how things stand: SLOs, incidents, held alerts, silences; each line says what to do."""
    texts = words.status
    blocks = [
        header(texts.head),
        section(_slos(shown, words)),
        section(_incidents(shown, words)),
        section(_quiet(shown, words)),
        context(date(shown.now, shown.timezone)),
    ]
    return Message(_push(shown, words), blocks)


def _push(shown: Overview, words: Words) -> str:
    if not shown.slos_threatened and not shown.incidents_total:
        return words.status.calm
    return words.status.push.format(
        slos=shown.slos_threatened, open=shown.incidents_total, held=shown.held_alerts, silences=shown.silences_total
    )


def _slos(shown: Overview, words: Words) -> Markup:
    texts = words.status
    if not shown.slos_total:
        return Markup(texts.no_slos)
    lines = [slo_line(each, words) for each in shown.slos]
    return _paragraph(texts.slos, lines, shown.slos_total, texts.slos_more)


def _incidents(shown: Overview, words: Words) -> Markup:
    texts = words.status
    if not shown.incidents_total:
        return Markup(texts.no_incidents)
    lines = [incident_line(each, shown.timezone, words) for each in shown.incidents]
    return _paragraph(texts.incidents, lines, shown.incidents_total, texts.incidents_more)


def _paragraph(head: str, lines: Sequence[Markup], total: int, more: Plural) -> Markup:
    """Return a list under its head, with how many are left out."""
    listed, kept = fitting(lines, 2_700)
    left = [plural(total - kept, more)] if total > kept else []
    return Markup("\n".join([head, listed, *left]))


def _quiet(shown: Overview, words: Words) -> Markup:
    """Return what is kept from people, and where to look at it."""
    texts = words.status
    held = [plural(shown.held_alerts, texts.held), texts.held_next] if shown.held_alerts else [texts.held_none]
    silent = [texts.silences_none]
    if shown.silences_total:
        silent = [plural(shown.silences_total, texts.silences), texts.silences_next]
    return Markup(" ".join(held) + "\n" + " ".join(silent))


def held(shown: Overview, words: Words) -> Message:
    """List what is held: nobody was told, because no SLO is threatened."""
    texts = words.status
    if not shown.held_kinds:
        return note(Markup(texts.held_none))
    listed, kept = fitting([held_line(each, shown.timezone, words) for each in shown.held])
    left = shown.held_kinds - kept
    more = [plural(left, texts.held_more)] if left > 0 else []
    return Message(texts.held_head, [header(texts.held_head), section(listed), context(*more, texts.held_foot)])


def help_on(words: Words, unknown: str = "") -> Message:
    """Draw what can be typed; for an unknown text also the nearest command."""
    texts = words.help
    rows: list[Markup] = []
    if unknown:
        rows.append(fill(texts.unknown, 60, text=unknown))
        near = nearest(unknown)
        rows += [fill(texts.nearest, command=f"/slo {near}")] if near else []
    shown = Markup("\n".join(fill("`{command}`  {does}", command=command, does=does) for command, does in texts.lines))
    listed = words.comma.join(escape(command) for command, _ in texts.lines)
    text = " ".join([*rows, fill(texts.push, list=Markup(listed))])
    blocks: list[Block] = [section(Markup(" ".join(rows)))] if rows else []
    return Message(text, [*blocks, header(texts.head), section(shown)])


def nearest(text: str) -> str:
    """Return the command that a mistyped text comes closest to, "" when none does."""
    typed = " ".join(cut(text, 60).lower().split()[:2])
    verb = typed.partition(" ")[0]
    meant = [each for each in COMMANDS if verb and (each.startswith(verb) or verb.startswith(each))]
    near = get_close_matches(typed, COMMANDS, n=1, cutoff=_NEAR) or meant
    near = near or get_close_matches(verb, COMMANDS, n=1, cutoff=_NEAR)
    return near[0] if near else ""
