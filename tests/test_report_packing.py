"""Packed reviews: the same again, whatever they hold; versions live side by side; the schema is true."""

import json
from dataclasses import fields, replace
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from router.noise.review import Effect, Proposal, Remedy, Review
from router.report.packing import VERSION, UnreadableError, pack, schema, unpack
from tests.support.reviews import REVIEWS, retold, usual

FINITE = st.floats(allow_nan=False, allow_infinity=False)
EFFECTS = st.builds(Effect, delay_s=FINITE)


def told(review: Review) -> dict[str, Any]:
    return json.loads(pack(review))


@pytest.mark.parametrize("name", REVIEWS)
def test_a_review_comes_back_as_it_was(name: str) -> None:
    review = REVIEWS[name]()
    assert unpack(pack(review)) == review


def test_the_packed_review_tells_its_version() -> None:
    assert told(usual())["version"] == VERSION == 1


def test_fields_of_a_later_version_are_ignored() -> None:
    later = told(usual())
    later |= {"version": 7, "mood": "good"}
    later["rules"][0] |= {"colour": "red", "counts": later["rules"][0]["counts"] | {"sheep": 3}}
    assert unpack(json.dumps(later).encode()) == usual()


@pytest.mark.parametrize("name", [field.name for field in fields(Review)])
def test_a_field_that_an_earlier_version_did_not_have_is_put_in(name: str) -> None:
    earlier = {key: value for key, value in told(usual()).items() if key != name}
    read = unpack(json.dumps(earlier).encode())
    kept = {field.name for field in fields(Review)} - {name}
    assert all(getattr(read, each) == getattr(usual(), each) for each in kept)


def test_nothing_at_all_reads_as_an_empty_review() -> None:
    read = unpack(b"{}")
    assert (read.pages, read.rules, read.month, read.complete) == (0, (), None, True)
    assert read.counts.precision is None


def test_fields_missing_deep_inside_are_put_in() -> None:
    earlier = told(usual())
    earlier["teams"] = [{"name": "sre"}]
    earlier["slos"] = [{"id": "checkout"}]
    earlier["slos"][0]["threats"] = [{"slo": "checkout"}]
    read = unpack(json.dumps(earlier).encode())
    assert (read.teams[0].name, read.teams[0].pages, read.teams[0].heavy_shifts) == ("sre", 0, ())
    assert (read.slos[0].budget_end, read.slos[0].threats[0].end) == (None, None)


def test_a_remedy_of_a_later_version_is_left_out() -> None:
    later = told(usual())
    later["rules"][0]["proposals"].insert(0, later["rules"][0]["proposals"][0] | {"remedy": "sing_to_it"})
    assert unpack(json.dumps(later).encode()) == usual()


def test_numbers_that_are_none_are_null() -> None:
    broken = usual(slos=(replace(usual().slos[0], budget_end=float("nan"), budget_start=float("inf")),))
    slo = told(broken)["slos"][0]
    assert (slo["budget_end"], slo["budget_start"]) == (None, None)
    assert unpack(pack(broken)).slos[0].budget_end is None


@pytest.mark.parametrize(
    ("packed", "message"),
    [
        (b"", "the review is no JSON: "),
        (b"\xff", "the review is no JSON: "),
        (b"[1]", "the review is no JSON object"),
        (b'{"pages": "many"}', "the review cannot be read at pages: "),
    ],
    ids=["nothing", "no text", "a list", "a word for a number"],
)
def test_what_is_no_review_is_refused_with_the_reason(packed: bytes, message: str) -> None:
    with pytest.raises(UnreadableError, match=message):
        unpack(packed)


@pytest.mark.parametrize("name", REVIEWS)
def test_the_schema_describes_what_is_packed(name: str) -> None:
    drawn = schema()
    jsonschema.Draft202012Validator.check_schema(drawn)
    jsonschema.validate(told(REVIEWS[name]()), drawn)


def test_the_schema_refuses_what_is_wrong() -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(told(usual()) | {"pages": "many"}, schema())


@given(text=st.text(st.characters(), max_size=40))
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_name_breaks_it(text: str) -> None:
    """Half of a surrogate pair becomes a question mark; everything else stays as it is."""
    review = retold(usual(), text)
    read = unpack(pack(review))
    if text.isascii() or not any("\ud800" <= each <= "\udfff" for each in text):
        assert read == review


@given(st.builds(Proposal, remedy=st.sampled_from(Remedy), history=EFFECTS, week=EFFECTS, since=FINITE))
@settings(max_examples=50, deadline=None)
def test_every_proposal_comes_back(proposal: Proposal) -> None:
    rules = tuple(replace(rule, proposals=(proposal,)) for rule in usual().rules)
    assert unpack(pack(usual(rules=rules))).rules == rules
