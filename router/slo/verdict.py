"""What an SLO says about the alerts that can hurt it: one verdict with the numbers it was made from. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from math import isfinite

from router.slo import burn
from router.slo.objective import DAY_S, Count, Level, Objective, Snapshot, Tier
from router.slo.pairs import Pair, State, judge
from router.slo.windows import Budget, Readings, budget_of, read

STALE_S = 300.0
"""Samples older than this, or than twice their interval where that is more, are stale."""
SKEW_S = 60.0
"""Samples further in the future than this come from a wrong clock."""
UPGRADE_BURN = 2.0
UPGRADE_EVERY_S = DAY_S


class Verdict(StrEnum):
    """What the SLO says, from loudest to quietest (slo rulings: total outage and unknown stand between)."""

    THREAT_PAGE = "threat_page"
    UNKNOWN = "unknown"
    THREAT_TICKET = "threat_ticket"
    WATCH = "watch"
    NO_THREAT = "no_threat"


class Cause(StrEnum):
    """Why a verdict is unknown or only watch; closed list, part of the recorded reason."""

    NONE = ""
    NO_DATA = "no_data"
    TRAFFIC_CESSATION = "traffic_cessation"
    WARMING_UP = "warming_up"
    SOURCE_UNREACHABLE = "source_unreachable"
    STALE = "stale"
    OUT_OF_RANGE = "sli_out_of_range"
    TOTAL_OUTAGE = "total_outage"
    CONFIG = "config"
    SCOPE = "scope"
    LOW_EVIDENCE = "low_evidence"
    NO_TRAFFIC = "no_traffic"


@dataclass(frozen=True, slots=True)
class Memory:
    """What must be remembered of an SLO between two ticks: the last threat (freeze) and the last upgrade."""

    threat: Verdict | None = None
    threat_at: float | None = None
    upgraded_at: float | None = None


@dataclass(frozen=True, slots=True)
class Assessment:
    """One SLO judged at one moment, with every number a reader needs.

    `burn` maps window name to burn rate where it can be read. `tier` is the pair that fired, else the one that came
    closest; its short window is the one really used, which at low traffic is not the catalogue's. `burn_long` and
    `burn_short` are that pair's rates. `budget_remaining` is a signed ratio of the whole budget, `exhausted_in_s` is
    0 when spent, None when never at this rate (or not before a calendar window starts anew) or not known.
    """

    slo: str
    verdict: Verdict
    cause: Cause = Cause.NONE
    tier: Tier | None = None
    burn: Mapping[str, float] = field(default_factory=dict)
    burn_long: float | None = None
    burn_short: float | None = None
    share_spent: float | None = None
    """Part of the budget spent in the tier's long window."""
    error_ratio: float | None = None
    """Bad share of events in the tier's short window, for plain words."""
    budget_remaining: float | None = None
    exhausted_in_s: float | None = None
    upgraded: bool = False
    """A ticket made a page because the budget is gone within 24 h."""
    frozen: bool = False
    """The data is stale and an earlier threat is kept (asymmetric freeze)."""
    detail: str = ""
    """For unknown: the windows, the source's error or the mistake in the file; no secrets."""
    judged_at: float = 0.0
    count: Count | None = None
    """Events of the tier's long window; None where the source has ratios only, or nothing was read."""
    sample_age_s: float | None = None
    """How old the newest sample is (negative: in the future); None when it has no time or there is none."""


_RANK = {
    Verdict.THREAT_PAGE: 0,
    Verdict.UNKNOWN: 2,
    Verdict.THREAT_TICKET: 3,
    Verdict.WATCH: 4,
    Verdict.NO_THREAT: 5,
}


def loudness(assessment: Assessment) -> tuple[int, float]:
    """Return a sort key, the loudest first: page, total outage, other unknown, ticket, watch, no threat; then burn."""
    outage = assessment.verdict is Verdict.UNKNOWN and assessment.cause is Cause.TOTAL_OUTAGE
    rank = 1 if outage else _RANK[assessment.verdict]
    return rank, -burn.governing(assessment.burn_long or 0.0, assessment.burn_short or 0.0)


def assess(objective: Objective, snapshot: Snapshot | None, now: float, memory: Memory) -> Assessment:
    """Judge one SLO by what was measured. Pure: same inputs, same answer."""
    if objective.problem or not objective.tiers:
        detail = objective.problem or "it has no window pairs"
        return Assessment(objective.id, Verdict.UNKNOWN, Cause.CONFIG, detail=detail, judged_at=now)
    if snapshot is None or snapshot.error:
        detail = snapshot.error if snapshot is not None else ""
        blind = Assessment(objective.id, Verdict.UNKNOWN, Cause.SOURCE_UNREACHABLE, detail=detail, judged_at=now)
        return _kept(blind, memory)
    age_s = _sample_age(snapshot, now)
    if not _fresh(snapshot, age_s):
        blind = Assessment(objective.id, Verdict.UNKNOWN, Cause.STALE, judged_at=now, sample_age_s=age_s)
        return _kept(blind, memory)
    return replace(_judged(objective, snapshot, now, memory), judged_at=now, sample_age_s=age_s)


def remember(memory: Memory, assessment: Assessment, now: float) -> Memory:
    """Return what the next tick must know. A threat lasts until a verdict clears it; what is unknown clears nothing."""
    if assessment.frozen or assessment.verdict is Verdict.UNKNOWN:
        return memory
    begins = assessment.upgraded and memory.threat is not Verdict.THREAT_PAGE
    upgraded_at = now if begins else memory.upgraded_at
    if assessment.verdict in (Verdict.THREAT_PAGE, Verdict.THREAT_TICKET):
        return Memory(assessment.verdict, now, upgraded_at)
    return Memory(upgraded_at=upgraded_at)


def _sample_age(snapshot: Snapshot, now: float) -> float | None:
    at = snapshot.sampled_at
    return now - at if at is not None and isfinite(at) else None


def _fresh(snapshot: Snapshot, age_s: float | None) -> bool:
    interval_s = snapshot.interval_s if isfinite(snapshot.interval_s) else 0.0
    limit_s = max(2.0 * interval_s, STALE_S)
    return age_s is not None and burn.at_least(limit_s, age_s) and burn.at_least(SKEW_S, -age_s)


def _kept(blind: Assessment, memory: Memory) -> Assessment:
    """Keep a page-tier threat while nothing new is read. A ticket is not kept: unknown is louder than that."""
    if memory.threat is not Verdict.THREAT_PAGE:
        return blind
    return replace(blind, verdict=Verdict.THREAT_PAGE, frozen=True)


def _judged(objective: Objective, snapshot: Snapshot, now: float, memory: Memory) -> Assessment:
    readings = read(objective, snapshot)
    budget = budget_of(objective, readings, now)
    pairs = [judge(objective, tier, readings, budget) for tier in objective.tiers]
    found = _found(pairs, readings, budget, upgrades=_upgrades(pairs, budget, now, memory))
    assessment = Assessment(
        objective.id,
        found.verdict,
        found.cause,
        burn=_burn_rates(objective, readings),
        budget_remaining=budget.left,
        upgraded=found.upgraded,
        detail=", ".join(found.windows),
    )
    return _with_numbers(assessment, found.pair or _first_read(pairs), readings, budget, _hourly_burn(pairs))


@dataclass(frozen=True, slots=True)
class _Found:
    """A verdict, the pair behind it, and the windows that could not be read."""

    verdict: Verdict
    cause: Cause = Cause.NONE
    pair: Pair | None = None
    windows: tuple[str, ...] = ()
    upgraded: bool = False


def _found(pairs: Sequence[Pair], readings: Readings, budget: Budget, *, upgrades: bool) -> _Found:
    """Return the loudest that holds: page, total outage, other unknown, ticket, watch, no threat."""
    fired = [pair for pair in pairs if pair.state is State.FIRES]
    page = next((pair for pair in fired if pair.tier.level is Level.PAGE), None)
    if page is not None:
        return _Found(Verdict.THREAT_PAGE, pair=page)
    unknown = _unknown(pairs, readings)
    ticket = next((pair for pair in fired if _worth_a_ticket(pair, budget)), None)
    if ticket is not None and unknown is None and upgrades:
        return _Found(Verdict.THREAT_PAGE, pair=ticket, upgraded=True)
    if readings.outage:
        return _Found(Verdict.UNKNOWN, Cause.TOTAL_OUTAGE)
    if unknown is not None:
        return unknown
    return _Found(Verdict.THREAT_TICKET, pair=ticket) if ticket is not None else _calm(pairs, readings)


_CAUSES = {
    State.CEASED: Cause.TRAFFIC_CESSATION,
    State.OUT_OF_RANGE: Cause.OUT_OF_RANGE,
    State.NO_DATA: Cause.NO_DATA,
    State.YOUNG: Cause.WARMING_UP,
}
"""The causes that pairs give, the one to name first."""


def _unknown(pairs: Sequence[Pair], readings: Readings) -> _Found | None:
    if not readings.known and not readings.out_of_range:
        return _Found(Verdict.UNKNOWN, Cause.NO_DATA)
    for state, cause in _CAUSES.items():
        windows = [name for pair in pairs if pair.state is state for name in pair.windows]
        if any(pair.state is state for pair in pairs):
            return _Found(Verdict.UNKNOWN, cause, windows=tuple(dict.fromkeys(windows)))
    return None


def _worth_a_ticket(pair: Pair, budget: Budget) -> bool:
    """With the budget spent, slow burn below 1x is no news any more: one ticket is open already."""
    return not budget.exhausted or (pair.spending is not None and burn.at_least(pair.spending.burn, 1.0))


def _calm(pairs: Sequence[Pair], readings: Readings) -> _Found:
    if readings.idle:
        return _Found(Verdict.WATCH, Cause.NO_TRAFFIC)
    doubtful = next((pair for pair in pairs if pair.state is State.LOW_EVIDENCE), None)
    if doubtful is not None:
        return _Found(Verdict.WATCH, Cause.LOW_EVIDENCE, pair=doubtful)
    return _Found(Verdict.NO_THREAT)


def _hourly_burn(pairs: Sequence[Pair]) -> float | None:
    """Return the governing burn rate of the 1 h pair."""
    return next((pair.spending.burn for pair in pairs if pair.tier.long == "1h" and pair.spending is not None), None)


def _upgrades(pairs: Sequence[Pair], budget: Budget, now: float, memory: Memory) -> bool:
    """Return whether a ticket becomes a page: the budget is gone within a day, and that is news.

    News once in 24 h; an SLO that was at the page tier at the last tick just stays there.
    """
    rate = _hourly_burn(pairs)
    if rate is None or budget.left is None or budget.exhausted or not burn.at_least(rate, UPGRADE_BURN):
        return False
    if burn.at_least(burn.exhaustion_s(budget.period_s, budget.left, rate, budget.resets_in_s), DAY_S):
        return False
    upgraded_at = memory.upgraded_at
    news = upgraded_at is None or burn.at_least(now - upgraded_at, UPGRADE_EVERY_S)
    return news or memory.threat is Verdict.THREAT_PAGE


def _burn_rates(objective: Objective, readings: Readings) -> dict[str, float]:
    ratios = {name: readings.ratio(name) for name in readings.known}
    return {name: burn.burn_rate(ratio, objective.target) for name, ratio in ratios.items() if ratio is not None}


def _first_read(pairs: Sequence[Pair]) -> Pair | None:
    return next((pair for pair in pairs if pair.spending is not None), None)


def _with_numbers(
    assessment: Assessment, pair: Pair | None, readings: Readings, budget: Budget, hourly: float | None
) -> Assessment:
    """Add the numbers of the pair that tells the story: the one that decided, else the first that was read."""
    spending = pair.spending if pair is not None else None
    if pair is None or spending is None:
        return replace(assessment, exhausted_in_s=0.0 if budget.exhausted else None)
    return replace(
        assessment,
        tier=pair.tier,
        burn_long=spending.burn_long,
        burn_short=spending.burn_short,
        share_spent=spending.share_long,
        error_ratio=readings.ratio(pair.tier.short),
        exhausted_in_s=_exhausted_in(budget, hourly if assessment.upgraded and hourly else spending.burn),
        count=spending.count,
    )


def _exhausted_in(budget: Budget, rate: float) -> float | None:
    if budget.left is None:
        return None
    left_s = burn.exhaustion_s(budget.period_s, budget.left, rate, budget.resets_in_s)
    return left_s if isfinite(left_s) else None
