"""What a silence is proposed from, and what a filled-in modal asks for."""

from typing import Any

import pytest

from router.config.values import Receiver, SlackTarget
from router.respond.wishes import Mistakes, choices, matchers_of, proposed, usual, wished
from router.slack.dialogue.texts import EN
from tests.support.responding import (
    CHANNEL,
    SATO,
    TOKYO,
)
from tests.support.state import START, make_alert

SRE = Receiver("sre", SlackTarget(CHANNEL), TOKYO)
DAY_S = 86_400.0


def labelled(rule: str = "HighErrors", **labels: str) -> Any:
    return make_alert(rule, labels={"alertname": rule, **labels})


# --- what is proposed


def test_the_labels_that_the_firing_alerts_share_are_proposed() -> None:
    """Of the leading rule's alerts; who noticed and what changes with every restart is left out."""
    alerts = [
        labelled(service="checkout", instance="a", pod="x-1", prometheus="p"),
        labelled(service="checkout", instance="b", pod="x-1", prometheus="p"),
        labelled("Other", service="search"),
    ]
    assert proposed(alerts, "HighErrors") == 'alertname="HighErrors"\nservice="checkout"'


def test_a_value_with_quotes_and_new_lines_stays_one_matcher() -> None:
    """Alertmanager's escapes: what is proposed can be read back."""
    text = proposed([labelled(path='a"b\\c\nd')], "HighErrors")
    found = matchers_of(text, EN)
    assert not isinstance(found, str)
    assert [each.value for each in found] == ["HighErrors", 'a"b\\c\nd']


def test_nothing_is_proposed_where_nothing_fires() -> None:
    """The field is empty then, for people to fill."""
    assert proposed([], "HighErrors") == ""


@pytest.mark.parametrize(
    ("longest_s", "expected"),
    [
        (30 * DAY_S, ["1h", "4h", "morning", "1d", "3d", "7d"]),
        (3 * DAY_S, ["1h", "4h", "morning", "1d", "3d"]),
        (2 * DAY_S, ["1h", "4h", "morning", "1d", "longest"]),
        (7_200.0, ["1h", "longest"]),
        (1_800.0, ["longest"]),
    ],
    ids=["a month", "three days", "two days", "two hours", "half an hour"],
)
def test_durations_end_where_the_policy_ends(longest_s: float, expected: list[str]) -> None:
    """The longest that is allowed stands in place of longer ones."""
    offered = choices(longest_s, START, SRE)
    assert [value for value, _ in offered] == expected
    assert usual(offered) == ("4h" if "4h" in expected else expected[0])


# --- what is wished for


def wish(**values: str) -> Any:
    known = {"matchers": 'service="checkout"', "duration": "1h", "hours": "", "comment": "disk is replaced"}
    return wished(known | values, SATO, START, (3 * DAY_S, SRE), EN)


def test_a_filled_in_modal_is_a_wish() -> None:
    """Matchers, end, owner and reason."""
    found = wish(matchers='service="checkout"\n\n severity=~page|critical,\n')
    assert [str(each) for each in found.matchers] == ['service="checkout"', 'severity=~"page|critical"']
    assert (found.ends_at, found.by, found.comment) == (START + 3_600, SATO, "disk is replaced")


@pytest.mark.parametrize(
    ("values", "seconds"),
    [
        ({"duration": "morning"}, 12_800.0),
        ({"hours": "6"}, 21_600.0),
        ({"hours": "1,5 h"}, 5_400.0),
        ({"hours": "72"}, 3 * DAY_S),
        ({"duration": "longest"}, 3 * DAY_S),
    ],
    ids=["morning", "hours", "half hours", "all of it", "longest"],
)
def test_hours_count_instead_of_the_menu(values: dict[str, str], seconds: float) -> None:
    """START is 05:26:40 in Tokyo, work begins at 09:00."""
    assert wish(**values).ends_at == START + seconds


@pytest.mark.parametrize(
    ("values", "field", "part"),
    [
        ({"matchers": ""}, "matchers", "at least one matcher"),
        ({"matchers": 'service="checkout"\nnonsense here'}, "matchers", "Line 2: cannot read matcher"),
        ({"matchers": 'a=~"("'}, "matchers", "bad regular expression"),
        ({"duration": ""}, "duration", "Choose how long"),
        ({"duration": "7d-forged"}, "duration", "Choose how long"),
        ({"duration": "7d"}, "duration", "At most 3 d"),
        ({"hours": "0"}, "hours", "above 0"),
        ({"hours": "-3"}, "hours", "above 0"),
        ({"hours": "nan"}, "hours", "above 0"),
        ({"hours": "inf"}, "hours", "above 0"),
        ({"hours": "soon"}, "hours", "above 0"),
        ({"hours": "73"}, "hours", "At most 3 d"),
        ({"comment": " 1234 "}, "comment", "at least 5"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(values: dict[str, str], field: str, part: str) -> None:
    """Whatever somebody types or forges."""
    found = wish(**values)
    assert isinstance(found, Mistakes)
    assert list(found) == [field]
    assert part in found[field]


def test_every_mistake_is_said_at_once() -> None:
    """Nobody has to submit three times."""
    assert set(wish(matchers="", duration="", comment="")) == {"matchers", "duration", "comment"}
