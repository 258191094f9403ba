"""Who may post while there are too many first messages, and what a storm remembers until it is over."""

import asyncio

import pytest

from router.state import keys
from router.state.storms import CALM_S, GONE_S, RENEW_S, Counts, Storm, StormStore
from tests.support.state import State

C1 = "C1"


@pytest.fixture
def store(state: State) -> StormStore:
    """Two first messages a minute are the most."""
    return StormStore(state.scripts, 2)


async def asked(store: StormStore, state: State, *names: str, loud: bool = False) -> list[float]:
    return [await store.admit(C1, name, loud, state.clock.now()) for name in names]


async def test_the_first_go_out_and_the_others_wait_their_turn(store: StormStore, state: State) -> None:
    assert await asked(store, state, "a", "b", "c", "d") == [0.0, 0.0, 30.0, 60.0]
    assert await asked(store, state, "a") == [0.0], "it was admitted, and could not be posted yet"
    state.clock.advance(61)
    assert await asked(store, state, "e", "c", "d", "e") == [60.0, 0.0, 0.0, 30.0]


async def test_pages_go_out_and_count(store: StormStore, state: State) -> None:
    assert await asked(store, state, "p", "q", "r", loud=True) == [0.0] * 3
    assert await asked(store, state, "a") == [30.0]
    assert await asked(store, state, "a", loud=True) == [0.0]
    assert (await store.look(C1, state.clock.now())).waiting == 0


async def test_what_is_over_needs_a_message_of_its_own_only_where_there_is_room(
    store: StormStore, state: State
) -> None:
    now = state.clock.now()
    assert not await store.over(C1, "a", 3, now)
    await asked(store, state, "a", "b", "c")
    assert await store.over(C1, "c", 5, now), "it waits"
    assert await store.over(C1, "d", 7, now), "it would have to"
    storm = await store.look(C1, now)
    assert (storm.waiting, storm.folded) == (0, 12)


async def test_a_summary_is_due_once_in_a_while_for_one_replica_and_the_end_is_told_to_one(
    store: StormStore, state: State
) -> None:
    other = StormStore(state.scripts, 2)

    async def look() -> list[Storm]:
        return await asyncio.gather(*(each.look(C1, state.clock.now()) for each in (store, other)))

    assert not any(storm.due or storm.over for storm in await look())
    await asked(store, state, "a", "b", "c")
    began = state.clock.now()
    assert sum(storm.due for storm in await look()) == 1
    state.clock.advance(RENEW_S - 1)
    assert not any(storm.due for storm in await look())
    state.clock.advance(1)
    found = await look()
    assert sum(storm.due for storm in found) == 1
    assert {(storm.waiting, storm.oldest, storm.since) for storm in found} == {(1, began, began)}
    assert await store.channels() == [C1]
    state.clock.advance(CALM_S)
    await asked(store, state, "c")
    state.clock.advance(CALM_S)
    assert sum(storm.over for storm in await look()) == 1
    assert await store.channels() == []


async def test_the_most_that_was_told_is_remembered_until_it_is_over(store: StormStore, state: State) -> None:
    await asked(store, state, "a", "b", "c")
    await store.tell(C1, Counts(40, 2, 1), state.clock.now())
    told = await store.tell(C1, Counts(30, 3, 0), state.clock.now())
    assert told.most == Counts(40, 3, 1)
    state.clock.advance(CALM_S + 1)
    await asked(store, state, "c")
    state.clock.advance(CALM_S + 1)
    assert (await store.look(C1, state.clock.now())).over
    late = await store.tell(C1, Counts(9, 9, 9), state.clock.now())
    assert (late.since, late.most) == (None, Counts()), "what comes too late begins no storm"


async def test_a_storm_that_begins_while_the_last_one_is_taken_off_the_list_is_listed(
    store: StormStore, state: State
) -> None:
    """The list is in another slot than the storm, so that no script can change both."""
    other = StormStore(state.scripts, 2)
    await asked(other, state, "a", "b", "c")
    state.clock.advance(GONE_S)
    await store.look(C1, state.clock.now())
    await asked(other, state, "d", "e", "f")
    assert await store.channels() == [C1]
    await state.client.srem(keys.STORMS, C1)
    await store._unlist(C1, state.clock.now())
    assert await store.channels() == [C1]


async def test_who_does_not_ask_any_more_is_forgotten(store: StormStore, state: State) -> None:
    await asked(store, state, "a", "b", "gone")
    state.clock.advance(GONE_S - 1)
    await asked(store, state, "d")
    assert (await store.look(C1, state.clock.now())).waiting == 1
    state.clock.advance(1)
    assert (await store.look(C1, state.clock.now())).waiting == 0
