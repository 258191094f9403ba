"""Silences as people make, change and end them: Alertmanager's semantics, with owner, reason and end mandatory."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from uuid import UUID

import pytest

from router.errors import UnavailableError
from router.mute import SilenceState
from router.silencing import Preview, SilenceError
from tests.support.silences import Rig, open_rig
from tests.support.state import State, entry, make_alert


@pytest.fixture
async def rig(state: State) -> AsyncIterator[Rig]:
    async with open_rig(state) as opened:
        yield opened


async def test_a_silence_is_stored_with_owner_reason_and_end(rig):
    """What was asked for, under a new id; the incidents and this process look at once."""
    added = await rig.add(person="U1", channel="C1", thread_ts="1.2")
    assert added.id == str(UUID(int=1))
    assert (added.created_by, added.comment, added.ends_at) == ("sato", "load test", rig.now + 3_600)
    assert (added.person, added.channel, added.thread_ts) == ("U1", "C1", "1.2")
    assert (added.starts_at, added.updated_at, added.state(rig.now)) == (rig.now, rig.now, SilenceState.ACTIVE)
    assert await rig.silencing.get(added.id) == added
    assert await rig.silencing.list() == (added,)
    assert rig.woken == [rig.now]


@pytest.mark.parametrize(
    ("fields", "field", "says"),
    [
        ({"created_by": " "}, "created_by", "no owner"),
        ({"comment": ""}, "comment", "no reason"),
        ({"matchers": ""}, "matchers", "no matcher"),
        ({"ends_at": 1_000.0, "starts_at": 900.0}, "ends_at", "in the past"),
        ({"ends_at": 1_900_000_000.0}, "ends_at", "30d at most"),
        ({"id": "nobody"}, "id", "no silence nobody"),
    ],
    ids=["owner", "reason", "matchers", "past", "maximum", "unknown"],
)
async def test_what_is_missing_or_too_much_is_named(rig, fields, field, says):
    """The problem in words, and the field of the draft that must change; nothing is stored."""
    with pytest.raises(SilenceError, match=says) as caught:
        await rig.add(**fields)
    assert caught.value.field == field
    assert await rig.silencing.list() == ()
    assert rig.woken == []


async def test_the_maximum_is_the_policys(rig):
    """A shorter maximum holds at once, also for extending."""
    rig.set_policy(longest_s=7_200.0)
    added = await rig.add()
    with pytest.raises(SilenceError, match="2h at most"):
        await rig.silencing.extend(added.id, 3_601.5, "sato")
    with pytest.raises(SilenceError, match="2h at most"):
        await rig.add(lasts_s=7_300.0)


async def test_a_wish_that_comes_again_is_the_same_silence(rig):
    """Slack delivers a submission again when it did not hear the answer; another wish makes another silence."""
    first, again = await rig.add(name="s-1"), await rig.add(name="s-1")
    assert again == first
    assert (await rig.add(name="s-2")).id != first.id
    assert len(await rig.silencing.list()) == 2


async def test_times_and_words_change_in_place(rig):
    """The same matchers and start: the same silence, with another end and reason."""
    added = await rig.add()
    rig.state.clock.advance(60)
    changed = await rig.add(id=added.id, starts_at=added.starts_at, comment="longer", lasts_s=7_200.0)
    assert changed == replace(
        added, comment="longer", ends_at=rig.now + 7_200.0, updated_at=rig.now, mirrored=added.mirrored
    )
    assert await rig.silencing.list() == (changed,)


async def test_other_matchers_end_the_old_one_and_make_another(rig):
    """What was kept quiet until now stays on record as it was."""
    added = await rig.add()
    rig.state.clock.advance(60)
    another = await rig.add("service=search", id=added.id, starts_at=added.starts_at)
    assert another.id != added.id
    assert another.starts_at == rig.now
    ended = await rig.silencing.get(added.id)
    assert (ended.state(rig.now), ended.ends_at) == (SilenceState.EXPIRED, rig.now)


async def test_ending_is_at_once_and_once(rig):
    """The second one to end it is told that it is over, since when, and changes nothing."""
    added = await rig.add()
    rig.state.clock.advance(60)
    ended = await rig.silencing.expire(added.id, "tanaka")
    assert (ended.state(rig.now), ended.ends_at) == (SilenceState.EXPIRED, rig.now)
    rig.state.clock.advance(60)
    assert await rig.silencing.expire(added.id, "suzuki") == ended
    assert await rig.silencing.expire("nobody", "suzuki") is None
    assert len(rig.woken) == 2


async def test_an_ended_silence_never_comes_back(rig):
    """An old client that posts it once more gets another one; extending does nothing (Alertmanager #3457)."""
    added = await rig.add()
    rig.state.clock.advance(60)
    ended = await rig.silencing.expire(added.id, "sato")
    rig.state.clock.advance(60)
    assert await rig.silencing.extend(added.id, 600.0, "sato") is None
    with pytest.raises(SilenceError, match="in the past"):
        await rig.add(id=added.id, starts_at=added.starts_at, ends_at=ended.ends_at)
    again = await rig.add(id=added.id, starts_at=added.starts_at)
    assert (again.id != added.id, again.starts_at) == (True, rig.now)
    assert await rig.silencing.get(added.id) == ended


async def test_extending_moves_the_end(rig):
    """By so many seconds, from the end it had."""
    added = await rig.add()
    longer = await rig.silencing.extend(added.id, 600.0, "sato")
    assert longer.ends_at == added.ends_at + 600.0
    assert await rig.silencing.get(added.id) == longer
    assert await rig.silencing.extend("nobody", 600.0, "sato") is None


async def test_people_at_the_same_time_lose_nothing(rig):
    """Ten extend it at once: each gets what they asked for; then five end it: it ended once."""
    added = await rig.add()
    await asyncio.gather(*(rig.silencing.extend(added.id, 60.0 + n, f"p{n}") for n in range(10)))
    found = await rig.silencing.get(added.id)
    assert found.ends_at == added.ends_at + 645.0
    rig.state.clock.advance(60)
    ended = await asyncio.gather(*(rig.silencing.expire(added.id, f"p{n}") for n in range(5)))
    assert len(set(map(repr, ended))) == 1


async def test_a_preview_counts_what_fires_now_and_names_the_slos(rig):
    """Alerts that meet every matcher, and the SLOs that they can threaten."""
    assert await rig.silencing.preview(rig.draft().matchers, rig.now) == Preview()
    await rig.state.store(entry(make_alert("A")), entry(make_alert("B")))
    found = await rig.silencing.preview(rig.draft("alertname=A").matchers, rig.now)
    assert (found.alerts, found.firings, found.told) == (1, 1, 0)
    assert (await rig.silencing.preview(rig.draft().matchers, rig.now)).alerts == 2


async def test_a_preview_leaves_out_what_slos_say_themselves(rig):
    """No silence meets it."""
    await rig.state.store(entry(make_alert()), entry(make_alert("checkout", source="slo", fingerprint="c" * 32)))
    found = await rig.silencing.preview(rig.draft().matchers, rig.now)
    assert (found.alerts, found.firings) == (1, 1)


async def test_a_wake_up_that_fails_loses_nothing(rig, monkeypatch):
    """The silence is stored and the answer is yes; the next tick wakes the incidents."""
    await rig.silencing.tick(rig.now)
    rig.woken.clear()

    async def away(_now: float, *, targets_only: bool) -> None:
        raise UnavailableError(f"gone ({targets_only})")

    with monkeypatch.context() as broken:
        broken.setattr(rig.mutes, "wake", away)
        added = await rig.add()
    assert await rig.silencing.get(added.id) == added
    rig.woken.clear()
    await rig.tick(5)
    assert rig.woken == [rig.now]


async def test_two_changes_of_one_silence_at_once_both_count(rig):
    """Two people change the matchers of the same silence at once: both get an id, the old one ended once."""
    added = await rig.add()
    rig.state.clock.advance(60)
    one, other = await asyncio.gather(rig.add("service=search", id=added.id), rig.add("service=cart", id=added.id))
    states = {each.id: each.state(rig.now) for each in await rig.silencing.list()}
    assert states == {
        added.id: SilenceState.EXPIRED,
        one.id: SilenceState.ACTIVE,
        other.id: SilenceState.ACTIVE,
    }
