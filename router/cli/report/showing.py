"""A review as text, JSON, HTML or Slack's blocks."""

import sys
from collections.abc import Callable
from dataclasses import dataclass

import orjson

from router.noise.review import Review
from router.report.charts import specs
from router.report.drawing import NoChartsError, svg
from router.report.packing import pack
from router.report.text import as_text
from router.slack.message import Message
from router.slack.weekly import thread, weekly


@dataclass(frozen=True, slots=True)
class Shown:
    """How it is to be shown: the language, a terminal's width and whether it takes colour, where the pages are."""

    locale: str
    width: int
    colour: bool
    url: str
    encoding: str = "utf-8"
    """Of text on the terminal; what it cannot show becomes a question mark. All other formats are UTF-8."""


def show(review: Review, format_: str, shown: Shown) -> bytes:
    """Return a review in one of FORMATS, as bytes that end with a newline."""
    return _WAYS[format_](review, shown)


def _text(review: Review, shown: Shown) -> bytes:
    text = as_text(review, shown.locale, shown.width, shown.colour)
    return (text.rstrip() + "\n").encode(shown.encoding, "replace")


def _json(review: Review, shown: Shown) -> bytes:
    return orjson.dumps(orjson.loads(pack(review)), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _html(review: Review, shown: Shown) -> bytes:
    from router.web.pages.html import as_html  # the pages and their server take a fifth of a second to load

    return as_html(review, _charts(review, shown), shown.locale).encode() + b"\n"


def _charts(review: Review, shown: Shown) -> dict[str, bytes]:
    """Return the charts; without the extra that draws them there are none, which stderr says."""
    try:
        return {name: svg(spec) for name, spec in specs(review, shown.locale).items()}
    except NoChartsError as error:
        print(error, file=sys.stderr)
        return {}


def _slack(review: Review, shown: Shown) -> bytes:
    replies = [_message(message) for message in thread(review, shown.locale)]
    first = _message(weekly(review, shown.locale, url=shown.url, chart="block"))
    return orjson.dumps({**first, "thread": replies}, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _message(message: Message) -> dict[str, object]:
    return {"text": message.text, "blocks": message.blocks}


_WAYS: dict[str, Callable[[Review, Shown], bytes]] = {"text": _text, "json": _json, "html": _html, "slack": _slack}
FORMATS = tuple(_WAYS)
