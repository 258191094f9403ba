"""When a weekly report is due. Pure.

At its weekday and time, in its team's time zone, a report tells of the week before: the last one that was over then.
Where clocks go forward over that time it is due as much later; where they go back over it, at the first of the two.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from router.config.values import Config, Receiver, WeeklyReport
from router.noise.weeks import Week, week_of

CATCH_UP_S = 3 * 86_400.0
"""A report whose time passed while no router ran still comes within this; later it would only be in the way."""


@dataclass(frozen=True, slots=True)
class Plan:
    """One weekly report as it is configured; `team` is "" for all teams. Where it goes, and its fallback."""

    team: str
    when: WeeklyReport
    zone: ZoneInfo
    locale: str
    channel: str
    fallback: str = ""


@dataclass(frozen=True, slots=True)
class Due:
    """A report that is to be posted; `at` is since when (Unix seconds)."""

    plan: Plan
    week: Week
    at: float

    @property
    def key(self) -> tuple[str, str]:
        """(week, team): what it is posted once for."""
        return self.week.name, self.plan.team


def plans(config: Config) -> tuple[Plan, ...]:
    """Return every report that is configured: that of all teams first, then the teams' own."""
    every = _general(config.report, config) if config.report is not None else ()
    return (*every, *_own(config.receivers))


def _general(report: WeeklyReport, config: Config) -> tuple[Plan, ...]:
    fallback = next((each.slack.fallback_channel for each in config.receivers.values() if _falls(each, report)), "")
    return (Plan("", report, config.timezone, config.locale, report.channel, fallback),)


def _falls(receiver: Receiver, report: WeeklyReport) -> bool:
    """Return whether a receiver that shares the report's channel has named where to go without it."""
    return bool(receiver.slack.fallback_channel) and receiver.slack.channel == report.channel


def _own(receivers: Mapping[str, Receiver]) -> Iterator[Plan]:
    for name, receiver in receivers.items():
        if receiver.report is not None:
            slack = receiver.slack
            channel = receiver.report.channel or slack.channel
            fallback = slack.fallback_channel or (slack.channel if channel != slack.channel else "")
            yield Plan(name, receiver.report, receiver.timezone, receiver.locale, channel, fallback)


def due(planned: Sequence[Plan], now: float, since: float, zone: ZoneInfo) -> tuple[Due, ...]:
    """Return the reports whose time has come in the last three days, oldest first, whether they were posted or not.

    `since` is when the router was started for the first time: no report is due for a time before it. `zone` is that
    of the weeks, the configured one; a team that lives ahead of it waits until the week is over there too.
    """
    found = [_latest(plan, now, zone) for plan in planned]
    return tuple(sorted((each for each in found if each.at >= since and now - each.at < CATCH_UP_S), key=_order))


def _order(each: Due) -> tuple[float, str]:
    return each.at, each.plan.team


def _latest(plan: Plan, now: float, zone: ZoneInfo) -> Due:
    """Return the newest report whose time has come: this week's, else last week's."""
    this = _of(plan, week_of(now, plan.zone), zone)
    return this if this.at <= now else _of(plan, week_of(now, plan.zone).before(), zone)


def _of(plan: Plan, told: Week, zone: ZoneInfo) -> Due:
    """Return the report that is told in the week `told`."""
    week = Week(told.before().monday, zone)
    return Due(plan, week, max(_moment(plan, told), week.end))


def _moment(plan: Plan, week: Week) -> float:
    """Return the report's time in a week; Unix seconds."""
    day = week.monday + timedelta(plan.when.weekday)
    hour, minute = divmod(plan.when.minute, 60)
    return datetime.combine(day, time(hour, minute), plan.zone).timestamp()
