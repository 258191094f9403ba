"""What dispatch leaves behind: counters, delays and the decision log; and that size changes nothing."""

import json
from collections import Counter
from collections.abc import AsyncIterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from router.incident import Call, Phase, Say
from tests.support.state import START
from tests.support.world import World, firing, open_world, resolved


@pytest.fixture
async def world(valkey_url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(valkey_url, tmp_path) as opened:
        yield opened


async def decisions(world: World) -> list[dict[str, Any]]:
    log = await world.engine.board.log()
    return [json.loads(entry["entry"]) for entry in log if entry["kind"] == "decision"]


async def test_a_decision_is_written_when_something_changes_and_not_otherwise(world: World) -> None:
    await world.send(firing("DiskSlow"))
    await world.pass_time(1_200)
    assert [(entry["outcome"], entry["reason"]) for entry in await decisions(world)] == [("hold", "no_threat")]
    world.source.errors.append((world.clock.now(), world.clock.now() + 600, 0.30))
    await world.pass_time(2_400)
    told = [(entry["outcome"], entry["slos"][0]["verdict"]) for entry in await decisions(world)]
    assert told[:2] == [("hold", "no_threat"), ("page", "threat_page")]
    assert {outcome for outcome, _ in told[1:]} == {"page"}, "a page stays a page while it lasts"
    changes = [verdict for _, verdict in told]
    assert all(before != after for before, after in pairwise(changes)), "every entry tells news"


async def test_a_decision_has_the_numbers_it_was_made_from(world: World) -> None:
    world.source.errors.append((START - 600, float("inf"), 0.30))
    await world.pass_time(30)
    await world.send(firing("HighErrors"))
    (entry,) = await decisions(world)
    assert (entry["outcome"], entry["reason"], entry["firing"], entry["kind"]) == ("page", "threat_page", 1, "gated")
    (slo,) = entry["slos"]
    assert (slo["id"], slo["verdict"]) == ("checkout-availability", "threat_page")
    assert slo["burn"]["5m"] > 14.4
    assert slo["budget_remaining"] is not None
    assert entry["text"].startswith("checkout-availability 99.9%/30d")
    assert "page at 14.4x" in entry["text"]


async def test_the_second_firing_of_an_alert_is_decided_anew(world: World) -> None:
    first = firing("DiskSlow")
    await world.send(first)
    await world.pass_time(60)
    await world.send(resolved(first, world.clock.now()))
    await world.pass_time(60)
    await world.send(firing("DiskSlow", world.clock.now()))
    assert [(entry["outcome"], entry["firing"]) for entry in await decisions(world)] == [("hold", 1), ("hold", 1)]


async def test_the_log_tells_when_the_slo_of_a_paged_firing_was_threatened(world: World) -> None:
    """What the statistics need of a threat: its begin and its end, also where the alert outlives it."""
    world.source.errors.append((START + 60, START + 660, 0.30))
    await world.send(firing("HighErrors"))
    await world.pass_time(7_200, step=60)
    verdicts = [(entry["at"] - START, entry["slos"][0]["verdict"]) for entry in await decisions(world)]
    names = [verdict for _, verdict in verdicts]
    assert names[:2] == ["no_threat", "threat_page"]
    assert names[-1] != "threat_page"
    assert verdicts[-1][0] > 660


async def test_counters_equal_the_tally(world: World) -> None:
    world.source.errors.append((START + 300, START + 900, 0.30))
    alerts = [firing("DiskSlow"), firing("CronFailed", service="batch"), firing("Leak", category="security")]
    await world.send(*alerts)
    await world.pass_time(120)
    await world.send(resolved(alerts[0], world.clock.now()))
    await world.pass_time(300)
    await world.send(firing("HighErrors", world.clock.now()), firing("PodRestart", world.clock.now()))
    await world.pass_time(60)
    await world.send(firing("DBConnHigh", world.clock.now()))
    await world.pass_time(60)
    tally = await world.tally()
    assert tally == {
        "drop:never_threatened": 1,
        "forward:unmapped": 1,
        "forward:bypass": 1,
        "page:threat_page": 2,
        "merge:joined": 1,
    }
    assert world.counted() == tally
    assert await world.unaccounted() == 0


async def test_page_delay_runs_from_the_moment_people_ought_to_know(world: World) -> None:
    await world.send(firing("DiskSlow"))
    await world.pass_time(600)
    world.source.errors.append((world.clock.now(), float("inf"), 0.5))
    await world.pass_time(300, step=1)
    assert world.metric("page_delay_seconds_count") == 1
    assert world.metric("page_delay_seconds_sum") == 0, "what was held before it threatened is no delay"
    await world.send(firing("CronFailed", service="batch"))
    await world.pass_time(20, step=1)
    assert world.metric("page_delay_seconds_sum") == pytest.approx(10, abs=0.1), "group_wait is one"


async def test_a_call_that_tells_of_a_new_episode_counts_as_delay_and_a_reminder_does_not(world: World) -> None:
    alert = firing("BackupFailed", category="data-loss")
    await world.send(alert)
    await world.pass_time(30)
    await world.send(resolved(alert, world.clock.now()))
    await world.send(firing("BackupFailed", world.clock.now() + 1, category="data-loss"))
    await world.pass_time(5 * 3_600, step=60)
    assert [post.view.call for post in world.slack.posts(Say.BROADCAST)] == [Call.REFIRED, Call.REPEATED]
    assert world.metric("page_delay_seconds_count") == 2


async def test_a_thousand_alerts_are_one_message(world: World) -> None:
    world.source.errors.append((START - 600, START + 300, 0.30))
    await world.pass_time(30)
    alerts = [firing(f"Rule{number % 30}", instance=f"node-{number}") for number in range(1_000)]
    for start in range(0, 1_000, 100):
        await world.send(*alerts[start : start + 100])
    await world.pass_time(60)
    (page,) = world.slack.posts()
    assert len(page.view.causes) == 20
    assert (page.view.kinds_total, page.view.alerts_firing) == (30, 1_000)
    assert await world.tally() == {"page:threat_page": 1_000}
    for start in range(0, 1_000, 100):
        await world.send(*(resolved(alert, world.clock.now()) for alert in alerts[start : start + 100]))
    await world.pass_time(3_600, step=60)
    assert [edit.view.phase for edit in world.slack.edits() if edit.view.say is Say.ROOT][-1] is Phase.RESOLVED
    await world.pass_time(2_400, step=60)
    assert await world.unaccounted() == 0
    assert (await world.engine.board.audit(world.clock.now())).stages == {}


async def test_a_thousand_held_alerts_are_dropped_one_by_one(world: World) -> None:
    alerts = [firing("DiskSlow", instance=f"node-{number}") for number in range(1_000)]
    await world.send(*alerts)
    await world.pass_time(120)
    assert (await world.engine.board.audit(world.clock.now())).held == 1_000
    await world.send(*(resolved(alert, world.clock.now()) for alert in alerts))
    assert await world.tally() == {"drop:never_threatened": 1_000}
    assert world.slack.orders == []


async def test_two_hundred_incidents_are_told_each_in_its_own_message(world: World) -> None:
    alerts = [firing(f"Cron{number}", service="batch") for number in range(200)]
    await world.send(*alerts)
    await world.pass_time(60)
    told = Counter(post.view.causes[0].rule for post in world.slack.posts())
    assert told == Counter({alert.rule: 1 for alert in alerts})
    audit = await world.engine.board.audit(world.clock.now())
    assert audit.stages == {"open": 200}
    assert audit.unaccounted == 0
