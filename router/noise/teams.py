"""How a team fared in a week: its pages, the nights, the shifts that bore too many, how soon it had and ended things.

Pages count incidents once, at their first telling. A shift belongs to the week in which it begins, and is counted to
its end. Pure.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, time, timedelta
from statistics import median
from zoneinfo import ZoneInfo

from router.noise.facts import Judged
from router.noise.floods import Flood, floods
from router.noise.inputs import Inputs
from router.noise.pages import Paged, pager
from router.noise.review import Counts, Shift, TeamReview
from router.noise.values import Settings, Team
from router.noise.weeks import Week, day_of

_DAY, _NIGHT = time(9), time(21)
"""When twelve-hour shifts begin, by the clock on the wall: one has 11 or 13 hours where clocks change."""


def team_review(
    team: Team, counts: Counts, judged: Iterable[Judged], paged: Iterable[Paged], inputs: Inputs
) -> TeamReview:
    """Return the review of one team. Pure.

    `counts` are its sums over the week. `judged` and `paged` may be those of all teams, from before the week before
    until now.
    """
    week, before = inputs.week, inputs.week.before()
    mine = [page for page in paged if page.team == team.name]
    pages = [page for page in mine if week.holds(page.at)]
    sums = pager(pages)
    waits = [page.acknowledge_s for page in pages if page.acknowledge_s is not None]
    new = _floods(team.name, judged, inputs)
    return TeamReview(
        name=team.name,
        zone=team.zone.key,
        counts=counts,
        pages=sums.pages,
        pages_before=sum(before.holds(page.at) for page in mine),
        wolf_pages=sums.wolf_pages,
        off_hours=sum(page.off_hours for page in pages),
        night=sum(page.night for page in pages),
        night_wolves=sum(page.night and page.wolf for page in pages),
        shifts=len(shifts(week, team.zone, inputs.now)),
        heavy_shifts=heavy_shifts(mine, week, team.zone, inputs.settings),
        time_to_acknowledge_s=median(waits) if waits else None,
        time_to_resolve_s=sums.resolve_s / sums.resolved if sums.resolved else None,
        floods=len(new),
        flood_firings=sum(flood.firings for flood in new),
    )


def _floods(team: str, judged: Iterable[Judged], inputs: Inputs) -> list[Flood]:
    """Return the floods of a team that began in the week."""
    found = floods((each.firing for each in judged if each.firing.receiver == team), inputs.settings)
    return [flood for flood in found.get(team, ()) if inputs.week.holds(flood.start)]


def shift_of(at: float, zone: ZoneInfo) -> float:
    """Return when the shift began that an instant lies in."""
    local = datetime.fromtimestamp(at, zone)
    if local.time() < _DAY:
        return datetime.combine(local.date() - timedelta(1), _NIGHT, zone).timestamp()
    return datetime.combine(local.date(), _DAY if local.time() < _NIGHT else _NIGHT, zone).timestamp()


def shifts(week: Week, zone: ZoneInfo, now: float) -> tuple[float, ...]:
    """Return when the week's shifts began, as far as they have; the week may be of another zone than the team."""
    first = day_of(week.start, zone)
    starts = (
        datetime.combine(first + timedelta(number), begin, zone).timestamp()
        for number in range(9)
        for begin in (_DAY, _NIGHT)
    )
    return tuple(start for start in starts if week.holds(start) and start <= now)


def heavy_shifts(paged: Iterable[Paged], week: Week, zone: ZoneInfo, settings: Settings) -> tuple[Shift, ...]:
    """Return the week's shifts with more pages than people can bear, heaviest first, then the earlier one."""
    counts = Counter(shift_of(page.at, zone) for page in paged)
    heavy = [
        Shift(start, pages) for start, pages in counts.items() if pages > settings.shift_pages and week.holds(start)
    ]
    return tuple(sorted(heavy, key=lambda shift: (-shift.pages, shift.start)))
