"""The JSON twins of the pages, against the OpenAPI document that describes them."""

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from router.noise.records import record_of
from router.report.packing import unpack
from router.web.pages.openapi import document
from tests.support.pages import EMPTY, REVIEW, START, WEEK, Table, firing, hostile_review
from tests.support.pages_door import open_pages

OPENAPI: dict[str, Any] = json.loads(document())
FIRINGS = [firing(number) for number in range(7)] + [
    firing(9, ended_at=None, outcome=None, reason="", mark=None, acknowledged_at=None, acknowledged_by="", slos=())
]


def table(review=REVIEW) -> Table:
    return Table(reviews={(WEEK.name, ""): review}, recorded=FIRINGS)


def check(path: str, status: int, answer: object) -> None:
    """Fail unless an answer is what the document says of its path and status."""
    described = OPENAPI["paths"][path]["get"]["responses"][str(status)]["content"]["application/json"]["schema"]
    whole = {**described, "components": OPENAPI["components"]}
    Draft202012Validator.check_schema(whole)
    Draft202012Validator(whole).validate(answer)


def test_the_document_is_openapi_3_1():
    validate(OPENAPI)
    assert OPENAPI["openapi"].startswith("3.1")


def test_the_document_is_drawn_from_the_types():
    """Each type of a review stands in it with its fields."""
    schemas = OPENAPI["components"]["schemas"]
    assert {"Review", "RuleReview", "Threat", "Proposal", "Month", "Firing"} <= set(schemas)
    assert set(schemas["Firing"]["properties"]) == set(record_of(FIRINGS[0]))


@pytest.mark.parametrize("review", [REVIEW, EMPTY, hostile_review()], ids=["usual", "empty", "hostile"])
async def test_review_and_ranking_are_as_the_document_says(review):
    async with open_pages(table(review)) as reader:
        for path in ("/api/v1/review", "/api/v1/wolves"):
            status, body = await reader.get(path)
            assert status == 200
            check(path, status, json.loads(body))
        assert unpack((await reader.get("/api/v1/review"))[1].encode()) == review


async def test_firings_are_as_the_document_says_and_go_on():
    query = "/api/v1/firings?source=alertmanager&rule=DiskAlmostFull&limit=3"
    async with open_pages(table()) as reader:
        status, body = await reader.get(query)
        first = json.loads(body)
        check("/api/v1/firings", status, first)
        found = first["firings"]
        while first["next_before"] is not None:
            first = json.loads((await reader.get(f"{query}&before={first['next_before']!r}"))[1])
            found += first["firings"]
    assert found == [record_of(each) for each in sorted(FIRINGS, key=lambda each: -each.started_at)]


async def test_before_may_be_written_as_a_time():
    async with open_pages(table()) as reader:
        path = "/api/v1/firings?source=alertmanager&rule=DiskAlmostFull&before=2026-11-15T16:00:00Z"
        found = json.loads((await reader.get(path))[1])
    assert [each["fingerprint"] for each in found["firings"]] == ["f0"]
    assert FIRINGS[1].started_at == START + 3_600


WRONG = {
    "no-rule": ("/api/v1/firings?source=alertmanager", 400, "Say which rule"),
    "bad-limit": ("/api/v1/firings?source=a&rule=b&limit=many", 400, "limit is a whole number"),
    "no-limit": ("/api/v1/firings?source=a&rule=b&limit=0", 400, "limit is a whole number"),
    "other-digits": ("/api/v1/firings?source=a&rule=b&limit=%C2%B2", 400, "limit is a whole number"),
    "bad-before": ("/api/v1/firings?source=a&rule=b&before=yesterday", 400, "before is a time"),
    "endless-before": ("/api/v1/firings?source=a&rule=b&before=inf", 400, "before is a time"),
    "unknown-rule": ("/api/v1/firings?source=a&rule=b", 404, "No firing of this rule"),
    "unknown-week": ("/api/v1/review?week=2019-W01", 404, "no review of this week"),
    "bad-week": ("/api/v1/wolves?week=x", 404, "write year and ISO week number"),
    "too-long": (f"/api/v1/review?team={'x' * 1_001}", 400, "longer than"),
}


@pytest.mark.parametrize(("path", "status", "says"), WRONG.values(), ids=WRONG)
async def test_what_is_wrong_is_said_in_words(path, status, says):
    """As JSON, in the shape that the document tells."""
    async with open_pages(table()) as reader:
        found, body = await reader.get(path)
    assert found == status
    answer = json.loads(body)
    check(path.partition("?")[0], status, answer)
    assert says in answer["error"]


async def test_before_anything_is_recorded_the_review_is_not_there():
    async with open_pages(Table()) as reader:
        status, body = await reader.get("/api/v1/review")
    assert status == 404
    check("/api/v1/review", 404, json.loads(body))


async def test_the_desk_is_never_asked_for_what_cannot_be():
    """A limit is bounded, and `before` begins a day ahead: a sender's clock may be fast."""
    shown = table()
    async with open_pages(shown) as reader:
        await reader.get("/api/v1/firings?source=alertmanager&rule=DiskAlmostFull&limit=100000")
    (asked,) = shown.asked
    assert asked[2] <= 501
    assert asked[1] > REVIEW.as_of
