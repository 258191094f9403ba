"""Group commit: many requests in few round trips, each with its own answer, whatever is cancelled or cut."""

import asyncio
import random
from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from router.alert import Status
from router.errors import UnavailableError
from router.state import connect as connect_module
from router.state import keys
from router.state.calls import BATCH
from router.state.connect import CONNECTIONS, connect
from router.state.entries import Entry
from tests.support.programs import need
from tests.support.state import KEY, START, State, entry, make_alert, open_state, run_server, state_on
from tests.support.wire import Wire, wire_to


def numbered(n: int, key: str = KEY, **fields: object) -> Entry:
    return entry(make_alert(f"Rule{n}", fingerprint=f"{n:032x}", **fields), key)


async def test_requests_that_wait_share_one_round_trip(state: State) -> None:
    """500 webhooks at once: the first goes alone, all others together."""
    await state.store(numbered(0))
    before = state.writer.round_trips
    stored = await asyncio.gather(
        *(state.writer.store([numbered(n), numbered(n + 1)], START) for n in range(1, 1000, 2))
    )
    assert state.writer.round_trips - before == 1
    assert {"".join(each.code for each in answer) for answer in stored} == {"NN"}
    assert (await state.board.tally())["opened"] == 1_001


async def test_a_request_during_a_write_goes_with_the_next_one(state: State) -> None:
    await state.store(numbered(0))
    before = state.writer.round_trips
    first = asyncio.create_task(state.store(numbered(1)))
    await asyncio.sleep(0)
    late = [asyncio.create_task(state.store(numbered(n))) for n in range(2, 52)]
    assert {await first, *[await task for task in late]} == {"N"}
    assert state.writer.round_trips - before <= 2


async def test_every_request_gets_its_own_answer(state: State) -> None:
    """News, repeats, resolves and unknown resolves mixed in one group."""
    await state.store(*(numbered(n) for n in range(50)))
    wanted = []
    for n in range(100):
        over = n % 3 == 0
        status = Status.RESOLVED if over else Status.FIRING
        each = numbered(n, status=status, ends_at=START if over else None)
        wanted.append((each, ("R" if over else "D") if n < 50 else ("T" if over else "N")))
    answers = await asyncio.gather(*(state.writer.store([each], START) for each, _ in wanted))
    assert [answer[0].code for answer in answers] == [code for _, code in wanted]
    ids = {answer[0].incident for answer in answers}
    assert len(ids) == 1
    assert ids != {""}


async def test_more_than_a_batch_of_one_incident_is_stored_in_several_calls(state: State) -> None:
    many = [numbered(n) for n in range(BATCH * 2 + 50)]
    assert await state.store(*many) == "N" * len(many)
    assert await state.store(*many) == "D" * len(many)
    assert (await state.claim()).incident.firing == len(many)


async def test_order_within_one_request_is_kept_across_batches(state: State) -> None:
    """Firing first, resolved last, with many others between: it ends resolved."""
    others = [numbered(n) for n in range(1, 300)]
    gone = numbered(0, status=Status.RESOLVED, ends_at=START)
    codes = await state.store(numbered(0), *others, gone)
    assert codes == "N" * 300 + "R"


# --- level L2


async def test_level_l2_waits_for_the_disk_of_the_connection_that_wrote(valkey_url: str) -> None:
    async with open_state(valkey_url, "L2") as state:
        await state.store(numbered(1))
        before = (await state.client.info("commandstats"))["cmdstat_waitaof"]["calls"]
        assert await state.store(numbered(2), numbered(3, "other")) == "NN"
        assert (await state.client.info("commandstats"))["cmdstat_waitaof"]["calls"] == before + 1


async def test_level_l2_refuses_when_the_disk_does_not_confirm(valkey_url: str) -> None:
    """Without an append-only file WAITAOF cannot confirm anything."""
    async with open_state(valkey_url, "L2") as state:
        await state.client.config_set("appendonly", "no")
        try:
            with pytest.raises(UnavailableError) as caught:
                await state.store(numbered(1))
            assert caught.value.code == "waitaof"
        finally:
            await state.client.config_set("appendonly", "yes")


@pytest.mark.parametrize(("fsync", "accepted"), [("always", True), ("everysec", False)])
async def test_level_l2_without_waitaof_needs_fsync_always(redis_url: str, fsync: str, accepted: bool) -> None:
    """Redis 7.0 has no WAITAOF: only a server that syncs before it answers keeps the promise."""
    async with open_state(redis_url, "L2") as state:
        await state.client.config_set("appendfsync", fsync)
        if accepted:
            assert await state.store(numbered(1)) == "N"
        else:
            with pytest.raises(UnavailableError) as caught:
                await state.store(numbered(1))
            assert caught.value.code == "waitaof"


# --- cancelled and cut


@pytest.fixture
async def wired(tmp_path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[State, Wire, Redis]]:
    monkeypatch.setattr(connect_module, "TIMEOUT_S", 1.0)
    program = need("redis-server", "redis-server")
    async with run_server(program, tmp_path / "server") as (_, port), wire_to(port) as wire:
        client = connect(f"redis://127.0.0.1:{wire.port}/0")
        yield state_on(client, ""), wire, client
        await client.aclose()


async def test_cancelled_requests_do_not_harm_the_others(wired: tuple[State, Wire, Redis]) -> None:
    """300 webhooks, half of the senders hang up at random moments: all others get the right answers."""
    state, wire, client = wired
    wire.delay_s = 0.002
    chance = random.Random(7)
    tasks = {}
    for n in range(300):
        tasks[n] = asyncio.create_task(state.store(numbered(n, f"k{n % 7}"), numbered(n, f"k{n % 7}")))
        if n % 20 == 0:
            await asyncio.sleep(0.001)
        if chance.random() < 0.5:
            tasks[chance.randrange(n + 1)].cancel()
    answers = await asyncio.gather(*tasks.values(), return_exceptions=True)
    assert {each for each in answers if isinstance(each, str)} == {"ND"}
    assert any(isinstance(each, asyncio.CancelledError) for each in answers)
    await state.writer.drain()
    wire.delay_s = 0.0
    never_sent = {n for n, task in tasks.items() if task.cancelled()}
    assert (await state.board.tally())["opened"] >= 300 - len(never_sent)
    assert len(client.connection_pool._in_use_connections) == 0


async def test_cancelled_reads_never_mix_up_replies(wired: tuple[State, Wire, Redis]) -> None:
    """redis-py CVE-2023-28858: a command cancelled between request and reply must not leave the reply to the next."""
    state, wire, client = wired
    await state.store(*(numbered(n, f"k{n}") for n in range(40)))
    wire.delay_s = 0.003
    chance = random.Random(11)

    async def find(n: int) -> None:
        print_of = f"{n:032x}"
        assert await state.board.locate([print_of]) == {print_of: [f"k{n}"]}

    for _ in range(15):
        tasks = [asyncio.create_task(find(chance.randrange(40))) for _ in range(40)]
        await asyncio.sleep(chance.random() * 0.006)
        for task in tasks:
            if chance.random() < 0.6:
                task.cancel()
        for answer in await asyncio.gather(*tasks, return_exceptions=True):
            assert answer is None or isinstance(answer, asyncio.CancelledError), answer
    pool = client.connection_pool
    assert len(pool._in_use_connections) == 0
    assert len(pool._available_connections) <= CONNECTIONS
    assert wire.connections <= CONNECTIONS + 1


async def test_more_calls_than_connections_wait_for_a_free_one(wired: tuple[State, Wire, Redis]) -> None:
    """A storm of webhooks with strangers in them is slow at worst, never refused for want of connections."""
    state, wire, client = wired
    wire.delay_s = 0.001
    found = await asyncio.gather(*(state.board.locate([f"{n:032x}"]) for n in range(CONNECTIONS * 5)))
    assert found == [{}] * (CONNECTIONS * 5)
    assert len(client.connection_pool._available_connections) <= CONNECTIONS


async def test_an_answer_that_was_cut_off_is_asked_for_again(wired: tuple[State, Wire, Redis]) -> None:
    """The write happened, its answer never came: refused while the wire is cut, a duplicate afterwards."""
    state, wire, _ = wired
    await state.store(numbered(0))
    wire.cut_answers = True
    with pytest.raises(UnavailableError) as caught:
        await state.store(numbered(1))
    assert caught.value.code == "unreachable"
    wire.cut_answers = False
    assert await state.store(numbered(1)) == "D"
    assert (await state.board.tally())["opened"] == 2


async def test_a_connection_that_died_while_idle_is_replaced_unnoticed(state: State) -> None:
    await state.store(numbered(0))
    await state.client.client_kill_filter(_type="normal", skipme=False)
    assert await state.store(numbered(1)) == "N"
    await state.client.client_kill_filter(_type="normal", skipme=False)
    assert (await state.board.audit(START)).unaccounted == 0


async def test_draining_waits_for_what_was_handed_in(state: State) -> None:
    task = asyncio.create_task(state.store(numbered(1)))
    await asyncio.sleep(0)
    await state.writer.drain()
    assert task.done() or await task == "N"
    assert (await state.board.locate([f"{1:032x}"])) == {f"{1:032x}": [KEY]}


def test_every_partition_has_incidents() -> None:
    """The keys spread: no partition is left out, none holds much more than its share."""
    spread = [keys.partition_of(f"{n:016x}") for n in range(1_600)]
    assert min(spread.count(p) for p in range(keys.PARTITIONS)) > 50
