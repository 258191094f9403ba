"""The pace of calls to Slack: token buckets and pauses that all replicas share."""

import asyncio

import pytest

from router.state.pace import POST, WEBHOOK, WORKSPACE_POSTS, Pace
from tests.support.state import State


async def test_a_channel_gets_one_post_a_second(state: State) -> None:
    pace = Pace(state.scripts, state.clock)
    assert await pace.take(POST, "C1") == 0.0
    assert await pace.take(POST, "C1") == pytest.approx(1.0)
    state.clock.advance(0.4)
    assert await pace.take(POST, "C1") == pytest.approx(0.6)
    state.clock.advance(0.6)
    assert await pace.take(POST, "C1") == 0.0


async def test_channels_do_not_wait_for_each_other_until_the_workspace_is_full(state: State) -> None:
    pace = Pace(state.scripts, state.clock)
    waits = [await pace.take(POST, f"C{n}") for n in range(6)]
    assert waits[:5] == [0.0] * 5
    assert waits[5] == pytest.approx(1 / WORKSPACE_POSTS[0])


async def test_a_post_that_must_wait_for_the_workspace_does_not_spend_its_channels_token(state: State) -> None:
    """Both tokens or none: else a storm in other channels would slow this one below its own pace."""
    pace = Pace(state.scripts, state.clock)
    for n in range(5):
        await pace.take(POST, f"C{n}")
    wait = await pace.take(POST, "C9")
    state.clock.advance(wait)
    assert await pace.take(POST, "C9") == 0.0


async def test_methods_have_a_pace_of_their_own(state: State) -> None:
    """Tier 3: 50 a minute, the burst included."""
    pace = Pace(state.scripts, state.clock)
    assert [await pace.take("chat.update", "C1") for _ in range(5)] == [0.0] * 5
    assert await pace.take("chat.update", "C2") == pytest.approx(60 / 45)
    assert await pace.take("some.method", "C1") == 0.0
    taken = 5
    for _ in range(600):
        state.clock.advance(0.1)
        taken += await pace.take("chat.update", "C1") == 0.0
    assert taken <= 50


async def test_each_webhook_has_a_pace_of_its_own(state: State) -> None:
    """One post in ten seconds; it shares nothing with other webhooks, nor with the app."""
    pace = Pace(state.scripts, state.clock)
    assert [await pace.take(WEBHOOK, f"webhook:{n}") for n in range(20)] == [0.0] * 20
    assert await pace.take(WEBHOOK, "webhook:1") == pytest.approx(10.0)
    assert await pace.take(POST, "C1") == 0.0


async def test_retry_after_pauses_a_method_for_every_replica(state: State) -> None:
    """One replica hears it, all of them wait; other methods go on."""
    first, second = Pace(state.scripts, state.clock), Pace(state.scripts, state.clock)
    await first.freeze(POST, 30.0)
    assert await second.take(POST, "C1") == pytest.approx(30.0)
    assert await second.take("chat.update", "C1") == 0.0
    state.clock.advance(30.0)
    assert await second.take(POST, "C1") == 0.0


async def test_a_shorter_pause_does_not_end_a_longer_one(state: State) -> None:
    pace = Pace(state.scripts, state.clock)
    await pace.freeze(POST, 60.0)
    await pace.freeze(POST, 1.0)
    assert await pace.take(POST, "C1") == pytest.approx(60.0)
    await pace.freeze(POST, 90.0)
    assert await pace.take(POST, "C1") == pytest.approx(90.0)


async def test_a_clock_that_goes_backwards_gives_no_tokens_away(state: State) -> None:
    pace = Pace(state.scripts, state.clock)
    await pace.take(POST, "C1")
    state.clock.advance(-3_600)
    assert await pace.take(POST, "C1") == pytest.approx(1.0)


async def test_replicas_share_the_tokens(state: State) -> None:
    """Twenty takers at once: one may post."""
    paces = [Pace(state.scripts, state.clock) for _ in range(20)]
    waits = await asyncio.gather(*(pace.take(POST, "C1") for pace in paces))
    assert sorted(waits)[:2] == [0.0, pytest.approx(1.0)]


async def test_what_can_wait_leaves_tokens_to_what_is_urgent(state: State) -> None:
    """Edits fill their pace down to the reserve; an urgent one still goes at once, and the others wait the longer."""
    pace = Pace(state.scripts, state.clock)
    waits = [await pace.take("chat.update", "C1", reserve=2.0) for _ in range(5)]
    assert waits[:3] == [0.0] * 3
    assert waits[3:] == [pytest.approx(60 / 45)] * 2
    assert [await pace.take("chat.update", "C1") for _ in range(2)] == [0.0] * 2
    assert await pace.take("chat.update", "C1", reserve=2.0) == pytest.approx(3 * 60 / 45)
    state.clock.advance(60 / 45 + 0.001)
    assert await pace.take("chat.update", "C1", reserve=2.0) > 0.0
    assert await pace.take("chat.update", "C1") == 0.0


async def test_a_reserve_as_large_as_the_bucket_lets_through_what_finds_it_full(state: State) -> None:
    """Patient calls are slow then, and never stuck."""
    pace = Pace(state.scripts, state.clock)
    assert await pace.take("chat.update", "C1", reserve=99.0) == 0.0
    wait = await pace.take("chat.update", "C1", reserve=99.0)
    state.clock.advance(wait + 0.001)
    assert await pace.take("chat.update", "C1", reserve=99.0) == 0.0


async def test_a_reserve_is_kept_of_the_workspace_not_of_the_channel(state: State) -> None:
    """A channel has one token: a reserve of it would let nothing through."""
    pace = Pace(state.scripts, state.clock)
    waits = [await pace.take(POST, f"C{n}", reserve=2.0) for n in range(4)]
    assert waits[:3] == [0.0] * 3
    assert waits[3] > 0.0
    assert await pace.take(POST, "C3") == 0.0


async def _served(state: State, asks: list[tuple[float, str, bool]]) -> list[str]:
    """Who posts when everybody comes at a moment and comes back when told to, in the order of being served."""
    pace, served = Pace(state.scripts, state.clock), []
    due = [(state.clock.now() + at, who, ahead) for at, who, ahead in asks]
    while due:
        due.sort(key=lambda each: each[0])
        at, who, ahead = due.pop(0)
        state.clock.advance(max(0.0, at - state.clock.now()))
        wait = await pace.take(POST, "C1", 0.0, who, ahead=ahead)
        if wait:
            due.append((state.clock.now() + wait, who, ahead))
        else:
            served.append(who)
    return served


async def test_who_waits_for_a_channel_is_served_before_who_comes_later(state: State) -> None:
    """A burst must not let the newest overtake the others again and again."""
    served = await _served(state, [(0.8 * number, f"p{number:02}", True) for number in range(30)])
    late = [abs(place - int(who[1:])) for place, who in enumerate(served)]
    assert max(late) <= 3, served


async def test_pages_go_ahead_of_whatever_waits(state: State) -> None:
    asks = [(0.0, f"f{number}", False) for number in range(10)] + [(1.5, "page", True)]
    served = await _served(state, asks)
    assert served.index("page") <= 4, served


async def test_who_does_not_come_back_holds_nobody_up_for_ever(state: State) -> None:
    pace = Pace(state.scripts, state.clock)
    for number in range(10):
        await pace.take(POST, "C1", 0.0, f"gone{number}")
    state.clock.advance(40)
    assert await pace.take(POST, "C1", 0.0, "here") == 0.0
