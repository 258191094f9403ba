"""Pages and wolves per week in Slack: as a native chart, as a picture, or not at all.

docs.slack.dev/reference/block-kit/blocks/data-visualization-block: a title of 50 characters, at most 20 points, names
of 20; the labels of the points are those of the axis. The takeaway stands in the text as well, colours are Slack's.
"""

import re

from router.noise.review import Review
from router.report.charts import labels, series, specs
from router.report.words import texts
from router.slack.blocks import plain
from router.slack.escape import cut, safe_url
from router.slack.message import Block

BLOCK = "block"
"""Asks for a native chart."""
TITLE_LIMIT = 50
NAME_LIMIT = 20
AXIS_LIMIT = 50
POINTS_MOST = 20
ALT_LIMIT = 1_900
_FILE = re.compile(r"F[A-Z0-9]{8,}")


def chart_blocks(review: Review, locale: str, chart: str | None) -> list[Block]:
    """Return the chart: "block" draws it natively, an https address or the id of a file shows a picture."""
    spec = specs(review, locale).get("weeks")
    if not chart or spec is None:
        return []
    if chart == BLOCK:
        return [_native(review, locale)]
    source = _source(chart)
    title, alt = cut(spec["title"]["text"], TITLE_LIMIT), cut(spec["description"], ALT_LIMIT)
    return [{"type": "image", **source, "alt_text": alt, "title": plain(title)}] if source else []


def _source(chart: str) -> Block:
    if _FILE.fullmatch(chart):
        return {"slack_file": {"id": chart}}
    url = safe_url(chart)
    return {"image_url": url} if url else {}


def _native(review: Review, locale: str) -> Block:
    words, points = texts(locale), review.weeks[-POINTS_MOST:]
    days = labels(points, words)
    rows = [
        {
            "name": cut(name, NAME_LIMIT),
            "data": [{"label": day, "value": number} for day, number in zip(days, numbers, strict=True)],
        }
        for name, numbers in series(points, words)
    ]
    axis = {
        "categories": days,
        "x_label": cut(words.say("axis_week"), AXIS_LIMIT),
        "y_label": cut(words.say("axis_pages"), AXIS_LIMIT),
    }
    title = cut(words.say("chart_weeks"), TITLE_LIMIT)
    chart = {"type": "line", "series": rows, "axis_config": axis}
    return {"type": "data_visualization", "title": title, "chart": chart}
