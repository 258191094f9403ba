"""Alerts move into the muted twin of their class and back, under the lease; the suppressed are held while they fire."""

from dataclasses import replace

import pytest

from router.alert import Status
from router.gate import AlertClass, Cover, Kind, Outcome, Reason
from router.incident import Settle
from router.state import incidents, keys
from router.state.entries import base_id, muted_id, pack_class, unpack_class
from router.state.incidents import Claim, Move
from tests.support.state import GATED, KEY, START, State, entry, look, make_alert

CLASS = entry(make_alert()).class_id
SILENCED = muted_id(CLASS, Reason.SILENCE)
INHIBITED = muted_id(CLASS, Reason.INHIBITION)
HOLD = Settle(CLASS, Outcome.HOLD, Reason.NO_THREAT)
PAGE = Settle(CLASS, Outcome.PAGE, Reason.THREAT_PAGE, START)
SUPPRESS = Settle(SILENCED, Outcome.SUPPRESS, Reason.SILENCE)
MUTE_TIME = Settle(CLASS, Outcome.SUPPRESS, Reason.MUTE_TIME)
PRINT = make_alert().fingerprint


def move(class_id: str, fingerprint: str = PRINT, alert_class: AlertClass = GATED) -> Move:
    reasons = {"ms.": Reason.SILENCE, "mi.": Reason.INHIBITION}
    made = replace(alert_class, muted=reasons.get(class_id[:3]))
    return Move(fingerprint, class_id, pack_class(made), tuple(cover.slo for cover in made.covers))


async def muted(state: State, claim: Claim, *moves: Move, mark: str = "m1") -> Claim:
    found = await state.incidents.mute(claim, moves, mark)
    assert found is not None
    assert (await state.board.audit(START)).unaccounted == 0
    return found


async def ended(state: State, at: float = START) -> None:
    await state.store(entry(make_alert(status=Status.RESOLVED, ends_at=at)))


async def outcomes(state: State) -> dict[str, int]:
    return {name[2:]: n for name, n in (await state.board.tally()).items() if name.startswith("o:") and n}


def counts(claim: Claim) -> dict[str, tuple[int, int]]:
    return {cid: (each.firing, each.unsettled) for cid, each in claim.incident.classes.items()}


def test_muted_classes_have_ids_of_their_own_and_others_keep_theirs() -> None:
    """The id of a class comes from its JSON: what is stored must stay what it is."""
    assert pack_class(GATED) == b'{"kind":"gated","covers":[["checkout",true]]}'
    for reason in (Reason.SILENCE, Reason.INHIBITION):
        assert base_id(muted_id("1a2b", reason)) == base_id("1a2b") == "1a2b"
        twin = replace(GATED, muted=reason)
        assert unpack_class(pack_class(twin)) == twin
    assert {muted_id("1a2b", reason) for reason in (Reason.SILENCE, Reason.INHIBITION)} == {"ms.1a2b", "mi.1a2b"}


async def test_a_moved_alert_counts_in_its_new_class_and_the_incident_comes_back_fresh(state: State) -> None:
    await state.store(entry(make_alert()), entry(make_alert("Other", fingerprint="b" * 32)))
    claim = await state.claim()
    fresh = await muted(state, claim, move(SILENCED))
    assert counts(fresh) == {CLASS: (1, 1), SILENCED: (1, 1)}
    assert fresh.incident.classes[SILENCED].alert_class.muted is Reason.SILENCE
    assert (fresh.mark, fresh.token, fresh.incident.generation) == ("m1", claim.token, claim.incident.generation)
    await state.incidents.commit(fresh, look(START), START)
    again = await state.claim()
    assert (again.mark, counts(again)) == ("m1", counts(fresh))
    back = await muted(state, again, move(CLASS), mark="")
    assert (back.mark, counts(back)) == ("", {CLASS: (2, 2), SILENCED: (0, 0)})


async def test_moving_twice_is_moving_once(state: State) -> None:
    """A call whose fate is unknown is made again."""
    await state.store(entry(make_alert()))
    first = await muted(state, await state.claim(), move(SILENCED), move("mi.elsewhere", "f" * 32))
    assert counts(await muted(state, first, move(SILENCED))) == {CLASS: (0, 0), SILENCED: (1, 1)}


async def test_a_zombie_moves_nothing(state: State) -> None:
    await state.store(entry(make_alert()))
    zombie = await state.claim()
    await state.client.hset(f"{keys.prefix(keys.partition_of(KEY))}i:{KEY}", "luntil", "0")
    [taken] = await state.another("alive").claim(keys.partition_of(KEY), START + 61, 10)
    assert await state.incidents.mute(zombie, [move(SILENCED)], "m1") is None
    fresh = await muted(state, taken, mark="m2")
    assert (fresh.mark, counts(fresh)) == ("m2", {CLASS: (1, 1)})


async def test_many_alerts_are_moved_in_several_calls(state: State, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(incidents, "MOVES_AT_ONCE", 40)
    await state.store(*(entry(make_alert(fingerprint=f"{n:032x}")) for n in range(100)))
    moves = [move(SILENCED if n % 2 else INHIBITED, f"{n:032x}") for n in range(100)]
    assert counts(await muted(state, await state.claim(), *moves)) == {
        CLASS: (0, 0), SILENCED: (50, 50), INHIBITED: (50, 50),
    }  # fmt: skip


async def test_an_alert_that_ended_meanwhile_stays_where_it_is(state: State) -> None:
    await state.store(entry(make_alert()))
    claim = await state.claim()
    await ended(state)
    assert counts(await muted(state, claim, move(SILENCED))) == {CLASS: (0, 1)}


# --- outcomes


async def test_what_is_suppressed_is_held_while_it_fires_and_suppressed_when_it_is_over(state: State) -> None:
    await state.store(entry(make_alert()))
    claim = await muted(state, await state.claim(), move(SILENCED))
    await state.incidents.commit(claim, look(START, settle=[SUPPRESS]), START)
    assert (await state.board.audit(START)).held == 1
    assert [each.outcome for each in await state.board.alerts()] == ["hold"]
    await ended(state)
    settled = await state.incidents.commit(await state.claim(), look(START, settle=[SUPPRESS]), START)
    assert settled.counts == {(Outcome.SUPPRESS, Reason.SILENCE): 1}
    assert await outcomes(state) == {"suppress:silence": 1}


async def test_a_silenced_alert_that_is_heard_again_is_judged_anew(state: State) -> None:
    """The silence ends while it fires: it is no drop and no suppression, but what the gate says now."""
    await state.store(entry(make_alert()))
    claim = await muted(state, await state.claim(), move(SILENCED))
    await state.incidents.commit(claim, look(START, settle=[SUPPRESS]), START)
    claim = await muted(state, await state.claim(), move(CLASS))
    [standing] = await state.board.alerts()
    assert standing.outcome not in ("hold", "suppress")
    await state.incidents.commit(claim, look(START, settle=[PAGE]), START)
    assert await outcomes(state) == {"page:threat_page": 1}


async def test_a_held_alert_that_is_silenced_and_heard_again_was_held_since_the_first_hold(state: State) -> None:
    await state.store(entry(make_alert()))
    await state.incidents.commit(await state.claim(), look(START, settle=[HOLD]), START + 1)
    claim = await muted(state, await state.claim(), move(SILENCED))
    await state.incidents.commit(claim, look(START, settle=[SUPPRESS]), START + 2)
    claim = await muted(state, await state.claim(), move(CLASS))
    await state.incidents.commit(claim, look(START, settle=[HOLD]), START + 3)
    await ended(state, START + 4)
    await state.incidents.commit(await state.claim(), look(START, settle=[HOLD]), START + 4)
    assert await outcomes(state) == {"drop:never_threatened": 1}
    assert "|1780000001.000000|" in (await state.board.log())[0]["record"]


async def test_what_people_were_told_of_keeps_its_outcome_when_it_is_silenced(state: State) -> None:
    await state.store(entry(make_alert()))
    await state.incidents.commit(await state.claim(), look(START, settle=[PAGE]), START)
    await state.incidents.wake("checkout", START)
    claim = await muted(state, await state.claim(), move(SILENCED))
    assert counts(claim) == {CLASS: (0, 0), SILENCED: (1, 0)}
    await state.incidents.commit(claim, look(START, settle=[SUPPRESS]), START)
    await ended(state)
    await state.incidents.commit(await state.claim(), look(START, settle=[SUPPRESS]), START)
    assert await outcomes(state) == {"page:threat_page": 1}


@pytest.mark.parametrize(
    ("first", "then", "expected"),
    [
        (HOLD, MUTE_TIME, {"suppress:mute_time": 1}),
        (MUTE_TIME, HOLD, {"drop:never_threatened": 1}),
        (MUTE_TIME, PAGE, {"page:threat_page": 1}),
        (MUTE_TIME, MUTE_TIME, {"suppress:mute_time": 1}),
    ],
    ids=["a mute time begins", "it ends", "it ends, and people are told", "it lasts"],
)
async def test_a_mute_time_concerns_what_is_held_already(
    state: State, first: Settle, then: Settle, expected: dict[str, int]
) -> None:
    """It begins or ends for all alerts of an incident at once, without moving them."""
    await state.store(entry(make_alert()), entry(make_alert("Other", fingerprint="b" * 32)))
    await state.incidents.commit(await state.claim(), look(START, settle=[first]), START)
    await state.incidents.commit(await state.claim(), look(START, settle=[then]), START)
    [record, _] = (await state.client.hgetall(f"{keys.prefix(keys.partition_of(KEY))}a:{KEY}")).values()
    assert record.split(b"|")[7:9] == [b"page" if then is PAGE else b"hold", then.reason.encode()]
    await ended(state)
    await state.incidents.commit(await state.claim(), look(START, settle=[then]), START)
    assert await outcomes(state) == ({"page:threat_page": 2} if then is PAGE else expected)
    assert (await state.board.audit(START)).held == (0 if then is PAGE else 1)


# --- accept, wake, forget


async def test_re_sends_of_a_muted_alert_are_duplicates_and_never_move_it_back(state: State) -> None:
    await state.store(entry(make_alert()))
    claim = await muted(state, await state.claim(), move(SILENCED))
    await state.incidents.commit(claim, look(START, settle=[SUPPRESS]), START)
    assert await state.store(entry(make_alert())) == "D"
    assert await state.store(entry(make_alert(annotations={"summary": "worse"}))) == "U"
    assert counts(await state.claim())[SILENCED] == (1, 1)


@pytest.mark.parametrize("to", [AlertClass(Kind.BYPASS), AlertClass(Kind.GATED, (Cover("search"),))])
async def test_a_muted_alert_follows_a_new_class_as_one_that_nobody_has_judged(state: State, to: AlertClass) -> None:
    """The configuration changed: it is not taken for held in a class that is not muted; the next look mutes it anew."""
    await state.store(entry(make_alert()))
    claim = await muted(state, await state.claim(), move(SILENCED))
    await state.incidents.commit(claim, look(START, settle=[SUPPRESS]), START)
    moved = entry(make_alert(), alert_class=to)
    assert await state.store(moved) == "U"
    assert counts(await state.claim()) == {CLASS: (0, 0), SILENCED: (0, 0), moved.class_id: (1, 1)}
    audit = await state.board.audit(START)
    assert (audit.unaccounted, audit.held) == (0, 0)


async def test_a_muted_alert_announces_nothing(state: State) -> None:
    """An SLO that burns while its alerts are silenced has a detection gap, and pages by itself."""
    other = entry(make_alert("Other", fingerprint="b" * 32))
    await state.store(entry(make_alert()), other)
    claim = await muted(state, await state.claim(), move(SILENCED))
    assert await state.incidents.wake("checkout", START) == 1
    claim = await muted(state, claim, move(INHIBITED, other.fingerprint))
    assert await state.incidents.wake("checkout", START) == 0
    await state.store(entry(make_alert(status=Status.RESOLVED, ends_at=START)))
    assert await state.incidents.wake("checkout", START) == 0
    await muted(state, claim, move(CLASS, other.fingerprint))
    assert await state.incidents.wake("checkout", START) == 1


async def test_alerts_of_an_slo_are_all_quiet_when_some_fire_and_none_is_heard(state: State) -> None:
    """Over all of its incidents, whether alerts are muted one by one or their route tells nobody now."""
    assert not await state.incidents.all_quiet("checkout")
    await state.store(entry(make_alert()))
    assert not await state.incidents.all_quiet("checkout")
    claim = await muted(state, await state.claim(), move(SILENCED))
    await state.incidents.commit(claim, look(START), START)
    assert await state.incidents.all_quiet("checkout")
    await state.store(entry(make_alert("Other", fingerprint="b" * 32), key="incident-b"))
    assert not await state.incidents.all_quiet("checkout")
    await state.incidents.commit(await state.claim("incident-b"), look(START, quiet=True), START)
    assert await state.incidents.all_quiet("checkout")
    assert await state.incidents.wake("checkout", START) == 0
    await state.incidents.commit(await state.claim("incident-b"), look(START), START)
    assert not await state.incidents.all_quiet("checkout")
    assert await state.incidents.wake("checkout", START) == 1


async def test_an_alert_that_has_changed_is_compared_anew(state: State) -> None:
    """Its labels may be others where the sender gives an id; the next look asks what mutes it."""
    await state.store(entry(make_alert()))
    claim = await muted(state, await state.claim())
    await state.incidents.commit(claim, look(START), START)
    assert await state.store(entry(make_alert())) == "D"
    claim = await state.claim()
    assert claim.mark == "m1"
    await state.incidents.commit(claim, look(START), START)
    assert await state.store(entry(make_alert(annotations={"summary": "worse"}))) == "U"
    assert (await state.claim()).mark == ""


async def test_a_silenced_incident_is_forgotten_like_any_other(state: State) -> None:
    await state.store(entry(make_alert()))
    claim = await muted(state, await state.claim(), move(SILENCED))
    await ended(state)
    await state.incidents.commit(claim, look(START, settle=[SUPPRESS]), START)
    await state.incidents.commit(await state.claim(), look(forget=True), START)
    prefix = keys.prefix(keys.partition_of(KEY))
    left = {key.decode() for key in await state.client.keys("ar:*")}
    assert left == {f"{prefix}{name}" for name in ("tally", "log", "w", f"t:{PRINT}")}


# --- what a look asks


async def test_firing_alerts_are_listed_with_their_class_and_content_without_bodies(state: State) -> None:
    entries = [entry(make_alert(fingerprint=f"{n:032x}")) for n in range(1_500)]
    await state.store(*entries)
    await state.store(entry(make_alert(fingerprint=f"{7:032x}", status=Status.RESOLVED, ends_at=START)))
    await muted(state, await state.claim(), move(SILENCED, f"{9:032x}"))
    found = await state.incidents.firing(KEY)
    assert len(found) == 1_499
    hashes = {each.fingerprint: each.body_hash for each in entries if each.fingerprint != f"{7:032x}"}
    assert {name: content for name, _, content in found} == hashes
    assert [name for name, cid, _ in found if cid == SILENCED] == [f"{9:032x}"]
    assert await state.incidents.firing("nowhere") == []


async def test_bodies_are_read_for_as_many_alerts_as_are_asked_for(state: State) -> None:
    alerts = [make_alert(fingerprint=f"{n:032x}", annotations={"n": str(n)}) for n in range(1_200)]
    await state.store(*map(entry, alerts))
    found = await state.incidents.bodies(KEY, [*(alert.fingerprint for alert in alerts), "unknown"])
    assert found == {alert.fingerprint: alert for alert in alerts}
    assert await state.incidents.bodies(KEY, []) == {}
