"""Order of arrival: whatever is permuted, repeated or late, an alert ends as its source left it."""

import asyncio
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from router.alert import Alert, Status
from router.state.connect import connect
from tests.support.state import START, State, entry, make_alert, state_on

SENDERS = 2


@pytest.fixture(scope="module")
def opened(valkey_url: str) -> Iterator[tuple[asyncio.AbstractEventLoop, State]]:
    """One client for all examples."""
    loop = asyncio.new_event_loop()
    client = connect(valkey_url)
    yield loop, state_on(client, valkey_url)
    loop.run_until_complete(client.aclose())
    loop.close()


@st.composite
def stories(draw: st.DrawFn) -> tuple[list[Alert], dict[str, bool]]:
    """What two senders say of 1-5 alerts, in any order and any number of times; and which of them fire in the end.

    Every alert fires and resolves a few times; the senders' starts of one firing differ by a few seconds.
    """
    said: list[Alert] = []
    fires: dict[str, bool] = {}
    for number in range(draw(st.integers(1, 5))):
        fingerprint = f"{number}" * 32
        episodes = draw(st.integers(1, 3))
        fires[fingerprint] = draw(st.booleans())
        for episode in range(episodes):
            at = START + 30 * episode
            over = episode < episodes - 1 or not fires[fingerprint]
            for sender in range(SENDERS):
                base = {"fingerprint": fingerprint, "starts_at": at + 3 * sender}
                said.append(make_alert(**base))
                if over:
                    said.append(make_alert(**base, status=Status.RESOLVED, ends_at=at + 20 + sender))
    repeated = draw(st.lists(st.sampled_from(said), max_size=8))
    return draw(st.permutations([*said, *repeated])), fires


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(story=stories(), together=st.integers(1, 9))
def test_the_final_state_is_the_sources(
    opened: tuple[asyncio.AbstractEventLoop, State], story: tuple[list[Alert], dict[str, bool]], together: int
) -> None:
    """Nothing fires after its last resolve, nothing is silent that fires, and every opened firing is accounted for."""
    loop, state = opened
    alerts, fires = story

    async def tell() -> tuple[set[str], int]:
        await state.client.flushall()
        fresh = state_on(state.scripts.client, state.url)
        for start in range(0, len(alerts), together):
            await fresh.store(*(entry(alert) for alert in alerts[start : start + together]))
        standing = {each.alert.fingerprint for each in await fresh.board.alerts()}
        return standing, (await fresh.board.audit(START)).unaccounted

    standing, unaccounted = loop.run_until_complete(tell())
    assert standing == {fingerprint for fingerprint, firing in fires.items() if firing}
    assert unaccounted == 0
