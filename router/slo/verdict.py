"""What an SLO says about the alerts that can hurt it: one verdict with the numbers it was made from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from router.slo.objective import Objective, Snapshot, Tier


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

    `burn` maps window name to burn rate where it can be read. `tier` is the pair that fired (or, for watch, came
    closest); `burn_long`, `burn_short` are that pair's rates. `budget_remaining` is a signed ratio of the whole
    budget, `exhausted_in_s` is 0 when spent, None when never at this rate or not known.
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
    """For unknown: what exactly could not be read, in plain words, no secrets."""
    judged_at: float = 0.0


def assess(objective: Objective, snapshot: Snapshot | None, now: float, memory: Memory) -> Assessment:
    """Judge one SLO by what was measured. Pure: same inputs, same answer."""
    raise NotImplementedError
