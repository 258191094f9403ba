"""Pyrra's ServiceLevelObjective (pyrra.dev/v1alpha1)."""

import re
from typing import Final

from router.slo.formats.document import Item
from router.slo.formats.fields import (
    DEFAULT_WINDOW,
    check_keys,
    entries,
    labels_of,
    percent_text,
    seconds_of,
    target_from_percent,
)
from router.slo.formats.goals import Goal, Identity, Measure, Setting, objective
from router.slo.formats.hints import hints_of
from router.slo.formats.notes import Notes
from router.slo.formats.queries import WINDOW, is_selector, metric_name, query_of
from router.slo.objective import Indicator, Objective, Recorded, TimeWindow

VERSION: Final = "pyrra.dev/v1alpha1"
_PREFIX: Final = "pyrra.dev/"
_SPEC_KEYS: Final = (
    "description",
    "target",
    "window",
    "serviceLevel",
    "indicator",
    "alerting",
    "partial_response_strategy",
    "performance_over_accuracy",
)
_KINDS: Final = ("ratio", "latency", "latencyNative", "bool_gauge")
_ONLY_ERRORS: Final = re.compile(r"""\b\w*(?:code|status)\w*\s*=~?\s*["'][(^]*5""")
_BUCKET: Final = re.compile(r"""\ble\s*=\s*["']([^"']*)["']""")


class _UnreadableError(Exception):
    """The indicator cannot be evaluated; `item` says where."""

    def __init__(self, item: Item, problem: str) -> None:
        super().__init__(problem)
        self.item = item


def read_slo(item: Item, setting: Setting, notes: Notes) -> list[Objective]:
    """Return the objective of one ServiceLevelObjective; its id is metadata.name."""
    name, wanted = item.text("metadata", "name"), item.at("spec", "target")
    if not name or wanted is None:
        notes.refuse(item.place, "a ServiceLevelObjective without metadata.name or spec.target", "add both")
        return []
    spec = item.get("spec") or item
    check_keys(spec, _SPEC_KEYS, notes)
    target = target_from_percent(wanted, percent_text(wanted), notes)
    if target is None:
        return []
    metadata = item.get("metadata") or item
    hints, slo_class = hints_of((metadata.get("annotations"), metadata.get("labels")), notes)
    labels = labels_of(metadata.get("labels"))
    labels = {key.removeprefix(_PREFIX): values for key, values in labels.items()} | labels
    identity = Identity(
        id=name,
        title=name,
        service=next(iter(labels.get("service", ())), ""),
        place=item.place,
        labels=labels,
        hints=hints,
        slo_class=slo_class,
    )
    measure = _measure(spec, name, setting, notes)
    return [objective(identity, Goal(target, _window(spec, notes), wanted.place), measure, notes)]


def _window(spec: Item, notes: Notes) -> TimeWindow:
    text = spec.text("window")
    length_s = seconds_of(text)
    if length_s is None or "M" in text or "Q" in text:
        mend = "write a Prometheus duration, as in 4w"
        notes.deviation(spec.place, f"the window {text!r} is no duration; 28d is assumed", mend)
        return DEFAULT_WINDOW
    return TimeWindow(length_s, text)


def _measure(spec: Item, name: str, setting: Setting, notes: Notes) -> Measure:
    indicator = spec.get("indicator")
    kind = next((each for each in _KINDS if spec.at("indicator", each) is not None), "")
    found = spec.at("indicator", kind) if kind else None
    if indicator is None or found is None:
        problem = f"the indicator of {name!r} is none of {', '.join(_KINDS)}"
        notes.deviation((indicator or spec).place, problem, "add one of them")
        return Measure(problem=problem)
    check_keys(indicator, _KINDS, notes)
    _advise_grouping(found, notes)
    readers = {"ratio": _ratio, "latency": _latency, "latencyNative": _native, "bool_gauge": _gauge}
    try:
        return Measure(readers[kind](found, name, notes), setting.default_source)
    except _UnreadableError as error:
        mend = "until then the SLO is unknown, and alerts mapped to it are forwarded"
        notes.deviation(error.item.place, str(error), mend)
        return Measure(problem=str(error))


def _advise_grouping(found: Item, notes: Notes) -> None:
    groups = [each.raw for each in entries(found, "grouping", notes)]
    if not groups:
        return
    problem = f"grouping by {', '.join(groups)} makes one SLO per label set in Pyrra; here all are judged as one"
    mend = "a small group can burn unseen in the whole: write one SLO for each that matters"
    notes.advise((found.get("grouping") or found).place, problem, mend)


def _selector(found: Item, part: str, notes: Notes) -> tuple[Item, str]:
    """Return a plain metric selector and where it stands."""
    item = found.at(part, "metric") if part else found.get("metric")
    query = query_of(item, notes)
    if item is None or not query:
        raise _UnreadableError(found, f"{part or 'bool_gauge'} has no metric that can be queried")
    if not is_selector(query):
        raise _UnreadableError(item, f"the metric of {part or 'bool_gauge'} is not a plain metric selector")
    return item, query


def _recorded(name: str, total: str) -> Recorded:
    metric = metric_name(total).removesuffix("_total").removesuffix("_count")
    return Recorded("pyrra", {"slo": name}, f"{metric}:burnrate")


def _ratio(found: Item, name: str, notes: Notes) -> Indicator:
    _, bad = _selector(found, "errors", notes)
    place, total = _selector(found, "total", notes)
    if bad == total:
        mend = "select the errors only"
        notes.advise(place.place, "errors and total are the same: every event would be bad", mend)
    return Indicator("prometheus", bad=bad, total=total, recorded=_recorded(name, total))


def _latency(found: Item, name: str, notes: Notes) -> Indicator:
    place, good = _selector(found, "success", notes)
    _, total = _selector(found, "total", notes)
    bucket = _BUCKET.search(good)
    if bucket is None or not _is_number(bucket[1]):
        raise _UnreadableError(place, 'a latency SLO needs le="seconds" in its success metric')
    if _ONLY_ERRORS.search(good) and not _ONLY_ERRORS.search(total):
        mend = 'select the good answers, as in code!~"5.."'
        notes.advise(place.place, "this latency SLO counts only failed requests as fast enough", mend)
    return Indicator("prometheus", good=good, total=total, recorded=_recorded(name, total))


def _is_number(text: str) -> bool:
    try:
        return float(text) == float(text)
    except ValueError:
        return False


def _native(found: Item, name: str, notes: Notes) -> Indicator:
    """Native histograms: histogram_fraction gives the share within the limit, histogram_count the events."""
    _, metric = _selector(found, "total", notes)
    limit_s = seconds_of(found.text("latency"))
    if limit_s is None:
        raise _UnreadableError(found, "latencyNative needs latency as a duration, as in 200ms")
    events = f"sum(increase({metric}[{WINDOW}]))"
    good = f"histogram_fraction(0, {limit_s:.10g}, {events}) * histogram_count({events})"
    total = f"histogram_count({events})"
    return Indicator("prometheus", good=good, total=total, recorded=_recorded(name, metric))


def _gauge(found: Item, name: str, notes: Notes) -> Indicator:
    """A gauge that is 1 while all is well: every sample is an event."""
    _, metric = _selector(found, "", notes)
    good, total = f"sum(sum_over_time({metric}[{WINDOW}]))", f"sum(count_over_time({metric}[{WINDOW}]))"
    return Indicator("prometheus", good=good, total=total, recorded=_recorded(name, metric))
