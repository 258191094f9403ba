"""Silences and inhibition over many alerts: looks stay short, each incident has one message, no alert is lost."""

from collections.abc import AsyncIterator
from pathlib import Path
from time import perf_counter

import pytest

from router.alert import Alert
from router.incident import Phase
from tests.support.quiet import heard_again, held, open_accounted, root, roots, seen, silenced, unheard_of, wait
from tests.support.world import CONFIG, World, firing, resolved
from tests.test_dispatch_inhibition import DOWN, RULE

LOOK_S = 1.0
"""A look at the largest incident takes less, whatever it has to do."""


@pytest.fixture
async def world(valkey_url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with open_accounted(valkey_url, tmp_path, config=CONFIG + RULE) as opened:
        yield opened


async def look(world: World) -> float:
    """How long the one look takes that is due now, in seconds."""
    began = perf_counter()
    assert await world.engine.dispatcher.settle_due() == 1
    return perf_counter() - began


def crons(number: int) -> list[Alert]:
    return [firing("CronFailed", service="batch", nr=str(each), even=str(each % 2 == 0)) for each in range(number)]


async def test_an_incident_of_thousands_half_of_which_are_silenced(world: World, record_property) -> None:
    """Told of the loud half; silenced one half after the other; heard again; every look of it is measured."""
    alerts, took = crons(3_000), {}
    first = await silenced(world, "even=True")
    await world.engine.intake.accept(alerts)
    took["half of it is silenced"] = await look(world)
    await wait(world, 10)
    assert seen(root(world))[:3] == (Phase.FIRING, 3_000, 1_500)
    told = await world.tally()
    assert (sum(told.values()), await held(world)) == (1_500, 1_500)
    world.clock.advance(30)
    took["nothing has changed"] = await look(world)
    second = await unheard_of(world, "even=False")
    await world.engine.mutes.wake(world.clock.now())
    took["the other half is silenced"] = await look(world)
    await world.engine.settle()
    assert seen(root(world))[:3] == (Phase.MUTED, 3_000, 3_000)
    for silence in (first, second):
        await heard_again(world, silence)
    await wait(world, 30)
    assert seen(root(world))[:3] == (Phase.FIRING, 3_000, 0)
    await world.send(*(resolved(each, world.clock.now()) for each in alerts))
    await world.pass_time(60)
    assert root(world).view.phase is Phase.RESOLVED
    assert await world.tally() == {**told, "merge:joined": told.get("merge:joined", 0) + 1_500}
    print({name: round(seconds, 3) for name, seconds in took.items()})
    assert max(took.values()) < LOOK_S, took


async def test_an_incident_of_thousands_that_a_cause_keeps_quiet(world: World) -> None:
    alerts = [firing("CronFailed", service="batch", cluster="a", nr=str(number)) for number in range(3_000)]
    await world.send(DOWN)
    await world.engine.intake.accept(alerts)
    took = await look(world)
    await wait(world, 30)
    assert [order.view.title for order in world.slack.posts()] == ["ClusterDown"]
    await world.send(*(resolved(each, world.clock.now()) for each in [*alerts, DOWN]))
    assert await world.tally() == {"forward:unmapped": 1, "suppress:inhibition": 3_000}
    assert took < LOOK_S


async def test_many_alerts_in_many_incidents(world: World) -> None:
    """200 alerts, 50 incidents, each with two alerts that are silenced, one that is inhibited, and one that is told."""
    alerts = [
        firing(f"Cron{rule}", service="batch", pod=str(pod), **({"cluster": "a"} if pod == 2 else {}))
        for rule in range(50)
        for pod in range(4)
    ]
    await world.send(DOWN)
    silence = await silenced(world, 'pod=~"0|1"')
    await world.send(*alerts)
    await world.pass_time(60)
    shown = {order.view.title: seen(order)[:3] for order in roots(world).values()}
    assert shown == {**dict.fromkeys((f"Cron{rule}" for rule in range(50)), (Phase.FIRING, 4, 3)),
                     "ClusterDown": (Phase.FIRING, 1, 0)}  # fmt: skip
    assert (await world.tally(), await held(world)) == ({"forward:unmapped": 51}, 150)
    await silenced(world, "pod=3")
    await wait(world, 5)
    assert {seen(order)[:3] for order in roots(world).values()} == {(Phase.MUTED, 4, 4), (Phase.FIRING, 1, 0)}
    await heard_again(world, silence)
    await wait(world, 30)
    assert {seen(order)[:3] for order in roots(world).values()} == {(Phase.FIRING, 4, 2), (Phase.FIRING, 1, 0)}
    await world.send(*(resolved(each, world.clock.now()) for each in [*alerts, DOWN]))
    await world.pass_time(60)
    assert len(world.slack.posts()) == 51
    assert {order.view.phase for order in roots(world).values()} == {Phase.RESOLVED}
    assert await world.tally() == {"forward:unmapped": 51, "merge:joined": 100, "suppress:inhibition": 50}
    await world.pass_time(2_400, step=120)
    assert (await world.engine.board.audit(world.clock.now())).stages == {}
