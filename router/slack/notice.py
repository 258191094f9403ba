"""What the router says about itself: it cannot judge, could not read, or could not post.

A notice is a view of kind NOTICE; phase RESOLVED tells that it is over. `view.notice` holds its facts, all optional:
`what` the kind (slo_source, slo_blind, quarantine, route_broken), `about` the name of the SLO source, SLO, sender or
channel, `since` Unix seconds, `affected` SLOs ("23 / 23"), `forwarded` how many alerts came through unfiltered,
`next_try` seconds, `detail` what was heard (for a blind SLO: the cause).
"""

from collections.abc import Mapping
from math import isfinite

from router.incident import Phase, View
from router.reason import duration
from router.slack import facts
from router.slack.blocks import actions, context, fields, header, paragraph
from router.slack.escape import Markup, cut, cut_lines, date, escape, fill, fill_plain
from router.slack.message import Block, Message
from router.slack.root import PUSHED_NAME_LIMIT, buttons, speak
from router.slack.texts import Words
from router.slack.texts.words import NoticeWords
from router.slo.verdict import Cause

BODY_LIMIT = 600
DETAIL_LIMIT = 500
_OPEN_GATE = frozenset({"slo_source", "slo_blind"})
_CAUSES = frozenset(map(str, Cause)) - {""}


def draw_notice(view: View, words: Words) -> Message:
    """Draw a notice, or, where the phase says so, that it is over."""
    heard = view.notice or {}
    notice = words.notices.get(heard.get("what", ""), words.notices[""])
    over = view.phase is Phase.RESOLVED
    known = {"what": _about(view, words), "time": _lasted(view, words)}
    head = fill_plain(notice.over_header if over else notice.header, **known)
    said = _body(view, notice, known)
    blocks = [
        header(head),
        paragraph(said),
        *_fields(view, words),
        *([] if over else _detail(heard, words)),
        *([] if over else actions(buttons(view, words))),
        context(escape(view.incident)),
    ]
    return Message(_push(view, words, notice, known), blocks)


def _about(view: View, words: Words) -> str:
    heard = view.notice or {}
    return cut(heard.get("about", ""), facts.NAME_LIMIT) or cut(view.title, facts.NAME_LIMIT) or words.unnamed


def _push(view: View, words: Words, notice: NoticeWords, known: dict[str, str]) -> Markup:
    if view.phase is Phase.RESOLVED:
        head = fill(notice.over_header + words.full_stop, PUSHED_NAME_LIMIT, **known)
        return speak(view, words, (head, Markup("")), (fill_plain(notice.over_body, **known),))
    lead = fill(notice.push, PUSHED_NAME_LIMIT, **known)
    return speak(view, words, (lead, Markup("")), (cut(view.summary, 120),))


def _body(view: View, notice: NoticeWords, known: dict[str, str]) -> str:
    if view.phase is Phase.RESOLVED:
        return fill_plain(notice.over_body, **known)
    summary = cut_lines(view.summary, BODY_LIMIT)
    body = fill_plain(notice.body, **known)
    return summary if summary and notice.body == "{what}" else body


def _since(view: View) -> float:
    return _number((view.notice or {}).get("since", "")) or view.started_at


def _lasted(view: View, words: Words) -> str:
    end = view.ended_at if view.phase is Phase.RESOLVED and view.ended_at is not None else view.now
    return duration(max(0.0, end - _since(view)), words.locale)


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if isfinite(number) else None


def _fields(view: View, words: Words) -> list[Block]:
    heard = view.notice or {}
    shown: list[Markup] = [fill(words.notice_since, date=date(_since(view)))]
    if heard.get("forwarded") and heard.get("what") in _OPEN_GATE:
        shown.append(fill(words.notice_forwarded, n=heard["forwarded"]))
    if heard.get("affected") and heard.get("what") == "slo_source":
        shown.append(fill(words.notice_affected, n=heard["affected"]))
    if heard.get("next_try") and view.phase is not Phase.RESOLVED:
        shown.append(fill(words.notice_next_try, time=_wait(heard["next_try"], words)))
    return [fields(shown)]


def _wait(text: str, words: Words) -> str:
    seconds = _number(text)
    return text if seconds is None or seconds < 0 else duration(seconds, words.locale)


def _detail(heard: Mapping[str, str], words: Words) -> list[Block]:
    told = heard.get("detail", "")
    detail = words.causes_of_unknown[Cause(told)] if told in _CAUSES else cut_lines(told, DETAIL_LIMIT)
    return [paragraph(words.notice_detail.format(detail=detail))] if detail else []
