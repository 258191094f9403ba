"""Worlds for the gate's tests: objectives, and what a source would count of traffic that somebody wrote down."""

from collections.abc import Mapping
from dataclasses import replace
from zoneinfo import ZoneInfo

from router.slo.burn import tiers_for
from router.slo.objective import (
    DAY_S,
    Budgeting,
    Calendar,
    Count,
    Measured,
    Objective,
    Place,
    Ratio,
    SloClass,
    Snapshot,
    TimeWindow,
)
from router.slo.verdict import Assessment, Cause, Memory, Verdict, assess

NOW = 1_795_000_000.0
LENGTHS_S = {"5m": 300.0, "30m": 1800.0, "1h": 3600.0, "2h": 7200.0, "6h": 21600.0, "1d": DAY_S, "3d": 3 * DAY_S}


def objective(
    target: float = 0.999,
    days: float = 30,
    *,
    slo_class: SloClass = SloClass.HIGH,
    calendar: Calendar | None = None,
    budgeting: Budgeting = Budgeting.OCCURRENCES,
    name: str = "checkout-availability",
) -> Objective:
    """An objective with the tiers that its target and period have."""
    return Objective(
        id=name,
        title="Checkout availability",
        service="checkout",
        target=target,
        window=TimeWindow(days * DAY_S, f"{days:g}d", calendar),
        tiers=tiers_for(target, days * DAY_S),
        place=Place("slos/checkout.yaml", 1),
        budgeting=budgeting,
        slo_class=slo_class,
    )


def month(start: str = "2026-01-01 00:00:00", zone: str = "Asia/Tokyo") -> Calendar:
    """Calendar months of a zone."""
    return Calendar(start, ZoneInfo(zone), 1, "M")


def snapshot(windows: Mapping[str, Measured], *, age_s: float | None = None, sampled_at: float = NOW) -> Snapshot:
    """What a source said just now."""
    return Snapshot("checkout-availability", sampled_at, windows, age_s=age_s)


def uniform(
    error: float,
    lasted_s: float,
    *,
    per_hour: float = 3000.0,
    before: float = 0.0,
    days: float = 30,
    age_s: float | None = None,
) -> Snapshot:
    """Steady traffic whose error ratio was `before` and is `error` since `lasted_s`."""

    def window(length_s: float) -> Count:
        rate = per_hour / 3600.0
        burning = min(lasted_s, length_s)
        return Count(rate * (burning * error + (length_s - burning) * before), rate * length_s)

    counted = {name: window(length_s) for name, length_s in (LENGTHS_S | {"period": days * DAY_S}).items()}
    return snapshot(counted, age_s=age_s)


def counts(**windows: tuple[float, float]) -> Snapshot:
    """Windows as (bad, total); `w5m` is the window 5m."""
    return snapshot({name.removeprefix("w"): Count(*pair) for name, pair in windows.items()})


def ratios(value: float, **others: float) -> Snapshot:
    """A source without counts: every window has the ratio `value` but those named (`w5m`)."""
    given = {name.removeprefix("w"): ratio for name, ratio in others.items()}
    return snapshot({name: Ratio(given.get(name, value)) for name in (*LENGTHS_S, "period")})


def judged(slo: Objective, shot: Snapshot | None, memory: Memory | None = None) -> Assessment:
    """The assessment at NOW."""
    return assess(slo, shot, NOW, memory or Memory())


def said(found: Assessment) -> tuple[Verdict, Cause]:
    """Verdict and cause."""
    return found.verdict, found.cause


def without(shot: Snapshot, *windows: str) -> Snapshot:
    """The same, but these windows could not be read."""
    return replace(shot, windows=dict(shot.windows) | dict.fromkeys(windows))
