"""What is wrong in the shape of the file is told with its place and its mend, and hides nothing else."""

from pathlib import Path

import pytest

from router.config.shape import known_keys
from tests.test_config import MINIMAL, examined, said

SHAPE = {
    "an unknown key, with the likely one": (
        MINIMAL + "recievers: []\n",
        "7:1",
        "unknown key `recievers`",
        "`receivers`?",
    ),
    "an unknown key deep below": (
        MINIMAL.replace("channel: C0SRE", "chanel: C0X, channel: C0SRE"),
        "6:13",
        "unknown key `receivers[0].slack.chanel`",
        "`channel`?",
    ),
    "a key of Alertmanager that is said elsewhere": (
        MINIMAL.replace("    slack: {channel: C0SRE}", "    slack: {channel: C0SRE}\n    slack_configs: []"),
        "7:5",
        "unknown key `receivers[0].slack_configs`",
        "write `slack: {channel: ...}`",
    ),
    "a missing key": (
        MINIMAL.replace("{channel: C0SRE}", "{mention: <!here>}"),
        "6:5",
        "`receivers[0].slack` has neither `channel` nor `webhook`",
        "add one of them",
    ),
    "a missing part": (
        MINIMAL.replace("route: {receiver: sre}\n", ""),
        "1:1",
        "`route` is missing",
        "add `route: ...`",
    ),
    "no source": (
        MINIMAL.replace("\n  alertmanager: {type: alertmanager}", " {}"),
        "1:10",
        "`sources` is empty",
        "at least",
    ),
    "a duration without a unit": (
        MINIMAL + "gate: {watch: 15}\n",
        "7:15",
        "`gate.watch` is not a duration",
        '"15m"',
    ),
    "a duration of nothing": (MINIMAL + "gate: {hold: 0s}\n", "7:14", "`gate.hold` is too short", "longer"),
    "a value outside of a closed list": (
        MINIMAL + "durability: L3\n",
        "7:13",
        "`durability` has a value that it cannot have",
        "'L1' or 'L2'",
    ),
    "a number where a text stands": (
        MINIMAL.replace("C0SRE", "123"),
        "6:22",
        "`receivers[0].slack.channel` must be a text",
        'put it in quotes: "..."',
    ),
    "a text where a mapping stands": (MINIMAL + "gate: slow\n", "7:7", "`gate` must be a mapping", "`key: value`"),
    "a list where a mapping stands": (MINIMAL + "gate: [slow]\n", "7:7", "`gate` must be a mapping", "`key: value`"),
    "a text where a list stands": (MINIMAL + "slos: a.yaml\n", "7:7", "`slos` must be a list", "`[a, b]`"),
    "a word where true or false stands": (
        MINIMAL.replace("{receiver: sre}", "{receiver: sre, routes: [{continue: maybe}]}"),
        "3:44",
        "`route.routes[0].continue` must be true or false",
        "write true or false",
    ),
    "an unknown type of source": (
        MINIMAL.replace("type: alertmanager", "type: nagios"),
        "2:24",
        "`sources.alertmanager.type` has a value that it cannot have",
        "'alertmanager', 'alertmanager-api' or 'datadog'",
    ),
    "a source's name that is no part of an URL": (
        MINIMAL.replace("  alertmanager:", "  alert manager:"),
        "2:3",
        "`sources.alert manager` is not written as it must be",
        "letters, digits",
    ),
    "an URL without a scheme": (
        MINIMAL + "guides:\n  - {matchers: [], url: guides.example.com}\n",
        "8:25",
        "`guides[0].url` is not written as it must be",
        "http:// or https://",
    ),
    "a time of day in words": (
        MINIMAL + "report: {channel: C0SRE, time: noon}\n",
        "7:32",
        "`report.time` is not written as it must be",
        '"09:00"',
    ),
    "a file that is a list": ("- a\n- b\n", "1:1", "`the file` must be a mapping", "`key: value`"),
}


@pytest.mark.parametrize("case", SHAPE.values(), ids=SHAPE)
def test_what_is_wrong_in_shape_is_told(tmp_path: Path, case: tuple[str, str, str, str]) -> None:
    text, place, problem, mend = case
    found = examined(tmp_path, text)
    assert found.config is None
    assert len(found.findings) == 1, said(found, tmp_path)
    told = said(found, tmp_path)[0]
    assert told.startswith(f"router.yaml:{place}: {problem}; ")
    assert mend in told.partition("; ")[2]


def test_findings_in_shape_do_not_hide_findings_in_meaning(tmp_path: Path) -> None:
    """What cannot be read is cut out, and the rest examined; nothing that follows from the cut is told."""
    text = (
        "timezone: Nowhere/Land\n"
        "sources:\n  alertmanager: {type: nagios}\n"
        "route: {receiver: sre, routes: [{receiver: ops, group_wait: soon}]}\n"
        "receivers:\n  - {name: sre, slack: {}}\n"
    )
    lines = [(finding.line, finding.problem) for finding in examined(tmp_path, text).findings]
    assert lines == [
        (1, "unknown time zone 'Nowhere/Land'"),
        (3, "`sources.alertmanager.type` has a value that it cannot have"),
        (4, "unknown receiver 'ops'"),
        (4, "`route.routes[0].group_wait` is not a duration"),
        (6, "`receivers[0].slack` has neither `channel` nor `webhook`"),
    ]


def test_every_mapping_knows_its_keys() -> None:
    """Behind names, list items and alternatives too: what is suggested for a typo comes from here."""
    assert known_keys(("sources", "any", "auth", "basic", 0)) == ["password", "password_file", "username"]
    assert known_keys(("sources", "any", "auth", "basic")) == ["password", "password_file", "username"]
    assert "group_wait" in known_keys(("route", "routes", 3, "routes", 0))
    assert known_keys(("report",)) == ["channel", "time", "weekday"]
    assert known_keys(("slo_sources", "p", "headers")) == []
