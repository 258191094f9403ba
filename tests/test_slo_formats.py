"""SLO files of all formats: what they hold, and every deviation with its line, column and mend."""

from pathlib import Path

import pytest

from router.slo.burn import self_test
from router.slo.formats import Loaded, load, load_all
from router.slo.objective import DAY_S, Budgeting, Objective, SloClass, Threshold

DATA = Path(__file__).parent / "testdata" / "slo"
SAMPLES = Path(__file__).parent.parent / "config" / "slos"


def read(*names: str, strict: bool = False) -> Loaded:
    """Load files of the test data together."""
    files = [(name, (DATA / name).read_text(encoding="utf-8")) for name in names]
    return load_all(files, "prometheus", strict=strict)


def by_id(loaded: Loaded) -> dict[str, Objective]:
    """The objectives by id."""
    return {each.id: each for each in loaded.objectives}


def noted(loaded: Loaded) -> list[str]:
    """The findings as line:column and the beginning of the problem."""
    return [f"{each.line}:{each.column} {each.problem}" for each in loaded.findings]


FILES = [
    pytest.param(
        "openslo_calendar.yaml",
        ["parcel-tracking"],
        ["39:13 op means nothing beside a ratioMetric"],
        id="a list of objects with a calendar",
    ),
    pytest.param(
        "openslo_elsewhere.yaml",
        ["Nightly_Import"],
        [
            "5:9 the name 'Nightly_Import' is not a DNS label",
            "15:11 the metric source's type 'log-search' cannot be queried",
            "22:9 a rolling window has a calendar",
            "29:7 a bare name among AlertPolicy objects",
            "29:7 no file defines the AlertPolicy 'Import-Burns'",
        ],
        id="measured by something else",
    ),
    pytest.param(
        "openslo_spare.yaml",
        ["signup"],
        [
            "7:3 no budgetingMethod",
            "7:3 no timeWindow",
            "12:9 a ratioMetric without counter",
            "12:30 the metric source has no type",
            "13:31 the metric source has no type",
        ],
        id="as little as possible",
    ),
    pytest.param(
        "sloth_shop.yml",
        ["shop-search", "shop-imported", "shop-external"],
        ["25:16 0.99 is a ratio in a field for percent; read as 99 %", "29:5 a plugin SLI is code"],
        id="Sloth",
    ),
    pytest.param("sloth_openslo.yaml", ["payments"], [], id="Sloth's dialect of OpenSLO"),
    pytest.param(
        "pyrra_gateway.yaml",
        ["gateway-errors", "gateway-latency", "gateway-up", "gateway-native"],
        [
            "20:9 grouping by handler",
            "27:11 unreachable at 90 %: page 13.44x (1h/5m); a total outage burns at 10x",
            "32:17 this latency SLO counts only failed requests as fast enough",
            "41:11 0.995 is a ratio in a field for percent",
        ],
        id="Pyrra",
    ),
]


@pytest.mark.parametrize(("name", "ids", "problems"), FILES)
def test_a_file_loads_with_one_warning_per_deviation(name: str, ids: list[str], problems: list[str]) -> None:
    """Nothing of these is severe; each finding has its place."""
    loaded = read(name)
    assert [each.id for each in loaded.objectives] == ids
    assert not any(finding.severe for finding in loaded.findings)
    found = noted(loaded)
    assert len(found) == len(problems), found
    assert all(each.startswith(problem) for each, problem in zip(found, problems, strict=True)), found


def test_strict_mode_makes_deviations_severe_and_leaves_advice() -> None:
    """A ratio in a field for percent is a deviation; a threshold out of reach is advice about a sound file."""
    severe = {finding.line: finding.severe for finding in read("pyrra_gateway.yaml", strict=True).findings}
    assert severe == {20: False, 27: False, 32: False, 41: True}


def test_references_reach_across_files() -> None:
    """An SLI, a DataSource and policies may stand in other files, before or after."""
    loaded = read("openslo_policies.yaml", "openslo_indicator.yaml")
    goals = by_id(loaded)
    assert list(goals) == ["mail-delivery#0", "mail-delivery#1"]
    assert [each.target for each in goals.values()] == [0.999, 0.99]
    assert goals["mail-delivery#1"].title == "mail-delivery: contract"
    indicator = goals["mail-delivery#0"].indicator
    assert indicator is not None
    assert (indicator.bad, indicator.total) == ('mail_messages_total{result="bounced"}', "mail_messages_total")
    assert [each for each in noted(loaded) if "SLI" in each] == []


def test_mistakes_in_alert_policies_are_noted() -> None:
    """Unresolved references, two conditions, a burn rate out of reach, and an alert while all is well."""
    problems = noted(read("openslo_policies.yaml", "openslo_indicator.yaml"))
    assert [each for each in problems if "counter" not in each] == [
        "19:7 no file defines the AlertPolicy 'nowhere'",
        "34:28 a burn rate of 2000 is unreachable: a total outage burns at 1000x",
        "36:13 more than one condition in an AlertPolicy",
        "38:13 no file defines the AlertNotificationTarget 'nobody'",
        "57:9 op: lte would alert while the burn rate is low; taken as gte",
    ]


def test_an_unresolved_indicator_keeps_the_slo_as_unknown() -> None:
    """It is never dropped: what maps to it must be forwarded."""
    loaded = read("openslo_policies.yaml")
    assert {each.problem for each in loaded.objectives} == {
        "no file defines the SLI 'mail-accepted' that indicatorRef names"
    }
    assert all(each.indicator is None for each in loaded.objectives)


def test_an_slo_that_something_else_measures_is_kept_as_unknown() -> None:
    """Its problem says what cannot be queried."""
    problem = read("openslo_elsewhere.yaml").objectives[0].problem
    assert problem == "the metric source's type 'log-search' cannot be queried, only Prometheus can"


def test_openslo_fields() -> None:
    """Calendar from an unquoted time stamp, slices in minutes, list-valued labels."""
    goal = read("openslo_calendar.yaml").objectives[0]
    assert goal.window.calendar is not None
    assert (goal.window.text, goal.window.length_s, goal.window.calendar.start) == (
        "1w",
        7 * DAY_S,
        "2026-01-05 08:30:00",
    )
    assert (goal.window.calendar.zone.key, goal.window.calendar.unit) == ("Europe/Lisbon", "w")
    assert goal.labels == {"environment": frozenset({"prod"}), "squad": frozenset({"parcels", "depots"})}
    assert goal.budgeting is Budgeting.TIMESLICES
    assert goal.indicator is not None
    assert (goal.indicator.slice_s, goal.indicator.slice_target) == (120.0, 0.9)
    assert (goal.service, goal.title, goal.place.line) == ("tracking", "Parcel tracking answers", 2)


def test_sloth_fields() -> None:
    """Runbook and hints come from alert annotations, labels from file and SLO, the series from Sloth's id."""
    goals = by_id(read("sloth_shop.yml"))
    search = goals["shop-search"]
    assert (search.hints.guide, search.hints.cuj) == ("https://guides.example.com/search", "find an article")
    assert search.slo_class is SloClass.CRITICAL
    assert search.labels == {"owner": frozenset({"storefront"}), "category": frozenset({"availability"})}
    assert search.indicator is not None
    assert "[{{.window}}]" in search.indicator.total
    assert search.indicator.recorded is not None
    assert search.indicator.recorded.selector == {"sloth_id": "shop-search"}
    external = goals["shop-external"].indicator
    assert external is not None
    assert (external.total, external.recorded is None, goals["shop-external"].problem) == ("", False, "")


def test_sloth_openslo_fields() -> None:
    """The id is the file's name, the recorded series bear the id that Sloth makes of it."""
    goal = read("sloth_openslo.yaml").objectives[0]
    assert (goal.target, goal.window.text, goal.window.length_s) == (0.9995, "28d", 28 * DAY_S)
    assert goal.indicator is not None
    assert goal.indicator.recorded is not None
    assert goal.indicator.recorded.selector == {"sloth_id": "billing-payments-0"}


def test_pyrra_fields() -> None:
    """Prefixed labels count without their prefix too; gauges and native histograms become queries."""
    goals = by_id(read("pyrra_gateway.yaml"))
    errors = goals["gateway-errors"]
    assert (errors.service, errors.hints.guide) == ("gateway", "https://guides.example.com/gateway")
    assert errors.indicator is not None
    assert errors.indicator.recorded is not None
    assert errors.indicator.recorded.metric == "gateway_requests:burnrate"
    gauge, native = goals["gateway-up"].indicator, goals["gateway-native"].indicator
    assert gauge is not None
    assert native is not None
    assert gauge.total == 'sum(count_over_time(probe_success{job="gateway"}[{{.window}}]))'
    assert native.good.startswith("histogram_fraction(0, 0.2, ")
    assert (goals["gateway-up"].target, goals["gateway-latency"].tiers[0].clamped) == (0.995, True)


def test_v2alpha_is_said_plainly() -> None:
    """The draft is not read, and the finding says what to write instead."""
    loaded = read("openslo_v2alpha.yaml")
    assert loaded.objectives == ()
    assert noted(loaded) == ["1:1 openslo.com/v2alpha is a draft that is not supported"]
    assert loaded.findings[0].severe


def test_the_sample_file_is_clean_and_has_every_hint() -> None:
    """What newcomers copy has no finding, even in strict mode, and every tier of it can fire."""
    file = SAMPLES / "checkout.yaml"
    loaded = load(file.read_text(encoding="utf-8"), "checkout.yaml", "prometheus", strict=True)
    assert loaded.findings == ()
    for goal in loaded.objectives:
        hints = goal.hints
        assert all((hints.cuj, hints.impact, hints.first_action, hints.guide, hints.depends_on, hints.channel))
        assert self_test(goal) == ()
    assert [each.id for each in loaded.objectives] == ["checkout-availability", "checkout-latency"]


def test_a_threshold_metric_keeps_its_condition() -> None:
    """`op` and `value` say what makes a sample good."""
    text = (DATA / "openslo_elsewhere.yaml").read_text(encoding="utf-8").replace("log-search", "prometheus")
    indicator = load(text, "x.yaml", "prometheus").objectives[0].indicator
    assert indicator is not None
    assert (indicator.sample, indicator.threshold) == ("import finished", Threshold("lt", 500.0))
