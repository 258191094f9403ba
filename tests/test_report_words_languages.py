"""The two languages of the report say the same: the same sentences, with the same facts, and none unused."""

import re
import string
from pathlib import Path

import pytest

from router.noise.review import Remedy
from router.report.words.english import ENGLISH
from router.report.words.japanese import JAPANESE

FOLDER = Path(__file__).parents[1] / "router"
PARTS = ("report", "slack/weekly", "web/pages")
LANGUAGE = re.compile("english|japanese")
BUILT = {f"{kind}_{remedy}" for kind in ("act", "with", "short") for remedy in Remedy} | {
    f"month_{number}" for number in range(1, 13)
}
BUILT |= {"with_map_any", "short_map_any", "chart_weeks", "chart_days"}
"""Keys that the code puts together."""
LOOSE = {
    "day", "short_day", "month", "span", "span_months", "span_year", "would_remove", "review_rules", "push_low",
    "fact_guide",
}  # fmt: skip
"""Sentences in which one language needs a fact that the other leaves out."""


def facts(text: str | tuple[str, str]) -> set[str]:
    many = text if isinstance(text, str) else text[1]
    return {name for _, name, _, _ in string.Formatter().parse(many) if name}


def test_both_languages_have_every_sentence() -> None:
    assert set(ENGLISH) == set(JAPANESE)


@pytest.mark.parametrize("key", sorted(set(ENGLISH) - LOOSE))
def test_a_sentence_tells_the_same_facts_in_both_languages(key: str) -> None:
    assert facts(ENGLISH[key]) == facts(JAPANESE[key])


@pytest.mark.parametrize("texts", [ENGLISH, JAPANESE], ids=["en", "ja"])
def test_one_and_many_tell_the_same_facts(texts: dict[str, str | tuple[str, str]]) -> None:
    """One may leave the number out ("the only page"), and nothing else."""
    for key, text in texts.items():
        if isinstance(text, tuple):
            assert facts(text[1]) - facts(text[0]) <= {"n"}, key
            assert facts(text[0]) <= facts(text[1]), key


def test_every_sentence_is_said_somewhere() -> None:
    files = [path for part in PARTS for path in (FOLDER / part).rglob("*.py")]
    code = "".join(path.read_text(encoding="utf-8") for path in files if not LANGUAGE.search(path.name))
    assert [key for key in ENGLISH if f'"{key}"' not in code and key not in BUILT] == []


def test_japanese_has_no_space_before_its_own_punctuation() -> None:
    for key, text in JAPANESE.items():
        for each in (text,) if isinstance(text, str) else text:
            assert not re.search(" [：。、（）]|[：。、（]  ?", each.replace("」 ", "」")), (key, each)
