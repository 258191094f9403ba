"""What people did: stored once and durably, handed to the next look, and taken exactly once."""

import asyncio
from dataclasses import replace

import pytest

from router.alert import Status
from router.errors import UnavailableError
from router.gate import Outcome, Reason
from router.incident import Act, Deed, Handling, Person, Settle
from router.incident.handling import HandResolved, Mark, Snooze
from router.state import acts, keys
from router.state.acts import Acts, Put
from router.state.history import History
from router.state.incidents import Claim
from tests.support.state import KEY, START, State, entry, look, make_act, make_alert, open_state

PAGE = Settle(entry(make_alert()).class_id, Outcome.PAGE, Reason.THREAT_PAGE, START)
SATO = Person("U1", "Sato")
PREFIX = keys.prefix(keys.partition_of(KEY))


async def told(state: State) -> Claim:
    """An incident that people know of, looked at and at rest."""
    await state.store(entry(make_alert()))
    claim = await state.claim()
    await state.incidents.commit(claim, look(START + 500, settle=[PAGE]), START)
    return claim


def act_on(claim: Claim, number: int = 1, **fields: object) -> Act:
    return make_act(claim.incident.id, number, **fields)


async def test_an_act_is_stored_once_and_its_incident_is_due_at_once(state: State) -> None:
    """Every delivery of a click has the same id: the second changes nothing."""
    claim, doing = await told(state), Acts(state.scripts)
    act = act_on(claim, until=START + 60, to=SATO, reason="other", answer_url="https://example.com/r", locale="ja")
    assert await doing.put(KEY, act, START + 1) is Put.STORED
    assert await state.due() == START + 1
    assert await doing.put(KEY, replace(act, at=START + 2), START + 2) is Put.REPEATED
    again = await state.claim(now=START + 3)
    assert again.incident.acts == (act,)


@pytest.mark.parametrize("other", [{"key": "nowhere"}, {"spoken": "E-GONE"}], ids=["no incident", "another episode's"])
async def test_an_act_on_what_is_gone_is_refused_and_may_be_put_again(state: State, other: dict[str, str]) -> None:
    claim, doing = await told(state), Acts(state.scripts)
    act = make_act(other.get("spoken", claim.incident.id))
    key = other.get("key", KEY)
    assert [await doing.put(key, act, START) for _ in range(2)] == [Put.GONE, Put.GONE]
    assert await state.due() == START + 500


async def test_one_click_may_be_an_act_on_many_incidents(state: State) -> None:
    """Acknowledge all, in a storm: each incident takes it once."""
    doing, same = Acts(state.scripts), [f"k{n}" for n in range(40)]
    await state.store(*(entry(make_alert(), key) for key in same))
    spoken = {incident.key: incident.id for incident in await state.board.incidents()}
    for expected in (Put.STORED, Put.REPEATED):
        assert {await doing.put(key, make_act(spoken[key]), START) for key in same} == {expected}


async def test_of_many_deliveries_at_once_one_is_stored(state: State) -> None:
    claim, doing = await told(state), Acts(state.scripts)
    answers = await asyncio.gather(*(doing.put(KEY, act_on(claim, n % 3), START) for n in range(30)))
    assert answers.count(Put.STORED) == 3
    assert sorted(act.id for act in (await state.claim()).incident.acts) == ["click-0", "click-1", "click-2"]


async def test_acts_are_taken_in_the_commit_and_logged_with_it(state: State) -> None:
    claim, doing = await told(state), Acts(state.scripts)
    for number in (1, 2, 3):
        await doing.put(KEY, act_on(claim, number), START)
    claim = await state.claim()
    handling = Handling(acts=2, owner=SATO, owned_at=START)
    commit = look(START + 500, handling=handling, acts_taken=2, deeds=[{"deed": "acknowledge"}, {"deed": "guide"}])
    await state.incidents.commit(claim, commit, START + 1)
    assert await state.due() == START + 1, "one is left over"
    again = await state.claim(now=START + 1)
    assert [act.id for act in again.incident.acts] == ["click-3"]
    assert again.incident.handling == handling
    log = await state.board.log()
    assert [(row["kind"], row["entry"]) for row in log] == [
        ("act", '{"deed":"acknowledge"}'),
        ("act", '{"deed":"guide"}'),
    ]


async def test_a_commit_that_is_repeated_takes_and_logs_nothing_twice(state: State) -> None:
    """Its answer was lost: what came in meanwhile is still there. A later commit of the same look may say it too."""
    claim, doing = await told(state), Acts(state.scripts)
    await doing.put(KEY, act_on(claim, 1), START)
    claim = await state.claim()
    announced = look(START, keep=True, acts_taken=1, deeds=[{"deed": "acknowledge"}])
    await state.incidents.commit(claim, announced, START)
    await doing.put(KEY, act_on(claim, 2), START)
    for commit in (announced, replace(announced, keep=False), look(START + 500)):
        await state.incidents.commit(claim, commit, START)
    assert [act.id for act in (await state.claim()).incident.acts] == ["click-2"]
    assert len(await state.board.log()) == 1


async def test_a_zombie_takes_no_acts(state: State) -> None:
    claim, doing = await told(state), Acts(state.scripts)
    await doing.put(KEY, act_on(claim), START)
    zombie = await state.claim()
    await state.client.hset(f"{PREFIX}i:{KEY}", "luntil", "0")
    [taken] = await state.another("alive").claim(keys.partition_of(KEY), START + 61, 10)
    commit = look(acts_taken=1, handling=Handling(acts=1), deeds=[{"deed": "acknowledge"}])
    assert (await state.incidents.commit(zombie, commit, START + 62)).fenced
    assert taken.incident.acts == (act_on(claim),)
    assert await state.client.llen(f"{PREFIX}act:{KEY}") == 1
    assert await state.board.log() == []


async def test_a_hundred_acts_are_handed_over_and_two_hundred_may_wait(state: State) -> None:
    """More means that nobody looks: the person is told that it was not stored."""
    claim, doing = await told(state), Acts(state.scripts)
    for number in range(acts.WAITING_MOST):
        await doing.put(KEY, act_on(claim, number), START)
    with pytest.raises(UnavailableError) as caught:
        await doing.put(KEY, act_on(claim, 999), START)
    assert caught.value.code == "acts_full"
    assert await doing.put(KEY, act_on(claim, 0), START) is Put.REPEATED
    for done in (0, 100):
        claim = await state.claim()
        assert [act.id for act in claim.incident.acts] == [f"click-{n}" for n in range(done, done + 100)]
        await state.incidents.commit(claim, look(START + 500, acts_taken=100), START)
    assert await state.due() == START + 500
    assert await doing.put(KEY, act_on(claim, 999), START) is Put.STORED


async def test_an_incident_with_waiting_acts_is_not_forgotten(state: State) -> None:
    """The person has been told that it is recorded."""
    doing = Acts(state.scripts)
    await told(state)
    await state.store(entry(make_alert(status=Status.RESOLVED, ends_at=START)))
    claim = await state.claim()
    await doing.put(KEY, act_on(claim), START)
    await state.incidents.commit(claim, look(forget=True), START)
    claim = await state.claim()
    assert len(claim.incident.acts) == 1
    await state.incidents.commit(claim, look(forget=True, acts_taken=1), START)
    assert await state.due() is None
    assert await doing.put(KEY, act_on(claim, 2), START) is Put.GONE
    left = {key.decode().removeprefix(PREFIX) for key in await state.client.keys("ar:*")}
    assert left == {"tally", "log", "w", f"t:{make_alert().fingerprint}", f"did:{KEY}:click-1"}


async def test_a_mark_counts_although_its_incident_is_forgotten(state: State) -> None:
    """Its message stands in Slack for ever: somebody may look at it next morning, and say what it was."""
    doing, claim = Acts(state.scripts), await told(state)
    await state.store(entry(make_alert(status=Status.RESOLVED, ends_at=START)))
    await state.incidents.commit(await state.claim(), look(forget=True), START)
    wolf = act_on(claim, 1, deed=Deed.WOLF, reason="test", at=START + 90)
    assert [await doing.put(KEY, wolf, START + 90) for _ in range(2)] == [Put.LATE, Put.REPEATED]
    assert await doing.put(KEY, act_on(claim, 2), START + 90) is Put.GONE
    assert await state.due() is None
    [record] = await History(state.scripts).firings()
    assert (record["human_verdict"], record["wolf_reason"], record["acknowledged_at"]) == ("wolf", "test", None)


async def test_handling_stays_as_it_is_unless_a_look_says_otherwise(state: State) -> None:
    claim, mark = await told(state), Mark(True, SATO, START, "test")
    everything = Handling(
        3, SATO, START, Person("U2"), START, Snooze(SATO, START, START + 60, 2.0), mark,
        HandResolved(SATO, START, 1.5), START, SATO, START, 2, START,
    )  # fmt: skip
    for handling in (everything, None, Handling()):
        await state.store(entry(make_alert(annotations={"summary": f"{handling}"})))
        await state.client.zadd(f"{PREFIX}due", {KEY: START})
        claim = await state.claim()
        await state.incidents.commit(claim, look(START, handling=handling), START)
        assert (await state.board.incident(KEY)).handling == (everything if handling is None else handling)  # type: ignore[union-attr]


async def test_level_l2_confirms_an_act_also_when_it_was_stored_before(valkey_url: str) -> None:
    """A first delivery that could not be confirmed is put again: only then may the click be answered."""
    async with open_state(valkey_url, "L2") as state:
        claim, doing = await told(state), Acts(state.scripts, "L2")
        await state.client.config_set("appendonly", "no")
        try:
            for _ in range(2):
                with pytest.raises(UnavailableError) as caught:
                    await doing.put(KEY, act_on(claim), START)
                assert caught.value.code == "waitaof"
        finally:
            await state.client.config_set("appendonly", "yes")
        assert await doing.put(KEY, act_on(claim), START) is Put.REPEATED
        assert len((await state.claim()).incident.acts) == 1


async def test_acts_know_what_they_are_about(state: State) -> None:
    """Every deed comes back as it was stored."""
    claim, doing = await told(state), Acts(state.scripts)
    done = [act_on(claim, number, deed=deed) for number, deed in enumerate(Deed)]
    for act in done:
        await doing.put(KEY, act, START)
    assert list((await state.claim()).incident.acts) == done
