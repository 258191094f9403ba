"""A week to count in: 2026-W47 in Tokyo, its moments written as people do, firings and SLOs with few words."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from itertools import count
from zoneinfo import ZoneInfo

from router.gate import Outcome
from router.noise.facts import Judged, judge
from router.noise.inputs import Inputs
from router.noise.values import Firing, Heard, Settings, SloFacts, Stretch
from router.noise.weeks import Week, midnight, week_named
from router.slo.verdict import Verdict

TOKYO = ZoneInfo("Asia/Tokyo")
WEEK = week_named("2026-W47", TOKYO)
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
SETTINGS = Settings()
_numbers = count(1)


def at(text: str, week: Week = WEEK) -> float:
    """Return the instant of "Tue 10:00", or of "last Tue 10:00" and "next Tue 10:00" a week off."""
    *off, day, clock = text.split()
    hours, minutes, *seconds = (int(part) for part in clock.split(":"))
    weeks = {"last": -7, "next": 7}.get(off[0], 0) if off else 0
    start = midnight(week.monday + timedelta(DAYS.index(day) + weeks), week.zone)
    return start + hours * 3_600 + minutes * 60 + sum(seconds)


def said(*spans: tuple[str, str, str] | tuple[str, str, str, float | None, float | None]) -> tuple[Stretch, ...]:
    """Return what an SLO said: (verdict, from, to, budget at its begin, budget at its end)."""
    return tuple(Stretch(Verdict(verdict), at(start), at(end), *budgets) for verdict, start, end, *budgets in spans)


def fired(
    start: str | float,
    end: str | float | None,
    outcome: Outcome | None = Outcome.PAGE,
    *,
    told: str | float | None = "",
    slos: str = "shop",
    **more: object,
) -> Firing:
    """Return a firing of rule A; told at once where its outcome tells people, else as `told` says."""
    started_at = at(start) if isinstance(start, str) else start
    if told == "":
        told = started_at if outcome in (Outcome.PAGE, Outcome.FORWARD, Outcome.TICKET) else None
    times = {
        name: at(more.pop(name)) for name in ("acknowledged_at", "guide_opened_at") if isinstance(more.get(name), str)
    }
    fields = {"source": "prometheus", "rule": "A", "fingerprint": f"f{next(_numbers)}", "reason": "", "receiver": "sre"}
    return Firing(
        **{**fields, **times, **more},  # type: ignore[arg-type]
        started_at=started_at,
        ended_at=at(end) if isinstance(end, str) else end,
        outcome=outcome,
        notified_at=at(told) if isinstance(told, str) else told,
        slos=tuple(Heard(slo, Verdict.NO_THREAT) for slo in slos.split()),
    )


def facts(*slos: str) -> dict[str, SloFacts]:
    """Return SLOs of 99.9 %."""
    return {slo: SloFacts(slo, slo.title(), 0.999, "Buy something", slo) for slo in slos}


def given(
    firings: Sequence[Firing] = (), stretches: Mapping[str, Sequence[Stretch]] | None = None, **more: object
) -> Inputs:
    """Return the inputs of the week, computed after its end where nothing else is said."""
    fields = {"week": WEEK, "now": WEEK.end + 86_400.0, "slos": facts("shop"), "teams": {"sre": TOKYO}, **more}
    return Inputs(firings=firings, stretches=stretches or {}, **fields)  # type: ignore[arg-type]


def judged(inputs: Inputs) -> tuple[Judged, ...]:
    """Return the firings of some inputs, judged."""
    return judge(inputs.firings, inputs.stretches, inputs.settings, inputs.zones, inputs.now)
