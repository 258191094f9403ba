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
    slots: dict[str, list[float]] = defaultdict(list)
    for firing in firings:
        if firing.outcome is not Outcome.SUPPRESS:
            slots[firing.receiver].append(firing.started_at // SLOT_S)
    return {team: tuple(_floods(team, Counter(some), settings)) for team, some in slots.items()}


def _floods(team: str, counts: Mapping[float, int], settings: Settings) -> Iterable[Flood]:
    last = -1
    for slot in sorted(int(number) for number, count in counts.items() if count > settings.flood_begins):
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
    places: dict[tuple[str, str], list[int]] = defaultdict(list)
    for place, firing in enumerate(firings):
        places[firing.source, firing.fingerprint].append(place)
    starts = [firing.started_at for firing in firings]
    often = [sorted(each, key=starts.__getitem__) for each in places.values() if len(each) > 2]
    return tuple(_again(often, starts, within_s) for within_s in spans_s)


def _again(often: Iterable[Sequence[int]], starts: Sequence[float], within_s: float) -> set[int]:
    found: set[int] = set()
    for each in often:
        for first, second, third in zip(each, each[1:], each[2:], strict=False):
            if starts[third] - starts[first] <= within_s:
                found.update((first, second, third))
    return found
