"""What is kept of a day for 25 months: sums by rule, service, SLO and team. Pure.

A firing is summed up on the day in which it started, an incident that paged on that of its first telling. The days are
those of the configured time zone; the days of a week add up to the week.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from zoneinfo import ZoneInfo

from router.noise import sums
from router.noise.facts import Judged, judge
from router.noise.pages import Paged, pager, pages
from router.noise.review import Counts, Dimension, Pager, Roll
from router.noise.values import Firing, Settings, Stretch
from router.noise.weeks import day_of

SERVICE = "service"
"""The label that says which service an alert is of."""
_Name = tuple[Dimension, str]


def roll_up(  # noqa: PLR0913, PLR0917 - all of it is needed, and none belongs together
    firings: Iterable[Firing],
    stretches: Mapping[str, Sequence[Stretch]],
    day: date,
    zone: ZoneInfo,
    teams: Mapping[str, ZoneInfo],
    settings: Settings,
    now: float,
) -> tuple[Roll, ...]:
    """Return the sums of one day; give the firings of the days around it too, as for a review."""
    judged = judge(firings, stretches, settings, {"": zone, **teams}, now)
    return rolls(judged, pages(judged, stretches), zone).get(day) or _rolls((), ())


def rolls(judged: Iterable[Judged], paged: Iterable[Paged], zone: ZoneInfo) -> dict[date, tuple[Roll, ...]]:
    """Return the sums of every day on which something fired or paged: all days at the price of one."""
    firings: dict[date, list[Judged]] = defaultdict(list)
    incidents: dict[date, list[Paged]] = defaultdict(list)
    for each in judged:
        firings[day_of(each.firing.started_at, zone)].append(each)
    for page in paged:
        incidents[day_of(page.at, zone)].append(page)
    return {day: _rolls(firings.get(day, ()), incidents.get(day, ())) for day in sorted({*firings, *incidents})}


def added(rolled: Iterable[Roll]) -> Counts:
    """Return the counts of some roll-ups added up: give those of one dimension and name only."""
    return sums.added(roll.counts for roll in rolled)


def added_pagers(rolled: Iterable[Roll]) -> Pager:
    """Return what some roll-ups say of incidents, added up."""
    return sums.added_pagers(roll.pager for roll in rolled)


def _rolls(judged: Sequence[Judged], paged: Sequence[Paged]) -> tuple[Roll, ...]:
    """One of all there always is: a day without it was never summed up."""
    parts: dict[_Name, list[Judged]] = defaultdict(list)
    incidents: dict[_Name, list[Paged]] = defaultdict(list)
    for each in judged:
        for name in _names(each.firing):
            parts[name].append(each)
    for page in paged:
        incidents[Dimension.TEAM, page.team].append(page)
    names = dict.fromkeys([(Dimension.ALL, ""), *parts, *incidents])
    incidents[Dimension.ALL, ""] = list(paged)
    parts[Dimension.ALL, ""] = list(judged)
    return tuple(
        Roll(*name, sums.counts(parts.get(name, ())), pager(incidents.get(name, ()))) for name in sorted(names)
    )


def _names(firing: Firing) -> Iterator[_Name]:
    yield Dimension.RULE, f"{firing.source}/{firing.rule}"
    if service := firing.labels.get(SERVICE):
        yield Dimension.SERVICE, service
    for slo in {each.slo for each in firing.slos}:
        yield Dimension.SLO, slo
    yield Dimension.TEAM, firing.receiver
