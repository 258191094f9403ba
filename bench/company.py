"""A company's past, made up: 200 rules of 50 services, eight alerts each, and 12 SLOs that are threatened now and then.

Nothing in it is planted to be found: it is as large as a real one, of ten labels and three annotations an alert, a few
loud rules and many quiet ones, people who answer every other page.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

import orjson

from router.alert import fingerprint_of
from router.gate import Outcome
from router.incident import Deed
from router.noise.threats import stretches
from router.noise.values import Heard
from router.slo.objective import DAY_S, PERIOD, WINDOWS, Count, Snapshot
from router.slo.verdict import Verdict
from router.state.deeds import Did
from router.state.history import minutes
from router.state.history.days import start_of
from router.state.history.stories import Fate, Story

RULES, SERVICES, SLOS, TEAMS, PODS = 200, 50, 12, 11, 8
COVERED = 40
"""Services that an SLO covers; the others are unmapped."""
S = 1_000_000
EPISODE = 1_800 * S
_LETTERS = "bcdfghjklmnpqrstvwxz2456789"
_SPOKEN = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_COVERED_FATES = (
    (Outcome.DROP, "never_threatened", 72), (Outcome.PAGE, "threat_page", 4), (Outcome.TICKET, "threat_ticket", 4),
    (Outcome.FORWARD, "held_too_long", 6), (Outcome.MERGE, "joined", 10), (Outcome.SUPPRESS, "silence", 4),
)  # fmt: skip
_OTHER_FATES = ((Outcome.FORWARD, "unmapped", 45), (Outcome.MERGE, "joined", 50), (Outcome.SUPPRESS, "silence", 5))
TOLD = frozenset({Outcome.PAGE, Outcome.TICKET, Outcome.FORWARD})
QUIET_DAYS = 4
"""Different days of each SLO without a threat."""
_LASTS_S = (20, 45, 130, 700, 2_000, 6_000)


def slo_name(number: int) -> str:
    """Return the id of an SLO."""
    return f"journey-{number:02d}-availability"


def service_name(number: int) -> str:
    """Return the name of a service."""
    return f"service-{number:02d}"


def team_name(number: int) -> str:
    """Return the name of a receiver."""
    return f"team-{number:02d}"


@dataclass(frozen=True, slots=True)
class _Alert:
    rule: str
    service: int
    fingerprint: str
    labels: bytes


@cache
def _alerts() -> tuple[tuple[_Alert, ...], ...]:
    """Return the alerts of every rule."""
    rnd = random.Random(20_261_124)
    return tuple(tuple(_alert(rule, rnd) for _ in range(PODS)) for rule in range(RULES))


def _alert(number: int, rnd: random.Random) -> _Alert:
    place = number % SERVICES
    service, rule = service_name(place), f"Service{place:02d}Rule{number:03d}TooHigh"
    labels = {
        "alertname": rule, "service": service, "severity": "warning", "team": team_name(place % TEAMS),
        "namespace": f"prod-{service}", "cluster": "prod-1", "region": "ap-northeast-1", "job": f"{service}-api",
        "pod": f"{service}-{''.join(rnd.choices(_LETTERS, k=15))}",
        "instance": f"10.{rnd.randint(0, 255)}.{rnd.randint(0, 255)}.7:9090",
    }  # fmt: skip
    packed = orjson.dumps(labels, option=orjson.OPT_SORT_KEYS)
    return _Alert(rule, place, fingerprint_of("alertmanager", None, labels), packed)


@cache
def _weights() -> tuple[float, ...]:
    """A tenth of the rules make a third of the firings."""
    return tuple(1 / (10 + number) for number in range(RULES))


def threat_of(slo: int, day: date) -> tuple[int, int] | None:
    """Return from when to when an SLO is threatened on a day (seconds of the day); about once in ten days."""
    rnd = random.Random(slo * 100_003 + day.toordinal())
    if rnd.random() > 0.1:
        return None
    begin = rnd.randrange(3_600, 75_000) // 60 * 60
    return begin, begin + rnd.randrange(10, 120) * 60


def day_of_firings(day: date, count: int) -> Iterator[Story]:
    """Yield the firings that begin on a UTC day, in no order."""
    rnd, start = random.Random(day.toordinal()), start_of(day)
    threats = [threat_of(slo, day) for slo in range(SLOS)]
    rules = rnd.choices(_alerts(), _weights(), k=count)
    for alerts in rules:
        yield _story(rnd.choice(alerts), start, threats, rnd)


def _story(alert: _Alert, day_start: int, threats: list[tuple[int, int] | None], rnd: random.Random) -> Story:
    covered = alert.service < COVERED
    began = day_start + rnd.randrange(86_400_000) * 1_000
    accepted, ended = began + rnd.randrange(30 * S), began + rnd.choice(_LASTS_S) * S + rnd.randrange(20 * S)
    fates = _COVERED_FATES if covered else _OTHER_FATES
    [(outcome, reason, _)] = rnd.choices(fates, [weight for *_, weight in fates])
    fate = Fate(outcome, reason, None, team_name(alert.service % TEAMS), 10.0, bool(alert.service % 3))
    slo = alert.service % SLOS
    return Story(
        ("alertmanager", alert.rule), alert.fingerprint, _incident(alert, began), began, accepted, ended,
        accepted + 10 * S + rnd.randrange(S) if outcome in TOLD else None, fate, alert.labels,
        _annotations(alert, rnd),
        (_heard(slo, threats[slo], day_start, (began, ended)),) if covered else (),
    )  # fmt: skip


def _incident(alert: _Alert, began: int) -> str:
    """Return an id: each rule's firings of one half hour are an incident."""
    number = random.Random(f"{alert.rule}@{began // EPISODE}").getrandbits(30)
    return "E-" + "".join(_SPOKEN[number >> 5 * place & 31] for place in range(6))


def _annotations(alert: _Alert, rnd: random.Random) -> bytes:
    service = service_name(alert.service)
    return orjson.dumps({
        "description": f"{alert.rule} has been above its threshold for five minutes in prod-{service}.",
        "runbook_url": f"https://guides.example.com/{service}/{alert.rule}",
        "summary": f"{alert.rule} of {service} is {rnd.random() * 9:.2f}%",
    })  # fmt: skip


def _heard(slo: int, threat: tuple[int, int] | None, day_start: int, span: tuple[int, int]) -> Heard:
    if threat is not None:
        begin, end = (day_start + each * S for each in threat)
        if begin <= span[1] and end >= span[0]:
            return Heard(slo_name(slo), Verdict.THREAT_PAGE, max(begin, span[0]) / S, min(end, span[1]) / S)
    return Heard(slo_name(slo), Verdict.NO_THREAT)


def acts_on(stories: list[Story], day: date) -> dict[str, list[Did]]:
    """Return what people did about firings that they were told of: every other page is answered after some minutes."""
    rnd = random.Random(-day.toordinal())
    found: dict[str, list[Did]] = {}
    for story in stories:
        if story.told is not None and rnd.random() < 0.5:
            deed = rnd.choice((Deed.ACKNOWLEDGE, Deed.ACKNOWLEDGE, Deed.GUIDE))
            found.setdefault(story.incident, []).append(Did(deed, story.told / S + rnd.randrange(20, 900), "Sato"))
    return found


# --- SLO minutes


def slo_day(slo: int, day: date) -> dict[bytes, bytes]:
    """Return an SLO's UTC day as it is stored when it is over: its minutes and what is summed up of them."""
    threat, start = threat_of(slo, day), start_of(day) / S
    kind = day.toordinal() % QUIET_DAYS
    rows, packed = _quiet(slo, kind) if threat is None else _rows(slo, kind, threat)
    samples = minutes.samples(rows, start)
    return {
        minutes.MINUTES: packed,
        minutes.STRETCHES: minutes.pack_stretches(stretches(samples)),
        minutes.ENDS: minutes.pack_ends(minutes.quarters(samples), start),
        minutes.REV: b"1440",
        minutes.PACKED: b"1",
    }


_Day = tuple[list[minutes.Row], bytes]


@cache
def _quiet(slo: int, kind: int) -> _Day:
    return _rows(slo, kind, None)


def _rows(slo: int, kind: int, threat: tuple[int, int] | None) -> _Day:
    """Return a day's rows; the rates change a little from minute to minute, as measured ones do."""
    rnd = random.Random(slo * 31 + kind)
    rows, left = [], 0.8
    for minute in range(1_440):
        at = minute * 60.0 + 7.3
        bad_now = threat is not None and threat[0] <= at < threat[1]
        left -= 0.002 if bad_now else 0.00001
        verdict = Verdict.THREAT_PAGE if bad_now else Verdict.NO_THREAT
        rows.append(minutes.row_of(_snapshot(rnd, at, bad=bad_now), verdict, "", left, at))
    return rows, minutes.pack_day(rows)


def _snapshot(rnd: random.Random, at: float, *, bad: bool) -> Snapshot:
    rate = 0.02 if bad else 0.0002
    windows = {}
    for name, length_s in (*WINDOWS.items(), (PERIOD, 30 * DAY_S)):
        apart = (60.0 / length_s) ** 0.5  # long windows move less from minute to minute
        total = round(length_s * 300 * rnd.uniform(1 - 0.02 * apart, 1 + 0.02 * apart))
        windows[name] = Count(round(total * rate * rnd.uniform(1 - 0.1 * apart, 1 + 0.1 * apart)), total)
    return Snapshot("", at - 4.0, windows, 15.0, 15.0)


def days_before(last: date, count: int) -> list[date]:
    """Return so many days that end with `last`, in order."""
    return [last - timedelta(number) for number in range(count - 1, -1, -1)]
