"""The buttons of each state: which stand where, what they send, and what is asked before a click counts."""

from dataclasses import replace

import pytest

from router.incident import View
from router.slack.render import render
from router.slack.values import Action, Choice, read_value
from tests.support.slack_kinds import KINDS
from tests.support.slack_limits import strings
from tests.support.slack_views import KEY


def buttons(view: View, locale: str = "en") -> list[dict[str, object]]:
    return [each for block in render(view, locale).blocks if block["type"] == "actions" for each in block["elements"]]


def faces(view: View) -> list[str]:
    """What stands on the buttons, with the entries of a menu in brackets."""
    return [
        each["text"]["text"] if each["type"] == "button" else str([one["text"]["text"] for one in each["options"]])
        for each in buttons(view)
    ]


OPEN_MENU = ["Snooze 30 min", "Snooze 2 h", "Snooze until the next working morning", "Silence…", "Why this page?"]
OWNED_MENU = ["Hand over…", "Release", "Snooze 2 h", "Silence…", "Why this page?"]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("open", ["Acknowledge", "Open guide", "Mark as wolf", str(OPEN_MENU)]),
        ("open-burning", ["Acknowledge", "Open guide", "Mark as wolf", str(OPEN_MENU)]),
        ("open-without-guide", ["Acknowledge", "Mark as wolf", str(OPEN_MENU)]),
        ("acked", ["Open guide", "Resolve", "Mark as wolf", str(OWNED_MENU)]),
        ("acked-wolf", ["Open guide", "Resolve", "Undo mark", str(OWNED_MENU)]),
        ("snoozed", ["Open guide", "Wake now", "Mark as wolf", str(OPEN_MENU)]),
        ("snoozed-acked", ["Open guide", "Wake now", "Mark as wolf", str(OWNED_MENU)]),
        ("muted-silence", ["Open guide", "Mark as wolf", str(["Silence…", "Why this page?"])]),
        ("resolved", ["Mark as wolf", "Mark as real", "Why?"]),
        ("resolved-wolf", ["Undo mark", "Why?"]),
        ("page", ["Open guide", "Open source"]),
        ("page-resolved", []),
        ("call-unacknowledged", ["Acknowledge", "Open guide"]),
        ("call-woken", ["Open guide"]),
        ("storm", ["Acknowledge all 3"]),
        ("storm-over", []),
        ("notice-silence-ending", ["Extend", "End it now"]),
        ("notice-silence-idle", ["End it now", "Extend"]),
        ("notice-silence-ending-over", []),
    ],
)
def test_every_state_has_its_buttons(kind: str, expected: list[str]) -> None:
    assert faces(KINDS[kind]) == expected


@pytest.mark.parametrize("kind", KINDS)
def test_at_most_three_buttons_stand_beside_the_menu_and_one_is_primary(kind: str) -> None:
    drawn = buttons(KINDS[kind])
    assert sum(each["type"] == "button" for each in drawn) <= 3
    assert sum("style" in each for each in drawn) <= 1
    assert len({each["action_id"] for each in drawn}) == len(drawn)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if not kind.startswith("notice-silence")])
def test_a_click_names_the_incident_and_its_spoken_id(kind: str) -> None:
    """What a button or an entry sends is read back as the incident that the message stands for."""
    for each in buttons(KINDS[kind]):
        values = [one["value"] for one in each["options"]] if "options" in each else [each.get("value")]
        for value in filter(None, values):
            verb, target = read_value(value) or ("", None)
            assert target is not None
            assert (target.key, target.id) == (KEY, "E-7KQ2M")
            assert not verb or verb in set(Choice)


def test_a_silence_is_named_by_its_id() -> None:
    drawn = buttons(KINDS["notice-silence-ending"])
    assert [(each["action_id"], each["value"]) for each in drawn] == [
        (Action.EXTEND_SILENCE, "9f1c"), (Action.EXPIRE_SILENCE, "9f1c"),
    ]  # fmt: skip


def test_a_click_that_ends_something_for_everybody_is_asked_about_first() -> None:
    asked = {each["action_id"] for kind in KINDS for each in buttons(KINDS[kind]) if "confirm" in each}
    assert asked == {Action.RESOLVE, Action.ACK_ALL, Action.EXPIRE_SILENCE}
    (resolve,) = [each for each in buttons(KINDS["acked"]) if each["action_id"] == "resolve"]
    assert "Checkout availability is shown as resolved" in resolve["confirm"]["text"]["text"]


def test_without_inbound_only_addresses_are_opened() -> None:
    """A click that nobody receives is worse than no button."""
    for kind, view in KINDS.items():
        deaf = replace(view, interactive=False)
        assert all("url" in each and "value" not in each for each in buttons(deaf)), kind
        assert all("url" in each for each in buttons(replace(view, key=""))) or view.notice, kind


def test_what_is_asked_fits_what_was_told() -> None:
    asked = [
        buttons(KINDS[kind])[-1]["options"][-1]["text"]["text"] for kind in ("open", "open-ticket", "open-forward")
    ]
    assert asked == ["Why this page?", "Why this ticket?", "Why this alert?"]


def test_where_it_comes_from_is_a_link_once_there_are_better_buttons() -> None:
    assert "|Open source>" in str(strings(render(KINDS["open"], "en").blocks))
    assert "|Open source>" not in str(strings(render(KINDS["page"], "en").blocks))
