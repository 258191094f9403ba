"""What people see of incidents: held, paged, edited, resolved, fired again; and that every firing is accounted for."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from router.errors import AmbiguousError, RefusedError
from router.gate import Outcome, Reason
from router.incident import Call, Phase, Say
from tests.support.state import START
from tests.support.world import World, firing, open_world, resolved


@pytest.fixture
async def world(valkey_url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(valkey_url, tmp_path) as opened:
        yield opened


@pytest.fixture
async def shadow(valkey_url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(valkey_url, tmp_path, "shadow") as opened:
        yield opened


async def test_an_alert_that_threatens_nothing_is_held_and_dropped_when_it_resolves(world: World) -> None:
    cause = firing("DiskSlow")
    await world.send(cause)
    await world.pass_time(300)
    assert world.slack.orders == []
    assert (await world.engine.board.audit(world.clock.now())).held == 1
    await world.send(resolved(cause, world.clock.now()))
    assert await world.tally() == {"drop:never_threatened": 1}
    assert (await world.engine.board.audit(world.clock.now())).held == 0
    assert world.slack.orders == []


async def test_held_causes_become_one_page_when_the_budget_starts_to_burn(world: World) -> None:
    causes = [firing(name) for name in ("DiskSlow", "PodRestart", "DBConnHigh")]
    await world.send(*causes)
    await world.pass_time(120)
    world.source.errors.append((world.clock.now(), float("inf"), 0.30))
    await world.pass_time(300)
    (page,) = world.slack.posts()
    assert page.channel == "C0SRE"
    assert page.view.outcome is Outcome.PAGE
    assert page.view.reason is Reason.THREAT_PAGE
    assert page.view.slo is not None
    assert page.view.slo.id == "checkout-availability"
    assert page.view.mention == "<!subteam^S0SRE>"
    assert page.view.guide is not None
    (thread,) = world.slack.posts(Say.CAUSES)
    assert {cause.rule for cause in thread.view.causes} == {"DiskSlow", "PodRestart", "DBConnHigh"}
    assert thread.thread_ts
    assert await world.tally() == {"page:threat_page": 3}


async def test_what_joins_a_known_incident_is_merged(world: World) -> None:
    world.source.errors.append((START - 600, float("inf"), 0.30))
    await world.pass_time(30)
    await world.send(firing("HighErrors"))
    await world.pass_time(30)
    await world.send(firing("PodRestart"))
    await world.pass_time(60)
    assert len(world.slack.posts()) == 1
    assert await world.tally() == {"page:threat_page": 1, "merge:joined": 1}


async def test_the_page_waits_for_group_wait_and_no_longer(world: World) -> None:
    world.source.errors.append((START - 600, float("inf"), 0.30))
    await world.pass_time(30)
    await world.send(firing("HighErrors"))
    assert world.slack.posts() == []
    world.clock.advance(10.1)
    await world.engine.settle()
    assert len(world.slack.posts()) == 1


async def test_alerts_gone_but_the_budget_still_burns_is_said_and_then_resolved_in_place(world: World) -> None:
    begin = world.clock.now()
    world.source.errors.append((begin - 600, begin + 300, 0.30))
    await world.pass_time(30)
    alert = firing("HighErrors")
    await world.send(alert)
    await world.pass_time(60)
    await world.send(resolved(alert, world.clock.now()))
    await world.pass_time(30)
    assert world.slack.edits()[-1].view.phase is Phase.BURNING
    await world.pass_time(2_400)
    last = world.slack.edits()[-1]
    assert last.view.phase is Phase.RESOLVED
    assert last.ts == world.slack.edits()[0].ts
    assert len(world.slack.posts()) == 1
    assert last.view.budget_cost is not None


async def test_firing_again_reopens_the_message_and_calls_once(world: World) -> None:
    alert = firing("BackupFailed", category="data-loss")
    await world.send(alert)
    await world.pass_time(30)
    await world.send(resolved(alert, world.clock.now()))
    await world.pass_time(30)
    for _ in range(2):
        await world.send(firing("BackupFailed", world.clock.now() + 1, category="data-loss"))
        await world.pass_time(60)
        await world.send(resolved(alert, world.clock.now() + 1))
        await world.pass_time(60)
    assert len(world.slack.posts()) == 1
    (broadcast,) = world.slack.posts(Say.BROADCAST)
    assert broadcast.view.call is Call.REFIRED
    assert world.slack.edits()[-1].view.refires == 2
    assert await world.tally() == {"forward:bypass": 3}


async def test_a_ticket_that_becomes_a_page_rings_in_the_page_channel(world: World) -> None:
    world.source.errors.append((START - 40 * 3600, START + 3_600, 0.0036))
    await world.pass_time(30)
    await world.send(firing("SlowBurn"))
    await world.pass_time(60)
    (ticket,) = world.slack.posts()
    assert (ticket.channel, ticket.view.outcome) == ("C0TICKETS", Outcome.TICKET)
    world.source.errors.append((world.clock.now(), float("inf"), 0.5))
    await world.pass_time(300)
    assert [post.channel for post in world.slack.posts()] == ["C0TICKETS", "C0SRE"]
    assert world.slack.posts()[-1].view.escalated
    assert await world.tally() == {"page:threat_page": 1}


async def test_when_the_slo_cannot_be_judged_alerts_are_shown_with_one_notice(world: World) -> None:
    await world.send(firing("DiskSlow"))
    await world.pass_time(60)
    world.source.broken = "connection refused"
    await world.pass_time(30)
    assert world.slack.orders == []
    await world.pass_time(90)
    forwarded, notices = [], []
    for post in world.slack.posts():
        (notices if post.view.notice is not None else forwarded).append(post)
    assert len(forwarded) == 1
    assert forwarded[0].view.reason is Reason.SLO_UNKNOWN
    assert len(notices) == 1
    world.source.broken = ""
    await world.pass_time(60)
    closed = [edit for edit in world.slack.edits() if edit.view.notice is not None]
    assert closed[-1].view.phase is Phase.RESOLVED
    assert await world.tally() == {"forward:slo_unknown": 1}


async def test_a_burn_that_no_alert_announces_is_a_detection_gap(world: World) -> None:
    begin = world.clock.now()
    world.source.errors.append((begin, begin + 900, 0.5))
    await world.pass_time(600)
    (page,) = world.slack.posts()
    assert page.view.reason is Reason.DETECTION_GAP
    await world.pass_time(3_600)
    assert world.slack.edits()[-1].view.phase is Phase.RESOLVED


async def test_shadow_mode_forwards_everything_and_records_what_it_would_have_done(shadow: World) -> None:
    alert = firing("DiskSlow")
    await shadow.send(alert)
    await shadow.pass_time(60)
    (post,) = shadow.slack.posts()
    assert (post.view.reason, post.view.would) == (Reason.SHADOW, Outcome.HOLD)
    await shadow.send(resolved(alert, shadow.clock.now()))
    assert await shadow.tally() == {"forward:shadow": 1}
    assert (await shadow.engine.board.audit(shadow.clock.now())).held == 0


async def test_an_unmapped_alert_that_resolves_within_group_wait_is_still_shown(world: World) -> None:
    alert = firing("CronFailed", service="batch")
    await world.send(alert)
    await world.send(resolved(alert, world.clock.now() + 1))
    await world.pass_time(30)
    (post,) = world.slack.posts()
    assert post.view.phase is Phase.RESOLVED
    assert await world.tally() == {"forward:unmapped": 1}


async def test_a_message_that_slack_refuses_stays_owed_until_it_is_taken(world: World) -> None:
    world.slack.refuse = [RefusedError("ratelimited", retry_after_s=20), RefusedError("unreachable")]
    await world.send(firing("CronFailed", service="batch"))
    await world.pass_time(15, step=1)
    assert world.slack.posts() == []
    await world.pass_time(60, step=1)
    assert len(world.slack.posts()) == 1
    assert await world.unaccounted() == 0


async def test_an_ambiguous_post_is_tried_again_under_the_same_delivery_id(world: World) -> None:
    world.slack.refuse = [AmbiguousError("timeout"), AmbiguousError("not_found_yet", retry_after_s=3)]
    await world.send(firing("CronFailed", service="batch"))
    await world.pass_time(60, step=1)
    (post,) = world.slack.posts()
    assert post.intent_at is not None
    assert post.lookups == 1


async def test_repeat_interval_reminds_in_the_thread(world: World) -> None:
    await world.send(firing("CronFailed", service="batch"))
    await world.pass_time(4 * 3600 + 120, step=60)
    (reminder,) = world.slack.posts(Say.BROADCAST)
    assert reminder.view.call is Call.REPEATED


async def test_a_held_alert_is_digested_after_a_day(world: World) -> None:
    await world.send(firing("DiskSlow"))
    await world.pass_time(86_400 + 120, step=120)
    (post,) = world.slack.posts()
    assert post.view.reason is Reason.HELD_FOR_A_DAY


async def test_finished_incidents_are_forgotten_and_leave_nothing_behind(world: World) -> None:
    alert = firing("CronFailed", service="batch")
    await world.send(alert)
    await world.pass_time(30)
    await world.send(resolved(alert, world.clock.now()))
    await world.pass_time(2_400)
    left = [key.decode() for key in await world.scripts.client.keys("ar:{*}:*:*")]
    assert [key for key in left if ":i:" in key or ":a:" in key or ":u:" in key] == []
    assert await world.unaccounted() == 0


async def test_the_decision_log_tells_every_firing_once_with_its_story(world: World) -> None:
    alert = firing("DiskSlow")
    await world.send(alert)
    await world.pass_time(60)
    await world.send(resolved(alert, world.clock.now()))
    log = await world.engine.board.log()
    assert [entry["kind"] for entry in log] == ["decision", "firing"]
    assert "|drop|never_threatened|" in log[1]["record"]


async def test_a_resolve_after_the_rule_moved_to_another_route_closes_the_incident_that_holds_it(world: World) -> None:
    alert = firing("CronFailed", service="batch")
    await world.send(alert)
    await world.pass_time(30)
    await world.change("group_by: [slo]", "group_by: [alertname, service]")
    await world.send(resolved(alert, world.clock.now()))
    await world.pass_time(30)
    assert world.slack.edits()[-1].view.phase is Phase.RESOLVED
    assert await world.engine.board.alerts() == []
    assert await world.unaccounted() == 0


async def test_the_message_speaks_of_what_fires_and_not_of_what_is_over(world: World) -> None:
    """The first instance resolves, another fires: the root is edited to name the one that fires."""
    first = firing("PaymentsFail", service="batch", instance="a", severity="critical")
    await world.send(first)
    await world.pass_time(30)
    second = firing("PaymentsFail", world.clock.now(), service="batch", instance="b", severity="warning")
    await world.send(second, resolved(first, world.clock.now()))
    await world.pass_time(30)
    view = [order.view for order in world.slack.edits() if order.view.say is Say.ROOT][-1]
    assert (view.severity, view.causes[0].where, view.alerts_firing) == ("warning", "b", 1)


async def test_a_rule_that_is_over_is_named_after_those_that_fire(world: World) -> None:
    over, still = firing("CPU", category="security"), firing("Memory", category="security")
    text = (world.folder / "router.yaml").read_text()
    (world.folder / "router.yaml").write_text(text.replace("group_by: [slo]", "group_by: [service]"))
    await world.engine.configuration.reload()
    await world.send(over, still)
    await world.pass_time(30)
    await world.send(resolved(over, world.clock.now()))
    await world.pass_time(30)
    view = [order.view for order in world.slack.edits() if order.view.say is Say.ROOT][-1]
    assert [cause.rule for cause in view.causes] == ["Memory", "CPU"]
    assert view.summary == "Memory is high"
