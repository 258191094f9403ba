"""Names of others are harmless in the weekly report: no mention, no foreign link, never an invalid message."""

import re
from dataclasses import replace
from datetime import date
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from router.noise.review import Counts, Effect, Point, Proposal, Remedy, Review
from router.slack.message import Message
from router.slack.weekly import thread, weekly
from router.testing.blocks import check_blocks, objects_of
from router.testing.lint import lint
from tests.support.reviews import ADDRESS, REVIEWS, retold, rule, usual
from tests.support.slack_limits import problems
from tests.test_slack_render_safety import HUGE, NASTY, URLS

LOCALES = st.sampled_from(["en", "ja"])
CHARTS = st.one_of(st.sampled_from(["block", None, "F0123ABCDE"]), URLS)
COUNTS = st.integers(0, 10**12)
COUNTED = ("firings", "told", "wolves", "caught_wolves", "ignored", "misses")


def wrong(messages: list[Message]) -> list[object]:
    """Whatever Slack, the lint or our own checker has against the messages."""
    found: list[object] = []
    for each in messages:
        found += [*problems(each.text, each.blocks), *check_blocks(each.blocks)]
        found += lint({"text": each.text, "blocks": each.blocks}, frozenset())
    return found


def drawn(review: Review, locale: str, url: str = ADDRESS, chart: str | None = "block") -> list[Message]:
    return [weekly(review, locale, url=url, chart=chart), *thread(review, locale, url=url)]


def hosts(messages: list[Message]) -> set[str | None]:
    """Every host that a click or a picture leads to."""
    found = [each for message in messages for _, each in objects_of(message.blocks)]
    marked = [message.text for message in messages] + [each["text"] for each in found if each.get("type") == "mrkdwn"]
    live = [link for text in marked for link in re.findall(r"<(https?://[^|>]*)", text)]
    links = [each[key] for each in found for key in ("url", "image_url") if key in each]
    return {urlsplit(link).hostname for link in (*live, *links)}


@given(text=HUGE, locale=LOCALES, name=st.sampled_from(sorted(REVIEWS)))
@settings(max_examples=40, deadline=None)
def test_no_name_mentions_links_or_breaks_anything(text: str, locale: str, name: str) -> None:
    """Every name of the review holds the same hostile text at once."""
    messages = drawn(retold(REVIEWS[name](), text), locale)
    assert wrong(messages) == []
    assert hosts(messages) <= {"router.example.com"}
    assert "xoxb-123456" not in str(messages)


@given(url=URLS, chart=CHARTS, locale=LOCALES)
@settings(max_examples=100, deadline=None)
def test_no_address_breaks_the_message(url: str, chart: str | None, locale: str) -> None:
    assert wrong([weekly(usual(), locale, url=url, chart=chart)]) == []


@given(
    counts=st.builds(Counts, **dict.fromkeys(COUNTED, COUNTS)),
    pages=COUNTS, wolves=COUNTS, number=st.one_of(st.floats(), st.none()), as_of=st.floats(), locale=LOCALES,
)  # fmt: skip
@settings(max_examples=60, deadline=None)
def test_no_number_breaks_a_message(
    counts: Counts, pages: int, wolves: int, number: float | None, as_of: float, locale: str
) -> None:  # fmt: skip
    weeks = tuple(Point(date(2026, 1, 5 + day), pages, wolves, pages, wolves, pages) for day in range(8))
    slos = tuple(replace(slo, budget_start=number, budget_end=number, lead_median_s=number) for slo in usual().slos)
    heavy = rule("Heavy", counts=counts, before=counts, duration_median_s=number)
    review = usual(counts=counts, pages=pages, wolf_pages=wolves, weeks=weeks, slos=slos, rules=(heavy,), as_of=as_of)
    assert wrong(drawn(review, locale)) == []


@given(rules=st.integers(0, 60), slos=st.integers(0, 60), teams=st.integers(0, 40), text=NASTY, locale=LOCALES)
@settings(max_examples=40, deadline=None)
def test_no_amount_breaks_a_message(rules: int, slos: int, teams: int, text: str, locale: str) -> None:
    review = retold(usual(), text * 20)
    many = usual(
        rules=review.rules[:1] * rules, slos=review.slos[:1] * slos, misses=review.misses * slos,
        gaps=review.gaps * slos, postmortems=review.postmortems * slos, quiet=review.quiet * rules,
        teams=tuple(replace(team, name=f"{number}{team.name}") for number in range(teams) for team in review.teams[:1]),
    )  # fmt: skip
    messages = drawn(many, locale)
    assert wrong(messages) == []
    assert len(messages) <= 40


@given(remedy=st.sampled_from(Remedy), value=HUGE, numbers=st.lists(COUNTS, min_size=5, max_size=5), locale=LOCALES)
@settings(max_examples=60, deadline=None)
def test_no_proposal_breaks_a_message(remedy: Remedy, value: str, numbers: list[int], locale: str) -> None:
    """Its sentence is the one place with code in it, which Slack reads as markup."""
    effect = Effect(*numbers, float(numbers[0]))
    proposed = rule("Noisy", proposals=(Proposal(remedy, effect, effect, 0.0, value),), counts=Counts(told=3, wolves=3))
    messages = drawn(usual(rules=(proposed,)), locale)
    assert wrong(messages) == []
    assert hosts(messages) <= {"router.example.com"}


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "https://user:secret@evil.example", "//evil.example", "ftp://x.example"]
)
def test_an_address_that_is_none_makes_no_button(url: str) -> None:
    assert hosts([weekly(usual(), "en", url=url)]) == set()
