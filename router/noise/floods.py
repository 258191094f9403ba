"""Alarms in numbers, after ISA-18.2 and EEMUA 191: floods, and one alert that starts again and again. Pure."""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from router.gate import Outcome
from router.noise.values import Firing, Settings

SLOT_S = 600.0
"""Floods are counted in ten minutes, aligned with the clock (UTC)."""


@dataclass(frozen=True, slots=True)
class Flood:
    """More firings of a team than anybody can read; from `start` until just before `end`."""

    team: str
    start: float
    end: float
    firings: int


def floods(firings: Iterable[Firing], settings: Settings) -> dict[str, tuple[Flood, ...]]:
    """Return the floods of every team, in order of time; what was suppressed does not count.

    A flood begins with a slot of more than ten firings and ends with the first of fewer than five; both belong to it.
    """
    slots: dict[str, Counter[int]] = defaultdict(Counter)
    for firing in firings:
        if firing.outcome is not Outcome.SUPPRESS:
            slots[firing.receiver][int(firing.started_at // SLOT_S)] += 1
    return {team: tuple(_floods(team, counts, settings)) for team, counts in slots.items()}


def _floods(team: str, counts: Mapping[int, int], settings: Settings) -> Iterable[Flood]:
    last = -1
    for slot in sorted(number for number, count in counts.items() if count > settings.flood_begins):
        if slot <= last:
            continue
        last = slot
        while counts.get(last, 0) >= settings.flood_ends:
            last += 1
        firings = sum(counts.get(number, 0) for number in range(slot, last + 1))
        yield Flood(team, slot * SLOT_S, (last + 1) * SLOT_S, firings)


def flooded(firing: Firing, found: Mapping[str, Sequence[Flood]]) -> bool:
    """Return whether a firing stands in a flood of its team; what was suppressed does not."""
    of_team = found.get(firing.receiver)
    if not of_team or firing.outcome is Outcome.SUPPRESS:
        return False
    number = bisect_right(of_team, firing.started_at, key=lambda flood: flood.start) - 1
    return number >= 0 and firing.started_at < of_team[number].end


def again(firings: Sequence[Firing], *spans_s: float) -> tuple[set[int], ...]:
    """Return for each span which firings are one of three of one alert started within so many seconds, by place."""
    starts: dict[tuple[str, str], list[tuple[float, int]]] = defaultdict(list)
    for place, firing in enumerate(firings):
        starts[firing.source, firing.fingerprint].append((firing.started_at, place))
    often = [sorted(each) for each in starts.values() if len(each) > 2]
    return tuple(_again(often, within_s) for within_s in spans_s)


def _again(often: Iterable[Sequence[tuple[float, int]]], within_s: float) -> set[int]:
    found: set[int] = set()
    for each in often:
        for number in range(2, len(each)):
            if each[number][0] - each[number - 2][0] <= within_s:
                found.update((each[number - 2][1], each[number - 1][1], each[number][1]))
    return found
