"""People's names are asked of Slack once, and never waited for."""

import time
from collections.abc import AsyncIterator

import aiohttp
import pytest

from router.slack.calls import SlackCalls
from router.slack.names import Names
from router.testing import TOKEN, Person, SlackStandIn, faults


@pytest.fixture
async def slack() -> AsyncIterator[SlackStandIn]:
    async with SlackStandIn(time.time) as running:
        running.invite(Person("U0ADA", "Ada"), Person("U0NAMELESS"))
        yield running
    running.assert_clean()


class Unpaced:
    """No pace: nothing here is limited."""

    async def take(
        self, method: str, channel: str, reserve: float = 0.0, who: str = "", *, ahead: bool = False
    ) -> float:
        return 0.0

    async def freeze(self, method: str, seconds: float) -> None:
        return


@pytest.fixture
async def names(slack: SlackStandIn) -> AsyncIterator[Names]:
    async with aiohttp.ClientSession() as session:
        calls = SlackCalls(
            TOKEN, slack.url, session, Unpaced(), on_result=lambda *_: None, on_rate_limited=lambda _: None
        )
        yield Names(calls, within_s=0.2)


async def test_a_name_is_asked_once(slack: SlackStandIn, names: Names) -> None:
    assert [await names.of("U0ADA") for _ in range(3)] == ["Ada"] * 3
    assert [call.method for call in slack.calls] == ["users.info"]


async def test_who_has_no_other_name_is_called_by_the_account(names: Names) -> None:
    assert await names.of("U0NAMELESS") == "u0nameless"


@pytest.mark.parametrize(
    "fault", [faults.hang(), faults.http_error(500), faults.rate_limited(), faults.body('{"user": []}'), None],
    ids=["hangs", "500", "429", "nonsense", "unknown"],
)  # fmt: skip
async def test_a_name_that_nobody_tells_in_time_is_none(
    slack: SlackStandIn, names: Names, fault: faults.Fault | None
) -> None:
    """It is asked again the next time."""
    slack.script("users.info", fault)
    assert await names.of("U0ADA" if fault is not None else "U0NOBODY") == ""
