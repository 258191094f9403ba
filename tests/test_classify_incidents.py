"""Which alerts are one incident: what one SLO judges together, and nothing else."""

from dataclasses import replace

import pytest

from router.alert import Alert
from router.classify import Placement, Route, classify
from tests.test_classify import RULES, alert


def placed(sent: Alert, *group_by: str) -> Placement:
    """Return where an alert belongs when the root groups by these labels (default: the SLO)."""
    return classify(sent, replace(RULES, route=Route("sre", group_by=group_by or ("slo",))))[0]


SAME_INCIDENT = {
    "two alerts of one SLO": (alert("service=checkout pod=a"), alert("service=checkout pod=b", rule="Slow")),
    "an alert and a gap of its SLO": (alert("service=checkout"), alert("slo=checkout", source="slo")),
    "an alert and a burn alert of its SLO": (
        alert("service=checkout"),
        alert("sloth_severity=page sloth_id=checkout"),
    ),
    "page and ticket of one SLO": (
        alert("sloth_severity=page sloth_id=checkout"),
        alert("sloth_severity=ticket sloth_id=checkout"),
    ),
    "the first of several SLOs": (alert("service=checkout tier=two"), alert("service=checkout")),
    "two unmapped alerts of one rule": (alert("pod=a", rule="Crash"), alert("pod=b", rule="Crash")),
    "two sources of one SLO": (alert("service=checkout"), alert("service=checkout", source="datadog")),
}
OTHER_INCIDENT = {
    "two SLOs": (alert("service=checkout"), alert("service=ghost")),
    "two unmapped rules": (alert(rule="Crash"), alert(rule="Disk")),
    "a bypass of the same service": (alert("service=checkout"), alert("service=checkout category=security")),
    "two bypasses": (alert("category=security", rule="Leak"), alert("category=data-loss", rule="Loss")),
    "bypass and unmapped of one rule": (alert(rule="Leak"), alert("category=security", rule="Leak")),
    "a notice and an unmapped alert of one rule": (alert(rule="Blind"), alert(rule="Blind", source="router")),
    "a rule that is named like an SLO": (alert("service=checkout"), alert(rule="checkout")),
}


@pytest.mark.parametrize("pair", SAME_INCIDENT.values(), ids=SAME_INCIDENT)
def test_what_belongs_together_is_one_incident(pair: tuple[Alert, Alert]) -> None:
    assert placed(pair[0]).incident_key == placed(pair[1]).incident_key


@pytest.mark.parametrize("pair", OTHER_INCIDENT.values(), ids=OTHER_INCIDENT)
def test_what_does_not_belong_together_is_kept_apart(pair: tuple[Alert, Alert]) -> None:
    assert placed(pair[0]).incident_key != placed(pair[1]).incident_key


GROUPS = {
    "the SLO": (("slo",), {"slo": "checkout"}),
    "a label": (("pod",), {"pod": "a"}),
    "a label that is not there is left out": (("pod", "zone"), {"pod": "a"}),
    "SLO and label": (("slo", "pod"), {"pod": "a", "slo": "checkout"}),
    "the rule, where a sender has no alertname": (("alertname",), {"alertname": "HighErrorRate"}),
    "every label": (("...",), {"pod": "a", "service": "checkout"}),
}


@pytest.mark.parametrize("case", GROUPS.values(), ids=GROUPS)
def test_alerts_are_grouped_by_the_labels_of_their_route(case: tuple[tuple[str, ...], dict[str, str]]) -> None:
    assert placed(alert("service=checkout pod=a"), *case[0]).group == case[1]


def test_without_group_by_everything_of_a_route_is_one_incident() -> None:
    route = Route("sre", group_by=())
    keys = {classify(each, replace(RULES, route=route))[0].incident_key for each in (alert("a=b"), alert("c=d"))}
    assert len(keys) == 1


def test_the_order_of_group_by_makes_no_difference() -> None:
    sent = alert("service=checkout pod=a")
    assert placed(sent, "pod", "slo").incident_key == placed(sent, "slo", "pod").incident_key


def test_label_values_cannot_imitate_another_group() -> None:
    """Every part of the key is length-prefixed."""
    one, two = replace(alert(), labels={"a": "xb", "b": "y"}), replace(alert(), labels={"a": "x", "b": "by"})
    assert placed(one, "a", "b").incident_key != placed(two, "a", "b").incident_key


def test_the_incident_key_is_the_same_in_every_process() -> None:
    """It is stored: a change of its making would orphan every open incident."""
    assert placed(alert("service=checkout")).incident_key == "3eae6db1398fc284"
    assert placed(replace(alert(), labels={"a": "\ud800"}), "a").incident_key
