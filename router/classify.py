"""What labels and configuration decide about an alert, once, at intake: its class, incident, route and guide. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from router.alert import Alert, Matcher
from router.gate import AlertClass
from router.incident import Guide
from router.slo.objective import Objective


@dataclass(frozen=True, slots=True)
class MappingRule:
    """Alerts that meet every matcher can threaten these SLOs (the first rule that matches wins)."""

    matchers: tuple[Matcher, ...]
    slos: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GuideRule:
    """The on-call guide of alerts that bring none themselves."""

    matchers: tuple[Matcher, ...]
    guide: Guide


@dataclass(frozen=True, slots=True)
class Route:
    """A node of the route tree, with Alertmanager's semantics; values are inherited and filled in."""

    receiver: str
    matchers: tuple[Matcher, ...] = ()
    group_by: tuple[str, ...] = ("slo",)
    group_wait_s: float = 10.0
    repeat_interval_s: float = 4 * 3600.0
    continues: bool = False
    routes: tuple["Route", ...] = ()
    path: str = "0"
    """Position in the tree ("0.2.1"), part of the incident key."""


@dataclass(frozen=True, slots=True)
class Rules:
    """Everything `classify` reads; built by router.config from the user's files."""

    route: Route
    mapping: tuple[MappingRule, ...] = ()
    bypass: tuple[tuple[Matcher, ...], ...] = ()
    guides: tuple[GuideRule, ...] = ()
    objectives: Mapping[str, Objective] = field(default_factory=dict)
    scope_labels: tuple[str, ...] = ("operation", "cuj")


@dataclass(frozen=True, slots=True)
class Placement:
    """Where an alert belongs: one incident of one route. `copy` marks the second and later of a `continue` route;
    copies are told, and counted nowhere."""

    incident_key: str
    receiver: str
    route: str
    group: Mapping[str, str]
    alert_class: AlertClass
    group_wait_s: float
    repeat_interval_s: float
    copy: bool = False


def classify(alert: Alert, rules: Rules) -> tuple[Placement, ...]:
    """Return the placements of an alert, at least one; the first is the one that counts."""
    raise NotImplementedError


def guide_of(alert: Alert, rules: Rules) -> Guide | None:
    """Return the alert's own guide, else the first configured one that matches, else the SLO's, else None."""
    raise NotImplementedError
