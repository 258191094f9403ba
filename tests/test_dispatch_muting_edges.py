"""Silences at the look, at their edges: SLOs that burn behind them, re-sends, replicas, copies, notices, and races."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from router.errors import RefusedError
from router.gate import Outcome, Reason
from router.incident import Call, Order, Phase
from router.state.incidents import Incidents
from tests.support.quiet import (
    BURNS,
    HOUR_S,
    calls,
    heard_again,
    held,
    open_accounted,
    root,
    roots,
    seen,
    silenced,
    unheard_of,
    wait,
)
from tests.support.world import World, firing, resolved
from tests.test_dispatch_routes import COPIES

CRON = firing("CronFailed", service="batch")
SECURITY = firing("Intrusion", category="security")


@pytest.fixture
async def world(valkey_url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with open_accounted(valkey_url, tmp_path) as opened:
        yield opened


# --- the SLO burns behind the silence


async def test_the_slo_pages_by_itself_where_its_alerts_are_silenced(world: World) -> None:
    await silenced(world, "alertname=HighErrors")
    world.source.errors.append(BURNS)
    await world.send(firing("HighErrors"))
    await world.pass_time(150)
    page = root(world).view
    assert (page.outcome, page.reason, page.phase) == (Outcome.PAGE, Reason.DETECTION_GAP, Phase.FIRING)
    assert (page.alerts_firing, page.alerts_muted) == (2, 1)
    await world.send(resolved(firing("HighErrors"), world.clock.now()))
    assert await world.tally() == {"page:detection_gap": 1, "suppress:silence": 1}


async def test_a_silence_over_the_whole_service_does_not_hide_that_its_slo_burns(world: World) -> None:
    """The SLO's own alert has the labels of its service, and is not met for all that."""
    await silenced(world, "service=checkout")
    world.source.errors.append(BURNS)
    await world.send(firing("HighErrors"))
    await world.pass_time(150)
    assert [post.view.reason for post in world.slack.posts()] == [Reason.DETECTION_GAP]


async def test_the_slo_goes_on_where_its_page_is_silenced(world: World) -> None:
    """An alert announced the burn, and is silenced while it burns on: what is muted announces nothing."""
    world.source.errors.append((BURNS[0], world.clock.now() + 600, 0.3))
    await world.pass_time(30)
    await world.send(firing("HighErrors"))
    await world.pass_time(60)
    assert root(world).view.reason is Reason.THREAT_PAGE
    await silenced(world, "alertname=HighErrors", 12 * HOUR_S)
    assert root(world).view.phase is Phase.MUTED
    await world.pass_time(60)
    assert seen(root(world))[:3] == (Phase.FIRING, 2, 1)
    assert calls(world) == [Call.BURNS_ON]
    await world.pass_time(2 * HOUR_S, step=60)
    assert root(world).view.phase is Phase.MUTED, "it burns no more, and the alert is as it was"
    assert len(world.slack.posts()) == 1
    await world.send(resolved(firing("HighErrors"), world.clock.now()))
    assert root(world).view.phase is Phase.RESOLVED
    assert await world.tally() == {"page:threat_page": 1, "merge:joined": 1}


async def test_another_alert_that_is_heard_covers_the_slo(world: World) -> None:
    await silenced(world, "alertname=HighErrors")
    world.source.errors.append(BURNS)
    await world.send(firing("HighErrors"), firing("DiskSlow"))
    await world.pass_time(300)
    assert [post.view.reason for post in world.slack.posts()] == [Reason.THREAT_PAGE]
    await silenced(world, "alertname=DiskSlow")
    await world.pass_time(60)
    assert seen(root(world))[:3] == (Phase.FIRING, 3, 2)


# --- re-sends, replicas, shadow, copies, notices


async def test_a_re_send_never_un_mutes(world: World) -> None:
    await silenced(world, "service=batch", 48 * HOUR_S)
    for number in range(12):
        await world.send(CRON, replace(CRON, annotations={"summary": f"failed {number} times"}))
        await world.pass_time(300, step=60)
    assert world.slack.orders == []
    assert await held(world) == 1


async def test_a_re_send_under_another_configuration_does_not_un_mute_either(world: World) -> None:
    """Its class is another from now on; the look puts it into the muted twin of that one."""
    alert = firing("DiskSlow", service="search")
    await silenced(world, "alertname=DiskSlow")
    await world.send(alert)
    await world.change("""['service="checkout"']""", """['service=~"checkout|search"']""")
    await world.send(alert)
    await world.pass_time(60)
    assert world.slack.orders == []
    await world.send(resolved(alert, world.clock.now()))
    assert await world.tally() == {"suppress:silence": 1}


async def test_labels_that_change_are_compared_anew(world: World) -> None:
    """Where the sender gives an id (Datadog), the same alert may come with other labels."""
    await silenced(world, "env=test")
    await world.send(CRON)
    await world.pass_time(30)
    await world.send(replace(CRON, labels={**CRON.labels, "env": "test"}))
    await world.pass_time(30)
    assert root(world).view.phase is Phase.MUTED
    await world.send(CRON)
    await world.pass_time(30)
    assert root(world).view.phase is Phase.FIRING


async def test_every_replica_knows_the_same_silences(world: World) -> None:
    other = world.another("b")
    silence = await silenced(world, "service=batch")
    await other.intake.accept([CRON])
    await other.settle()
    await wait(world, 60)
    await other.settle()
    assert world.slack.orders == []
    now = world.clock.now()
    assert await other.silences.put(replace(silence, ends_at=now, updated_at=now), before=silence.updated_at)
    await other.mutes.wake(now)
    await asyncio.gather(world.engine.settle(), other.settle())
    assert len(world.slack.posts()) == 1
    await silenced(world, "service=batch")
    await other.settle()
    assert root(world).view.phase is Phase.MUTED


async def test_shadow_mode_forwards_nothing_that_is_silenced(valkey_url: str, tmp_path: Path) -> None:
    async with open_accounted(valkey_url, tmp_path, "shadow") as world:
        silence = await silenced(world, "alertname=DiskSlow")
        await world.send(firing("DiskSlow"), firing("PodRestart"))
        await world.pass_time(60)
        assert seen(root(world))[:3] == (Phase.FIRING, 2, 1)
        assert await world.tally() == {"forward:shadow": 1}
        await heard_again(world, silence)
        await world.pass_time(30)
        assert await world.tally() == {"forward:shadow": 1, "merge:joined": 1}


async def test_copies_are_silenced_too_and_counted_nowhere(valkey_url: str, tmp_path: Path) -> None:
    async with open_accounted(valkey_url, tmp_path, config=COPIES) as world:
        await world.send(SECURITY)
        await world.pass_time(30)
        await silenced(world, "category=security")
        assert {(each.channel, *seen(each)[:3]) for each in roots(world).values()} == {
            ("C0AUDIT", Phase.MUTED, 1, 1),
            ("C0SRE", Phase.MUTED, 1, 1),
        }
        await world.send(resolved(SECURITY, world.clock.now()))
        assert {each.view.phase for each in roots(world).values()} == {Phase.RESOLVED}
        second = firing("Intrusion", world.clock.now() + 60, category="security", host="db")
        await world.send(second)
        await world.pass_time(60)
        assert {each.view.phase for each in roots(world).values()} == {Phase.RESOLVED}
        await world.send(resolved(second, world.clock.now()))
        assert await world.tally() == {"forward:bypass": 1, "suppress:silence": 1}


async def test_what_the_router_says_of_itself_is_never_silenced(world: World) -> None:
    await silenced(world, 'alertname=~".+"')
    await silenced(world, 'nothing=~".*", slo!="x"')
    world.source.broken = "connection refused"
    await world.pass_time(90)
    [notice] = world.slack.posts()
    assert (notice.view.reason, notice.view.muted_by) == (Reason.NOTICE, ())


# --- races


class Held(Incidents):
    """Reads bodies only when it is let."""

    gate: asyncio.Event
    reading: asyncio.Event

    async def bodies(self, key, fingerprints):
        self.reading.set()
        await self.gate.wait()
        return await super().bodies(key, fingerprints)


async def test_a_silence_that_comes_during_a_look_is_neither_missed_nor_forgotten(world: World) -> None:
    """The look found out what was so before; another look has begun with what is so now."""
    await silenced(world, "alertname=Elsewhere")
    incidents = Held(world.scripts, "slow", 60.0)
    incidents.gate, incidents.reading = asyncio.Event(), asyncio.Event()
    slow = world.another("slow", incidents)
    await slow.intake.accept([CRON])
    look = asyncio.create_task(slow.settle())
    await asyncio.wait_for(incidents.reading.wait(), 5)
    silence = await unheard_of(world, "service=batch")
    await world.engine.mutes.wake(world.clock.now())
    await slow.intake.accept([firing("Other", service="shop")])
    other = asyncio.create_task(slow.settle())
    await asyncio.sleep(0)
    incidents.gate.set()
    await asyncio.gather(look, other)
    await slow.settle()
    world.clock.advance(11)
    await slow.settle()
    assert [post.view.title for post in world.slack.posts()] == ["Other"]
    await heard_again(world, silence)
    await slow.settle()
    assert len(world.slack.posts()) == 2


async def test_a_silence_that_comes_while_slack_is_called_is_looked_at_at_once(world: World) -> None:
    """Slack wants to be asked again in a minute; whoever asks for a look while one is under way gets another."""

    async def meanwhile(order: Order) -> None:
        world.slack.before = None
        await unheard_of(world, "service=batch")
        await world.engine.mutes.wake(world.clock.now())
        raise RefusedError("ratelimited", retry_after_s=60.0)

    world.slack.before = meanwhile
    await world.send(CRON)
    await wait(world, 11)
    assert await held(world) == 1
    await world.pass_time(300)
    assert world.slack.orders == []
