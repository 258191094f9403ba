"""openslo/v1alpha in the dialect that Sloth reads: ratioMetrics with PromQL per objective, timeWindows by count."""

from typing import Final

from router.slo.formats.document import Item
from router.slo.formats.fields import check_keys, entries, labels_of, number_of, target_from_ratio
from router.slo.formats.goals import Goal, Identity, Measure, Setting, objective
from router.slo.formats.hints import hints_of
from router.slo.formats.notes import Notes
from router.slo.formats.queries import query_of
from router.slo.formats.sloth import DEFAULT_PERIOD, recorded_of
from router.slo.objective import DAY_S, Indicator, Objective, TimeWindow

VERSION: Final = "openslo/v1alpha"
_UNITS: Final = {
    "day": ("d", DAY_S),
    "week": ("w", 7 * DAY_S),
    "month": ("M", 30 * DAY_S),
    "quarter": ("Q", 90 * DAY_S),
}
_SPEC_KEYS: Final = ("service", "description", "budgetingMethod", "objectives", "timeWindows", "indicator")
_GOAL_KEYS: Final = ("displayName", "ratioMetrics", "target", "value", "op")


def read_slo(item: Item, setting: Setting, notes: Notes) -> list[Objective]:
    """Return the objectives of one v1alpha SLO; several are told apart by `#` and their position."""
    name, spec = item.text("metadata", "name"), item.get("spec")
    if not name or spec is None or not spec.is_mapping:
        notes.refuse(item.place, "an SLO without metadata.name or spec", "add both")
        return []
    check_keys(spec, _SPEC_KEYS, notes)
    goals = entries(spec, "objectives", notes)
    if not goals:
        notes.refuse(spec.place, f"the SLO {name!r} has no objectives", "add objectives with a target")
    method = spec.text("budgetingMethod")
    if method not in ("", "Occurrences"):
        mend = "use openslo/v1 for other methods"
        notes.deviation(spec.place, f"budgetingMethod {method!r} is not read in v1alpha; Occurrences it is", mend)
    window = _window(spec, notes)
    read = (_objective(item, (number, len(goals)), goal, window, (setting, notes)) for number, goal in enumerate(goals))
    return [each for each in read if each is not None]


def _objective(
    item: Item, position: tuple[int, int], goal: Item, window: TimeWindow, world: tuple[Setting, Notes]
) -> Objective | None:
    setting, notes = world
    number, count = position
    check_keys(goal, _GOAL_KEYS, notes)
    wanted = goal.get("target")
    if wanted is None:
        notes.refuse(goal.place, "an objective without target", "add target: 0.999")
        return None
    target = target_from_ratio(wanted, notes)
    if target is None:
        return None
    name, service = item.text("metadata", "name"), item.text("spec", "service")
    hints, slo_class = hints_of((item.at("metadata", "annotations"),), notes)
    identity = Identity(
        id=name if count == 1 else f"{name}#{number}",
        title=item.text("metadata", "displayName") or name,
        service=service,
        place=item.place if count == 1 else goal.place,
        labels=labels_of(item.at("metadata", "labels")),
        hints=hints,
        slo_class=slo_class,
    )
    measure = _measure(goal, f"{service}-{name}-{number}", setting, notes)
    return objective(identity, Goal(target, window, wanted.place), measure, notes)


def _window(spec: Item, notes: Notes) -> TimeWindow:
    found = entries(spec, "timeWindows", notes)
    if not found:
        return DEFAULT_PERIOD
    if len(found) > 1:
        notes.deviation(found[1].place, "more than one time window; the first counts", "keep one")
    wanted = found[0].get("count")
    count = None if wanted is None else number_of(wanted, notes)
    unit = _UNITS.get(found[0].text("unit").lower().removesuffix("s"))
    if count is None or count <= 0 or unit is None:
        mend = "write count: 30 and unit: Day"
        notes.deviation(found[0].place, "an unreadable time window; 30d is assumed", mend)
        return DEFAULT_PERIOD
    return TimeWindow(count * unit[1], f"{count:g}{unit[0]}")


def _measure(goal: Item, sloth_id: str, setting: Setting, notes: Notes) -> Measure:
    """Return good and total queries; `sloth_id` is how Sloth names what it records for this objective."""
    queries = {}
    for part in ("good", "total"):
        metric = goal.at("ratioMetrics", part)
        query = query_of(None if metric is None else metric.get("query"), notes)
        kind = "prometheus" if metric is None else metric.text("queryType") or "promql"
        if metric is None or not query or kind.lower() not in ("promql", "prometheus"):
            problem = f"ratioMetrics.{part} has no PromQL query that can be sent"
            notes.deviation((metric or goal).place, problem, "add source, queryType: promql and query")
            return Measure(problem=problem)
        queries[part] = query
    source = setting.source(goal.text("ratioMetrics", "total", "source"))
    indicator = Indicator("prometheus", good=queries["good"], total=queries["total"], recorded=recorded_of(sloth_id))
    return Measure(indicator, source)
