"""The pages of the weekly meeting: what they say, in which language, and what they answer where there is nothing."""

import re
from dataclasses import replace
from html import unescape
from time import process_time

import pytest

from router.errors import UnavailableError
from router.report import words
from router.report.charts import specs
from router.web.pages import html
from router.web.pages.asked import Asked
from router.web.pages.html import Choice
from tests.support.door import config_of, open_door
from tests.support.pages import (
    DISK_RULE,
    EMPTY,
    REVIEW,
    START,
    SVG,
    WEEK,
    Table,
    firing,
)
from tests.support.pages_door import open_pages

CHARTS = {f"{name}.{locale}.svg": SVG for name in ("weeks", "days", "budgets", "quiet") for locale in ("en", "ja")}
SRE = replace(REVIEW, team="sre", teams=REVIEW.teams[:1])
EARLIER = replace(REVIEW, week="2026-W46")
REASON = "an SLO that covers it burned at page level."
TAG = re.compile(r"<[^>]+>")


def table(**more: object) -> Table:
    """A desk with two weeks and a team."""
    reviews = {(WEEK.name, ""): REVIEW, (WEEK.name, "sre"): SRE, ("2026-W46", ""): EARLIER}
    usual = {"reviews": reviews, "recorded": [firing(number) for number in range(5)], "charts": CHARTS}
    return Table(**(usual | more))  # type: ignore[arg-type]


def text_of(page: str) -> str:
    """What a reader sees of a page, with the report's backquotes around code."""
    return " ".join(unescape(TAG.sub(" ", re.sub("</?code>", "`", page))).split())


@pytest.mark.parametrize("locale", ["en", "ja"])
async def test_review_says_everything_of_the_week_with_what_to_do(locale):
    """Every line of the report's words stands on the page, and behind each its next step; in both languages."""
    async with open_pages(table()) as reader:
        status, page = await reader.get(f"/review?lang={locale}")
    assert status == 200
    assert f'<html lang="{locale}">' in page
    seen = text_of(page)
    said = words.texts(locale)
    assert words.headline(REVIEW, locale) in seen
    for part in words.parts(REVIEW, locale):
        for line in part.lines:
            assert " ".join(line.text.split()) in seen
            assert " ".join(line.step(said).split()) in seen
    assert page.index('id="missed"') < page.index('id="summary"') < page.index('id="wolves"')
    for name, spec in specs(REVIEW, locale).items():
        assert f'src="/assets/charts/2026-W47/{name}.svg?lang={locale}" alt="{spec["description"]}"' in page


async def test_locale_is_the_configurations_unless_asked_otherwise():
    async with open_pages(table(), replace(config_of(), locale="ja-JP")) as reader:
        assert '<html lang="ja">' in (await reader.get("/review"))[1]
        assert '<html lang="en">' in (await reader.get("/review?lang=en"))[1]
        assert '<html lang="ja">' in (await reader.get("/review?lang=xx"))[1]


async def test_only_rules_that_may_be_accused_are_named_as_wolves():
    """False accusation is the worst defect: the badge stands beside accused rules alone."""
    async with open_pages(table()) as reader:
        page = (await reader.get("/wolves"))[1]
    rows = re.findall(r'<tr role="row">\n<th scope="row".*?</tr>', page, re.S)
    badged = [row for row in rows if 'class="badge"' in row]
    assert len(rows) == len(REVIEW.rules)
    assert [next(rule.rule for rule in REVIEW.rules if rule.rule in row) for row in badged] == [
        rule.rule for rule in REVIEW.wolves
    ]


async def test_week_and_team_are_chosen():
    async with open_pages(table()) as reader:
        page = (await reader.get("/review?week=2026-w46"))[1]
        assert "<option selected>2026-W46</option>" in page
        assert 'href="/review?week=2026-W47">Next week' in page
        page = (await reader.get("/review?team=sre&lang=en"))[1]
        assert '<option value="sre" selected>' in page
        assert "/assets/charts/2026-W47/sre/weeks.svg?lang=en" in page
        assert (await reader.get("/assets/charts/2026-W47/sre/weeks.svg?lang=en"))[1] == SVG.decode()


SORTS = {
    "worst-first": ("", ["DiskAlmostFull", "CPUThrottling", "BatchLate", "HighErrorRate"]),
    "name": ("rule", ["BatchLate", "CPUThrottling", "DiskAlmostFull", "HighErrorRate"]),
    "name-back": ("-rule", ["HighErrorRate", "DiskAlmostFull", "CPUThrottling", "BatchLate"]),
    "pages": ("pages", ["DiskAlmostFull", "BatchLate", "HighErrorRate", "CPUThrottling"]),
    "precision": ("precision", ["CPUThrottling", "DiskAlmostFull", "HighErrorRate", "BatchLate"]),
    "precision-back": ("-precision", ["HighErrorRate", "DiskAlmostFull", "CPUThrottling", "BatchLate"]),
    "trend": ("trend", ["DiskAlmostFull", "BatchLate", "HighErrorRate", "CPUThrottling"]),
    "unknown": ("labels", ["DiskAlmostFull", "CPUThrottling", "BatchLate", "HighErrorRate"]),
}


@pytest.mark.parametrize(("sort", "order"), SORTS.values(), ids=SORTS)
async def test_ranking_is_ordered_by_any_column(sort, order):
    """What cannot be said stands last, whichever way; the head of the column says how it is ordered."""
    async with open_pages(table()) as reader:
        page = (await reader.get(f"/wolves?sort={sort}"))[1]
        twin = (await reader.get(f"/api/v1/wolves?sort={sort}"))[1]
    assert re.findall(r'<a href="/wolves/alertmanager/(\w+)"', page) == order
    assert re.findall(r'"rule":"(\w+)"', twin) == order
    said = re.findall(r'aria-sort="(ascending|descending)"', page)
    assert len(said) == (1 if sort not in ("", "labels") else 0)


async def test_rule_page_shows_its_numbers_proposals_and_every_firing():
    async with open_pages(table()) as reader:
        status, page = await reader.get("/wolves/alertmanager/DiskAlmostFull")
    seen = text_of(page)
    assert status == 200
    for proposal in DISK_RULE.proposals:
        assert " ".join(words.proposed(proposal, "en", "Asia/Tokyo").split()) in seen
    assert page.count('datetime="2026-11-15T') == 5 * 3, "began, told, acknowledged, five times"
    for said in (
        "db-4",
        "U0SATO",
        "not actionable",
        "Checkout availability: no threat",
        "E-7KQ2M",
        "wrong threshold",
        "until 16 November 00:05 (5 min)",
        REASON,
    ):
        assert said in seen
    assert 'href="https://guides.example.com/disk"' in page


async def test_firings_of_one_instant_are_not_torn_between_pages():
    """Eighty instances that began together stay together, and every firing is shown once."""
    storm = [firing(3, fingerprint=f"s{number}", incident=f"I-{number:03d}") for number in range(80)]
    others = [firing(number, incident=f"I-{100 + number}") for number in (0, 1, 2, 4, 5)]
    async with open_pages(table(recorded=[*others, *storm])) as reader:
        found, path = [], "/wolves/alertmanager/DiskAlmostFull"
        while path:
            page = (await reader.get(path))[1]
            found += re.findall(r"I-\d{3}", page)
            older = re.search(r'rel="next" href="([^"]+)">Older', page)
            path = unescape(older[1]) if older else ""
    assert len(found) == 85
    assert set(found) == {*(f"I-{number:03d}" for number in range(80)), "I-100", "I-101", "I-102", "I-104", "I-105"}


NOT_THERE = {
    "week-that-is-none": ("/review?week=last", "write year and ISO week number"),
    "week-53": ("/review?week=2026-W60", "write year and ISO week number"),
    "unknown-week": ("/review?week=2019-W01", "from 2026-W46 to 2026-W47"),
    "unknown-team": ("/review?team=nobody", "name is that of a receiver"),
    "unknown-rule": ("/wolves/alertmanager/Nobody", "No firing of this rule"),
    "unknown-file": ("/assets/passwd", "no such page"),
    "unknown-chart": ("/assets/charts/2026-W47/secret.svg", "no such chart"),
    "unknown-specification": ("/assets/charts/2026-W47/secret.json", "no such chart"),
    "csv-of-an-unknown-week": ("/review.csv?week=2019-W01", "from 2026-W46"),
}


@pytest.mark.parametrize(("path", "says"), NOT_THERE.values(), ids=NOT_THERE)
async def test_what_is_not_there_is_said_in_words(path, says):
    async with open_pages(table()) as reader:
        status, page = await reader.get(path)
    assert status == 404
    assert says in unescape(page)


async def test_a_team_without_a_review_yet_is_told_that_there_is_nothing():
    """db is configured, and nothing is recorded of it in the week."""
    async with open_pages(table()) as reader:
        status, page = await reader.get("/review?team=db")
    assert (status, "Nothing to review yet" in page) == (200, True)


@pytest.mark.parametrize("path", ["/review", "/wolves"])
async def test_before_anything_is_recorded_it_says_what_to_do(path):
    async with open_pages(Table()) as reader:
        status, page = await reader.get(path)
    assert status == 200
    assert page.count("<li>") == 3


async def test_a_week_without_firings_is_a_page_too():
    async with open_pages(Table(reviews={(WEEK.name, ""): EMPTY})) as reader:
        assert words.headline(EMPTY, "en") in text_of((await reader.get("/review"))[1])
        assert "No alert fired in this week." in (await reader.get("/wolves"))[1]


async def test_a_review_that_is_being_computed_is_said_to_be():
    """503 with Retry-After, and the page asks again by itself."""
    waiting = table()
    waiting.open.clear()
    async with open_pages(waiting, within_s=0.02) as reader:
        answer, page = await reader.open("/review")
        assert (answer.status, answer.headers["Retry-After"]) == (503, "5")
        assert b'http-equiv="refresh"' in page
        assert b"being computed" in page
        assert (await reader.get("/api/v1/review"))[0] == 503
        waiting.open.set()
        assert (await reader.get("/review"))[0] == 200


async def test_history_that_cannot_be_read_is_said_in_words():
    async with open_pages(table(failure=UnavailableError("redis is away"))) as reader:
        answer, page = await reader.open("/wolves")
        status, told = await reader.get("/api/v1/wolves")
    assert (status, "history cannot be read now" in told) == (503, True)
    assert (answer.status, answer.headers["Retry-After"]) == (503, "5")
    assert b"cannot be read now" in page
    assert b"redis" not in page


async def test_without_a_desk_there_are_no_pages():
    async with open_door() as house, house.client.get(house.url + "/review") as answer:
        assert answer.status == 404
        assert "No reviews are made here." in await answer.text()


async def test_the_start_page_leads_to_the_review():
    async with open_pages(table()) as reader:
        answer, _ = await reader.open("/")
    assert (answer.status, answer.headers["Location"]) == (302, "/review")


def test_two_hundred_rules_are_drawn_in_50_ms():
    """CPU of this process; the best of five, so that a busy machine does not speak for us."""
    many = replace(REVIEW, rules=tuple(replace(DISK_RULE, rule=f"Rule{number}") for number in range(200)))
    html.environment()
    draw = lambda: html.wolves(many, Asked("en"), Choice(["2026-W47"], ["sre"]))  # noqa: E731
    times = []
    for _ in range(5):
        began = process_time()
        page = draw()
        times.append(process_time() - began)
    assert page.count(b"<tr") == 201
    assert min(times) <= 0.05


def test_start_of_the_week_is_monday_in_tokyo():
    """The table of the tests themselves: 2026-11-16 00:00 +09:00."""
    assert START == 1_794_754_800.0


def test_both_languages_say_the_same_things_and_nothing_is_left_over():
    """Every label, problem and code stands in both, and is used by a page."""
    from pathlib import Path

    from router.gate import Outcome, Reason
    from router.noise.values import Mark
    from router.slo.verdict import Verdict
    from router.web.pages import english, japanese
    from router.web.pages.texts import texts

    folder = Path(english.__file__).parent
    sources = [each for each in folder.rglob("*") if each.suffix in (".py", ".j2")]
    used = "".join(each.read_text() for each in sources if each.name not in ("english.py", "japanese.py"))
    for name in ("LABELS", "PROBLEMS", "CODES", "REASONS"):
        assert set(getattr(english, name)) == set(getattr(japanese, name))
    assert [name for name in (*english.LABELS, *english.PROBLEMS) if not re.search(rf"[\"']{name}[\"']", used)] == []
    for locale in ("en", "ja"):
        said = texts(locale)
        assert all(reason in said.reasons for reason in Reason)
        assert all(code in said.codes for code in (*Outcome, *Verdict, *Mark))
