"""What the JSON API answers, as OpenAPI 3.1: drawn from the types, so that it cannot say anything else."""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from router.gate import Outcome
from router.noise.values import Mark
from router.report.packing import schema
from router.slo.verdict import Verdict

_TEXT = {"type": "string"}
_MAYBE_TEXT = {"type": ["string", "null"]}
_MAYBE_TIME = {"type": ["string", "null"], "format": "date-time"}
_TEXTS = {"type": "object", "additionalProperties": _TEXT}
_WEEK = ("week", "ISO week, as 2026-W47; the newest where it is left out")
_TEAM = ("team", "A team (receiver); all teams together where it is left out")


@cache
def document() -> bytes:
    """Return the document as JSON."""
    return json.dumps(
        {
            "openapi": "3.1.1",
            "info": {
                "title": "SLO Alert Router",
                "version": "1",
                "description": "The numbers that the pages show: weekly reviews, the ranking of rules, every firing.",
            },
            "security": [{}, {"token": []}],
            "paths": _paths(),
            "components": {
                "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
                "schemas": _schemas(),
            },
        },
        ensure_ascii=False,
    ).encode()


def _paths() -> dict[str, Any]:
    before = ("before", "Only firings that began before: Unix seconds or RFC 3339; now where it is left out")
    limit = ("limit", "About so many at once, 1 to 500; 50 where it is left out")
    sort = ("sort", "Column to order by, a minus before it turns the order round; worst first where it is left out")
    named = [_parameter("source", "Source of the rule", needed=True), _parameter("rule", "The rule", needed=True)]
    week = [_parameter(*_WEEK), _parameter(*_TEAM)]
    return {
        "/api/v1/review": _get("getReview", "Everything about one week", "Review", week),
        "/api/v1/wolves": _get("getWolves", "The ranking of all rules", "Wolves", [*week, _parameter(*sort)]),
        "/api/v1/firings": _get(
            "getFirings", "A rule's firings, newest first", "Firings", [*named, _parameter(*before), _parameter(*limit)]
        ),
        "/api/v1/openapi.json": {
            "get": {
                "operationId": "getOpenapi",
                "summary": "This document",
                "responses": {"200": {"description": "OpenAPI 3.1", "content": {"application/json": {}}}},
            }
        },
    }


def _parameter(name: str, description: str, needed: bool = False) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": needed, "description": description, "schema": _TEXT}


def _get(name: str, summary: str, answer: str, parameters: list[dict[str, Any]]) -> dict[str, Any]:
    answers = {"200": _answer(summary, answer), "304": {"description": "The reader's copy is the present one"}}
    refusals = {
        "400": "A parameter cannot be read; the text names it",
        "401": "No token, or not from this machine",
        "404": "There is no such week, team or rule",
        "503": "Being computed, or the history cannot be read now: come back after Retry-After",
    }
    answers |= {status: _answer(text, "Refusal") for status, text in refusals.items()}
    return {"get": {"operationId": name, "summary": summary, "parameters": parameters, "responses": answers}}


def _answer(description: str, name: str) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": _ref(name)}}}


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _schemas() -> dict[str, Any]:
    """The review's own types, and what the other answers are made of."""
    review = schema()
    inner = review.pop("$defs")
    drawn = {"Review": review, **inner, "Wolves": _wolves(), "Firings": _firings(), "Firing": _firing()}
    drawn["Refusal"] = _object({"error": _TEXT})
    moved: dict[str, Any] = json.loads(json.dumps(drawn).replace("#/$defs/", "#/components/schemas/"))
    return moved


def _object(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": dict(fields), "required": list(fields)}


def _list(of: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": dict(of)}


def _wolves() -> dict[str, Any]:
    fields = {"week": _TEXT, "team": _TEXT, "as_of": {"type": "number", "description": "Unix seconds"}}
    return _object({**fields, "rules": _list(_ref("RuleReview"))})


def _firings() -> dict[str, Any]:
    goes_on = {"type": ["number", "null"], "description": "`before` of the next page, null after the last"}
    return _object({"source": _TEXT, "rule": _TEXT, "firings": _list(_ref("Firing")), "next_before": goes_on})


def _firing() -> dict[str, Any]:
    """The history record of exports (router.noise.records)."""
    times = ("started_at", "ended_at", "notified_at", "acknowledged_at", "guide_opened_at")
    texts = ("source", "fingerprint", "incident", "receiver")
    maybe = ("rule", "reason", "acknowledged_by", "wolf_reason")
    slo = {"id": _TEXT, "worst_verdict": {"enum": [each.value for each in Verdict]}}
    heard = _object({**slo, "threatened_from": _MAYBE_TIME, "threatened_to": _MAYBE_TIME})
    outcome = {"enum": [*(each.value for each in Outcome), None]}
    return _object(
        {
            **dict.fromkeys(texts, _TEXT),
            **dict.fromkeys(maybe, _MAYBE_TEXT),
            **dict.fromkeys(times, _MAYBE_TIME),
            **dict.fromkeys(("labels", "annotations"), _TEXTS),
            **dict.fromkeys(("outcome", "would"), outcome),
            "guide": {"type": "boolean"},
            "missed_report": {"type": "boolean"},
            "group_wait_s": {"type": "number"},
            "human_verdict": {"enum": [*(each.value for each in Mark), None]},
            "slos": _list(heard),
        }
    )
