"""A month's roll-up: how each user journey fared, how many alerts came, how soon people had and ended them. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from router.noise.review import Dimension, Month, MonthSlo, Roll
from router.noise.sums import added, added_pagers
from router.noise.values import SloDay, SloFacts


def month(
    rolls: Mapping[date, Sequence[Roll]],
    slo_days: Mapping[str, Sequence[SloDay]],
    slos: Mapping[str, SloFacts],
    first_day: date,
    so_far: bool,
    team: str = "",
) -> Month:
    """Return the roll-up of the month that `first_day` lies in; other months' days may be given and are left out.

    Good share: 1 − bad ÷ total events, summed over the days that are known. A day's events are those of the last
    24 h at its end, so give only days that are over. `team` "" is all teams together.
    """
    of_team = (Dimension.TEAM, team) if team else (Dimension.ALL, "")
    days = [each for day, each in sorted(rolls.items()) if _same(day, first_day)]
    found = [roll for day in days for roll in day if (roll.dimension, roll.name) == of_team]
    pager = added_pagers(roll.pager for roll in found)
    return Month(
        name=f"{first_day:%Y-%m}",
        so_far=so_far,
        slos=tuple(_slo(facts, slo_days.get(slo, ()), first_day) for slo, facts in slos.items()),
        counts=added(roll.counts for roll in found),
        pages=pager.pages,
        time_to_acknowledge_s=_mean(pager.acknowledge_s, pager.acknowledged),
        time_to_resolve_s=_mean(pager.resolve_s, pager.resolved),
    )


def _same(day: date, first_day: date) -> bool:
    return (day.year, day.month) == (first_day.year, first_day.month)


def _slo(facts: SloFacts, days: Iterable[SloDay], first_day: date) -> MonthSlo:
    """Return one SLO's month; a day without events has no numbers, a share of nothing cannot be said."""
    known = [
        (each.bad, each.total)
        for each in days
        if _same(each.day, first_day) and each.bad is not None and each.total is not None
    ]
    bad, total = sum(part for part, _ in known), sum(whole for _, whole in known)
    error_rate = bad / total if total > 0 else None
    return MonthSlo(
        id=facts.id,
        title=facts.title,
        cuj=facts.cuj,
        latency=facts.latency,
        target=facts.target,
        good=None if error_rate is None else 1.0 - error_rate,
        error_rate=error_rate,
        events=total if known else None,
        days=len(known),
    )


def _mean(total: float, count: int) -> float | None:
    return total / count if count else None
