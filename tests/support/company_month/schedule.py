"""What each SLO says at each minute of the month: planned, so that everything else can be planted around it.

By default an SLO is at no_threat and, every third hour, at watch (few requests, two of them bad). Over that lie the
planned spans: threats, blind times, and times without any snapshot.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from tests.support.company_month.company import SLOS, Slo
from tests.support.company_month.days import BASE, END, HOUR, MINUTE, at
from tests.support.company_month.truth import PlantedThreat

LOUDEST_FIRST = ("threat_page", "unknown", "threat_ticket", "watch", "no_threat")
THREATS = ("threat_page", "threat_ticket")


@dataclass(frozen=True)
class Span:
    """From one minute to another: a verdict, and the part of the budget that goes in it. "hole": no snapshot."""

    slo: int
    start: int
    end: int
    verdict: str
    spent: float = 0.0


@dataclass(frozen=True)
class Plan:
    """A planned threat: its truth, and the spans that make it."""

    name: str
    truth: PlantedThreat
    spans: tuple[Span, ...]


def _plan(name: str, number: int, begin: int, spans: list[tuple[int, int, str, float]], **truth: object) -> Plan:
    """Spans are given as minutes from the begin: first, end, verdict, spent."""
    made = tuple(Span(number, begin + a * MINUTE, begin + b * MINUTE, verdict, cost) for a, b, verdict, cost in spans)
    bad = [each for each in made if each.verdict in THREATS]
    tier = "page" if any(each.verdict == "threat_page" for each in bad) else "ticket"
    cost = sum(each.spent for each in made if each.start < bad[-1].end)
    planted = PlantedThreat(SLOS[number].id, bad[0].start, bad[-1].end, tier, cost=cost, **truth)  # type: ignore[arg-type]
    return Plan(name, planted, made)


PLANS = (
    _plan("T1", 0, at(0, "wed", "14:00"), [(0, 80, "threat_page", 0.12)], announced=True, lead_s=187, postmortem=True),
    _plan("T2", 1, at(0, "thu", "10:00"), [(0, 70, "threat_page", 0.04)], announced=True, lead_s=-243),
    # Unknown right after it: louder than a ticket, and no part of the threat.
    _plan(
        "T3",
        2,
        at(1, "tue", "16:00"),
        [(0, 120, "threat_ticket", 0.06), (120, 130, "unknown", 0.0)],
        announced=True,
        lead_s=605,
        postmortem=True,
    ),
    # Across the end of a week.
    _plan("T4", 0, at(1, "sun", "23:30"), [(0, 70, "threat_page", 0.03)], announced=True, lead_s=66),
    # Two spans 20 min apart are one threat.
    _plan(
        "T5",
        4,
        at(2, "wed", "09:00"),
        [(0, 25, "threat_page", 0.05), (25, 45, "no_threat", 0.0), (45, 70, "threat_ticket", 0.03)],
        announced=True,
        lead_s=-95,
        postmortem=True,
    ),
    # Costs little, but leaves no budget at all.
    _plan(
        "T6", 8, at(3, "mon", "00:05"), [(0, 85, "threat_ticket", 0.02)], announced=True, lead_s=303, postmortem=True
    ),
    _plan("gap", 6, at(2, "fri", "12:00"), [(0, 40, "threat_page", 0.055)], announced=False, gap=True, postmortem=True),
    _plan("silenced", 7, at(3, "thu", "03:00"), [(0, 45, "threat_page", 0.01)], announced=False, silenced=True),
)
BLIND = (
    Span(5, at(1, "sun", "23:20"), at(2, "mon", "00:50"), "unknown"),
    Span(9, at(0, "fri", "11:00"), at(0, "fri", "11:25"), "unknown"),
    Span(3, at(2, "thu", "20:00"), at(2, "thu", "20:12"), "unknown"),
    Span(0, at(3, "tue", "04:00"), at(3, "tue", "04:45"), "unknown"),
)
HOLES = (Span(10, at(1, "wed", "06:10"), at(1, "wed", "06:30"), "hole"),)
PLANNED = tuple(span for plan in PLANS for span in plan.spans) + BLIND + HOLES


def plan(name: str) -> Plan:
    return next(each for each in PLANS if each.name == name)


def watches(slo: int, instant: int) -> bool:
    """Whether the hour is one of those in which the SLO is at watch."""
    return (instant // HOUR + slo) % 3 == 0


def zones(slo: int) -> Iterator[tuple[int, int]]:
    """Times in which nothing unplanned may fire: around threats (misses, announcements) and blind times."""
    for span in PLANNED:
        if span.slo == slo and span.verdict != "hole":
            yield span.start - 2 * HOUR, span.end + HOUR


@dataclass(frozen=True)
class Said:
    """What an SLO said during a firing."""

    worst: str
    threatened_from: int | None = None
    threatened_to: int | None = None


def said(slo: Slo, start: int, end: int) -> Said:
    """What the recorder would have noted of a firing from `start` to `end`."""
    mine = [each for each in PLANNED if each.slo == slo.number and each.verdict != "hole"]
    met = [each for each in mine if each.start <= end and each.end > start]
    verdicts = {each.verdict for each in met}
    if not any(each.start <= start and each.end > end for each in met):
        hours = range(start - start % HOUR, end + 1, HOUR)
        verdicts.add("watch" if any(watches(slo.number, hour) for hour in hours) else "no_threat")
    bad = [each for each in met if each.verdict in THREATS]
    worst = min(verdicts, key=LOUDEST_FIRST.index)
    if not bad:
        return Said(worst)
    return Said(worst, max(start, bad[0].start), min(end, bad[-1].end))


@dataclass(frozen=True)
class Stretch:
    """A run of minutes with one verdict; the budget that is left falls from `left` to `left_after`."""

    start: int
    end: int
    verdict: str
    left: float
    left_after: float


def stretches(slo: Slo) -> Iterator[Stretch]:
    """The month of an SLO, without gaps: the planned spans, and hours of watch or no_threat between them."""
    left, moment = slo.budget, BASE
    for span in sorted((each for each in PLANNED if each.slo == slo.number), key=lambda each: each.start):
        yield from _calm(slo, moment, span.start, left)
        yield Stretch(span.start, span.end, span.verdict, left, left - span.spent)
        left, moment = left - span.spent, span.end
    yield from _calm(slo, moment, END + MINUTE, left)


def _calm(slo: Slo, start: int, end: int, left: float) -> Iterator[Stretch]:
    while start < end:
        until = min(end, start - start % HOUR + HOUR)
        yield Stretch(start, until, "watch" if watches(slo.number, start) else "no_threat", left, left)
        start = until
