"""Inhibition, time intervals and the rules for silences become values."""

from pathlib import Path
from zoneinfo import ZoneInfo

from router.alert import parse_matcher
from router.config.values import Config, Mirror, SilencePolicy
from router.mute import InhibitRule, Span
from tests.test_config import MINIMAL, examined, said

UTC, TOKYO = ZoneInfo("UTC"), ZoneInfo("Asia/Tokyo")
CANARY = "c4n4ry-5ecret-value"


def loaded(directory: Path, text: str) -> Config:
    """Return the configuration, which has nothing wrong in it."""
    found = examined(directory, text, {"TOKEN": CANARY})
    assert said(found, directory) == []
    assert found.config is not None
    return found.config


def test_inhibition_rules_become_values(tmp_path: Path) -> None:
    text = (
        "inhibit_rules:\n"
        '  - {name: outage, source_matchers: [\'alertname="Down"\'], target_matchers: [\'{a="b", c!="d"}\'],'
        " equal: [cluster, zone, cluster]}\n"
        '  - source_matchers: [severity=page]\n    target_matchers: [severity=~"warning|info"]\n'
    )
    outage, severity = loaded(tmp_path, MINIMAL + text).rules.inhibit_rules
    down, others = (parse_matcher('alertname="Down"'),), (parse_matcher('a="b"'), parse_matcher('c!="d"'))
    assert outage == InhibitRule(down, others, ("cluster", "zone"), "outage")
    assert severity.target == (parse_matcher('severity=~"warning|info"'),)
    assert (severity.equal, severity.name) == ((), "")


def test_outdated_matchers_of_inhibition_count(tmp_path: Path) -> None:
    text = (
        "inhibit_rules:\n"
        "  - {source_match: {a: b}, source_match_re: {c: 'd|e'}, source_matchers: [f=g], target_match_re: {a: x.*}}\n"
    )
    found = examined(tmp_path, MINIMAL + text)
    assert found.config is not None
    rule = found.config.rules.inhibit_rules[0]
    assert [str(each) for each in rule.source] == ['a="b"', 'c=~"d|e"', 'f="g"']
    assert [str(each) for each in rule.target] == ['a=~"x.*"']
    told = said(found, tmp_path)
    assert "router.yaml:8:6: `source_match` is deprecated; write `source_matchers: ['a=\"b\"']`" in told
    assert [finding.severe for finding in found.findings] == [False, False, False]


def test_time_intervals_become_values(tmp_path: Path) -> None:
    text = """\
time_intervals:
  - name: nights
    time_intervals:
      - times: [{start_time: "22:00", end_time: "24:00"}, {start_time: "00:00", end_time: "06:30"}]
        location: Asia/Tokyo
  - name: rare
    time_intervals:
      - weekdays: ['monday:friday', Sunday]
        days_of_month: [1, '5:10', '-3:-1', '20:-1']
        months: ['january:march', 5, '11:december', June]
        years: [2026, '2028:2030']
      - {weekdays: [saturday]}
"""
    intervals = loaded(tmp_path, MINIMAL + text).time_intervals
    assert intervals["nights"] == (Span(TOKYO, times=((1320, 1440), (0, 390))),)
    assert intervals["rare"] == (
        Span(
            UTC,
            weekdays=((1, 5), (0, 0)),
            days_of_month=((1, 1), (5, 10), (-3, -1), (20, -1)),
            months=((1, 3), (5, 5), (11, 12), (6, 6)),
            years=((2026, 2026), (2028, 2030)),
        ),
        Span(UTC, weekdays=((6, 6),)),
    )


def test_routes_name_their_intervals_and_children_do_not_inherit_them(tmp_path: Path) -> None:
    route = (
        "route:\n  receiver: sre\n  routes:\n"
        "    - {matchers: [a=b], mute_time_intervals: [n], active_time_intervals: [o, n], routes: [{matchers: [c=d]}]}"
    )
    intervals = (
        "time_intervals:\n  - {name: n, time_intervals: [{weekdays: [sunday]}]}\n"
        "  - {name: o, time_intervals: [{weekdays: [monday]}]}\n"
    )
    root = loaded(tmp_path, MINIMAL.replace("route: {receiver: sre}", route) + intervals).rules.route
    named, child = root.routes[0], root.routes[0].routes[0]
    assert (named.mute_times, named.active_times) == (("n",), ("o", "n"))
    assert (root.mute_times, child.mute_times, child.active_times) == ((), (), ())


def test_the_rules_for_silences_become_a_value(tmp_path: Path) -> None:
    assert loaded(tmp_path, MINIMAL).silences == SilencePolicy(30 * 86_400.0, 900.0, 86_400.0, ())
    text = """\
silences:
  max_duration: 7d
  remind_before: 30m
  idle_after: 3d
  mirror:
    - {url: 'https://am.example.com/', bearer: "${TOKEN}", headers: {X-Scope-OrgID: shop}}
    - {url: 'http://other:9093', basic: {username: router, password: "${TOKEN}"}}
"""
    policy = loaded(tmp_path, MINIMAL + text).silences
    assert (policy.longest_s, policy.ending_s, policy.idle_s) == (604_800.0, 1_800.0, 259_200.0)
    first, second = policy.mirrors
    headers = {"X-Scope-OrgID": "shop", "Authorization": f"Bearer {CANARY}"}
    assert first == Mirror("https://am.example.com", headers)
    assert second.headers["Authorization"].startswith("Basic ")
    assert CANARY not in repr(policy)
