"""Every call of the state once: for each kind of server, and for a user with no more permissions than are needed."""

from dataclasses import replace

from router.alert import Status, parse_matcher
from router.gate import Outcome, Reason
from router.incident import Handling, Person, Settle
from router.mute import InhibitRule, Silence
from router.slo.objective import Count, Ratio, Snapshot
from router.slo.verdict import Memory, Verdict
from router.state import keys
from router.state.acts import Acts, Put
from router.state.clock import RedisClock
from router.state.entries import muted_id, pack_class
from router.state.history import History
from router.state.history.archive import Archive
from router.state.history.slos import SloHistory
from router.state.incidents import Claim, Move
from router.state.missed import Missed
from router.state.muting import Mutes
from router.state.pace import POST, Pace
from router.state.silences import Silences
from router.state.slos import Watched
from tests.support.state import GATED, START, State, entry, look, make_act, make_alert

PAGE = Settle(entry(make_alert()).class_id, Outcome.PAGE, Reason.THREAT_PAGE, START)
WATCHED = Watched(
    Snapshot("checkout", START, {"5m": Count(3.0, 1000.0), "1h": Ratio(0.25), "6h": None}, 3_456_000.0, 30.0, "", 12.5),
    Memory(Verdict.THREAT_PAGE, START - 60, START - 90),
    Verdict.THREAT_TICKET,
    START,
    threat_since=START - 100,
    gap=True,
    announced=True,
    blind_since=START - 5,
)


async def use_everything(state: State) -> None:
    """Accept, locate, list, look, wake, expire, audit, pace, leases, snapshots, quarantine, history, forget."""
    firing = [entry(make_alert(fingerprint=f"{n:032x}", expires_at=START + 50), f"k{n}") for n in range(40)]
    assert await state.store(*firing) == "N" * 40
    assert await state.store(*firing) == "D" * 40
    assert await state.board.locate([f"{7:032x}", "unknown"]) == {f"{7:032x}": ["k7"]}
    assert len(await state.board.alerts()) == 40
    assert await state.incidents.wake("checkout", START) == 40
    assert len(await state.incidents.due(START)) == len({keys.partition_of(f"k{n}") for n in range(40)})
    for partition in await state.incidents.due(START):
        for claim in await state.incidents.claim(partition, START, 50):
            settled = await state.incidents.commit(claim, look(START + 60, settle=[PAGE]), START)
            assert settled.counts == {(Outcome.PAGE, Reason.THREAT_PAGE): 1}
    assert await state.incidents.expire(START + 51) == 40
    audit = await state.board.audit(START + 52)
    assert (audit.unaccounted, audit.held, dict(audit.stages)) == (0, 0, {"watching": 40})
    assert (await state.board.tally())["o:page:threat_page"] == 40
    assert len([line for line in await state.board.log() if line["kind"] == "firing"]) == 40
    assert len(await History(state.scripts).firings()) == 40
    await state.slos.store(WATCHED)
    assert await state.slos.load(["checkout", "never measured"]) == {"checkout": WATCHED}
    assert await state.slos.hold_lease("evaluate", 10)
    pace = Pace(state.scripts, state.clock)
    assert await pace.take(POST, "C1") == 0.0
    await pace.freeze(POST, 5.0)
    assert await state.board.keep("datadog", b"raw", "no JSON") == 0
    assert len(await state.board.kept()) == 1
    assert abs(await RedisClock(state.scripts.client).sync()) < 5
    for partition in await state.incidents.due(START + 60):
        for claim in await state.incidents.claim(partition, START + 60, 50):
            await state.incidents.commit(claim, look(forget=True), START + 60)
    assert (await state.board.audit(START + 61)).stages == {}
    await archive_everything(state)


async def archive_everything(state: State) -> None:
    """What is over goes into the archive, and every way of reading finds it there."""
    archive, history = Archive(state.scripts, "test", SloHistory(state.scripts).stretches), History(state.scripts)
    assert (await archive.turn(START + 86_400, 1e6)).rows == 40
    assert (await archive.turn(START + 86_400, 1e6)).waiting == 0
    rule = ("alertmanager", "HighErrors")
    assert await history.rules(0.0, 1e12) == [rule]
    assert len(await history.between(0.0, 1e12)) == len(await history.newest(rule, 1e12, 99)) == 40
    assert len([record async for record in history.records(0.0, 1e12)]) == 40


async def quieten_everything(state: State, durability: str = "L1") -> None:
    """Silences, inhibition, mutes, acts, reports, lists; leaves nothing unfinished."""
    silences, mutes, acts = Silences(state.scripts, durability), Mutes(state.scripts), Acts(state.scripts, durability)
    silence = Silence("s1", (parse_matcher("service=checkout"),), START - 1, START + 600, "sato", "deploy", START)
    assert await silences.put(silence, before=None)
    await silences.touch(["s1"], START)
    assert await silences.touched() == {"s1": START}
    sources = [replace(entry(make_alert("Quiet", fingerprint=f"{n:032x}"), f"m{n}"), inhibits=True) for n in range(20)]
    targets = [
        replace(entry(make_alert("Quiet", fingerprint=f"{n:032x}"), f"m{n % 5}"), inhibitable=True)
        for n in range(20, 40)
    ]
    assert await state.store(*sources, *targets) == "N" * 40
    muting = await mutes.current((InhibitRule((), ()),), START)
    assert (len(muting.inhibitors), [each.id for each in muting.silences]) == (20, ["s1"])
    assert await mutes.wake(START, targets_only=True) == 5
    assert await mutes.sweep(START)
    assert not await mutes.changed()
    listed = await state.board.incidents()
    assert len(listed) == 20
    for incident in listed:
        assert await acts.put(incident.key, make_act(incident.id), START) is Put.STORED
    assert await Missed(state.scripts, durability).report(Person("U1"), START, "checkout", None, "late", "r1")
    assert len(await Missed(state.scripts).all()) == 1
    for partition in await state.incidents.due(START):
        for claim in await state.incidents.claim(partition, START, 50):
            await quieten(state, claim)
    assert (await state.board.muted_last((parse_matcher("alertname=Quiet"),), START - 60)).firings == 40
    assert len(await state.board.recent("Quiet", 99)) == 40
    assert len(await state.board.decisions(listed[0].id)) == 1
    assert await state.board.find(listed[0].id) == listed[0].key
    await state.store(*(replace(each, status=Status.RESOLVED, ends_at=START + 1) for each in (*sources, *targets)))
    for partition in await state.incidents.due(START + 60):
        for claim in await state.incidents.claim(partition, START + 60, 50):
            settle = [Settle(cid, Outcome.SUPPRESS, Reason.SILENCE) for cid in claim.incident.classes]
            await state.incidents.commit(claim, look(forget=True, settle=settle), START + 60)
    assert await silences.remove_expired(START + 700) == 1
    assert (await state.board.audit(START + 61)).stages == {}


async def quieten(state: State, claim: Claim) -> None:
    """Every alert of an incident into the muted twin of its class, and its acts taken."""
    firing = await state.incidents.firing(claim.incident.key)
    assert len(await state.incidents.bodies(claim.incident.key, [name for name, _, _ in firing])) == len(firing)
    twin = replace(GATED, muted=Reason.SILENCE)
    moves = [Move(name, muted_id(cid, Reason.SILENCE), pack_class(twin), ["checkout"]) for name, cid, _ in firing]
    fresh = await state.incidents.mute(claim, moves, "m1")
    assert fresh is not None
    settle = [Settle(cid, Outcome.SUPPRESS, Reason.SILENCE) for cid in fresh.incident.classes]
    log = [{"incident": fresh.incident.id}]
    commit = look(START + 60, settle=settle, log=log, acts_taken=1, deeds=log, handling=Handling(acts=1))
    assert not (await state.incidents.commit(fresh, commit, START)).fenced
