"""What looks like a wolf and is none: each would be accused by a definition that is a little off."""

from collections.abc import Sequence

from tests.support.company_month import roles
from tests.support.company_month.company import SLOS, Rule
from tests.support.company_month.days import DAY, END, HOUR, MINUTE, WEEKS, at
from tests.support.company_month.planting import BIN, NO_FACTS, Facts, Planter
from tests.support.company_month.roles import Role
from tests.support.company_month.wolves import one

TRAPPED = frozenset({4, 8, 9, 10, 11, 12, 21, 22, 23, 40, 60, 61, 62, 110})
"""Numbers of the rules that get nothing but what stands here and around the threats."""
WEB_FLOOD = at(0, "thu", "20:00")
PLATFORM_FLOOD = at(2, "tue", "15:10")
TEN = at(1, "thu", "13:00")
SUPPRESSED = at(2, "mon", "11:20")
DRILLED = at(1, "tue", "08:40")


def close_places(planter: Planter) -> None:
    """Keep everything else out of the times of the floods and of what nearly is one; before anything is planted."""
    for team, first, count in (
        ("web", WEB_FLOOD, 5),
        ("platform", PLATFORM_FLOOD, 3),
        ("payments", TEN, 2),
        ("payments", SUPPRESSED, 2),
        ("data", DRILLED, 2),
    ):
        planter.closed |= {(team, first // BIN + number) for number in range(-1, count)}


def plant_traps(planter: Planter, rules: Sequence[Rule]) -> None:
    _precise(planter, rules)
    _few(planter, rules)
    _floods(planter, rules)
    _no_floods(planter, rules)
    _blind(planter, rules)
    _drills(planter, rules)
    _living(planter, rules)
    _reports(planter, rules)


def _many(planter: Planter, rule: Rule, week: int, count: int, role: Role) -> None:
    for _ in range(count):
        one(planter, rule, week, planter.random.randint(20, 70) * MINUTE + 3, role)


def _precise(planter: Planter, rules: Sequence[Rule]) -> None:
    """Many wolves, but two firings of ten (or of nineteen) were real; and one marked as a wolf that was half right."""
    _many(planter, rules[8], 0, 8, roles.WOLF)
    _many(planter, rules[9], 0, 17, roles.WOLF)
    _many(planter, rules[10], 0, 2, roles.WOLF)
    _many(planter, rules[10], 0, 3, roles.ACTED)
    _many(planter, rules[22], 0, 1, roles.WOLF_ANSWERED)


def _few(planter: Planter, rules: Sequence[Rule]) -> None:
    """Two a week are too few, however many others a person opened the guide of, or were merged or silenced."""
    for week in range(len(WEEKS)):
        _many(planter, rules[12], week, 1, roles.WOLF)
        _many(planter, rules[12], week, 1 if week else 0, roles.CAUGHT)
        _many(planter, rules[12], week, 6, roles.GUIDED)
        _many(planter, rules[23], week, 2, roles.WOLF)
        _many(planter, rules[23], week, 9, roles.SUPPRESSED)
        _many(planter, rules[23], week, 2, roles.REAL)
    # Two before and two after Monday 00:00 in Tokyo: one week of UTC, two of the company's.
    for number, (week, day, time) in enumerate(
        ((1, "sun", "19:10:12"), (1, "sun", "20:10:12"), (2, "mon", "03:10:12"), (2, "mon", "07:10:12"))
    ):
        planter.plant(rules[21], rules[21].fingerprints[number], at(week, day, time), 1_234, roles.CAUGHT)


def _crowd(planter: Planter, begin: int, plan: Sequence[tuple[Rule, Role]], facts: Facts = NO_FACTS) -> None:
    """Firings of one alert each within ten minutes."""
    for number, (rule, role) in enumerate(plan):
        start = begin + 11 + number * (BIN - 40) // len(plan)
        alert = next(each for each in rule.fingerprints if planter.alert_is_free(each, start, 40 * MINUTE))
        planter.plant(rule, alert, start, 25 * MINUTE + number, role, facts)


def _floods(planter: Planter, rules: Sequence[Rule]) -> None:
    """Fourteen, seven, six and then four of web; wolves in there accuse nobody. Twelve of platform, and then two.

    A flood begins with the ten minutes of more than ten and ends with those of fewer than five: both belong to it.
    """
    flood = Facts(flood=True)
    wolf, other = (rules[60], roles.WOLF), [(each, roles.ACTED) for each in rules[63:72]]
    _crowd(planter, WEB_FLOOD, [wolf] * 4 + [(rules[61], roles.WOLF), *other], flood)
    _crowd(planter, WEB_FLOOD + BIN, [wolf, *other[:6]], flood)
    _crowd(planter, WEB_FLOOD + 2 * BIN, [wolf, *other[:5]], flood)
    _crowd(planter, WEB_FLOOD + 3 * BIN, other[:4], flood)
    _crowd(planter, WEB_FLOOD + 4 * BIN, other[4:6])
    _many(planter, rules[61], 0, 2, roles.WOLF)
    noise = [(each, roles.IGNORED) for each in rules[150:162]]
    _crowd(planter, PLATFORM_FLOOD, noise, flood)
    _crowd(planter, PLATFORM_FLOOD + BIN, noise[:2], flood)
    for week, team in ((0, "web"), (2, "platform")):
        planter.truth.teams[WEEKS[week], team].floods += 1
        planter.truth.teams[WEEKS[week], ""].floods += 1


def _no_floods(planter: Planter, rules: Sequence[Rule]) -> None:
    """Ten are no flood, nor are eight with six that were kept quiet, nor nine with five of a drill."""
    acted = [(each, roles.ACTED) for each in rules[41:51]]
    _crowd(planter, TEN, acted)
    _crowd(planter, SUPPRESSED, acted[:8] + [(each, roles.SUPPRESSED) for each in rules[51:57]])
    data = [(each, roles.ACTED) for each in rules[111:120]]
    _crowd(planter, DRILLED, data)
    _crowd(planter, DRILLED, [(rules[110], roles.WOLF)] * 5, Facts(drill=True))


def _blind(planter: Planter, rules: Sequence[Rule]) -> None:
    """While an SLO is unknown nobody can judge: ignored, and no wolf without a mark."""
    begin = at(1, "sun", "23:20")
    for number in range(6):
        start = begin + (10 + number * 12) * MINUTE + 21
        planter.plant(rules[62], rules[62].fingerprints[number], start, 7 * MINUTE, roles.BLIND)
    for week in (1, 2):
        _many(planter, rules[62], week, 2, roles.CAUGHT)
    begin = at(0, "fri", "11:00")
    for number in range(4):
        planter.plant(rules[110], rules[110].fingerprints[number], begin + number * 240 + 33, 30 * MINUTE, roles.BLIND)
    begin = at(2, "thu", "20:00")
    planter.plant(rules[40], rules[40].fingerprints[0], begin + 99, 5 * MINUTE, roles.BLIND)
    planter.plant(rules[40], rules[40].fingerprints[1], begin + 199, 20 * MINUTE, roles.BLIND_ACTED)
    begin = at(3, "tue", "04:00")
    planter.plant(rules[4], rules[4].fingerprints[0], begin + 333, 20 * MINUTE, roles.BLIND_ACTED)
    planter.plant(rules[3], rules[3].fingerprints[10], begin + 633, 20 * MINUTE, roles.WOLF_UNJUDGED)


def _drills(planter: Planter, rules: Sequence[Rule]) -> None:
    """Told, and nobody acted on them: they count nowhere."""
    drill = Facts(drill=True)
    for week in range(len(WEEKS)):
        for number in range(6):
            rule = rules[12] if number < 4 else rules[23]
            alert, start = rule.fingerprints[7], at(week, "wed", f"{20 - number}:15:30")
            planter.plant(rule, alert, start, 2 * MINUTE, roles.WOLF, drill)


def _living(planter: Planter, rules: Sequence[Rule]) -> None:
    """What fires still when the month ends, and what lasts for more than a day."""
    planter.plant(rules[40], rules[40].fingerprints[5], at(3, "sun", "21:00:21"), None, roles.HELD)
    planter.plant(rules[41], rules[41].fingerprints[6], at(3, "sun", "19:00:21"), None, roles.ACTED)
    planter.plant(rules[42], rules[42].fingerprints[6], at(3, "wed", "19:00:21"), None, roles.ACTED)
    planter.plant(rules[43], rules[43].fingerprints[6], at(1, "wed", "19:00:21"), 30 * HOUR, roles.ACTED)
    planter.plant(rules[40], rules[40].fingerprints[6], at(1, "mon", "10:00:21"), DAY + 99, roles.SUPPRESSED)
    # The newest time in the file lies after the end of the month: its last week is over.
    planter.plant(
        rules[44],
        rules[44].fingerprints[6],
        at(3, "sun", "23:40:21"),
        END - at(3, "sun", "23:40:21") + 607,
        roles.ACTED,
        Facts(ack_after=400),
    )
    # One incident of two firings, both told with the same message: one mark, two wolves.
    first = planter.plant(rules[3], rules[3].fingerprints[9], at(0, "tue", "12:00:21"), 3_000, roles.WOLF_ANSWERED)
    planter.plant(
        rules[3], rules[3].fingerprints[8], at(0, "tue", "12:00:26"), 3_000, roles.WOLF_ANSWERED, incident=first
    )


def _reports(planter: Planter, rules: Sequence[Rule]) -> None:
    """A person says that it should have paged: of a firing that was dropped, and without any firing."""
    for rule, week in ((rules[101], 3), (rules[38], 1)):
        start = planter.free(rule, week, 20 * MINUTE)
        planter.plant(rule, planter.alert(rule, start, 1_200) or "", start, 1_201, roles.CAUGHT, Facts(reported=True))
    for week, slo in ((1, SLOS[5]), (3, SLOS[11])):
        planter.records.append(_report(at(week, "sat", "10:10:10"), slo.id))
        planter.truth.reports_without_firing[WEEKS[week]] += 1
        planter.truth.slos[WEEKS[week], slo.id].reported_misses += 1


def _report(instant: int, slo: str) -> dict[str, object]:
    nothing = dict.fromkeys(
        ("rule", "outcome", "reason", "would", "notified_at", "acknowledged_at", "acknowledged_by", "guide_opened_at")
    )
    return nothing | {
        "source": "slo",
        "fingerprint": "",
        "labels": {},
        "annotations": {"text": "Customers called us"},
        "started_at": instant,
        "ended_at": instant,
        "incident": "",
        "receiver": "",
        "group_wait_s": 0,
        "guide": False,
        "human_verdict": None,
        "wolf_reason": None,
        "missed_report": True,
        "slos": [{"id": slo, "worst_verdict": "no_threat", "threatened_from": None, "threatened_to": None}],
    }
