"""A real Alertmanager with the same routes and time intervals tells the same alerts.

A version that is installed may not show what mutes a route, so it is asked by what it sends. Every interval is chosen
around the present moment, in a zone where it is about noon, so that no case sits at a boundary.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from aiohttp import web

from router.classify import Route, matching_routes
from router.config.load import load
from router.config.values import Config
from router.mute import muting_intervals
from tests.support.alertmanager import AlertmanagerServer
from tests.support.mute_cases import run, send
from tests.support.waiting import until

STARTED = datetime.now(UTC)
_HOURS = 12 - STARTED.hour - round(STARTED.minute / 60)
NOON = f"Etc/GMT{-_HOURS:+d}" if _HOURS else "Etc/GMT"
"""Where it is about noon now (the sign of these names is turned round)."""
LOCAL = STARTED + timedelta(hours=_HOURS)
MIDNIGHT = f"Etc/GMT{12 - _HOURS:+d}" if _HOURS >= 0 else f"Etc/GMT{-12 - _HOURS:+d}"
"""Where it is about midnight now."""
DAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
TODAY = LOCAL.isoweekday() % 7
LAST = ((LOCAL.replace(day=1) + timedelta(days=32)).replace(day=1) - timedelta(days=1)).day
FROM_END = LOCAL.day - LAST - 1
"""Today, counted from the end of the month."""


def at_noon(**conditions: Any) -> dict[str, Any]:
    """Return a span in the zone where it is about noon."""
    return {**conditions, "location": NOON}


def hours(begin: str, end: str) -> list[dict[str, str]]:
    """Return one part of a day."""
    return [{"start_time": begin, "end_time": end}]


def other(value: int, low: int, high: int) -> str:
    """Return a value that is not this one."""
    return str(value + 1 if value < high else low)


NOW_IS = at_noon(times=hours("06:00", "18:00"))
NOW_IS_NOT = at_noon(times=hours("18:00", "24:00"))
INTERVALS: dict[str, Sequence[Mapping[str, Any]]] = {
    "in": [NOW_IS],
    "out": [NOW_IS_NOT],
    "whole day": [{"times": hours("00:00", "24:00")}],
    "in hours of the night": [{"times": hours("06:00", "18:00"), "location": MIDNIGHT}],
    "in, of several times": [at_noon(times=[*hours("00:00", "05:00"), *hours("07:00", "20:00")])],
    "weekday": [at_noon(weekdays=[DAYS[TODAY]])],
    "weekdays from sunday": [at_noon(weekdays=[f"sunday:{DAYS[TODAY]}"])],
    "weekdays in capitals": [at_noon(weekdays=[DAYS[TODAY].upper()])],
    "another weekday": [at_noon(weekdays=[DAYS[(TODAY + 3) % 7]])],
    "day of the month": [at_noon(days_of_month=[str(LOCAL.day)])],
    "day of the month as a number": [at_noon(days_of_month=[LOCAL.day])],
    "from the first to today": [at_noon(days_of_month=[f"1:{LOCAL.day}"])],
    "another day of the month": [at_noon(days_of_month=[other(LOCAL.day, 1, 28)])],
    "day from the end of the month": [at_noon(days_of_month=[str(FROM_END)])],
    "from today to the end of the month": [at_noon(days_of_month=[f"{LOCAL.day if LOCAL.day < 28 else 1}:-1"])],
    "another day from the end": [at_noon(days_of_month=[str(FROM_END + 1 if FROM_END < -1 else -28)])],
    "more days than the month has": [at_noon(days_of_month=["1:31"])],
    "month by name": [at_noon(months=[f"{LOCAL:%B}".lower()])],
    "month by number": [at_noon(months=[LOCAL.month])],
    "months of the year": [at_noon(months=["january:december"])],
    "another month": [at_noon(months=[other(LOCAL.month, 1, 12)])],
    "year": [at_noon(years=[f"{LOCAL.year}:{LOCAL.year + 1}"])],
    "another year": [at_noon(years=[LOCAL.year + 2])],
    "all conditions": [at_noon(times=hours("06:00", "18:00"), weekdays=[DAYS[TODAY]], months=[LOCAL.month])],
    "all conditions but one": [at_noon(times=hours("06:00", "18:00"), weekdays=[DAYS[(TODAY + 3) % 7]])],
    "any of several ranges": [at_noon(weekdays=[DAYS[(TODAY + 3) % 7], DAYS[TODAY]])],
    "any of several spans": [NOW_IS_NOT, NOW_IS],
    "no span": [],
    "a span without conditions": [{}],
}


@dataclass(frozen=True)
class Case:
    """What one route names, and whether people are told. `below` is a child that takes the alert."""

    told: bool
    mute: Sequence[str] = ()
    active: Sequence[str] = ()
    below: Mapping[str, Any] = field(default_factory=dict)


QUIET = (
    "in", "whole day", "in, of several times", "weekday", "weekdays from sunday", "weekdays in capitals",
    "day of the month", "day of the month as a number", "from the first to today", "day from the end of the month",
    "from today to the end of the month", "more days than the month has", "month by name", "month by number",
    "months of the year", "year", "all conditions", "any of several ranges", "any of several spans",
    "a span without conditions",
)  # fmt: skip
CHILD = {"matchers": ['nr="0"']}
CASES = {
    **{f"mute: {name}": Case(name not in QUIET, mute=[name]) for name in INTERVALS},
    **{f"active: {name}": Case(name in QUIET, active=[name]) for name in ("in", "out", "weekday", "no span")},
    "no interval": Case(told=True),
    "mute: any of several": Case(told=False, mute=["out", "in"]),
    "active: any of several": Case(told=True, active=["out", "in"]),
    "active and mute": Case(told=False, mute=["in"], active=["weekday"]),
    "active, and not mute": Case(told=True, mute=["out"], active=["in"]),
    "a child does not inherit mute times": Case(told=True, mute=["in"], below=CHILD),
    "a child does not inherit active times": Case(told=True, active=["out"], below=CHILD),
    "a child has mute times of its own": Case(told=False, below={**CHILD, "mute_time_intervals": ["in"]}),
    "a child has active times of its own": Case(
        told=True, mute=["in"], below={**CHILD, "active_time_intervals": ["in"]}
    ),
}  # fmt: skip


def route_of(name: str, case: Case) -> dict[str, Any]:
    """Return the route of a case, as both programs read it."""
    times = {"mute_time_intervals": list(case.mute), "active_time_intervals": list(case.active)}
    children = [dict(case.below)] if case.below else []
    return {"matchers": [f'case="{name}"'], **{key: names for key, names in times.items() if names}, "routes": children}


ROUTES = [route_of(name, case) for name, case in CASES.items()]
GOES_ON = [
    {"matchers": ['case="goes on"'], "mute_time_intervals": ["in"], "continue": True},
    {"matchers": ['case="goes on"'], "group_by": ["case", "nr"]},
]
TREE = {"receiver": "hook", "group_by": ["case"], "group_wait": "0s", "group_interval": "1s"}
SHARED = "\n".join(
    (
        f"route: {json.dumps({**TREE, 'routes': [*ROUTES, *GOES_ON]})}",
        f"time_intervals: {json.dumps([{'name': n, 'time_intervals': spans} for n, spans in INTERVALS.items()])}",
    )
)


class Hook:
    """A webhook receiver that remembers which cases it was told of, and how often."""

    def __init__(self) -> None:
        self.told: dict[str, list[str]] = {}
        self.url = ""

    async def __aenter__(self) -> "Hook":
        app = web.Application()
        app.router.add_post("/", self._take)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}/"
        return self

    async def _take(self, request: web.Request) -> web.Response:
        body = json.loads(await request.read())
        self.told.setdefault(body["groupLabels"]["case"], []).append(body["status"])
        return web.Response()

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()


@dataclass(frozen=True)
class Answers:
    """What the real program told, and the configuration as the router reads it."""

    told: Mapping[str, Sequence[str]]
    ours: Config


async def asked(folder: Path) -> Answers:
    """Send one alert a case; what is told late would be told by the time its last alert is told to be over."""
    async with Hook() as hook:
        config = f"{SHARED}\nreceivers: [{{name: hook, webhook_configs: [{{url: '{hook.url}'}}]}}]\n"
        async with AlertmanagerServer(folder, config) as server:
            names = [*CASES, "goes on"]
            await send(server.url, [{"case": name, "nr": "0"} for name in names])
            await send(server.url, [{"case": "last", "nr": "0"}])
            await until(lambda: "last" in hook.told, "the last alert is told", 20)
            await send(server.url, [{"case": "last", "nr": "0"}], resolved=True)
            await until(lambda: "resolved" in hook.told["last"], "the last alert is told to be over", 20)
    return Answers(hook.told, ours_of(folder))


def ours_of(folder: Path) -> Config:
    """Return the same routes and intervals as the router reads them."""
    text = f"sources: {{a: {{type: alertmanager}}}}\n{SHARED}\nreceivers: [{{name: hook, slack: {{channel: C0}}}}]\n"
    (folder / "router.yaml").write_text(text, encoding="utf-8")
    return load(str(folder / "router.yaml"), {})


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Answers]:
    yield run(lambda: asked(tmp_path_factory.mktemp("alertmanager")))


def telling(config: Config, name: str) -> list[Route]:
    """Return the routes that tell an alert now."""
    routes = matching_routes(config.rules.route, {"case": name, "nr": "0"})
    at = datetime.now(UTC).timestamp()
    return [r for r in routes if not muting_intervals(r.mute_times, r.active_times, config.time_intervals, at)]


@pytest.mark.parametrize("name", CASES)
def test_the_same_alerts_are_told_as_by_alertmanager(answers: Answers, name: str) -> None:
    assert (name in answers.told) is CASES[name].told
    assert bool(telling(answers.ours, name)) is CASES[name].told


def test_a_route_that_goes_on_is_quiet_alone(answers: Answers) -> None:
    """The alert goes on to the next route, which tells it."""
    assert answers.told["goes on"] == ["firing"]
    assert len(telling(answers.ours, "goes on")) == 1


def test_the_zones_are_where_it_is_noon_and_midnight() -> None:
    assert 11 <= STARTED.astimezone(ZoneInfo(NOON)).hour <= 12
    assert STARTED.astimezone(ZoneInfo(MIDNIGHT)).hour in (23, 0)
