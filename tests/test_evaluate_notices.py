"""What the router says about its own sight: a source that does not answer, an SLO that went blind."""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from router.gate import Reason
from router.incident import Phase, Say
from router.slo.objective import Objective, Snapshot
from router.slo.verdict import Cause, Verdict, assess
from router.state import keys
from router.state.slos import Slos
from tests.support.world import SLO, HandSource, World, firing, open_world

ID = "checkout-availability"
Measure = Callable[[Objective, float], Snapshot]


@pytest.fixture
async def world(valkey_url: str, tmp_path: Path) -> AsyncIterator[World]:
    """Two SLOs of one source: the other one is well measured all the time."""
    async with open_world(valkey_url, tmp_path) as opened:
        (tmp_path / "slos/search.yaml").write_text(SLO.format(name="search", title="Search"))
        await opened.configuration.reload()
        await opened.pass_time(30)
        yield opened


async def seen(world: World) -> tuple[Verdict, Cause]:
    watched = (await Slos(world.scripts, "reader").load([ID]))[ID]
    found = assess(world.configuration.current.objectives[ID], watched.snapshot, world.clock.now(), watched.memory)
    return found.verdict, found.cause


def notice(world: World, what: str) -> dict[str, str]:
    return dict(world.slack.notices(what)[-1].view.notice or {})


# --- a source that does not answer


async def test_the_first_failed_tick_is_forgiven(world: World) -> None:
    await world.send(firing("DiskSlow"))
    world.source.broken = "connection refused"
    await world.pass_time(30)
    assert await seen(world) == (Verdict.NO_THREAT, Cause.NONE)
    assert world.metric('gate_open{source="prometheus"}') == 0
    assert world.engine.evaluator.said_blind == {}
    world.source.broken = ""
    await world.pass_time(30)
    world.source.broken = "connection refused"
    await world.pass_time(30)
    assert world.slack.orders == [], "one failure now and then opens nothing"


async def test_two_failed_ticks_open_the_gate_and_are_said_once(world: World) -> None:
    since = world.clock.now() + 30
    world.source.broken = "connection refused"
    await world.pass_time(900)
    assert [order.view.phase for order in world.slack.notices("slo_source") if not order.ts] == [Phase.FIRING]
    facts = notice(world, "slo_source")
    assert facts == {
        "what": "slo_source",
        "about": "prometheus",
        "since": f"{since:.0f}",
        "affected": "2 / 2",
        "detail": "connection refused",
        "next_try": "30",
        "forwarded": "0",
    }
    assert set(world.engine.evaluator.said_blind) == {"prometheus"}
    world.source.broken = ""
    await world.pass_time(900)
    assert [order.view.phase for order in world.slack.notices("slo_source")][-1] is Phase.RESOLVED
    assert len(world.slack.posts()) == 1
    assert world.slack.posts(Say.BROADCAST) == []
    assert world.engine.evaluator.said_blind == {}


async def test_the_notice_counts_what_came_through_since_the_source_was_given_up(world: World) -> None:
    await world.change("mapping:\n", "mapping:\n  - matchers: ['service=\"search\"']\n    slos: [search]\n")
    await world.send(firing("Slow", service="search", operation="suggest"))
    await world.pass_time(60)
    assert await world.tally() == {"forward:slo_unknown": 1}, "unjudged before, for another reason"
    await world.send(firing("DiskSlow"), firing("PodRestart"))
    world.source.broken = "connection refused"
    await world.pass_time(150)
    assert notice(world, "slo_source")["forwarded"] == "2", "what was held when the gate opened counts"
    await world.send(firing("DBConnHigh"))
    await world.pass_time(150)
    world.source.broken = ""
    await world.pass_time(60)
    assert world.slack.notices("slo_source")[-1].view.phase is Phase.RESOLVED
    assert notice(world, "slo_source")["forwarded"] == "2", "what joins a message is not told a second time"


async def test_a_second_outage_counts_anew(world: World) -> None:
    await world.send(firing("DiskSlow"))
    world.source.broken = "connection refused"
    await world.pass_time(150)
    world.source.broken = ""
    await world.pass_time(300)
    world.source.broken = "timeout"
    await world.pass_time(150)
    (root,) = [post for post in world.slack.posts() if post.view.notice is not None]
    assert root.view.refires == 0
    assert world.slack.notices("slo_source")[-1].view.refires == 1
    assert notice(world, "slo_source")["forwarded"] == "0"


async def test_another_replica_takes_the_notice_back(world: World) -> None:
    world.source.broken = "connection refused"
    await world.pass_time(150)
    world.engine = world.another("other")
    await world.scripts.client.delete(keys.lease("evaluate:prometheus"))
    world.source.broken = ""
    await world.pass_time(60)
    assert world.slack.notices("slo_source")[-1].view.phase is Phase.RESOLVED


async def test_the_notice_of_a_removed_source_ends_by_itself(world: World) -> None:
    world.source.broken = "connection refused"
    await world.pass_time(150)
    for _ in range(40):
        world.clock.advance(30)
        await world.engine.expire()
        await world.engine.settle()
    assert world.slack.notices("slo_source")[-1].view.phase is Phase.RESOLVED


async def test_a_threat_is_kept_while_the_source_does_not_answer(world: World) -> None:
    world.source.errors.append((world.clock.now() - 600, world.clock.now() + 60, 0.5))
    await world.pass_time(60)
    world.source.broken = "connection refused"
    await world.pass_time(1_200)
    assert await seen(world) == (Verdict.THREAT_PAGE, Cause.SOURCE_UNREACHABLE)


# --- an SLO that went blind


def no_data(objective: Objective, now: float) -> Snapshot:
    return Snapshot(objective.id, now - 5, {}, interval_s=15.0)


def stale(objective: Objective, now: float) -> Snapshot:
    return Snapshot(objective.id, now - 4_000, {}, interval_s=15.0)


def failing(objective: Objective, now: float) -> Snapshot:
    return Snapshot(objective.id, None, {}, error="bad query")


@pytest.mark.parametrize(
    ("measure", "cause"),
    [(no_data, Cause.NO_DATA), (stale, Cause.STALE), (failing, Cause.SOURCE_UNREACHABLE)],
    ids=["no data", "stale", "its query fails"],
)
async def test_a_blind_slo_is_announced_after_15_minutes(world: World, measure: Measure, cause: Cause) -> None:
    world.source.special[ID] = measure
    await world.pass_time(900)
    assert await seen(world) == (Verdict.UNKNOWN, cause)
    assert world.slack.notices("slo_blind") == []
    await world.pass_time(1_200)
    (said,) = world.slack.notices("slo_blind")
    facts = notice(world, "slo_blind")
    assert (facts["about"], facts["affected"], facts["detail"]) == (ID, ID, str(cause))
    assert world.clock.now() - float(facts["since"]) > 2_000
    assert "forwarded" not in facts
    world.source.special.clear()
    await world.pass_time(60)
    assert world.slack.notices("slo_blind")[-1].view.phase is Phase.RESOLVED
    assert said.view.phase is Phase.FIRING


async def test_two_blind_slos_are_two_messages(world: World) -> None:
    world.source.special |= {ID: no_data, "search": stale}
    await world.pass_time(1_200)
    assert {post.view.notice["about"] for post in world.slack.posts() if post.view.notice} == {ID, "search"}


async def test_a_total_outage_is_not_blindness(world: World) -> None:
    """A goal so loose that no tier pages: the outage is shown, and it is not a lack of sight."""
    text = SLO.format(name=ID, title="Checkout").replace("target: 0.999", "target: 0.5")
    (world.folder / "slos/checkout.yaml").write_text(text)
    await world.configuration.reload()
    await world.send(firing("HighErrors"))
    world.source.special["search"] = HandSource().healthy
    world.source.errors.append((world.clock.now(), float("inf"), 1.0))
    await world.pass_time(1_500)
    assert await seen(world) == (Verdict.UNKNOWN, Cause.TOTAL_OUTAGE)
    assert [post.view.reason for post in world.slack.alerts()] == [Reason.SLO_UNKNOWN]
    assert world.slack.notices("slo_blind") == []


async def test_a_young_series_is_not_blindness(world: World) -> None:
    def young(objective: Objective, now: float) -> Snapshot:
        return replace(world.source.healthy(objective, now), age_s=60.0)

    world.source.special[ID] = young
    await world.pass_time(1_800)
    assert await seen(world) == (Verdict.UNKNOWN, Cause.WARMING_UP)
    assert world.slack.notices("slo_blind") == []


async def test_a_threat_that_is_only_kept_is_blindness(world: World) -> None:
    """The page stays, because nothing new is known; that nothing new is known must be said."""
    world.source.errors.append((world.clock.now() - 600, float("inf"), 0.5))
    world.source.special["search"] = HandSource().healthy
    await world.pass_time(60)
    world.source.special[ID] = failing
    await world.pass_time(1_200)
    assert await seen(world) == (Verdict.THREAT_PAGE, Cause.SOURCE_UNREACHABLE)
    assert notice(world, "slo_blind")["about"] == ID


async def test_a_dead_source_is_said_once_and_not_for_each_slo(world: World) -> None:
    world.source.broken = "connection refused"
    await world.pass_time(3_600)
    assert world.slack.notices("slo_blind") == []
    world.source.broken = ""
    world.source.special[ID] = no_data
    await world.pass_time(600)
    assert world.slack.notices("slo_blind") == [], "the time under a dead source does not count"
    await world.pass_time(600)
    assert len(world.slack.notices("slo_blind")) == 1


async def test_an_slo_that_was_blind_before_its_source_died_stays_announced(world: World) -> None:
    world.source.special[ID] = no_data
    await world.pass_time(1_200)
    assert len(world.slack.notices("slo_blind")) == 1
    world.source.special.clear()
    world.source.broken = "connection refused"
    await world.pass_time(3_600)
    assert {order.view.phase for order in world.slack.notices("slo_blind")} == {Phase.FIRING}


async def test_the_notice_of_a_removed_slo_ends_by_itself(world: World) -> None:
    world.source.special[ID] = no_data
    await world.pass_time(1_200)
    (world.folder / "slos/checkout.yaml").unlink()
    await world.change("slos: [checkout-availability]", "slos: [search]")
    await world.pass_time(1_200)
    assert world.slack.notices("slo_blind")[-1].view.phase is Phase.RESOLVED
