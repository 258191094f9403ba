"""The history tells every firing once: living, over or archived, whatever moves while it is read."""

from dataclasses import replace
from typing import Any

import pytest

from router.alert import Status
from router.gate import Outcome, Reason
from router.incident import Deed, Person, Settle
from router.noise.records import firing_of
from router.noise.values import Heard, Mark
from router.slo.verdict import Verdict
from router.state import keys
from router.state.acts import Acts
from router.state.entries import pack_alert
from router.state.missed import Missed
from tests.support.history import (
    CLASS,
    HOLD,
    KEEP_S,
    LATER,
    PAGE,
    Interrupted,
    archive,
    begin,
    end,
    happen,
    history,
    names,
    number,
    settle,
)  # fmt: skip
from tests.support.state import KEY, START, State, entry, make_act, make_alert

RULE = ("alertmanager", "HighErrors")
DROP = Settle(CLASS, Outcome.DROP, Reason.NEVER_THREATENED)


async def everywhere(state: State) -> None:
    """Number 0 is archived, 1 stands in the log, 2 is over and not settled, 3 is held, 4 pages and fires."""
    await happen(state, 1)
    await archive(state.scripts).turn(LATER, KEEP_S)
    await happen(state, 1, first=1)
    for n in (2, 3, 4):
        await begin(state, n, START + 10 * n)
    await end(state, 2, START + 80)
    await settle(state, START + 90, HOLD, key="k3")
    await settle(state, START + 90, PAGE, key="k4")


@pytest.mark.parametrize("what", ["between", "of one rule", "newest", "records", "rules"])
async def test_what_moves_while_it_is_read_is_told_once(state: State, what: str) -> None:
    """Before each call of the reader in turn, what lives ends and is settled, and all of it is archived."""
    call, done = 1, False
    while not done:
        await state.client.flushall()
        await everywhere(state)

        async def move() -> None:
            await settle(state, START + 95, DROP, key="k2")
            for n in (3, 4):
                await end(state, n, START + 99)
            await settle(state, START + 110, HOLD, key="k3")
            await archive(state.scripts).turn(LATER, KEEP_S)

        slow = Interrupted(state, call, move)
        done, call = await _asked(slow, what), call + 1
    assert call > 6


async def _asked(slow: Interrupted, what: str) -> bool:
    read = history(slow)
    if what == "between":
        assert names(await read.between(START, LATER)) == [0, 1, 2, 3, 4]
    elif what == "of one rule":
        assert names(await read.between(START, LATER, RULE)) == [0, 1, 2, 3, 4]
    elif what == "newest":
        assert names(await read.newest(RULE, LATER, 9)) == [4, 3, 2, 1, 0]
    elif what == "records":
        assert names([each async for each in read.records(START, LATER)]) == [0, 1, 2, 3, 4]
    else:
        assert await read.rules(START, LATER) == [RULE]
    return slow.over


async def test_a_storm_in_one_incident_is_told_once_while_it_goes_on(state: State) -> None:
    """Hundreds of records are read in pages; firings that begin anew meanwhile give theirs another name."""
    every = [number(n, key=KEY, starts_at=START) for n in range(1_500)]
    await state.store(*every)

    async def flicker() -> None:
        gone = [number(n, key=KEY, status=Status.RESOLVED, starts_at=START, ends_at=START + 5) for n in range(1_500)]
        await state.store(*gone, now=START + 6)
        await state.store(*(number(n, key=KEY, starts_at=START + 9) for n in range(1_500)), now=START + 9)

    for call in range(3, 8):
        await state.client.flushall()
        await state.store(*every)
        firings = await history(Interrupted(state, call, flicker)).between(START, LATER)
        first = [each for each in firings if each.started_at == START]
        assert sorted(names(first)) == list(range(1_500)), call


async def test_a_span_ends_before_its_end_and_other_rules_are_not_in_it(state: State) -> None:
    await happen(state, 3)
    await happen(state, 1, first=7, rule="Other")
    for _ in range(2):
        read = history(state.scripts)
        assert names(await read.between(START + 10, START + 20)) == [1]
        assert names(await read.between(START, LATER, RULE)) == [0, 1, 2]
        assert names(await read.between(START, LATER, ("datadog", "HighErrors"))) == []
        assert names(await read.newest(RULE, START + 20, 9)) == [1, 0]
        assert names(await read.newest(RULE, LATER, 2)) == [2, 1]
        assert await read.rules(START, LATER) == [RULE, ("alertmanager", "Other")]
        both = await read.of_rules([RULE, ("alertmanager", "Never")], START, LATER)
        assert [(rule, names(some)) for rule, some in both.items()] == [
            (RULE, [0, 1, 2]),
            (("alertmanager", "Never"), []),
        ]
        await archive(state.scripts).turn(LATER, KEEP_S)


async def test_the_newest_are_found_days_back(state: State) -> None:
    for day in range(40):
        await happen(state, 1, first=day, at=START + day * 86_400)
        await archive(state.scripts).turn(START + (day + 1) * 86_400, KEEP_S)
    read = history(state.scripts)
    assert names(await read.newest(RULE, 1e12, 3)) == [39, 38, 37]
    assert len(await read.newest(RULE, START + 35 * 86_400, 99)) == 35
    assert names(await read.between(START + 5 * 86_400, START + 8 * 86_400)) == [5, 6, 7]


async def test_a_living_firing_is_told_with_what_its_slos_said_so_far(state: State) -> None:
    await begin(state, 1, START)
    for now, expected in (
        (START + 10, Heard("checkout", Verdict.NO_THREAT)),
        (START + 30, Heard("checkout", Verdict.THREAT_PAGE, START + 20, START + 30)),
        (START + 50, Heard("checkout", Verdict.THREAT_PAGE, START + 20, START + 40)),
    ):
        [firing] = await history(state.scripts, now=now).between(START, LATER)
        assert (firing.outcome, firing.ended_at, firing.reason) == (None, None, "")
        assert firing.slos == (expected,)


async def test_shadow_mode_says_what_would_have_become_of_it(state: State) -> None:
    """What would be held would be dropped, once it is over."""
    shadow = Settle(CLASS, Outcome.FORWARD, Reason.SHADOW, START + 1, Outcome.HOLD)
    for n in (1, 2):
        await begin(state, n, START)
        await settle(state, START + 1, shadow, key=f"k{n}")
    await end(state, 2, START + 50)
    for _ in range(2):
        found = await history(state.scripts).between(START, LATER)
        assert {names([each])[0]: each.would for each in found} == {1: Outcome.HOLD, 2: Outcome.DROP}
        await archive(state.scripts).turn(LATER, KEEP_S)


async def test_what_is_kept_quiet_is_suppressed_while_it_fires_too(state: State) -> None:
    await begin(state, 1, START)
    await settle(state, START + 1, Settle(CLASS, Outcome.SUPPRESS, Reason.MUTE_TIME), key="k1")
    [firing] = await history(state.scripts).between(START, LATER)
    assert (firing.outcome, firing.reason) == (Outcome.SUPPRESS, "mute_time")


async def test_copies_for_other_routes_are_no_firings(state: State) -> None:
    await state.store(number(1), number(1, key="copied", copy=True))
    assert names(await history(state.scripts).between(0, LATER)) == [1]


@pytest.mark.parametrize(
    ("own", "guided", "expected"), [("", False, False), ("https://g", False, True), ("", True, True)]
)
async def test_a_guide_is_its_own_or_the_configurations(state: State, own: str, guided: bool, expected: bool) -> None:
    alert = make_alert(guide_url=own)
    await state.store(replace(entry(alert), body=pack_alert(alert, guided=guided)))
    assert [each.guide for each in await history(state.scripts).between(0, LATER)] == [expected]


# --- what people did


async def test_a_mark_that_comes_weeks_later_holds_for_every_told_firing_of_its_incident(state: State) -> None:
    """The incident is forgotten, its firings are archived; a mark counts, and may be taken back."""
    await state.store(*(number(n, key=KEY) for n in range(2)))
    claim = await settle(state, START, PAGE)
    await state.store(number(2, key=KEY))
    await settle(state, START + 5, Settle(CLASS, Outcome.MERGE, Reason.JOINED))
    for n in range(3):
        await end(state, n, START + 20, key=KEY)
    await settle(state, START + 30, forget=True)
    await archive(state.scripts).turn(LATER, KEEP_S)
    weeks = START + 20 * 86_400
    for number_, deed, expected in ((1, Deed.WOLF, Mark.WOLF), (2, Deed.REAL, Mark.REAL), (3, Deed.UNMARK, None)):
        at = weeks + 100 * number_
        act = make_act(claim.incident.id, number_, deed=deed, at=at, reason="test" if deed is Deed.WOLF else "")
        await Acts(state.scripts).put(KEY, act, at)
        for _ in range(2):
            found = await history(state.scripts).between(0, weeks)
            told = [each.mark for each in found if each.notified_at is not None]
            assert (told, [each.mark for each in found if each.notified_at is None]) == ([expected] * 2, [None])
            assert {each.wolf_reason for each in found} == ({"test", ""} if expected is Mark.WOLF else {""})
            newest = await history(state.scripts).newest(RULE, weeks, 9)
            assert sorted(str(each.mark) for each in newest) == sorted(str(each.mark) for each in found)
            await archive(state.scripts).turn(at + 86_400, KEEP_S)


async def test_reports_without_a_firing_are_records_of_no_rule(state: State) -> None:
    """In the span of their time, in order of time; an export that is read again says the same."""
    missed = Missed(state.scripts)
    await happen(state, 2)
    await missed.report(Person("U1", "Sato"), START + 500, "checkout", START + 5, "cart was down", "r1")
    await missed.report(Person("U2"), START + 600, "", None, "", "r2")
    await missed.report(Person("U3"), START - 9e6, "checkout", None, "", "r3")
    found = [each async for each in history(state.scripts).records(START, LATER)]
    assert [(each["rule"], each["missed_report"]) for each in found] == [
        ("HighErrors", False), (None, True), ("HighErrors", False), (None, True),
    ]  # fmt: skip
    assert (found[1]["source"], found[1]["started_at"]) == ("slo", "2026-05-28T20:26:45Z")
    assert found[1]["annotations"] == {"reported_by": "Sato", "summary": "cart was down"}
    assert [each["id"] for each in found[1]["slos"]] == ["checkout"]
    assert [firing_of(each).rule for each in found] == ["HighErrors", "", "HighErrors", ""]
    reports: list[Any] = [each async for each in history(state.scripts).records(START - 1e7, START - 8e6)]
    assert [each["annotations"]["reported_by"] for each in reports] == ["U3"]


# --- hostile senders

HOSTILE = {
    "plain": "x",
    'quote"\\back': 'a"} or vector(1) #\\',
    "new\nline": "one\ntwo\r\n\x00\x1f",
    "日本語": "🦊\u202e",
    "long": "é" * 4_096,
    "json": '{"p":0}\n{}',
    "": "",
}


async def test_hostile_labels_come_through_as_they_are(state: State) -> None:
    rule = '["x",1]\n|~@ 日本語' + "r" * 300
    alert = make_alert(rule, labels=HOSTILE, annotations=HOSTILE, fingerprint=f"{1:032x}")
    await state.store(replace(entry(alert, "k1"), rule=rule[:200]))
    await settle(state, START, key="k1")
    await state.store(entry(replace(alert, status=Status.RESOLVED, ends_at=START + 9), "k1"))
    for _ in range(2):
        [firing] = await history(state.scripts).between(0, LATER, ("alertmanager", rule))
        assert (firing.labels, firing.annotations, firing.rule) == (HOSTILE, HOSTILE, rule)
        assert await history(state.scripts).newest(("alertmanager", rule), LATER, 1) == [firing]
        assert await history(state.scripts).rules(0, LATER) == [("alertmanager", rule)]
        await archive(state.scripts).turn(LATER, KEEP_S)
    assert await state.client.hlen(keys.firings_of("2026-05-28")) == 1
