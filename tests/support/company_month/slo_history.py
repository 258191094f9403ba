"""The SLO history: one snapshot per SLO and minute, with windows from which the gate's own maths makes the verdict."""

import json
from collections.abc import Iterator

from tests.support.company_month.company import SLOS, Slo
from tests.support.company_month.days import BASE, END, MINUTE, written
from tests.support.company_month.schedule import Stretch, stretches

LENGTHS = {"5m": 5, "30m": 30, "1h": 60, "2h": 120, "6h": 360, "1d": 1_440, "3d": 4_320, "period": 43_200}
"""Minutes."""
_BAD = {
    "no_threat": (0, 1, 2, 5, 20, 80, 240),
    "threat_page": (60, 150, 260, 280, 320, 400, 600),
    "threat_ticket": (1, 9, 20, 100, 300, 1_100, 1_200),
}
"""Bad events by window. Of a budget of 10,368 a page takes 207 in 1 h and 18 in 5 min, a ticket 1,037 in 1 d."""


def lines(start: int = BASE, end: int = END + MINUTE) -> Iterator[str]:
    """One JSON object per line, SLO by SLO, in order of time; of the minutes from `start` until before `end`."""
    for slo in SLOS:
        yield from of(slo, start, end)


def of(slo: Slo, start: int = BASE, end: int = END + MINUTE) -> Iterator[str]:
    """The minutes of one SLO."""
    for stretch in stretches(slo):
        minutes = range(max(start, stretch.start), min(end, stretch.end), MINUTE)
        if stretch.verdict == "hole" or not minutes:
            continue
        if stretch.left == stretch.left_after:
            tail = _tail(slo, stretch.verdict, stretch.left)
            for moment in minutes:
                yield f'{{"slo":"{slo.id}","at":"{_TIMES[moment]}",{tail}\n'
        else:
            for moment in minutes:
                tail = _tail(slo, stretch.verdict, _left(stretch, moment))
                yield f'{{"slo":"{slo.id}","at":"{_TIMES[moment]}",{tail}\n'


_TIMES = {moment: written(moment) for moment in range(BASE, END + MINUTE, MINUTE)}


def _left(stretch: Stretch, moment: int) -> float:
    part = (moment - stretch.start) / (stretch.end - stretch.start)
    return stretch.left - part * (stretch.left - stretch.left_after)


def _tail(slo: Slo, verdict: str, left: float) -> str:
    """Everything after the time. A blind minute has no numbers, and so nothing to say of the budget."""
    windows = _windows(slo, verdict, left)
    period = windows["period"]
    remaining = None if period is None else 1.0 - period["bad"] / ((1.0 - slo.target) * period["total"])
    rest = {"windows": windows, "verdict": verdict, "budget_remaining": remaining}
    return json.dumps(rest, separators=(",", ":"))[1:]


def _windows(slo: Slo, verdict: str, left: float) -> dict[str, dict[str, float] | None]:
    if verdict == "unknown":
        return dict.fromkeys(LENGTHS)
    bad = dict(zip(LENGTHS, _BAD["no_threat" if verdict == "watch" else verdict], strict=False))
    total = {name: slo.per_minute * minutes for name, minutes in LENGTHS.items()}
    bad["period"] = round((1.0 - left) * (1.0 - slo.target) * total["period"])
    if verdict == "watch":
        # Hardly any traffic in this hour: the rate is high, but two of forty prove nothing.
        share = 1.0 - slo.target
        total |= {"5m": 20, "30m": 30, "1h": 40}
        bad |= {"5m": max(1, round(20 * 20 * share)), "30m": 1, "1h": max(2, round(40 * 20 * share))}
    return {name: {"bad": bad[name], "total": total[name]} for name in LENGTHS}
