"""What is wrong between parts of the configuration that are each right: nothing here is a matter of spelling."""

from collections.abc import Iterable, Mapping, Sequence

from router.alert import Matcher, Operator
from router.classify import Route, Rules
from router.config.build import objectives_named
from router.config.document import Where
from router.config.environment import is_loopback
from router.config.reading import Reading
from router.config.schema import Root
from router.config.values import SloSourceConfig, SourceConfig
from router.mute import InhibitRule
from router.slo.objective import Objective


def check_routes(route: Route, where: Where, reading: Reading) -> None:
    """Note every route that an earlier sibling without `continue` leaves nothing to."""
    for index, child in enumerate(route.routes):
        here = (*where, "routes", index)
        earlier = (number for number in range(index) if not route.routes[number].continues)
        shadow = next((number for number in earlier if _covers(route.routes[number].matchers, child.matchers)), None)
        if shadow is not None:
            line = reading.document.place((*where, "routes", shadow)).line
            problem = f"this route is never reached: the one in line {line} takes every alert that it matches"
            reading.warn(here, problem, "put it first, narrow the earlier one, or give that one `continue: true`")
        check_routes(child, here, reading)


def check_muting(rules: Rules, reading: Reading) -> None:
    """Note inhibition that inhibits too much or nothing, and mute times that keep pages of SLOs quiet."""
    for index, rule in enumerate(rules.inhibit_rules):
        _check_inhibition(rule, ("inhibit_rules", index), reading)
    judged = [rule.matchers for rule in rules.mapping if any(slo in rules.objectives for slo in rule.slos)]
    _check_mute_times(rules.route, ("route",), (), judged, reading)


def check_order(rules: Sequence[Sequence[Matcher]], name: str, reading: Reading) -> tuple[bool, ...]:
    """Note every rule of a first-match list that an earlier one leaves nothing to; returns which are reached."""
    reached = []
    for index, matchers in enumerate(rules):
        shadow = next((number for number in range(index) if _covers(rules[number], matchers)), None)
        if shadow is not None:
            line = reading.document.place((name, shadow)).line
            problem = f"this rule is never reached: the one in line {line} matches everything that it matches"
            reading.warn((name, index), problem, "put it first, or narrow the earlier one; the first match wins")
        reached.append(shadow is None)
    return tuple(reached)


def check_slos(root: Root, rules: Rules, slo_sources: Mapping[str, SloSourceConfig], reading: Reading) -> None:
    """Note SLOs that no alert can reach, that have no guide, or that nothing measures; and names without an SLO."""
    reached = check_order([rule.matchers for rule in rules.mapping], "mapping", reading)
    check_order([rule.matchers for rule in rules.guides], "guides", reading)
    _check_named(root, rules.objectives, reading)
    for slo, objective in rules.objectives.items():
        _check_reached(objective, rules, reached, reading)
        _check_guide(objective, rules, reading)
        if not objective.problem and objective.source not in slo_sources:
            problem = f"SLO {slo!r} is measured by the SLO source {objective.source!r}, which is not configured"
            reading.findings.error(objective.place, problem, _source_mend(slo_sources))


def check_doors(sources: Iterable[SourceConfig], listen_host: str, reading: Reading) -> None:
    """Note every source that anybody on the network could send to: authentication fails closed."""
    if is_loopback(listen_host):
        return
    for source in sources:
        if not source.auth.required:
            problem = f"source `{source.name}` has no authentication, and ROUTER_LISTEN is open to the network"
            mend = "set its `auth` (is the variable it names empty?), or listen on 127.0.0.1"
            reading.error(("sources", source.name), problem, mend, key=True)


def _check_inhibition(rule: InhibitRule, where: Where, reading: Reading) -> None:
    if _covers(rule.source, rule.target) and _covers(rule.target, rule.source):
        problem = "this rule inhibits nothing: an alert that meets both sides is not inhibited by another that does"
        reading.doubt(where, problem, "make its source and its target different alerts, or remove it")
        return
    for side, matchers in (("source", rule.source), ("target", rule.target)):
        if not matchers:
            what = "every firing alert inhibits others" if side == "source" else "every other alert is inhibited"
            reading.doubt(where, f"this rule has no {side} matchers, so {what}", f"give it `{side}_matchers`")


def _check_mute_times(
    route: Route,
    where: Where,
    above: tuple[Matcher, ...],
    judged: Sequence[Sequence[Matcher]],
    reading: Reading,
) -> None:
    """Note every route below `where` that is quiet at times though alerts of SLOs can end in it."""
    matchers = (*above, *route.matchers)
    if any(_can_both_hold(matchers, each) for each in judged):
        mend = "leave it so if nobody has to act then, or keep alerts that an SLO judges out of this route"
        for key, words, names in (
            ("mute_time_intervals", "in", route.mute_times),
            ("active_time_intervals", "outside of", route.active_times),
        ):
            if names:
                listed = ", ".join(f"`{name}`" for name in names)
                reading.warn((*where, key), f"SLO pages of this route are silent {words} {listed}", mend, key=True)
    for index, child in enumerate(route.routes):
        _check_mute_times(child, (*where, "routes", index), matchers, judged, reading)


def _can_both_hold(one: Sequence[Matcher], other: Sequence[Matcher]) -> bool:
    """Return whether an alert may meet both, as far as that can be told."""
    return not (_rules_out(one, other) or _rules_out(other, one))


def _rules_out(known: Sequence[Matcher], wanted: Sequence[Matcher]) -> bool:
    exact = {each.label: each.value for each in known if each.operator is Operator.EQUAL}
    return any(each.label in exact and not each.matches(exact) for each in wanted)


def _covers(earlier: Sequence[Matcher], later: Sequence[Matcher]) -> bool:
    """Return whether every alert that meets `later` also meets `earlier`, as far as that can be told."""
    return all(any(_implies(known, wanted) for known in later) for wanted in earlier)


def _implies(known: Matcher, wanted: Matcher) -> bool:
    """Return whether a label that meets `known` always meets `wanted`."""
    if known.label != wanted.label:
        return False
    if known.operator is Operator.EQUAL:
        return wanted.matches({known.label: known.value})
    same = (known.operator, known.value) == (wanted.operator, wanted.value)
    return same or (wanted.operator is Operator.REGEX and wanted.value in (".*", "(.*)"))


def _check_named(root: Root, objectives: Mapping[str, Objective], reading: Reading) -> None:
    for index, section in enumerate(root.mapping):
        for number, name in enumerate(section.slos):
            if not any(slo in objectives for slo in objectives_named(name, objectives)):
                problem = f"no SLO {name!r} is loaded, so its alerts are forwarded unjudged"
                known = ", ".join(sorted(objectives)[:5])
                mend = f"loaded are: {known}" if known else "name its file under `slos`"
                reading.warn(("mapping", index, "slos", number), problem, mend)


def _check_reached(objective: Objective, rules: Rules, reached: Sequence[bool], reading: Reading) -> None:
    named = [live for rule, live in zip(rules.mapping, reached, strict=True) if objective.id in rule.slos]
    if not any(named):
        problem = f"no mapping reaches SLO {objective.id!r}: no alert is judged by it"
        mend = f"add to `mapping` in {reading.document.file}: a rule with `slos: [{objective.id}]`"
        reading.findings.warn(objective.place, problem, mend)


def _check_guide(objective: Objective, rules: Rules, reading: Reading) -> None:
    """Note an SLO whose alerts would wake people without telling them what to do."""
    alerts = [rule.matchers for rule in rules.mapping if objective.id in rule.slos]
    guided = any(_covers(guide.matchers, matchers) for guide in rules.guides for matchers in alerts)
    if not objective.hints.guide and not guided:
        problem = f"SLO {objective.id!r} has no guide: whoever is woken is not told what to do"
        mend = "annotate it with `alert-router/guide: https://...`, or add a rule to `guides`"
        reading.findings.warn(objective.place, problem, mend)


def _source_mend(slo_sources: Mapping[str, SloSourceConfig]) -> str:
    known = ", ".join(slo_sources)
    return f"known are {known}; or add it to `slo_sources`" if known else "add it to `slo_sources`"
