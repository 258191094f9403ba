"""The charts: valid specs in both languages, the numbers of the review, readable on a phone, drawn for real."""

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from router.noise.review import Point
from router.report import charts
from router.report.charts import described, specs
from router.report.drawing import NoChartsError, png, svg
from tests.support.png import pixels_of, size_of
from tests.support.reviews import REVIEWS, WEEK, at, empty, retold, usual

LOCALES = ("en", "ja")
NAMES = ("weeks", "days", "quiet", "budgets")


def japanese_font() -> bool:
    listing = shutil.which("fc-list")
    return bool(listing and subprocess.run([listing, ":lang=ja"], capture_output=True, check=True).stdout)


def values(spec: dict[str, Any]) -> list[dict[str, Any]]:
    return spec["data"]["values"]


@pytest.mark.parametrize("locale", LOCALES)
def test_every_chart_is_there_with_title_size_and_alternative_text(locale: str) -> None:
    drawn = specs(usual(), locale)
    assert tuple(drawn) == NAMES
    for spec in drawn.values():
        assert spec["$schema"] == "https://vega.github.io/schema/vega-lite/v6.json"
        assert spec["width"] <= 360
        assert spec["title"]["text"] in spec["description"]
        assert json.loads(json.dumps(spec)) == spec, "plain JSON, as a browser gets it"
        assert "url" not in spec["data"]


def test_the_chart_of_the_weeks_holds_the_numbers_of_the_review() -> None:
    review = usual()
    shown = [(each["series"], each["count"]) for each in values(specs(review, "en")["weeks"])]
    assert shown == [("Pages", point.pages) for point in review.weeks] + [
        ("Wolves", point.wolves) for point in review.weeks
    ]
    assert [each["day"] for each in values(specs(review, "ja")["weeks"])][:2] == ["8/17", "8/24"]


def test_the_alternative_text_says_the_numbers() -> None:
    assert described(usual(), "en") == (
        "Pages and wolves per week, 17 Aug to 5 Oct: Pages 31, 28, 30, 26, 27, 24, 25, 22;"
        " Wolves 19, 18, 17, 15, 16, 13, 14, 9.",
    )
    assert described(usual(), "ja") == (
        "週ごとのページと狼（8/17〜10/5）：ページ 31、28、30、26、27、24、25、22；狼 19、18、17、15、16、13、14、9。",
    )
    assert described(empty(), "en") == ()


def test_budgets_are_drawn_lowest_first_from_monday_to_the_end() -> None:
    shown = [(each["slo"], each["when"], each["share"]) for each in values(specs(usual(), "en")["budgets"])]
    assert shown[:4] == [
        ("Login availability", "Monday", "1%"),
        ("Login availability", "End of week", "-2%"),
        ("Checkout availability", "Monday", "27%"),
        ("Checkout availability", "End of week", "18%"),
    ]
    so_far = values(specs(usual(as_of=at(3, 0)), "en")["budgets"])
    assert {each["when"] for each in so_far} == {"Monday", "Now"}


def test_slos_of_one_name_stay_apart_and_a_deep_debt_stays_in_the_picture() -> None:
    slos = tuple(replace(slo, title="Same", budget_end=-40.0) for slo in usual().slos)
    drawn = values(specs(usual(slos=slos), "en")["budgets"])
    assert {each["slo"] for each in drawn} == {"Same", "Same (2)", "Same (3)"}
    assert min(each["left"] for each in drawn) == -1.0
    assert "-4000%" in {each["share"] for each in drawn}


def test_what_has_nothing_to_show_is_not_drawn() -> None:
    assert specs(empty(), "en") == {}
    silent = tuple(replace(point, pages=0, wolves=0, held=0, dropped=0) for point in usual().weeks)
    assert set(specs(usual(weeks=silent, days=(), slos=()), "en")) == set()


def test_colours_are_of_the_palette_for_the_colour_blind() -> None:
    """Okabe and Ito; and what differs in colour differs in dash or mark as well."""
    used = str(specs(usual(), "en"))
    assert {charts.BLUE, charts.VERMILION, charts.GREEN} == {"#0072B2", "#D55E00", "#009E73"}
    assert all(colour in used for colour in (charts.BLUE, charts.VERMILION, charts.GREEN))
    for name in ("weeks", "days", "quiet"):
        assert {"strokeDash", "shape"} <= set(specs(usual(), "en")[name]["encoding"])


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("name", NAMES)
def test_a_chart_is_drawn(name: str, locale: str) -> None:
    spec = specs(usual(), locale)[name]
    drawn, picture = svg(spec).decode(), png(spec)
    assert drawn.startswith("<svg")
    assert spec["title"]["text"] in drawn
    assert "http" not in drawn.replace("http://www.w3.org/", ""), "it asks no other host for anything"
    assert size_of(picture) == (720, 2 * spec["height"])


@pytest.mark.parametrize("locale", LOCALES)
def test_colours_reach_the_picture(locale: str) -> None:
    pixels = set(pixels_of(png(specs(usual(), locale)["weeks"])))
    assert {bytes((0x00, 0x72, 0xB2)), bytes((0xD5, 0x5E, 0x00)), b"\xff\xff\xff"} <= pixels


@pytest.mark.skipif(not japanese_font(), reason="no Japanese font: apt-get install fonts-noto-cjk")
def test_japanese_letters_are_drawn_as_letters() -> None:
    """Boxes in place of letters would all look alike."""
    spec = specs(usual(), "ja")["weeks"]
    titled = [png({**spec, "title": {**spec["title"], "text": text}}) for text in ("狼狼狼狼", "週毎狼群", "週週週週")]
    assert len(set(titled)) == 3


@pytest.mark.parametrize("name", REVIEWS)
def test_names_of_others_break_no_chart(name: str) -> None:
    for spec in specs(REVIEWS[name](), "en").values():
        drawn = svg(spec).decode()
        assert "<!channel>" not in drawn
        assert "\x1b" not in drawn


@given(text=st.text(max_size=30), number=st.one_of(st.floats(), st.none()), count=st.integers(0, 10**12))
@settings(max_examples=50, deadline=None)
def test_every_spec_is_plain_json(text: str, number: float | None, count: int) -> None:
    review = retold(usual(), text)
    slos = tuple(replace(slo, budget_start=number, budget_end=number) for slo in review.slos)
    weeks = tuple(Point(WEEK.monday - timedelta(7 * back), count, count, count, count, count) for back in range(8))
    for spec in specs(replace(review, slos=slos, weeks=weeks), "ja").values():
        json.dumps(spec, allow_nan=False).encode("utf-8", "strict")


def test_a_spec_that_is_none_is_refused_with_the_reason() -> None:
    with pytest.raises(NoChartsError, match="a chart cannot be drawn: "):
        svg({"mark": 7})


def test_without_the_extra_the_error_names_it() -> None:
    """In a process of its own, where vl-convert cannot be imported; nothing else of the report needs it."""
    program = (
        "import sys; sys.modules['vl_convert'] = None\n"
        "from router.report import charts, text, words\n"
        "from router.report.drawing import NoChartsError, svg\n"
        "try:\n    svg({})\nexcept NoChartsError as error:\n    print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True)
    assert done.stdout == "charts cannot be drawn: pip install 'slo-alert-router[charts]'\n"
