"""How each SLO fared in a week: its budget, the threats and whether people heard of them in time, and what was missed.

A threat belongs to the week in which it began. What an SLO raises itself never announces its own threat. Pure.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import inf
from operator import attrgetter
from statistics import median

from router.gate import Outcome
from router.noise.facts import Judged
from router.noise.inputs import Inputs
from router.noise.review import SloReview, Threat
from router.noise.spans import spans_of
from router.noise.threats import HOLE_S, THREATS
from router.noise.values import NOTICE_SOURCE, SLO_SOURCE, Settings, SloFacts, Stretch
from router.slo.burn import at_least
from router.slo.verdict import Verdict

_start = attrgetter("firing.started_at")
_NO_ALERT = (SLO_SOURCE, NOTICE_SOURCE)


def slo_reviews(judged: Sequence[Judged], inputs: Inputs) -> tuple[SloReview, ...]:
    """Return the review of every SLO in `inputs.slos`, in their order. Pure.

    `judged` are the firings of all teams: whoever was told announces a threat.
    """
    spans = spans_of((each.firing for each in judged), inputs.stretches, inputs.settings)
    covering = _by_slo(judged)
    tellings = _Tellings(judged)
    found = []
    for slo, facts in inputs.slos.items():
        began = [each for each in spans[slo].threats if inputs.week.holds(each.start)] if slo in spans else []
        seen = [_seen(each, covering[slo], tellings, inputs.settings) for each in began]
        owed = tuple(_with_postmortem(each, inputs.stretches.get(slo, ()), inputs.settings) for each in seen)
        found.append(_review(facts, owed, covering[slo].firings, inputs))
    return tuple(found)


# --- threats


class _Tellings:
    """When people were told of what: also through the incident that a firing joined."""

    def __init__(self, judged: Iterable[Judged]) -> None:
        self._told: dict[str, list[Judged]] = defaultdict(list)
        for each in judged:
            if each.told and each.firing.source != SLO_SOURCE:
                self._told[each.incident].append(each)

    def before(self, each: Judged, end: float) -> bool:
        """Return whether people were told of a firing before `end`, by itself or by the incident it had joined.

        Where only the SLO itself had told of that incident, it does not count.
        """
        if each.told or each.firing.outcome is not Outcome.MERGE:
            return _told_before(each, end)
        return any(_told_before(other, end) for other in self._told.get(each.incident, ()))


def _told_before(each: Judged, end: float) -> bool:
    return each.told and each.firing.notified_at is not None and each.firing.notified_at < end


def _seen(threat: Threat, covering: "_Covering", tellings: _Tellings, settings: Settings) -> Threat:
    """Return a threat with what fired with it and who was told.

    Silenced: every alert that fired with it was suppressed. Such a threat is neither a miss nor a gap.
    """
    end = inf if threat.end is None else threat.end
    near = covering.alive(threat.start - settings.miss_s, end)
    met = [each for each in near if _end(each) >= threat.start]
    alerts = [each for each in met if each.firing.source not in _NO_ALERT]
    announcing = [each.firing.started_at for each in alerts if tellings.before(each, end)]
    silenced = bool(alerts) and all(each.firing.outcome is Outcome.SUPPRESS for each in alerts)
    return replace(
        threat,
        announced=bool(announcing),
        lead_s=threat.start - min(announcing) if announcing else None,
        gap=threat.tier == "page" and all(each.firing.source in _NO_ALERT for each in near),
        silenced=silenced,
        incidents=tuple(dict.fromkeys(each.firing.incident for each in met if each.firing.incident)),
        rules=tuple(dict.fromkeys(each.firing.rule for each in alerts)),
    )


def _with_postmortem(threat: Threat, recorded: Sequence[Stretch], settings: Settings) -> Threat:
    """Return a threat with whether it owes a postmortem: it cost enough of the budget, or spent the last of it."""
    dear = threat.cost is not None and at_least(threat.cost, settings.postmortem_share)
    left = _left_after(threat, recorded)
    spent = left is not None and left <= 0 and threat.cost != 0
    return replace(threat, postmortem=dear or spent)


def _left_after(threat: Threat, recorded: Sequence[Stretch]) -> float | None:
    end = inf if threat.end is None else threat.end
    last = [each for each in recorded if each.verdict in THREATS and threat.start <= each.start and each.end <= end]
    return last[-1].budget_end if last else None


def _end(each: Judged) -> float:
    return inf if each.firing.ended_at is None else each.firing.ended_at


class _Covering:
    """The firings that an SLO covers, in order of time."""

    def __init__(self) -> None:
        self.firings: list[Judged] = []

    def alive(self, start: float, end: float) -> list[Judged]:
        """Return those that lived in a span; both ends count."""
        last = bisect_right(self.firings, end, key=_start)
        return [each for each in self.firings[:last] if each.firing.ended_at is None or each.firing.ended_at >= start]


def _by_slo(judged: Iterable[Judged]) -> dict[str, _Covering]:
    found: dict[str, _Covering] = defaultdict(_Covering)
    for each in sorted(judged, key=_start):
        heard = each.firing.slos
        for slo in {one.slo for one in heard} if len(heard) > 1 else [one.slo for one in heard]:
            found[slo].firings.append(each)
    return found


# --- the SLO


def _review(facts: SloFacts, threats: tuple[Threat, ...], covering: Sequence[Judged], inputs: Inputs) -> SloReview:
    week = inputs.week
    start, end = week.start, min(week.end, inputs.now)
    recorded = inputs.stretches.get(facts.id, ())
    measured = _measured(recorded, start, end) if any(inputs.stretches.values()) else _Measured()
    during = [each for each in covering if start <= each.firing.started_at < week.end]
    leads = [each.lead_s for each in threats if each.lead_s is not None]
    before, after = inputs.budgets.get(facts.id, (None, None))
    return SloReview(
        id=facts.id,
        title=facts.title,
        cuj=facts.cuj,
        target=facts.target,
        budget_start=_or(before, budget_at(recorded, start)),
        budget_end=_or(after, budget_at(recorded, end)),
        unknown_s=measured.unknown_s,
        unmeasured_s=measured.unmeasured_s,
        threats=threats,
        recall=sum(each.announced for each in threats) / len(threats) if threats else None,
        lead_median_s=median(leads) if leads else None,
        misses=sum(any(miss.slo == facts.id for miss in each.misses) for each in during),
        reported_misses=sum(each.reported for each in during) + _reported(facts.id, inputs),
        service=facts.service,
    )


def _reported(slo: str, inputs: Inputs) -> int:
    return sum(report.slo == slo and inputs.week.holds(report.at) for report in inputs.reports)


def budget_at(recorded: Sequence[Stretch], at: float) -> float | None:
    """Return what was left of the budget at an instant: that of the first snapshot from then on, else of the last one.

    Exact where a stretch begins or ends there. Within a stretch its budgets are joined by a straight line.
    """
    for each in recorded:
        if at <= each.start:
            return each.budget_start
        if at < each.end:
            return _between(each, at)
    return recorded[-1].budget_end if recorded else None


def _between(stretch: Stretch, at: float) -> float | None:
    first, last = stretch.budget_start, stretch.budget_end
    if first is None or last is None:
        return first if last is None else last
    return first + (last - first) * (at - stretch.start) / (stretch.end - stretch.start)


@dataclass(frozen=True, slots=True)
class _Measured:
    """How long nobody could tell: the verdict was unknown, or there was no snapshot at all. They never overlap."""

    unknown_s: float = 0.0
    unmeasured_s: float = 0.0


def _measured(recorded: Iterable[Stretch], start: float, end: float) -> _Measured:
    """Return what could not be told from `start` to `end`.

    A stretch does not say where in it its holes are: where it reaches over an end of the span, they count in
    proportion.
    """
    unknown_s = unmeasured_s = 0.0
    seen_until = start
    for each in recorded:
        inside_s = min(each.end, end) - max(each.start, start)
        if inside_s <= 0:
            continue
        unmeasured_s += _hole(seen_until, each.start)
        missing_s = each.missing_s * inside_s / (each.end - each.start)
        unmeasured_s += missing_s
        unknown_s += inside_s - missing_s if each.verdict is Verdict.UNKNOWN else 0.0
        seen_until = max(seen_until, each.end)
    return _Measured(unknown_s, unmeasured_s + _hole(seen_until, end))


def _hole(before: float, after: float) -> float:
    return after - before if after - before > HOLE_S else 0.0


def _or(measured: float | None, drawn: float | None) -> float | None:
    return drawn if measured is None else measured
