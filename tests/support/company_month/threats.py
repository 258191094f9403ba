"""The firings around the planned threats: who announced them, what was missed, the gap, and what only looks like it."""

from collections.abc import Sequence

from tests.support.company_month import roles
from tests.support.company_month.company import SLOS, Rule, gap_rule
from tests.support.company_month.days import HOUR, MINUTE, WEEKS, week_at
from tests.support.company_month.planting import Facts, Incident, Planter
from tests.support.company_month.roles import Role
from tests.support.company_month.schedule import BLIND, HOLES, PLANS, Plan, plan
from tests.support.company_month.truth import PlantedMiss

SHOP = "shop"


class Scene:
    """Plants firings by their distance to a threat's begin."""

    def __init__(self, planter: Planter, rules: Sequence[Rule], which: Plan) -> None:
        self._planter, self._rules, self._plan = planter, rules, which
        pages = [span.end for span in which.spans if span.verdict == "threat_page"]
        self._page_until = max(pages, default=0)

    def fire(
        self, rule: Rule | int, after_s: int, minutes: int, role: Role, *, alert: int = 11, **facts: object
    ) -> Incident:
        """`after_s` seconds after the begin, for so many minutes and 17 s; alerts count down from 11."""
        found = self._rules[rule] if isinstance(rule, int) else rule
        until = self._page_until if role.told and role.outcome != "forward" else 0
        incident = facts.pop("incident", None)
        return self._planter.plant(
            found,
            found.fingerprints[alert],
            self._plan.truth.start + after_s,
            minutes * MINUTE + 17,
            role,
            Facts(threat_until=until, **facts),  # type: ignore[arg-type]
            incident,  # type: ignore[arg-type]
        )


def plant_threats(planter: Planter, rules: Sequence[Rule]) -> None:
    for each in PLANS:
        planter.truth.slos[WEEKS[week_at(each.truth.start)], each.truth.slo].threats.append(each.truth)
    for span in BLIND + tuple(span for each in PLANS for span in each.spans if span.verdict == "unknown"):
        _blind(planter, SLOS[span.slo].id, span.start, span.end)
    for span in HOLES:
        # From the last snapshot before it to the first one after it.
        planter.truth.slos[WEEKS[week_at(span.start)], SLOS[span.slo].id].unmeasured_s += span.end - span.start + MINUTE
    for act in (_first_week, _third, _fourth, _fifth, _sixth, _gap, _silenced):
        act(planter, rules)


def _blind(planter: Planter, slo: str, start: int, end: int) -> None:
    """Minutes count in the week in which they lie."""
    for minute in range(start, end, MINUTE):
        planter.truth.slos[WEEKS[week_at(minute)], slo].blind_s += MINUTE


def _first_week(planter: Planter, rules: Sequence[Rule]) -> None:
    """Two threats; most wolves of their SLOs have a real firing in them."""
    scene = Scene(planter, rules, plan("T1"))
    first = scene.fire(4, -187, 40, roles.PAGE)
    scene.fire(4, 400, 20, roles.THREAT_MERGED, alert=10, incident=first)
    scene.fire(0, 130, 62, roles.BURN_PAGE)
    for rule, after_s in ((1, 400), (2, 700), (6, 1_500), (7, 1_497)):
        scene.fire(rule, after_s, 45, roles.PAGE, instance="cart-7" if rule in (6, 7) else "")
    for rule, after_s, alert in ((3, 900, 11), (5, 1_000, 11), (5, 1_300, 10)):
        scene.fire(rule, after_s, 50, roles.PAGE, alert=alert, namespace=SHOP)
    for rule, after_s in ((8, 1_900), (8, 2_000), (9, 2_500), (9, 2_600)):
        scene.fire(rule, after_s, 30, roles.PAGE, alert=10 if after_s in (2_000, 2_600) else 11)
    scene.fire(10, 3_100, 20, roles.PAGE_DISPUTED)
    scene.fire(11, 3_700, 35, roles.PAGE_UNANSWERED)
    scene = Scene(planter, rules, plan("T2"))
    scene.fire(12, 243, 30, roles.PAGE)
    for rule, after_s in ((13, 320), (14, 670), (15, 700), (17, 1_303), (18, 1_300), (19, 1_903), (20, 1_900)):
        twin = {17: "suggest-5", 18: "suggest-5", 19: "suggest-9", 20: "suggest-9"}.get(rule, "")
        scene.fire(rule, after_s, 45, roles.PAGE, instance=twin)
    scene.fire(16, 2_500, 40, roles.PAGE, namespace=SHOP)
    scene.fire(22, 2_600, 20, roles.PAGE)


def _third(planter: Planter, rules: Sequence[Rule]) -> None:
    scene = Scene(planter, rules, plan("T3"))
    # Held until the threat began, and told as a ticket then.
    scene.fire(24, -605, 50, roles.TICKET, told_after=625)
    # It fires before the one that announces, but people were told only when the threat was over.
    scene.fire(25, -1_205, 160, roles.TICKET_BLIND, told_after=1_205 + 2 * HOUR + 305)
    scene.fire(26, 6_605, 40, roles.TICKET_BLIND)
    scene.fire(34, 1_805, 30, roles.TICKET)
    _miss(planter, rules[27], plan("T3"), (-2_405, 20), roles.HELD)
    # Let go more than half an hour before; of an SLO that is not threatened; kept quiet by a silence.
    scene.fire(32, -3_605, 29, roles.CAUGHT)
    scene.fire(36, -905, 5, roles.CAUGHT)
    scene.fire(33, -905, 5, roles.SUPPRESSED)


def _miss(planter: Planter, rule: Rule, which: Plan, place: tuple[int, int], role: Role) -> None:
    """A firing that was let go shortly before the threat."""
    after_s, minutes = place
    incident = Scene(planter, [rule], which).fire(0, after_s, minutes, role, missed=True)
    start = which.truth.start + after_s
    let_go = start + minutes * MINUTE + 17
    miss = PlantedMiss(rule.source, rule.name, incident.id, which.truth.slo, start, let_go, which.truth.start)
    planter.truth.misses[WEEKS[week_at(start)]].append(miss)


def _fourth(planter: Planter, rules: Sequence[Rule]) -> None:
    """Across the end of the week: what fires after midnight belongs to the next one, the threat does not."""
    scene = Scene(planter, rules, plan("T4"))
    first = scene.fire(4, -66, 50, roles.PAGE, told_after=86, held=True)
    scene.fire(0, 200, 30, roles.BURN_PAGE)
    scene.fire(8, 305, 40, roles.PAGE)
    scene.fire(8, 905, 20, roles.THREAT_MERGED, alert=10, incident=first)
    scene.fire(11, 40 * MINUTE + 9, 25, roles.PAGE)


def _fifth(planter: Planter, rules: Sequence[Rule]) -> None:
    """Two spans that are one threat; what fires between them is threatened, whatever was said at that minute."""
    scene = Scene(planter, rules, plan("T5"))
    first = scene.fire(48, 95, 15, roles.PAGE)
    scene.fire(52, 305, 8, roles.THREAT_MERGED, incident=first)
    scene.fire(49, 26 * MINUTE + 5, 17, roles.BETWEEN, told_after=910)
    scene.fire(50, 50 * MINUTE + 5, 30, roles.TICKET)


def _sixth(planter: Planter, rules: Sequence[Rule]) -> None:
    """Announced by a firing that began in the week before, three seconds before midnight."""
    scene = Scene(planter, rules, plan("T6"))
    scene.fire(96, -303, 60, roles.TICKET, told_after=323)
    scene.fire(97, 605, 30, roles.TICKET)
    _miss(planter, rules[100], plan("T6"), (-2_705, 29), roles.CAUGHT)


def _gap(planter: Planter, rules: Sequence[Rule]) -> None:
    """Nothing fires but what the SLO raises itself, and a drill; another alert was over half an hour before."""
    scene = Scene(planter, rules, plan("gap"))
    scene.fire(gap_rule(), 75, 39, roles.GAP, alert=0)
    scene.fire(72, -3_605, 28, roles.CAUGHT)
    scene.fire(73, 605, 10, roles.WOLF_PAGE, drill=True)


def _silenced(planter: Planter, rules: Sequence[Rule]) -> None:
    scene = Scene(planter, rules, plan("silenced"))
    scene.fire(84, -125, 50, roles.THREAT_SILENCED)
    scene.fire(85, 305, 20, roles.THREAT_SILENCED)
    scene.fire(86, 905, 10, roles.WOLF_PAGE, drill=True)
