"""Workers die, hang, lose their lease and meet each other: people see one message, and nobody is forgotten."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from router.app.engine import Engine
from router.errors import UnavailableError
from router.gate import Outcome
from router.incident import Call, Order, Phase, Say
from router.state import keys
from router.state.incidents import Claim, Commit, Incidents, Settled
from tests.support.state import START
from tests.support.trap import PoisonError, Trap
from tests.support.world import World, firing, open_world, resolved

SHORT_S = 0.002
"""A lease that is over before the next call comes (it runs on Redis' own clock)."""


@pytest.fixture
async def world(valkey_url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(valkey_url, tmp_path, lease_s=SHORT_S) as opened:
        yield opened


class Refusing(Incidents):
    """Redis refuses the third commit: the one after the message."""

    calls = 0

    async def commit(self, claim: Claim, commit: Commit, now: float) -> Settled:
        self.calls += 1
        if self.calls == 3:
            raise UnavailableError("READONLY")
        return await super().commit(claim, commit, now)


class Away(Incidents):
    """Redis is away at first."""

    calls = 0

    async def due(self, now: float) -> list[int]:
        self.calls += 1
        if self.calls == 1:
            raise UnavailableError("Redis is away")
        return await super().due(now)


DEATHS = [PoisonError("a bug"), UnavailableError("Redis is away"), asyncio.CancelledError()]


@pytest.mark.parametrize("death", DEATHS, ids=lambda each: type(each).__name__)
@pytest.mark.parametrize("where", ["before", "after"], ids=["before Slack has it", "once Slack has it"])
@pytest.mark.parametrize("say", [Say.ROOT, Say.CAUSES, Say.BROADCAST])
async def test_a_worker_that_dies_posting_leaves_one_message(
    world: World, say: Say, where: str, death: BaseException
) -> None:
    world.source.broken = "connection refused"
    await world.pass_time(60)
    trap = Trap(say, death)
    setattr(world.slack, where, trap)
    await world.send(firing("HighErrors"), firing("PodRestart"))
    await world.pass_time(60, step=5)
    world.source.broken = ""
    world.source.errors.append((START - 1_200, float("inf"), 0.30))
    await world.pass_time(300, step=5)
    assert trap.sprung
    assert len(world.slack.alerts()) == 1
    assert len(world.slack.posts(Say.CAUSES)) == 1
    assert [post.view.call for post in world.slack.posts(Say.BROADCAST)] == [Call.ESCALATED]
    assert await world.tally() == {"page:threat_page": 2}
    assert await world.unaccounted() == 0


@pytest.mark.parametrize("where", ["before", "after"])
async def test_a_worker_that_dies_editing_leaves_what_is_true_in_the_end(world: World, where: str) -> None:
    alert = firing("BackupFailed", category="data-loss")
    await world.send(alert)
    await world.pass_time(30)
    setattr(world.slack, where, Trap(Say.ROOT, PoisonError("a bug"), edits=True))
    await world.send(resolved(alert, world.clock.now()))
    await world.send(firing("BackupFailed", world.clock.now() + 1, category="data-loss"))
    await world.pass_time(120, step=5)
    shown = [order for order in world.slack.orders if order.view.say is Say.ROOT]
    assert shown[-1].view.phase is Phase.FIRING
    await world.send(resolved(alert, world.clock.now() + 2))
    await world.pass_time(30, step=5)
    assert world.slack.edits()[-1].view.phase is Phase.RESOLVED
    assert len(world.slack.posts()) == 1


async def test_a_commit_that_redis_refuses_after_slack_took_the_message_is_made_up_for(world: World) -> None:
    world.engine = world.another("refused", Refusing(world.scripts, "refused", SHORT_S))
    await world.send(firing("CronFailed", service="batch"))
    await world.pass_time(60, step=5)
    assert len(world.slack.posts()) == 1
    assert await world.tally() == {"forward:unmapped": 1}


async def test_a_zombie_is_fenced_and_its_message_is_adopted(world: World) -> None:
    """One worker hangs inside Slack until its lease has passed to another."""
    other = world.another("other", world.leases("other", SHORT_S))
    hanging, go_on = asyncio.Event(), asyncio.Event()

    async def hang(_: Order) -> None:
        if not hanging.is_set():
            hanging.set()
            await go_on.wait()

    await world.send(firing("CronFailed", service="batch"))
    world.clock.advance(11)
    world.slack.after = hang
    zombie = asyncio.create_task(world.engine.settle())
    await hanging.wait()
    for _ in range(100):  # until the lease is over, on Redis' own clock
        world.clock.advance(1)
        await other.settle()
        if await world.tally():
            break
    assert len(world.slack.posts()) == 1
    assert await world.tally() == {"forward:unmapped": 1}
    go_on.set()
    await zombie
    await world.pass_time(60, step=5)
    assert len(world.slack.posts()) == 1
    assert await world.tally() == {"forward:unmapped": 1}
    assert world.counted() == {"forward:unmapped": 1}


async def test_two_replicas_on_one_state_tell_everything_once(valkey_url: str, tmp_path: Path) -> None:
    async with open_world(valkey_url, tmp_path) as world:
        engines: list[Engine] = [world.engine, world.another("second"), world.another("third")]

        async def give_way(_: Order) -> None:
            await asyncio.sleep(0)

        world.slack.before = world.slack.after = give_way
        alerts = [firing(f"Cron{number}", service="batch") for number in range(40)]
        for number, alert in enumerate(alerts):
            await engines[number % 3].intake.accept([alert])
        for _ in range(10):
            world.clock.advance(3)
            await asyncio.gather(*(engine.settle() for engine in engines))
        for number, alert in enumerate(alerts):
            await engines[(number + 1) % 3].intake.accept([resolved(alert, world.clock.now())])
        for _ in range(10):
            world.clock.advance(3)
            await asyncio.gather(*(engine.settle() for engine in engines))
        assert len(world.slack.posts()) == 40
        assert sum(order.view.phase is Phase.RESOLVED for order in world.slack.edits()) == 40
        assert await world.tally() == {"forward:unmapped": 40}
        assert await world.unaccounted() == 0


async def test_an_incident_that_breaks_its_look_stops_no_other_and_is_announced(world: World) -> None:
    """One delivery raises what nobody expects, again and again."""

    async def poison(order: Order) -> None:
        if order.view.notice is None and order.view.causes[0].rule == "Poison":
            raise PoisonError("a bug")

    world.slack.before = poison
    others = [firing(f"Cron{number}", service="batch") for number in range(5)]
    await world.send(firing("Poison", service="batch"), *others)
    await world.pass_time(120, step=5)
    assert {post.view.causes[0].rule for post in world.slack.alerts()} == {alert.rule for alert in others}
    stuck = world.slack.notices("stuck")
    assert len(stuck) == 1
    assert (stuck[0].view.notice or {})["detail"] == "PoisonError"
    assert stuck[0].view.summary.startswith("The router could not handle incident E-")
    world.slack.before = None
    await world.pass_time(30, step=5)
    assert "Poison" in {post.view.causes[0].rule for post in world.slack.alerts()}
    assert await world.unaccounted() == 0
    await world.pass_time(1_200, step=30)
    assert world.slack.notices("stuck")[-1].view.phase is Phase.RESOLVED


async def test_a_notice_that_breaks_its_look_announces_nothing(world: World) -> None:
    async def poison(order: Order) -> None:
        if order.view.notice is not None:
            raise PoisonError("a bug")

    world.slack.before = poison
    world.source.broken = "connection refused"
    await world.pass_time(300)
    assert world.slack.orders == []
    world.slack.before = None
    await world.pass_time(60)
    assert len(world.slack.notices("slo_source")) == 1


async def test_what_cannot_be_read_costs_itself_only(world: World) -> None:
    """A stored incident that no version understands stops neither its partition nor the others."""
    alerts = [firing(f"Cron{number}", service="batch") for number in range(48)]
    await world.engine.intake.accept(alerts)
    broken = (await world.scripts.client.keys("ar:{*}:i:*"))[0]
    await world.scripts.client.hset(broken, "mind", b"not json")
    world.clock.advance(11)
    await world.engine.settle()
    await world.pass_time(120, step=5)
    assert len(world.slack.alerts()) == 47
    await world.scripts.client.hdel(broken, "mind")
    await world.pass_time(120, step=5)
    assert len(world.slack.alerts()) == 48


async def test_the_loop_outlives_redis_and_drains(world: World) -> None:
    """`run` keeps looking while claims fail, until it is cancelled; what is under way may finish."""
    seen = asyncio.Event()

    async def tell(_: Order) -> None:
        seen.set()

    world.engine = world.another("away", Away(world.scripts, "away", SHORT_S))
    world.slack.after = tell
    await world.engine.intake.accept([firing("CronFailed", service="batch")])
    world.clock.advance(11)
    running = asyncio.create_task(world.engine.dispatcher.run())
    world.engine.dispatcher.wake()
    await seen.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    await world.engine.dispatcher.drain(5)
    assert await world.tally() == {"forward:unmapped": 1}


async def test_held_alerts_survive_a_restart(valkey_url: str, tmp_path: Path) -> None:
    async with open_world(valkey_url, tmp_path) as world:
        await world.send(firing("DiskSlow"))
        await world.pass_time(600)
        world.engine = world.another("restarted")
        await world.scripts.client.delete(keys.lease("evaluate:prometheus"))
        world.source.errors.append((world.clock.now(), float("inf"), 0.5))
        await world.pass_time(300)
        (page,) = world.slack.alerts()
        assert page.view.outcome is Outcome.PAGE


async def test_what_is_due_within_the_same_microsecond_does_not_come_up_for_ever(world: World) -> None:
    """Instants are stored to the microsecond: a look that rounding made too early must not be repeated at once."""
    world.clock.advance(0.3333337)
    await world.send(firing("CronFailed", world.clock.now(), service="batch"))
    world.clock.advance(10.0)
    await asyncio.wait_for(world.engine.settle(), 10)
    world.clock.advance(1.0)
    await world.engine.settle()
    assert len(world.slack.alerts()) == 1
