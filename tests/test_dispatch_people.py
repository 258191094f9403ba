"""People in the loop, on a real Valkey: what they do is stored, shown, answered and remembered; nobody is forgotten."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from router.errors import RefusedError
from router.gate import Outcome
from router.incident import Act, Call, Deed, Person, Phase, ReplyCode, Say
from router.state.acts import Acts, Put
from router.state.history import History
from tests.support.world import CONFIG, World, firing, open_world, resolved

ESCALATING = (
    CONFIG.replace(
        'mention: "<!subteam^S0SRE>"}}',
        'mention: "<!subteam^S0SRE>"}}\n    escalation:\n      - {{after: 5m, mention: "<@U0SECOND>"}}\n'
        "      - {{after: 10m, receiver: bosses}}\n    remind_acknowledged: 1h",
    )
    + """  - name: bosses
    locale: ja
    timezone: Europe/Berlin
    slack: {{channel: C0BOSS, mention: "<@U0BOSS>"}}
"""
)
PAGING = firing("HighErrorRate")


@pytest.fixture
async def world(valkey_url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(valkey_url, tmp_path, config=ESCALATING) as opened:
        opened.source.errors.append((opened.clock.now() - 3_600, float("inf"), 0.30))
        await opened.pass_time(30)
        yield opened


async def _paged(world: World) -> None:
    await world.send(PAGING)
    await world.pass_time(30)
    assert len(world.slack.posts()) == 1


def _shown(world: World):  # type: ignore[no-untyped-def]
    """The incident's message as it was last drawn."""
    return [order for order in world.slack.orders if order.view.say is Say.ROOT and order.channel == "C0SRE"][-1].view


async def test_a_click_is_shown_in_the_same_message_and_stored_once(world: World) -> None:
    await _paged(world)
    assert await world.does(Deed.ACKNOWLEDGE, "U0ADA", act_id="one") is Put.STORED
    assert await world.does(Deed.ACKNOWLEDGE, "U0ADA", act_id="one") is Put.REPEATED
    assert _shown(world).handling.owner.id == "U0ADA"
    assert len(world.slack.posts()) == 1
    assert world.replies.sent == [(Deed.ACKNOWLEDGE, ReplyCode.DONE, False)]


async def test_an_act_that_slack_cannot_show_yet_is_kept_and_its_person_is_told_so(world: World) -> None:
    await _paged(world)
    world.slack.refuse.append(RefusedError("ratelimited", retry_after_s=30.0))
    await world.does(Deed.ACKNOWLEDGE, "U0ADA")
    assert world.replies.sent == [(Deed.ACKNOWLEDGE, ReplyCode.DONE, True)]
    assert _shown(world).handling.owner is None
    await world.pass_time(60)
    assert _shown(world).handling.owner.id == "U0ADA"
    assert len(world.replies.sent) == 1, "told once"


async def test_nobody_takes_the_page_so_another_is_mentioned_and_then_another_team_told(world: World) -> None:
    await _paged(world)
    await world.pass_time(320)
    calls = [order for order in world.slack.orders if order.view.say is Say.BROADCAST]
    assert [(each.view.call, each.view.call_mention) for each in calls] == [(Call.UNACKNOWLEDGED, "<@U0SECOND>")]
    await world.pass_time(320)
    mine, boss = world.slack.posts()
    assert (boss.channel, boss.locale, boss.view.mention, boss.view.timezone) == (
        "C0BOSS",
        "ja",
        "<@U0BOSS>",
        "Europe/Berlin",
    )
    assert (mine.locale, mine.view.first_team, boss.view.first_team) == ("en", "", "sre")
    await world.does(Deed.ACKNOWLEDGE, "U0BOSS")
    edited = {order.channel for order in world.slack.edits() if order.view.handling.owner is not None}
    assert edited == {"C0SRE", "C0BOSS"}, "both messages show who has it"


async def test_who_forgot_is_asked_in_the_thread(world: World) -> None:
    await _paged(world)
    await world.does(Deed.ACKNOWLEDGE, "U0ADA")
    await world.pass_time(3_700, step=60)
    asked = [order for order in world.slack.orders if order.view.say is Say.REPLY]
    assert [(each.view.call, each.view.call_mention) for each in asked] == [(Call.FORGOTTEN, "<@U0ADA>")]


async def test_what_people_did_stands_in_the_history_of_every_firing(world: World) -> None:
    await _paged(world)
    began = world.clock.now()
    await world.does(Deed.ACKNOWLEDGE, "U0ADA")
    await world.does(Deed.GUIDE, "U0ADA")
    await world.does(Deed.WOLF, "U0SATO", reason="wrong_threshold")
    world.source.errors.clear()
    await world.pass_time(7_200, step=120)
    await world.send(resolved(PAGING, world.clock.now()))
    await world.pass_time(60)
    assert _shown(world).phase is Phase.RESOLVED
    await world.does(Deed.REAL, "U0ADA")
    assert not _shown(world).handling.mark.wolf
    [record] = [each for each in await History(world.scripts).firings() if each["rule"] == "HighErrorRate"]
    assert record["outcome"] == Outcome.PAGE
    assert record["acknowledged_by"] == "U0ADA"
    assert record["human_verdict"] == "real"
    assert record["guide_opened_at"] is not None
    assert record["acknowledged_at"] >= record["notified_at"]
    assert began
    assert await world.unaccounted() == 0


async def test_a_mark_leaves_what_the_message_told_of_the_end(world: World) -> None:
    """The SLO, what the episode cost and what was left then: whatever is spent afterwards belongs to no episode yet."""
    await _paged(world)
    await world.pass_time(60)
    world.source.errors.clear()
    await world.send(resolved(PAGING, world.clock.now()))
    await world.pass_time(60)
    before = _shown(world)
    assert (before.phase, before.title) == (Phase.RESOLVED, "Checkout availability")
    world.source.errors.append((world.clock.now(), world.clock.now() + 20, 0.5))
    await world.pass_time(30)
    await world.does(Deed.REAL, "U0ADA")
    after = _shown(world)
    assert after.handling.mark is not None
    assert (after.title, after.budget_cost, after.ended_at) == (before.title, before.budget_cost, before.ended_at)
    assert after.slo.assessment.budget_remaining == before.slo.assessment.budget_remaining


async def test_what_fires_again_is_called_though_somebody_was_called_for_something_else_before(world: World) -> None:
    """Only calls for firing again are damped: the one that woke a snooze says nothing of what comes after the end."""
    await _paged(world)
    await world.does(Deed.SNOOZE, "U0ADA", until=world.clock.now() + 60)
    await world.pass_time(90)
    world.source.errors.clear()
    await world.send(resolved(PAGING, world.clock.now()))
    await world.pass_time(300)
    assert _shown(world).phase is Phase.RESOLVED
    world.source.errors.append((world.clock.now() - 300, float("inf"), 0.30))
    await world.send(replace(PAGING, starts_at=world.clock.now()))
    await world.pass_time(60)
    calls = [order.view.call for order in world.slack.orders if order.view.say is Say.BROADCAST]
    assert calls == [Call.WOKEN, Call.REFIRED]


async def test_a_click_on_what_is_forgotten_is_gone_but_a_mark_counts(world: World) -> None:
    await _paged(world)
    [incident] = await world.engine.board.incidents()
    world.source.errors.clear()
    await world.pass_time(7_200, step=120)
    await world.send(resolved(PAGING, world.clock.now()))
    await world.pass_time(3_000, step=60)
    assert await world.engine.board.incident(incident.key) is None
    acts, now, ada = Acts(world.scripts), world.clock.now(), Person("U0ADA", "Ada")
    assert await acts.put(incident.key, Act("a", Deed.ACKNOWLEDGE, ada, now, incident.id), now) is Put.GONE
    for _ in range(2):
        put = await acts.put(incident.key, Act("b", Deed.WOLF, ada, now, incident.id, reason="test"), now)
    assert put is Put.REPEATED
    [record] = [each for each in await History(world.scripts).firings() if each["rule"] == "HighErrorRate"]
    assert (record["human_verdict"], record["wolf_reason"]) == ("wolf", "test")


async def test_mute_times_follow_the_configuration_for_what_fires_already(valkey_url: str, tmp_path: Path) -> None:
    always = CONFIG.replace(
        "repeat_interval: 4h}}",
        "repeat_interval: 4h, routes: [{{receiver: sre, matchers: ['service=\"batch\"'], "
        "mute_time_intervals: [always]}}]}}\ntime_intervals: [{{name: always, time_intervals: [{{}}]}}]",
    )
    async with open_world(valkey_url, tmp_path, config=always) as world:
        await world.send(firing("CronFailed", service="batch"))
        await world.pass_time(120)
        assert world.slack.posts() == []
        await world.change(", mute_time_intervals: [always]", "")
        await world.pass_time(60)
        assert len(world.slack.posts()) == 1
