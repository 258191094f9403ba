"""The report's charts as Vega-Lite specifications: one spec draws the browser's chart and, as PNG, Slack's.

https://vega.github.io/vega-lite/docs/. Made for a phone: 360 px wide, few words, a palette that the colour-blind tell
apart (Okabe and Ito), and lines that differ in dash and mark too. `description` is the alternative text.
"""

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any

from router.noise.review import Point, Review
from router.report.words import Words, is_empty, is_over, texts
from router.report.words.slos import by_budget, left, slo_name

Spec = dict[str, Any]
SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
FONT = "Noto Sans, Noto Sans CJK JP, Noto Sans JP, Hiragino Sans, Yu Gothic UI, Meiryo, DejaVu Sans, sans-serif"
"""Latin letters from the first of these that is there, Japanese ones from the first that has them."""
WIDTH = 360
HEIGHT = 220
ROW = 26
SLOS_SHOWN = 12
BLUE, VERMILION, GREEN, GREY = "#0072B2", "#D55E00", "#009E73", "#595959"
LOWEST = -1.0
"""A budget further overdrawn than this is drawn here; its number is told in the letter."""


def specs(review: Review, locale: str) -> Mapping[str, Spec]:
    """Return the charts by name: weeks, days, quiet, budgets; those without anything to show are left out.

    Pure. Every spec carries its data, its size, its title and its alternative text ("description").
    """
    words = texts(locale)
    if is_empty(review):
        return {}
    drawn = {
        "weeks": _wolves(review.weeks, words, "weeks"),
        "days": _wolves(review.days, words, "days"),
        "quiet": _quiet(review.weeks, words),
        "budgets": _budgets(review, words),
    }
    return {name: spec for name, spec in drawn.items() if spec is not None}


def described(review: Review, locale: str) -> tuple[str, ...]:
    """Return what the chart of the weeks shows, in a sentence with its numbers, for those who do not see it."""
    spec = specs(review, locale).get("weeks")
    return (spec["description"],) if spec else ()


def series(points: Sequence[Point], words: Words) -> tuple[tuple[str, list[int]], ...]:
    """Return pages and wolves as two named rows of numbers."""
    return (
        (words.say("series_pages"), [point.pages for point in points]),
        (words.say("series_wolves"), [point.wolves for point in points]),
    )


def labels(points: Sequence[Point], words: Words) -> list[str]:
    """Return the days of the points as an axis shows them."""
    return [words.short_day(point.day) for point in points]


def _wolves(points: Sequence[Point], words: Words, name: str) -> Spec | None:
    """Draw pages and wolves over weeks or days; nothing where there is only one point and nothing in it."""
    if not any(point.pages or point.wolves for point in points):
        return None
    axis = "axis_week" if name == "weeks" else "axis_day"
    return _lines(points, series(points, words), words, (f"chart_{name}", axis, "axis_pages"), (BLUE, VERMILION))


def _quiet(points: Sequence[Point], words: Words) -> Spec | None:
    if not any(point.held or point.dropped for point in points):
        return None
    rows = (
        (words.say("series_held"), [point.held for point in points]),
        (words.say("series_dropped"), [point.dropped for point in points]),
    )
    return _lines(points, rows, words, ("chart_quiet", "axis_week", "axis_firings"), (GREEN, GREY))


def _lines(
    points: Sequence[Point],
    rows: Sequence[tuple[str, list[int]]],
    words: Words,
    named: tuple[str, str, str],
    colours: tuple[str, str],
) -> Spec:
    """Draw two rows of numbers as lines; `named` are the keys of the title and of both axes."""
    title, x, y = (words.say(key) for key in named)
    days = labels(points, words)
    names = [name for name, _ in rows]
    values = [
        {"day": day, "series": name, "count": number}
        for name, numbers in rows
        for day, number in zip(days, numbers, strict=True)
    ]
    scale = {"domain": names, "range": list(colours)}
    legend = {"title": None, "orient": "top", "symbolStrokeWidth": 2, "symbolSize": 80}
    return _framed(title, _alt(title, days, rows, words), HEIGHT) | {
        "data": {"values": values},
        "mark": {"type": "line", "strokeWidth": 2.5, "point": {"size": 45, "filled": True}},
        "encoding": {
            "x": {"field": "day", "type": "ordinal", "sort": None, "title": x, "axis": {"labelAngle": 0}},
            "y": {"field": "count", "type": "quantitative", "title": y, "axis": {"tickMinStep": 1, "format": ",d"}},
            "color": {"field": "series", "type": "nominal", "scale": scale, "legend": legend},
            "shape": {"field": "series", "type": "nominal", "scale": {"domain": names, "range": ["circle", "square"]}},
            "strokeDash": {
                "field": "series",
                "type": "nominal",
                "scale": {"domain": names, "range": [[1, 0], [5, 3]]},
                "legend": None,
            },
            "tooltip": [{"field": "day"}, {"field": "series"}, {"field": "count", "format": ",d"}],
        },
    }


def _alt(title: str, days: Sequence[str], rows: Sequence[tuple[str, list[int]]], words: Words) -> str:
    told = [
        words.say("alt_series", name=name, numbers=words.say("comma").join(f"{number:,}" for number in numbers))
        for name, numbers in rows
    ]
    joined = words.say("semicolon").join(told)
    return words.say("alt_counts", title=title, first=days[0], last=days[-1], series=joined)


def _budgets(review: Review, words: Words) -> Spec | None:
    """Draw what was left of each SLO's budget on Monday and in the end; lowest first, twelve at most."""
    shown = [slo for slo in by_budget(review) if left(slo) is not None][:SLOS_SHOWN]
    if not shown:
        return None
    title, end = words.say("chart_budgets"), words.say("series_end" if is_over(review) else "series_now")
    names = _unlike([slo_name(slo, 24) for slo in shown])
    both = [(name, _known(slo.budget_start), left(slo) or 0.0) for name, slo in zip(names, shown, strict=True)]
    told = [
        words.say("alt_budget", slo=name, start=words.share(start), end=words.share(now)) for name, start, now in both
    ]
    described = words.say("alt_budgets", title=title, list=words.list(told, SLOS_SHOWN))
    points = [
        {"slo": name, "when": when, "left": max(LOWEST, value), "share": words.share(value)}
        for name, start, now in both
        for when, value in ((words.say("series_start"), start), (end, now))
        if value is not None
    ]
    return _framed(title, described, 70 + ROW * len(shown)) | {
        "data": {"values": points},
        "encoding": {"y": {"field": "slo", "type": "nominal", "sort": None, "title": None}},
        "layer": _dumbbells(words, (words.say("series_start"), end)),
    }


def _dumbbells(words: Words, names: tuple[str, str]) -> list[Spec]:
    x = {"field": "left", "type": "quantitative", "title": words.say("axis_budget"), "axis": {"format": ".0%"}}
    scale = {"domain": list(names), "range": [GREY, BLUE]}
    legend = {"title": None, "orient": "top", "symbolType": "circle"}
    shapes = {"domain": list(names), "range": ["circle", "square"]}
    return [
        {"mark": {"type": "line", "color": GREY, "strokeWidth": 1.5}, "encoding": {"x": x, "detail": {"field": "slo"}}},
        {
            "mark": {"type": "point", "filled": True, "size": 70, "opacity": 1},
            "encoding": {
                "x": x,
                "color": {"field": "when", "type": "nominal", "scale": scale, "legend": legend},
                "shape": {"field": "when", "type": "nominal", "scale": shapes},
                "tooltip": [{"field": "slo"}, {"field": "when"}, {"field": "share"}],
            },
        },
        {
            "mark": {"type": "rule", "color": VERMILION, "strokeDash": [3, 3]},
            "encoding": {"x": {"datum": 0, "type": "quantitative"}, "y": {"value": 0}, "y2": {"value": "height"}},
        },
    ]


def _known(value: float | None) -> float | None:
    return value if value is not None and isfinite(value) else None


def _unlike(names: Sequence[str]) -> list[str]:
    """Return names of which no two are alike, because a chart draws equal names in one row."""
    seen: dict[str, int] = {}
    unlike = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        unlike.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return unlike


def _framed(title: str, described: str, height: int) -> Spec:
    """Return what all charts share: size, title, alternative text, light colours, fonts."""
    axis = {"labelFontSize": 11, "titleFontSize": 11, "titleFontWeight": "normal", "labelLimit": 130}
    return {
        "$schema": SCHEMA,
        "description": described,
        "title": {"text": title, "anchor": "start", "fontSize": 14},
        "width": WIDTH,
        "height": height,
        "autosize": {"type": "fit", "contains": "padding"},
        "background": "#ffffff",
        "padding": 8,
        "config": {
            "font": FONT,
            "view": {"stroke": None},
            "axis": axis | {"gridColor": "#e3e3e3", "domainColor": "#8a8a8a", "tickColor": "#8a8a8a"},
            "legend": {"labelFontSize": 11},
        },
    }
