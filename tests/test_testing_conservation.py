"""The conservation checker finds every firing that does not add up, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from router.testing import CHANNEL, Message
from router.testing.conservation import balance
from router.testing.firing import Transition

START = 1_760_000_000.0
FIRING = Transition("f1", "firing", START)
RESOLVED = Transition("f1", "resolved", START, START + 60)


def record(**changes: Any) -> dict[str, Any]:
    return {
        "fingerprint": "f1",
        "started_at": START,
        "ended_at": None,
        "outcome": "page",
        "reason": "threat_page",
        "incident": "E-7KQ2M",
    } | changes


def message(text: str = "PAGE E-7KQ2M", delivery_id: str = "d-1", *, deleted: bool = False) -> Message:
    metadata = {"event_type": "alert_router", "event_payload": {"delivery_id": delivery_id}}
    return Message(CHANNEL, "1760000000.000001", text, "A1", START, metadata=metadata, deleted=deleted)


def test_the_law_holds_for_one_page():
    result = balance([FIRING], [record()], [message()])
    assert result
    assert str(result) == "nothing is missing"


@pytest.mark.parametrize(
    ("outcome", "ended"),
    [("page", None), ("ticket", START + 60), ("drop", START + 60), ("hold", None), ("suppress", None), ("merge", None)],
)
def test_every_outcome_can_account_for_a_firing(outcome: str, ended: float | None):
    promised = [FIRING, RESOLVED] if ended else [FIRING]
    told = outcome in ("page", "ticket", "merge")
    assert balance(promised, [record(outcome=outcome, ended_at=ended)], [message()] if told else [])


@pytest.mark.parametrize(
    ("records", "messages"),
    [
        ([], []),
        ([record(fingerprint="f2", outcome="hold")], []),
        ([record(started_at=START + 500, outcome="hold")], []),
        ([record(started_at=START - 500, ended_at=START - 100, outcome="drop")], []),
        ([record()], []),
        ([record()], [message(deleted=True)]),
        ([record()], [message("PAGE E-OTHER")]),
        ([record(incident="")], [message()]),
        ([record(incident=None)], [message()]),
    ],
    ids=[
        "not recorded", "another alert", "started later", "ended before", "not in Slack", "deleted from Slack",
        "another incident in Slack", "no incident", "incident is null",
    ],
)  # fmt: skip
def test_what_is_lost_is_found(records: list[dict[str, Any]], messages: list[Message]):
    result = balance([FIRING], records, messages)
    assert len(result.lost) == 1
    assert not result


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"outcome": None}, "no outcome"),
        ({"outcome": "vanish"}, "no outcome: 'vanish'"),
        ({"outcome": "hold", "reason": ""}, "no reason"),
        ({"outcome": "hold", "ended_at": START + 60}, "still held"),
        ({"outcome": "drop"}, "dropped while it fires"),
    ],
    ids=["none", "unknown", "no reason", "held after its end", "dropped while firing"],
)
def test_a_record_without_a_proper_end_is_unaccounted(changes: dict[str, Any], why: str):
    [line] = balance([FIRING], [record(**changes)], [message()]).unaccounted
    assert why in line


def test_an_accepted_resolve_must_end_its_firing():
    [line] = balance([FIRING, RESOLVED], [record()], [message()]).unaccounted
    assert "has not ended" in line


def test_a_resolve_of_something_never_seen_asks_for_nothing():
    assert balance([RESOLVED], [], [])


def test_two_records_of_one_firing_are_duplicates():
    assert len(balance([FIRING], [record(), record()], [message()]).duplicated) == 1


def test_two_messages_of_one_delivery_are_duplicates_unless_one_was_deleted():
    assert len(balance([FIRING], [record()], [message(), message()]).duplicated) == 1
    assert balance([FIRING], [record()], [message(), message(deleted=True)])
    assert balance([FIRING], [record()], [message(), message(delivery_id="d-2")])


def test_two_senders_may_disagree_on_the_start():
    """A pair of Alertmanagers reports one firing with two starts; the earliest is recorded."""
    assert balance([FIRING, Transition("f1", "firing", START + 7)], [record()], [message()])


def test_a_second_firing_needs_a_record_of_its_own():
    again = Transition("f1", "firing", START + 600)
    first = record(ended_at=START + 60)
    assert len(balance([FIRING, RESOLVED, again], [first], [message()]).lost) == 1
    assert balance([FIRING, RESOLVED, again], [first, record(started_at=START + 600)], [message()])


def test_times_may_be_rfc_3339_and_fingerprints_the_routers_own():
    result = balance(
        [FIRING],
        [record(fingerprint="am/f1", started_at="2025-10-09T08:53:20Z")],
        [message()],
        identify=lambda transition: f"am/{transition.fingerprint}",
    )
    assert result


def test_the_incident_may_stand_in_the_blocks():
    shown = message("PAGE")
    shown.blocks = [{"type": "context", "elements": [{"type": "plain_text", "text": "E-7KQ2M"}]}]
    assert balance([FIRING], [record()], [shown])
