"""The report in a terminal: golden renderings, widths by what the eye sees, colour only when asked for.

UPDATE_GOLDEN=1 rewrites tests/golden/report/*.txt.
"""

import os
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from router.report.text import as_text
from router.report.wrapping import clip, wrapped
from tests.support.reviews import REVIEWS, usual

GOLDEN = Path(__file__).parent / "golden" / "report"
LOCALES = ("en", "ja")
ANSI = re.compile(r"\x1b\[[0-9;]*m")


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("name", ["usual", "shortest", "hostile"])
def test_the_report_reads_as_agreed(name: str, locale: str) -> None:
    path, now = GOLDEN / f"{name}.{locale}.txt", as_text(REVIEWS[name](), locale)
    if os.environ.get("UPDATE_GOLDEN"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(now, encoding="utf-8")
    assert now == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("width", [1, 40, 63, 100, 200])
@pytest.mark.parametrize("name", REVIEWS)
def test_no_line_is_wider_than_the_terminal(name: str, width: int, locale: str) -> None:
    """Japanese letters take two cells; below 40 cells nothing could be read, so they are the least."""
    lines = as_text(REVIEWS[name](), locale, width).splitlines()
    assert max(map(cell_len, lines)) <= max(40, width)
    assert all(line.isprintable() and line == line.rstrip() for line in lines)


def test_colour_only_where_it_is_asked_for() -> None:
    plain, coloured = as_text(usual(), "en"), as_text(usual(), "en", colour=True)
    assert "\x1b" not in plain
    assert ANSI.sub("", coloured) == plain
    assert "\x1b[36m  → Next" in coloured


def test_the_table_gives_its_proposals_up_before_its_names() -> None:
    assert "split by namespace=batch (" in as_text(usual(), "en", 100)
    narrow = as_text(usual(), "en", 60)
    assert "Proposal" not in narrow
    assert "DiskAlmostFull  6 " in narrow


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("a bc def", 5, ["a bc", "def"]),
        ("abcdefgh", 3, ["abc", "def", "gh"]),
        ("漢字かな", 4, ["漢字", "かな"]),
        ("漢字。", 4, ["漢", "字。"]),
        ("あ「い」", 6, ["あ", "「い」"]),
        ("", 10, [""]),
    ],
    ids=["words", "a long word", "Japanese", "no line begins with 。", "nor ends with 「", "nothing"],
)
def test_lines_break_where_people_break_them(text: str, width: int, lines: list[str]) -> None:
    assert wrapped(text, width) == lines


@given(text=st.text(max_size=80), width=st.integers(2, 40))
@settings(max_examples=200, deadline=None)
def test_wrapping_loses_no_letter(text: str, width: int) -> None:
    plain = " ".join(text.split())
    lines = wrapped(plain, width)
    assert "".join(lines).replace(" ", "") == plain.replace(" ", "")
    assert all(cell_len(line) <= width for line in lines)


@given(text=st.text(st.characters(categories=["L", "N", "P"]), max_size=30), width=st.integers(1, 20))
@settings(max_examples=100, deadline=None)
def test_clipping_fills_the_width_exactly(text: str, width: int) -> None:
    assert cell_len(clip(text, width)) == width
