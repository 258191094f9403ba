"""Threats of all SLOs, found fast: which overlap a firing, which began soon after it. Pure."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from math import inf

from router.noise.review import Threat
from router.noise.threats import THREATS, threats
from router.noise.values import Firing, Heard, Settings, Stretch
from router.slo.verdict import Verdict

_THREATS = tuple(THREATS)
"""Looked through faster than a set is: members of an enumeration are hashed slowly."""


class Spans:
    """The threats of one SLO in order of time; they never overlap one another.

    Both ends of a span count: a firing that ends in the very moment in which a threat begins was threatened.
    """

    def __init__(self, found: Sequence[Threat]) -> None:
        self.threats = tuple(found)
        self._starts = [each.start for each in found]
        self._ends = [inf if each.end is None else each.end for each in found]

    def first(self, start: float, end: float) -> Threat | None:
        """Return the earliest threat that overlaps the span from `start` to `end`."""
        number = bisect_left(self._ends, start)
        return self.threats[number] if number < len(self._starts) and self._starts[number] <= end else None

    def all(self, start: float, end: float) -> tuple[Threat, ...]:
        """Return every threat that overlaps the span from `start` to `end`."""
        return self.threats[bisect_left(self._ends, start) : bisect_right(self._starts, end)]

    def begun(self, after: float, until: float) -> Threat | None:
        """Return the earliest threat that began later than `after` and not later than `until`."""
        number = bisect_right(self._starts, after)
        return self.threats[number] if number < len(self._starts) and self._starts[number] <= until else None


def spans_of(
    firings: Iterable[Firing], stretches: Mapping[str, Sequence[Stretch]], settings: Settings
) -> dict[str, Spans]:
    """Return the threats of every SLO; of times without snapshots of one, those that its firings recorded."""
    found = {slo: list(threats(slo, recorded, settings)) for slo, recorded in stretches.items() if recorded}
    heard: dict[str, list[Threat]] = {}
    for firing in firings:
        for each in firing.slos:
            if _threatened(each) and _outside(threat := _recorded(each, firing), stretches.get(each.slo)):
                heard.setdefault(each.slo, []).append(threat)
    for slo, some in heard.items():
        found[slo] = _one_by_one([*found.get(slo, ()), *some], settings)
    return {slo: Spans(each) for slo, each in found.items()}


def _outside(threat: Threat, recorded: Sequence[Stretch] | None) -> bool:
    """Return whether a threat lies where there are no snapshots."""
    if not recorded:
        return True
    return threat.start > recorded[-1].end or (threat.end is not None and threat.end < recorded[0].start)


def _threatened(heard: Heard) -> bool:
    return heard.threatened_from is not None or heard.worst in _THREATS


def _recorded(heard: Heard, firing: Firing) -> Threat:
    """Return the threat as a firing recorded it; one without times lasted as long as the firing."""
    start = firing.started_at if heard.threatened_from is None else heard.threatened_from
    end = firing.ended_at if heard.threatened_to is None else heard.threatened_to
    return Threat(heard.slo, start, end, "page" if heard.worst is Verdict.THREAT_PAGE else "ticket")


def _one_by_one(found: list[Threat], settings: Settings) -> list[Threat]:
    """Return threats that overlap, or are less than 30 min apart, as one; the worst tier stands."""
    joined: list[Threat] = []
    for each in sorted(found, key=lambda threat: threat.start):
        last = joined[-1] if joined else None
        if last is None or (last.end is not None and each.start - last.end >= settings.threat_apart_s):
            joined.append(each)
            continue
        end = None if last.end is None or each.end is None else max(last.end, each.end)
        joined[-1] = replace(last, end=end, tier="page" if "page" in (last.tier, each.tier) else "ticket")
    return joined
