"""What a process knows to be stored: re-sends cost nothing, and what others changed is seen at the next one."""

import pytest

from router.alert import Status
from router.state import keys
from router.state.entries import Entry
from router.state.known import Known
from tests.support.state import KEY, START, State, entry, make_alert, state_on


def numbered(n: int, key: str = KEY) -> Entry:
    return entry(make_alert(f"Rule{n}", fingerprint=f"{n:032x}"), key)


async def test_repeats_are_not_sent_again_and_change_nothing(state: State) -> None:
    """The bytes sent for re-sends do not grow with the alerts."""
    many = [numbered(n, f"k{n % 20}") for n in range(1_000)]
    await state.store(*many)
    dump = await everything(state)
    before = (await state.client.info("stats"))["total_net_input_bytes"]
    assert await state.store(*many) == "D" * 1_000
    sent = (await state.client.info("stats"))["total_net_input_bytes"] - before
    assert sent < 10_000
    assert await everything(state) == dump


async def everything(state: State) -> dict[str, bytes]:
    return {key.decode(): await state.client.dump(key) for key in await state.client.keys("ar:*")}


@pytest.mark.parametrize("change", ["resolve", "expire", "forget", "update", "flush"])
async def test_what_another_process_changed_is_seen_at_the_next_resend(state: State, change: str) -> None:
    """This process knows the alert as firing; the other one changes it; the re-send is judged by what is stored."""
    firing = entry(make_alert(expires_at=START + 100))
    other = state_on(state.scripts.client, state.url)
    await state.store(firing)
    assert await state.store(firing) == "D"
    gone = entry(make_alert(status=Status.RESOLVED, ends_at=START))
    expected = "S"
    match change:
        case "resolve":
            await other.store(gone)
        case "expire":
            await other.incidents.expire(START + 101)
            expected = "N"
        case "forget":
            await state.client.delete(*(await state.client.keys("*:i:*")), *(await state.client.keys("*:a:*")))
            expected = "N"
        case "update":
            await other.store(entry(make_alert(annotations={"summary": "worse"}, expires_at=START + 100)))
            expected = "U"
        case _:
            await state.client.flushall()
            expected = "N"
    assert await state.store(firing) == expected


async def test_resends_keep_an_expiring_alert_alive(state: State) -> None:
    """Also those that are known to be duplicates, and never backwards."""
    for seconds in (100, 200, 300, 250):
        await state.store(entry(make_alert(expires_at=START + seconds)))
    assert await state.incidents.expire(START + 299) == 0
    assert await state.incidents.expire(START + 300) == 1


async def test_a_known_resolve_is_a_duplicate_and_a_newer_one_is_remembered(state: State) -> None:
    firing, gone = entry(make_alert()), entry(make_alert(status=Status.RESOLVED, ends_at=START))
    assert await state.store(firing, gone, gone, gone) == "NRDD"
    later = entry(make_alert(status=Status.RESOLVED, starts_at=START + 5, ends_at=START + 9))
    assert await state.store(later) == "T"
    assert await state.store(entry(make_alert(starts_at=START + 5))) == "S"


async def test_two_senders_with_different_starts_are_known_both(state: State) -> None:
    first, second = entry(make_alert(starts_at=START)), entry(make_alert(starts_at=START + 3))
    assert await state.store(first, second) == "ND"
    dump = await everything(state)
    assert await state.store(second, first, second) == "DDD"
    assert await everything(state) == dump


def test_what_is_known_is_bounded() -> None:
    known = Known(limit=100)
    for n in range(50):
        known.learn(f"k{n}", "", f"id{n} 1", [(numbered(n * 10 + m, f"k{n}"), "N") for m in range(10)])
        assert len(known) <= 100
    assert known.repeats(numbered(499, "k49"))
    assert not known.repeats(numbered(5, "k0"))


async def test_every_change_of_an_incident_gives_it_a_new_token(state: State) -> None:
    """Also on a clock that stands still or goes back: a token seen once never comes again."""
    name = f"{keys.prefix(keys.partition_of(KEY))}i:{KEY}"
    seen = []
    for n in range(20):
        await state.store(numbered(n))
        seen.append(int(await state.client.hget(name, "rev")))
    ahead = seen[-1] + 10**12
    await state.client.hset(name, "rev", ahead)
    for n in range(20, 23):
        await state.store(numbered(n))
        seen.append(int(await state.client.hget(name, "rev")))
    assert seen[-3:] == [ahead + 1, ahead + 2, ahead + 3]
    assert len(set(seen)) == 23
