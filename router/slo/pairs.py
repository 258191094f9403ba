"""One window pair of one SLO, judged by its windows alone. Pure."""

from dataclasses import dataclass, replace
from enum import StrEnum

from router.slo import burn
from router.slo.objective import WINDOWS, Count, Level, Objective, Ratio, Tier
from router.slo.windows import Budget, Readings


class State(StrEnum):
    """What a pair says."""

    FIRES = "fires"
    LOW_EVIDENCE = "low_evidence"
    """It burns fast enough, on too few events to be sure."""
    QUIET = "quiet"
    NO_DATA = "no_data"
    OUT_OF_RANGE = "out_of_range"
    CEASED = "ceased"
    """A window that should have events is empty."""
    YOUNG = "young"
    """A page pair whose long window the series do not cover yet: nothing may be cleared."""
    LEFT_OUT = "left_out"
    """The same of a ticket pair, which clearing does not need."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A judged pair. `tier.short` is the window that was really used; `spending` is None where nothing was read."""

    tier: Tier
    state: State
    spending: burn.Spending | None = None
    windows: tuple[str, ...] = ()
    """For a pair that cannot be read: the windows at fault."""


def judge(objective: Objective, tier: Tier, readings: Readings, budget: Budget) -> Pair:
    """Return what one pair says, with a thin short window replaced by the next one that is not thin."""
    if not readings.covers(tier.long):
        return Pair(tier, State.YOUNG if tier.level is Level.PAGE else State.LEFT_OUT)
    used = replace(tier, short=readings.short_for(tier.short, tier.long))
    blind = _blind(used, readings)
    if blind is not None:
        return blind
    spending = _spending(objective, used, readings, budget)
    return Pair(used, _state(objective, used, readings, spending), spending)


def _state(objective: Objective, tier: Tier, readings: Readings, spending: burn.Spending) -> State:
    if readings.idle:
        return State.QUIET
    if burn.fires(tier, spending, objective, outage=readings.outage):
        return State.FIRES
    return State.LOW_EVIDENCE if burn.over_rate(tier, spending) else State.QUIET


def _blind(tier: Tier, readings: Readings) -> Pair | None:
    """Return the pair as unreadable, if it is."""
    windows = tuple(dict.fromkeys((tier.long, tier.short)))
    missing = tuple(name for name in windows if name not in readings.known)
    if missing:
        beyond = not readings.out_of_range.isdisjoint(missing)
        return Pair(tier, State.OUT_OF_RANGE if beyond else State.NO_DATA, windows=missing)
    empty = tuple(name for name in windows if readings.ratio(name) is None and not readings.thin(name))
    return Pair(tier, State.CEASED, windows=empty) if empty else None


def _spending(objective: Objective, tier: Tier, readings: Readings, budget: Budget) -> burn.Spending:
    """Return the pair's numbers; a thin window without events has burned nothing."""
    long, short = readings.known[tier.long], readings.known[tier.short]
    counted = long if isinstance(long, Count) and isinstance(short, Count) else None
    return burn.Spending(
        burn_long=burn.burn_rate(readings.ratio(tier.long) or 0.0, objective.target),
        burn_short=burn.burn_rate(readings.ratio(tier.short) or 0.0, objective.target),
        share_long=_share(objective, tier.long, long, budget),
        share_short=_share(objective, tier.short, short, budget),
        short_part=WINDOWS[tier.short] / WINDOWS[tier.long],
        count=counted,
    )


def _share(objective: Objective, window: str, measured: Count | Ratio, budget: Budget) -> float:
    """Return the part of the budget a window spent: of counts exactly, of a ratio as if traffic were uniform."""
    match measured:
        case Count(bad, _):
            return burn.share_of_budget(bad, budget.allowed) if budget.allowed else 0.0
        case Ratio(bad):
            rate = burn.burn_rate(bad, objective.target)
            return burn.budget_spent(rate, WINDOWS[window], budget.period_s)
