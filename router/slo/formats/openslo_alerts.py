"""OpenSLO v1 alert policies, conditions and notification targets: read for their mistakes.

OpenSLO v1 can say one window per condition, so the multi-window pairs of the catalogue judge every SLO instead; what
a policy asks for and can never get is worth a finding all the same.
"""

from collections.abc import Mapping
from typing import Final

from router.slo.formats.document import Item
from router.slo.formats.fields import check_keys, entries, number_of
from router.slo.formats.notes import Notes

Index = Mapping[tuple[str, str], Item]
_POLICY_KEYS: Final = (
    "description",
    "alertWhenNoData",
    "alertWhenResolved",
    "alertWhenBreaching",
    "conditions",
    "notificationTargets",
)
_CONDITION_KEYS: Final = ("kind", "op", "threshold", "lookbackWindow", "alertAfter")


def check_alerts(index: Index, notes: Notes) -> None:
    """Note the mistakes of policies and conditions that stand on their own, whether an SLO uses them or not."""
    for (kind, _), item in index.items():
        if kind == "AlertPolicy":
            _check_policy(item, index, notes)
        elif kind == "AlertCondition":
            _check_condition(item, notes)


def check_policies(spec: Item, index: Index, targets: list[float], notes: Notes) -> None:
    """Note the mistakes of an SLO's alert policies, and thresholds that its targets put out of reach."""
    for each in entries(spec, "alertPolicies", notes):
        policy = _resolved(each, "AlertPolicy", "alertPolicyRef", index, notes)
        if policy is None:
            continue
        _check_policy(policy, index, notes)
        for condition in _conditions(policy, index):
            _check_reach(condition, targets, notes)


def _resolved(each: Item, kind: str, key: str, index: Index, notes: Notes) -> Item | None:
    """Return an inline object, or the one that a reference names; an unresolved reference is a deviation."""
    if each.is_mapping and each.get(key) is None:
        return each
    if not each.is_mapping:
        mend = f"write {key}: {each.raw.strip()}"
        notes.deviation(each.place, f"a bare name among {kind} objects, read as {key}", mend)
    name = each.raw.strip() or each.text(key)
    found = index.get((kind, name))
    if found is None:
        notes.deviation(each.place, f"no file defines the {kind} {name!r}", "define it, or remove the reference")
    return found


def _check_policy(policy: Item, index: Index, notes: Notes) -> None:
    spec = policy.get("spec")
    if spec is None or not spec.is_mapping:
        notes.deviation(policy.place, "an AlertPolicy without spec, ignored", "add its spec")
        return
    check_keys(spec, _POLICY_KEYS, notes)
    conditions = entries(spec, "conditions", notes)
    if len(conditions) > 1:
        mend = "OpenSLO v1 allows one; they are taken as joined by AND"
        notes.deviation(conditions[1].place, "more than one condition in an AlertPolicy", mend)
    for each in conditions:
        found = _resolved(each, "AlertCondition", "conditionRef", index, notes)
        if found is not None:
            _check_condition(found, notes)
    for each in entries(spec, "notificationTargets", notes):
        _resolved(each, "AlertNotificationTarget", "targetRef", index, notes)


def _conditions(policy: Item, index: Index) -> list[Item]:
    spec = policy.get("spec")
    found = () if spec is None else entries(spec, "conditions", Notes())
    named = [index.get(("AlertCondition", each.text("conditionRef")), each) for each in found]
    return [each for each in (item.at("spec", "condition") for item in named) if each is not None]


def _check_condition(item: Item, notes: Notes) -> None:
    condition = item.at("spec", "condition")
    if condition is None:
        notes.deviation(item.place, "an AlertCondition without condition, ignored", "add spec.condition")
        return
    check_keys(condition, _CONDITION_KEYS, notes)
    operator = condition.get("op")
    if operator is not None and operator.raw.strip() in ("lt", "lte") and _is_burn_rate(condition):
        mend = "write op: gte"
        problem = f"op: {operator.raw.strip()} would alert while the burn rate is low; taken as gte"
        notes.deviation(operator.place, problem, mend)


def _is_burn_rate(condition: Item) -> bool:
    return condition.text("kind").lower() in ("burnrate", "")


def _check_reach(condition: Item, targets: list[float], notes: Notes) -> None:
    threshold = condition.get("threshold")
    number = None if threshold is None else number_of(threshold, notes)
    if threshold is None or number is None or not targets or not _is_burn_rate(condition):
        return
    ceiling = 1.0 / (1.0 - max(targets))
    if number > ceiling:
        mend = "the threshold of a burnrate condition is a multiple of the budget's even pace"
        problem = f"a burn rate of {number:g} is unreachable: a total outage burns at {ceiling:.4g}x"
        notes.advise(threshold.place, problem, mend)
