"""Brings everything that is shown up to date: sums by day, then the reviews of a week with their charts."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from router.config.values import Config
from router.noise.facts import judge
from router.noise.pages import pages
from router.noise.review import Review, Roll
from router.noise.rollups import roll_up, rolls
from router.noise.weeks import Week, day_of, midnight, week_of
from router.report.packing import pack
from router.reporting import pictures
from router.reporting.computing import AFTERWARDS_S, LOOK_BACK_S, compute, known, teams_reported
from router.reporting.facts import slo_facts, team_zones
from router.reporting.parts import Stores

RECENT = 14
"""Days whose firings and acts still change: they are summed up anew each time, all that are kept once a week."""
CHUNK = 7
"""Days that are summed up together, which bounds memory."""


async def refresh(week: Week, now: float, parts: Stores) -> dict[str, Review]:
    """Sum up the days that may have changed, compute the week's reviews, draw and store them; returns them by team.

    Reviews are stored before what changed in their charts is drawn. Raises UnavailableError; what was stored by then
    is whole. A review that was computed later stays.
    """
    config = parts.config()
    await roll_up_days(now, parts, config, thorough=await _is_new_week(now, parts, config))
    found = await compute(week, now, parts)
    every = {team: pictures.wanted(each, _posted(team, config)) for team, each in found.items()}
    before = {team: await pictures.kept(every[team], parts.reviews, week.name, team) for team in found}
    for team, each in found.items():
        await _store(each, pictures.labelled(every[team], before[team]), parts)
    for team, each in found.items():
        charts = pictures.drawn(every[team], before[team])
        if charts != before[team]:
            await _store(each, pictures.labelled(every[team], charts), parts)
    return found


async def _store(review: Review, charts: Mapping[str, bytes], parts: Stores) -> None:
    await parts.reviews.store(review.week, review.team, pack(review), charts, review.as_of)


async def _is_new_week(now: float, parts: Stores, config: Config) -> bool:
    """Return whether nothing was computed since the last week was over."""
    over = week_of(now, config.timezone).before()
    stored = await parts.reviews.load(over.name, "")
    return stored is None or stored.as_of < over.end


def _posted(team: str, config: Config) -> frozenset[str]:
    """Return the languages in which a team's report is posted."""
    if not team:
        return frozenset({config.locale} if config.report else ())
    return frozenset({config.receivers[team].locale} if team in teams_reported(config) else ())


@dataclass(frozen=True, slots=True)
class _Days:
    """Days that are summed up together, and what they had."""

    first: date
    last: date
    before: Mapping[date, Sequence[Roll]]

    def __iter__(self) -> Iterator[date]:
        return (self.first + timedelta(number) for number in range((self.last - self.first).days + 1))


async def roll_up_days(now: float, parts: Stores, config: Config, *, thorough: bool) -> None:
    """Sum up the last days anew, with `thorough` all whose firings are kept whole; forget those kept long enough."""
    zone = config.timezone
    today = day_of(now, zone)
    # Two days of which a part is forgotten already would be summed up too low; their sums stay as they are.
    whole = day_of(now - config.history.firings_s, zone) + timedelta(2)
    first = whole if thorough else max(whole, today - timedelta(RECENT - 1))
    before = await parts.rollups.load(first, today)
    while first <= today:
        last = min(first + timedelta(CHUNK - 1), today)
        await _roll_up(_Days(first, last, before), now, parts, config)
        first = last + timedelta(1)
    await parts.rollups.forget(day_of(now - config.history.rollups_s, zone))


async def _roll_up(days: _Days, now: float, parts: Stores, config: Config) -> None:
    zone = config.timezone
    start = midnight(days.first - timedelta(1), zone)
    end = min(now, midnight(days.last + timedelta(1), zone) + AFTERWARDS_S)
    firings = await parts.firings.between(start, end)
    if not firings and not days.before:
        return
    stretches = known(await parts.slos.stretches(slo_facts(config.objectives), start - LOOK_BACK_S, end))
    judged = judge(firings, stretches, config.statistics, {"": zone, **team_zones(config)}, now)
    found = rolls(judged, pages(judged, stretches), zone)
    begun = min([*found, *days.before], default=days.last)
    for day in days:
        # A day on which nothing happened is summed up as well; one before everything that is known never was.
        fresh = found.get(day) or roll_up((), {}, day, zone, {}, config.statistics, now)
        if day >= begun and fresh != tuple(days.before.get(day, ())):
            await parts.rollups.store(day, fresh)
