"""Mute times at the look: what a route tells nobody is held until its time is over; what was told is only edited."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from router.gate import Reason
from router.incident import Call, Phase
from tests.support.quiet import BURNS, calls, held, open_accounted, root, roots, seen, silenced, wait
from tests.support.state import START
from tests.support.world import CONFIG, World, firing, resolved
from tests.test_dispatch_routes import COPIES

CRON = firing("CronFailed", service="batch")
DISK = firing("DiskSlow")
TIMES = """
time_intervals:
  - {{name: now, time_intervals: [{{times: [{{start_time: "20:00", end_time: "21:00"}}]}}]}}
  - {{name: soon, time_intervals: [{{times: [{{start_time: "21:00", end_time: "22:00"}}]}}]}}
  - name: around
    time_intervals:
      - {{times: [{{start_time: "20:00", end_time: "21:00"}}, {{start_time: "22:00", end_time: "23:00"}}]}}
"""
ENDS_S = datetime(2026, 5, 28, 21, tzinfo=UTC).timestamp() - START
"""Until "now" is over and "soon" begins; the world begins within "now"."""
SOON_S = 3_600.0


def config(times: str, *, child: str = 'alertname=~".+"') -> str:
    """A configuration with mute times of a route: what meets a matcher takes it (everything, unless told otherwise)."""
    routes = f"routes: [{{{{matchers: ['{child}'], {times}}}}}]"
    return CONFIG.replace("repeat_interval: 4h", f"repeat_interval: 10m, {routes}") + TIMES


@pytest.fixture
async def world(request: pytest.FixtureRequest, valkey_url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with open_accounted(valkey_url, tmp_path, config=request.param) as opened:
        yield opened


MUTE_NOW, MUTE_SOON = "mute_time_intervals: [now]", "mute_time_intervals: [soon]"
ACTIVE_AROUND, ACTIVE_SOON = "active_time_intervals: [around]", "active_time_intervals: [soon]"
QUIET = pytest.mark.parametrize("world", [config(MUTE_NOW), config(ACTIVE_SOON)], ids=["mute", "active"], indirect=True)
LOUD = pytest.mark.parametrize(
    "world", [config(MUTE_SOON), config(ACTIVE_AROUND)], ids=["mute", "active"], indirect=True
)


@QUIET
async def test_what_still_fires_is_told_when_the_time_is_over(world: World) -> None:
    """By the look's own plan, at that very moment."""
    await world.send(CRON)
    await world.pass_time(ENDS_S - 1)
    assert world.slack.orders == []
    assert await held(world) == 1
    await wait(world, 1)
    assert [(post.view.phase, post.view.reason) for post in world.slack.posts()] == [(Phase.FIRING, Reason.UNMAPPED)]
    assert await world.tally() == {"forward:unmapped": 1}


@QUIET
async def test_what_ends_within_the_time_is_never_told(world: World) -> None:
    await world.send(CRON)
    await world.pass_time(600)
    await world.send(resolved(CRON, world.clock.now()))
    await world.pass_time(ENDS_S, step=120)
    assert world.slack.orders == []
    assert await world.tally() == world.counted() == {"suppress:mute_time": 1}


@QUIET
async def test_what_is_held_by_the_gate_is_held_for_that_once_the_time_is_over(world: World) -> None:
    await world.send(DISK)
    await world.pass_time(ENDS_S + 60, step=120)
    await world.send(resolved(DISK, world.clock.now()))
    assert world.slack.orders == []
    assert await world.tally() == {"drop:never_threatened": 1}


@QUIET
async def test_what_comes_within_the_time_is_told_with_what_was_held(world: World) -> None:
    await world.send(CRON)
    await world.pass_time(300)
    await world.send(firing("CronFailed", service="batch", host="b"))
    await world.pass_time(ENDS_S, step=120)
    assert seen(root(world)) == (Phase.FIRING, 2, 0, [])
    assert await world.tally() == {"forward:unmapped": 2}


@LOUD
async def test_what_was_told_is_edited_in_place_and_calls_nobody_until_the_time_is_over(world: World) -> None:
    await world.send(CRON)
    await wait(world, 30)
    assert seen(root(world))[:3] == (Phase.FIRING, 1, 0)
    await wait(world, ENDS_S - 30)
    name = root(world).view.muted_by[0].name
    assert seen(root(world)) == (Phase.MUTED, 1, 1, [(Reason.MUTE_TIME, name)])
    assert name in ("soon", "around")
    before = calls(world)
    await world.pass_time(SOON_S - 1, step=120)
    assert calls(world) == before, "neither repeated nor reminded of"
    await wait(world, 1)
    assert calls(world) == [*before, Call.UNMUTED]
    await wait(world, 30)
    assert seen(root(world))[:3] == (Phase.FIRING, 1, 0)
    assert len(world.slack.posts()) == 1


@LOUD
async def test_what_was_told_and_ends_within_the_time_is_shown_as_resolved(world: World) -> None:
    await world.send(CRON)
    await world.pass_time(ENDS_S + 60, step=120)
    await world.send(resolved(CRON, world.clock.now()))
    assert seen(root(world))[:3] == (Phase.RESOLVED, 0, 0)
    assert await world.tally() == {"forward:unmapped": 1}


@LOUD
async def test_what_joins_what_people_know_is_shown_there_and_calls_nobody(world: World) -> None:
    second = firing("CronFailed", service="batch", host="b")
    await world.send(CRON)
    await world.pass_time(ENDS_S + 60, step=120)
    before = calls(world)
    await world.send(second)
    await wait(world, 5)
    assert seen(root(world))[:3] == (Phase.MUTED, 2, 2)
    await world.send(resolved(second, world.clock.now()))
    await world.send(resolved(CRON, world.clock.now()))
    assert root(world).view.phase is Phase.RESOLVED
    assert calls(world) == before
    assert await world.tally() == {"forward:unmapped": 1, "merge:joined": 1}


@QUIET
async def test_a_silence_within_the_time_stands_above_it_and_ends_for_itself(world: World) -> None:
    await silenced(world, "service=batch", 300)
    await world.send(CRON)
    await world.pass_time(400)
    assert await held(world) == 1
    await world.send(resolved(CRON, world.clock.now()))
    assert await world.tally() == {"suppress:mute_time": 1}


@QUIET
async def test_what_the_router_says_of_itself_is_told_at_any_time(world: World) -> None:
    world.source.broken = "connection refused"
    await world.pass_time(90)
    assert [post.view.reason for post in world.slack.posts()] == [Reason.NOTICE]


@QUIET
async def test_a_re_send_within_the_time_tells_nobody(world: World) -> None:
    for _ in range(10):
        await world.send(CRON)
        await world.pass_time(60)
    assert world.slack.orders == []


CHILD = config(MUTE_NOW, child='service="checkout"')


@pytest.mark.parametrize("world", [config(MUTE_NOW, child='severity="info"')], ids=["child"], indirect=True)
async def test_the_slo_pages_by_itself_over_another_route(world: World) -> None:
    """An alert of a route that tells nobody now covers nothing; the SLO's own alert takes the route of its labels."""
    world.source.errors.append(BURNS)
    await world.send(firing("HighErrors", severity="info"))
    await world.pass_time(150)
    assert [post.view.reason for post in world.slack.posts()] == [Reason.DETECTION_GAP]
    await world.send(resolved(firing("HighErrors", severity="info"), world.clock.now()))
    assert await world.tally() == {"page:detection_gap": 1, "suppress:mute_time": 1}


@pytest.mark.parametrize("world", [config(MUTE_SOON, child='severity="info"')], ids=["child"], indirect=True)
async def test_the_slo_pages_by_itself_once_the_time_begins(world: World) -> None:
    """It was told before by an alert whose route tells nobody from now on."""
    world.source.errors.append((BURNS[0], START + ENDS_S + 1_200, 0.3))
    await world.pass_time(30)
    await world.send(firing("HighErrors", severity="info"))
    await world.pass_time(ENDS_S - 60, step=60)
    assert [post.view.reason for post in world.slack.posts()] == [Reason.THREAT_PAGE]
    await world.pass_time(150)
    assert [post.view.reason for post in world.slack.posts()] == [Reason.THREAT_PAGE, Reason.DETECTION_GAP]


@pytest.mark.parametrize("world", [CHILD], ids=["child"], indirect=True)
async def test_other_routes_tell_as_before(world: World) -> None:
    """A silence that ends moves nothing of a route whose time is not over."""
    await world.send(CRON, firing("BackupFailed", category="data-loss"))
    await world.pass_time(60)
    assert [order.view.title for order in roots(world).values()] == ["CronFailed"]
    await world.engine.mutes.wake(world.clock.now())
    await world.engine.settle()
    assert len(world.slack.posts()) == 1


async def test_a_copy_is_told_by_a_route_of_its_own(valkey_url: str, tmp_path: Path) -> None:
    """The placement that counts is in its mute time, the copy is not: told, and counted as suppressed."""
    times = COPIES.replace("continue: true", "continue: true, mute_time_intervals: [now]") + TIMES
    async with open_accounted(valkey_url, tmp_path, config=times) as world:
        alert = firing("Intrusion", category="security")
        await world.send(alert)
        await world.pass_time(60)
        assert [post.channel for post in world.slack.posts()] == ["C0SRE"]
        await world.send(resolved(alert, world.clock.now()))
        assert root(world).view.phase is Phase.RESOLVED
        assert await world.tally() == {"suppress:mute_time": 1}


async def test_shadow_mode_respects_the_time(valkey_url: str, tmp_path: Path) -> None:
    async with open_accounted(valkey_url, tmp_path, "shadow", config=config(MUTE_NOW)) as world:
        await world.send(DISK)
        await world.pass_time(600)
        assert world.slack.orders == []
        await world.pass_time(ENDS_S - 600, step=60)
        assert [post.view.reason for post in world.slack.posts()] == [Reason.SHADOW]


@QUIET
async def test_a_route_that_loses_its_times_tells_at_the_next_look(world: World) -> None:
    """The times of an incident are those with which it began; names that are not defined any more keep nobody quiet."""
    await world.send(CRON)
    await world.pass_time(60)
    path = world.folder / "router.yaml"
    text = path.read_text().partition("time_intervals:\n")[0]
    path.write_text(text.replace(", mute_time_intervals: [now]", "").replace(", active_time_intervals: [soon]", ""))
    assert await world.configuration.reload()
    await world.pass_time(30)
    assert len(world.slack.posts()) == 1


@QUIET
async def test_another_replica_looks_with_the_same_clock_on_the_wall(world: World) -> None:
    other = world.another("b")
    await other.intake.accept([CRON])
    await other.settle()
    world.clock.advance(ENDS_S - 1)
    await other.settle()
    assert world.slack.orders == []
    world.clock.advance(1)
    await other.settle()
    assert len(world.slack.posts()) == 1
