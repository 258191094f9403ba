"""What the statistics must know of the configuration: SLOs, teams, the weeks around a moment. Pure."""

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from router.config.values import Config
from router.noise.values import SloFacts
from router.noise.weeks import Week, week_named, week_of
from router.slo.objective import Objective

_SPEED = ("latency", "duration", "レイテンシ")


def slo_facts(objectives: Mapping[str, Objective]) -> dict[str, SloFacts]:
    """Return the SLOs by id; the words that people read are those of their files."""
    return {
        slo: SloFacts(
            id=slo,
            title=each.title,
            target=each.target,
            cuj=each.hints.cuj,
            service=each.service,
            latency=_promises_speed(each),
            period_s=each.window.length_s,
        )
        for slo, each in objectives.items()
    }


def _promises_speed(objective: Objective) -> bool:
    """Return whether an SLO promises speed: no format says so, but names and the label `sli` do."""
    said = {objective.id, objective.title, *objective.labels.get("sli", ())}
    return any(word in each.lower() for each in said for word in _SPEED)


def team_zones(config: Config) -> dict[str, ZoneInfo]:
    """Return the time zones of the receivers."""
    return {name: receiver.timezone for name, receiver in config.receivers.items()}


def newest_week(now: float, zone: ZoneInfo, since: float = 0.0) -> Week:
    """Return the last week that is over; the one that lasts while a router, there from `since` on, has seen no end."""
    week = week_of(now, zone)
    return week if since >= week.start else week.before()


def chosen_week(name: str, config: Config, now: float, since: float = 0.0) -> Week:
    """Return the week of a name such as 2026-W47, "" for the newest; raises ValueError."""
    return week_named(name, config.timezone) if name else newest_week(now, config.timezone, since)
