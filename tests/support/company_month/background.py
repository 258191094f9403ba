"""Everything else that fires in the month: answered pages, unmapped noise, silences, and what merged into them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from tests.support.company_month import roles
from tests.support.company_month.company import Rule
from tests.support.company_month.days import MINUTE, WEEKS
from tests.support.company_month.planting import Incident, Planter
from tests.support.company_month.roles import Role


@dataclass(frozen=True)
class Host:
    """A told firing that others can join while it lives."""

    rule: Rule
    start: int
    end: int
    incident: Incident


def plant_background(planter: Planter, ordinary: Sequence[Rule]) -> list[Host]:
    """Plant the weeks of the ordinary rules; of no rule more than two wolves and caught wolves in a week."""
    hosts: list[Host] = []
    for week in range(len(WEEKS)):
        for rule in ordinary:
            spare = 2 - planter.truth.rules[WEEKS[week], rule.key].accusing
            for role, count in _mapped(planter, spare) if rule.covers else _unmapped(planter):
                for _ in range(count):
                    _one(planter, rule, week, role, hosts)
    return hosts


def _mapped(planter: Planter, spare: int) -> tuple[tuple[Role, int], ...]:
    draw = planter.random.randint
    caught = draw(0, spare)
    return (
        (roles.ACTED, draw(2, 5)),
        (roles.GUIDED, draw(0, 1)),
        (roles.REAL, draw(0, 3) // 3),
        (roles.CAUGHT, caught),
        (roles.WOLF, draw(0, spare - caught)),
        (roles.SUPPRESSED, draw(2, 5)),
    )


def _unmapped(planter: Planter) -> tuple[tuple[Role, int], ...]:
    draw = planter.random.randint
    return (
        (roles.IGNORED, draw(5, 11)),
        (roles.UNMAPPED_ACTED, draw(1, 3)),
        (roles.UNMAPPED_REAL, draw(0, 3) // 3),
        (roles.UNMAPPED_SUPPRESSED, draw(1, 4)),
    )


def _one(planter: Planter, rule: Rule, week: int, role: Role, hosts: list[Host]) -> None:
    length = planter.random.randint(20, 200) * MINUTE + planter.random.randrange(1, 50)
    watch = role.in_week(week)[1] == "held_too_long"
    while True:
        start = planter.free(rule, week, length, watch=watch)
        alert = planter.alert(rule, start, length)
        if alert is not None:
            break
    incident = planter.plant(rule, alert, start, length, role)
    if incident.told_at is not None:
        hosts.append(Host(rule, incident.told_at, start + length, incident))


def plant_merged(planter: Planter, ordinary: Sequence[Rule], hosts: Sequence[Host], total: int) -> None:
    """Fill up to `total` firings with such as joined an incident that had been told already."""
    neighbours: dict[tuple[str, int], list[Rule]] = defaultdict(list)
    for rule in ordinary:
        neighbours[_group(rule)].append(rule)
    role = {True: roles.MERGED, False: roles.UNMAPPED_MERGED}
    while planter.truth.firings < total:
        host = planter.random.choice(hosts)
        rule = planter.random.choice(neighbours[_group(host.rule)])
        start = host.start + planter.random.randint(60, max(61, host.end - host.start - 60))
        start += planter.random.randint(7, 35) - start % MINUTE
        length = planter.random.choice((23, 45, 130, 400, 1_000, 2_000, 5_000)) + planter.random.randrange(15)
        alert = planter.alert(rule, start, length)
        if host.start < start < host.end and alert is not None and planter.fits(rule, start, length):
            planter.plant(rule, alert, start, length, role[bool(rule.covers)], incident=host.incident)


def _group(rule: Rule) -> tuple[str, int]:
    return rule.team, rule.covers[0].number if rule.covers else -1
