"""What the router says about itself: it cannot judge, could not read, could not post, or somebody should know.

A notice is a view of kind NOTICE; phase RESOLVED tells that it is over. `view.notice` holds its facts, all optional:
`what` the kind (slo_source, slo_blind, quarantine, route_broken, stuck, silence_ending, silence_idle, storm), `about`
the name of the SLO source, SLO, sender, channel or incident, `since` Unix seconds, `affected` SLOs ("23 / 23"),
`forwarded` how many alerts came through unfiltered, `next_try` seconds, `detail` what was heard (for a blind SLO: the
cause). Those of a silence are in `silences.py`, those of a storm in `storm.py`.
"""

from collections.abc import Mapping

from router.incident import Phase, View
from router.reason import duration
from router.slack import facts
from router.slack.blocks import actions, context, fields, header, link_button, paragraph
from router.slack.buttons import guide_button
from router.slack.escape import Markup, cut, cut_lines, date, escape, fill, fill_plain, safe_url
from router.slack.heard import facts_of, number
from router.slack.message import Block, Message
from router.slack.push import PUSHED_NAME_LIMIT, speak
from router.slack.silences import KINDS as SILENCES
from router.slack.silences import draw_facts, draw_silence_buttons, known_of
from router.slack.storm import draw_storm
from router.slack.texts import Words
from router.slack.texts.groups import NoticeWords
from router.slack.values import Action
from router.slo.verdict import Cause

BODY_LIMIT = 600
DETAIL_LIMIT = 500
STORM = "storm"
_SUMMARISED = frozenset({"", "stuck"})
"""Kinds whose summary says more than our own words."""
_OPEN_GATE = frozenset({"slo_source", "slo_blind"})
_CAUSES = frozenset(map(str, Cause)) - {""}


def draw_notice(view: View, words: Words) -> Message:
    """Draw a notice, or, where the phase says so, that it is over."""
    kind = _kind(view, words)
    if kind == STORM:
        return draw_storm(view, words)
    notice, known = words.notices[kind], _known(view, words, kind)
    over = view.phase is Phase.RESOLVED
    blocks = [
        header(fill_plain(notice.over_header if over else notice.header, **known)),
        paragraph(_body(view, words, kind)),
        *(draw_facts(view, words) if kind in SILENCES else _fields(view, words)),
        *([] if over else _detail(facts_of(view), words)),
        *(draw_silence_buttons(view, words) if kind in SILENCES else _buttons(view, words)),
        context(escape(view.incident)),
    ]
    return Message(_push(view, words, notice, known), blocks)


def _kind(view: View, words: Words) -> str:
    told = facts_of(view).get("what", "")
    return told if told in words.notices or told == STORM else ""


def _known(view: View, words: Words, kind: str) -> dict[str, str]:
    known = {"what": _about(view, words), "time": _lasted(view, words)}
    return known | known_of(view, words) if kind in SILENCES else known


def _about(view: View, words: Words) -> str:
    about = cut(facts_of(view).get("about", ""), facts.NAME_LIMIT)
    return about or cut(view.title, facts.NAME_LIMIT) or words.unnamed


def _push(view: View, words: Words, notice: NoticeWords, known: dict[str, str]) -> Markup:
    if view.phase is Phase.RESOLVED:
        head = fill(notice.over_header + words.full_stop, PUSHED_NAME_LIMIT, **known)
        return speak(view, words, (head, Markup("")), (fill_plain(notice.over_body, **known),))
    lead = fill(notice.push, PUSHED_NAME_LIMIT, **known)
    more = "" if notice is words.notices.get("stuck") else cut(view.summary, 120)
    return speak(view, words, (lead, Markup("")), (more,))


def _body(view: View, words: Words, kind: str) -> str:
    notice, known = words.notices[kind], _known(view, words, kind)
    if view.phase is Phase.RESOLVED:
        return fill_plain(notice.over_body, **known)
    summary = cut_lines(view.summary, BODY_LIMIT)
    return summary if summary and kind in _SUMMARISED else fill_plain(notice.body, **known)


def _since(view: View) -> float:
    since = number(facts_of(view).get("since"))
    return view.started_at if since is None else since


def _lasted(view: View, words: Words) -> str:
    end = view.ended_at if view.phase is Phase.RESOLVED and view.ended_at is not None else view.now
    return duration(max(0.0, end - _since(view)), words.locale)


def _fields(view: View, words: Words) -> list[Block]:
    heard = facts_of(view)
    shown: list[Markup] = [fill(words.notice_since, date=date(_since(view), view.timezone))]
    if heard.get("forwarded") and heard.get("what") in _OPEN_GATE:
        shown.append(fill(words.notice_forwarded, n=heard["forwarded"]))
    if heard.get("affected") and heard.get("what") == "slo_source":
        shown.append(fill(words.notice_affected, n=heard["affected"]))
    if heard.get("next_try") and view.phase is not Phase.RESOLVED:
        shown.append(fill(words.notice_next_try, time=_wait(heard["next_try"], words)))
    return [fields(shown)]


def _wait(text: str, words: Words) -> str:
    seconds = number(text)
    return text if seconds is None or seconds < 0 else duration(seconds, words.locale)


def _detail(heard: Mapping[str, str], words: Words) -> list[Block]:
    told = heard.get("detail", "")
    detail = words.causes_of_unknown[Cause(told)] if told in _CAUSES else cut_lines(told, DETAIL_LIMIT)
    return [paragraph(words.notice_detail.format(detail=detail))] if detail else []


def _buttons(view: View, words: Words) -> list[Block]:
    if view.phase is Phase.RESOLVED:
        return []
    source = safe_url(view.source_url)
    opens = [link_button(words.buttons.open_source, Action.SOURCE, source)] if source else []
    return actions([*guide_button(view, words), *opens])
