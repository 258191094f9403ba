"""The summary of a storm: one message, edited while it lasts, that counts what is not told on its own.

Its facts: `alerts`, `pages` now, `pages_most` the most there were, `waiting` messages, `oldest_s` how long the oldest
has waited, `limited` how often Slack said 429, `began` (Unix seconds), `wolves`, `slos` (JSON: [{"title", "left_s" or
null, "url" of its message}]) and `sources` (JSON: [["node-17", 120], ...]).
"""

from typing import Any
from urllib.parse import urlsplit

from router.incident import Phase, View
from router.reason import duration
from router.slack import facts
from router.slack.blocks import actions, button, context, fields, header, paragraph, section
from router.slack.buttons import can_act, confirm
from router.slack.escape import Markup, cut, date, escape, fill, fill_plain, link, safe_url, size
from router.slack.heard import counted, facts_of, listed, number
from router.slack.message import Block, Message
from router.slack.push import speak
from router.slack.texts import Words
from router.slack.values import Action, target_of

SLOS_SHOWN = 8
SOURCES_SHOWN = 5
SLOS_PUSHED = 3
TITLE_LIMIT = 80
PUSHED_LIMIT = 30
LINK_LIMIT = 600
_HOSTS = ("slack.com", "slack-gov.com")


def draw_storm(view: View, words: Words) -> Message:
    """Draw the summary, or, where the phase says so, that it is over."""
    return _over(view, words) if view.phase is Phase.RESOLVED else _lasting(view, words)


def _lasting(view: View, words: Words) -> Message:
    says, slos = words.storm, _slos(view)
    known = {"alerts": facts.plural(counted(view, "alerts"), says.alerts), "slos": facts.plural(len(slos), says.slos)}
    blocks = [
        header(fill_plain(says.header if slos else says.header_bare, **known)),
        paragraph(_state(view, words)),
        *([fields([_at_risk(slo, words) for slo in slos])] if slos else []),
        *_sources(view, words),
        *_acknowledge_all(view, words),
        context(fill(says.started, id=view.incident, date=date(_began(view), view.timezone)), _waiting(view, words)),
    ]
    named = words.comma.join(_spoken(slo, words) for slo in slos[:SLOS_PUSHED])
    template = says.push if slos else says.push_bare
    lead = fill(template, alerts=known["alerts"], slos=escape(named, 150))
    return Message(speak(view, words, (lead, Markup(says.do if slos else words.do_decide))), blocks)


def _over(view: View, words: Words) -> Message:
    says = words.storm
    ended = view.now if view.ended_at is None else view.ended_at
    known = {
        "time": duration(max(0.0, ended - _began(view)), words.locale),
        "alerts": facts.plural(counted(view, "alerts"), says.alerts),
        "pages": facts.plural(max(counted(view, "pages"), counted(view, "pages_most")), says.pages),
        "wolves": facts.plural(counted(view, "wolves"), says.wolves),
    }
    blocks = [
        header(fill_plain(says.over_header, **known)),
        paragraph(says.over_body),
        context(fill(says.started, id=view.incident, date=date(_began(view), view.timezone))),
    ]
    return Message(speak(view, words, (fill(says.push_over, **known), Markup(words.do_nothing))), blocks)


def _began(view: View) -> float:
    began = number(facts_of(view).get("began"))
    return view.started_at if began is None else began


def _state(view: View, words: Words) -> str:
    """Return how the router fares: whether Slack slows it down, and how long the oldest message has waited."""
    says, oldest = words.storm, number(facts_of(view).get("oldest_s"))
    waits = oldest is not None and oldest > 0 and counted(view, "waiting") > 0
    said = [
        says.body,
        says.limited if counted(view, "limited") else "",
        says.oldest.format(time=duration(oldest or 0.0, words.locale)) if waits else "",
        says.kept,
    ]
    return facts.join(said, words)


def _slos(view: View) -> list[dict[str, Any]]:
    found = listed(view, "slos", SLOS_SHOWN)
    return [each for each in found if isinstance(each, dict) and cut(str(each.get("title", "")), TITLE_LIMIT)]


def _at_risk(slo: dict[str, Any], words: Words) -> Markup:
    title, url = str(slo.get("title", "")), permalink(slo.get("url"))
    linked = link(url, cut(title, TITLE_LIMIT))
    named = linked if size(linked) <= LINK_LIMIT else escape(title, TITLE_LIMIT)
    return fill("{named}\n{left}", named=named, left=_left(slo, words))


def permalink(url: object) -> str:
    """Return the address of a message in Slack, "" for any other: nothing else may become a link here."""
    safe = safe_url(url) if isinstance(url, str) else ""
    parts = urlsplit(safe)
    host = parts.hostname or ""
    ours = parts.scheme == "https" and any(host == each or host.endswith(f".{each}") for each in _HOSTS)
    return safe if ours and parts.netloc == host else ""


def _left(slo: dict[str, Any], words: Words) -> str:
    left = number(slo.get("left_s"))
    if left is None:
        return words.storm.left_unknown
    return words.storm.left.format(time=duration(left, words.locale)) if left > 0 else words.storm.spent


def _spoken(slo: dict[str, Any], words: Words) -> str:
    title = cut(str(slo.get("title", "")), PUSHED_LIMIT)
    return fill_plain(words.storm.push_slo, title=title, left=_left(slo, words))


def _sources(view: View, words: Words) -> list[Block]:
    found = listed(view, "sources", SOURCES_SHOWN)
    pairs = [each for each in found if isinstance(each, list) and len(each) == 2 and number(each[1]) is not None]
    named = [fill(words.storm.counted, TITLE_LIMIT, name=str(name), n=int(count)) for name, count in pairs]
    return [section(fill(words.storm.sources, list=Markup(words.comma.join(named))))] if named else []


def _acknowledge_all(view: View, words: Words) -> list[Block]:
    pages = counted(view, "pages")
    if not pages or not can_act(view):
        return []
    text = facts.plural(pages, words.buttons.acknowledge_all)
    sure = confirm(words.buttons.sure_to_acknowledge_all)
    return actions([button(text, Action.ACK_ALL, str(target_of(view)), primary=True, sure=sure)])


def _waiting(view: View, words: Words) -> str:
    limited, waiting = counted(view, "limited"), counted(view, "waiting")
    shown = [
        words.storm.refusals.format(n=limited) if limited else "",
        facts.plural(waiting, words.storm.waiting) if waiting else "",
    ]
    return " · ".join(text for text in shown if text)
