"""OpenSLO v1 objects (openslo/v1): SLOs with everything they refer to, across files."""

from collections.abc import Iterable, Mapping
from typing import Final

from router.slo.formats.document import Item
from router.slo.formats.fields import (
    check_keys,
    check_name,
    entries,
    labels_of,
    number_of,
    target_from_percent,
    target_from_ratio,
)
from router.slo.formats.goals import Goal, Identity, Setting, objective
from router.slo.formats.hints import hints_of
from router.slo.formats.notes import Notes
from router.slo.formats.openslo_alerts import check_alerts, check_policies
from router.slo.formats.openslo_indicator import measure_of
from router.slo.formats.openslo_window import window_of
from router.slo.objective import Budgeting, Objective, TimeWindow

VERSION: Final = "openslo/v1"
_KINDS: Final = ("SLO", "SLI", "Service", "DataSource", "AlertPolicy", "AlertCondition", "AlertNotificationTarget")
_META_KEYS: Final = ("name", "displayName", "labels", "annotations")
_SPEC_KEYS: Final = (
    "description",
    "service",
    "indicator",
    "indicatorRef",
    "timeWindow",
    "budgetingMethod",
    "objectives",
    "alertPolicies",
)
_GOAL_KEYS: Final = (
    "displayName",
    "op",
    "value",
    "target",
    "targetPercent",
    "timeSliceTarget",
    "timeSliceWindow",
    "indicator",
    "indicatorRef",
    "compositeWeight",
)

Index = Mapping[tuple[str, str], Item]
"""Objects that can be referred to, by kind and name."""


def index_of(objects: Iterable[Item], notes: Notes) -> dict[tuple[str, str], Item]:
    """Return every OpenSLO object but SLOs by kind and name; of two with one name the last counts."""
    index: dict[tuple[str, str], Item] = {}
    for item in objects:
        kind, name = item.text("kind"), item.text("metadata", "name")
        check_keys(item, ("apiVersion", "kind", "metadata", "spec"), notes)
        check_keys(item.get("metadata"), _META_KEYS, notes)
        if kind not in _KINDS:
            notes.deviation(item.place, f"unknown kind {kind!r}, ignored", f"write one of {', '.join(_KINDS)}")
        if kind == "SLO":
            continue
        if (kind, name) in index:
            where = f"{item.place.file}:{item.place.line}"
            earlier = index[kind, name].place
            notes.deviation(earlier, f"the {kind} {name!r} is defined again at {where}", "rename one; the later counts")
        index[kind, name] = item
    return index


def read_slos(objects: Iterable[Item], setting: Setting, notes: Notes) -> list[Objective]:
    """Return the objectives of all SLO objects among these; the others serve their references."""
    known = list(objects)
    index = index_of(known, notes)
    check_alerts(index, notes)
    return [each for item in known if item.text("kind") == "SLO" for each in _slo(item, index, setting, notes)]


def _slo(item: Item, index: Index, setting: Setting, notes: Notes) -> list[Objective]:
    name, spec = item.text("metadata", "name"), item.get("spec")
    if not name or spec is None or not spec.is_mapping:
        notes.refuse(item.place, "an SLO without metadata.name or spec", "add both")
        return []
    check_name(item.at("metadata", "name") or item, name, notes)
    check_keys(spec, _SPEC_KEYS, notes)
    goals = entries(spec, "objectives", notes)
    if not goals:
        notes.refuse(spec.place, f"the SLO {name!r} has no objectives", "add objectives: [{target: 0.999}]")
    if not spec.text("service"):
        notes.deviation(spec.place, f"the SLO {name!r} names no service", "add service")
    window = window_of(spec, notes)
    ids = [name] if len(goals) == 1 else [f"{name}#{number}" for number in range(len(goals))]
    found = [_objective(item, goal, each, window, notes) for goal, each in zip(goals, ids, strict=True)]
    read = [
        objective(identity, promise, measure_of(spec, goal, promise.budgeting, (index, setting), notes), notes)
        for goal, (identity, promise) in zip(goals, found, strict=True)
        if promise is not None
    ]
    check_policies(spec, index, [each.target for each in read], notes)
    return read


def _objective(item: Item, goal: Item, each: str, window: TimeWindow, notes: Notes) -> tuple[Identity, Goal | None]:
    check_keys(goal, _GOAL_KEYS, notes)
    spec = item.get("spec") or item
    title = item.text("metadata", "displayName") or item.text("metadata", "name")
    if "#" in each and goal.text("displayName"):
        title = f"{title}: {goal.text('displayName')}"
    hints, slo_class = hints_of((item.at("metadata", "annotations"),), notes)
    identity = Identity(
        id=each,
        title=title,
        service=spec.text("service"),
        place=goal.place if "#" in each else item.place,
        labels=labels_of(item.at("metadata", "labels")),
        hints=hints,
        slo_class=slo_class,
    )
    target = _target(goal, notes)
    if target is None:
        return identity, None
    place = (goal.get("target") or goal.get("targetPercent") or goal).place
    return identity, Goal(target, window, place, _budgeting(spec, notes))


def _target(goal: Item, notes: Notes) -> float | None:
    ratio, percent = goal.get("target"), goal.get("targetPercent")
    if ratio is not None and percent is not None:
        notes.deviation(percent.place, "target and targetPercent together; target counts", "keep one")
    if ratio is not None:
        return target_from_ratio(ratio, notes)
    if percent is not None:
        return target_from_percent(percent, number_of(percent, notes), notes)
    notes.refuse(goal.place, "an objective without target", "add target: 0.999, or targetPercent: 99.9")
    return None


def _budgeting(spec: Item, notes: Notes) -> Budgeting:
    found = spec.get("budgetingMethod")
    if found is None:
        notes.deviation(spec.place, "no budgetingMethod; Occurrences is assumed", "add budgetingMethod: Occurrences")
        return Budgeting.OCCURRENCES
    by_name = {method.lower(): method for method in Budgeting}
    method = by_name.get(found.raw.strip().lower())
    if method is None or method != found.raw.strip():
        mend = f"write one of {', '.join(Budgeting)}"
        notes.deviation(found.place, f"budgetingMethod {found.raw!r} read as {method or Budgeting.OCCURRENCES}", mend)
    return method or Budgeting.OCCURRENCES
