"""The loops that keep the router going outlive whatever breaks in one of their turns."""

import asyncio

import pytest
import structlog

from router.app import loops
from router.app.loops import Loops
from router.errors import ConfigError, Finding, UnavailableError
from tests.support.waiting import until

FAILURES = {
    "Redis is away": (UnavailableError("away", code="unreachable"), "unreachable"),
    "Redis is unfit": (ConfigError((Finding("Redis", 1, 1, "too old", "update it"),)), "Redis:1:1: too old; update it"),
    "a defect": (ValueError("c4n4ry"), "ValueError in "),
}


@pytest.mark.parametrize("case", FAILURES.values(), ids=FAILURES)
async def test_a_turn_that_fails_is_followed_by_the_next(
    case: tuple[Exception, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Trouble is told once when it begins and once when it is over; error texts of defects are not told."""
    monkeypatch.setattr(loops, "RETRY_S", 0.01)
    error, problem = case
    turns = 0

    async def turn() -> None:
        nonlocal turns
        turns += 1
        if turns <= 3:
            raise error
        await asyncio.sleep(0.01)

    kept = Loops()
    with structlog.testing.capture_logs() as said:
        kept.keep("audit", turn)
        await until(lambda: turns > 5, "it goes on", 5)
        await kept.end()
    assert [line["event"] for line in said] == ["loop_postponed", "loop_goes_on"]
    assert said[0]["loop"] == "audit"
    assert str(said[0]["problem"]).startswith(problem)
    assert "c4n4ry" not in repr(said)


async def test_ending_does_not_depend_on_a_cancellation_that_gets_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    """wait_for of Python 3.11 can swallow one (gh-86296); it is repeated until the loop has ended."""
    monkeypatch.setattr(loops, "RETRY_S", 0.01)
    swallowed = 0

    async def turn() -> None:
        nonlocal swallowed
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            if swallowed == 2:
                raise
            swallowed += 1

    kept = Loops()
    kept.keep("dispatch", turn)
    await asyncio.sleep(0)
    async with asyncio.timeout(5):
        await kept.end()
    assert swallowed == 2
