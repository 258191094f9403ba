"""Brings everything that is shown up to date: sums by day, then the reviews of a week with their charts."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import structlog

from router.config.values import Config
from router.noise.review import Review, Roll
from router.noise.rollups import roll_up
from router.noise.weeks import Week, day_of, midnight, week_of
from router.report.charts import specs
from router.report.drawing import NoChartsError, png, svg
from router.report.packing import pack
from router.reporting.computing import AFTERWARDS_S, LOOK_BACK_S, compute, known, teams_reported
from router.reporting.facts import slo_facts, team_zones
from router.reporting.parts import Stores

LOG = structlog.get_logger(__name__)
RECENT = 14
"""Days whose firings and acts still change: they are summed up anew each time, all that are kept once a week."""
CHUNK = 7
"""Days that are summed up together, which bounds memory."""
LOCALES = ("en", "ja")
POSTED = "weeks"
"""The chart that goes to Slack, where it may have to be a picture."""


async def refresh(week: Week, now: float, parts: Stores) -> dict[str, Review]:
    """Sum up the days that may have changed, compute the week's reviews, draw and store them; returns them by team.

    Raises UnavailableError; what was stored by then is whole. A review that was computed later stays.
    """
    config = parts.config()
    await roll_up_days(now, parts, config, thorough=await _is_new_week(now, parts, config))
    found = await compute(week, now, parts)
    for team, each in found.items():
        pictures = _pictures(team, config)
        await parts.reviews.store(week.name, team, pack(each), charts(each, pictures), each.as_of)
    return found


async def _is_new_week(now: float, parts: Stores, config: Config) -> bool:
    """Return whether nothing was computed since the last week was over."""
    over = week_of(now, config.timezone).before()
    stored = await parts.reviews.load(over.name, "")
    return stored is None or stored.as_of < over.end


def _pictures(team: str, config: Config) -> frozenset[str]:
    """Return the languages in which a team's report is posted."""
    if not team:
        return frozenset({config.locale} if config.report else ())
    return frozenset({config.receivers[team].locale} if team in teams_reported(config) else ())


def charts(review: Review, pictures: frozenset[str]) -> dict[str, bytes]:
    """Return a review's charts by name ("weeks.en.svg"), in every language; `pictures`: languages of the PNG for Slack.

    Without the extra `charts` there are none.
    """
    drawn: dict[str, bytes] = {}
    try:
        for locale in LOCALES:
            for name, spec in specs(review, locale).items():
                drawn[f"{name}.{locale}.svg"] = svg(spec)
                if name == POSTED and locale in pictures:
                    drawn[f"{name}.{locale}.png"] = png(spec)
    except NoChartsError as error:
        LOG.warning("charts_missing", problem=str(error))
    return drawn


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
    for day in days:
        rolls = roll_up(firings, stretches, day, zone, team_zones(config), config.statistics, now)
        if tuple(rolls) != tuple(days.before.get(day, ())):
            await parts.rollups.store(day, rolls)
