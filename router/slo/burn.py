"""The arithmetic of error budgets: burn rates, window pairs, evidence, time to exhaustion. Pure.

Ratios are parts of one, durations seconds (`_s`), targets ratios in (0, 1). "Workbook" is Google's Site Reliability
Workbook, chapter 5, "Alerting on SLOs". Comparisons carry a relative tolerance of 1e-9 that errs toward telling
people: plain floats make 144 bad of 10,000 against 99.9 % a burn of 14.399999999999986.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil, inf, sqrt

from router.slo.objective import DAY_S, WINDOWS, Count, Level, Objective, SloClass, Tier

TOLERANCE = 1e-9
Z = 2.3263479
"""Standard normal quantile of a two-sided 98 % interval (GitLab's choice for low traffic)."""
CLAMP = 0.8
"""A threshold that cannot be reached is lowered to this part of the ceiling."""
OUTAGE = 0.5
"""An error ratio whose lower bound is at least this is a total outage."""
QUICK_SHARE = 0.25
"""The part of a tier's budget share that a high ratio must have spent to count, where nothing else speaks for it."""


def at_least(value: float, floor: float) -> bool:
    """Return whether `value` >= `floor`, with the tolerance."""
    return value >= floor - TOLERANCE * abs(floor)


def error_ratio(bad: float, total: float) -> float | None:
    """Return the bad part of the events; None without events: undefined is neither 0 nor fine."""
    return bad / total if total > 0 else None


def ceiling(target: float) -> float:
    """Return the highest possible burn rate, 1 / (1 - target), that of a total outage (Datadog, New Relic)."""
    return 1.0 / (1.0 - target)


def burn_rate(ratio: float, target: float) -> float:
    """Return how many times too fast the budget burns; 1 spends it in exactly the period (Workbook)."""
    return ratio / (1.0 - target)


def governing(burn_long: float, burn_short: float) -> float:
    """Return the burn rate that decides for a pair, the lower one (OpenObserve's word)."""
    return min(burn_long, burn_short)


def threshold(share: float, long_s: float, period_s: float) -> float:
    """Return the burn rate that spends `share` of the budget in `long_s` (Workbook, table 5-8)."""
    return share * period_s / long_s


def budget_spent(burn: float, window_s: float, period_s: float) -> float:
    """Return the part of the budget that a constant burn spends in a window, under uniform traffic (Workbook)."""
    return burn * window_s / period_s


def budget_events(target: float, events: float) -> float:
    """Return how many of the period's events may be bad (Google Cloud, WalletConnect)."""
    return (1.0 - target) * events


def budget_time_s(target: float, period_s: float) -> float:
    """Return how long a total outage may last in a period."""
    return (1.0 - target) * period_s


def share_of_budget(bad: float, allowed: float) -> float:
    """Return the part of the budget that `bad` events are, exactly, whatever the traffic's shape (WalletConnect)."""
    return bad / allowed


def remaining(bad: float, allowed: float) -> float:
    """Return the part of the budget that is left: negative when overspent, 0 when spent within the tolerance."""
    left = 1.0 - share_of_budget(bad, allowed)
    return min(left, 0.0) if at_least(bad, allowed) else left


def projected_events(by_window: Mapping[str, float], period_s: float) -> float:
    """Return the period's events as the best projection of the last day or hour says (WalletConnect)."""
    return max((by_window[name] * period_s / WINDOWS[name] for name in ("1d", "1h") if name in by_window), default=0.0)


def exhaustion_s(period_s: float, left: float, burn: float, resets_in_s: float = inf) -> float:
    """Return when the rest of the budget is spent at this burn (Workbook; Nobl9: "remaining budget").

    0 when it is spent already; infinite when nothing burns or when a calendar window starts anew before.
    """
    if left <= 0:
        return 0.0
    if burn <= 0:
        return inf
    raw = period_s * left / burn
    return inf if raw > resets_in_s else raw


def detection_s(long_s: float, reach: float, target: float, ratio: float, before: float = 0.0) -> float:
    """Return how long errors of a constant `ratio` last until a window's burn reaches `reach`; infinite if never.

    `before` is the error ratio until then. With 0 this is the Workbook's (1 - SLO) / ratio x window x burn rate.
    """
    needed = reach * (1.0 - target)
    if at_least(before, needed):
        return 0.0
    if not at_least(ratio, needed):
        return inf
    return long_s * (needed - before) / (ratio - before)


def reset_s(window_s: float, reach: float, target: float, ratio: float) -> float:
    """Return how long after the errors end a window's burn falls below `reach`; a pair follows its short window."""
    return window_s * (1.0 - reach * (1.0 - target) / ratio)


def wilson_lower(bad: float, total: float) -> float:
    """Return the lower bound of the true error ratio (Wilson 1927; GitLab alerts on it where traffic is low)."""
    ratio = bad / total
    square = Z * Z
    centre = ratio + square / (2.0 * total)
    spread = Z * sqrt(ratio * (1.0 - ratio) / total + square / (4.0 * total * total))
    return max(0.0, (centre - spread) / (1.0 + square / total))


def is_outage(bad: float, total: float) -> bool:
    """Return whether these events prove a total outage: six bad of six do, five of five do not."""
    return total > 0 and at_least(wilson_lower(bad, total), OUTAGE)


def expected_slices(window_s: float, slice_s: float) -> float:
    """Return how many time slices a window has, whether or not anything happened in them (Elastic)."""
    return window_s / slice_s


def slice_burn(bad: float, window_s: float, slice_s: float, target: float) -> float:
    """Return the burn rate of bad time slices over the expected ones: one lone bad slice is not 100 % (Elastic)."""
    return burn_rate(bad / expected_slices(window_s, slice_s), target)


@dataclass(frozen=True, slots=True)
class _Pair:
    """A window pair as published: how loud, which windows, which share of the budget in the long one."""

    level: Level
    long: str
    short: str
    share: float


def _catalogue(*shares: float) -> tuple[_Pair, ...]:
    pairs = (
        (Level.PAGE, "1h", "5m"),
        (Level.PAGE, "6h", "30m"),
        (Level.TICKET, "1d", "2h"),
        (Level.TICKET, "3d", "6h"),
    )
    return tuple(_Pair(*pair, share) for pair, share in zip(pairs, shares, strict=False))


CATALOGUES: Mapping[int, tuple[_Pair, ...]] = {
    7: _catalogue(0.10, 0.20, 0.40),
    28: _catalogue(0.02, 0.05, 0.10, 0.10),
    30: _catalogue(0.02, 0.05, 0.10, 0.10),
    90: _catalogue(0.01, 0.03, 0.05),
}
"""Window pairs by period in days: the Workbook's for 28 and 30, Datadog's recommendation for 7 and 90."""


def _pairs_for(period_s: float) -> tuple[_Pair, ...]:
    """Return the nearest catalogue by difference in days; a tie takes the shorter period."""
    days = period_s / DAY_S
    return CATALOGUES[min(CATALOGUES, key=lambda known: (abs(known - days), known))]


def _unclamped(period_s: float) -> tuple[Tier, ...]:
    return tuple(
        Tier(pair.level, pair.long, pair.short, threshold(pair.share, WINDOWS[pair.long], period_s), pair.share)
        for pair in _pairs_for(period_s)
    )


def _beyond(tier: Tier, target: float) -> bool:
    return not at_least(ceiling(target), tier.threshold)


def unreachable(target: float, period_s: float) -> tuple[Tier, ...]:
    """Return the catalogue's tiers that even a total outage could not fire, unclamped, for reporting at load."""
    return tuple(tier for tier in _unclamped(period_s) if _beyond(tier, target))


def tiers_for(target: float, period_s: float) -> tuple[Tier, ...]:
    """Return the tiers of an objective, loudest first; thresholds above the ceiling are clamped to 0.8 of it.

    A clamped tier keeps its budget share: an alert that is absent is worse than one that is wrong (WalletConnect).
    """
    return tuple(
        Tier(tier.level, tier.long, tier.short, CLAMP * ceiling(target), tier.share, clamped=True)
        if _beyond(tier, target)
        else tier
        for tier in _unclamped(period_s)
    )


@dataclass(frozen=True, slots=True)
class Spending:
    """What one window pair shows. `count` is the long window's, None where the source has ratios only.

    `share_long` and `share_short` are parts of the budget; `short_part` is the short window's length in long ones.
    """

    burn_long: float
    burn_short: float
    share_long: float
    share_short: float
    short_part: float
    count: Count | None

    @property
    def burn(self) -> float:
        """The governing burn rate."""
        return governing(self.burn_long, self.burn_short)


def over_rate(tier: Tier, spending: Spending) -> bool:
    """Return whether both windows burn at the tier's threshold (Workbook, approach 6)."""
    return at_least(spending.burn, tier.threshold)


def _enough_bad(count: Count, min_bad: int) -> bool:
    # Extrapolated counts are fractional; they are rounded up here and nowhere else, float noise aside.
    return ceil(count.bad * (1.0 - TOLERANCE)) >= min_bad


def _over_share(tier: Tier, spending: Spending, count: Count, min_bad: int) -> bool:
    return (
        _enough_bad(count, min_bad)
        and at_least(spending.share_long, tier.share)
        and at_least(spending.share_short, tier.share * spending.short_part)
    )


def _evident(tier: Tier, count: Count, objective: Objective) -> bool:
    return _enough_bad(count, objective.min_bad_events) and at_least(
        burn_rate(wilson_lower(count.bad, count.total), objective.target), tier.threshold
    )


def fires(tier: Tier, spending: Spending, objective: Objective, *, outage: bool) -> bool:
    """Return whether a tier fires: by the budget spent, or by a rate that the events bear out.

    A rate alone over-reacts at night and under-reacts at peak, so it needs evidence (minimum of bad events, Wilson
    bound) and weight: a quarter of the share spent, a total outage, or a critical journey. Ratios alone are believed.
    """
    count = spending.count
    if count is None:
        return over_rate(tier, spending)
    if count.total <= 0:
        return False
    if _over_share(tier, spending, count, objective.min_bad_events):
        return True
    weighty = (
        outage or objective.slo_class is SloClass.CRITICAL or at_least(spending.share_long, tier.share * QUICK_SHARE)
    )
    return weighty and over_rate(tier, spending) and _evident(tier, count, objective)


def self_test(objective: Objective, events_per_hour: float = 3_600.0) -> tuple[Tier, ...]:
    """Return the tiers that a synthetic total outage at steady traffic would not fire; () is what load wants.

    It catches a budget given for a target, a threshold beyond the ceiling, and a minimum of bad events never met.
    """
    outages = {tier: _total_outage(objective, tier, events_per_hour) for tier in objective.tiers}
    return tuple(tier for tier, outage in outages.items() if not fires(tier, outage, objective, outage=True))


def _total_outage(objective: Objective, tier: Tier, events_per_hour: float) -> Spending:
    """Return what a pair shows after its whole long window of nothing but errors."""
    full, period_s = ceiling(objective.target), objective.window.length_s
    long_s, short_s = WINDOWS[tier.long], WINDOWS[tier.short]
    events = events_per_hour * long_s / WINDOWS["1h"]
    return Spending(
        burn_long=full,
        burn_short=full,
        share_long=budget_spent(full, long_s, period_s),
        share_short=budget_spent(full, short_s, period_s),
        short_part=short_s / long_s,
        count=Count(events, events),
    )
