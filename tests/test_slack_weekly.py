"""The weekly report in Slack: golden renderings of every size in both languages, each taken by Slack.

UPDATE_GOLDEN=1 rewrites tests/golden/slack/weekly/*.json.
"""

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from router.noise.review import Review
from router.slack.drawing import draw
from router.slack.message import Block, Message
from router.slack.weekly import thread, weekly
from router.testing.blocks import check_blocks, text_length
from router.testing.lint import lint
from tests.support.reviews import ADDRESS, DISK, ERRORS, PLATFORM, REVIEWS, SRE, at, empty, rule, usual
from tests.support.slack_limits import GLUED_BOLD, problems, strings
from tests.test_slack_validators import SCHEMA, refusals

GOLDEN = Path(__file__).parent / "golden" / "slack" / "weekly"
LOCALES = ("en", "ja")
CHARTS = {"block": "block", "file": "F0123ABCDE", "picture": "https://router.example.com/c.png?a=1&b=2", "none": None}
PICTURE = jsonschema.Draft7Validator({**SCHEMA, "$ref": "#/definitions/ImageBlock"})


def messages(name: str, locale: str, chart: str | None = "block") -> list[Message]:
    review = REVIEWS[name]()
    return [weekly(review, locale, url=ADDRESS, chart=chart), *thread(review, locale, url=ADDRESS)]


def kinds(message: Message) -> list[str]:
    return [block["type"] for block in message.blocks]


def words_of(message: Message) -> str:
    return "\n".join(strings(message.blocks))


def only(message: Message, kind: str) -> Block:
    (found,) = [block for block in message.blocks if block["type"] == kind]
    return found


@pytest.mark.parametrize("name", REVIEWS)
def test_the_report_looks_as_agreed(name: str) -> None:
    """The message with every kind of chart, and its thread."""
    now = {
        locale: {
            "charts": {chart: as_json(messages(name, locale, CHARTS[chart])[0]) for chart in ("file", "none")},
            "messages": [as_json(each) for each in messages(name, locale)],
        }
        for locale in LOCALES
    }
    path = GOLDEN / f"{name}.json"
    if os.environ.get("UPDATE_GOLDEN"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(now, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    assert now == json.loads(path.read_text(encoding="utf-8"))


def as_json(message: Message) -> dict[str, Any]:
    return {"text": message.text, "blocks": message.blocks}


def test_every_golden_file_is_drawn_by_a_test() -> None:
    assert {path.stem for path in GOLDEN.glob("*.json")} == set(REVIEWS)


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("chart", CHARTS)
@pytest.mark.parametrize("name", REVIEWS)
def test_slack_takes_every_message(name: str, chart: str, locale: str) -> None:
    """Our own checker, the stand-in and its lint accept it: no live mention, 9,000 characters, 40 blocks."""
    for message in messages(name, locale, CHARTS[chart]):
        assert problems(message.text, message.blocks) == []
        assert check_blocks(message.blocks) == []
        assert list(lint({"text": message.text, "blocks": message.blocks}, frozenset())) == []
        assert text_length(message.blocks) <= 9_000


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("name", REVIEWS)
def test_slacks_own_types_know_every_block(name: str, locale: str) -> None:
    """Of charts they know nothing yet; the stand-in and our own checker do."""
    for chart in CHARTS.values():
        for message in messages(name, locale, chart):
            for block in message.blocks:
                if block["type"] == "image":
                    assert list(PICTURE.iter_errors(block)) == []
                elif block["type"] != "data_visualization":
                    assert refusals(block) == [], block


def test_slacks_types_still_know_no_chart() -> None:
    """Once they do, charts are to be checked by them as well."""
    assert not [name for name in SCHEMA["definitions"] if "Visual" in name or "Chart" in name]


@pytest.mark.parametrize("name", REVIEWS)
def test_japanese_is_set_as_slack_shows_it(name: str) -> None:
    """No bold glued to letters, no space before a full-width sign of ours."""
    for message in messages(name, "ja"):
        assert [text for text in strings(message.blocks) if GLUED_BOLD.search(text)] == []
        if name != "hostile":
            assert [text for text in [message.text, *strings(message.blocks)] if " ：" in text or " 。" in text] == []


@pytest.mark.parametrize("locale", LOCALES)
def test_the_message_is_read_in_a_minute(locale: str) -> None:
    """Headline, a few lines, chart, one table, budgets, quiet hours, buttons: no more than fits two screens."""
    message = weekly(usual(), locale, url=ADDRESS, chart="block")
    assert kinds(message)[0] == "header"
    assert kinds(message)[-2:] == ["actions", "context"]
    assert kinds(message).count("table") == kinds(message).count("data_visualization") == 1
    assert text_length(message.blocks) <= 3_400
    assert len(message.blocks) <= 26


def test_the_text_is_the_whole_message_in_sentences() -> None:
    text = weekly(usual(), "en").text
    assert text.startswith("Wolf report, 5 to 11 October: 9 of 22 pages were wolves (41%), down from 56%.")
    assert "<" not in text
    assert len(text) <= 300


@pytest.mark.parametrize("locale", LOCALES)
def test_an_empty_week_is_one_sentence_without_a_chart(locale: str) -> None:
    for chart in CHARTS.values():
        message = weekly(empty(), locale, url=ADDRESS, chart=chart)
        assert kinds(message) == ["section"]
        assert message.blocks[0]["text"]["text"] == message.text
    assert thread(empty(), locale) == ()


def test_the_chart_is_native_a_file_a_picture_or_none() -> None:
    chart = only(weekly(usual(), "ja", chart="block"), "data_visualization")["chart"]
    assert [each["name"] for each in chart["series"]] == ["ページ", "狼"]
    assert [point["value"] for point in chart["series"][0]["data"]] == [31, 28, 30, 26, 27, 24, 25, 22]
    assert chart["axis_config"]["categories"] == ["8/17", "8/24", "8/31", "9/7", "9/14", "9/21", "9/28", "10/5"]
    file, linked = (only(weekly(usual(), "en", chart=CHARTS[name]), "image") for name in ("file", "picture"))
    assert file["slack_file"] == {"id": "F0123ABCDE"}
    assert linked["image_url"] == CHARTS["picture"]
    assert "Pages 31, 28, 30, 26, 27, 24, 25, 22; Wolves 19," in file["alt_text"]


@pytest.mark.parametrize("chart", [None, "", "F1", "javascript:alert(1)", "ftp://x.example/a.png"])
def test_a_chart_that_is_none_is_left_out(chart: str | None) -> None:
    assert not {"image", "data_visualization"} & set(kinds(weekly(usual(), "en", chart=chart)))


def test_buttons_only_where_the_router_has_an_address() -> None:
    row = only(weekly(usual(team="sre"), "en", url=ADDRESS + "/"), "actions")["elements"]
    assert [(each["text"]["text"], each["url"]) for each in row] == [
        ("Review 3 rules", f"{ADDRESS}/review?week=2026-W41&team=sre"),
        ("Download CSV", f"{ADDRESS}/review.csv?week=2026-W41&team=sre"),
    ]
    assert all("value" not in each for each in row)
    for url in ("", "not an address"):
        assert "actions" not in kinds(weekly(usual(), "en", url=url))
    assert "Review 1 rule" in words_of(weekly(usual(rules=(DISK,)), "en", url=ADDRESS))
    assert "Open the review" in words_of(weekly(usual(rules=()), "en", url=ADDRESS))


def many(count: int) -> Review:
    return usual(rules=tuple(replace(DISK, rule=f"Rule{number:02d}") for number in range(count)))


def test_the_table_holds_the_ten_worst_and_says_where_the_others_are() -> None:
    message = weekly(many(22), "en", url=ADDRESS)
    rows = only(message, "table")["rows"]
    assert [cell["text"] for cell in rows[0]] == ["Rule", "Told", "Wolves", "Wolf rate", "Owner", "Proposal"]
    assert [row[0]["text"] for row in rows[1:]] == [f"Rule{number:02d}" for number in range(10)]
    assert f"and 12 more rules: {ADDRESS}/review?week=2026-W41" in words_of(message)
    assert "and 12 more rules: alert-router report --week 2026-W41" in words_of(weekly(many(22), "en"))
    assert "more rule" not in words_of(weekly(many(10), "en"))


def test_no_rule_is_in_the_table_that_may_not_be_accused() -> None:
    """Not even a noisy one: a false accusation is the worst that a report can do."""
    innocent = rule("Innocent", accused=False, accusing=2, counts=replace(DISK.counts, wolves=2))
    message = weekly(usual(rules=(innocent, ERRORS)), "en", url=ADDRESS)
    assert "table" not in kinds(message)
    assert "Innocent" not in words_of(message) + message.text


def test_misses_stand_in_the_headline_and_before_everything_but_the_wolves() -> None:
    message = weekly(usual(), "en")
    assert "2 misses, 1 detection gap" in message.blocks[0]["text"]["text"]
    told = words_of(message)
    assert told.index("PodRestart was let go at") < told.index("Quiet hours lost")


def test_a_week_that_is_not_over_says_so_first() -> None:
    message = weekly(usual(as_of=at(3, 14)), "en")
    assert "(so far)" in message.blocks[0]["text"]["text"]
    assert message.blocks[1]["text"]["text"].startswith("The week is not over")


def test_the_thread_holds_full_lists_and_a_reply_for_each_team() -> None:
    replies = thread(usual(), "en", url=ADDRESS)
    assert [each.blocks[0]["text"]["text"] for each in replies] == [
        "The week in short", "Wolves, worst first", "Missed", "Letter about the SLOs", "Postmortems owed",
        "For information: held or dropped", "October 2026 (so far)", "sre", "platform",
    ]  # fmt: skip
    sre, platform = (words_of(each) for each in replies[-2:])
    assert "DiskAlmostFull" in sre and "PodRestart" not in sre
    assert "PodRestart" in platform and "DiskAlmostFull" not in platform
    assert "2 of 14 shifts had more pages than people can bear" in sre


def test_a_team_of_its_own_has_no_reply_about_teams() -> None:
    replies = thread(usual(team="sre", teams=(SRE,)), "en")
    assert [each.blocks[0]["text"]["text"] for each in replies][-1] == "October 2026 (so far)"
    assert "Wolf report for sre, 5 to 11 October" in weekly(usual(team="sre", teams=(SRE,)), "en").text


def test_a_team_that_was_never_called_and_has_no_wolf_gets_no_reply() -> None:
    idle = replace(PLATFORM, name="idle", pages=0)
    assert [each.blocks[0]["text"]["text"] for each in thread(usual(teams=(SRE, idle)), "en")][-1] == "sre"


def test_very_many_teams_are_named_in_one_last_reply() -> None:
    teams = tuple(replace(SRE, name=f"team{number}") for number in range(50))
    last = thread(usual(teams=teams), "en")[-1]
    assert last.blocks[0]["text"]["text"] == "and 20 more"
    assert "team30, team31" in words_of(last)


def test_a_list_that_does_not_fit_says_where_the_rest_is() -> None:
    wolves = thread(many(200), "en", url=ADDRESS)[1]
    assert text_length(wolves.blocks) <= 9_000
    assert f"more: {ADDRESS}/review?week=2026-W41" in words_of(wolves)


def test_ids_of_blocks_are_stable_and_unlike_in_every_message() -> None:
    """A report that is posted again after a crash is the same; replies of one thread are not."""
    both = [[weekly(usual(), "en"), *thread(usual(), "en")] for _ in range(2)]
    assert both[0] == both[1]
    ids = [block["block_id"] for message in both[0] for block in message.blocks]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("name", REVIEWS)
def test_the_terminal_that_stands_in_for_slack_draws_it(name: str, locale: str) -> None:
    """Without a token the report is posted to the terminal; there it has no chart."""
    for message in messages(name, locale, None):
        assert "┏━ #C0SRE" in draw(message, "C0SRE", "new message", 88, False)
