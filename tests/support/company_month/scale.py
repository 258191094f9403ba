"""One week with as many firings as asked for, to see how long a report takes. Nothing in it is planted to be found."""

from pathlib import Path

from tests.support.company_month import roles, slo_history
from tests.support.company_month.company import Rule, rules
from tests.support.company_month.days import BASE, DAY, MINUTE, WEEK, WEEKS
from tests.support.company_month.month import Month, lines
from tests.support.company_month.planting import Incident, Planter
from tests.support.company_month.roles import Role
from tests.support.company_month.setting import write_configuration

NUMBER = 1
"""Which of the four weeks."""
NAME = WEEKS[NUMBER]
_MAPPED = ((roles.MERGED, 50), (roles.WOLF, 15), (roles.CAUGHT, 12), (roles.ACTED, 15), (roles.SUPPRESSED, 8))
_UNMAPPED = ((roles.UNMAPPED_MERGED, 50), (roles.IGNORED, 30), (roles.UNMAPPED_ACTED, 15), (roles.UNMAPPED_REAL, 5))


def week_of(firings: int, folder: Path, seed: int = 7) -> Month:
    """Write the history of one week, the SLO history of it and the day before, and a configuration into a folder."""
    planter = Planter(seed)
    every = rules()
    open_incidents: dict[int, Incident] = {}
    for _ in range(firings):
        rule = planter.random.choice(every)
        _plant(planter, rule, open_incidents)
    made = Month(folder / "router.yaml", folder / "history.jsonl", folder / "slo-history.jsonl", planter.truth)
    # So many at once would all be one flood, which accuses nobody: here they are to be accused.
    write_configuration(folder, statistics={"flood_begins": 1_000})
    begin = BASE + NUMBER * WEEK
    with made.history.open("w", encoding="utf-8") as file:
        file.writelines(lines(planter.records))
    with made.slo_history.open("w", encoding="utf-8") as file:
        file.writelines(slo_history.lines(begin - DAY, begin + WEEK + MINUTE))
    return made


def _plant(planter: Planter, rule: Rule, open_incidents: dict[int, Incident]) -> None:
    role = _role(planter, rule)
    start = BASE + NUMBER * WEEK + planter.random.randrange(MINUTE, WEEK - 5 * MINUTE)
    length = planter.random.choice((17, 50, 130, 700, 2_000, 6_000)) + planter.random.randrange(40)
    alert = planter.random.choice(rule.fingerprints)
    joined = open_incidents.get(rule.number) if role.outcome == "merge" else None
    incident = planter.plant(rule, alert, start, length, role, incident=joined)
    if role.told:
        open_incidents[rule.number] = incident


def _role(planter: Planter, rule: Rule) -> Role:
    weighted = _MAPPED if rule.covers else _UNMAPPED
    [role] = planter.random.choices([each for each, _ in weighted], [weight for _, weight in weighted])
    return role
