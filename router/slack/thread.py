"""What stands in an incident's thread: its alerts by rule, and the replies that call for attention."""

from router.gate import Outcome, Reason
from router.incident import Call, CauseKind, Say, View
from router.reason import duration
from router.slack import facts
from router.slack.blocks import NOTHING, actions, cell, context, paragraph, section, table, time_cell
from router.slack.buttons import can_act, draw_acknowledge, guide_button
from router.slack.escape import Markup, date, escape, fill, fill_plain, mention
from router.slack.message import Block, Message
from router.slack.people import name_of
from router.slack.push import PUSHED_NAME_LIMIT, speak, what_to_do
from router.slack.texts import Words

ROWS = 20
CELLS_LIMIT = 5_600
"""What the names in all rows may take together, so that the message stays below 9,000 characters."""
_COLUMNS: list[Block] = [{"is_wrapped": True}, {"is_wrapped": True}, {}, {}, {"align": "right"}]


def draw_causes(view: View, words: Words) -> Message:
    """Draw the first reply: one row for each rule, at most twenty."""
    shown = view.causes[:ROWS]
    kinds = max(view.kinds_total, len(shown))
    counts = {"kinds": facts.plural(kinds, words.kinds), "alerts": facts.plural(view.alerts_total, words.alerts)}
    limit = CELLS_LIMIT // (2 * max(1, len(shown)))
    rows = [[cell(name) for name in words.columns], *(_row(cause, limit, view.timezone, words) for cause in shown)]
    left = facts.plural(kinds - len(shown), words.kinds_more) if kinds > len(shown) else ""
    blocks = [
        section(fill(words.causes_head, date=date(view.now, view.timezone), **counts)),
        *([table(rows, _COLUMNS)] if shown else []),
        context(left, fill(words.causes_foot, id=view.incident)),
    ]
    return Message(_causes_push(view, words), blocks)


def _row(cause: CauseKind, limit: int, timezone: str, words: Words) -> list[Block]:
    count = words.count_firing.format(total=cause.total, firing=cause.firing) if cause.firing else str(cause.total)
    times = [time_cell(at, timezone) for at in (cause.first_at, cause.last_at)]
    return [cell(cause.rule, limit), cell(cause.where, limit), *times, cell(count)]


def _causes_push(view: View, words: Words) -> str:
    named = [
        f"{fill_plain('{rule}', rule=cause.rule) or NOTHING} ({cause.total})" for cause in view.causes[: facts.SHOWN]
    ]
    listed = facts.and_more([escape(name, 60) for name in named], view.kinds_total, words)
    return fill(words.push_causes, id=escape(view.incident, 30), list=Markup(listed or NOTHING))


def draw_call(view: View, words: Words) -> Message:
    """Draw a reply that mentions somebody, because an edit of the root wakes nobody."""
    template, news = _template(view, words), _news(view, words)
    said = facts.join([fill_plain(template, **news), _time_left(view, words), _reason(view, words)], words)
    called, do = _called(view), _what_to_do(view, words)
    blocks = [
        *([section(called)] if called else []),
        paragraph(said),
        *_advice(view, words),
        *actions(_buttons(view, words)),
        context(escape(view.incident)),
    ]
    lead = fill(template, PUSHED_NAME_LIMIT, **news)
    return Message(speak(view, words, (lead, do), (_time_left(view, words),)), blocks)


def _called(view: View) -> Markup:
    """Return whom it mentions: who is named by the call, else, in the channel and not for a ticket, who is on call."""
    usual = view.mention if view.say is Say.BROADCAST and view.outcome is not Outcome.TICKET else ""
    return mention(view.call_mention or usual)


def _template(view: View, words: Words) -> str:
    if view.call is Call.ESCALATED:
        return words.calls.escalated.get(view.outcome, words.calls.escalated[Outcome.FORWARD])
    usual = Call.REFIRED if view.refires else Call.REPEATED
    return words.calls.said[view.call or usual]


def _news(view: View, words: Words) -> dict[str, object]:
    """Return what the first sentence of a call may name."""
    handling = view.handling
    return {
        "n": view.refires,
        "what": facts.subject(view, words),
        "time": facts.lasted(view, words),
        "waited": _since(view, view.told_at, words),
        "owned": _since(view, handling.owned_at, words),
        "owner": name_of(handling.owner, words),
    }


def _since(view: View, at: float | None, words: Words) -> str:
    return duration(max(0.0, view.now - (view.started_at if at is None else at)), words.locale)


def _what_to_do(view: View, words: Words) -> Markup:
    told = words.calls.do.get(view.call) if view.call is not None and can_act(view) else None
    return Markup(told) if told else what_to_do(view, words)


def _advice(view: View, words: Words) -> list[Block]:
    """What to do stands in the blocks too, where the call asks for something that the root does not say."""
    asked = view.call in words.calls.do and can_act(view)
    return [paragraph(_what_to_do(view, words))] if asked else []


def _buttons(view: View, words: Words) -> list[Block]:
    if view.call is Call.UNACKNOWLEDGED and can_act(view):
        return draw_acknowledge(view, words)
    return guide_button(view, words)


def _reason(view: View, words: Words) -> str:
    """Return why people are told, where the call alone would puzzle them."""
    if view.reason is Reason.DETECTION_GAP:
        return words.why[Reason.DETECTION_GAP]
    unjudged = view.call is Call.ESCALATED and view.outcome is Outcome.FORWARD
    return facts.why(view, words) if unjudged else ""


def _time_left(view: View, words: Words) -> str:
    time = facts.gone_in(view, words)
    return words.broadcast_left.format(time=time) if time else ""
