"""What a snapshot's windows really hold: cleaned counts, thin windows, total outage, the budget. Pure.

Nothing that is not a sound number leaves this module: what cannot be read is absent, never zero.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf, isfinite

from router.slo import burn
from router.slo.objective import DAY_S, PERIOD, WINDOWS, Budgeting, Count, Measured, Objective, Ratio, Snapshot
from router.slo.period import bounds

OVERSHOOT = 0.001
"""Extrapolation may put bad events this part of the total above the total or below zero; more is out of range."""
NOISE = 1e-9
"""Fewer events than this are what float arithmetic leaves of none."""
FEW = 6.0
"""A window with fewer expected events is thin, and one with fewer events proves no outage."""
COVERAGE = 0.9
"""A window counts once the series is this part of it old (OpenObserve's floor)."""
_LONGEST_FIRST = tuple(WINDOWS)[::-1]
_OUTAGE_WINDOWS = ("5m", "30m", "1h", "2h", "6h")


@dataclass(frozen=True, slots=True)
class Readings:
    """The windows of one snapshot, made safe: `known` holds only what can be read."""

    known: Mapping[str, Count | Ratio]
    out_of_range: frozenset[str]
    age_s: float | None
    rate: float | None
    """Events per second of the longest readable window up to a day; None where there are no counts."""

    @property
    def idle(self) -> bool:
        """Whether no readable window up to a day has any events."""
        return self.rate is not None and self.rate <= 0

    def covers(self, window: str) -> bool:
        """Return whether the series are old enough for a window; without an age they are old."""
        return self.age_s is None or burn.at_least(self.age_s, COVERAGE * WINDOWS[window])

    def thin(self, window: str) -> bool:
        """Return whether too few events are expected in a window for it to say anything."""
        return self.rate is not None and not burn.at_least(self.rate * WINDOWS[window], FEW)

    def short_for(self, short: str, long: str) -> str:
        """Return the window that stands for `short`: itself, or the next one up to `long` that is not thin."""
        between = [name for name, length in WINDOWS.items() if WINDOWS[short] <= length < WINDOWS[long]]
        return next((name for name in between if not self.thin(name)), long)

    def ratio(self, window: str) -> float | None:
        """Return the error ratio of a window; None when it cannot be read or had no events."""
        match self.known.get(window):
            case Count(bad, total):
                return burn.error_ratio(bad, total)
            case Ratio(bad):
                return bad
            case None:
                return None

    @property
    def outage(self) -> bool:
        """Whether the smallest window with enough events proves a total outage, or half of a ratio-only 5m is bad."""
        for window in _OUTAGE_WINDOWS:
            match self.known.get(window):
                case Count(bad, total) if burn.at_least(total, FEW):
                    return burn.is_outage(bad, total)
                case Ratio(bad) if window == "5m":
                    return burn.at_least(bad, burn.OUTAGE)
        return False


def read(objective: Objective, snapshot: Snapshot) -> Readings:
    """Return a snapshot's windows, cleaned. Pure."""
    age_s = _sound_age(snapshot.age_s)
    known: dict[str, Count | Ratio] = {}
    out_of_range = set()
    for window in (*WINDOWS, PERIOD):
        measured, beyond = _cleaned(snapshot.windows.get(window))
        if beyond:
            out_of_range.add(window)
        if measured is not None:
            known[window] = _per_slice(objective, window, measured)
    return Readings(known, frozenset(out_of_range), age_s, _rate(known, age_s))


def _sound_age(age_s: float | None) -> float | None:
    """An age that makes no sense counts as brand new, so that nothing is cleared by it."""
    if age_s is None:
        return None
    return age_s if isfinite(age_s) and age_s > 0 else 0.0


def _cleaned(measured: Measured) -> tuple[Measured, bool]:
    """Return the value made safe, or None, and whether it was None for being out of range."""
    match measured:
        case Count():
            bad, total = _silenced(measured.bad), _silenced(measured.total)
            inside, beyond = _clamped(bad, total)
            return (Count(inside, total) if inside is not None else None), beyond
        case Ratio(bad):
            inside, beyond = _clamped(bad, 1.0)
            return (Ratio(inside) if inside is not None else None), beyond
        case None:
            return None, False


def _silenced(events: float) -> float:
    return 0.0 if abs(events) < NOISE else events


def _clamped(bad: float, total: float) -> tuple[float | None, bool]:
    slack = OVERSHOOT * total
    if not (isfinite(bad) and isfinite(total)) or total < 0 or not bad >= -slack * (1 + burn.TOLERANCE):
        return None, False
    if not burn.at_least(total + slack, bad):
        return None, True
    return min(max(bad, 0.0), total), False


def _per_slice(objective: Objective, window: str, measured: Count | Ratio) -> Count | Ratio:
    """Count bad time slices against the expected ones: a quiet minute weighs as much as a busy one (Elastic)."""
    if objective.budgeting is not Budgeting.TIMESLICES or isinstance(measured, Ratio) or measured.total <= 0:
        return measured
    if window == PERIOD and objective.window.calendar is not None:
        return measured
    length_s = WINDOWS.get(window, objective.window.length_s)
    slice_s = objective.indicator.slice_s if objective.indicator is not None else 60.0
    return Count(measured.bad, max(measured.total, burn.expected_slices(length_s, slice_s)))


def _rate(known: Mapping[str, Count | Ratio], age_s: float | None) -> float | None:
    """Return events per second of the longest readable window up to a day.

    A window that is empty though a shorter one is not contradicts itself, and tells no rate.
    """
    rates = []
    for window, length_s in WINDOWS.items():
        count = known.get(window)
        if length_s <= DAY_S and isinstance(count, Count):
            rates.append(count.total / (length_s if age_s is None else min(length_s, max(age_s, 1.0))))
    return next((rate for rate in reversed(rates) if rate > 0), 0.0) if rates else None


@dataclass(frozen=True, slots=True)
class Budget:
    """The error budget of the period: its real length, how many bad events it allows, what is left of it.

    `allowed` is None where there are no counts, `left` where the period cannot be read. `resets_in_s` is infinite
    for a rolling window.
    """

    period_s: float
    allowed: float | None
    left: float | None
    resets_in_s: float = inf

    @property
    def exhausted(self) -> bool:
        """Whether nothing is left."""
        return self.left is not None and self.left <= 0


def budget_of(objective: Objective, readings: Readings, now: float) -> Budget:
    """Return the error budget. A young series' and a calendar window's events to date are projected. Pure."""
    period_s, elapsed_s, resets_in_s = _extent(objective, readings.age_s, now)
    counts = {name: value.total for name, value in readings.known.items() if isinstance(value, Count)}
    events = _events(counts, period_s, young=elapsed_s < period_s)
    allowed = burn.budget_events(objective.target, events) if events > 0 else None
    left = None
    match readings.known.get(PERIOD):
        case Count(bad, total) if total > 0 and allowed is not None:
            left = burn.remaining(bad, allowed)
        case Ratio(bad):
            left = burn.remaining(bad * elapsed_s / period_s, objective.budget)
        case _:
            pass
    return Budget(period_s, allowed, left, resets_in_s)


def _extent(objective: Objective, age_s: float | None, now: float) -> tuple[float, float, float]:
    """Return the period's real length, how much of it has been seen, and when it starts anew."""
    length_s = objective.window.length_s
    if objective.window.calendar is None:
        return length_s, length_s if age_s is None else min(age_s, length_s), inf
    start, end = bounds(objective.window.calendar, now)
    seen_s = now - start if age_s is None else min(age_s, now - start)
    return end - start, seen_s, end - now


def _events(counts: Mapping[str, float], period_s: float, *, young: bool) -> float:
    """Return how many events the period has: counted where it is complete, else the best projection, 0 if unknown."""
    counted = counts.get(PERIOD, 0.0)
    if counted > 0 and not young:
        return counted
    projected = max(counted, burn.projected_events(counts, period_s))
    if projected > 0:
        return projected
    return next((counts[name] * period_s / WINDOWS[name] for name in _LONGEST_FIRST if counts.get(name)), 0.0)
