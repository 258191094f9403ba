"""Where incidents are told: channels, receivers, routes; and what a new configuration changes of those that stand."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from router.gate import Outcome, Reason
from router.incident import Call, Phase, Say
from tests.support.state import START
from tests.support.world import CONFIG, SLO, World, firing, open_world, resolved

BURNS = (START - 600, float("inf"), 0.30)
BURNS_SLOWLY = (START - 40 * 3600, float("inf"), 0.0036)
MENTION = "<!subteam^S0SRE>"


@pytest.fixture
async def world(valkey_url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(valkey_url, tmp_path) as opened:
        yield opened


async def test_only_pages_mention_the_team(world: World) -> None:
    world.source.errors.append(BURNS_SLOWLY)
    await world.pass_time(30)
    await world.send(firing("SlowBurn"), firing("CronFailed", service="batch"))
    await world.pass_time(60)
    assert {post.view.outcome: post.view.mention for post in world.slack.posts()} == {
        Outcome.TICKET: "",
        Outcome.FORWARD: "",
    }
    world.source.errors.append((world.clock.now(), float("inf"), 0.5))
    await world.pass_time(300)
    assert {order.view.mention for order in world.slack.orders if order.view.outcome is Outcome.PAGE} == {MENTION}
    assert {order.view.mention for order in world.slack.orders if order.view.outcome is not Outcome.PAGE} == {""}


async def test_without_a_ticket_channel_tickets_go_to_the_channel(world: World) -> None:
    await world.change(", ticket_channel: C0TICKETS", "")
    world.source.errors.append(BURNS_SLOWLY)
    await world.pass_time(30)
    await world.send(firing("SlowBurn"))
    await world.pass_time(60)
    assert [(post.channel, post.view.outcome) for post in world.slack.posts()] == [("C0SRE", Outcome.TICKET)]


async def test_a_page_after_an_unjudged_forward_is_edited_and_called_once(world: World) -> None:
    world.source.broken = "connection refused"
    await world.pass_time(60)
    await world.send(firing("HighErrors"))
    await world.pass_time(60)
    assert [post.view.reason for post in world.slack.alerts()] == [Reason.SLO_UNKNOWN]
    world.source.broken = ""
    world.source.errors.append((world.clock.now() - 600, float("inf"), 0.5))
    await world.pass_time(600)
    assert len(world.slack.alerts()) == 1
    (call,) = world.slack.posts(Say.BROADCAST)
    assert (call.view.call, call.view.outcome, call.channel) == (Call.ESCALATED, Outcome.PAGE, "C0SRE")
    edits = [edit for edit in world.slack.edits() if edit.view.say is Say.ROOT and edit.view.notice is None]
    assert edits[-1].view.outcome is Outcome.PAGE
    assert call.thread_ts == edits[-1].ts
    assert await world.tally() == {"page:threat_page": 1}


async def test_a_burn_alert_and_the_causes_of_the_same_slo_are_one_incident(world: World) -> None:
    burn = firing("SLOBurn", sloth_id="checkout-availability", sloth_severity="page", severity="critical")
    await world.send(firing("DiskSlow"), firing("PodRestart"))
    await world.pass_time(60)
    await world.send(burn)
    await world.pass_time(60)
    (page,) = world.slack.posts()
    assert page.view.reason is Reason.BURN_ALERT
    assert page.view.alerts_firing == 3
    assert await world.tally() == {"page:burn_alert": 1}, "the causes are held as long as the SLO itself is calm"
    assert (await world.engine.board.audit(world.clock.now())).held == 2


async def test_an_slo_of_another_operation_may_not_clear(world: World) -> None:
    await world.send(firing("HighErrors", operation="refund"))
    await world.pass_time(30)
    (post,) = world.slack.posts()
    assert post.view.reason is Reason.SLO_UNKNOWN


async def test_an_slo_of_another_operation_may_raise(world: World) -> None:
    world.source.errors.append(BURNS)
    await world.pass_time(30)
    await world.send(firing("HighErrors", operation="refund"))
    await world.pass_time(30)
    (post,) = world.slack.posts()
    assert post.view.reason is Reason.THREAT_PAGE


async def test_group_wait_of_zero_tells_at_once(world: World) -> None:
    await world.change("group_wait: 10s", "group_wait: 0s")
    await world.send(firing("CronFailed", service="batch"))
    assert len(world.slack.posts()) == 1


async def test_repeat_interval_repeats_as_often_as_configured(world: World) -> None:
    await world.change("repeat_interval: 4h", "repeat_interval: 1h")
    alert = firing("CronFailed", service="batch")
    await world.send(alert)
    await world.pass_time(3 * 3_600 + 300, step=60)
    assert [post.view.call for post in world.slack.posts(Say.BROADCAST)] == [Call.REPEATED] * 3
    await world.send(resolved(alert, world.clock.now()))
    await world.pass_time(3_600, step=60)
    assert len(world.slack.posts(Say.BROADCAST)) == 3


COPIES = (
    CONFIG.replace(
        "repeat_interval: 4h}}",
        """repeat_interval: 4h, routes: [
    {{receiver: audit, matchers: ['category="security"'], continue: true}},
    {{receiver: sre, matchers: ['category="security"']}}]}}""",
    )
    + """  - name: audit
    locale: ja
    slack: {{channel: C0AUDIT, mention: "<!here>"}}
"""
)


async def test_a_continue_route_tells_both_receivers_and_counts_once(valkey_url: str, tmp_path: Path) -> None:
    async with open_world(valkey_url, tmp_path, config=COPIES) as world:
        alert = firing("Intrusion", category="security")
        await world.send(alert)
        await world.pass_time(30)
        assert {(post.channel, post.locale) for post in world.slack.posts()} == {("C0AUDIT", "ja"), ("C0SRE", "en")}
        assert await world.tally() == {"forward:bypass": 1}
        await world.send(resolved(alert, world.clock.now()))
        await world.pass_time(30)
        over = {edit.channel for edit in world.slack.edits() if edit.view.phase is Phase.RESOLVED}
        assert over == {"C0AUDIT", "C0SRE"}
        await world.pass_time(2_400)
        assert await world.unaccounted() == 0
        assert (await world.engine.board.audit(world.clock.now())).stages == {}


async def test_a_receiver_that_vanished_is_replaced_by_the_default_one(valkey_url: str, tmp_path: Path) -> None:
    async with open_world(valkey_url, tmp_path, config=COPIES) as world:
        alert = firing("Intrusion", category="security")
        await world.engine.intake.accept([alert])
        (world.folder / "router.yaml").write_text(CONFIG.format(mode="enforce"))
        assert await world.configuration.reload()
        await world.pass_time(30)
        assert [post.channel for post in world.slack.posts()] == ["C0SRE", "C0SRE"]


async def test_a_removed_slo_hides_nothing(world: World) -> None:
    await world.send(firing("DiskSlow"))
    await world.pass_time(60)
    assert world.slack.posts() == []
    (world.folder / "slos/checkout.yaml").write_text(SLO.format(name="other", title="Other"))
    await world.change("slos: [checkout-availability]", "slos: [other]")
    await world.pass_time(60)
    (post,) = world.slack.alerts()
    assert (post.view.reason, post.view.slo) == (Reason.SLO_UNKNOWN, None)


async def test_a_change_to_shadow_shows_what_was_held(world: World) -> None:
    await world.send(firing("DiskSlow"))
    await world.pass_time(60)
    await world.change("mode: enforce", "mode: shadow")
    await world.pass_time(60)
    (post,) = world.slack.posts()
    assert (post.view.reason, post.view.would) == (Reason.SHADOW, Outcome.HOLD)


async def test_a_change_to_enforce_holds_what_comes_next_and_keeps_what_stands(valkey_url: str, tmp_path: Path) -> None:
    async with open_world(valkey_url, tmp_path, "shadow") as world:
        first = firing("DiskSlow")
        await world.send(first)
        await world.pass_time(60)
        await world.change("mode: shadow", "mode: enforce")
        await world.pass_time(300)
        await world.send(resolved(first, world.clock.now()))
        await world.pass_time(60)
        assert world.slack.edits()[-1].view.phase is Phase.RESOLVED
        await world.send(firing("PodRestart", world.clock.now()))
        await world.pass_time(600)
        assert len(world.slack.posts()) == 1
        assert (await world.engine.board.audit(world.clock.now())).held == 1


async def test_a_new_page_channel_takes_the_next_episode(world: World) -> None:
    alert = firing("BackupFailed", category="data-loss")
    await world.send(alert)
    await world.pass_time(30)
    await world.change("channel: C0SRE", "channel: C0NEW")
    await world.send(resolved(alert, world.clock.now()))
    await world.pass_time(30)
    assert world.slack.edits()[-1].channel == "C0SRE"
    await world.send(firing("BackupFailed", world.clock.now() + 1, category="data-loss"))
    await world.pass_time(30)
    assert [post.channel for post in world.slack.posts()] == ["C0SRE", "C0NEW"]
    assert world.slack.posts(Say.BROADCAST) == []


async def test_a_ticket_root_and_a_page_root_are_both_true_in_the_end(world: World) -> None:
    world.source.errors.append((START - 40 * 3600, START + 3_600, 0.0036))
    await world.pass_time(30)
    alert = firing("SlowBurn")
    await world.send(alert)
    await world.pass_time(60)
    world.source.errors.append((world.clock.now(), world.clock.now() + 600, 0.5))
    await world.pass_time(300)
    await world.send(resolved(alert, world.clock.now()))
    await world.pass_time(3 * 3_600, step=60)
    shown = {order.ts: order.view.phase for order in world.slack.edits() if order.view.say is Say.ROOT}
    assert list(shown.values()) == [Phase.RESOLVED, Phase.RESOLVED]
    assert world.slack.posts(Say.BROADCAST) == []
