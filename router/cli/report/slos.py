"""SLO history in a file: what each SLO said, as recorded or judged anew; kept compactly, a month has half a million."""

from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from math import isnan, nan
from typing import Any, cast
from zoneinfo import ZoneInfo

from router.cli.files import read_aloud
from router.noise.records import instant_of
from router.noise.threats import stretches
from router.noise.values import Sample, SloDay, Stretch
from router.noise.weeks import day_of
from router.slo.objective import Count, Objective, Snapshot
from router.slo.snapshot import snapshot_from_json
from router.slo.verdict import Assessment, Memory, Verdict, assess, remember

QUARTER_S = 900.0
"""Days of every time zone end with one of these; of each its last sample is kept whole."""
_TOO_LARGE = 10**300
"""Beyond what a float can be; JSON of our reader has no NaN and no infinity."""
_VERDICTS = tuple(Verdict)
_PLACES = {verdict.value: place for place, verdict in enumerate(_VERDICTS)}


Spoken = tuple[float, Verdict, float | None, float | None, float | None]
"""A sample: its time, its verdict, the budget left, and the bad and all events of its 1d window."""


class Said:
    """What one SLO said: of every sample its time, its verdict and the budget left."""

    def __init__(self) -> None:
        self._at = array("d")
        self._verdicts = array("B")
        self._left = array("d")
        self._ends: dict[int, Spoken] = {}

    def take(self, sample: Spoken) -> None:
        """Add a sample; they may come in any order."""
        at, verdict, left, _, _ = sample
        self._at.append(at)
        self._verdicts.append(_PLACES[verdict])
        self._left.append(nan if left is None else left)
        quarter = int(at // QUARTER_S)
        before = self._ends.get(quarter)
        if before is None or before[0] <= at:
            self._ends[quarter] = sample

    @property
    def newest(self) -> float:
        """When the last sample was taken; 0 without any."""
        return max((at for at, *_ in self._ends.values()), default=0.0)

    def stretches(self) -> tuple[Stretch, ...]:
        """Return the samples as stretches."""
        return stretches(self._samples())

    def _samples(self) -> Iterator[Sample]:
        at, verdicts, left = self._at, self._verdicts, self._left
        for place in self._order():
            budget = left[place]
            yield Sample(at[place], _VERDICTS[verdicts[place]], None if isnan(budget) else budget)

    def _order(self) -> Sequence[int]:
        places = range(len(self._at))
        in_order = all(self._at[place - 1] <= self._at[place] for place in places[1:])
        return places if in_order else sorted(places, key=self._at.__getitem__)

    def days(self, first: date, last: date, zone: ZoneInfo) -> tuple[SloDay, ...]:
        """Return the days of a time zone: what the last sample of each said."""
        newest: dict[date, SloDay] = {}
        for _, (at, _, left, bad, total) in sorted(self._ends.items()):
            day = day_of(at, zone)
            newest[day] = SloDay(day, bad, total, left)
        return tuple(newest[day] for day in newest if first <= day <= last)


def read_slo_history(path: str, objectives: Mapping[str, Objective]) -> dict[str, Said]:
    """Return by SLO what a file says; raises PayloadError that names up to ten bad lines, OSError.

    A recorded `verdict` counts; without one the snapshot is judged anew, by the objective of the configuration.
    """
    judges = {name: _Judge(objective) for name, objective in objectives.items()}
    found: dict[str, Said] = {}

    def read(line: Mapping[str, Any]) -> tuple[str, Spoken]:
        slo, at = _head(line)
        verdict = _verdict(line)
        return slo, _judged(judges, slo, line, at) if verdict is None else _recorded(line, verdict, at)

    for slo, sample in read_aloud(path, read):
        said = found.get(slo)
        if said is None:
            said = found[slo] = Said()
        said.take(sample)
    return found


def _head(line: Mapping[str, Any]) -> tuple[str, float]:
    slo = line.get("slo")
    if not isinstance(slo, str) or not slo:
        raise ValueError("`slo` is missing: write the SLO's id")
    return slo, instant_of(line.get("at"), "at")


def _verdict(line: Mapping[str, Any]) -> Verdict | None:
    said = line.get("verdict")
    if said is None:
        return None
    place = _PLACES.get(said) if isinstance(said, str) else None
    if place is None:
        raise ValueError(f"`verdict` is {said!r:.40}: write one of {', '.join(_PLACES)}, or leave it out")
    return _VERDICTS[place]


def _recorded(line: Mapping[str, Any], verdict: Verdict, at: float) -> Spoken:
    left = _number(line.get("budget_remaining"), "budget_remaining")
    day = _object(_object(line, "windows"), "1d")
    bad, total = _number(day.get("bad"), "windows.1d.bad"), _number(day.get("total"), "windows.1d.total")
    return at, verdict, left, bad if total is not None else None, total


def _number(value: Any, name: str) -> float | None:
    kind = type(value)
    if value is None or kind is float or (kind is int and abs(value) < _TOO_LARGE):
        return cast(float | None, value)
    raise ValueError(f"`{name}` is {value!r:.40}: write a number or null")


def _object(values: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = values.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        problem = f"`{name}` is {value!r:.40}: write an object, as explain --slo-state has it, or null"
        raise ValueError(problem)  # noqa: TRY004 - a value in a file
    return value


@dataclass(slots=True)
class _Judge:
    """Judges the snapshots of one SLO one after another: a threat outlives data that went stale."""

    objective: Objective
    memory: Memory = field(default_factory=Memory)
    judged_at: float = 0.0

    def judge(self, snapshot: Snapshot, at: float) -> Assessment:
        """Judge; raises ValueError when a later one was judged before."""
        if at < self.judged_at:
            raise ValueError("`at` is before that of this SLO's line above: sort the file by time, or write `verdict`")
        assessment = assess(self.objective, snapshot, at, self.memory)
        self.memory, self.judged_at = remember(self.memory, assessment, at), at
        return assessment


def _judged(judges: Mapping[str, _Judge], slo: str, line: Mapping[str, Any], at: float) -> Spoken:
    if slo not in judges:
        known = ", ".join(judges) or "none"
        raise ValueError(f"`slo` is {slo!r}, which is not configured: name one of {known}, or write `verdict` with it")
    snapshot = snapshot_from_json(slo, {"sampled_at": at, **line})
    assessment = judges[slo].judge(snapshot, at)
    day = snapshot.windows.get("1d")
    bad, total = (day.bad, day.total) if isinstance(day, Count) else (None, None)
    return at, assessment.verdict, assessment.budget_remaining, bad, total
