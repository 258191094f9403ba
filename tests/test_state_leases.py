"""Looks under fenced leases: nobody overlaps, zombies store nothing, what changed meanwhile is looked at again."""

import asyncio

import pytest

from router.alert import Status
from router.gate import AlertClass, Cover, Kind, Outcome, Reason
from router.incident import Intent, Root, Say, Settle, Told
from router.incident.life import Stage
from router.state import incidents, keys
from router.state.incidents import Claim
from router.state.muting import Mutes
from tests.support.state import KEY, START, State, entry, look, make_alert
from tests.support.waiting import until

CLASS = entry(make_alert()).class_id
HOLD = Settle(CLASS, Outcome.HOLD, Reason.NO_THREAT)
PAGE = Settle(CLASS, Outcome.PAGE, Reason.THREAT_PAGE, START)
PARTITION = keys.partition_of(KEY)
INTENT = Intent(Say.ROOT, "d1", "C0SRE", START)


async def stored(state: State) -> dict[bytes, bytes]:
    return await state.client.hgetall(f"{keys.prefix(PARTITION)}i:{KEY}")


async def lease_over(state: State) -> None:
    await state.client.hset(f"{keys.prefix(PARTITION)}i:{KEY}", "luntil", "0")


async def test_a_claimed_incident_is_not_claimed_again_while_the_lease_lasts(state: State) -> None:
    """By nobody, its own worker included: one process looks at an incident once at a time."""
    await state.store(entry(make_alert()))
    await state.claim()
    for worker in (state.incidents, state.another("other")):
        await state.incidents.wake("checkout", START + 10)
        assert await worker.claim(PARTITION, START + 10, 10) == []
    assert await state.due() == pytest.approx(START + 11, abs=0.01)


async def test_a_claimed_incident_stays_due_at_the_end_of_its_lease(state: State) -> None:
    """The worker may die: nobody else needs to know."""
    await state.store(entry(make_alert()))
    await state.claim()
    assert await state.due() == START + 60


async def test_another_worker_takes_over_when_the_lease_has_ended(state: State) -> None:
    """A real lease of 0.1 s, on Redis' clock."""
    await state.store(entry(make_alert()))
    dead = state.another("dead", 0.1)
    [first] = await dead.claim(PARTITION, START, 10)
    alive = state.another("alive")
    found = await until(lambda: alive.claim(PARTITION, state.clock.advance(1), 10), "the lease to end", 5)
    assert found[0].token == first.token + 1


async def test_a_zombie_commits_nothing(state: State) -> None:
    """Its lease has passed to somebody else: neither fields nor outcomes nor due time nor log are its to write."""
    await state.store(entry(make_alert()))
    zombie = await state.claim()
    await lease_over(state)
    [taken] = await state.another("alive").claim(PARTITION, START + 61, 10)
    before, due = await stored(state), await state.due()
    late = look(START + 999, settle=[PAGE], stage=Stage.OPEN, log=[{"at": START}], told=Told(refires=9))
    assert (await state.incidents.commit(zombie, late, START + 62)).fenced
    assert (await stored(state), await state.due(), await state.board.log()) == (before, due, [])
    assert not (await state.another("alive").commit(taken, look(), START + 63)).fenced


async def test_a_commit_after_the_lease_counts_as_long_as_nobody_took_over(state: State) -> None:
    """The token decides, not the clock."""
    await state.store(entry(make_alert()))
    slow = await state.claim()
    await lease_over(state)
    assert not (await state.incidents.commit(slow, look(settle=[PAGE]), START + 90)).fenced


async def test_a_change_during_a_look_makes_the_incident_due_at_once(state: State) -> None:
    await state.store(entry(make_alert()))
    claim = await state.claim()
    await state.store(entry(make_alert("Second")))
    await state.incidents.commit(claim, look(START + 30, settle=[HOLD]), START + 1)
    assert await state.due() == START + 1
    assert (await state.claim(now=START + 1)).incident.generation == 2


@pytest.mark.parametrize("keep", [True, False], ids=["Slack is called", "nothing is said"])
@pytest.mark.parametrize("what", ["SLO", "silence"])
async def test_whoever_asks_for_a_look_during_one_gets_another(state: State, what: str, keep: bool) -> None:
    """Something has changed, and the look may have read what was so before."""
    await state.store(entry(make_alert()))
    claim = await state.claim()
    if keep:
        await state.incidents.commit(claim, look(START, intent=INTENT, keep=True), START + 1)
    if what == "SLO":
        await state.incidents.wake("checkout", START + 1)
    else:
        await Mutes(state.scripts).wake(START + 1)
    await state.incidents.commit(claim, look(START + 30), START + 2)
    assert await state.due() == START + 2
    await state.incidents.commit(await state.claim(now=START + 2), look(START + 30), START + 3)
    assert await state.due() == START + 30


async def test_without_a_change_the_next_look_is_when_it_was_planned(state: State) -> None:
    await state.store(entry(make_alert()))
    claim = await state.claim()
    await state.store(entry(make_alert()))
    await state.incidents.commit(claim, look(START + 30), START + 1)
    assert await state.due() == START + 30
    assert await state.incidents.claim(PARTITION, START + 29, 10) == []


async def test_an_intent_is_stored_under_the_lease_that_is_kept(state: State) -> None:
    """Before the call to Slack: nobody else may look meanwhile, and after a crash the intent is found."""
    await state.store(entry(make_alert()))
    claim = await state.claim()
    await state.incidents.commit(claim, look(START, intent=INTENT, keep=True), START + 1)
    assert await state.due() == START + 60
    await state.incidents.wake("checkout", START + 2)
    assert await state.another("other").claim(PARTITION, START + 2, 10) == []
    await lease_over(state)
    [taken] = await state.another("other").claim(PARTITION, START + 61, 10)
    assert taken.incident.intent == INTENT


async def test_a_change_while_the_lease_is_kept_is_looked_at_after_the_call(state: State) -> None:
    await state.store(entry(make_alert()))
    claim = await state.claim()
    await state.incidents.commit(claim, look(START, intent=INTENT, keep=True), START)
    await state.store(entry(make_alert("Second")))
    await state.incidents.commit(claim, look(START + 30, settle=[PAGE]), START + 2)
    assert await state.due() == START + 2
    assert (await state.claim(now=START + 2)).incident.intent is None


async def test_everything_that_was_told_is_read_back_as_it_was_stored(state: State) -> None:
    await state.store(entry(make_alert()))
    told = Told(roots=(Root("C0SRE", "1.2", "m", "n", START),), refires=2, outcome=Outcome.PAGE, at=START)
    commit = look(START, told=told, stage=Stage.OPEN, ended_at=START + 5, settle=[PAGE])
    await state.incidents.commit(await state.claim(), commit, START)
    again = (await state.claim()).incident
    assert (again.told, again.stage, again.ended_at, again.unsettled) == (told, Stage.OPEN, START + 5, 0)


async def test_workers_at_the_same_time_never_hold_the_same_incident(state: State) -> None:
    """Two owners, all partitions, many at once: every incident is claimed exactly once."""
    await state.store(*(entry(make_alert(f"Rule{n}", fingerprint=f"{n:032x}"), f"k{n}") for n in range(200)))
    workers = [state.another("a"), state.another("b")]
    turns = [worker.claim(p, START, 5) for _ in range(4) for worker in workers for p in range(keys.PARTITIONS)]
    claims: list[Claim] = [claim for some in await asyncio.gather(*turns) for claim in some]
    taken = [claim.incident.key for claim in claims]
    assert len(taken) == len(set(taken))
    assert set(taken) == {f"k{n}" for n in range(200)}


async def test_partitions_with_something_due_are_named_in_one_question(state: State) -> None:
    await state.store(entry(make_alert()))
    assert await state.incidents.due(START) == [PARTITION]
    await state.claim()
    assert await state.incidents.due(START + 59) == []


# --- the end of an incident


async def ended(state: State) -> Claim:
    """An incident whose only firing is over and settled, claimed for the look that forgets it."""
    await state.store(entry(make_alert()), entry(make_alert(status=Status.RESOLVED, ends_at=START)))
    await state.incidents.commit(await state.claim(), look(START + 10, settle=[PAGE]), START)
    return await state.claim(now=START + 10)


async def test_a_forgotten_incident_leaves_tombstones_and_counts_only(state: State) -> None:
    await state.incidents.commit(await ended(state), look(forget=True), START + 10)
    left = {key.decode() for key in await state.client.keys("ar:*")}
    prefix = keys.prefix(PARTITION)
    assert left == {f"{prefix}{name}" for name in ("tally", "log", "w", f"t:{make_alert().fingerprint}")}
    assert await state.store(entry(make_alert())) == "S"
    assert (await state.board.audit(START)).unaccounted == 0


async def test_an_incident_that_changed_is_not_forgotten(state: State) -> None:
    claim = await ended(state)
    await state.store(entry(make_alert(starts_at=START + 5)))
    await state.incidents.commit(claim, look(START, forget=True), START + 11)
    assert await state.due() == START + 11
    assert len(await state.board.alerts()) == 1


async def test_an_incident_with_unsettled_firings_is_not_forgotten(state: State) -> None:
    await state.store(entry(make_alert()), entry(make_alert(status=Status.RESOLVED, ends_at=START)))
    await state.incidents.commit(await state.claim(), look(START + 5, forget=True), START)
    assert (await state.claim(now=START + 5)).incident.unsettled == 1


async def test_an_incident_that_fires_is_not_forgotten(state: State) -> None:
    await state.store(entry(make_alert()))
    await state.incidents.commit(await state.claim(), look(START + 5, settle=[PAGE], forget=True), START)
    assert len(await state.board.alerts()) == 1


async def test_an_alert_that_fires_again_after_the_incident_was_forgotten_opens_a_new_one(state: State) -> None:
    """A process that knew the old incident must not take the alert for a duplicate."""
    await state.incidents.commit(await ended(state), look(forget=True), START + 10)
    assert await state.store(entry(make_alert(starts_at=START + 20), now=START + 21), now=START + 21) == "N"
    assert (await state.claim(now=START + 21)).incident.generation == 1


async def test_a_big_incident_is_settled_and_forgotten_in_steps(state: State, monkeypatch: pytest.MonkeyPatch) -> None:
    """Redis is never blocked by one huge commit: a look settles everything, in several bounded calls."""
    monkeypatch.setattr(incidents, "SETTLE_AT_ONCE", 150)
    alerts = [make_alert(fingerprint=f"{n:032x}") for n in range(400)]
    await state.store(*map(entry, alerts))
    await state.incidents.commit(await state.claim(), look(START + 30, settle=[HOLD]), START)
    assert ((await state.board.audit(START)).held, await state.due()) == (400, START + 30)
    gone = [make_alert(fingerprint=f"{n:032x}", status=Status.RESOLVED, ends_at=START) for n in range(400)]
    await state.store(*map(entry, gone))
    await state.incidents.commit(await state.claim(), look(START + 30, settle=[HOLD]), START)
    assert (await state.board.tally())["o:drop:never_threatened"] == 400
    looks = 0
    while await state.due() is not None:
        [claim] = await state.incidents.claim(PARTITION, START + 30, 10)
        await state.incidents.commit(claim, look(START + 30, forget=True), START + 30)
        looks += 1
    assert looks < 12
    assert await state.board.locate([alert.fingerprint for alert in alerts]) == {}


async def test_a_held_incident_is_looked_at_again_only_when_it_was_planned(state: State) -> None:
    """More held firings than one commit settles are no reason to look at once, again and again."""
    await state.store(*(entry(make_alert(fingerprint=f"{n:032x}")) for n in range(1_100)))
    await state.incidents.commit(await state.claim(), look(START + 30, settle=[HOLD]), START)
    await state.incidents.commit(await state.claim(now=START + 30), look(START + 60, settle=[HOLD]), START + 30)
    assert await state.due() == START + 60
    assert (await state.board.audit(START)).held == 1_100


async def test_an_escalation_lifts_what_was_settled_more_quietly(state: State) -> None:
    """A ticket became a page: its firings count as pages, once."""
    ticket = Settle(CLASS, Outcome.TICKET, Reason.THREAT_TICKET, START)
    await state.store(entry(make_alert()), entry(make_alert("Other", fingerprint="b" * 32)))
    await state.incidents.commit(await state.claim(), look(START, settle=[ticket]), START)
    page = Settle(CLASS, Outcome.PAGE, Reason.THREAT_PAGE, START, replace=True)
    await state.incidents.commit(await state.claim(), look(START, settle=[page]), START)
    tally = await state.board.tally()
    assert (tally["o:page:threat_page"], tally["o:ticket:threat_ticket"], tally["settled"]) == (2, 0, 2)
    assert {standing.outcome for standing in await state.board.alerts()} == {"page"}


async def test_only_the_decided_class_is_settled(state: State) -> None:
    other = AlertClass(Kind.GATED, (Cover("search"),))
    await state.store(entry(make_alert()), entry(make_alert("Other", fingerprint="b" * 32), alert_class=other))
    await state.incidents.commit(await state.claim(), look(START, settle=[PAGE]), START)
    classes = (await state.claim()).incident.classes.values()
    assert {each.alert_class: each.unsettled for each in classes if each.alert_class == other} == {other: 1}


async def test_an_slo_wakes_the_incidents_that_it_covers(state: State) -> None:
    await state.store(entry(make_alert()))
    await state.incidents.commit(await state.claim(), look(START + 500), START)
    assert await state.incidents.wake("search", START + 1) == 0
    assert await state.due() == START + 500
    assert await state.incidents.wake("checkout", START + 1) == 1
    assert await state.due() == START + 1
