"""The main job with real programs: a shop, two Prometheus, an Alertmanager, amtool, and three routers side by side.

One router enforces, one runs in shadow mode, one is killed again and again; all see the same alerts. The run takes as
long as the page's short window (5 min) needs to clear: nothing in it waits for a fixed time.
"""

import asyncio
import json
import subprocess
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from router.state.connect import connect
from router.state.history import History
from router.state.scripts import Scripts
from router.testing.conservation import Balance, balance
from router.testing.firing import accepted, sender_fingerprint
from router.testing.slack import SlackStandIn
from router.testing.workspace import TOKEN, Message
from tests.support.alertmanager import AlertmanagerServer
from tests.support.company import (
    CAUSES,
    FAILURES,
    RULES,
    SECOND_RULES,
    alertmanager_config,
    past,
    prometheus_config,
    router_config,
)
from tests.support.programs import need
from tests.support.prometheus import PrometheusServer, free_port, plant
from tests.support.recorder import Recorder
from tests.support.service import RouterProcess
from tests.support.shop import Shop
from tests.support.waiting import until

pytestmark = pytest.mark.timeout(1_200)
MENTION = "<!subteam^S0SRE>"


@dataclass
class Watched:
    """One router with its own Slack, and a recorder before its door."""

    router: RouterProcess
    slack: SlackStandIn
    recorder: Recorder

    @property
    def roots(self) -> list[Message]:
        """The messages that stand in the channel itself."""
        return [message for message in self.slack.posts("C0SRE") if not message.thread_ts]

    def pages(self) -> list[Message]:
        """Root messages about the shop's SLO."""
        return [message for message in self.roots if "Shop availability" in message.text]

    def replies(self) -> list[Message]:
        """Everything in threads."""
        return [message for message in self.slack.posts("C0SRE") if message.thread_ts]

    async def records(self) -> list[dict[str, Any]]:
        """Every firing that the router knows, as in a history."""
        client = connect(f"unix://{(self.router.data / 'valkey.sock').resolve()}")
        records = await History(Scripts(client)).firings()
        await client.aclose()
        return records

    async def balance(self) -> Balance:
        """Whether everything that was accepted is accounted for."""
        records = await self.records()
        for record in records:
            record["fingerprint"] = sender_fingerprint(record["labels"])
        mine = [each for each in records if each["source"] not in ("slo", "router")]
        return balance(accepted(self.recorder.sent), mine, self.slack.messages)


@dataclass
class Company:
    """Everything that runs."""

    shop: Shop
    prometheus: PrometheusServer
    enforcing: Watched
    shadowing: Watched
    dying: Watched


@pytest.fixture
async def company(tmp_path: Path) -> AsyncIterator[Company]:
    async with AsyncExitStack() as stack:
        shop = await stack.enter_async_context(Shop())
        prometheus_port = free_port()
        url = f"http://127.0.0.1:{prometheus_port}"
        routers = [await _watched(stack, tmp_path / name, url, mode) for name, mode in _ROUTERS.items()]
        hooks = [f"http://127.0.0.1:{each.recorder.port}/webhook/alertmanager" for each in routers]
        alertmanager = await stack.enter_async_context(
            AlertmanagerServer(tmp_path / "alertmanager", alertmanager_config(hooks))
        )
        first = _prometheus(tmp_path / "first", RULES, shop.port, [f"127.0.0.1:{alertmanager.port}"], prometheus_port)
        first.data.mkdir(parents=True)
        await asyncio.to_thread(lambda: plant(first.data, past(shop.port, time.time())))
        await stack.enter_async_context(first)
        doors = [f"127.0.0.1:{each.recorder.port}" for each in routers]
        await stack.enter_async_context(_prometheus(tmp_path / "second", SECOND_RULES, shop.port, doors, free_port()))
        for each in routers:
            await stack.enter_async_context(each.router)
        yield Company(shop, first, *routers)


_ROUTERS = {"enforcing": "enforce", "shadowing": "shadow", "dying": "enforce"}


async def _watched(stack: AsyncExitStack, folder: Path, prometheus_url: str, mode: str) -> Watched:
    slack = await stack.enter_async_context(SlackStandIn(time.time, allow=[MENTION]))
    config = router_config(folder, prometheus_url, mode)
    router = RouterProcess(config, folder / "data", SLACK_BOT_TOKEN=TOKEN, SLACK_API_URL=slack.url)
    recorder = await stack.enter_async_context(Recorder(router.url, time.time))
    return Watched(router, slack, recorder)


def _prometheus(folder: Path, rules: str, shop: int, targets: list[str], port: int) -> PrometheusServer:
    folder.mkdir(parents=True)
    (folder / "rules.yml").write_text(rules, encoding="utf-8")
    return PrometheusServer(folder, prometheus_config(folder / "rules.yml", shop, targets), port)


async def test_the_main_job_from_causes_to_resolved_to_a_blind_slo(company: Company) -> None:
    await _causes_alone_stay_silent(company)
    await _errors_page_once(company)
    await _amtool_lists_the_alerts(company)
    await _errors_stop_and_the_message_says_so(company)
    await _without_prometheus_alerts_are_forwarded(company)
    await _everything_is_accounted_for(company)


def _switch_causes(company: Company, value: int) -> None:
    for name in company.shop.troubles:
        company.shop.troubles[name] = value


async def _causes_alone_stay_silent(company: Company) -> None:
    """(a) Causes alone, SLO healthy: held and watched, nothing in Slack; when they resolve they are drops."""
    router = company.enforcing.router
    for watched in (company.enforcing, company.shadowing, company.dying):
        await until(_measured(watched.router), "the SLO is measured", 60)
    _switch_causes(company, 1)
    await until(_metric_is(router, "alert_router_held_alerts", 3), "three causes are held", 60)
    assert company.enforcing.slack.messages == []
    _switch_causes(company, 0)
    await until(_dropped(router, 3), "the three causes are dropped", 120)
    assert company.enforcing.slack.messages == []
    await until(lambda: len(company.shadowing.roots) >= 1, "shadow mode forwards", 60)


async def _errors_page_once(company: Company) -> None:
    """(b) Errors start: exactly one page, whole, with the causes in its thread; also where the router keeps dying."""
    _switch_causes(company, 1)
    await until(_metric_is(company.enforcing.router, "alert_router_held_alerts", 3), "causes are held again", 60)
    company.shop.to_fail = FAILURES
    deaths = asyncio.create_task(_kill_again_and_again(company.dying))
    page = (await until(company.enforcing.pages, "the page", 120))[0]
    text = f"{page.text} {json.dumps(page.blocks, ensure_ascii=False)}"
    for part in (
        "Shop availability",
        "Customers cannot buy anything",
        "1 h",
        "5 min",
        "https://guides.example.com/shop-errors",
    ):
        assert part in text, f"{part!r} is not in the page: {text}"
    await until(lambda: _names(company.enforcing.replies(), CAUSES), "the causes in the thread", 60)
    await deaths
    await until(company.dying.pages, "the page of the router that was killed", 120)
    await until(lambda: _names(company.dying.replies(), CAUSES), "its causes", 90)
    assert len(company.enforcing.pages()) == 1
    assert len(company.dying.pages()) == 1


async def _kill_again_and_again(watched: Watched) -> None:
    """kill -9 of the router at ten moments, and of its Redis once."""
    for moment in range(10):
        seen, calls = len(watched.recorder.sent), len(watched.slack.calls)
        signs = (
            lambda: len(watched.recorder.sent) > seen,  # noqa: B023 - called before the loop goes on
            lambda: len(watched.slack.calls) > calls,  # noqa: B023
        )
        sign = asyncio.create_task(until(signs[moment % 2], "a sign of life", 60))
        await asyncio.wait([sign], timeout=0.5 + 0.4 * moment)
        sign.cancel()
        await asyncio.to_thread(watched.router.kill)
        await watched.router.start()
    command = ["pkill", "-9", "-f", f"unixsocket:{watched.router.data.resolve() / 'valkey.sock'}"]
    await asyncio.to_thread(subprocess.run, command, check=True)
    await until(watched.router.ready, "ready again after Redis was killed", 30)


async def _amtool_lists_the_alerts(company: Company) -> None:
    """(e) Alertmanager's own tool reads the router."""
    amtool = need("amtool", "prometheus-alertmanager")
    command = [amtool, "alert", "query", "--output=json", f"--alertmanager.url={company.enforcing.router.url}"]
    done = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    names = {alert["labels"]["alertname"] for alert in json.loads(done.stdout)}
    assert names >= set(CAUSES)


async def _errors_stop_and_the_message_says_so(company: Company) -> None:
    """(c) Errors stop: the same message is edited to resolved once the budget no longer burns."""
    _switch_causes(company, 0)
    for watched in (company.enforcing, company.dying):
        await until(lambda: _resolved(watched.pages()), "the page is edited to resolved", 600)  # noqa: B023
        assert len(watched.pages()) == 1
        assert watched.pages()[0].edits


async def _without_prometheus_alerts_are_forwarded(company: Company) -> None:
    """(d) Prometheus is gone: what the second one still sends is forwarded, marked as not judged, with one notice."""
    await asyncio.to_thread(company.prometheus.stop)
    router = company.enforcing.router
    await until(_metric_is(router, "alert_router_gate_open", 1), "the gate is open", 60)
    await until(lambda: [each for each in company.enforcing.roots if "blind" in each.text], "the notice", 60)
    before = len(company.enforcing.slack.messages)
    company.shop.troubles["db_connections"] = 1
    await until(lambda: len(company.enforcing.slack.messages) > before, "the alert is forwarded", 90)
    everything = json.dumps([message.blocks for message in company.enforcing.slack.messages])
    assert "Forwarded without SLO check" in everything
    assert len([each for each in company.enforcing.roots if "blind" in each.text]) == 1


async def _everything_is_accounted_for(company: Company) -> None:
    for watched in (company.enforcing, company.shadowing, company.dying):
        await until(_metric_is(watched.router, "alert_router_unaccounted_alerts", 0), "nothing unaccounted", 30)
        # What came last may still wait for group_wait or for Slack's pace; it must be told soon.
        await until(watched.balance, "the conservation law holds", 60)
        watched.slack.assert_clean()
    told = [each for each in await company.shadowing.records() if each["reason"] == "shadow"]
    assert {each["would"] for each in told} == {"drop"}, "what enforce mode would have done is recorded"
    shadow = company.shadowing.router
    assert await shadow.metric("alert_router_held_alerts") == 0
    assert await shadow.metric("alert_router_outcomes_total", outcome="forward", reason="shadow") > 0


def _metric_is(router: RouterProcess, name: str, value: float):  # type: ignore[no-untyped-def]
    async def check() -> bool:
        return await router.metric(name) == value

    return check


def _measured(router: RouterProcess):  # type: ignore[no-untyped-def]
    async def check() -> bool:
        return await router.metric("alert_router_slo_budget_remaining_ratio") > 0

    return check


def _dropped(router: RouterProcess, amount: int):  # type: ignore[no-untyped-def]
    async def check() -> bool:
        return await router.metric("alert_router_outcomes_total", outcome="drop") >= amount

    return check


def _names(messages: list[Message], names: tuple[str, ...]) -> bool:
    text = json.dumps([message.blocks for message in messages])
    return all(name in text for name in names)


def _resolved(pages: list[Message]) -> bool:
    return bool(pages) and pages[0].text.lower().startswith("resolved")
