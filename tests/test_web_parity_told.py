"""The router tells the same alerts in Slack as a real Alertmanager tells its webhook, with the same routes and rules.

Both run as processes and are given the same over API v2. What people get is read from the Slack stand-in.
"""

import json
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from router.testing import TOKEN, UNLIMITED, Channel, SlackStandIn
from tests.support.alertmanager import AlertmanagerServer
from tests.support.mute_cases import CASES as QUIET_CASES
from tests.support.mute_cases import RULES, ask, labels_of, run, send
from tests.support.parity import post_silences, write_router
from tests.support.service import RouterProcess
from tests.support.waiting import until
from tests.test_mute_parity_times import CASES as TIME_CASES
from tests.test_mute_parity_times import INTERVALS, route_of

CHANNELS = 24
"""The router sums up more than eight first messages a minute in a channel; here everything is told by itself."""
RECEIVERS = [f"r{number}" for number in range(CHANNELS)]
NAMED = re.compile(r"\bN\d{3}\b")


@dataclass
class Hook:
    """A webhook receiver that remembers of which alerts it was told that they fire, and which are over."""

    firing: set[str] = field(default_factory=set)
    over: set[str] = field(default_factory=set)
    url: str = ""

    async def __aenter__(self) -> "Hook":
        app = web.Application()
        app.router.add_post("/", self._take)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}/"
        return self

    async def _take(self, request: web.Request) -> web.Response:
        for alert in json.loads(await request.read())["alerts"]:
            known = self.firing if alert["status"] == "firing" else self.over
            known.add(alert["labels"]["alertname"])
        return web.Response()

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()


@dataclass
class Stage:
    """Both programs, and who is told by them."""

    router: RouterProcess
    slack: SlackStandIn
    copies: int
    """Alerts that are quiet where they count, and told by another route."""

    def told(self) -> set[str]:
        """Names of alerts that got a message in Slack."""
        return {name for post in self.slack.messages for name in NAMED.findall(post.text)}

    async def all_told(self) -> bool:
        """Whether the router has told every alert that it does not keep quiet."""
        _, alerts = await ask("GET", f"{self.router.url}/api/v2/alerts")
        quiet = sum(each["status"]["state"] == "suppressed" for each in alerts)
        return bool(alerts) and quiet + len(self.told()) == len(alerts) + self.copies


@dataclass(frozen=True)
class Told:
    """Names of the alerts that were told, by whom."""

    ours: set[str]
    theirs: set[str]


async def asked(
    folder: Path,
    shared: Mapping[str, Any],
    alerts: Sequence[Mapping[str, str]],
    *,
    silences: bool = False,
    copies: int = 0,
) -> Told:
    """Give both the same, and wait until all is told that ever will be."""
    written = "\n".join(f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in shared.items())
    async with AsyncExitStack() as stack:
        hook = await stack.enter_async_context(Hook())
        channels = [Channel(f"C0R{number}", f"r{number}") for number in range(CHANNELS)]
        slack = await stack.enter_async_context(SlackStandIn(time.time, channels=channels, rates=UNLIMITED))
        ours = [{"name": name, "slack": {"channel": f"C0{name.upper()}"}} for name in RECEIVERS]
        theirs = [{"name": name, "webhook_configs": [{"url": hook.url}]} for name in RECEIVERS]
        mine = f"sources: {{prometheus: {{type: alertmanager-api}}}}\n{written}\nreceivers: {json.dumps(ours)}\n"
        environment = {"SLACK_BOT_TOKEN": TOKEN, "SLACK_API_URL": slack.url}
        router = RouterProcess(write_router(folder, mine), folder / "data", **environment)
        reference = AlertmanagerServer(folder / "am", f"{written}\nreceivers: {json.dumps(theirs)}\n")
        await stack.enter_async_context(router)
        await stack.enter_async_context(reference)
        stage = Stage(router, slack, copies)
        for url in (router.url, reference.url):
            if silences:
                await post_silences(url)
            await send(url, alerts)
        last = [{"alertname": "Last", "case": "last", "nr": "0"}]
        await send(reference.url, last)
        await until(lambda: "Last" in hook.firing, "Alertmanager tells the last alert", 30)
        await send(reference.url, last, resolved=True)
        await until(lambda: "Last" in hook.over, "Alertmanager tells that the last alert is over", 30)
        await until(stage.all_told, "the router has told every alert that is not quiet", 60)
        slack.assert_clean()
        return Told(stage.told(), hook.firing)


def names(cases: Sequence[Any]) -> dict[Any, str]:
    """Return a name for each, by which it is found in a message."""
    return {case: f"N{number:03}" for number, case in enumerate(cases)}


# --- mute times of routes

TIMES = names([*TIME_CASES, "goes on"])


def _time_routes() -> list[Mapping[str, Any]]:
    routes = [route_of(name, case) for name, case in TIME_CASES.items()]
    quiet = {"matchers": ['case="goes on"'], "mute_time_intervals": ["in"], "continue": True, "group_by": ["nr"]}
    routes += [quiet, {"matchers": ['case="goes on"']}]
    return [{**route, "receiver": RECEIVERS[number % CHANNELS]} for number, route in enumerate(routes)]


@pytest.fixture(scope="module")
def times(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    tree = {"receiver": "r0", "group_by": ["case"], "group_wait": "0s", "group_interval": "1s"}
    shared = {
        "route": {**tree, "routes": _time_routes()},
        "time_intervals": [{"name": name, "time_intervals": spans} for name, spans in INTERVALS.items()],
    }
    alerts = [{"alertname": name, "case": case, "nr": "0"} for case, name in TIMES.items()]
    yield run(lambda: asked(tmp_path_factory.mktemp("times"), shared, alerts, copies=1))


@pytest.mark.parametrize("name", TIMES)
def test_a_route_tells_when_alertmanager_tells(times: Told, name: str) -> None:
    expected = TIME_CASES[name].told if name in TIME_CASES else True
    assert (TIMES[name] in times.ours) is (TIMES[name] in times.theirs) is expected


# --- silences and inhibition

ALERTS = names(
    [(name, nr) for name, case in QUIET_CASES.items() for nr in range(len(case.alerts)) if not case.resolved]
)


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """Every alert is a group of its own; group_wait is long enough for the sources to be known."""
    alerts = [
        {**labels_of(*key), "alertname": name, "slot": str(number % CHANNELS)}
        for number, (key, name) in enumerate(ALERTS.items())
    ]
    routes = [{"matchers": [f'slot="{number}"'], "receiver": name} for number, name in enumerate(RECEIVERS)]
    tree = {"receiver": "r0", "group_by": ["case", "nr"], "group_wait": "2s", "group_interval": "1s"}
    shared = {"route": {**tree, "routes": routes}, "inhibit_rules": json.loads(RULES)}
    yield run(lambda: asked(tmp_path_factory.mktemp("quiet"), shared, alerts, silences=True))


@pytest.mark.parametrize("key", ALERTS, ids=[f"{name} {nr}" for name, nr in ALERTS])
def test_the_same_alerts_are_told(quiet: Told, key: tuple[str, int]) -> None:
    case, (_, number), name = QUIET_CASES[key[0]], key, ALERTS[key]
    muted = number in case.silenced | case.inhibited
    assert (name in quiet.ours) is (name in quiet.theirs) is not muted


def test_there_is_something_to_compare() -> None:
    assert len(TIMES) >= 10
    assert len(ALERTS) >= 100
