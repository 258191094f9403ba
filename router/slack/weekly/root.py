"""The weekly report's message: headline, the week in short, chart, the ten worst rules, SLOs, quiet hours, buttons."""

from collections.abc import Iterator
from urllib.parse import urlencode

from router.noise.review import Review
from router.report import words
from router.report.words import Line, Part, Words
from router.slack.blocks import actions, cell, context, header, link_button, paragraph, stamp, table
from router.slack.escape import cut, escape, safe_url
from router.slack.message import Block, Message
from router.slack.values import Action
from router.slack.weekly.chart import BLOCK, chart_blocks
from router.slack.weekly.lines import drawn, left_out, length, title, within

__all__ = ["BLOCK", "weekly"]

ROWS = 10
CELL = 60
PUSH_LIMIT = 300
ROOM = 8_700
"""Characters of a whole message, its `text` included: 9,000 less some for ids."""
BLOCKS = 26
REST_LIMIT = 600
"""The title of a part, and where its other lines stand."""
_SHORT = {"missed": 2, "budgets": 1, "postmortems": 2, "shadow": 1, "nights": 3, "quiet": 1}
"""How many lines of each part stand in the message, most urgent first; the thread has all of them."""


def weekly(review: Review, locale: str, *, url: str = "", chart: str | None = None) -> Message:
    """Draw the report in a language ("en", "ja").

    `url` is the router's own address for people ("" where it has none: then there are no buttons). `chart` is "block"
    for a native chart, the https address of a picture or the id of an uploaded file, None for none. The block ids
    depend on the content alone.
    """
    text = escape(words.push(review, locale), PUSH_LIMIT)
    blocks = _empty(review, locale) if words.is_empty(review) else _whole(review, locale, url, chart)
    return Message(str(text), stamp(blocks, f"weekly:{review.week}"))


def page(review: Review, url: str, path: str) -> str:
    """Return the address of a page about the week, "" where the router has none."""
    asked = {"week": review.week} | ({"team": review.team} if review.team else {})
    query = urlencode(asked, errors="replace")
    return safe_url(f"{url.rstrip('/')}/{path}?{query}") if url else ""


def _empty(review: Review, locale: str) -> list[Block]:
    return [paragraph(cut(words.headline(review, locale), PUSH_LIMIT))]


def _whole(review: Review, locale: str, url: str, chart: str | None) -> list[Block]:
    known = words.texts(locale)
    parts = {part.name: part for part in words.parts(review, locale)}
    where = page(review, url, "review") or known.say("see_command", week=words.named(review.week, 20))
    parts["budgets"] = words.budgets(review, locale)
    top = [header(words.headline(review, locale)), *(drawn(line, known) for line in words.brief(review, locale))]
    top += [*chart_blocks(review, locale, chart), *_rules(review, known, where)]
    end = [*_buttons(review, known, url), context(cut(words.as_of(review, locale), 300))]
    room = ROOM - PUSH_LIMIT - length(top) - length(end)
    return [*top, *_lists(parts, known, where, room), *end]


def _rules(review: Review, known: Words, where: str) -> list[Block]:
    """Return the table of the worst rules, and where the others stand."""
    if not review.wolves:
        return []
    rows = [words.columns(known.locale), *(words.row(rule, known.locale) for rule in review.wolves[:ROWS])]
    right = {"align": "right"}
    columns: list[Block] = [{"is_wrapped": True}, right, right, right, {"is_wrapped": True}, {"is_wrapped": True}]
    drawn_table = table([[cell(text, CELL) for text in row] for row in rows], columns)
    left = len(review.wolves) - ROWS
    if left <= 0:
        return [drawn_table]
    more = known.say("more_rules_at", more=known.say("more_rules", n=left), where=where)
    return [drawn_table, context(cut(more, 300))]


def _lists(parts: dict[str, Part], known: Words, where: str, room: int) -> list[Block]:
    """Return the first lines of each part, as far as the message has room."""
    blocks: list[Block] = []
    for part, lines in _chosen(parts):
        most = min(len(lines), BLOCKS - len(blocks) - 2)
        shown, _ = within(lines, known, room - REST_LIMIT, max(0, most))
        if not shown:
            continue
        rest = left_out(len(part.lines) - len(shown), where, known) if part.name == "missed" else []
        drawn_part = [title(part.title), *shown, *rest]
        room -= length(drawn_part)
        blocks += drawn_part
    return blocks


def _chosen(parts: dict[str, Part]) -> Iterator[tuple[Part, tuple[Line, ...]]]:
    """Yield the parts that stand in the message, most urgent first, each with its first lines."""
    for name, most in _SHORT.items():
        if name in parts:
            yield parts[name], parts[name].lines[:most]


def _buttons(review: Review, known: Words, url: str) -> list[Block]:
    """Return the ways to the pages; both are links without a value, whose clicks tell us nothing."""
    review_at, csv_at = page(review, url, "review"), page(review, url, "review.csv")
    if not review_at or not csv_at:
        return []
    number = len(review.wolves)
    face = known.say("review_rules", n=number) if number else known.say("review")
    open_review = link_button(face, Action.SOURCE, review_at)
    return actions([open_review, link_button(known.say("download"), Action.GUIDE, csv_at)])
