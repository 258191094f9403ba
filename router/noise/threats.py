"""When an SLO was threatened, from its stored snapshots; and what the SLOs that cover a firing said meanwhile."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence

from router.gate import Cover
from router.noise.review import Threat
from router.noise.values import Heard, Sample, Settings, Stretch
from router.slo.verdict import Verdict

HOLE_S = 300.0
"""Longer than this without a snapshot counts as not measured; the verdict before it stands until the next one."""
THREATS = frozenset({Verdict.THREAT_PAGE, Verdict.THREAT_TICKET})
_LOUDEST_FIRST = tuple(Verdict)


def stretches(samples: Iterable[Sample]) -> tuple[Stretch, ...]:
    """Return the stretches of one SLO's samples (in order of time). Pure.

    Where the sample at its end does not say what was left of the budget, the last one in it that does counts.
    """
    found: list[Stretch] = []
    first: Sample | None = None
    last: Sample | None = None
    missing_s, left = 0.0, None
    for sample in samples:
        if first is None or last is None:
            first = sample
        elif sample.verdict is not first.verdict:
            found.append(_stretch(first, sample, left, missing_s + _hole(last, sample)))
            first, missing_s, left = sample, 0.0, None
        else:
            missing_s += _hole(last, sample)
        last, left = sample, _known(sample.budget_left, left)
    if first is not None and last is not None:
        found.append(_stretch(first, last, left, missing_s))
    return tuple(found)


def _stretch(first: Sample, end: Sample, left: float | None, missing_s: float) -> Stretch:
    return Stretch(first.verdict, first.at, end.at, first.budget_left, _known(end.budget_left, left), missing_s)


def _known(left: float | None, before: float | None) -> float | None:
    return before if left is None else left


def _hole(before: Sample, after: Sample) -> float:
    gap_s = after.at - before.at
    return gap_s if gap_s > HOLE_S else 0.0


def joined(earlier: Sequence[Stretch], later: Sequence[Stretch]) -> tuple[Stretch, ...]:
    """Return two recordings of one SLO, one after the other, as one: between them the earlier verdict stands."""
    if not earlier or not later:
        return (*earlier, *later)
    last, first = earlier[-1], later[0]
    gap_s = first.start - last.end
    missing_s = last.missing_s + (gap_s if gap_s > HOLE_S else 0.0)
    if last.verdict is first.verdict:
        left = _known(first.budget_end, last.budget_end)
        both = Stretch(last.verdict, last.start, first.end, last.budget_start, left, missing_s + first.missing_s)
        return (*earlier[:-1], both, *later[1:])
    left = _known(first.budget_start, last.budget_end)
    bridged = Stretch(last.verdict, last.start, first.start, last.budget_start, left, missing_s)
    return (*earlier[:-1], bridged, *later)


def threats(slo: str, recorded: Sequence[Stretch], settings: Settings) -> tuple[Threat, ...]:
    """Return the threats of an SLO: runs of threatening verdicts; less than 30 min apart they are one. Pure.

    A threat that lasts at the last snapshot has no end. What announced them is not known here.
    """
    found: list[Threat] = []
    left: float | None = None
    for number, stretch in enumerate(recorded):
        if stretch.verdict not in THREATS:
            continue
        end = None if number == len(recorded) - 1 else stretch.end
        tier = "page" if stretch.verdict is Verdict.THREAT_PAGE else "ticket"
        before = found[-1] if found else None
        if before is not None and before.end is not None and stretch.start - before.end < settings.threat_apart_s:
            tier = "page" if "page" in (tier, before.tier) else "ticket"
            found[-1] = Threat(slo, before.start, end, tier, cost=_cost(left, stretch.budget_end))
        else:
            left = stretch.budget_start
            found.append(Threat(slo, stretch.start, end, tier, cost=_cost(left, stretch.budget_end)))
    return tuple(found)


def _cost(before: float | None, after: float | None) -> float | None:
    """Return the part of the budget that went, never negative: what a rolling window gives back was spent before."""
    return max(0.0, before - after) if before is not None and after is not None else None


def heard(
    covers: Sequence[Cover], recorded: Mapping[str, Sequence[Stretch]], start: float, end: float
) -> tuple[Heard, ...]:
    """Return what the SLOs that cover a firing said from `start` to `end`, as the gate hears them. Pure.

    An SLO whose scope does not include the alert's may only raise: below threat_page it is not heard where another
    may clear, else it is unknown (router.gate.covering). One without a snapshot then was unknown.
    """
    clearer = any(cover.may_clear for cover in covers)
    found = []
    for cover in covers:
        each = _heard(cover.slo, recorded.get(cover.slo, ()), start, end)
        if cover.may_clear or each.worst is Verdict.THREAT_PAGE:
            found.append(each)
        elif not clearer:
            found.append(Heard(cover.slo, Verdict.UNKNOWN))
    return tuple(found)


def _heard(slo: str, recorded: Sequence[Stretch], start: float, end: float) -> Heard:
    """A snapshot speaks for the time until the next one, the last for itself; both ends of the span count."""
    first, last = bisect_left(recorded, start, key=_end_of), bisect_right(recorded, end, key=_start_of)
    during = recorded[first:last]
    if not during:
        return Heard(slo, Verdict.UNKNOWN)
    worst = min((each.verdict for each in during), key=_LOUDEST_FIRST.index)
    bad = [each for each in during if each.verdict in THREATS]
    if not bad:
        return Heard(slo, worst)
    return Heard(slo, worst, max(start, bad[0].start), min(end, bad[-1].end))


def _start_of(stretch: Stretch) -> float:
    return stretch.start


def _end_of(stretch: Stretch) -> float:
    return stretch.end
