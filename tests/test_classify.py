"""Labels and configuration decide an alert's class, route, incident and guide."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from router.alert import Alert, Status, fingerprint_of, parse_matcher
from router.classify import GuideRule, MappingRule, Route, Rules, class_of, classify, guide_of
from router.gate import Cover, Kind
from router.incident import Guide
from router.slo.objective import Hints, Objective, Place, TimeWindow


def alert(labels: str = "", *, source: str = "alertmanager", rule: str = "", severity: str = "") -> Alert:
    """Return a firing alert; `labels` is "name=value name=value"."""
    pairs = dict(pair.split("=", 1) for pair in labels.split())
    rule = rule or pairs.get("alertname", "HighErrorRate")
    return Alert(source, fingerprint_of(source, None, pairs), Status.FIRING, rule, severity, pairs)


def objective(slo: str, labels: Mapping[str, frozenset[str]] | None = None, guide: str = "") -> Objective:
    """Return an SLO as far as classification reads it."""
    window, place = TimeWindow(30 * 86_400.0, "30d"), Place("slo.yaml", 1)
    return Objective(slo, slo, "", 0.999, window, (), place, labels=labels or {}, hints=Hints(guide=guide))


CHECKOUT = objective(
    "checkout", {"region": frozenset({"tokyo"}), "operation": frozenset({"pay", "cart"})}, "https://guides/checkout"
)
RULES = Rules(
    route=Route("sre"),
    mapping=(
        MappingRule((parse_matcher('service="checkout"'), parse_matcher('tier="two"')), ("checkout", "total")),
        MappingRule((parse_matcher('service="checkout"'),), ("checkout",)),
        MappingRule((parse_matcher('service="ghost"'),), ("ghost",)),
    ),
    bypass=((parse_matcher('category=~"security|data-loss"'),),),
    objectives={"checkout": CHECKOUT, "total": objective("total")},
)
CLASSES = {
    "a mapped alert is gated": (alert("service=checkout"), Kind.GATED, (Cover("checkout"),)),
    "the first mapping rule wins": (
        alert("service=checkout tier=two"),
        Kind.GATED,
        (Cover("checkout"), Cover("total")),
    ),
    "no rule: unmapped": (alert("service=search"), Kind.UNMAPPED, ()),
    "an SLO that is not loaded covers, to be unknown": (alert("service=ghost"), Kind.GATED, (Cover("ghost"),)),
    "an SLO of the same region covers": (alert("service=checkout region=tokyo"), Kind.GATED, (Cover("checkout"),)),
    "an SLO of another region does not cover": (alert("service=checkout region=osaka"), Kind.UNMAPPED, ()),
    "another covering SLO is left": (
        alert("service=checkout tier=two region=osaka"),
        Kind.GATED,
        (Cover("total"),),
    ),
    "a place that the SLO does not name is no difference": (
        alert("service=checkout cluster=blue"),
        Kind.GATED,
        (Cover("checkout"),),
    ),
    "an operation of the SLO may be cleared": (
        alert("service=checkout operation=pay"),
        Kind.GATED,
        (Cover("checkout"),),
    ),
    "another operation may be raised only": (
        alert("service=checkout operation=refund"),
        Kind.GATED,
        (Cover("checkout", may_clear=False),),
    ),
    "an SLO without the label may raise only": (
        alert("service=checkout tier=two cuj=buy"),
        Kind.GATED,
        (Cover("checkout", may_clear=False), Cover("total", may_clear=False)),
    ),
    "bypass stands before mapping": (alert("service=checkout category=security"), Kind.BYPASS, ()),
    "bypass is anchored": (alert("service=search category=security-team"), Kind.UNMAPPED, ()),
    "a gap belongs to its SLO": (alert("slo=checkout", source="slo"), Kind.GAP, (Cover("checkout"),)),
    "a notice is nobody's": (alert("service=checkout", source="router"), Kind.NOTICE, ()),
    "Sloth's page": (
        alert("sloth_severity=page sloth_id=checkout service=checkout"),
        Kind.BURN_PAGE,
        (Cover("checkout"),),
    ),
    "Sloth's ticket": (alert("sloth_severity=ticket sloth_id=checkout"), Kind.BURN_TICKET, (Cover("checkout"),)),
    "Sloth's severity stands above the alert's": (
        alert("sloth_severity=ticket sloth_id=checkout severity=critical", severity="critical"),
        Kind.BURN_TICKET,
        (Cover("checkout"),),
    ),
    "Sloth's page of an SLO that is not loaded": (
        alert("sloth_severity=page sloth_id=other"),
        Kind.BURN_PAGE,
        (Cover("other"),),
    ),
    "Pyrra's critical pages": (
        alert("slo=checkout exhaustion=2d short=5m long=1h", severity="critical"),
        Kind.BURN_PAGE,
        (Cover("checkout"),),
    ),
    "Pyrra's severity from the label": (
        alert("slo=checkout exhaustion=2d severity=critical"),
        Kind.BURN_PAGE,
        (Cover("checkout"),),
    ),
    "Pyrra's warning tickets": (
        alert("slo=checkout exhaustion=2w", severity="warning"),
        Kind.BURN_TICKET,
        (Cover("checkout"),),
    ),
    "Pyrra's absent metric is no burn": (
        alert("slo=checkout alertname=SLOMetricAbsent severity=critical"),
        Kind.UNMAPPED,
        (),
    ),
    "Grafana's critical pages": (
        alert("grafana_slo_severity=critical grafana_slo_uuid=abc slo=checkout"),
        Kind.BURN_PAGE,
        (Cover("checkout"),),
    ),
    "Grafana's SLO by uuid": (
        alert("grafana_slo_severity=warning grafana_slo_uuid=total"),
        Kind.BURN_TICKET,
        (Cover("total"),),
    ),
    "Datadog's SLO monitor": (
        alert("event_type=metric_slo_alert slo_id=checkout", severity="critical"),
        Kind.BURN_PAGE,
        (Cover("checkout"),),
    ),
    "Datadog's SLO monitor without an id is mapped": (
        alert("event_type=monitor_slo_alert service=checkout", severity="warning"),
        Kind.BURN_TICKET,
        (Cover("checkout"),),
    ),
    "Datadog's other monitors are ordinary": (
        alert("event_type=query_alert_monitor service=checkout", severity="critical"),
        Kind.GATED,
        (Cover("checkout"),),
    ),
    "a burn alert stands before bypass": (
        alert("sloth_severity=page sloth_id=checkout category=security"),
        Kind.BURN_PAGE,
        (Cover("checkout"),),
    ),
}


@pytest.mark.parametrize("case", CLASSES.values(), ids=CLASSES)
def test_an_alert_has_a_class(case: tuple[Alert, Kind, tuple[Cover, ...]]) -> None:
    found = class_of(case[0], RULES)
    assert (found.kind, found.covers) == case[1:]


def test_datadogs_query_names_its_slo() -> None:
    query = 'burn_rate("0123abcd").over("30d").long_window("1h").short_window("5m") > 14.4'
    sent = replace(alert("event_type=metric_slo_alert", severity="critical"), annotations={"query": query})
    assert class_of(sent, RULES).covers == (Cover("0123abcd"),)


def test_an_empty_value_is_an_absent_label() -> None:
    sent = replace(alert(), labels={"service": "checkout", "operation": "", "region": ""})
    assert class_of(sent, RULES).covers == (Cover("checkout"),)


# --- routes


def child(text: str, path: str, *, continues: bool = False, routes: tuple[Route, ...] = ()) -> Route:
    """Return a route for one matcher; its receiver is named after its path."""
    return Route(f"team-{path}", (parse_matcher(text),), path=path, continues=continues, routes=routes)


TREE = Route(
    "sre",
    routes=(
        child("team=pay", "0.0", routes=(child("severity=page", "0.0.0"), child("severity=~p.*", "0.0.1"))),
        child("team=~pay|log", "0.1", continues=True),
        child("kind=audit", "0.2", continues=True, routes=(child("severity=none", "0.2.0"),)),
        child("team=log", "0.3"),
        child("team=log", "0.4"),
    ),
)
WALKS = {
    "nothing matches: the root": ("team=web", ["0"]),
    "the deepest that matches": ("team=pay severity=page", ["0.0.0"]),
    "a sibling below": ("team=pay severity=ping", ["0.0.1"]),
    "no child matches: the parent": ("team=pay severity=info", ["0.0"]),
    "continue goes on to the next sibling": ("team=log", ["0.1", "0.3"]),
    "continue that nothing follows": ("kind=audit", ["0.2"]),
    "three in one walk": ("team=log kind=audit", ["0.1", "0.2", "0.3"]),
}


@pytest.mark.parametrize("case", WALKS.values(), ids=WALKS)
def test_routes_are_walked_as_alertmanager_does(case: tuple[str, list[str]]) -> None:
    placements = classify(alert(case[0]), replace(RULES, route=TREE))
    assert [placement.route for placement in placements] == case[1]
    assert [placement.copy for placement in placements] == [index > 0 for index in range(len(placements))]
    assert len({placement.incident_key for placement in placements}) == len(placements)


def test_a_placement_carries_what_its_route_says() -> None:
    route = Route("ops", group_by=("service",), group_wait_s=3.0, repeat_interval_s=60.0)
    (placement,) = classify(alert("service=checkout"), replace(RULES, route=route))
    assert (placement.receiver, placement.route, placement.copy) == ("ops", "0", False)
    assert (placement.group_wait_s, placement.repeat_interval_s) == (3.0, 60.0)
    assert placement.group == {"service": "checkout"}
    assert placement.alert_class.kind is Kind.GATED


# --- guides

GUIDED = replace(
    RULES,
    guides=(
        GuideRule((parse_matcher('service="search"'),), Guide("https://guides/search", "Search")),
        GuideRule((parse_matcher('team="pay"'),), Guide("https://guides/pay", "Pay")),
    ),
)
GUIDES = {
    "the alert's own": (
        replace(alert("service=search"), guide_url="https://guides/own"),
        Guide("https://guides/own"),
    ),
    "the first rule that matches": (
        alert("service=search team=pay"),
        Guide("https://guides/search", "Search"),
    ),
    "a rule stands before the SLO": (alert("service=checkout team=pay"), Guide("https://guides/pay", "Pay")),
    "the SLO's": (alert("service=checkout"), Guide("https://guides/checkout")),
    "the SLO's, of a gap": (alert("slo=checkout", source="slo"), Guide("https://guides/checkout")),
    "of the first SLO that has one": (alert("service=checkout tier=two"), Guide("https://guides/checkout")),
    "none": (alert("service=ghost"), None),
}


@pytest.mark.parametrize("case", GUIDES.values(), ids=GUIDES)
def test_the_guide_of_an_alert(case: tuple[Alert, Guide | None]) -> None:
    assert guide_of(case[0], GUIDED) == case[1]
