"""Silences at the look: who is told, when, and in which message; every silenced firing is accounted for."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest

from router.app.silences import silencing_of
from router.gate import Reason
from router.incident import Call, Phase, Say
from tests.support.quiet import (
    BURNS,
    HOUR_S,
    calls,
    heard_again,
    held,
    open_accounted,
    root,
    seen,
    silenced,
    unheard_of,
    wait,
)
from tests.support.world import World, firing, resolved

CRON = firing("CronFailed", service="batch")
SECURITY = firing("Intrusion", category="security")


@pytest.fixture
async def world(valkey_url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with open_accounted(valkey_url, tmp_path) as opened:
        yield opened


# --- before and after the telling


async def test_what_is_silenced_before_it_is_told_is_never_told(world: World) -> None:
    await silenced(world, "service=batch")
    await world.send(CRON)
    await world.pass_time(600)
    assert world.slack.orders == []
    assert await held(world) == 1
    await world.send(resolved(CRON, world.clock.now()))
    await world.pass_time(60)
    assert world.slack.orders == []
    assert await world.tally() == {"suppress:silence": 1}
    assert world.counted() == {"suppress:silence": 1}


async def test_a_silence_within_group_wait_comes_in_time(world: World) -> None:
    await world.send(CRON)
    await wait(world, 5)
    silence = await silenced(world, "service=batch")
    await world.pass_time(60)
    assert world.slack.orders == []
    await heard_again(world, silence)
    assert [post.view.reason for post in world.slack.posts()] == [Reason.UNMAPPED]
    assert await world.tally() == {"forward:unmapped": 1}


async def test_what_people_know_of_says_who_keeps_it_quiet_and_rings_when_that_ends(world: World) -> None:
    await world.send(CRON)
    await world.pass_time(30)
    silence = await silenced(world, "service=batch")
    assert seen(root(world)) == (Phase.MUTED, 1, 1, [(Reason.SILENCE, silence.id)])
    [by] = root(world).view.muted_by
    assert (by.by, by.comment, by.until) == ("sato", "load test", silence.ends_at)
    await world.pass_time(1_800)
    edits = len(world.slack.orders)
    assert (len(world.slack.posts()), calls(world)) == (1, [])
    await heard_again(world, silence)
    await world.pass_time(30)
    assert calls(world) == [Call.UNMUTED]
    assert seen(root(world)) == (Phase.FIRING, 1, 0, [])
    assert (len(world.slack.posts()), len(world.slack.orders)) == (1, edits + 2), "the same message, and one call"
    assert await world.tally() == {"forward:unmapped": 1}


async def test_a_silence_is_not_repeated_to_anybody(world: World) -> None:
    """The interval at which unanswered pages are repeated does not run out on what is kept quiet."""
    await world.change("repeat_interval: 4h", "repeat_interval: 10m")
    await world.send(CRON)
    await world.pass_time(30)
    await silenced(world, "service=batch", 2 * HOUR_S)
    await world.pass_time(1.5 * HOUR_S, step=120)
    assert calls(world) == []


async def test_a_silence_that_is_still_to_begin_keeps_nothing_quiet_until_then(world: World) -> None:
    await world.send(CRON)
    silence = await silenced(world, "service=batch", in_s=600)
    await wait(world, 30)
    assert seen(root(world)) == (Phase.FIRING, 1, 0, [])
    await wait(world, 569)
    assert root(world).view.phase is Phase.FIRING
    await wait(world, 1)
    assert seen(root(world)) == (Phase.MUTED, 1, 1, [(Reason.SILENCE, silence.id)])


# --- its end by time, and whoever died before waking anybody


async def _by_itself(world: World) -> None:
    """The look knew the end beforehand."""


async def _by_a_sweep(world: World) -> None:
    assert await world.engine.mutes.sweep(world.clock.now())


async def _by_a_tick(world: World) -> None:
    async with aiohttp.ClientSession() as session:
        await silencing_of(world.engine, session).tick(world.clock.now())


async def test_a_silence_ends_by_time_and_the_incident_is_looked_at_by_itself(world: World) -> None:
    await silenced(world, "service=batch", HOUR_S)
    await world.send(CRON)
    await world.pass_time(HOUR_S - 0.5)
    assert world.slack.orders == []
    await wait(world, 0.5)
    [post] = world.slack.posts()
    assert (post.view.phase, post.view.started_at, post.view.muted_by) == (Phase.FIRING, world.clock.now(), ())


@pytest.mark.parametrize("way", [_by_a_sweep, _by_a_tick], ids=["sweep", "tick"])
async def test_a_silence_of_which_nobody_was_told_is_found(world: World, way) -> None:
    """Made and ended by a process that died before it could wake the incidents."""
    await world.send(CRON)
    await wait(world, 30)
    silence = await unheard_of(world, "service=batch")
    await world.engine.settle()
    assert root(world).view.phase is Phase.FIRING
    await way(world)
    await world.engine.settle()
    assert root(world).view.phase is Phase.MUTED
    assert await world.engine.silences.put(
        replace(silence, ends_at=world.clock.now(), updated_at=silence.updated_at + 1), before=silence.updated_at
    )
    await world.engine.settle()
    assert root(world).view.phase is Phase.MUTED
    await way(world)
    await world.engine.settle()
    assert calls(world) == [Call.UNMUTED]


async def test_ticks_wake_at_the_boundary_once(world: World) -> None:
    """One process made the silence, another ticks: what begins and ends is noticed there too."""
    await world.send(CRON)
    await wait(world, 30)
    await unheard_of(world, "service=batch", 60, in_s=60)
    async with aiohttp.ClientSession() as session:
        silencing = silencing_of(world.another("b"), session)
        for _ in range(40):
            world.clock.advance(5)
            await silencing.tick(world.clock.now())
            await world.engine.settle()
    edits = [order.view.phase for order in world.slack.edits() if order.view.say is Say.ROOT]
    assert edits == [Phase.MUTED, Phase.FIRING]
    assert calls(world) == [Call.UNMUTED]


# --- some of its alerts


async def test_the_message_goes_on_about_the_others(world: World) -> None:
    world.source.errors.append(BURNS)
    await world.pass_time(30)
    await silenced(world, "alertname=PodRestart")
    await world.send(firing("HighErrors"), firing("PodRestart"), firing("DiskSlow"))
    await world.pass_time(60)
    phase, alerts, muted, _ = seen(root(world))
    assert (phase, alerts, muted) == (Phase.FIRING, 3, 1)
    assert await world.tally() == {"page:threat_page": 2}
    assert await held(world) == 1
    await world.send(resolved(firing("PodRestart"), world.clock.now()))
    assert await world.tally() == {"page:threat_page": 2, "suppress:silence": 1}


async def test_silenced_one_after_the_other(world: World) -> None:
    """All of them: muted. One is heard again: people are called, for what they thought quiet is not."""
    world.source.errors.append((BURNS[0], world.clock.now() + 60, 0.3))
    await world.pass_time(30)
    await world.send(firing("HighErrors"), firing("PodRestart"))
    await world.pass_time(30)
    await silenced(world, "alertname=HighErrors")
    await wait(world, 5)
    assert seen(root(world))[:3] == (Phase.FIRING, 2, 1)
    second = await silenced(world, "alertname=PodRestart")
    assert seen(root(world))[:3] == (Phase.MUTED, 2, 2)
    assert [by.name for by in root(world).view.muted_by if by.name == second.id]
    await heard_again(world, second)
    await wait(world, 30)
    assert seen(root(world))[:3] == (Phase.FIRING, 2, 1)
    assert calls(world) == [Call.UNMUTED]
    assert await world.tally() == {"page:threat_page": 2}


async def test_a_new_alert_calls_where_all_others_are_silenced(world: World) -> None:
    """In the same message: people took it for quiet."""
    await world.send(SECURITY)
    await world.pass_time(30)
    await silenced(world, "alertname=Intrusion, host!=db")
    assert root(world).view.phase is Phase.MUTED
    await world.send(firing("Intrusion", category="security", host="db"))
    await world.pass_time(30)
    assert seen(root(world))[:3] == (Phase.FIRING, 2, 1)
    assert calls(world) == [Call.UNMUTED]
    assert len(world.slack.posts()) == 1


async def test_a_silenced_alert_of_which_nobody_was_told_keeps_no_message_open(world: World) -> None:
    await world.send(SECURITY)
    await world.pass_time(30)
    await silenced(world, "alertname=Intrusion")
    await world.send(firing("Intrusion", category="security", host="db"))
    await wait(world, 5)
    assert seen(root(world))[:3] == (Phase.MUTED, 2, 2)
    await world.send(resolved(SECURITY, world.clock.now()))
    await world.pass_time(30)
    assert root(world).view.phase is Phase.RESOLVED
    assert await held(world) == 1


# --- it resolves while it is silenced (Alertmanager #226)


async def test_an_alert_that_resolves_while_it_is_silenced_is_shown_as_resolved(world: World) -> None:
    await world.send(CRON)
    await world.pass_time(30)
    await silenced(world, "service=batch")
    await world.send(resolved(CRON, world.clock.now()))
    assert seen(root(world)) == (Phase.RESOLVED, 0, 0, [])
    assert await world.tally() == {"forward:unmapped": 1}, "people were told of it: it is no suppression"
    await world.pass_time(2_400)
    assert (await world.engine.board.audit(world.clock.now())).stages == {}


async def test_what_fires_again_after_the_silence_is_told_again(world: World) -> None:
    silence = await silenced(world, "service=batch")
    await world.send(CRON)
    await world.send(resolved(CRON, world.clock.now()))
    again = replace(CRON, starts_at=world.clock.now() + 1)
    await heard_again(world, silence)
    await world.send(again)
    await world.pass_time(30)
    assert [post.view.phase for post in world.slack.posts()] == [Phase.FIRING]
    assert await world.tally() == {"suppress:silence": 1, "forward:unmapped": 1}


async def test_a_firing_that_was_heard_at_its_end_is_no_suppression(world: World) -> None:
    """It was silenced for a while, held for another reason after that, and dropped."""
    held_alert = firing("DiskSlow")
    silence = await silenced(world, "alertname=DiskSlow")
    await world.send(held_alert)
    await heard_again(world, silence)
    await world.pass_time(60)
    await world.send(resolved(held_alert, world.clock.now()))
    assert await world.tally() == {"drop:never_threatened": 1}
