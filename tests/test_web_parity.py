"""The router as a process answers on API v2 as a real Alertmanager does that was given the same.

Every case of tests/support/mute_cases.py is put to both: the same inhibition rules, alerts and silences over the API.
Known differences (docs/silences.md, "And Alertmanager") are not asked for.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.support.mute_cases import CASES, RULES, ask, heard, labels_of, rule, run, send
from tests.support.parity import open_both, post_silences
from tests.support.waiting import until

Alert = tuple[str, int]
"""A case, and the place of an alert in it."""
LAST = rule('case="last",nr="0"', 'case="last",nr="1"')
FLAGS = [
    {name: value for name, value in zip(("active", "silenced", "inhibited"), values, strict=True) if value}
    for values in (
        ("", "", ""), ("true", "true", "true"), ("false", "", ""), ("", "false", ""), ("", "", "false"),
        ("false", "false", ""), ("false", "", "false"), ("", "false", "false"), ("false", "false", "false"),
        ("true", "false", "false"), ("false", "true", "false"), ("false", "false", "true"),
    )
]  # fmt: skip
FILTERS = [
    ('case="equal"',),
    ('case!="equal"',),
    ('svc="pay"',),
    ("svc=pay",),
    ('svc!="pay"', 'kind=""'),
    ('svc=~"pay|sea.*"',),
    ('svc!~"p.*"',),
    ('svc=""',),
    ('svc!=""',),
    ('svc="決済"',),
    ('svc=~"決."',),
    (r'svc="a\"b\\c"',),
    ('kind=~"d.*"', 'cluster="a"'),
    ('kind=~"down"', 'kind!~"down"'),
    ('alertname="Case"', 'nr=~"[01]"'),
    ("nowhere=~.*",),
]


@dataclass(frozen=True)
class Both:
    """The same question to the router and to the real program."""

    ours: Any
    theirs: Any


@dataclass(frozen=True)
class Answers:
    """Everything that both were asked, by its path."""

    by_path: Mapping[str, Both]

    def of(self, path: str) -> Both:
        """Return what both answer."""
        return self.by_path[path]


def path_of(parameters: Mapping[str, str], filters: Sequence[str] = (), what: str = "alerts") -> str:
    """Return the path of a question."""
    query = urlencode([*parameters.items(), *(("filter", text) for text in filters)])
    return f"/api/v2/{what}" + (f"?{query}" if query else "")


PATHS = [
    *(path_of(flags, (), what) for flags in FLAGS for what in ("alerts", "alerts/groups")),
    *(path_of({}, filters, what) for filters in FILTERS for what in ("alerts", "alerts/groups")),
    *(path_of({"active": "false"}, filters) for filters in FILTERS),
    path_of({"receiver": "sre"}),
    path_of({"receiver": "s.*"}),
    path_of({"receiver": "s"}),
    path_of({}, (), "silences"),
    *(path_of({}, (text,), "silences") for text in ('case="equal"', 'svc="pay"', 'svc=~"pay|sea.*"', 'svc!="x"')),
    path_of({}, (), "receivers"),
]


async def tell(url: str) -> None:
    """Send the alerts of every case, then those that are over, then two of which one inhibits the other."""
    numbered = [(name, number) for name, case in CASES.items() for number in range(len(case.alerts))]
    await send(url, [labels_of(*each) for each in numbered])
    await send(
        url, [labels_of(name, number) for name, number in numbered if number in CASES[name].resolved], resolved=True
    )
    await send(url, [{"alertname": "Last", "case": "last", "nr": nr} for nr in "01"])


async def judged(url: str) -> bool:
    """Whether the router has looked at every alert."""
    _, alerts = await ask("GET", f"{url}/api/v2/alerts")
    return len(alerts) > 2 and all(each["status"]["state"] != "unprocessed" for each in alerts)


async def asked(folder: Path) -> Answers:
    """Put every case to both, and every question about it."""
    rules = json.dumps([*json.loads(RULES), LAST], ensure_ascii=False)
    async with open_both(folder, rules) as (router, reference):
        for url in (router.url, reference.url):
            await post_silences(url)
            await tell(url)
        await until(lambda: heard(reference.url), "Alertmanager has seen every alert", 20)
        await until(lambda: judged(router.url), "the router has judged every alert", 20)
        found = {}
        for path in PATHS:
            (ours, said), (theirs, answered) = (
                await ask("GET", router.url + path),
                await ask("GET", reference.url + path),
            )
            assert (ours, theirs) == (200, 200), (path, said, answered)
            found[path] = Both(said, answered)
    return Answers(found)


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Answers]:
    yield run(lambda: asked(tmp_path_factory.mktemp("parity")))


def numbered(alerts: Sequence[Mapping[str, Any]]) -> dict[Alert, Mapping[str, Any]]:
    """Return alerts as the API shows them, by case and place."""
    return {(each["labels"]["case"], int(each["labels"]["nr"])): each for each in alerts}


def each_side(both: Both, read: Callable[[Any], Any]) -> tuple[Any, Any]:
    """Return what a reader makes of both answers."""
    return read(both.ours), read(both.theirs)


ALERTS = [(name, number) for name, case in CASES.items() for number in range(len(case.alerts))]


@pytest.mark.parametrize("name", CASES)
def test_an_alert_stands_as_in_alertmanager(answers: Answers, name: str) -> None:
    """State, silences (by their comments), inhibiting alerts (by their labels: an old Alertmanager names one)."""
    case, both, silences = CASES[name], answers.of("/api/v2/alerts"), answers.of("/api/v2/silences")
    ours, theirs = each_side(both, numbered)
    for number in range(len(case.alerts)):
        assert ((name, number) in ours) is ((name, number) in theirs) is (number not in case.resolved)
        if number in case.resolved:
            continue
        mine, other = ours[name, number], theirs[name, number]
        assert mine["labels"] == other["labels"]
        assert mine["receivers"] == other["receivers"]
        assert mine["status"]["state"] == other["status"]["state"], number
        assert comments(mine, silences.ours) == comments(other, silences.theirs), number
        named, known = inhibitors(other, both.theirs), inhibitors(mine, both.ours)
        assert named <= known, number
        assert bool(named) is bool(known) is (number in case.inhibited), number
        assert (mine["status"]["state"] == "suppressed") is (number in case.silenced | case.inhibited), number


def comments(alert: Mapping[str, Any], silences: Sequence[Mapping[str, Any]]) -> set[str]:
    """Return the comments of the silences that keep an alert quiet."""
    known = {each["id"]: each["comment"] for each in silences}
    return {known[each] for each in alert["status"]["silencedBy"]}


def inhibitors(alert: Mapping[str, Any], alerts: Sequence[Mapping[str, Any]]) -> set[Alert]:
    """Return the alerts that inhibit one."""
    by = set(alert["status"]["inhibitedBy"])
    return set(numbered([each for each in alerts if each["fingerprint"] in by]))


def questions(what: str) -> list[str]:
    return [path for path in PATHS if path.startswith(f"/api/v2/{what}?") or path == f"/api/v2/{what}"]


@pytest.mark.parametrize("path", questions("alerts"))
def test_flags_and_filters_select_the_same_alerts(answers: Answers, path: str) -> None:
    ours, theirs = each_side(answers.of(path), numbered)
    assert ours.keys() == theirs.keys()


def test_the_questions_tell_alerts_apart(answers: Answers) -> None:
    """No comparison of nothing with nothing."""
    sizes = {len(answers.of(path).theirs) for path in questions("alerts")}
    assert len(sizes) >= 12
    assert len(answers.of("/api/v2/alerts").theirs) > 80


def as_groups(groups: Sequence[Mapping[str, Any]]) -> set[tuple[str, str, frozenset[tuple[Alert, str]]]]:
    """Return groups by their labels and receiver, each with its alerts and their states."""
    return {
        (json.dumps(group["labels"], sort_keys=True), group["receiver"]["name"], frozenset(
            (alert, each["status"]["state"]) for alert, each in numbered(group["alerts"]).items()
        ))
        for group in groups
    }  # fmt: skip


@pytest.mark.parametrize("path", questions("alerts/groups"))
def test_groups_are_the_same(answers: Answers, path: str) -> None:
    ours, theirs = each_side(answers.of(path), as_groups)
    assert ours == theirs


@pytest.mark.parametrize("path", questions("silences"))
def test_silences_are_listed_the_same(answers: Answers, path: str) -> None:
    """States, matchers, owners; in the same order of states."""

    def read(silences: Sequence[Mapping[str, Any]]) -> list[Any]:
        return sorted(
            (
                each["comment"],
                each["status"]["state"],
                each["createdBy"],
                sorted(json.dumps(matcher, sort_keys=True) for matcher in each["matchers"]),
            )
            for each in silences
        )

    ours, theirs = each_side(answers.of(path), read)
    assert ours == theirs
    states = each_side(answers.of(path), lambda silences: [each["status"]["state"] for each in silences])
    assert states[0] == states[1]


def test_receivers_are_the_same(answers: Answers) -> None:
    both = answers.of("/api/v2/receivers")
    assert both.ours == both.theirs
