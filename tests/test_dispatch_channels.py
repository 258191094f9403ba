"""A channel that takes no messages is announced once, and taken back when it works again."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from router.incident import Phase
from tests.support.world import CONFIG, World, firing, open_world, resolved

TWO_TEAMS = (
    CONFIG.replace(
        "repeat_interval: 4h}}",
        "repeat_interval: 4h, routes: [{{receiver: batch, matchers: ['service=\"batch\"']}}]}}",
    )
    + """  - name: batch
    slack: {{channel: C0BATCH}}
"""
)


@pytest.fixture
async def world(valkey_url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(valkey_url, tmp_path, config=TWO_TEAMS) as opened:
        yield opened


@pytest.mark.parametrize("code", ["is_archived", "channel_not_found", "restricted_action_read_only_channel"])
async def test_a_channel_that_refuses_for_good_is_announced_once_and_taken_back(world: World, code: str) -> None:
    world.slack.closed["C0BATCH"] = code
    await world.send(*(firing(f"Cron{number}", service="batch") for number in range(3)))
    await world.pass_time(600)
    (notice,) = world.slack.notices("route_broken")
    assert notice.channel == "C0SRE"
    assert notice.view.notice is not None
    assert (notice.view.notice["about"], notice.view.notice["detail"]) == ("C0BATCH", code)
    assert world.engine.dispatcher.trouble == {"C0BATCH": code}
    world.slack.closed.clear()
    await world.pass_time(120)
    assert world.slack.notices("route_broken")[-1].view.phase is Phase.RESOLVED
    assert len([post for post in world.slack.posts() if post.channel == "C0BATCH"]) == 3
    assert world.engine.dispatcher.trouble == {}


async def test_two_broken_channels_are_two_notices(world: World) -> None:
    await world.change("slack: {channel: C0BATCH}", "slack: {channel: C0BATCH, ticket_channel: C0BATCHTICKETS}")
    world.slack.closed |= {"C0BATCH": "is_archived", "C0TICKETS": "is_archived"}
    world.source.errors.append((world.clock.now() - 40 * 3600, float("inf"), 0.0036))
    await world.pass_time(30)
    await world.send(firing("CronFailed", service="batch"), firing("SlowBurn"))
    await world.pass_time(120)
    about = {(order.view.notice or {})["about"] for order in world.slack.notices("route_broken")}
    assert about == {"C0BATCH", "C0TICKETS"}


async def test_what_goes_to_the_fallback_channel_is_announced_too(world: World) -> None:
    await world.change("slack: {channel: C0BATCH}", "slack: {channel: C0BATCH, fallback_channel: C0SRE}")
    world.slack.closed["C0BATCH"] = "not_in_channel"
    alert = firing("CronFailed", service="batch")
    await world.send(alert)
    await world.pass_time(60)
    assert len(world.slack.alerts()) == 1
    assert len(world.slack.notices("route_broken")) == 1
    await world.send(resolved(alert, world.clock.now()))
    await world.pass_time(60)
    assert world.slack.notices("route_broken")[-1].view.phase is Phase.FIRING, "an edit proves nothing"
    world.slack.closed.clear()
    await world.send(firing("Other", service="batch"))
    await world.pass_time(60)
    assert world.slack.notices("route_broken")[-1].view.phase is Phase.RESOLVED


async def test_a_notice_that_cannot_be_posted_raises_no_other(world: World) -> None:
    world.slack.closed["C0SRE"] = "is_archived"
    world.source.broken = "connection refused"
    await world.pass_time(600)
    assert world.slack.orders == []
    assert len(await world.engine.board.alerts()) == 0
    assert (await world.engine.board.audit(world.clock.now())).stages == {"waiting": 1}
    assert world.engine.dispatcher.trouble == {"C0SRE": "is_archived"}
    world.slack.closed.clear()
    await world.pass_time(120)
    assert len(world.slack.notices("slo_source")) >= 1
    assert world.slack.notices("route_broken") == []


async def test_the_notice_of_a_broken_channel_that_goes_there_itself_stays_owed(
    world: World,
) -> None:
    world.slack.closed["C0SRE"] = "is_archived"
    await world.send(firing("Leak", category="security"))
    await world.pass_time(600)
    assert world.slack.orders == []
    assert (await world.engine.board.audit(world.clock.now())).stages == {"waiting": 2}
    world.slack.closed.clear()
    await world.pass_time(120)
    assert len(world.slack.alerts()) == 1


async def test_trouble_that_is_not_met_again_is_forgotten(world: World) -> None:
    world.slack.closed["C0BATCH"] = "is_archived"
    await world.send(firing("CronFailed", service="batch"))
    await world.pass_time(60)
    await world.change("channel: C0BATCH", "channel: C0NEW")
    await world.pass_time(1_800)
    assert world.engine.dispatcher.trouble == {}
    assert [post.channel for post in world.slack.alerts()] == ["C0NEW"]
    await world.pass_time(3_600, step=60)
    assert world.slack.notices("route_broken")[-1].view.phase is Phase.RESOLVED
