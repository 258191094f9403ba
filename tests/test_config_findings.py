"""Every mistake is told with its place and its mend, all in one run, and none repeats a secret."""

from pathlib import Path

import pytest

from tests.test_config import MAPPED, MINIMAL, SLO, examined, said

RECEIVERS = MINIMAL.partition("route:")[2].partition("\n")[2]


def routed(route: str) -> str:
    """Return a configuration whose tree is `route`, from line 3 on."""
    return f"sources:\n  alertmanager: {{type: alertmanager}}\n{route}\n{RECEIVERS}"


MEANING = {
    "an unknown receiver": (routed("route: {receiver: ops}"), "3:19", "unknown receiver 'ops'", True),
    "an unknown receiver of a child": (
        routed("route: {receiver: sre, routes: [{receiver: ops}]}"),
        "3:44",
        "unknown receiver 'ops'",
        True,
    ),
    "no receiver at all": (routed("route: {group_by: [slo]}"), "3:1", "`route` names no receiver", True),
    "matchers of the root": (
        routed("route: {receiver: sre, matchers: ['a=\"b\"']}"),
        "3:24",
        "the root route must take every alert, but has `matchers`",
        True,
    ),
    "a bad expression": (
        routed("route: {receiver: sre, routes: [{matchers: ['a=~\"(\"']}]}"),
        "3:45",
        "bad matcher: the regular expression '('",
        True,
    ),
    "a matcher without operator": (
        routed("route: {receiver: sre, routes: [{matchers: [checkout]}]}"),
        "3:45",
        "bad matcher",
        True,
    ),
    "an empty matcher": (
        routed("route: {receiver: sre, routes: [{matchers: ['']}]}"),
        "3:45",
        "an empty matcher",
        True,
    ),
    "a bad expression in match_re": (
        routed("route: {receiver: sre, routes: [{match_re: {a: '('}}]}"),
        "3:48",
        "bad matcher: the regular expression '('",
        True,
    ),
    "match is deprecated": (
        routed("route: {receiver: sre, routes: [{match: {team: pay}}]}"),
        "3:34",
        "`match` is deprecated; write `matchers: ['team=\"pay\"']`",
        False,
    ),
    "every label beside others": (
        routed("route: {receiver: sre, group_by: [slo, '...']}"),
        "3:34",
        "`...` stands for every label",
        True,
    ),
    "group_interval does nothing": (
        routed("route: {receiver: sre, group_interval: 5m}"),
        "3:24",
        "`group_interval` is not acted on yet",
        False,
    ),
    "a repeat interval of nothing": (
        routed("route: {receiver: sre, repeat_interval: 0s}"),
        "3:41",
        "`repeat_interval` is zero",
        True,
    ),
    "an unknown time interval": (
        routed("route: {receiver: sre, routes: [{matchers: ['a=\"b\"'], mute_time_intervals: [nights]}]}"),
        "3:77",
        "unknown time interval 'nights'",
        True,
    ),
    "a receiver defined twice": (
        MINIMAL + "  - {name: sre, slack: {channel: C0X}}\n",
        "7:12",
        "receiver 'sre' is defined twice",
        True,
    ),
    "a mention that mentions nobody": (
        MINIMAL.replace("{channel: C0SRE}", "{channel: C0SRE, mention: '@sre'}"),
        "6:38",
        "the mention is not in Slack's form",
        False,
    ),
    "a bad time zone of a receiver": (
        MINIMAL.replace("- name: sre", "- name: sre\n    timezone: Asia/Tokio"),
        "6:15",
        "unknown time zone 'Asia/Tokio'; did you mean 'Asia/Tokyo'?",
        True,
    ),
    "a time zone that is a path": (
        MINIMAL + "timezone: ../../etc/passwd\n",
        "7:11",
        "unknown time zone '../../etc/passwd'",
        True,
    ),
    "a reserved source name": (
        MINIMAL.replace("  alertmanager:", "  slo:"),
        "2:3",
        "the source name `slo` is reserved",
        True,
    ),
    "heartbeats do nothing": (
        MINIMAL + "heartbeats:\n  - {name: prom, interval: 5m}\n",
        "8:5",
        "heartbeats are not acted on yet",
        False,
    ),
    "a bad location of a time interval": (
        MINIMAL + "time_intervals:\n  - {name: n, time_intervals: [{location: Mars}]}\n",
        "8:43",
        "unknown time zone 'Mars'",
        True,
    ),
    "an SLO that is not loaded": (
        MINIMAL + "mapping:\n  - {matchers: ['a=\"b\"'], slos: [none]}\n",
        "8:34",
        "no SLO 'none' is loaded",
        False,
    ),
    "a mapping rule that is never reached": (
        MINIMAL + "guides:\n  - {matchers: [], url: 'http://a'}\n  - {matchers: ['a=\"b\"'], url: 'http://b'}\n",
        "9:5",
        "this rule is never reached: the one in line 8",
        False,
    ),
    "a pattern that matches no file": (
        MINIMAL + "slos: [none/*.yaml]\n",
        "7:8",
        "'none/*.yaml' matches no file",
        False,
    ),
    "a bearer token and its file": (
        MINIMAL + "slo_sources:\n  p: {type: prometheus, url: 'http://p', bearer: '${T}', bearer_file: no}\n",
        "8:58",
        "`bearer` and `bearer_file` are both set",
        True,
    ),
    "a secret's file that is not there": (
        MINIMAL.replace("type: alertmanager", "type: alertmanager, auth: {bearer_file: no}"),
        "2:58",
        "the secret's file 'no' cannot be read (no such file or directory)",
        True,
    ),
}


@pytest.mark.parametrize("case", MEANING.values(), ids=MEANING)
def test_what_is_wrong_in_meaning_is_told(tmp_path: Path, case: tuple[str, str, str, bool]) -> None:
    text, place, problem, severe = case
    found = examined(tmp_path, text, {"T": "token"})
    told = [line for line in said(found, tmp_path) if line.startswith(f"router.yaml:{place}: {problem}")]
    assert told, said(found, tmp_path)
    finding = next(each for each in found.findings if each.problem in told[0])
    assert finding.severe is severe
    assert (found.config is None) is any(each.severe for each in found.findings)


SHADOWED = {
    "equal matchers": ("['a=\"b\"']", "['a=\"b\"']", True),
    "a subset of the matchers": ("['a=\"b\"']", "['a=\"b\"', 'c=\"d\"']", True),
    "an expression that takes the value": ("['a=~\"b|c\"']", "['a=\"c\"']", True),
    "an inequality that the value meets": ("['a!=\"x\"']", "['a=\"c\"']", True),
    "no matchers at all": ("[]", "['a=\"c\"']", True),
    "another value": ("['a=\"b\"']", "['a=\"c\"']", False),
    "another label": ("['a=\"b\"']", "['c=\"d\"']", False),
    "a narrower route first": ("['a=\"b\"', 'c=\"d\"']", "['a=\"b\"']", False),
    "an expression that takes other values": ("['a=~\"b|c\"']", "['a=\"x\"']", False),
}


@pytest.mark.parametrize("case", SHADOWED.values(), ids=SHADOWED)
def test_a_route_is_shadowed_by_an_earlier_sibling_that_takes_everything_of_it(
    tmp_path: Path, case: tuple[str, str, bool]
) -> None:
    earlier, later, shadowed = case
    tree = "route:\n  receiver: sre\n  routes:\n    - {matchers: %s%s}\n    - {matchers: %s}"
    found = examined(tmp_path, routed(tree % (earlier, "", later)))
    told = [finding.line for finding in found.findings if "never reached" in finding.problem]
    assert told == ([7] if shadowed else [])
    continued = examined(tmp_path, routed(tree % (earlier, ", continue: true", later)))
    assert continued.findings == ()


def test_an_slo_that_no_live_mapping_reaches_is_told(tmp_path: Path) -> None:
    """A rule behind another one that takes all its alerts reaches nothing."""
    shadow = "mapping:\n  - {matchers: [], slos: [other]}\n"
    found = examined(tmp_path, MINIMAL + MAPPED.replace("mapping:\n", shadow), slo=SLO)
    told = "\n".join(said(found, tmp_path))
    assert "slo.yaml:4:5: no mapping reaches SLO 'checkout-availability'" in told


def test_a_guide_rule_speaks_for_the_alerts_that_a_mapping_names(tmp_path: Path) -> None:
    slo = SLO.replace('    alerting: {annotations: {runbook_url: "https://guides.example.com/checkout"}}\n', "")
    without = said(examined(tmp_path, MINIMAL + MAPPED, slo=slo), tmp_path)
    assert [line for line in without if line.startswith("slo.yaml:4:5: SLO 'checkout-availability' has no guide")]
    guides = "guides:\n  - {matchers: ['service=\"checkout\"'], url: 'https://guides.example.com'}\n"
    assert examined(tmp_path, MINIMAL + MAPPED + guides, slo=slo).findings == ()


def test_an_slo_without_a_configured_source_is_an_error(tmp_path: Path) -> None:
    text = MINIMAL + MAPPED.partition("slos:")[1] + MAPPED.partition("slos:")[2]
    found = examined(tmp_path, text, slo=SLO)
    assert found.config is None
    assert "SLO 'checkout-availability' is measured by the SLO source ''" in "\n".join(said(found, tmp_path))


def test_a_source_without_authentication_is_refused_beyond_loopback(tmp_path: Path) -> None:
    """Authentication fails closed: an empty variable must not open the door."""
    text = MINIMAL.replace("type: alertmanager", 'type: alertmanager, auth: {bearer: "${TOKEN:-}"}')
    assert examined(tmp_path, text).findings == ()
    assert examined(tmp_path, text, {"ROUTER_LISTEN": "[::1]:80"}).findings == ()
    assert examined(tmp_path, text, {"ROUTER_LISTEN": "0.0.0.0:80", "TOKEN": "good-token"}).findings == ()
    found = examined(tmp_path, text, {"ROUTER_LISTEN": ":80"})
    assert found.config is None
    assert said(found, tmp_path)[0].startswith("router.yaml:2:3: source `alertmanager` has no authentication")


def test_strict_refuses_outdated_and_lenient_ways_of_writing(tmp_path: Path) -> None:
    text = MINIMAL.replace("{receiver: sre}", "{receiver: sre, routes: [{match: {a: b}}]}") + MAPPED
    slo = SLO.replace("service: checkout\n", "service: checkout\nowner: me\n", 1)
    assert [finding.severe for finding in examined(tmp_path, text, slo=slo).findings] == [False, False]
    assert [finding.severe for finding in examined(tmp_path, text, slo=slo, strict=True).findings] == [True, True]
