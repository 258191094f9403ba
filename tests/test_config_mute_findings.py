"""What is wrong with inhibition, time intervals and silences is told with its place and its mend."""

from pathlib import Path

import pytest

from tests.test_config import MINIMAL, examined, said

CANARY = "c4n4ry-5ecret-value"


def span(condition: str) -> str:
    """Return a configuration with one span, whose condition begins at 9:10."""
    return MINIMAL + f"time_intervals:\n  - name: n\n    time_intervals: [{{\n         {condition}}}]\n"


def inhibit(rule: str) -> str:
    """Return a configuration with one inhibition rule, which begins at 8:5."""
    return MINIMAL + f"inhibit_rules:\n  - {{{rule}}}\n"


TWO = "it begins with sunday: write two, "
DAYS = 'write 1 to 31, or -1 to -31 from its end, or a range such as "1:5" or "-3:-1"'
WRONG = {
    "no such weekday": (
        span("weekdays: [sunday, mondy]"),
        "10:29",
        "'mondy' is no day of the week; did you mean 'monday'?",
    ),
    "a weekday as a number": (
        span("weekdays: [1]"),
        "10:21",
        '\'1\' is no day of the week; write "monday", or a range such as "monday:friday"',
    ),
    "a range of weekdays without an end": (span("weekdays: ['monday:']"), "10:21", "'monday:' is no day of the week"),
    "a range of three": (span("weekdays: ['monday:friday:sunday']"), "10:21", "'monday:friday:sunday' is no day"),
    "a weekend": (
        span("weekdays: ['saturday:sunday']"),
        "10:21",
        f"'saturday:sunday' ends before it begins; {TWO}['saturday', 'sunday']",
    ),
    "weekdays over the end of a week": (
        span("weekdays: ['Friday:Monday']"),
        "10:21",
        f"'Friday:Monday' ends before it begins; {TWO}['friday:saturday', 'sunday:monday']",
    ),
    "a day 0": (span("days_of_month: [0]"), "10:26", f"'0' is no day of the month; {DAYS}"),
    "a day 32": (span("days_of_month: ['1:32']"), "10:26", "'1:32' is no day of the month"),
    "a day -32": (span("days_of_month: ['-32']"), "10:26", "'-32' is no day of the month"),
    "a day by name": (span("days_of_month: [first]"), "10:26", "'first' is no day of the month"),
    "a day that is no number": (span("days_of_month: ['--1']"), "10:26", "'--1' is no day of the month"),
    "days that end before they begin": (
        span("days_of_month: ['5:1']"),
        "10:26",
        f"'5:1' ends before it begins; {DAYS}",
    ),
    "days that end before they begin in any month": (
        span("days_of_month: ['20:-20']"),
        "10:26",
        "'20:-20' ends before it begins",
    ),
    "days from the end to the begin": (span("days_of_month: ['-1:1']"), "10:26", "'-1:1' ends before it begins"),
    "no such month": (span("months: [januar]"), "10:19", "'januar' is no month; did you mean 'january'?"),
    "a month 13": (
        span("months: [13]"),
        "10:19",
        '\'13\' is no month; write "january" or 1, or a range such as "january:march"',
    ),
    "months over the end of a year": (
        span("months: ['november:2']"),
        "10:19",
        "'november:2' ends before it begins; it begins with january: write two, "
        "['november:december', 'january:february']",
    ),
    "a year of two digits too many": (span("years: [202600]"), "10:18", "'202600' is no year"),
    "a year 0": (
        span("years: ['0:2026']"),
        "10:18",
        "'0:2026' is no year; write 2026, or a range such as \"2026:2028\"",
    ),
    "years that end before they begin": (span("years: ['2028:2026']"), "10:18", "'2028:2026' ends before it begins"),
    "a part of a day over midnight": (
        span('times: [{start_time: "22:00", end_time: "06:00"}]'),
        "10:50",
        '`end_time` is not after `start_time`; over midnight write two: one until "24:00", one from "00:00"',
    ),
    "a part of a day of nothing": (
        span('times: [{start_time: "22:00", end_time: "22:00"}]'),
        "10:50",
        "`end_time` is not after `start_time`",
    ),
    "a time without a zero": (
        span('times: [{start_time: "9:00", end_time: "17:00"}]'),
        "10:31",
        "`time_intervals[0].time_intervals[0].times[0].start_time` is not written as it must be; "
        'write it as "09:00", in quotes',
    ),
    "a time after midnight": (
        span('times: [{start_time: "09:00", end_time: "24:30"}]'),
        "10:50",
        "`time_intervals[0].time_intervals[0].times[0].end_time` is not written as it must be",
    ),
    "a time without its end": (
        span('times: [{start_time: "09:00"}]'),
        "10:18",
        "`end_time` is missing in `time_intervals[0].time_intervals[0].times[0]`",
    ),
    "a bad zone": (span("location: Asia/Tokio"), "10:20", "unknown time zone 'Asia/Tokio'; did you mean 'Asia/Tokyo'?"),
    "one weekday that is no list": (
        span("weekdays: monday"),
        "10:20",
        "`time_intervals[0].time_intervals[0].weekdays` must be a list",
    ),
    "an interval defined twice": (
        MINIMAL + "time_intervals:\n" + "  - {name: n, time_intervals: [{weekdays: [sunday]}]}\n" * 2,
        "9:12",
        "time interval 'n' is defined twice; rename or remove one of them",
    ),
    "an interval defined as in old Alertmanagers": (
        MINIMAL + "mute_time_intervals: []\n",
        "7:1",
        "unknown key `mute_time_intervals`; define intervals in `time_intervals` at the root, and name them in a route",
    ),
    "mute times of the root": (
        MINIMAL.replace("{receiver: sre}", "{receiver: sre, mute_time_intervals: [n]}")
        + "time_intervals: [{name: n, time_intervals: [{weekdays: [sunday]}]}]\n",
        "3:24",
        "the root route must take every alert, but has `mute_time_intervals`",
    ),
    "a bad matcher of a source": (
        inhibit("source_matchers: ['a=~\"(\"'], target_matchers: [a=b]"),
        "8:24",
        "bad matcher: the regular expression '('",
    ),
    "a bad matcher of a target": (inhibit("source_matchers: [a=b], target_matchers: [oops]"), "8:48", "bad matcher"),
    "a bad outdated matcher": (
        inhibit("source_match_re: {a: '('}, target_matchers: [a=b]"),
        "8:27",
        "bad matcher: the regular expression '('",
    ),
    "an equal label without name": (
        inhibit("source_matchers: [a=b], target_matchers: [a=c], equal: ['']"),
        "8:62",
        "`inhibit_rules[0].equal[0]` is empty",
    ),
    "a silence of no length": (
        MINIMAL + "silences: {max_duration: 0s}\n",
        "7:26",
        "`silences.max_duration` is too short",
    ),
    "a mirror named twice": (
        MINIMAL + "silences:\n  mirror: [{url: 'http://am'}, {url: 'http://am/'}]\n",
        "8:38",
        "this Alertmanager is already a mirror; remove one of the two",
    ),
    "a mirror without an URL": (
        MINIMAL + "silences: {mirror: [{url: am}]}\n",
        "7:27",
        "`silences.mirror[0].url` is not written as it must be; write an URL that begins with http:// or https://",
    ),
    "a mirror with two credentials": (
        MINIMAL + "silences:\n  mirror:\n"
        "    - {url: 'http://am', bearer: '${TOKEN}', basic: {username: u, password: '${TOKEN}'}}\n",
        "9:46",
        "`bearer` and `basic` are both set; keep one of them",
    ),
    "a mirror's token and its file": (
        MINIMAL + "silences:\n  mirror:\n    - {url: 'http://am', bearer: '${TOKEN}', bearer_file: none}\n",
        "9:46",
        "`bearer` and `bearer_file` are both set",
    ),
}


@pytest.mark.parametrize("case", WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_told_with_its_place_and_mend(tmp_path: Path, case: tuple[str, str, str]) -> None:
    text, place, told = case
    found = examined(tmp_path, text, {"TOKEN": CANARY})
    lines = said(found, tmp_path)
    assert [line for line in lines if line.startswith(f"router.yaml:{place}: {told}")], lines
    assert found.config is None
    assert CANARY not in "\n".join(lines)


CUT = {
    "a span": span("weekdays: monday"),
    "an interval": MINIMAL + "time_intervals: [{name: n, time_intervals: never}]\n",
    "a rule": inhibit("source_matchers: a=b, target_matchers: [c=d]"),
    "a rule's matcher": inhibit("source_matchers: [1], target_matchers: [c=d]"),
}


@pytest.mark.parametrize("text", CUT.values(), ids=CUT)
def test_what_is_wrong_is_not_told_to_be_missing_as_well(tmp_path: Path, text: str) -> None:
    assert [finding.severe for finding in examined(tmp_path, text).findings] == [True]


BOTH_SIDES = "this rule inhibits nothing: an alert that meets both sides is not inhibited by another that does"
DOUBTFUL = {
    "a source side without matchers": (
        inhibit("target_matchers: [a=b]"),
        "8:5",
        "this rule has no source matchers, so every firing alert inhibits others",
    ),
    "a target side without matchers": (
        inhibit("source_matchers: [a=b]"),
        "8:5",
        "this rule has no target matchers, so every other alert is inhibited",
    ),
    "no matchers at all": (inhibit("equal: [a]"), "8:5", BOTH_SIDES),
    "two equal sides": (inhibit("source_matchers: [a=b, c=d], target_matchers: [c=d, a=b]"), "8:5", BOTH_SIDES),
    "an interval without times": (
        MINIMAL + "time_intervals: [{name: n}]\n",
        "7:18",
        "time interval 'n' holds no time at all; list its times",
    ),
    "a span without conditions": (
        span("location: UTC"),
        "9:22",
        "this span has no condition, so it holds every instant; give it one",
    ),
}


@pytest.mark.parametrize("case", DOUBTFUL.values(), ids=DOUBTFUL)
def test_what_is_probably_meant_otherwise_is_a_warning(tmp_path: Path, case: tuple[str, str, str]) -> None:
    text, place, told = case
    found = examined(tmp_path, text)
    assert [line.startswith(f"router.yaml:{place}: {told}") for line in said(found, tmp_path)] == [True], found.findings
    assert found.config is not None
