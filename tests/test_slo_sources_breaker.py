"""A source that is slow or dead holds nobody up, and is asked again with care."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from router.slo.sources.breaker import Breaker
from tests.support.impostor import EVENTS, NOW, Impostor, listening, source_at, vector
from tests.support.past import objective_of


@pytest.fixture
async def impostor() -> AsyncIterator[Impostor]:
    """A server that a test tells what to answer."""
    async with listening() as told:
        yield told


async def test_a_slow_source_is_given_up(impostor: Impostor) -> None:
    """One time-out per question, and the whole measurement is bounded however many SLOs there are."""
    impostor.hangs = asyncio.Event()
    objectives = [objective_of(EVENTS, name=f"slo-{number}") for number in range(50)]
    async with source_at(impostor.url, timeout_s=0.1) as source, asyncio.timeout(2.0):
        snapshots = await source.measure(objectives, NOW)
    assert {snapshot.error.split(";")[0] for snapshot in snapshots.values()} == {"metrics: no answer within 0.1 s"}
    assert len(impostor.queries) <= 16, "once the breaker is open nobody asks any more"


async def test_a_dead_source_is_left_alone_and_asked_again_with_one_question(impostor: Impostor) -> None:
    """Three failures open the breaker; after its rest one SLO goes first, then all."""
    objectives = [objective_of(EVENTS, name=f"slo-{number}") for number in range(5)]
    impostor.answer = lambda _: web.Response(status=502)
    async with source_at(impostor.url) as source:
        await source.measure(objectives, NOW)
        asked = len(impostor.queries)
        resting = await source.measure(objectives, NOW + 5.0)
        assert len(impostor.queries) == asked
        assert {each.error for each in resting.values()} == {"metrics: answered 502; not asked again yet"}
        still_dead = await source.measure(objectives, NOW + 16.0)
        assert len(impostor.queries) == asked + 1, "one question told that it is still dead"
        assert all(each.error for each in still_dead.values())
        impostor.answer = vector
        back = await source.measure(objectives, NOW + 60.0)
    assert not any(each.error for each in back.values())


def test_the_breaker_rests_longer_each_time_up_to_a_minute() -> None:
    """15, 30, 60, 60 seconds; one answer closes it."""
    breaker, now, rests = Breaker(), NOW, []
    for _ in range(3):
        breaker.failed("down", now)
    for _ in range(4):
        assert breaker.until is not None
        rests.append(breaker.until - now)
        now = breaker.until
        breaker.failed("down", now)
    assert rests == [15.0, 30.0, 60.0, 60.0]
    breaker.answered()
    assert not breaker.rests(now)


async def test_a_cancelled_measurement_leaves_nothing_running(impostor: Impostor) -> None:
    """Shutting down does not wait for a source that hangs."""
    impostor.hangs = asyncio.Event()
    async with source_at(impostor.url) as source:
        task = asyncio.create_task(source.measure([objective_of(EVENTS)], NOW))
        await impostor.asked.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        ours = [each for each in asyncio.all_tasks() if "_in_turn" in repr(each)]
    assert ours == []
