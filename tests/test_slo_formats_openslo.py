"""OpenSLO v1, field by field: each deviation is noted at its place, and read in the way that errs toward telling."""

import json

import pytest

from router.slo.formats import Loaded, load, load_all
from router.slo.objective import DAY_S, SloClass

SLO = """\
apiVersion: openslo/v1
kind: SLO
metadata:
  name: web
  {metadata}
spec:
  service: web
  {indicator}
  timeWindow: [{window}]
  budgetingMethod: {method}
  objectives:
    - {goal}
"""
RATIO = (
    "indicator: {metadata: {name: i}, spec: {ratioMetric: {counter: true, "
    "bad: {metricSource: {type: prometheus, spec: {query: 'bad_total'}}}, "
    "total: {metricSource: {type: prometheus, spec: {query: 'all_total'}}}}}}"
)
RAW = (
    "indicator: {metadata: {name: i}, spec: {ratioMetric: {counter: true, rawType: failure, "
    "raw: {metricSource: {type: prometheus, spec: {query: 'ratio'}}}}}}"
)
DEFAULTS = {
    "metadata": "displayName: Web",
    "indicator": RATIO,
    "window": "{duration: 30d, isRolling: true}",
    "method": "Occurrences",
    "goal": "{target: 0.99}",
}


def slo(**changed: str) -> Loaded:
    """Load the SLO with some of its parts changed."""
    return load(SLO.format(**(DEFAULTS | changed)), "web.yaml", "prometheus")


def problems(loaded: Loaded) -> list[str]:
    """The problems, without places."""
    return [finding.problem for finding in loaded.findings]


def test_the_pattern_of_these_tests_is_clean() -> None:
    """Without a change nothing is noted."""
    assert problems(slo()) == []


TARGETS = [
    pytest.param("{target: 0.98}", 0.98, "", id="a ratio"),
    pytest.param("{targetPercent: 99.99}", 0.9999, "at 99.99 % over 30d a total outage spends", id="percent"),
    pytest.param("{target: '0.98'}", 0.98, "'0.98' is text", id="a number as text"),
    pytest.param("{target: 99.5}", 0.995, "target 99.5 is not a ratio; read as 99.5 %", id="percent in target"),
    pytest.param("{targetPercent: 0.98}", 0.98, "0.98 is a ratio in a field for percent", id="ratio in percent"),
    pytest.param("{target: 0.98, targetPercent: 90}", 0.98, "target and targetPercent together", id="both"),
]


@pytest.mark.parametrize(("goal", "target", "problem"), TARGETS)
def test_targets_are_read_in_both_units(goal: str, target: float, problem: str) -> None:
    """What is plainly the other unit is read as that, with a warning."""
    loaded = slo(goal=goal)
    assert loaded.objectives[0].target == pytest.approx(target, rel=1e-12)
    assert [each.startswith(problem) for each in problems(loaded)] == [True] * bool(problem)


@pytest.mark.parametrize(
    ("goal", "problem"),
    [
        ("{target: 1}", "a target of 100 % leaves no error budget"),
        ("{target: 100}", "a target of 100 % leaves no error budget"),
        ("{targetPercent: 100}", "a target of 100 % leaves no error budget"),
        ("{target: 0}", "the target '0' is not a goal that can be judged"),
        ("{target: 101}", "the target '101' is not a goal that can be judged"),
        ("{target: .nan}", "the target '.nan' is not a goal that can be judged"),
        ("{target: high}", "the target 'high' is not a goal that can be judged"),
        ("{displayName: none}", "an objective without target"),
    ],
)
def test_a_goal_that_cannot_be_judged_is_severe(goal: str, problem: str) -> None:
    """There is no error budget to burn, so there is no objective."""
    loaded = slo(goal=goal)
    assert (loaded.objectives, problems(loaded)) == ((), [problem])
    assert loaded.findings[0].severe
    assert loaded.findings[0].line == 12


WINDOWS = [
    pytest.param("{duration: 1h, isRolling: true}", 3600.0, "1h", [], id="hours"),
    pytest.param("{duration: 1M, isRolling: true}", 30 * DAY_S, "1M", [], id="a month is 30 days when rolling"),
    pytest.param("{duration: 1Q, isRolling: true}", 90 * DAY_S, "1Q", [], id="a quarter"),
    pytest.param(
        "{duration: forever, isRolling: true}", 28 * DAY_S, "28d", ["the duration 'forever'"], id="no duration"
    ),
    pytest.param("{duration: 7d}", 7 * DAY_S, "7d", ["a window that is not rolling needs"], id="neither"),
    pytest.param(
        "{duration: 7d, isRolling: false, calendar: {startTime: '2026-01-01 00:00:00'}}",
        7 * DAY_S,
        "7d",
        ["the timeZone '' is unknown"],
        id="no zone is never UTC",
    ),
    pytest.param(
        "{duration: 7d, isRolling: false, calendar: {startTime: 2026-02-30 00:00:00, timeZone: UTC}}",
        7 * DAY_S,
        "7d",
        ["the startTime '2026-02-30 00:00:00' is no time"],
        id="a day that does not exist",
    ),
    pytest.param(
        "{duration: 8h, isRolling: false, calendar: {startTime: 2026-02-20 00:00:00, timeZone: UTC}}",
        8 * 3600.0,
        "8h",
        ["no calendar has windows of 8h"],
        id="hours have no calendar",
    ),
    pytest.param(
        "{duration: 7d, isRolling: true}, {duration: 1d, isRolling: true}",
        7 * DAY_S,
        "7d",
        ["more than one timeWindow"],
        id="two windows",
    ),
]


@pytest.mark.parametrize(("window", "length_s", "text", "noted"), WINDOWS)
def test_time_windows(window: str, length_s: float, text: str, noted: list[str]) -> None:
    """What a calendar does not say is judged as rolling, with a warning."""
    loaded = slo(window=window)
    found = loaded.objectives[0].window
    assert (found.length_s, found.text, found.calendar) == (length_s, text, None)
    assert [each[: len(start)] for each, start in zip(problems(loaded), noted, strict=True)] == noted


def test_a_start_with_an_offset_is_converted_to_the_zone() -> None:
    """Local time is what a calendar means."""
    loaded = slo(
        window="{duration: 1M, isRolling: false, calendar: {startTime: 2026-01-01T00:00:00Z, timeZone: Asia/Tokyo}}"
    )
    calendar = loaded.objectives[0].window.calendar
    assert calendar is not None
    assert calendar.start == "2026-01-01 09:00:00"
    assert problems(loaded) == ["startTime bears an offset; converted to timeZone"]


@pytest.mark.parametrize(
    ("indicator", "goal", "problem"),
    [
        ("description: x", "{target: 0.99}", "the objective has no indicator"),
        ("indicatorRef: gone", "{target: 0.99}", "no file defines the SLI 'gone' that indicatorRef names"),
        (RATIO.replace("'bad_total'", "'sum(rate(x[$__range]))'"), "{target: 0.99}", "the metric source has no query"),
        (RATIO.replace("'bad_total'", "'x{a=\"{{.job}}\"}'"), "{target: 0.99}", "the metric source has no query"),
        (RATIO.replace("type: prometheus", "type: Any"), "{target: 0.99}", "the metric source's type 'Any'"),
        (RATIO.replace("total: {metric", "sum: {metric"), "{target: 0.99}", "a ratioMetric needs total"),
        (RATIO.replace("ratioMetric", "other"), "{target: 0.99}", "the indicator has neither"),
        (RAW.replace("rawType: failure, ", ""), "{target: 0.99}", "raw needs rawType"),
    ],
)
def test_an_indicator_that_cannot_be_read_is_a_problem_not_a_loss(indicator: str, goal: str, problem: str) -> None:
    """The objective stays, as unknown, and a warning says where it fails."""
    loaded = slo(indicator=indicator, goal=goal)
    assert loaded.objectives[0].problem.startswith(problem)
    assert any(each.startswith(problem) for each in problems(loaded))
    assert not any(finding.severe for finding in loaded.findings)


def test_a_placeholder_of_another_tool_is_never_sent() -> None:
    """slo-generator's [window] is read as {{.window}}."""
    loaded = slo(indicator=RATIO.replace("'bad_total'", "'sum(rate(x[window]))'"))
    indicator = loaded.objectives[0].indicator
    assert indicator is not None
    assert indicator.bad == "sum(rate(x[{{.window}}]))"
    assert problems(loaded) == ["the placeholder [window] is another tool's"]


@pytest.mark.parametrize(
    ("method", "goal", "noted"),
    [
        ("timeslices", "{target: 0.99, timeSliceTarget: 0.9, timeSliceWindow: 1m}", ["budgetingMethod 'timeslices'"]),
        ("Timeslices", "{target: 0.99, timeSliceWindow: 1m}", ["Timeslices without a timeSliceTarget"]),
        ("Timeslices", "{target: 0.99, timeSliceTarget: 0.9}", ["Timeslices without a readable timeSliceWindow"]),
        ("RatioTimeslices", "{target: 0.99}", ["RatioTimeslices without a readable timeSliceWindow"]),
        ("Weekly", "{target: 0.99}", ["budgetingMethod 'Weekly' read as Occurrences"]),
        ("Occurrences", "{target: 0.99, weight: 1}", ["unknown key 'weight', ignored"]),
    ],
)
def test_budgeting_methods(method: str, goal: str, noted: list[str]) -> None:
    """Missing parts have defaults, each with a warning."""
    found = problems(slo(method=method, goal=goal))
    assert [each[: len(start)] for each, start in zip(found, noted, strict=True)] == noted


def test_composite_objectives_bring_their_own_indicators() -> None:
    """Each objective with an indicator is an SLO of its own."""
    both = f"{{target: 0.99, {RATIO}}}\n    - {{target: 0.9, {RATIO.replace('bad_total', 'worse_total')}}}"
    loaded = slo(indicator="description: composite", goal=both)
    found = {each.id: each.indicator.bad for each in loaded.objectives if each.indicator is not None}
    assert found == {"web#0": "bad_total", "web#1": "worse_total"}


def test_hints_are_read_and_their_mistakes_noted() -> None:
    """Unknown hints, unknown classes and guides that are no URLs are ignored with a warning."""
    annotations = (
        "annotations: {alert-router/cuj: pay, alert-router/class: vital, alert-router/guide: 'javascript:x', "
        "alert-router/depends-on: [a, b], alert-router/runbok: x, other/key: y}"
    )
    loaded = slo(metadata=annotations)
    goal = loaded.objectives[0]
    assert (goal.hints.cuj, goal.hints.guide, goal.hints.depends_on) == ("pay", "", ("a", "b"))
    assert goal.slo_class is SloClass.HIGH
    assert problems(loaded) == [
        "unknown class 'vital', taken as high",
        "the guide 'javascript:x' is no http(s) URL, ignored",
        "unknown annotation 'alert-router/runbok', ignored",
    ]


def test_the_last_of_two_slos_with_one_name_counts() -> None:
    """The first is noted, wherever the second stands."""
    first, second = SLO.format(**DEFAULTS), SLO.format(**(DEFAULTS | {"goal": "{target: 0.9}"}))
    loaded = load_all([("a.yaml", first), ("b.yaml", second)], "prometheus")
    assert [each.target for each in loaded.objectives] == [0.9]
    assert str(loaded.findings[0]).startswith("a.yaml:1:1: the SLO 'web' is defined again at b.yaml:1")


def test_a_configured_source_is_selected_by_its_name() -> None:
    """metricSourceRef names one of slo_sources; else the default one measures."""
    text = SLO.format(**(DEFAULTS | {"indicator": RATIO.replace("{type", "{metricSourceRef: eu, type")}))
    assert load_all([("a", text)], "main", sources=("main", "eu")).objectives[0].source == "eu"
    assert load_all([("a", text)], "main", sources=("main",)).objectives[0].source == "main"


def test_json_lists_and_kubernetes_lists_are_documents_too() -> None:
    """The same object in JSON with tabs, in a list, and in a List."""
    goal = {"target": 0.99}
    source = {"metricSource": {"type": "prometheus", "spec": {"query": "x"}}}
    spec = {
        "service": "web",
        "indicator": {
            "metadata": {"name": "i"},
            "spec": {"ratioMetric": {"counter": True, "bad": source, "total": source}},
        },
        "timeWindow": [{"duration": "30d", "isRolling": True}],
        "budgetingMethod": "Occurrences",
        "objectives": [goal],
    }
    whole = {"apiVersion": "openslo/v1", "kind": "SLO", "metadata": {"name": "web"}, "spec": spec}
    for value in (whole, [whole], {"apiVersion": "v1", "kind": "List", "items": [whole]}):
        loaded = load(json.dumps(value, indent="\t"), "web.json", "prometheus")
        assert ([each.id for each in loaded.objectives], loaded.findings) == (["web"], ())
