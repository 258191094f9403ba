"""What stands in an incident's thread: its alerts by rule, and the replies that are shown in the channel too."""

from router.gate import Outcome, Reason
from router.incident import Call, CauseKind, View
from router.slack import facts
from router.slack.blocks import NOTHING, actions, cell, context, paragraph, section, table, time_cell
from router.slack.escape import Markup, date, escape, fill, fill_plain, mention
from router.slack.message import Block, Message
from router.slack.root import PUSHED_NAME_LIMIT, buttons, speak, what_to_do
from router.slack.texts import Words

ROWS = 20
_COLUMNS: list[Block] = [{"is_wrapped": True}, {"is_wrapped": True}, {}, {}, {"align": "right"}]


def draw_causes(view: View, words: Words) -> Message:
    """Draw the first reply: one row for each rule, at most twenty."""
    shown = view.causes[:ROWS]
    kinds = max(view.kinds_total, len(shown))
    counts = {"kinds": facts.plural(kinds, words.kinds), "alerts": facts.plural(view.alerts_total, words.alerts)}
    rows = [[cell(name) for name in words.columns], *(_row(cause, words) for cause in shown)]
    left = facts.plural(kinds - len(shown), words.kinds_more) if kinds > len(shown) else ""
    blocks = [
        section(fill(words.causes_head, date=date(view.now), **counts)),
        *([table(rows, _COLUMNS)] if shown else []),
        context(left, fill(words.causes_foot, id=view.incident)),
    ]
    return Message(_causes_push(view, words), blocks)


def _row(cause: CauseKind, words: Words) -> list[Block]:
    count = words.count_firing.format(total=cause.total, firing=cause.firing) if cause.firing else str(cause.total)
    return [cell(cause.rule), cell(cause.where), time_cell(cause.first_at), time_cell(cause.last_at), cell(count)]


def _causes_push(view: View, words: Words) -> str:
    named = [
        f"{fill_plain('{rule}', rule=cause.rule) or NOTHING} ({cause.total})" for cause in view.causes[: facts.SHOWN]
    ]
    listed = facts.and_more([escape(name, 60) for name in named], view.kinds_total, words)
    return fill(words.push_causes, id=escape(view.incident, 30), list=Markup(listed or NOTHING))


def draw_broadcast(view: View, words: Words) -> Message:
    """Draw a reply that is shown in the channel too, because an edit of the root wakes nobody."""
    template, news = _news(view, words)
    said = facts.join([fill_plain(template, **news), _time_left(view, words), _gap(view, words)], words)
    calls = mention(view.mention) if view.outcome is not Outcome.TICKET else Markup("")
    blocks = [
        *([section(calls)] if calls else []),
        paragraph(said),
        *actions([button for button in buttons(view, words) if button["action_id"] == "guide"]),
        context(escape(view.incident)),
    ]
    lead = fill(template, PUSHED_NAME_LIMIT, **news)
    return Message(speak(view, words, (lead, what_to_do(view, words)), (_time_left(view, words),)), blocks)


def _news(view: View, words: Words) -> tuple[str, dict[str, object]]:
    template = words.fired_again if view.refires else words.still_firing
    if view.call is Call.REPEATED:
        template = words.still_firing
    elif view.call is Call.ESCALATED:
        template = words.now_ticket if view.outcome is Outcome.TICKET else words.now_page
    return template, {"n": view.refires, "what": facts.subject(view, words), "time": facts.lasted(view, words)}


def _gap(view: View, words: Words) -> str:
    return words.why[Reason.DETECTION_GAP] if view.reason is Reason.DETECTION_GAP else ""


def _time_left(view: View, words: Words) -> str:
    time = facts.gone_in(view, words)
    return words.broadcast_left.format(time=time) if time else ""
