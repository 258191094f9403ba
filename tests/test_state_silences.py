"""Silences as they are stored, and what mutes now as looks ask for it: nothing stale, nothing read twice."""

import asyncio
from dataclasses import replace

import pytest

from router.alert import matcher
from router.incident import Person
from router.mute import Silence
from router.state import missed
from router.state.missed import Missed
from router.state.muting import Mutes
from router.state.silences import Silences
from tests.support.state import START, State, open_state

CHECKOUT = (matcher("service", "=", "checkout"),)


def make_silence(identity: str = "s1", starts: float = -60, ends: float = 600, **fields: object) -> Silence:
    usual: dict[str, object] = {"created_by": "sato", "comment": "deploy", "matchers": CHECKOUT, "updated_at": START}
    return Silence(id=identity, starts_at=START + starts, ends_at=START + ends, **{**usual, **fields})  # type: ignore[arg-type]


FULL = make_silence(
    matchers=(
        *CHECKOUT,
        matcher("pod", "=~", "db-.*|キャッシュ"),
        matcher("severity", "!=", "page"),
        matcher("a", "!~", "b|c"),
    ),
    comment='深夜のデプロイ "v2"',
    updated_at=START + 0.1234567,
    person="U1",
    channel="C1",
    thread_ts="1.2",
    mirrored={"http://am-1:9093": "4e5f"},
)


async def test_a_silence_comes_back_as_it_was_stored(state: State) -> None:
    silences = Silences(state.scripts)
    assert await silences.put(FULL, before=None)
    assert await silences.all() == (FULL,)
    [found] = await silences.all()
    assert found.mutes({"service": "checkout", "pod": "db-1", "severity": "warning"}, START)


async def test_a_silence_is_replaced_only_by_who_has_seen_it(state: State) -> None:
    """Two people edit at once: one of them is told to look again."""
    silences = Silences(state.scripts)
    assert not await silences.put(FULL, before=START), "there is none to replace"
    assert await silences.put(FULL, before=None)
    assert not await silences.put(replace(FULL, comment="other"), before=None)
    later = replace(FULL, ends_at=START + 900, updated_at=START + 5)
    assert not await silences.put(later, before=START)
    assert await silences.put(later, before=FULL.updated_at)
    assert await silences.put(later, before=FULL.updated_at), "the answer may have got lost"
    assert not await silences.put(replace(FULL, updated_at=START + 6), before=FULL.updated_at)
    assert await silences.all() == (later,)


async def test_every_change_raises_the_version_and_nothing_else_does(state: State) -> None:
    silences, seen = Silences(state.scripts), [0]
    assert await silences.version() == 0
    await silences.put(FULL, before=None)
    seen.append(await silences.version())
    await silences.put(FULL, before=None)
    await silences.touch([FULL.id], START)
    assert await silences.version() == seen[-1]
    await silences.put(replace(FULL, updated_at=START + 1), before=FULL.updated_at)
    seen.append(await silences.version())
    assert await silences.remove_expired(START) == 0
    assert await silences.version() == seen[-1]
    await silences.remove_expired(START + 601)
    seen.append(await silences.version())
    assert seen == sorted(set(seen))


async def test_silences_that_ended_long_ago_are_forgotten_with_their_notes(state: State) -> None:
    silences = Silences(state.scripts)
    for number in range(3):
        await silences.put(make_silence(f"s{number}", ends=100.0 * number), before=None)
    await silences.touch(["s0", "s2", "never stored"], START)
    assert await silences.remove_expired(START + 150) == 2
    assert [each.id for each in await silences.all()] == ["s2"]
    assert await silences.touched() == {"s2": START}


async def test_when_a_silence_last_kept_something_quiet_is_known(state: State) -> None:
    silences = Silences(state.scripts)
    for each in (make_silence("s1"), make_silence("s2")):
        await silences.put(each, before=None)
    assert await silences.touched() == {}
    await silences.touch(["s1", "s2"], START)
    await silences.touch(["s1"], START + 5.5)
    assert await silences.touched() == {"s1": START + 5.5, "s2": START}


async def test_silences_are_durable_at_level_l2(valkey_url: str) -> None:
    async with open_state(valkey_url, "L2") as state:
        before = (await state.client.info("commandstats")).get("cmdstat_waitaof", {"calls": 0})["calls"]
        assert await Silences(state.scripts, "L2").put(FULL, before=None)
        assert (await state.client.info("commandstats"))["cmdstat_waitaof"]["calls"] == before + 1


# --- what mutes now


async def commands(state: State) -> int:
    return int((await state.client.info("stats"))["total_commands_processed"])


async def test_without_silences_and_rules_a_look_asks_one_small_question(state: State) -> None:
    mutes = Mutes(state.scripts)
    for _ in range(2):
        before = await commands(state)
        muting = await mutes.current((), START)
        assert (muting.idle, muting.version, muting.until) == (True, "", None)
    assert await commands(state) - before == 2, "GET, and the INFO that counts"


async def test_what_is_known_is_answered_without_reading_it_again(state: State) -> None:
    silences, mutes = Silences(state.scripts), Mutes(state.scripts)
    await silences.put(make_silence(), before=None)
    first = await mutes.current((), START)
    before = await commands(state)
    assert await mutes.current((), START + 1) is first
    assert await commands(state) - before == 2


async def test_a_silence_takes_effect_at_the_next_look(state: State) -> None:
    """Stored by another process: nothing but the version tells."""
    silences, mutes = Silences(state.scripts), Mutes(state.scripts)
    assert not (await mutes.current((), START)).of({"service": "checkout"}, START)
    await silences.put(make_silence(), before=None)
    muting = await mutes.current((), START)
    assert muting.of({"service": "checkout"}, START).silenced_by == ("s1",)
    assert muting.version
    await silences.put(make_silence(ends=0, updated_at=START + 1), before=START)
    assert (await mutes.current((), START)).version == ""


async def test_time_alone_begins_and_ends_silences(state: State) -> None:
    """Each boundary is where the answer is found anew, under another version."""
    silences, mutes = Silences(state.scripts), Mutes(state.scripts)
    await silences.put(make_silence("over", ends=-1), before=None)
    await silences.put(make_silence("now", ends=100), before=None)
    await silences.put(make_silence("later", starts=50, ends=200), before=None)
    found = {at: await mutes.current((), START + at) for at in (0, 49, 50, 99, 100, 199, 200)}
    assert {at: each.until for at, each in found.items()} == {
        0: START + 50, 49: START + 50, 50: START + 100, 99: START + 100, 100: START + 200, 199: START + 200, 200: None,
    }  # fmt: skip
    assert [each.id for each in found[0].silences] == ["now", "later"]
    active = [found[at].of({"service": "checkout"}, START + at).silenced_by for at in found]
    assert active == [("now",), ("now",), ("now", "later"), ("now", "later"), ("later",), ("later",), ()]
    versions = [found[at].version for at in found]
    assert versions[0] == versions[1] != versions[2] == versions[3] != versions[4] == versions[5] != versions[6] == ""


async def test_processes_agree_on_the_version_and_remarks_do_not_change_it(state: State) -> None:
    """An incident that one replica has looked at need not be looked through by the next."""
    silences, one, other = Silences(state.scripts), Mutes(state.scripts), Mutes(state.scripts)
    await silences.put(make_silence(), before=None)
    version = (await one.current((), START)).version
    remark = make_silence(updated_at=START + 1, mirrored={"http://am:9093": "x"}, thread_ts="1.2")
    await silences.put(remark, before=START)
    assert (await other.current((), START + 5)).version == (await one.current((), START + 5)).version == version
    longer = replace(remark, ends_at=START + 900, updated_at=START + 2)
    await silences.put(longer, before=START + 1)
    assert (await one.current((), START + 5)).version != version


async def test_many_looks_at_once_read_once(state: State) -> None:
    silences, mutes = Silences(state.scripts), Mutes(state.scripts)
    await silences.put(make_silence(), before=None)
    before = (await state.client.info("commandstats")).get("cmdstat_hgetall", {"calls": 0})["calls"]
    found = await asyncio.gather(*(mutes.current((), START) for _ in range(50)))
    assert len({id(each) for each in found}) == 1
    assert (await state.client.info("commandstats"))["cmdstat_hgetall"]["calls"] - before == 1


# --- reports of missed pages


async def test_a_report_is_kept_once_and_the_newest_come_first(state: State, monkeypatch: pytest.MonkeyPatch) -> None:
    reports, by = Missed(state.scripts), Person("U1", "佐藤")
    assert await reports.report(by, START, "checkout", START - 600, "支払いが全部失敗", "click-1")
    assert not await reports.report(by, START + 1, "checkout", None, "again", "click-1")
    assert await reports.report(by, START, "", None, "", "click-2")
    assert [each.id for each in await reports.all()] == ["click-2", "click-1"]
    assert (await reports.all())[1] == missed.Miss("click-1", by, START, "checkout", START - 600, "支払いが全部失敗")
    monkeypatch.setattr(missed, "MOST", 3)
    for number in range(3, 9):
        await reports.report(by, START, "", None, "", f"click-{number}")
    assert [each.id for each in await reports.all()] == ["click-8", "click-7", "click-6"]
