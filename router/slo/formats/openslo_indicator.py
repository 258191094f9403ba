"""OpenSLO v1 indicators: inline, referred to, or given per objective, as an Indicator or the reason there is none."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from router.slo.formats.document import Item
from router.slo.formats.fields import check_keys, number_of, seconds_of
from router.slo.formats.goals import Measure, Setting
from router.slo.formats.notes import Notes
from router.slo.formats.queries import PROMETHEUS_TYPES, query_of
from router.slo.objective import Budgeting, Indicator, Threshold

_RATIO_KEYS: Final = ("counter", "good", "bad", "total", "raw", "rawType")
_OPERATORS: Final = ("lt", "lte", "gt", "gte")
_QUERY_KEYS: Final = ("query", "promql", "expr")
_CHECK_MEND: Final = "until then the SLO is unknown, and alerts mapped to it are forwarded"

World = tuple[Mapping[tuple[str, str], Item], Setting]
"""Objects by kind and name, and what the configuration says about sources."""


@dataclass(frozen=True, slots=True)
class _Slices:
    length_s: float = 60.0
    target: float = 1.0


class _UnreadableError(Exception):
    """The indicator cannot be evaluated; `item` says where."""

    def __init__(self, item: Item, problem: str) -> None:
        super().__init__(problem)
        self.item = item


def measure_of(spec: Item, goal: Item, budgeting: Budgeting, world: World, notes: Notes) -> Measure:
    """Return how one objective is measured; what cannot be read becomes the objective's problem and a finding."""
    try:
        return _measure(_indicator(spec, goal, world, notes), goal, _slices(goal, budgeting, notes), world, notes)
    except _UnreadableError as error:
        notes.deviation(error.item.place, str(error), _CHECK_MEND)
        return Measure(problem=str(error))


def _measure(indicator: Item, goal: Item, slices: _Slices, world: World, notes: Notes) -> Measure:
    metric, ratio = indicator.get("thresholdMetric"), indicator.get("ratioMetric")
    if metric is not None:
        return _threshold(metric, goal, slices, world, notes)
    if ratio is not None:
        return _ratio(ratio, goal, slices, world, notes)
    raise _UnreadableError(indicator, "the indicator has neither ratioMetric nor thresholdMetric")


def _indicator(spec: Item, goal: Item, world: World, notes: Notes) -> Item:
    """Return the spec of the indicator that applies to an objective."""
    inline = goal.get("indicator") or spec.get("indicator")
    reference = goal.get("indicatorRef") or spec.get("indicatorRef")
    if inline is not None and reference is not None:
        notes.deviation(reference.place, "indicator and indicatorRef together; indicator counts", "keep one")
    if inline is not None:
        check_keys(inline, ("metadata", "spec", "apiVersion", "kind"), notes)
        return _spec(inline, notes)
    if reference is None:
        raise _UnreadableError(goal, "the objective has no indicator")
    found = world[0].get(("SLI", reference.raw.strip()))
    if found is None:
        raise _UnreadableError(reference, f"no file defines the SLI {reference.raw!r} that indicatorRef names")
    return _spec(found, notes)


def _spec(sli: Item, notes: Notes) -> Item:
    spec = sli.get("spec")
    if spec is None or not spec.is_mapping:
        raise _UnreadableError(sli, "the SLI has no spec")
    check_keys(spec, ("description", "thresholdMetric", "ratioMetric"), notes)
    return spec


def _slices(goal: Item, budgeting: Budgeting, notes: Notes) -> _Slices:
    """Return length and target of time slices; a bare number of timeSliceWindow is minutes."""
    if budgeting is Budgeting.OCCURRENCES:
        return _Slices()
    length_s = _slice_seconds(goal)
    if length_s is None:
        mend = "add timeSliceWindow: 1m"
        notes.deviation(goal.place, f"{budgeting} without a readable timeSliceWindow; 1m is assumed", mend)
    return _Slices(length_s or 60.0, _slice_target(goal, budgeting, notes))


def _slice_seconds(goal: Item) -> float | None:
    found = goal.get("timeSliceWindow")
    if found is None:
        return None
    if isinstance(found.value, int | float) and not isinstance(found.value, bool):
        return found.value * 60.0 if found.value > 0 else None
    return seconds_of(found.raw.strip())


def _slice_target(goal: Item, budgeting: Budgeting, notes: Notes) -> float:
    found = goal.get("timeSliceTarget")
    number = None if found is None else number_of(found, notes)
    if number is not None and 0.0 < number <= 1.0:
        return number
    if budgeting is Budgeting.TIMESLICES:
        mend = "add timeSliceTarget, the ratio that makes a slice good, as in 0.95"
        notes.deviation(goal.place, "Timeslices without a timeSliceTarget in (0, 1]; 1 is assumed", mend)
    return 1.0


def _threshold(metric: Item, goal: Item, slices: _Slices, world: World, notes: Notes) -> Measure:
    query, source = _query(metric, world, notes)
    operator, value = goal.text("op"), goal.get("value")
    number = None if value is None else number_of(value, notes)
    if operator not in _OPERATORS or number is None:
        raise _UnreadableError(goal, "a thresholdMetric needs op (lt, lte, gt, gte) and value in its objective")
    indicator = Indicator(
        "prometheus",
        sample=query,
        threshold=Threshold(operator, number),
        slice_s=slices.length_s,
        slice_target=slices.target,
    )
    return Measure(indicator, source)


def _ratio(ratio: Item, goal: Item, slices: _Slices, world: World, notes: Notes) -> Measure:
    check_keys(ratio, _RATIO_KEYS, notes)
    for key in ("op", "value"):
        found = goal.get(key)
        if found is not None:
            notes.deviation(found.place, f"{key} means nothing beside a ratioMetric, ignored", f"remove {key}")
    raw = ratio.get("raw")
    if raw is not None:
        return _raw(ratio, raw, slices, world, notes)
    good, bad, total = (ratio.get(key) for key in ("good", "bad", "total"))
    if total is None or (good is None and bad is None):
        raise _UnreadableError(ratio, "a ratioMetric needs total with good or bad, or raw")
    if good is not None and bad is not None:
        notes.deviation(good.place, "good and bad together; bad counts", "keep one")
    counter = _counter(ratio, notes)
    total_query, source = _query(total, world, notes)
    part = bad if bad is not None else good
    query, _ = _query(part, world, notes) if part is not None else ("", "")
    return Measure(
        Indicator(
            "prometheus",
            good="" if bad is not None else query,
            bad=query if bad is not None else "",
            total=total_query,
            counter=counter,
            slice_s=slices.length_s,
            slice_target=slices.target,
        ),
        source,
    )


def _counter(ratio: Item, notes: Notes) -> bool:
    found = ratio.get("counter")
    if found is None:
        mend = "add counter: true (false for gauges that hold one interval's events)"
        notes.deviation(ratio.place, "a ratioMetric without counter; true is assumed", mend)
    return found is None or found.value is not False


def _raw(ratio: Item, raw: Item, slices: _Slices, world: World, notes: Notes) -> Measure:
    query, source = _query(raw, world, notes)
    kind = ratio.text("rawType")
    if kind not in ("success", "failure"):
        raise _UnreadableError(ratio, "raw needs rawType: success or failure")
    notes.advise(raw.place, "a raw ratio has no counts: few events cannot be told from many", "give good and total")
    indicator = Indicator(
        "prometheus",
        raw=query,
        raw_is_success=kind == "success",
        slice_s=slices.length_s,
        slice_target=slices.target,
    )
    return Measure(indicator, source)


def _query(metric: Item, world: World, notes: Notes) -> tuple[str, str]:
    """Return a metric's PromQL query and the configured source that answers it."""
    index, setting = world
    place = metric.get("metricSource") or metric
    reference = place.get("metricSourceRef")
    named = "" if reference is None else reference.raw.strip()
    kind = _type(place, index.get(("DataSource", named)))
    if kind and kind.lower() not in PROMETHEUS_TYPES:
        raise _UnreadableError(place, f"the metric source's type {kind!r} cannot be queried, only Prometheus can")
    if not kind and named not in setting.sources:
        mend = "add type: Prometheus, or define the DataSource"
        notes.deviation(place.place, "the metric source has no type; Prometheus is assumed", mend)
    found = next((place.at("spec", key) for key in _QUERY_KEYS if place.at("spec", key) is not None), None)
    query = query_of(found, notes)
    if not query:
        raise _UnreadableError(found or place, "the metric source has no query that can be sent")
    return query, setting.source(named)


def _type(place: Item, source: Item | None) -> str:
    return place.text("type") or ("" if source is None else source.text("spec", "type"))
