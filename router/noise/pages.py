"""Incidents that paged: each counts once, when people were first paged about it. Pure."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from router.gate import Outcome
from router.noise.facts import Judged, spoken_of
from router.noise.incidents import AGAIN_S
from router.noise.review import Pager
from router.noise.values import Stretch
from router.slo.verdict import Verdict

_Tops = Mapping[str, Sequence[tuple[float, float | None]]]
"""Spans of every SLO at the page tier."""


@dataclass(frozen=True, slots=True)
class Paged:
    """One incident that paged."""

    incident: str
    team: str
    at: float
    """Its first telling: the earliest notified_at of its pages."""
    wolf: bool
    """Every told firing of it was a wolf."""
    off_hours: bool
    night: bool
    acknowledged_at: float | None
    resolved_at: float | None
    """When none of its alerts fired any more and no covering SLO was at the page tier; None while that is not so."""

    @property
    def acknowledge_s(self) -> float | None:
        """Time to acknowledge."""
        return None if self.acknowledged_at is None else max(0.0, self.acknowledged_at - self.at)

    @property
    def resolve_s(self) -> float | None:
        """Time to resolve."""
        return None if self.resolved_at is None else max(0.0, self.resolved_at - self.at)


def pages(judged: Iterable[Judged], stretches: Mapping[str, Sequence[Stretch]]) -> tuple[Paged, ...]:
    """Return the incidents that paged, in order of their first telling.

    Give every firing that is known, of other weeks and rules too: an incident is over when none of them fires. What
    fires again under the same id within 30 min after that is the same incident still.
    """
    tops = {slo: _tops(recorded) for slo, recorded in stretches.items()}
    found = [_paged(some, tops) for some in _whole(judged, tops)]
    return tuple(sorted((each for each in found if each is not None), key=lambda each: (each.at, each.incident)))


def _whole(judged: Iterable[Judged], tops: _Tops) -> Iterator[list[Judged]]:
    """Yield the firings of every incident that people heard of; while an SLO stays at the page tier it goes on."""
    ids: dict[tuple[str, str], list[Judged]] = defaultdict(list)
    for each in judged:
        if each.told or each.firing.outcome is Outcome.MERGE:
            ids[each.firing.receiver, spoken_of(each.firing)].append(each)
    for several in ids.values():
        if len(several) == 1 or len({each.incident for each in several}) == 1:
            yield several
        else:
            yield from _merged(_parts(several), tops)


def _parts(several: Iterable[Judged]) -> list[list[Judged]]:
    """Return the firings of one id, incident by incident, in order of time."""
    parts: dict[str, list[Judged]] = defaultdict(list)
    for each in sorted(several, key=_started_at):
        parts[each.incident].append(each)
    return list(parts.values())


def _merged(parts: Sequence[list[Judged]], tops: _Tops) -> Iterator[list[Judged]]:
    """What begins within 30 min after the incident was over is the same one still."""
    whole = parts[0]
    for part in parts[1:]:
        over = _resolved_at(whole, tops)
        if over is None or _started_at(part[0]) - over < AGAIN_S:
            whole = whole + part
        else:
            yield whole
            whole = part
    yield whole


def pager(paged: Iterable[Paged]) -> Pager:
    """Return the sums over incidents that paged."""
    some = tuple(paged)
    waits = [each.acknowledge_s for each in some if each.acknowledge_s is not None]
    spans = [each.resolve_s for each in some if each.resolve_s is not None]
    wolves = sum(each.wolf for each in some)
    return Pager(len(some), wolves, len(waits), sum(waits), len(spans), sum(spans))


def _paged(incident: Sequence[Judged], tops: _Tops) -> Paged | None:
    first = min((each for each in incident if each.page), key=_told_at, default=None)
    if first is None:
        return None
    answers = [at for each in incident if (at := each.firing.acknowledged_at) is not None]
    return Paged(
        first.incident,
        first.firing.receiver,
        _told_at(first),
        all(each.wolf for each in incident if each.told),
        first.off_hours,
        first.night,
        min(answers, default=None),
        _resolved_at(incident, tops),
    )


def _started_at(judged: Judged) -> float:
    return judged.firing.started_at


def _told_at(judged: Judged) -> float:
    at = judged.firing.notified_at
    return judged.firing.started_at if at is None else at


def _tops(recorded: Sequence[Stretch]) -> tuple[tuple[float, float | None], ...]:
    """Return the spans of an SLO at the page tier; one that lasts at the last snapshot has no end."""
    last = len(recorded) - 1
    return tuple(
        (each.start, None if number == last else each.end)
        for number, each in enumerate(recorded)
        if each.verdict is Verdict.THREAT_PAGE
    )


def _resolved_at(incident: Sequence[Judged], tops: _Tops) -> float | None:
    """An SLO may stand at the page tier until another one of them does: then the incident goes on."""
    ends = [each.firing.ended_at for each in incident]
    at = None if None in ends else max(end for end in ends if end is not None)
    slos = sorted({heard.slo for each in incident for heard in each.firing.slos} & tops.keys())
    while at is not None:
        later = [_left(tops[slo], at) for slo in slos]
        if None in later:
            return None
        last = max((end for end in later if end is not None), default=at)
        if last == at:
            break
        at = last
    return at


def _left(spans: Sequence[tuple[float, float | None]], at: float) -> float | None:
    """Return when an SLO is not at the page tier, at `at` or later; None when that has not come yet."""
    number = bisect_right(spans, at, key=lambda span: span[0]) - 1
    if number < 0:
        return at
    end = spans[number][1]
    return None if end is None else max(at, end)
