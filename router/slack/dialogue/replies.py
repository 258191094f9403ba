"""What a person is told about their act, only to them. Pure."""

from router.incident import Act, Deed, Phase, Reply, ReplyCode, View, WolfReason
from router.slack.dialogue.elements import beside, button, menu, option
from router.slack.dialogue.notes import ago, named, note, plural, say
from router.slack.dialogue.texts import Words
from router.slack.escape import Markup, date, fill
from router.slack.message import Message
from router.slack.values import Action, Target, chosen, target_of


def drawn_reply(reply: Reply, view: View, words: Words, report: str, *, delayed: bool) -> Message | None:
    """Return the answer to an act, None where the message in the channel says it all.

    `report` names the report in which a wolf counts (`report_name`); `delayed`: the message cannot be edited soon.
    """
    act, texts = reply.act, words.reply
    match reply.code:
        case ReplyCode.DONE if act.deed is Deed.WOLF:
            return wolf_thanks(act.reason, report, words) if act.reason else ask_reason(target_of(view), words)
        case ReplyCode.DONE:
            return say(texts.delayed, id=act.incident) if delayed and act.deed is not Deed.GUIDE else None
        case ReplyCode.ALREADY:
            return None if act.deed is Deed.GUIDE else _already(reply, view.now, words)
        case ReplyCode.CLOSED:
            state = texts.states[view.phase or Phase.RESOLVED]
            return say(texts.closed, id=act.incident, date=date(view.now, view.timezone), state=state)
        case ReplyCode.NOTHING:
            return say(texts.nothing.get(act.deed, texts.nothing_other), id=act.incident)


def _already(reply: Reply, now: float, words: Words) -> Message:
    texts, act = words.reply, reply.act
    if reply.by is None or reply.at is None:
        return say(texts.already_plain, id=act.incident)
    by = texts.you if reply.by.id == act.person.id else named(reply.by, words)
    template = texts.already.get(act.deed, texts.already_other)
    return say(template, by=by, ago=ago(reply.at, now, words), id=act.incident)


def ask_reason(target: Target, words: Words) -> Message:
    """Ask why it was a wolf; the answer to it replaces the question."""
    texts = words.reply
    reasons = [option(text, chosen(reason, target)) for reason, text in texts.wolf_reasons.items()]
    asked = fill(texts.ask_wolf, id=target.id)
    undo = button(texts.undo, Action.UNMARK, str(target))
    question = beside(asked, menu(Action.WOLF_REASON, reasons, texts.choose))
    return Message(str(asked), [question, {"type": "actions", "elements": [undo]}])


def wolf_thanks(reason: str, report: str, words: Words) -> Message:
    """Thank for the reason, and tell what becomes of it."""
    known = {each.value: text for each, text in words.reply.wolf_reasons.items()}
    return say(words.reply.wolf_thanks, reason=known.get(reason, reason), report=report)


def report_name(weekday: int | None, words: Words) -> str:
    """Return what people call the weekly report: by its weekday (0 is Monday), where one is configured."""
    if weekday is None:
        return words.reply.weekly_report
    return words.reply.next_report.format(weekday=words.reply.weekdays[weekday % 7])


def undone(target: Target, words: Words) -> Message:
    """Tell that a mark was taken back."""
    return say(words.reply.undone, id=target.id)


def marked_late(act: Act, target: Target, report: str, words: Words) -> Message:
    """Answer a mark of an incident that is forgotten: its message cannot show it any more, but it counts."""
    if act.deed is Deed.UNMARK:
        return undone(target, words)
    if act.deed is Deed.REAL:
        return say(words.reply.real_late, id=target.id)
    return wolf_thanks(act.reason, report, words) if act.reason else ask_reason(target, words)


def not_recorded(deed: Deed, target: Target, words: Words) -> Message:
    """Tell that an act could not be stored: never leave somebody in the belief that they have it."""
    if deed is Deed.ACKNOWLEDGE:
        return say(words.reply.not_recorded_ack, id=target.id)
    return say(words.reply.not_recorded)


def gone(target: Target, last: tuple[str, float] | None, now: float, timezone: str, words: Words) -> Message:
    """Tell that the incident of an old message is closed; `last` is what was decided last, and when."""
    texts, state = words.reply, Markup(words.reply.gone_unknown)
    if last is not None:
        state = fill(texts.gone_last, outcome=last[0], at=date(last[1], timezone))
    return say(texts.gone, id=target.id, date=date(now, timezone), state=state)


def acknowledged_all(done: int, asked: int, words: Words) -> Message:
    """Tell how many pages of a storm were acknowledged."""
    if not asked:
        return say(words.reply.acked_none)
    if done < asked:
        return say(words.reply.acked_some, done=done, n=asked)
    return note(Markup(plural(done, words.reply.acked_all)))


def missed_thanks(act: Act, report: str, words: Words) -> Message:
    """Thank for the report that it should have paged."""
    return say(words.why.missed_thanks, id=act.incident, report=report)


def is_reason(reason: str) -> bool:
    """Return whether a verb names a reason why something is a wolf."""
    return reason in frozenset(map(str, WolfReason))
