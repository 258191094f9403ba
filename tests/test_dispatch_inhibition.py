"""Inhibition at the look: a cause keeps its symptoms quiet while it fires, whichever comes first."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from router.gate import Reason
from router.incident import Call, Phase
from router.intake import Intake
from router.state import keys
from tests.support.quiet import BURNS, calls, held, open_accounted, root, roots, seen, silenced, wait
from tests.support.world import CONFIG, World, firing, resolved

RULE = """
inhibit_rules:
  - {{source_matchers: ['alertname="ClusterDown"'], target_matchers: ['service="batch"'], equal: [cluster]}}
"""
DOWN = firing("ClusterDown", service="platform", cluster="a")
CRON = firing("CronFailed", service="batch", cluster="a")


@pytest.fixture
async def world(valkey_url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with open_accounted(valkey_url, tmp_path, config=CONFIG + RULE) as opened:
        yield opened


@pytest.fixture
async def without(valkey_url: str, tmp_path: Path) -> AsyncIterator[World]:
    """A world without rules."""
    async with open_accounted(valkey_url, tmp_path) as opened:
        yield opened


def told(world: World) -> dict[str, Phase]:
    """What people read now, by title."""
    return {order.view.title: order.view.phase for order in roots(world).values()}


async def test_the_cause_before_the_symptom(world: World) -> None:
    """The symptom is told as soon as the cause is over, and only then."""
    await world.send(DOWN)
    await world.send(CRON)
    await world.pass_time(600)
    assert told(world) == {"ClusterDown": Phase.FIRING}
    assert await held(world) == 1
    await world.send(resolved(DOWN, world.clock.now()))
    assert told(world) == {"ClusterDown": Phase.RESOLVED, "CronFailed": Phase.FIRING}
    assert await world.tally() == {"forward:unmapped": 2}


async def test_a_symptom_that_ends_before_its_cause_is_never_told(world: World) -> None:
    await world.send(DOWN, CRON)
    await world.pass_time(600)
    await world.send(resolved(CRON, world.clock.now()))
    await world.send(resolved(DOWN, world.clock.now()))
    await world.pass_time(60)
    assert told(world) == {"ClusterDown": Phase.RESOLVED}
    assert await world.tally() == {"forward:unmapped": 1, "suppress:inhibition": 1}


async def test_the_symptom_before_the_cause(world: World) -> None:
    """Within group_wait nobody hears of it."""
    await world.send(CRON)
    await wait(world, 5)
    await world.send(DOWN)
    await world.pass_time(60)
    assert told(world) == {"ClusterDown": Phase.FIRING}


async def test_a_symptom_that_was_told_names_what_keeps_it_quiet(world: World) -> None:
    await world.send(CRON)
    await world.pass_time(60)
    await world.send(DOWN)
    assert seen(root(world)) == (Phase.MUTED, 1, 1, [(Reason.INHIBITION, "ClusterDown")])
    await world.pass_time(60)
    assert calls(world) == []
    await world.send(resolved(DOWN, world.clock.now()))
    await world.pass_time(30)
    assert calls(world) == [Call.UNMUTED]
    assert told(world) == {"CronFailed": Phase.FIRING, "ClusterDown": Phase.RESOLVED}


async def test_a_symptom_that_ends_while_it_is_inhibited_is_shown_as_resolved(world: World) -> None:
    await world.send(CRON)
    await world.pass_time(60)
    await world.send(DOWN)
    await world.send(resolved(CRON, world.clock.now()))
    assert root(world).view.phase is Phase.RESOLVED
    await world.send(resolved(DOWN, world.clock.now()))
    await world.pass_time(60)
    assert set(told(world).values()) == {Phase.RESOLVED}
    assert await world.tally() == {"forward:unmapped": 2}


async def test_a_cause_that_is_silenced_inhibits_all_the_same(world: World) -> None:
    await silenced(world, "alertname=ClusterDown")
    await world.send(DOWN, CRON)
    await world.pass_time(600)
    assert world.slack.orders == []
    await world.send(resolved(DOWN, world.clock.now()))
    await world.send(resolved(CRON, world.clock.now()))
    assert await world.tally() == {"suppress:silence": 1, "forward:unmapped": 1}


async def test_a_symptom_that_is_silenced_as_well_counts_as_silenced(world: World) -> None:
    """A person's silence stands above what the configuration says; without it the inhibition is left."""
    silence = await silenced(world, "service=batch", 300)
    await world.send(DOWN, CRON)
    await world.pass_time(60)
    assert await held(world) == 1
    await wait(world, silence.ends_at - world.clock.now())
    assert told(world) == {"ClusterDown": Phase.FIRING}
    await world.send(resolved(CRON, world.clock.now()))
    assert await world.tally() == {"forward:unmapped": 1, "suppress:inhibition": 1}


async def test_labels_that_must_be_equal(world: World) -> None:
    elsewhere = firing("CronFailed", service="batch", cluster="b")
    nowhere = firing("BackupFailed", service="batch")
    await world.send(DOWN, CRON, elsewhere, nowhere)
    await world.pass_time(60)
    assert told(world) == {"ClusterDown": Phase.FIRING, "CronFailed": Phase.FIRING, "BackupFailed": Phase.FIRING}
    cron = next(order for order in roots(world).values() if order.view.title == "CronFailed")
    assert seen(cron)[:3] == (Phase.FIRING, 2, 1)
    await world.send(resolved(elsewhere, world.clock.now()))
    await wait(world, 5)
    assert told(world)["CronFailed"] is Phase.RESOLVED, "people were never told of the other"
    assert await held(world) == 1


async def test_symptoms_in_every_partition_are_found(world: World) -> None:
    symptoms = [firing(f"Cron{number}", service="batch", cluster="a") for number in range(40)]
    await world.send(*symptoms)
    await world.pass_time(30)
    assert set(told(world).values()) == {Phase.FIRING}
    incidents = await world.engine.board.incidents()
    assert len({keys.partition_of(each.key) for each in incidents}) > 8
    await world.send(DOWN)
    assert set(told(world).values()) == {Phase.MUTED}
    await world.send(resolved(DOWN, world.clock.now()))
    await world.pass_time(30)
    assert {phase for title, phase in told(world).items() if title != "ClusterDown"} == {Phase.FIRING}


async def test_a_cause_whose_source_goes_silent_inhibits_no_more(world: World) -> None:
    """Over the API an alert ends when it is not sent again."""
    await world.send(replace(DOWN, expires_at=world.clock.now() + 300), CRON)
    await world.pass_time(290)
    assert "CronFailed" not in told(world)
    await world.pass_time(60)
    assert told(world)["CronFailed"] is Phase.FIRING


async def test_several_causes_hold_until_the_last_is_over(world: World) -> None:
    other = firing("ClusterDown", service="platform", cluster="a", zone="2")
    await world.send(DOWN, other, CRON)
    await world.pass_time(60)
    await world.send(resolved(DOWN, world.clock.now()))
    await world.pass_time(60)
    assert "CronFailed" not in told(world)
    await world.send(resolved(other, world.clock.now()))
    await world.pass_time(30)
    assert told(world)["CronFailed"] is Phase.FIRING


async def test_the_slo_pages_by_itself_where_its_alerts_are_inhibited(world: World) -> None:
    await world.change("""['service="batch"']""", """['service="checkout"']""")
    world.source.errors.append(BURNS)
    await world.send(DOWN, firing("HighErrors", cluster="a"))
    await world.pass_time(150)
    reasons = {order.view.reason for order in roots(world).values()}
    assert reasons == {Reason.UNMAPPED, Reason.DETECTION_GAP}


# --- a rule that comes later


@pytest.mark.parametrize("first", [DOWN, CRON], ids=["cause", "symptom"])
async def test_a_new_rule_concerns_what_fires_from_its_next_send_on(without: World, first) -> None:
    world = without
    await world.send(DOWN, CRON)
    await world.pass_time(60)
    assert told(world) == {"ClusterDown": Phase.FIRING, "CronFailed": Phase.FIRING}
    await world.change("route:", RULE.strip().replace("{{", "{").replace("}}", "}") + "\nroute:")
    await world.send(first)
    await world.send(CRON if first is DOWN else DOWN)
    await world.pass_time(30)
    assert told(world) == {"ClusterDown": Phase.FIRING, "CronFailed": Phase.MUTED}
    await world.send(DOWN, CRON)
    await world.pass_time(300)
    assert told(world) == {"ClusterDown": Phase.FIRING, "CronFailed": Phase.MUTED}


async def test_a_rule_that_is_removed_keeps_nothing_quiet(world: World) -> None:
    """At the next look: nobody need send anything."""
    await world.send(DOWN, CRON)
    await world.pass_time(60)
    assert told(world) == {"ClusterDown": Phase.FIRING}
    await world.change(RULE.strip().replace("{{", "{").replace("}}", "}"), "")
    await world.pass_time(30)
    assert told(world) == {"ClusterDown": Phase.FIRING, "CronFailed": Phase.FIRING}


async def test_a_rule_that_changes_is_heard_by_what_is_sent_again(world: World) -> None:
    await world.send(DOWN, CRON)
    await world.pass_time(60)
    await world.change("ClusterDown", "RegionDown")
    await world.send(DOWN, CRON)
    await world.pass_time(30)
    assert told(world)["CronFailed"] is Phase.FIRING
    await world.send(firing("RegionDown", world.clock.now(), service="platform", cluster="a"))
    await world.pass_time(30)
    assert told(world)["CronFailed"] is Phase.MUTED


async def test_another_replica_hears_of_causes_that_it_did_not_take_in(world: World) -> None:
    other = world.another("b")
    await other.intake.accept([DOWN])
    await world.send(CRON)
    await other.settle()
    await world.pass_time(2 * 60)
    assert told(world) == {"ClusterDown": Phase.FIRING}
    await other.intake.accept([resolved(DOWN, world.clock.now())])
    await other.settle()
    await world.engine.settle()
    assert told(world)["CronFailed"] is Phase.FIRING


async def test_a_hint_that_got_lost_is_made_up_for(world: World) -> None:
    """The process died after the cause was stored and before the symptoms were looked at."""
    await world.send(CRON)
    await world.pass_time(60)
    engine = world.engine
    await engine.mutes.sweep(world.clock.now())
    await engine.settle()
    rules = engine.configuration.current.rules
    await Intake(engine.writer, engine.board, world.clock, lambda: rules, engine.dispatcher.wake).accept([DOWN])
    await engine.settle()
    assert told(world)["CronFailed"] is Phase.FIRING
    assert await engine.mutes.sweep(world.clock.now())
    await engine.settle()
    assert told(world)["CronFailed"] is Phase.MUTED
    assert not await engine.mutes.sweep(world.clock.now())
