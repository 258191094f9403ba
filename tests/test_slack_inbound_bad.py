"""Payloads that Slack would not send: refused as InboundError, never another error."""

import contextlib
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.slack.inbound import InboundError, Kind
from router.slack.payloads import parse, values_of
from tests.support.slack_sent import (
    AT,
    COMMON,
    FORM,
    SENT,
    click,
    happened,
)

BAD: dict[str, tuple[Kind, Mapping[str, Any]]] = {
    "nothing": (Kind.INTERACTIONS, {}),
    "unknown type": (Kind.INTERACTIONS, {"type": "block_suggestion", **COMMON}),
    "type is no text": (Kind.INTERACTIONS, {"type": ["block_actions"], **COMMON}),
    "no actions": (Kind.INTERACTIONS, click({}) | {"actions": []}),
    "actions is no list": (Kind.INTERACTIONS, click({}) | {"actions": {"0": 1}}),
    "an action is no object": (Kind.INTERACTIONS, click({}) | {"actions": ["ack"]}),
    "no action_id": (Kind.INTERACTIONS, click({"action_id": None})),
    "no user": (Kind.INTERACTIONS, click({}) | {"user": None}),
    "user without id": (Kind.INTERACTIONS, click({}) | {"user": {"name": "sato"}}),
    "neither trigger nor time": (Kind.INTERACTIONS, click({"action_ts": None}) | {"trigger_id": None}),
    "submission without view": (Kind.INTERACTIONS, {"type": "view_submission", **COMMON}),
    "closed without view": (Kind.INTERACTIONS, {"type": "view_closed", **COMMON, "view": []}),
    "shortcut without callback": (Kind.INTERACTIONS, {"type": "shortcut", **COMMON}),
    "command without name": (Kind.COMMANDS, FORM | {"command": ""}),
    "command without user": (Kind.COMMANDS, FORM | {"user_id": ""}),
    "command without trigger": (Kind.COMMANDS, FORM | {"trigger_id": ""}),
    "unknown outer type": (Kind.EVENTS, {"type": "hello"}),
    "event without id": (Kind.EVENTS, happened({"type": "x"}, event_id=None)),
    "event without event": (Kind.EVENTS, happened({}) | {"event": "x"}),
    "event without type": (Kind.EVENTS, happened({"user": "U0SATO"})),
}


@pytest.mark.parametrize(("kind", "payload"), BAD.values(), ids=BAD)
def test_a_payload_that_lacks_what_all_have(kind: Kind, payload: Mapping[str, Any]):
    with pytest.raises(InboundError) as caught:
        parse(kind, payload, AT)
    assert "sato" not in str(caught.value)


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=5,
)


@given(st.sampled_from(sorted(SENT)), st.data())
def test_whatever_stands_in_a_field_it_is_read_or_refused(name: str, data: st.DataObject):
    """Each field of each payload, replaced by any JSON whatever: a value or an InboundError, never another error."""
    kind, whole = SENT[name]
    payload = deepcopy(whole)
    place: Any = payload
    while True:
        key = data.draw(st.sampled_from(sorted(place)) if isinstance(place, dict) else st.just(0))
        inner = place[key]
        if not (inner and isinstance(inner, dict | list)) or data.draw(st.booleans()):
            break
        place = inner
    place[key] = data.draw(JSON_VALUES)
    with contextlib.suppress(InboundError):
        parse(kind, payload, AT)


@given(st.dictionaries(st.text(max_size=5), st.dictionaries(st.text(max_size=5), JSON_VALUES)))
def test_inputs_of_any_shape_are_texts_or_lists(values: dict[str, dict[str, Any]]):
    for value in values_of({"state": {"values": values}}).values():
        assert isinstance(value, str) or all(isinstance(each, str) for each in value)
