"""What every SLO said is kept each minute by whoever measures, and the tick never suffers for it."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from router.errors import UnavailableError
from router.evaluate import Past
from router.gate import Reason
from router.noise.values import Stretch
from router.slo.verdict import Cause, Verdict
from router.state import keys
from router.state.history.slos import SloHistory
from router.state.slos import Slos, Watched
from tests.support.state import START
from tests.support.world import World, firing, open_world

ID = "checkout-availability"


@pytest.fixture
async def world(valkey_url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(valkey_url, tmp_path) as opened:
        yield opened


async def recorded(world: World) -> tuple[Stretch, ...]:
    return (await SloHistory(world.scripts).stretches([ID], START - 60, START + 86_400))[ID]


async def test_a_burn_is_kept_from_its_first_snapshot_to_the_next_other_one(world: World) -> None:
    await world.pass_time(300)
    begin = world.clock.now()
    world.source.errors.append((begin, begin + 300, 1.0))
    await world.pass_time(3_600)
    found = await recorded(world)
    assert found[0].verdict is Verdict.NO_THREAT
    threat = next(each for each in found if each.verdict is Verdict.THREAT_PAGE)
    assert begin < threat.start <= begin + 90
    assert threat.end > begin + 300
    assert found[-1].end > begin + 3_500
    assert all(each.missing_s == 0 for each in found)
    assert (threat.budget_start or 0) > (found[-1].budget_end or 0)


async def test_a_minute_has_its_verdict_cause_and_budget(world: World) -> None:
    await world.pass_time(120)
    world.source.broken = "connection refused"
    await world.pass_time(180)
    history = SloHistory(world.scripts)
    lines = [line async for line in history.snapshots(ID, START - 60, START + 3_600)]
    assert len(lines) == len({line["at"][:16] for line in lines}) >= 4
    assert lines[0]["verdict"] == "no_threat"
    assert lines[0]["budget_remaining"] == 1.0
    assert lines[-1]["verdict"] == "unknown"
    assert lines[-1]["cause"] == Cause.SOURCE_UNREACHABLE
    assert lines[-1]["error"] == "connection refused"


async def test_only_whoever_holds_the_lease_keeps_it(world: World) -> None:
    other = world.another("other")
    await world.scripts.client.delete(*[key async for key in world.scripts.client.scan_iter("ar:{slo:*:day:*")])
    await other.evaluate({"prometheus": world.source})
    assert [key async for key in world.scripts.client.scan_iter("ar:{slo:*:day:*")] == []
    await world.engine.evaluate({"prometheus": world.source})
    assert await world.scripts.client.exists(keys.slo_day(ID, int(world.clock.now() // 86_400))) == 1


class Trouble:
    """A history that cannot be written, or hangs."""

    def __init__(self, error: Exception | None) -> None:
        self.error = error
        self.asked = 0

    async def record(
        self,
        watched: Iterable[Watched],
        budgets: Mapping[str, float | None],
        now: float,
        causes: Mapping[str, Cause] | None = None,
    ) -> None:
        self.asked += 1
        if self.error is not None:
            raise self.error
        await asyncio.Event().wait()


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UnavailableError("Redis is at maxmemory", code="oom"), "oom"),
        (KeyError("a bug"), "KeyError"),
        (None, "TimeoutError"),
    ],
    ids=["Redis refuses", "a bug", "it hangs"],
)
async def test_a_history_that_cannot_be_written_is_told_and_the_tick_goes_on(
    world: World, monkeypatch: pytest.MonkeyPatch, error: Exception | None, code: str
) -> None:
    monkeypatch.setattr("router.evaluate.loop.RECORDING_S", 0.05)
    past: Past = Trouble(error)
    world.engine.evaluator.past = past
    await world.send(firing("DiskSlow"))
    await world.pass_time(30)
    world.source.errors.append((world.clock.now() - 400, float("inf"), 0.30))
    with capture_logs() as logs:
        await world.pass_time(30)
    told = [each for each in logs if each["event"] == "slo_history_not_stored"]
    assert {(each["code"], each["slo_source"], each["slos"]) for each in told} == {(code, "prometheus", 1)}
    assert [post.view.reason for post in world.slack.posts()] == [Reason.THREAT_PAGE]
    assert (await Slos(world.scripts, "reader").load([ID]))[ID].verdict is Verdict.THREAT_PAGE


async def test_without_a_history_nothing_is_missed(world: World) -> None:
    world.engine.evaluator.past = None
    await world.pass_time(60)
    assert (await Slos(world.scripts, "reader").load([ID]))[ID].verdict is Verdict.NO_THREAT
