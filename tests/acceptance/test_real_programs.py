"""The main job with real programs: a shop, two Prometheus, an Alertmanager, amtool, and three routers side by side.

One router enforces, one runs in shadow mode, one is killed again and again; all see the same alerts. Somebody answers
the page of the first one in Slack. The run takes as long as the page's windows need to clear (about 6 min): nothing in
it waits for a fixed time.
"""

import asyncio
import json
import subprocess
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from router.testing.slack import SlackStandIn
from router.testing.workspace import TOKEN, Message
from tests.support.alertmanager import AlertmanagerServer
from tests.support.company import (
    CAUSES,
    FAILURES,
    MORE,
    RULES,
    SECOND_RULES,
    alertmanager_config,
    past,
    prometheus_config,
    router_config,
)
from tests.support.prometheus import PrometheusServer, free_port, plant
from tests.support.recorder import Recorder
from tests.support.service import RouterProcess
from tests.support.shop import Shop
from tests.support.waiting import until
from tests.support.watched import ADA, Watched, actions, amtool, click, firing_rules, says, text_of

pytestmark = pytest.mark.timeout(1_200)
MENTION = "<!subteam^S0SRE>"
SIGNING_SECRET = "0123456789abcdef0123456789abcdef"


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
    slack = await stack.enter_async_context(SlackStandIn(time.time, allow=[MENTION, f"<@{ADA.id}>"]))
    config = router_config(folder, prometheus_url, mode)
    secrets = {"SLACK_BOT_TOKEN": TOKEN, "SLACK_SIGNING_SECRET": SIGNING_SECRET}
    router = RouterProcess(config, folder / "data", SLACK_API_URL=slack.url, **secrets)
    slack.connect(router.url, SIGNING_SECRET)
    recorder = await stack.enter_async_context(Recorder(router.url, time.time))
    return Watched(router, slack, recorder)


def _prometheus(folder: Path, rules: str, shop: int, targets: list[str], port: int) -> PrometheusServer:
    folder.mkdir(parents=True)
    (folder / "rules.yml").write_text(rules, encoding="utf-8")
    return PrometheusServer(folder, prometheus_config(folder / "rules.yml", shop, targets), port)


async def test_the_main_job_from_causes_to_resolved_to_a_blind_slo(company: Company) -> None:
    await _causes_alone_stay_silent(company)
    page = await _errors_page_once(company)
    await _somebody_takes_it_and_snoozes_it(company.enforcing, page)
    await _amtool_lists_the_alerts(company)
    await _amtool_silences_a_cause(company.enforcing, page)
    await _it_gets_worse_and_wakes(company, page)
    await _errors_stop_and_the_message_says_so(company)
    await _it_is_marked_as_real(company.enforcing, page)
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


async def _errors_page_once(company: Company) -> Message:
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
        "6 h",
        "30 min",
        "https://guides.example.com/shop-errors",
    ):
        assert part in text, f"{part!r} is not in the page: {text}"
    await until(lambda: _names(company.enforcing.replies(), CAUSES), "the causes in the thread", 60)
    await deaths
    await until(company.dying.pages, "the page of the router that was killed", 120)
    await until(lambda: _names(company.dying.replies(), CAUSES), "its causes", 90)
    assert len(company.enforcing.pages()) == 1
    assert len(company.dying.pages()) == 1
    return page


async def _somebody_takes_it_and_snoozes_it(watched: Watched, page: Message) -> None:
    assert actions(watched, page) == ["ack", "guide", "wolf", "more"]
    await click(watched, page, "ack", "*Acked by* <@U0ADA>", "Acked: Shop availability")
    assert page.text.startswith("Acknowledged by ada ")
    assert actions(watched, page) == ["guide", "resolve", "wolf", "more"]
    await click(watched, page, "more", "*Snoozed until*", "by <@U0ADA>", option="Snooze 2 h")
    assert page.text.startswith("Snoozed until ")
    assert actions(watched, page) == ["guide", "wake", "wolf", "more"]


async def _it_gets_worse_and_wakes(company: Company, page: Message) -> None:
    """The fast page tier fires: long before the two hours are over Ada is called by name, in the thread."""
    watched = company.enforcing
    assert not [each for each in watched.replies() if each.broadcast], "nobody was called while it was snoozed"
    company.shop.to_fail = MORE
    await until(lambda: [each for each in watched.replies() if each.broadcast], "a call", 60)
    [call] = [each for each in watched.replies() if each.broadcast]
    assert call.text.startswith("No longer snoozed, and still firing: Shop availability")
    assert f"<@{ADA.id}>" in json.dumps(call.blocks)
    assert MENTION not in json.dumps(call.blocks), "somebody has it: nobody else is called"
    assert call.thread_ts == page.ts
    await says(page, "*Acked by* <@U0ADA>", "1 h", "5 min")
    assert "Snoozed until" not in text_of(page)
    assert actions(watched, page) == ["guide", "resolve", "wolf", "more"]
    assert watched.pages() == [page]


async def _it_is_marked_as_real(watched: Watched, page: Message) -> None:
    assert page.text.startswith("RESOLVED after ")
    assert "Acked by ada" in page.text
    assert actions(watched, page) == ["wolf", "real", "why"]
    await click(watched, page, "real", "*Marked as real* by <@U0ADA>")
    assert actions(watched, page) == ["unmark", "why"]
    told = [each for each in await watched.records() if each["outcome"] == "page"]
    assert told, "whichever alert it was that the SLO made a page"
    assert {(each["acknowledged_by"], each["human_verdict"]) for each in told} == {("ada", "real")}


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
    assert await firing_rules(company.enforcing) >= set(CAUSES)


async def _amtool_silences_a_cause(watched: Watched, page: Message) -> None:
    """(e) It adds a silence, which the message shows with its owner, lists it, and ends it."""
    wish = ("--author=ada", "--comment=the disk is being replaced", "--duration=1h")
    silence = await amtool(watched, "silence", "add", *wish, "alertname=DiskSlow", "service=shop")
    await says(page, "1 of ", "kept quiet by a silence of ada", "the disk is being replaced")
    assert await firing_rules(watched, "--silenced") == {"DiskSlow"}
    assert "DiskSlow" not in await firing_rules(watched)
    [listed] = json.loads(await amtool(watched, "silence", "query", "--output=json"))
    assert (listed["id"], listed["createdBy"], listed["status"]["state"]) == (silence, "ada", "active")
    await amtool(watched, "silence", "expire", silence)
    await until(lambda: "kept quiet" not in text_of(page), "the page does not speak of the silence any more", 60)
    assert "DiskSlow" in await firing_rules(watched)
    assert await amtool(watched, "silence", "query", "-q") == ""
    [over] = json.loads(await amtool(watched, "silence", "query", "--expired", "--within=1h", "--output=json"))
    assert (over["id"], over["status"]["state"]) == (silence, "expired")
    assert watched.pages() == [page]


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
    marked = "Forwarded without SLO check"
    await until(lambda: any(marked in text_of(each) for each in company.enforcing.slack.messages), marked, 30)
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
