"""The charts of a page: drawn when the review was computed, shown as pictures, told in words."""

from base64 import b64encode
from collections.abc import Collection, Mapping
from typing import Any
from urllib.parse import quote

from router.noise.review import Review
from router.report.charts import specs
from router.web.pages.asked import Asked
from router.web.pages.tables import Picture


def stored_name(name: str, locale: str) -> str:
    """Return how the desk calls a drawn chart: "weeks.en.svg"."""
    return f"{name}.{locale}.svg"


def chart_url(review: Review, asked: Asked, name: str, kind: str) -> str:
    """Return where a chart (svg) or its specification (json) is."""
    parts = [review.week, *([review.team] if review.team else []), f"{name}.{kind}"]
    path = "/".join(quote(part, safe="") for part in parts)
    return asked.url(f"/assets/charts/{path}", week="", team="", lang=asked.locale)


def pictures(review: Review, asked: Asked, drawn: Collection[str]) -> dict[str, Picture]:
    """Return those charts of a review that are drawn."""
    told = specs(review, asked.locale) if drawn else {}
    return {
        name: Picture(chart_url(review, asked, name, "svg"), spec["description"])
        for name, spec in told.items()
        if name in drawn
    }


def inlined(review: Review, asked: Asked, charts: Mapping[str, bytes]) -> dict[str, Picture]:
    """Return charts that a page carries in itself. As pictures they can run nothing, whatever is in them."""
    told = specs(review, asked.locale) if charts else {}
    return {
        name: Picture(f"data:image/svg+xml;base64,{b64encode(charts[name]).decode()}", spec["description"])
        for name, spec in told.items()
        if name in charts
    }


def specifications(review: Review, asked: Asked) -> tuple[tuple[str, str], ...]:
    """Return title and address of every chart's Vega-Lite specification."""
    told = specs(review, asked.locale)
    return tuple((_title(spec), chart_url(review, asked, name, "json")) for name, spec in told.items())


def _title(spec: Mapping[str, Any]) -> str:
    title = spec["title"]
    return str(title["text"] if isinstance(title, Mapping) else title)
