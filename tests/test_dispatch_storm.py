"""Alert storms: pages at once, a summary for the rest, everybody in their turn, and nothing lost."""

import asyncio
import itertools
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from router.alert import Alert
from router.app.engine import Engine
from router.incident import Order, Phase, Say
from router.state.history import History
from router.state.storms import StormStore
from tests.support.state import START
from tests.support.trap import Trap
from tests.support.world import SLO, World, firing, open_world, resolved

SLOS = ("checkout", "search", "login")
CONFIG = """
mode: {mode}
timezone: Asia/Tokyo
locale: en
sources:
  alertmanager: {{type: alertmanager}}
slo_sources:
  prometheus: {{type: prometheus, url: "http://127.0.0.1:1"}}
slos: [slos/*.yaml]
mapping:
  - {{matchers: ['service="checkout"'], slos: [checkout-availability]}}
  - {{matchers: ['service="search"'], slos: [search]}}
  - {{matchers: ['service="login"'], slos: [login]}}
route: {{receiver: sre, group_by: [slo], group_wait: 0s, repeat_interval: 4h}}
receivers:
  - {{name: sre, slack: {{channel: C0SRE, mention: "<!subteam^S0SRE>"}}}}
"""
SHORT_S = 0.002
OTHERS = 50
"""Incidents that are no pages: 49 of eight alerts, one of seventeen; with three pages of one each, 412 alerts."""


@asynccontextmanager
async def storm_world(url: str, folder: Path) -> AsyncIterator[World]:
    """Three SLOs, and a world where eight first messages a minute are the most."""
    async with open_world(url, folder, config=CONFIG, storm_after=8) as opened:
        for name in ("search", "login"):
            (folder / f"slos/{name}.yaml").write_text(SLO.format(name=name, title=name.title()))
        await opened.configuration.reload()
        yield opened


@pytest.fixture
async def calm(valkey_url: str, tmp_path: Path) -> AsyncIterator[World]:
    """The SLOs are healthy."""
    async with storm_world(valkey_url, tmp_path) as opened:
        await opened.pass_time(30)
        yield opened


@pytest.fixture
async def world(valkey_url: str, tmp_path: Path) -> AsyncIterator[World]:
    """The SLOs burn, so that their alerts page."""
    async with storm_world(valkey_url, tmp_path) as opened:
        burn(opened)
        await opened.pass_time(30)
        yield opened


def burn(world: World) -> None:
    world.source.errors.append((START - 1_200, START + 36_000, 0.30))


def flood(now: float = START) -> list[Alert]:
    """412 alerts in 53 incidents."""
    sizes = [8] * 49 + [17]
    others = [
        firing(f"Job{number:02d}", now, service="batch", instance=f"node-{place:02d}")
        for number, size in enumerate(sizes)
        for place in range(size)
    ]
    return [*others, *(firing(f"{name}Errors", now, service=name) for name in SLOS)]


async def minutes(world: World, amount: float, *engines: Engine) -> None:
    """Let minutes pass as the service does: all replicas at once, and the storm is looked at every few seconds."""
    replicas = engines or (world.engine,)
    for step in range(int(amount * 12)):
        world.clock.advance(5)
        if step % 6 == 0:
            await world.engine.evaluate({"prometheus": world.source})
        await asyncio.gather(*(each.settle() for each in replicas))
        await asyncio.gather(*(each.storms.tick() for each in replicas))
        await asyncio.gather(*(each.settle() for each in replicas))


def summaries(world: World) -> list[Order]:
    return [order for order in world.slack.notices("storm") if order.view.say is Say.ROOT]


def facts(order: Order) -> Mapping[str, str]:
    assert order.view.notice is not None
    return order.view.notice


def pages(world: World) -> list[Order]:
    return [order for order in world.slack.alerts() if order.view.outcome == "page"]


def others(world: World) -> list[Order]:
    return [order for order in world.slack.alerts() if order.view.outcome != "page"]


def most_in_a_minute(orders: list[Order]) -> int:
    times = [order.view.now for order in orders]
    return max(sum(at <= other < at + 60 for other in times) for at in times)


async def test_pages_come_at_once_and_a_summary_speaks_for_the_rest(world: World) -> None:
    await world.send(*flood())
    assert {order.view.title for order in pages(world)} == {"Checkout availability", "Search", "Login"}
    told = len(others(world))
    assert 5 <= told <= 8
    assert summaries(world) == []
    await minutes(world, 0.5)
    (summary,) = summaries(world)
    assert (facts(summary)["alerts"], facts(summary)["pages"]) == ("412", "3")
    assert int(facts(summary)["waiting"]) == OTHERS - told
    assert {slo["title"] for slo in json.loads(facts(summary)["slos"])} == {"Checkout availability", "Search", "Login"}
    assert json.loads(facts(summary)["sources"])[0] == ["node-00", 50]
    assert int(facts(summary)["oldest_s"]) == summary.view.now - START - 30


async def test_who_still_fires_has_a_message_of_its_own_in_its_turn(world: World) -> None:
    await world.send(*flood())
    await minutes(world, 8)
    posted = others(world)
    assert len(posted) == len({order.view.incident for order in posted}) == OTHERS
    assert most_in_a_minute([*posted, *pages(world)]) <= 8 + len(SLOS)
    assert await world.tally() == {"forward:unmapped": 409, "page:threat_page": 3}
    assert await world.unaccounted() == 0


async def test_the_summary_is_one_message_that_is_renewed_and_says_when_it_is_over(world: World) -> None:
    await world.send(*flood())
    await minutes(world, 12)
    first, *renewed = summaries(world)
    assert not first.ts
    assert {order.channel for order in summaries(world)} == {"C0SRE"}
    assert len({order.ts for order in renewed}) == 1, "posted once, edited from then on"
    times = [order.view.now for order in renewed[:-1]]
    assert all(30 <= later - earlier <= 60 for earlier, later in itertools.pairwise(times))
    waits = [order for order in renewed if facts(order)["waiting"] != "0"]
    assert [int(facts(order)["oldest_s"]) for order in waits] == [order.view.now - START - 30 for order in waits]
    assert len(waits) > 4, "the oldest waits for minutes, and it is said"
    waiting = [int(facts(order)["waiting"]) for order in renewed]
    assert waiting == sorted(waiting, reverse=True)
    assert waiting[-1] == 0
    over = renewed[-1]
    assert over.view.phase is Phase.RESOLVED
    assert (facts(over)["alerts"], facts(over)["pages_most"]) == ("412", "3")
    assert await world.engine.storms._store.channels() == []


async def test_what_is_over_before_its_turn_is_told_by_the_summary_alone(world: World) -> None:
    alerts = flood()
    await world.send(*alerts)
    told = {order.view.title for order in others(world)}
    brief = [alert for alert in alerts if alert.rule not in told and alert.rule < "Job30"]
    await minutes(world, 0.5)
    await world.send(*(resolved(alert, world.clock.now()) for alert in brief))
    await minutes(world, 10)
    shown = {order.view.title for order in others(world)}
    assert not shown & {alert.rule for alert in brief}
    assert shown | {alert.rule for alert in brief} == {f"Job{number:02d}" for number in range(OTHERS)}
    assert await world.tally() == {"forward:unmapped": 409, "page:threat_page": 3}
    firings = [each for each in await History(world.scripts).firings() if each["rule"] in {a.rule for a in brief}]
    assert len(firings) == len(brief)
    assert all(each["notified_at"] and each["outcome"] == "forward" for each in firings)
    assert facts(summaries(world)[-1])["alerts"] == "412"


async def test_what_was_over_before_the_first_summary_is_counted_all_the_same(world: World) -> None:
    alerts = flood()
    await world.send(*alerts)
    told = {order.view.title for order in others(world)}
    waited = [alert for alert in alerts if alert.rule.startswith("Job") and alert.rule not in told]
    await world.send(*(resolved(alert, world.clock.now()) for alert in waited))
    await minutes(world, 0.5)
    (summary,) = summaries(world)
    assert facts(summary)["waiting"] == "0"
    assert "oldest_s" not in facts(summary)
    assert facts(summary)["alerts"] == "412"
    assert await world.unaccounted() == 0


async def test_who_waits_and_becomes_a_page_waits_no_longer(calm: World) -> None:
    """It is forwarded unjudged, hence waits; then its SLO is seen to burn."""
    calm.source.broken = "connection refused"
    await calm.pass_time(60)
    await calm.send(*(alert for alert in flood(calm.clock.now()) if alert.rule.startswith("Job")))
    calm.clock.advance(1)
    await calm.send(firing("searchErrors", calm.clock.now(), service="search"))
    told = len(others(calm))
    assert told == 8
    assert "Search" not in {order.view.title for order in calm.slack.alerts()}
    calm.source.broken = ""
    burn(calm)
    await calm.pass_time(30)
    assert "Search" in {order.view.title for order in pages(calm)}
    assert len(others(calm)) == told


async def test_a_few_messages_are_no_storm(world: World) -> None:
    await world.send(*flood()[:40], *flood()[-3:])
    await minutes(world, 3)
    assert len(world.slack.alerts()) == 5 + len(SLOS)
    assert summaries(world) == []


async def test_two_replicas_tell_each_incident_once_and_one_summary(world: World) -> None:
    both = (world.engine, world.another("second"))
    for _ in range(2):
        await world.engine.intake.accept(flood(world.clock.now()))
        await minutes(world, 12, *both)
        await world.engine.intake.accept([resolved(alert, world.clock.now()) for alert in flood()])
        await minutes(world, 35, *both)
    assert len(others(world)) == 2 * OTHERS
    assert len({order.view.incident for order in pages(world)}) == len(pages(world)) == len(SLOS)
    posts = [order for order in summaries(world) if not order.ts]
    assert len(posts) == 2, "one for each of two storms"
    assert await world.unaccounted() == 0


async def test_a_replica_that_dies_in_a_storm_is_replaced_and_nobody_is_forgotten(world: World) -> None:
    """It dies posting, in the middle of the storm; its lease is over at once, for leases run on Redis' own clock."""
    dying = world.another("dying", world.leases("dying", SHORT_S))
    await dying.intake.accept(flood())
    await minutes(world, 2, dying)
    world.slack.after = trap = Trap(Say.ROOT, asyncio.CancelledError())
    await minutes(world, 0.25, dying)
    assert trap.sprung
    await minutes(world, 12, world.another("second"))
    assert len(others(world)) == OTHERS
    assert summaries(world)[-1].view.phase is Phase.RESOLVED
    assert await world.tally() == {"forward:unmapped": 409, "page:threat_page": 3}
    assert await world.unaccounted() == 0


async def test_who_never_asks_again_holds_nobody_up_for_longer_than_three_minutes(world: World) -> None:
    """Incidents that were forgotten, or held again, while they waited."""
    store = StormStore(world.scripts)
    for number in range(16):
        await store.admit("C0SRE", f"ghost{number}", False, world.clock.now())
    world.clock.advance(1)
    await world.send(*flood()[:8])
    await minutes(world, 2.5)
    assert others(world) == []
    await minutes(world, 0.5)
    assert len(others(world)) == 1
    await minutes(world, 2.5)
    assert summaries(world)[-1].view.phase is Phase.RESOLVED


async def test_a_storm_whose_last_replica_is_gone_ends_by_itself(world: World) -> None:
    await world.send(*flood())
    await minutes(world, 1)
    await world.send(*(resolved(alert, world.clock.now()) for alert in flood()))
    await world.pass_time(400, step=10)
    assert summaries(world)[-1].view.phase is Phase.RESOLVED
