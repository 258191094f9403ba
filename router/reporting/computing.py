"""Computes the reviews of a week from what is stored. Runs in a process of its own: a large week takes seconds."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from router.config.values import Config
from router.noise.inputs import Budgets, Inputs
from router.noise.month import month
from router.noise.review import Dimension, Month, Point, Review, Roll
from router.noise.values import Firing, Report, RuleKey, Stretch
from router.noise.weekly import Judgement, judgement, review, wanted, with_proposals
from router.noise.weeks import Week, day_of, midnight
from router.reporting.facts import slo_facts, team_zones
from router.reporting.parts import Stores
from router.state.missed import Miss

DAY_S = 86_400.0
LOOK_BACK_S = 7_200.0
"""What the SLOs said is needed from so long before the first firing on: a threat may have begun before it."""
AFTERWARDS_S = 2 * DAY_S
"""What happened so long after a week can still belong to it: when an incident was over, what was said of it."""
WEEKS = 8
"""Weeks of the trend, this one included."""


async def compute(week: Week, now: float, parts: Stores, only: str | None = None) -> dict[str, Review]:
    """Return the reviews of a week: "" for all teams, then each that had a firing in it or has a report of its own.

    `only` names one of them: then it is the only one. Nothing is stored. Raises UnavailableError.
    """
    config = parts.config()
    inputs = await _inputs(week, now, parts, config)
    given = judgement(inputs)
    parts.judged(given)
    rolls = await parts.rollups.load(min(week.before(WEEKS - 1).monday, _first_of_month(week)), _last_day(week))
    proposing = _Proposing(parts, now, given)
    found: dict[str, Review] = {}
    every = ("", *teams_of(inputs), *teams_reported(config))
    for team in dict.fromkeys(each for each in every if only in (None, each)):
        own = replace(
            inputs,
            points=points(rolls, week, team),
            month=await _month(rolls, week, now, team, parts, config),
        )
        found[team] = await proposing.added(review(own, team, given), own)
    return found


def teams_of(inputs: Inputs) -> tuple[str, ...]:
    """Return the receivers that had a firing in the week."""
    start, end = inputs.week.start, inputs.week.end
    fired = {each.receiver for each in inputs.firings if start <= each.started_at < end and not each.drill}
    return tuple(sorted(fired - {""}))


def teams_reported(config: Config) -> tuple[str, ...]:
    """Return the receivers that have a weekly report of their own."""
    return tuple(name for name, receiver in config.receivers.items() if receiver.report is not None)


def _span(week: Week, now: float) -> tuple[float, float]:
    """Return from when to when firings must be known for the review of a week."""
    return midnight(week.before().monday - timedelta(1), week.zone), min(now, week.end + AFTERWARDS_S)


def _last_day(week: Week) -> date:
    """Return a day that is surely past the month of a week."""
    return week.sunday + timedelta(31)


async def _inputs(week: Week, now: float, parts: Stores, config: Config) -> Inputs:
    start, end = _span(week, now)
    slos = slo_facts(config.objectives)
    return Inputs(
        week=week,
        now=now,
        firings=await parts.firings.between(start, end),
        # Up to now, wherever the week ends: a threat whose end is not read would seem to last.
        stretches=known(await parts.slos.stretches(slos, start - LOOK_BACK_S, now)),
        slos=slos,
        budgets=await _budgets(week, now, parts, slos),
        teams=team_zones(config),
        reports=[_report(each) for each in await parts.missed.all()],
        settings=config.statistics,
    )


async def _budgets(week: Week, now: float, parts: Stores, slos: Iterable[str]) -> dict[str, Budgets]:
    """Return what each SLO had left at the last snapshot before the week, and at the last one in it."""
    before = week.monday - timedelta(1)
    days = await parts.slos.days(slos, before, min(week.sunday, day_of(now, week.zone)), week.zone)
    found: dict[str, Budgets] = {}
    for slo, recorded in days.items():
        left = {each.day: each.budget_left for each in recorded}
        during = [each for day, each in left.items() if day > before]
        found[slo] = (left.get(before), during[-1] if during else None)
    return found


def known(stretches: Mapping[str, Sequence[Stretch]]) -> Mapping[str, Sequence[Stretch]]:
    """Return the SLOs that said anything."""
    return {slo: recorded for slo, recorded in stretches.items() if recorded}


def _report(miss: Miss) -> Report:
    return Report(miss.at if miss.when is None else miss.when, miss.by.name or miss.by.id, miss.slo, miss.text)


def points(rolls: Mapping[date, Sequence[Roll]], week: Week, team: str) -> tuple[Point, ...]:
    """Return the weeks of the trend that are older than the week before, oldest first; weeks without sums are left out.

    `team` "" is all teams together.
    """
    found = []
    for back in range(WEEKS - 1, 1, -1):
        days = [rolls[day] for day in week.before(back).days() if day in rolls]
        if days:
            found.append(_point(week.before(back).monday, [roll for day in days for roll in day if _is_of(roll, team)]))
    return tuple(found)


def _is_of(roll: Roll, team: str) -> bool:
    dimension = Dimension.TEAM if team else Dimension.ALL
    return roll.dimension is dimension and roll.name == team


def _point(day: date, rolls: Sequence[Roll]) -> Point:
    return Point(
        day=day,
        pages=sum(roll.pager.pages for roll in rolls),
        wolves=sum(roll.pager.wolf_pages for roll in rolls),
        held=sum(roll.counts.held for roll in rolls),
        dropped=sum(roll.counts.dropped for roll in rolls),
        firings=sum(roll.counts.firings for roll in rolls),
    )


def _first_of_month(week: Week) -> date:
    """Return the first day of the month that a week is counted to: that of its last day."""
    return week.sunday.replace(day=1)


async def _month(
    rolls: Mapping[date, Sequence[Roll]], week: Week, now: float, team: str, parts: Stores, config: Config
) -> Month | None:
    """Return the roll-up of the week's month as far as it has come, None before any day of it was summed up."""
    first = _first_of_month(week)
    next_month = (first + timedelta(31)).replace(day=1)
    if not any(first <= day < next_month for day in rolls):
        return None
    today = day_of(now, week.zone)
    last_over = min(next_month, today) - timedelta(1)
    slos = slo_facts(config.objectives)
    slo_days = await parts.slos.days(slos, first, last_over, week.zone) if last_over >= first else {}
    return month(rolls, slo_days, slos, first, today < next_month, team)


class _Proposing:
    """Adds proposals; the history of a rule is read once, though several teams may have it."""

    def __init__(self, parts: Stores, now: float, given: Judgement) -> None:
        self._parts = parts
        self._now = now
        self._given = given
        self._since = now - parts.config().history.firings_s
        self._past: dict[RuleKey, Sequence[Firing]] = {}
        self._stretches: Mapping[str, Sequence[Stretch]] | None = None

    async def added(self, found: Review, inputs: Inputs) -> Review:
        """Return a review with what can be done about its worst rules."""
        keys = wanted(found)
        if not keys:
            return found
        await self._read([key for key in keys if key not in self._past])
        return with_proposals(found, inputs, {key: self._past[key] for key in keys}, await self._said(), self._given)

    async def _read(self, keys: Sequence[RuleKey]) -> None:
        """Read all that is recorded of some rules; what was read for the weeks is not read again."""
        if not keys:
            return
        start, end = _span(self._given.inputs.week, self._now)
        earlier = await self._parts.firings.of_rules(keys, self._since, start)
        later = await self._parts.firings.of_rules(keys, max(end, self._since), self._now)
        around = _by_rule(self._given.inputs.firings, keys)
        for key in keys:
            self._past[key] = [
                *(each for each in earlier[key] if each.started_at < start),
                *(each for each in around[key] if self._since <= each.started_at < end),
                *(each for each in later[key] if each.started_at >= end),
            ]

    async def _said(self) -> Mapping[str, Sequence[Stretch]]:
        if self._stretches is None:
            objectives = self._parts.config().objectives
            self._stretches = known(await self._parts.slos.stretches(objectives, self._since - LOOK_BACK_S, self._now))
        return self._stretches


def _by_rule(firings: Iterable[Firing], keys: Iterable[RuleKey]) -> Mapping[RuleKey, list[Firing]]:
    found: dict[RuleKey, list[Firing]] = {key: [] for key in keys}
    for firing in firings:
        some = found.get((firing.source, firing.rule))
        if some is not None:
            some.append(firing)
    return found
