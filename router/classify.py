"""What labels and configuration decide of an alert, at intake: class, route, incident, guide. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from struct import pack

from router.alert import Alert, Matcher, all_match
from router.gate import AlertClass, Cover, Kind
from router.incident import Guide
from router.mute import InhibitRule
from router.slo.objective import Objective

SLO_SOURCE = "slo"
"""Reserved source name of alerts that an SLO raises itself (detection gaps)."""
NOTICE_SOURCE = "router"
"""Reserved source name of what the router says about itself."""
SLO_LABEL = "slo"
"""In `group_by`: the first covering SLO. As a label: the SLO that a burn alert or a gap belongs to."""
EVERY_LABEL = "..."
"""In `group_by`: every label, so that no two alerts are grouped (Alertmanager)."""
PLACE_LABELS = ("environment", "region", "cluster")
"""An SLO of another place does not cover an alert (ruling 12)."""
PAGE_SEVERITIES = frozenset({"page", "critical"})
"""Severities at which a burn alert pages; any other tickets (ruling 14)."""
BURNING_SLO_LABELS = ("sloth_id", SLO_LABEL, "slo_id", "grafana_slo_uuid")
"""Where SLO tools name the SLO of a burn alert: Sloth, Pyrra, Datadog, Grafana."""
_QUERIED_SLO = re.compile(r"""(?:burn_rate|error_budget)\(\s*["']([0-9A-Za-z_-]+)["']""")
"""The SLO in the query of a Datadog SLO monitor (docs: monitors/types/slo)."""
_FAMILY = dict.fromkeys((Kind.GATED, Kind.GAP, Kind.BURN_PAGE, Kind.BURN_TICKET), "slo")


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
    mute_times: tuple[str, ...] = ()
    """Names of time intervals in which it tells nobody."""
    active_times: tuple[str, ...] = ()
    """Names of time intervals outside of which it tells nobody."""


@dataclass(frozen=True, slots=True)
class Rules:
    """Everything `classify` reads; built by router.config from the user's files."""

    route: Route
    mapping: tuple[MappingRule, ...] = ()
    bypass: tuple[tuple[Matcher, ...], ...] = ()
    guides: tuple[GuideRule, ...] = ()
    objectives: Mapping[str, Objective] = field(default_factory=dict)
    scope_labels: tuple[str, ...] = ("operation", "cuj")
    inhibit_rules: tuple[InhibitRule, ...] = ()


@dataclass(frozen=True, slots=True)
class Placement:
    """Where an alert belongs: one incident of one route.

    `copy` marks the second and later of a `continue` route; copies are told, and counted nowhere.
    """

    incident_key: str
    receiver: str
    route: str
    group: Mapping[str, str]
    alert_class: AlertClass
    group_wait_s: float
    repeat_interval_s: float
    copy: bool = False
    mute_times: tuple[str, ...] = ()
    active_times: tuple[str, ...] = ()


def classify(alert: Alert, rules: Rules) -> tuple[Placement, ...]:
    """Return the placements of an alert, at least one; the first is the one that counts."""
    alert_class = class_of(alert, rules)
    routes = matching_routes(rules.route, alert.labels)
    return tuple(_placed(alert, alert_class, route, copy=index > 0) for index, route in enumerate(routes))


def guide_of(alert: Alert, rules: Rules) -> Guide | None:
    """Return the alert's own guide, else the first configured one that matches, else the SLO's, else None."""
    if alert.guide_url:
        return Guide(alert.guide_url)
    for rule in rules.guides:
        if all_match(rule.matchers, alert.labels):
            return rule.guide
    covers = class_of(alert, rules).covers
    objectives = (rules.objectives.get(cover.slo) for cover in covers)
    return next((Guide(each.hints.guide) for each in objectives if each and each.hints.guide), None)


def class_of(alert: Alert, rules: Rules) -> AlertClass:
    """Return what the gate needs to know of an alert: its kind, and the SLOs it can threaten (R0-R2)."""
    if alert.source == NOTICE_SOURCE:
        return AlertClass(Kind.NOTICE)
    if alert.source == SLO_SOURCE:
        slo = alert.labels.get(SLO_LABEL, "")
        return AlertClass(Kind.GAP, (Cover(slo),) if slo else ())
    burn = _burn_class(alert, rules)
    if burn is not None:
        return burn
    if any(all_match(matchers, alert.labels) for matchers in rules.bypass):
        return AlertClass(Kind.BYPASS)
    covers = _covers(alert.labels, rules)
    return AlertClass(Kind.GATED, covers) if covers else AlertClass(Kind.UNMAPPED)


def matching_routes(route: Route, labels: Mapping[str, str]) -> tuple[Route, ...]:
    """Return the routes that an alert ends in, as Alertmanager walks its tree (deepest match first).

    The root takes whatever no child takes, so the result is never empty for a root without matchers.
    """
    if not all_match(route.matchers, labels):
        return ()
    found: tuple[Route, ...] = ()
    for child in route.routes:
        below = matching_routes(child, labels)
        found += below
        if below and not child.continues:
            break
    return found or (route,)


def every_route(route: Route) -> tuple[Route, ...]:
    """Return a route with everything below it."""
    return (route, *(each for child in route.routes for each in every_route(child)))


# --- which SLOs an alert can threaten (ruling 12)


def _covers(labels: Mapping[str, str], rules: Rules) -> tuple[Cover, ...]:
    for rule in rules.mapping:
        if all_match(rule.matchers, labels):
            found = (_cover(slo, labels, rules) for slo in rule.slos)
            return tuple(cover for cover in found if cover is not None)
    return ()


def _cover(slo: str, labels: Mapping[str, str], rules: Rules) -> Cover | None:
    """Return the cover, None where SLO and alert live in different places; an SLO that is not loaded covers.

    (Nothing can be measured of it, so the gate finds it unknown and forwards: removing an SLO hides nothing.)
    """
    objective = rules.objectives.get(slo)
    if objective is None:
        return Cover(slo)
    if any(_differs(objective, name, labels) for name in PLACE_LABELS):
        return None
    return Cover(slo, may_clear=all(_includes(objective, name, labels) for name in rules.scope_labels))


def _differs(objective: Objective, name: str, labels: Mapping[str, str]) -> bool:
    values, value = objective.labels.get(name), labels.get(name)
    return bool(values and value) and value not in (values or ())


def _includes(objective: Objective, name: str, labels: Mapping[str, str]) -> bool:
    value = labels.get(name)
    return not value or value in objective.labels.get(name, ())


# --- burn alerts of other SLO tools: they are the decision (R0, ruling 14)


def _burn_class(alert: Alert, rules: Rules) -> AlertClass | None:
    severity = _burn_severity(alert)
    if severity is None:
        return None
    kind = Kind.BURN_PAGE if severity.lower() in PAGE_SEVERITIES else Kind.BURN_TICKET
    slo = _burning_slo(alert, rules)
    return AlertClass(kind, (Cover(slo),) if slo else _covers(alert.labels, rules))


def _burn_severity(alert: Alert) -> str | None:
    """Return the tier that the SLO tool gave its burn alert, None for any other alert."""
    labels = alert.labels
    for marker in ("sloth_severity", "grafana_slo_severity"):
        if labels.get(marker):
            return labels[marker]
    pyrra = bool(labels.get(SLO_LABEL) and labels.get("exhaustion"))
    datadog = "slo_alert" in labels.get("event_type", "")
    return (alert.severity or labels.get("severity", "")) if pyrra or datadog else None


def _burning_slo(alert: Alert, rules: Rules) -> str:
    """Return the SLO that a burn alert belongs to: a loaded one where one is named, else as the tool says."""
    named = [alert.labels[name] for name in BURNING_SLO_LABELS if alert.labels.get(name)]
    named += _QUERIED_SLO.findall(alert.annotations.get("query", ""))
    return next((slo for slo in named if slo in rules.objectives), named[0] if named else "")


# --- which incident it joins


def _placed(alert: Alert, alert_class: AlertClass, route: Route, *, copy: bool) -> Placement:
    group = _group(alert, alert_class, route.group_by)
    return Placement(
        incident_key=_incident_key(route, alert_class.kind, group),
        receiver=route.receiver,
        route=route.path,
        group=group,
        alert_class=alert_class,
        group_wait_s=route.group_wait_s,
        repeat_interval_s=route.repeat_interval_s,
        copy=copy,
        mute_times=route.mute_times,
        active_times=route.active_times,
    )


def _group(alert: Alert, alert_class: AlertClass, group_by: tuple[str, ...]) -> Mapping[str, str]:
    """Return the labels that alerts of one incident share; labels that the alert lacks are left out."""
    if EVERY_LABEL in group_by:
        return dict(sorted(alert.labels.items()))
    pairs = (_group_pair(alert, alert_class, name) for name in group_by)
    return dict(sorted((name, value) for name, value in pairs if value))


def _group_pair(alert: Alert, alert_class: AlertClass, name: str) -> tuple[str, str]:
    """Return one pair of the group; `slo` is the first covering SLO; without one, the rule stands for it."""
    if name == SLO_LABEL:
        covers = alert_class.covers
        return (SLO_LABEL, covers[0].slo) if covers else ("rule", alert.rule)
    fallback = alert.rule if name == "alertname" else ""
    return name, alert.labels.get(name) or fallback


def _incident_key(route: Route, kind: Kind, group: Mapping[str, str]) -> str:
    """Return 16 hex digits over the length-prefixed parts, the same in every process.

    Everything that an SLO judges (gated alerts, its burn alerts, its detection gap) is one family, hence one
    incident; what no SLO judges is kept apart from it.
    """
    parts = [
        route.receiver,
        route.path,
        _FAMILY.get(kind, kind),
        *(part for pair in group.items() for part in pair),
    ]
    raw = [part.encode("utf-8", "surrogatepass") for part in parts]
    return blake2b(b"".join(pack(">I", len(part)) + part for part in raw), digest_size=8).hexdigest()
