"""The fifteen wolves: three of each of five kinds, in all four weeks, with a real firing here and there.

Each of the first twelve has every week one firing that a person called real, and one in a page-tier threat of the first
week: deleting or demoting the rule would hide those, so only the remedy of its kind is right.
"""

from collections.abc import Sequence

from tests.support.company_month import roles
from tests.support.company_month.company import Rule
from tests.support.company_month.days import BASE, DAY, HOUR, MINUTE, WEEK, WEEKS
from tests.support.company_month.planting import NO_FACTS, Facts, Planter
from tests.support.company_month.roles import Role
from tests.support.company_month.schedule import watches
from tests.support.company_month.truth import Wolf

LONGER, SPLIT, MERGE = frozenset({"longer_for"}), frozenset({"split"}), frozenset({"merge"})
USELESS = frozenset({"delete", "demote"})
WEEK_NUMBERS = range(len(WEEKS))


def plant_wolves(planter: Planter, rules: Sequence[Rule]) -> None:
    """Rules 0 to 11 are SLO 0's, 12 to 23 SLO 1's, 108 to 143 those of the last three SLOs."""
    for rule, told in ((rules[0], roles.WOLF_PAGE), (rules[1], None), (rules[13], None)):
        _accuse(planter, rule, "fleeting", LONGER)
        for week in WEEK_NUMBERS:
            _fleeting(planter, rule, week, told)
    for rule, told in ((rules[2], None), (rules[14], roles.WOLF_TICKET), (rules[15], None)):
        _accuse(planter, rule, "chattering", LONGER)
        for week in WEEK_NUMBERS:
            _chattering(planter, rule, week, told)
    for rule in (rules[3], rules[5], rules[16]):
        _accuse(planter, rule, "namespace", SPLIT, "namespace=batch")
        for week in WEEK_NUMBERS:
            _namespace(planter, rule, week, exact=rule is rules[5] and week == 0)
    for rule, twin in ((rules[6], rules[7]), (rules[17], rules[18]), (rules[19], rules[20])):
        _accuse(planter, rule, "twin", MERGE, f"{twin.source}/{twin.name}")
        for week in WEEK_NUMBERS:
            _twins(planter, rule, twin, week)
    for rule in (rules[108], rules[122], rules[136]):
        _accuse(planter, rule, "nightly", USELESS)
        for week in WEEK_NUMBERS:
            _nightly(planter, rule, week)


def _accuse(planter: Planter, rule: Rule, kind: str, remedies: frozenset[str], value: str = "") -> None:
    planter.truth.wolves.append(Wolf(rule.source, rule.name, kind, remedies, value))
    for week in WEEKS:
        planter.truth.accused[week].add(rule.key)


def short_role(week: int, told: Role | None) -> Role:
    """What becomes of a short firing that nobody needs: forwarded in shadow mode, dropped later; a burn alert tells."""
    return told or (roles.WOLF if week == roles.SHADOW_WEEK else roles.CAUGHT)


def real_one(planter: Planter, rule: Rule, week: int, told: Role | None = None, facts: Facts = NO_FACTS) -> None:
    """A long firing of the week that somebody needed."""
    role = {None: roles.REAL, roles.WOLF_PAGE: roles.REAL_PAGE, roles.WOLF_TICKET: roles.REAL_TICKET}[told]
    one(planter, rule, week, planter.random.randint(50, 80) * MINUTE + 13, role, facts)


def one(planter: Planter, rule: Rule, week: int, length: int, role: Role, facts: Facts = NO_FACTS) -> int:
    """A firing at any free place; what is held too long in enforce mode needs an hour of watch."""
    watch = role.in_week(week)[1] == "held_too_long"
    while True:
        start = planter.free(rule, week, length, watch=watch)
        alert = planter.alert(rule, start, length)
        if alert is not None:
            planter.plant(rule, alert, start, length, role, facts)
            return start


def _fleeting(planter: Planter, rule: Rule, week: int, told: Role | None) -> None:
    """Over within half a minute to two and a half; some come three within an hour."""
    role = short_role(week, told)
    for _ in range(70 + planter.random.randrange(20)):
        one(planter, rule, week, planter.random.randint(20, 150), role)
    for _ in range(6):
        offsets = (0, 11 * MINUTE, 27 * MINUTE)
        start = planter.free(rule, week, offsets[-1] + 100, starts=offsets)
        alert = planter.alert(rule, start, offsets[-1] + 100)
        for offset in offsets if alert else ():
            planter.plant(rule, alert or "", start + offset, 41 + offset % 50, role, Facts(flapping=True))
    real_one(planter, rule, week, told)


def _chattering(planter: Planter, rule: Rule, week: int, told: Role | None) -> None:
    """Three to five firings of one alert, 18 s apart; and pairs, which are no chattering."""
    role = short_role(week, told)
    for number in range(24):
        count = 3 + number % 3
        _burst(planter, rule, week, role, tuple(18 * each for each in range(count)), Facts(chattering=True))
    for _ in range(5):
        _burst(planter, rule, week, role, (0, 50), Facts())
    _burst(planter, rule, week, role, (0, 31, 65), Facts(flapping=True))
    real_one(planter, rule, week, told)


def _burst(planter: Planter, rule: Rule, week: int, role: Role, offsets: tuple[int, ...], facts: Facts) -> None:
    while True:
        start = planter.free(rule, week, offsets[-1] + 30, starts=offsets)
        alert = planter.alert(rule, start, offsets[-1] + 30)
        if alert is not None:
            break
    for offset in offsets:
        planter.plant(rule, alert, start + offset, planter.random.randint(8, 12), role, facts)


def _namespace(planter: Planter, rule: Rule, week: int, *, exact: bool) -> None:
    """The noise is all of one namespace; what the others raise is acted on. `exact`: 18 wolves of 20, and no more."""
    batch, shop = Facts(namespace="batch"), Facts(namespace="shop")
    if exact:
        # Two more are threatened (planted with the threat): a precision of 0.1 to the digit, which is still a wolf.
        for _ in range(18):
            one(planter, rule, week, _long(planter), roles.WOLF, batch)
        return
    for number in range(34 + planter.random.randrange(8)):
        one(planter, rule, week, _long(planter), roles.WOLF_ANSWERED if number == 3 else roles.WOLF, batch)
    for _ in range(4 if week else 0):
        one(planter, rule, week, _long(planter), roles.CAUGHT, batch)
    for _ in range(3):
        one(planter, rule, week, _long(planter), roles.ACTED, shop)
    real_one(planter, rule, week, None, shop)


def _long(planter: Planter) -> int:
    return planter.random.randint(40, 90) * MINUTE + planter.random.randrange(1, 50)


def _twins(planter: Planter, rule: Rule, twin: Rule, week: int) -> None:
    """Both fire together, of the same instance; people act on the twin, and nobody needs this one."""
    for number in range(16 + planter.random.randrange(5)):
        real = number == 0
        length = planter.random.randint(40, 90) * MINUTE + 11
        role, other = (roles.REAL, roles.REAL) if real else (roles.WOLF, roles.ACTED)
        _pair(planter, (rule, role), (twin, other), week, length)


def _pair(planter: Planter, rule: tuple[Rule, Role], twin: tuple[Rule, Role], week: int, length: int) -> None:
    while True:
        start = planter.free(twin[0], week, length, watch=week != roles.SHADOW_WEEK, starts=(0, 0))
        alert = planter.alert(twin[0], start, length)
        same = rule[0].fingerprints[twin[0].fingerprints.index(alert)] if alert else ""
        if alert and planter.alert_is_free(same, start, length + 10):
            break
    instance = Facts(instance=f"{twin[0].service}-{alert[3:]}")
    planter.plant(twin[0], alert, start, length, twin[1], instance)
    planter.plant(rule[0], same, start + 3, length - 2, rule[1], instance)


def _nightly(planter: Planter, rule: Rule, week: int) -> None:
    """A job of the night that takes too long, every night, for hours; never has anything come of it."""
    for night in range(7):
        for alert in rule.fingerprints[: 2 if night % 3 == 0 else 1]:
            length = 3 * HOUR + planter.random.randrange(1, 2 * HOUR)
            planter.plant(rule, alert, _night_place(planter, rule, week, night, length), length, roles.WOLF)
    if week == 1:
        start, told_after = _night_place(planter, rule, week, 2, DAY), DAY + 10
        planter.plant(rule, rule.fingerprints[5], start, DAY + 2 * HOUR, roles.WOLF_DAY, Facts(told_after=told_after))


def _night_place(planter: Planter, rule: Rule, week: int, night: int, length: int) -> int:
    """The first third of that hour between 01:00 and 04:00 (Tokyo) in which the SLO is at watch."""
    begin = BASE + week * WEEK + night * DAY
    hour = next(each for each in range(begin + HOUR, begin + 4 * HOUR, HOUR) if watches(rule.covers[0].number, each))
    while True:
        start = hour + planter.random.randint(1, 28) * MINUTE + planter.random.randint(7, 35)
        if planter.fits(rule, start, length):
            return start
