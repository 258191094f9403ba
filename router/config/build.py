"""The file's model as the values that the rest of the router is given."""

from collections.abc import Mapping

from router.classify import GuideRule, MappingRule, Rules
from router.config.build_mute import build_inhibition
from router.config.build_route import LATER, Names, build_route, define
from router.config.reading import Reading
from router.config.schema import Root
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
        inhibit_rules=build_inhibition(root.inhibit_rules, reading),
    )


def build_policy(root: Root) -> Policy:
    """Return the gate's settings."""
    return Policy(mode=root.mode, watch_s=root.gate.watch, hold_s=root.gate.hold)


def check_rest(root: Root, known: frozenset[str] | None, reading: Reading) -> None:
    """Check what is kept for later releases, and say that it does nothing yet."""
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
