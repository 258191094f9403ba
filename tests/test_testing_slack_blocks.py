"""The stand-in's Block Kit: every limit at its edge and one past it, every field, and what concerns whole messages."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from router.testing import check_blocks, check_view
from router.testing.kinds import Items, Number, Text, Word
from router.testing.rules import BLOCKS
from router.testing.shapes import SHAPES, table_rules
from tests.support.block_examples import GOOD, IMAGE, IN_MODALS, action, chart, host, plain, problems_of, view_of

LENGTHS = {
    "header.text": 150, "section.text": 3_000, "section.fields[]": 2_000, "image.image_url": 3_000,
    "image.alt_text": 2_000, "image.title": 2_000, "markdown.text": 12_000, "button.text": 75, "button.value": 2_000,
    "button.url": 3_000, "button.accessibility_label": 75, "static_select.placeholder": 150,
    "users_select.placeholder": 150, "confirm.title": 100, "confirm.text": 300, "confirm.confirm": 30,
    "confirm.deny": 30, "option.text": 75, "option.value": 150, "option.description": 75, "option_group.label": 75,
    "image_element.image_url": 3_000, "image_element.alt_text": 2_000, "data_visualization.title": 50,
    "segment.label": 20, "series.name": 20, "point.label": 20, "axis_config.categories[]": 20,
    "axis_config.x_label": 50, "axis_config.y_label": 50, "header.block_id": 255, "button.action_id": 255,
    "input.label": 2_000, "input.hint": 2_000, "alert.text": 200, "modal.title": 24, "modal.submit": 24,
    "modal.close": 24, "modal.private_metadata": 3_000, "modal.callback_id": 255, "home.private_metadata": 3_000,
    "plain_text_input.placeholder": 150, "multi_static_select.placeholder": 150,
}  # fmt: skip
COUNTS = {
    "section.fields": 10, "context.elements": 10, "actions.elements": 25, "overflow.options": 5,
    "checkboxes.options": 10, "radio_buttons.options": 10, "static_select.options": 100,
    "static_select.option_groups": 100, "table.rows": 100, "table.rows[]": 20, "table.column_settings": 20,
    "pie.segments": 12, "line.series": 12, "bar.series": 12, "area.series": 12, "series.data": 20,
    "axis_config.categories": 20,
}  # fmt: skip


def limit_of(path: str) -> int:
    """Return what the table says about "shape.field" or "shape.field[]"."""
    shape, _, field = path.partition(".")
    kind = SHAPES[shape].fields[field.removesuffix("[]")]
    kind = kind.each if field.endswith("[]") and isinstance(kind, Items) else kind
    assert isinstance(kind, Text | Word | Items)
    return int(kind.most)


@pytest.mark.parametrize(("path", "most"), (LENGTHS | COUNTS).items(), ids=LENGTHS | COUNTS)
def test_the_limit_is_slacks(path: str, most: int):
    """Numbers from Slack's Block Kit reference, written down apart from the table."""
    assert limit_of(path) == most


@pytest.mark.parametrize("shape", GOOD)
def test_the_smallest_thing_of_every_shape_is_taken(shape: str):
    assert problems_of(shape, GOOD[shape]) == []


def test_there_is_an_example_of_every_shape():
    assert GOOD.keys() == SHAPES.keys()


def long_word(field: Word, length: int) -> str:
    return ("https://e.example/" if field.pattern.startswith("http") else "x").ljust(length, "x")


def filler(field: object) -> object:
    """Return something small that meets a field of the table."""
    match field:
        case Text():
            return {"type": field.kinds[0], "text": "x"}
        case Word():
            return field.choices[0] if field.choices else "x"
        case Items():
            return [filler(field.each)]
        case Number():
            return 1
    return GOOD[field.of[0]]  # type: ignore[attr-defined]


def broken(field: object, aspect: str) -> object:
    """Return a value that breaks one aspect of a field of the table."""
    if aspect.startswith("[]"):
        return [broken(field.each, aspect.removeprefix("[]"))]  # type: ignore[attr-defined]
    match field, aspect:
        case Text(), ":length":
            return {"type": field.kinds[0], "text": "x" * (field.most + 1)}
        case Text(), ":kind":
            return {"type": "mrkdwn", "text": "x"}
        case Word(), ":length":
            return long_word(field, field.most + 1)
        case Word(), _:
            return "§"
        case Items(), ":count":
            return [filler(field.each)] * (field.most + 1)
        case Number(), ":range":
            return field.least - 1
    raise AssertionError(f"no broken value for {field} {aspect}")


def rules_of(shape: str, it: dict[str, Any], without: frozenset[str] = frozenset()) -> set[str]:
    return {problem.rule for problem in problems_of(shape, it, without)}


def violating(rule: str) -> tuple[str, dict[str, Any]]:
    """Return a shape and a thing of it that breaks a rule of the table."""
    path, _, aspect = rule.partition(":")
    shape, _, name = path.partition(".")
    if aspect == "required":
        return shape, {key: value for key, value in GOOD[shape].items() if key != name}
    field = SHAPES[shape].fields[name.split("[]")[0]]
    return shape, GOOD[shape] | {
        name.split("[]")[0]: broken(field, name[name.find("[]") :] * ("[]" in name) + f":{aspect}")
    }


@pytest.mark.parametrize("rule", sorted(table_rules()))
def test_every_rule_of_the_table_refuses_and_is_needed(rule: str):
    """One thing that breaks the rule is refused by it; take the rule away, and it does not."""
    shape, it = violating(rule)
    assert rule in rules_of(shape, it)
    assert rule not in rules_of(shape, it, frozenset({rule}))


@pytest.mark.parametrize("path", [path for path in LENGTHS if path not in ("markdown.text",)])
def test_exactly_at_the_limit_it_is_taken(path: str):
    shape, _, name = path.partition(".")
    field = SHAPES[shape].fields[name.removesuffix("[]")]
    inner = field.each if isinstance(field, Items) else field
    value = (
        {"type": inner.kinds[0], "text": "x" * inner.most} if isinstance(inner, Text) else long_word(inner, inner.most)
    )
    it = GOOD[shape] | {name.removesuffix("[]"): [value] if isinstance(field, Items) else value}
    assert rules_of(shape, it) <= {"chart_points"}


@pytest.mark.parametrize("value", ["", "x" * 3_001], ids=["empty", "too long"])
def test_a_text_object_has_one_to_three_thousand_characters(value: str):
    assert rules_of("section", {"type": "section", "text": plain(value)}) == {"section.text:length"}


def ids(*names: str) -> list[Any]:
    return [{"type": "divider", "block_id": name} for name in names]


WIDE_TABLE = GOOD["table"] | {"rows": [[{"type": "raw_text", "text": "x" * 501}] * 20]}
LINE = GOOD["line"]
WHOLE: dict[str, list[Any]] = {
    "unknown_block": [{"type": "call"}],
    "unknown_element": action({"type": "plain_text_input"}),
    "unknown_key": [GOOD["header"] | {"level": 1}],
    "null": [GOOD["header"] | {"block_id": None}],
    "json_type": [GOOD["header"] | {"text": "Page"}],
    "block_count": [GOOD["divider"]] * 51,
    "block_id_twice": ids("a", "b", "a"),
    "action_id_twice": [{"type": "actions", "elements": [GOOD["button"] | {"action_id": "ack"}] * 2}],
    "tables": [GOOD["table"]] * 2,
    "charts": [GOOD["data_visualization"]] * 3,
    "table_text": [WIDE_TABLE],
    "markdown_text": [{"type": "markdown", "text": "x" * 6_001}] * 2,
    "modal_only": [{"type": "input", "label": plain(), "element": {"type": "plain_text_input"}}],
    "not_sendable": [{"type": "file", "external_id": "x", "source": "remote"}],
    "section_empty": [{"type": "section"}],
    "image_source": [IMAGE | {"slack_file": {"id": "F12345678"}}],
    "select_options": action({"type": "static_select"}),
    "chart_points": chart(LINE | {"axis_config": {"categories": ["other"]}}),
    "context_text:length": [{"type": "context", "elements": [plain("x" * 3_001)]}],
    "text_total": [GOOD["section"] | {"text": plain("x" * 2_401)}] * 5,
}
ALSO = {"markdown_text": {"text_total"}, "table_text": set()}


@pytest.mark.parametrize(("rule", "blocks"), WHOLE.items(), ids=WHOLE)
def test_what_concerns_more_than_a_field_is_refused_and_the_rule_is_needed(rule: str, blocks: list[Any]):
    assert {each.rule for each in check_blocks(blocks)} == {rule} | ALSO.get(rule, set())
    assert rule not in {each.rule for each in check_blocks(blocks, frozenset({rule}))}


def test_every_rule_about_more_than_a_field_has_a_case():
    assert WHOLE.keys() == BLOCKS.keys()


def test_fifty_blocks_two_charts_and_twelve_thousand_characters_are_taken():
    assert check_blocks([GOOD["divider"]] * 50) == []
    assert check_blocks([GOOD["data_visualization"]] * 2) == []
    assert check_blocks([GOOD["section"] | {"text": plain("x" * 2_400)}] * 5) == []


@pytest.mark.parametrize("url", ["ftp://x", "javascript:alert(1)", "example.com", "https://a b"])
def test_an_address_that_is_not_http_is_refused(url: str):
    assert rules_of("button", GOOD["button"] | {"url": url}) == {"button.url:pattern"}


@pytest.mark.parametrize("blocks", [None, "x", {}, 1], ids=str)
def test_blocks_that_are_no_list_have_their_own_code(blocks: object):
    [problem] = check_blocks(blocks)
    assert problem.code == "invalid_blocks_format"


@pytest.mark.parametrize("junk", [[1], [None], ["x"], [[]], [{"type": []}], [{"type": {}}], [{}]], ids=str)
def test_junk_is_refused_and_never_crashes(junk: list[Any]):
    assert {each.rule for each in check_blocks(junk)} == {"unknown_block"}


def places(value: object) -> Iterator[tuple[object, object]]:
    """Yield every container and key in `value`."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in list(pairs):
        yield value, key
        yield from places(inner)


@pytest.mark.parametrize("shape", GOOD)
@pytest.mark.parametrize("junk", [None, 0, True, "", [], {}, [[]], [None], {"type": []}], ids=str)
def test_junk_in_any_place_never_crashes(shape: str, junk: object):
    view = shape in IN_MODALS
    whole: object = view_of(shape, GOOD[shape]) if view else host(shape, GOOD[shape])
    for number in range(sum(1 for _ in places(whole))):
        broken = copy.deepcopy(whole)
        container, key = list(places(broken))[number]
        container[key] = junk  # type: ignore[index]
        assert isinstance(check_view(broken) if view else check_blocks(broken), list)


def test_a_problem_reads_as_slacks_do():
    [problem] = check_blocks([GOOD["divider"], GOOD["header"] | {"text": plain("x" * 151)}])
    assert str(problem) == "must be less than 151 characters [json-pointer:/blocks/1/text/text]"


def test_length_is_counted_in_code_points():
    assert check_blocks([GOOD["header"] | {"text": plain("決" * 150)}]) == []
