"""The file's model as the values that the rest of the router is given."""

from collections.abc import Mapping
from typing import get_args

from router.classify import GuideRule, MappingRule, Route, Rules
from router.config.build_route import LATER, Names, build_route, check_inhibition, define
from router.config.reading import Reading
from router.config.schema import Root, Weekday
from router.config.schema_route import ReceiverSection
from router.config.values import Receiver, SlackTarget, WeeklyReport
from router.gate import Policy
from router.incident import Guide
from router.slo.objective import Objective


def build_rules(root: Root, names: Names, objectives: Mapping[str, Objective], reading: Reading) -> Rules:
    """Return everything that decides about an alert at intake."""
    return Rules(
        route=build_route(root.route, names, reading),
        mapping=_mapping(root, objectives, reading),
        bypass=tuple(
            reading.matchers(("bypass", index, "matchers"), each.matchers) for index, each in enumerate(root.bypass)
        ),
        guides=tuple(
            GuideRule(reading.matchers(("guides", index, "matchers"), each.matchers), Guide(each.url, each.title))
            for index, each in enumerate(root.guides)
        ),
        objectives=objectives,
        scope_labels=tuple(root.slo_scope_labels),
    )


def build_receivers(root: Root, reading: Reading) -> dict[str, Receiver]:
    """Return the teams by name; notes a name that is used twice and a mention that mentions nobody."""
    receivers: dict[str, Receiver] = {}
    for index, section in enumerate(root.receivers):
        where = ("receivers", index, "name")
        if section.name in receivers:
            reading.error(where, f"receiver {section.name!r} is defined twice", "rename or remove one of them")
        receivers.setdefault(section.name, _receiver(root, section, index, reading))
    return receivers


def build_policy(root: Root) -> Policy:
    """Return the gate's settings."""
    return Policy(mode=root.mode, watch_s=root.gate.watch, hold_s=root.gate.hold)


def build_report(root: Root) -> WeeklyReport | None:
    """Return when and where the weekly report goes, None without one."""
    if root.report is None:
        return None
    hour, minute = root.report.time.split(":")
    weekday = get_args(Weekday).index(root.report.weekday)
    return WeeklyReport(root.report.channel, weekday, int(hour) * 60 + int(minute))


def check_rest(root: Root, known: frozenset[str] | None, reading: Reading) -> None:
    """Check what is kept for later releases, and say that it does nothing yet."""
    check_inhibition(root.inhibit_rules, reading)
    for index, interval in enumerate(root.time_intervals):
        for number, span in enumerate(interval.time_intervals):
            if span.location:
                reading.zone(("time_intervals", index, "time_intervals", number, "location"), span.location)
    for index, heartbeat in enumerate(root.heartbeats):
        where = ("heartbeats", index)
        if heartbeat.receiver and known is not None and heartbeat.receiver not in known:
            problem = f"unknown receiver {heartbeat.receiver!r}"
            reading.error((*where, "receiver"), problem, define(known, "receivers"))
        reading.warn(where, "heartbeats are not acted on yet: nobody is told when this one stays away", LATER)


def _mapping(root: Root, objectives: Mapping[str, Objective], reading: Reading) -> tuple[MappingRule, ...]:
    return tuple(
        MappingRule(
            matchers=reading.matchers(("mapping", index, "matchers"), each.matchers),
            slos=tuple(dict.fromkeys(slo for name in each.slos for slo in objectives_named(name, objectives))),
        )
        for index, each in enumerate(root.mapping)
    )


def objectives_named(name: str, objectives: Mapping[str, Objective]) -> tuple[str, ...]:
    """Return the ids that a name in `slos` stands for: itself, or every objective of an SLO that has several."""
    several = tuple(slo for slo in objectives if slo.rpartition("#")[0] == name)
    return (name,) if name in objectives or not several else several


def _receiver(root: Root, section: ReceiverSection, index: int, reading: Reading) -> Receiver:
    where = ("receivers", index)
    slack = section.slack
    if slack.mention and not slack.mention.startswith("<"):
        problem = "the mention is not in Slack's form, so it mentions nobody"
        mend = 'write "<!subteam^S0SRE>" for a group, "<@U0ADA>" for a person, "<!here>" for who is there'
        reading.warn((*where, "slack", "mention"), problem, mend)
    own = ((*where, "timezone"), section.timezone) if section.timezone else (("timezone",), root.timezone)
    return Receiver(
        name=section.name,
        slack=SlackTarget(slack.channel, slack.ticket_channel, slack.fallback_channel, slack.mention),
        timezone=reading.zone(*own),
        locale=section.locale or root.locale,
    )


def routes_of(route: Route) -> tuple[Route, ...]:
    """Return a route with everything below it."""
    return (route, *(each for child in route.routes for each in routes_of(child)))
