"""Dispatch against Slack itself, as far as the strict stand-in is: over HTTP, with the router's own drawings."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from router.testing.faults import Fault, cut, cut_after_storing, error, http_error, invalid_json, rate_limited
from tests.support.slack_world import living, slack_of
from tests.support.state import START
from tests.support.world import World, firing, open_world, resolved

FAULTS = {
    "cut before it was read": cut(),
    "cut once it was stored": cut_after_storing(),
    "500 and stored": http_error(500, stored=True),
    "500 and not stored": http_error(503),
    "nonsense and stored": invalid_json(),
    "internal_error and stored": error("internal_error", stored=True),
    "429": rate_limited("7"),
}


@pytest.fixture
async def world(valkey_url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(valkey_url, tmp_path) as opened:
        yield opened


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
async def test_one_page_whatever_becomes_of_the_first_call(world: World, fault: Fault) -> None:
    async with slack_of(world) as slack:
        slack.script("chat.postMessage", fault)
        world.source.errors.append((START - 600, START + 600, 0.30))
        await world.pass_time(30)
        alerts = [firing("HighErrors"), firing("PodRestart", instance="node-1")]
        await world.send(*alerts)
        await world.pass_time(120, step=1)
        (page,) = living(slack)
        assert page.startswith("PAGE: Checkout availability")
        await world.send(*(resolved(alert, world.clock.now()) for alert in alerts))
        await world.pass_time(7_200)
        (over,) = living(slack)
        assert over.startswith("RESOLVED")
        slack.assert_clean()
        assert await world.tally() == {"page:threat_page": 2}


async def test_a_whole_life_of_one_incident_is_one_message_and_one_thread(world: World) -> None:
    async with slack_of(world) as slack:
        world.source.errors.append((START - 40 * 3600, START + 3_600, 0.0036))
        await world.pass_time(30)
        alerts = [firing("SlowBurn"), firing("DiskSlow")]
        await world.send(*alerts)
        await world.pass_time(60)
        world.source.errors.append((world.clock.now(), world.clock.now() + 900, 0.5))
        await world.pass_time(600)
        await world.send(*(resolved(alert, world.clock.now()) for alert in alerts))
        await world.pass_time(600)
        assert len(living(slack)) == 2, "the ticket, and the page that it became"
        await world.pass_time(6 * 3_600)
        assert all(text.startswith("RESOLVED") for text in living(slack)), living(slack)
        slack.assert_clean()


async def test_notices_are_drawn_for_people(world: World) -> None:
    async with slack_of(world) as slack:
        await world.send(firing("DiskSlow"))
        world.source.broken = "connection refused"
        await world.pass_time(120)
        slack.channel("C0SRE").archived = True
        world.source.broken = ""
        await world.send(firing("CronFailed", service="batch"))
        await world.pass_time(120)
        slack.channel("C0SRE").archived = False
        await world.pass_time(300)
        said = " ".join(living(slack))
        assert "SLO check is back" in said
        assert "Slack takes messages again: C0SRE" in said or "Slack refuses messages for C0SRE" in said
        slack.assert_clean()


async def test_a_hundred_incidents_keep_slacks_pace_and_none_is_lost(world: World) -> None:
    async with slack_of(world) as slack:
        await world.send(*(firing(f"Cron{number}", service="batch") for number in range(100)))
        await world.pass_time(180, step=1)
        assert len(living(slack)) == 100
        slack.assert_clean()
        assert await world.unaccounted() == 0
