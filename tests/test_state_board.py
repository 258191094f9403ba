"""Lists and questions: open incidents without a lease, what was decided of one, what became of a rule's firings."""

from dataclasses import replace

import pytest

from router.alert import Status, matcher
from router.gate import Outcome, Reason
from router.incident import Settle, Told
from router.state import keys, past, rows
from router.state.acts import Acts
from router.state.board import Board
from router.state.past import MutedLast
from tests.support.state import KEY, START, State, entry, look, make_act, make_alert

CLASS = entry(make_alert()).class_id
HOLD = Settle(CLASS, Outcome.HOLD, Reason.NO_THREAT)
PAGE = Settle(CLASS, Outcome.PAGE, Reason.THREAT_PAGE, START + 1)


async def put(state: State, key: str, *settle: Settle, told_at: float | None = None, number: int = 0) -> str:
    """An incident with one firing alert, looked at; its spoken id."""
    await state.store(entry(make_alert(f"Rule{number}", fingerprint=f"{number:032x}"), key))
    claim = await state.claim(key)
    commit = look(START + 500, settle=settle, told=Told(at=told_at), log=[{"incident": claim.incident.id, "n": number}])
    await state.incidents.commit(claim, commit, START)
    return claim.incident.id


async def end(state: State, key: str, number: int = 0, at: float = START + 10) -> None:
    gone = make_alert(f"Rule{number}", fingerprint=f"{number:032x}", status=Status.RESOLVED, ends_at=at)
    await state.store(entry(gone, key))


# --- open incidents


async def test_incidents_are_listed_as_a_claim_has_them_without_a_lease(state: State) -> None:
    spoken = await put(state, KEY, PAGE, told_at=START)
    await Acts(state.scripts).put(KEY, make_act(spoken), START)
    claim = await state.claim()
    assert await state.board.incidents() == [claim.incident]
    assert await state.board.incident(KEY) == claim.incident
    assert await state.another("other").claim(keys.partition_of(KEY), START, 10) == [], "the lease is its holder's"
    assert await state.board.incident("nowhere") is None


async def test_who_was_told_last_comes_first_and_what_nobody_knows_of_last(state: State) -> None:
    told = {f"k{number}": START + (number * 7) % 30 for number in range(30)}
    for number, (key, at) in enumerate(told.items()):
        await put(state, key, told_at=at, number=number)
    await put(state, "untold", number=99)
    listed = [incident.key for incident in await state.board.incidents()]
    assert listed == [*sorted(told, key=lambda key: -told[key]), "untold"]
    assert [incident.key for incident in await state.board.incidents(limit=3)] == listed[:3]


async def test_an_incident_is_found_by_what_people_call_it(state: State) -> None:
    spoken = await put(state, KEY)
    await put(state, "other", number=1)
    for said in (spoken, spoken.lower(), spoken.removeprefix("E-"), f" {spoken.lower().removeprefix('e-')} "):
        assert await state.board.find(said) == KEY
    for said in ("E-NOBODY", "", "E-"):
        assert await state.board.find(said) is None


# --- what was decided


async def test_decisions_of_an_incident_come_newest_first_also_when_it_is_forgotten(
    state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "PAGE", 7)
    spoken = await put(state, KEY, PAGE)
    for number in range(40):
        await state.client.zadd(f"{keys.prefix(keys.partition_of(KEY))}due", {KEY: START})
        log = [{"incident": spoken, "n": number}, {"incident": "E-OTHER", "n": number}]
        deeds = [{"incident": spoken, "deed": "acknowledge"}]
        await state.incidents.commit(await state.claim(), look(START, log=log, deeds=deeds), START)
    newest = [{"incident": spoken, "n": number} for number in reversed(range(40))]
    assert await state.board.decisions(spoken, limit=30) == newest[:30]
    assert await state.board.decisions(spoken.lower(), limit=2) == newest[:2]
    await end(state, KEY)
    await state.incidents.commit(await state.claim(now=START + 10), look(forget=True), START)
    assert await state.board.find(spoken) is None
    assert await state.board.decisions(spoken) == newest[:20]
    assert await state.board.decisions("E-NOBODY") == []


# --- what became of a rule


async def test_held_firings_of_a_rule_come_first_then_told_then_ended_ones_newest_first(state: State) -> None:
    """Whatever partition they are in; rules of other names are left out."""
    for number in range(12):
        key = f"k{number}"
        alert = make_alert("DiskSlow" if number < 9 else "Other", fingerprint=f"{number:032x}")
        await state.store(entry(alert, key))
        await state.incidents.commit(await state.claim(key), look(START + 500, settle=[HOLD]), START + number)
        if number % 3:
            gone = replace(alert, status=Status.RESOLVED, ends_at=START + 100 + number)
            await state.store(entry(gone, key))
            await state.incidents.commit(await state.claim(key), look(START + 500, settle=[HOLD]), START)
    await state.store(entry(make_alert("DiskSlow", fingerprint="f" * 32), KEY))
    await state.incidents.commit(await state.claim(), look(START + 500, settle=[PAGE]), START)
    found = await state.board.recent(" diskslow ", 10)
    assert [int(each["fingerprint"], 16) for each in found] == [6, 3, 0, 16**32 - 1, 8, 7, 5, 4, 2, 1]
    assert [each["outcome"] for each in found[:4]] == ["hold", "hold", "hold", "page"]
    assert {(each["outcome"], each["reason"]) for each in found[4:]} == {("drop", "never_threatened")}
    assert found[0]["labels"] == {"alertname": "DiskSlow", "service": "checkout"}
    assert found[0]["receiver"] == "sre"
    assert await state.board.recent("DiskSlow", 4) == found[:4]
    assert await state.board.recent("Nothing", 4) == []


# --- what a silence would have met


async def week(state: State) -> None:
    """Two ended firings and a living one of checkout, one of cart, one that ended long ago, and one copy."""
    for number, settle in enumerate((PAGE, PAGE, HOLD)):
        await put(state, KEY, settle, number=number)
        await state.client.zadd(f"{keys.prefix(keys.partition_of(KEY))}due", {KEY: START})
    for number in (0, 1):
        await end(state, KEY, number)
    await state.incidents.commit(await state.claim(), look(START + 500, settle=[HOLD]), START)
    cart = make_alert("Cart", labels={"service": "cart"}, fingerprint="c" * 32)
    await state.store(entry(cart, "cart"))
    await state.store(entry(make_alert("Rule2", fingerprint=f"{2:032x}"), "second route", copy=True))
    old = make_alert("Old", fingerprint="e" * 32, starts_at=START - 9_000)
    await state.store(entry(old, "old"), now=START - 9_000)
    await state.store(entry(replace(old, status=Status.RESOLVED, ends_at=START - 8_000), "old"), now=START - 8_000)
    claim = await state.claim("old")
    await state.incidents.commit(claim, look(START + 500, settle=[PAGE]), START)


async def test_what_a_silence_would_have_met_counts_ended_and_living_firings(state: State) -> None:
    await week(state)
    checkout = (matcher("service", "=", "checkout"),)
    found = await state.board.muted_last(checkout, START - 600, START + 60)
    assert found == MutedLast(3, 2, (("Rule0", 1), ("Rule1", 1), ("Rule2", 1)))
    assert (await state.board.muted_last(checkout, START - 8_500, START + 60)).firings == 4
    assert (await state.board.muted_last(checkout, START + 11, START + 60)).rules == (("Rule2", 1),)
    assert (await state.board.muted_last(checkout, START - 600, START - 1)).firings == 0
    assert await state.board.muted_last((matcher("service", "=~", "c.rt"),), START - 600) == MutedLast(
        1, 0, (("Cart", 1),)
    )
    assert (await state.board.muted_last((), START - 600)).firings == 4


async def test_a_question_that_would_take_too_long_is_answered_with_what_was_read(
    state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Slack waits three seconds for a modal; the answer says that it is not all."""
    await week(state)
    monkeypatch.setattr(past, "BUDGET_S", -1.0)
    found = await state.board.muted_last((), START - 600)
    assert not found.complete
    assert found.firings < 4


async def test_rows_are_read_in_pages_from_the_newest_until_there_are_no_more(
    state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "PAGE", 3)
    prefix = keys.PREFIXES[4]
    for number in range(10):
        await state.client.xadd(f"{prefix}log", {"kind": "decision", "entry": str(number)})
    read = rows.Rows(state.scripts, rows.Deadline(60.0))
    found = [row[b"entry"] async for _, page in read.pages() for row in page]
    assert found == [str(number).encode() for number in reversed(range(10))]
    some = rows.Rows(state.scripts, rows.Deadline(60.0), [prefix])
    async for each, page in some.pages():
        assert len(page) == 3
        some.stop(each)


async def test_the_board_reads_incidents_that_an_earlier_version_stored(state: State) -> None:
    """No acts, no handling, no mark: everything has its default."""
    await put(state, KEY)
    incident = await Board(state.scripts).incident(KEY)
    assert incident is not None
    assert (incident.acts, incident.handling.acts, incident.mute_times, incident.active_times) == ((), 0, (), ())
