"""How one objective is measured over any window: which PromQL asks for it, and what the answers mean.

A method names its queries (`queries`) and turns their values into a Count or Ratio (`measured`). Empty, NaN, infinite
and ambiguous answers never become a number: they raise UnreadableError, or mean "none" where that is certain.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, isfinite
from typing import Final, Protocol

from router.slo.objective import Budgeting, Count, Indicator, Objective, Ratio, Recorded, Threshold
from router.slo.sources.promql import Query, Sense, duration, named_window, prepare, quote

RECORDED: Final = "recorded"
TOLERANCE: Final = 1e-9
SAMPLES_PER_SLICE: Final = 2.5
"""A rate needs two samples: a slice shorter than this many sample intervals looks at as much."""
_OPPOSITE: Final[Mapping[str, str]] = {"lt": ">=", "lte": ">", "gt": "<=", "gte": "<"}


class UnreadableError(Exception):
    """The answers do not hold a number for a window; the text says why, for people."""


class NoDataError(UnreadableError):
    """There is nothing to measure: the series of all events are absent."""


@dataclass(frozen=True, slots=True)
class Values:
    """Answers by query name; a name that is absent got an empty answer."""

    found: Mapping[str, Sequence[float]]

    def one(self, name: str) -> float | None:
        """Return the single finite value of an answer, None for an empty one; raises UnreadableError otherwise."""
        values = self.found.get(name, ())
        if len(values) > 1:
            raise UnreadableError(f"the {name} query returns {len(values)} series; wrap it in sum(...)")
        if values and not isfinite(values[0]):
            raise UnreadableError(f"the {name} query returns {values[0]}")
        return values[0] if values else None


class Method(Protocol):
    """A way to measure an objective; lengths and the interval between samples in seconds."""

    def queries(self, length_s: float, interval_s: float) -> Mapping[str, str]:
        """Return the PromQL to ask for a window of this length, by name."""
        ...

    def measured(self, values: Values, length_s: float) -> Count | Ratio:
        """Return what the answers say of a window; raises UnreadableError when they say nothing sure."""
        ...


@dataclass(frozen=True, slots=True)
class Events:
    """Counts of events: total, and good or bad ones (OpenSLO ratioMetric, Sloth events, Pyrra)."""

    part: Query
    total: Query
    part_is_good: bool

    @property
    def name(self) -> str:
        """What `part` counts."""
        return "good" if self.part_is_good else "bad"

    def queries(self, length_s: float, interval_s: float) -> Mapping[str, str]:
        return {"total": self.total.over(length_s), self.name: self.part.over(length_s)}

    def measured(self, values: Values, length_s: float) -> Count | Ratio:
        total = values.one("total")
        if total is None:
            raise NoDataError("the total query returns nothing")
        part = values.one(self.name)
        if part is None and not self.part.simple:
            raise UnreadableError(f"the {self.name} query returns nothing: one of its series is absent")
        bad = total - (part or 0.0) if self.part_is_good else part or 0.0
        return self._scaled(bad, total, length_s)

    def _scaled(self, bad: float, total: float, length_s: float) -> Count | Ratio:
        if self.part.sense is self.total.sense is Sense.COUNT:
            return Count(bad, total)
        if self.part.sense is self.total.sense is Sense.RATE:
            return Count(bad * length_s, total * length_s)
        if total <= 0:
            raise UnreadableError("the total query returns 0 and is no count")
        return Ratio(bad / total)

    def bad_ratio(self, length_s: float) -> str:
        """Return PromQL for the bad part of the events of one slice."""
        total, part = self.total.over(length_s), self.part.over(length_s)
        if self.part.simple:
            part = f"(({part}) or 0 * ({total}))"
        ratio = f"({part}) / ({total})"
        return f"1 - {ratio}" if self.part_is_good else ratio


@dataclass(frozen=True, slots=True)
class Raw:
    """A ratio that the user's query computes itself: there are no counts."""

    query: str
    is_success: bool
    windowed: Query | None

    def queries(self, length_s: float, interval_s: float) -> Mapping[str, str]:
        if self.windowed is not None:
            return {"ratio": self.windowed.over(length_s)}
        return {"ratio": f"avg_over_time(({self.query})[{duration(length_s)}:1m])"}

    def measured(self, values: Values, length_s: float) -> Count | Ratio:
        ratio = values.one("ratio")
        if ratio is None:
            raise NoDataError("the ratio query returns nothing")
        return Ratio(1.0 - ratio if self.is_success else ratio)

    def bad_ratio(self, length_s: float) -> str:
        """Return PromQL for the bad part of one slice."""
        query = self.windowed.over(length_s) if self.windowed is not None else f"({self.query})"
        return f"1 - ({query})" if self.is_success else query


@dataclass(frozen=True, slots=True)
class Slices:
    """Bad slices of time among the expected ones (Timeslices): a slice is bad when too much in it was bad."""

    of: Events | Raw
    slice_s: float
    target: float

    def queries(self, length_s: float, interval_s: float) -> Mapping[str, str]:
        ratio = self.of.bad_ratio(_look_back(self.slice_s, interval_s))
        allowed = (1.0 - self.target) * (1.0 + TOLERANCE) + TOLERANCE
        return {
            "bad": f"count_over_time((({ratio}) > {allowed:.15g})[{_steps(length_s, self.slice_s)}])",
            "seen": f"count_over_time((({ratio}) > -Inf)[{_steps(length_s, self.slice_s)}])",
        }

    def measured(self, values: Values, length_s: float) -> Count | Ratio:
        bad, _ = _bad_and_seen(values)
        expected = float(_slices(length_s, self.slice_s))
        return Count(min(bad, expected), expected)


@dataclass(frozen=True, slots=True)
class SliceRatios:
    """The average of the slices' bad ratios (RatioTimeslices): every slice weighs the same, busy or quiet."""

    of: Events | Raw
    slice_s: float

    def queries(self, length_s: float, interval_s: float) -> Mapping[str, str]:
        ratio = self.of.bad_ratio(_look_back(self.slice_s, interval_s))
        return {"ratio": f"avg_over_time((({ratio}) > -Inf)[{_steps(length_s, self.slice_s)}])"}

    def measured(self, values: Values, length_s: float) -> Count | Ratio:
        ratio = values.one("ratio")
        if ratio is None:
            raise NoDataError("no slice of the window can be read")
        return Ratio(ratio)


@dataclass(frozen=True, slots=True)
class Samples:
    """Samples that miss a condition (OpenSLO thresholdMetric), one per slice; `expected` counts absent ones as good."""

    query: str
    threshold: Threshold
    slice_s: float
    expected: bool

    def queries(self, length_s: float, interval_s: float) -> Mapping[str, str]:
        steps, missed = _steps(length_s, self.slice_s), _OPPOSITE[self.threshold.operator]
        return {
            "bad": f"count_over_time((({self.query}) {missed} {self.threshold.value:.17g})[{steps}])",
            "seen": f"count_over_time((({self.query}) > -Inf)[{steps}])",
        }

    def measured(self, values: Values, length_s: float) -> Count | Ratio:
        bad, seen = _bad_and_seen(values)
        total = float(_slices(length_s, self.slice_s)) if self.expected else seen
        return Count(min(bad, total), total)


@dataclass(frozen=True, slots=True)
class Nothing:
    """No queries of its own (a Sloth plugin): only what another tool records can be read."""

    def queries(self, length_s: float, interval_s: float) -> Mapping[str, str]:
        return {}

    def measured(self, values: Values, length_s: float) -> Count | Ratio:
        raise NoDataError("there is no query, and no recorded series")


@dataclass(frozen=True, slots=True)
class Plan:
    """A method with what surrounds it: which series bear witness of age and freshness, and what else is recorded."""

    method: Method
    witnesses: tuple[str, ...]
    slice_s: float | None
    recorded: Recorded | None

    def instant(self, now: float) -> float:
        """Return when to evaluate: now, or the end of the last whole slice."""
        return now if self.slice_s is None else now - now % self.slice_s

    def parts(self, window: str, recorded_as: str, length_s: float, interval_s: float) -> dict[str, str]:
        """Return the queries of one window, named `what_window`; other tools record it as `recorded_as`."""
        asked = dict(self.method.queries(length_s, interval_s))
        if self.recorded is not None:
            asked[RECORDED] = recorded_selector(self.recorded, recorded_as)
        return {f"{name}_{window}": query for name, query in asked.items()}


def recorded_selector(recorded: Recorded, window: str) -> str:
    """Return the selector of a recorded error ratio; label values are quoted, whatever they are."""
    labels = ",".join(f"{name}={quote(value)}" for name, value in recorded.selector.items())
    return f"{recorded.metric}{window}{{{labels}}}"


def plan_of(objective: Objective) -> Plan | None:
    """Return how an objective is measured; None when its indicator cannot be."""
    indicator = objective.indicator
    if indicator is None or objective.problem:
        return None
    method = _method(indicator, objective.budgeting)
    if method is None:
        return None
    sliced = isinstance(method, Slices | SliceRatios | Samples)
    witnesses = _witnesses(indicator)
    if indicator.recorded is not None:
        witnesses = (*witnesses, recorded_selector(indicator.recorded, "5m"))
    return Plan(method, witnesses, indicator.slice_s if sliced else None, indicator.recorded)


def _method(indicator: Indicator, budgeting: Budgeting) -> Method | None:
    if indicator.sample and indicator.threshold is not None:
        expected = budgeting is Budgeting.TIMESLICES
        query = prepare(indicator.sample).over(indicator.slice_s) if "{{" in indicator.sample else indicator.sample
        return Samples(query, indicator.threshold, indicator.slice_s, expected)
    source = _ratio_source(indicator)
    if source is None:
        return Nothing() if indicator.recorded is not None else None
    match budgeting:
        case Budgeting.OCCURRENCES:
            return source
        case Budgeting.TIMESLICES:
            return Slices(source, indicator.slice_s, indicator.slice_target)
        case Budgeting.RATIO_TIMESLICES:
            return SliceRatios(source, indicator.slice_s)


def _ratio_source(indicator: Indicator) -> Events | Raw | None:
    part = indicator.bad or indicator.good
    if indicator.total and part:
        counter = indicator.counter
        return Events(prepare(part, counter=counter), prepare(indicator.total, counter=counter), not indicator.bad)
    if indicator.raw:
        windowed = prepare(indicator.raw) if "{{" in indicator.raw else None
        return Raw(indicator.raw, indicator.raw_is_success, windowed)
    return None


def _witnesses(indicator: Indicator) -> tuple[str, ...]:
    """Return the selectors that tell how old and how fresh the data is: those of all events."""
    text = indicator.total or indicator.sample or indicator.raw
    return tuple(named_window(each) for each in prepare(text).selectors[:4]) if text else ()


def _bad_and_seen(values: Values) -> tuple[float, float]:
    seen, bad = values.one("seen"), values.one("bad")
    if not seen:
        raise NoDataError("no slice of the window can be read")
    return bad or 0.0, seen


def _slices(length_s: float, slice_s: float) -> int:
    """Return how many slices a window has: whole ones, and at least two."""
    return max(2, ceil(length_s / slice_s - TOLERANCE))


def _steps(length_s: float, slice_s: float) -> str:
    """Return range and resolution of a subquery that looks at every slice of a window exactly once.

    The range is a little shorter than the slices, so that its first instant is not one too many; evaluation times
    are whole slices (see PrometheusSource).
    """
    length_s = _slices(length_s, slice_s) * slice_s
    return f"{duration(length_s - slice_s / 2.0)}:{duration(slice_s)}"


def _look_back(slice_s: float, interval_s: float) -> float:
    return max(slice_s, float(ceil(SAMPLES_PER_SLICE * interval_s)))
