"""What has been read of one SLO: in this measurement (`Reading`), and what outlives it (`Kept`)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from router.slo.objective import PERIOD, Measured, Objective, Ratio, Snapshot
from router.slo.period import bounds
from router.slo.sources.api import Sample
from router.slo.sources.plan import RECORDED, NoDataError, Plan, UnreadableError, Values
from router.slo.sources.questions import values_of

TIME: Final = "time"
PERIOD_PARTS: Final = 8_640.0
LONGEST_REST_S: Final = 300.0
RETRY_S: Final = 60.0
"""What could not be read, and may be costly, is not asked for again before."""
WITNESS_REST_S: Final = 3_600.0
DEFAULT_INTERVAL_S: Final = 60.0
COUNT_RANGE_S: Final = 3_600.0
"""Over this range the samples are counted, to know how often they come."""


def measured_of(plan: Plan, window: str, length_s: float, samples: Sequence[Sample]) -> tuple[Measured, str]:
    """Return what the answers say of one window, and why it cannot be read ("" when there simply is no data).

    A ratio that another tool records is taken instead of raw queries, so that both tools say the same; but the
    period is counted where it can be, for what is recorded of it is an average of ratios, not of events.
    """
    values = values_of(samples, f"_{window}")
    recorded = _recorded(values)
    if recorded is not None and window != PERIOD:
        return recorded, ""
    try:
        return plan.method.measured(values, length_s), ""
    except UnreadableError as error:
        return recorded, "" if recorded is not None or isinstance(error, NoDataError) else str(error)


def _recorded(values: Values) -> Ratio | None:
    try:
        ratio = values.one(RECORDED)
    except UnreadableError:
        return None
    return None if ratio is None else Ratio(ratio)


@dataclass(slots=True)
class Kept:
    """What need not be asked at every tick about one SLO; instants in Unix seconds."""

    objective: Objective
    _period: Measured = None
    _period_began: float | None = None
    _period_at: float | None = None
    _first: float | None = None
    _young: bool = False
    _witness_at: float | None = None
    _witness_rest_s: float = 0.0
    interval_s: float = DEFAULT_INTERVAL_S

    @property
    def period(self) -> Measured:
        """What the period's window holds."""
        return self._period

    def period_start(self, now: float) -> float:
        """Return when the period that holds `now` began."""
        window = self.objective.window
        return now - window.length_s if window.calendar is None else bounds(window.calendar, now)[0]

    def period_known(self, start: float, now: float) -> bool:
        """Return whether the period need not be asked for now; a calendar's new window always is."""
        if self._period_at is None or (self.objective.window.calendar is not None and start != self._period_began):
            return False
        rest_s = min(self.objective.window.length_s / PERIOD_PARTS, LONGEST_REST_S)
        return 0.0 <= now - self._period_at < (RETRY_S if self._period is None else rest_s)

    def period_read(self, measured: Measured, start: float, now: float) -> None:
        """Keep what the period holds; None when it could not be read."""
        self._period, self._period_began, self._period_at = measured, start, now

    def witnesses_known(self, now: float) -> bool:
        """Return whether age and interval of the series need not be asked for now."""
        return self._witness_at is not None and 0.0 <= now - self._witness_at < self._witness_rest_s

    def witnessed(self, first: float | None, count: float | None, now: float) -> None:
        """Keep the time of the oldest sample within the period and how many samples the last hour has.

        Series that nobody has seen yet are new, and are looked for again at the next tick.
        """
        span_s = self.objective.window.length_s
        self._first, self._young = (now, True) if first is None else (first, now - first < span_s * 0.99)
        self._witness_at, self._witness_rest_s = now, WITNESS_REST_S if first is not None else 0.0
        if count is not None and count >= 2.0 and (first is None or now - first >= COUNT_RANGE_S):
            self.interval_s = COUNT_RANGE_S / count

    def witnesses_failed(self, now: float) -> None:
        """Try again later; without an age the series count as new, so that nothing is cleared by mistake."""
        if self._witness_at is None:
            self._first, self._young = now, True
        self._witness_at, self._witness_rest_s = now, RETRY_S

    def age_s(self, now: float) -> float | None:
        """Return how long the series exist, None when that is at least the period."""
        return max(0.0, now - self._first) if self._young and self._first is not None else None

    def elapsed_s(self, now: float) -> float | None:
        """Return how much of a calendar window has passed, None for a rolling one."""
        return None if self.objective.window.calendar is None else now - self.period_start(now)


@dataclass(slots=True)
class Reading:
    """What has been read of one SLO in this measurement."""

    windows: dict[str, Measured] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    sampled_at: float | None = None

    def take(self, plan: Plan, window: str, length_s: float, samples: Sequence[Sample]) -> None:
        """Take one window from the answers."""
        self.windows[window], problem = measured_of(plan, window, length_s, samples)
        if problem:
            self.problems.append(problem)

    def take_time(self, samples: Sequence[Sample]) -> None:
        """Take the time of the newest sample from the answers; it stays unknown when they do not hold it."""
        try:
            found = values_of(samples).one(TIME)
        except UnreadableError:
            found = None
        self.sampled_at = found if found is not None else self.sampled_at

    @property
    def readable(self) -> bool:
        """Whether any window holds something."""
        return any(each is not None for each in self.windows.values())

    def refuse(self, window: str, problem: str) -> None:
        """Note that a window cannot be evaluated."""
        self.windows[window] = None
        self.problems.append(problem)

    def snapshot(self, source: str, kept: Kept, now: float) -> Snapshot:
        """Return the snapshot; it has an error only where nothing could be read, and not for want of data."""
        windows = {name: each for name, each in self.windows.items() if name != TIME} | {PERIOD: kept.period}
        unread = self.problems and not any(each is not None for each in windows.values())
        problem = self.problems[0] if unread else ""
        return Snapshot(
            slo=kept.objective.id,
            sampled_at=self.sampled_at,
            windows=windows,
            age_s=kept.age_s(now),
            interval_s=kept.interval_s,
            error=problem if not problem or problem.startswith(source) else f"{source}: {problem}",
            elapsed_s=kept.elapsed_s(now),
        )
