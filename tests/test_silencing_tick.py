"""What time does to silences: incidents are woken, people are told before the end and of forgotten ones."""

from collections.abc import AsyncIterator

import orjson
import pytest

from router.alert import Status, fingerprint_of
from router.silencing.notices import ENDING, IDLE
from tests.support.silences import Rig, open_rig
from tests.support.state import State, entry, make_alert

HOUR_S = 3_600.0
DAY_S = 24 * HOUR_S
FIRING, RESOLVED = Status.FIRING, Status.RESOLVED


@pytest.fixture
async def rig(state: State) -> AsyncIterator[Rig]:
    async with open_rig(state) as opened:
        yield opened


async def fires(rig: Rig, status: Status = FIRING) -> None:
    """An alert of checkout fires, or is over."""
    alert = make_alert(status=status, ends_at=rig.now if status is RESOLVED else None)
    await rig.state.store(entry(alert, now=rig.now), now=rig.now)


async def test_a_beginning_and_an_end_wake_the_incidents(rig):
    """At the tick after it, and never again for the same."""
    await fires(rig)
    added = await rig.add(starts_at=rig.now + 60.0, lasts_s=120.0)
    await rig.tick()
    rig.woken.clear()
    await rig.tick(30)
    assert rig.woken == []
    await rig.tick(31)
    assert rig.woken == [rig.now]
    assert await rig.state.due() <= rig.now
    rig.woken.clear()
    await rig.tick(5)
    assert rig.woken == []
    await rig.tick(added.ends_at - rig.now)
    assert rig.woken == [rig.now]


async def test_another_replicas_change_is_noticed(rig):
    """A change that could not wake anybody when it was made does at the next tick."""
    await rig.tick()
    rig.woken.clear()
    async with open_rig(rig.state) as other:
        await other.add()
    await rig.tick(5)
    assert rig.woken == [rig.now]


async def test_an_end_that_matters_is_told_before(rig):
    """From 15 minutes before the end on, while it keeps something quiet; over when it has ended."""
    await fires(rig)
    added = await rig.add(lasts_s=HOUR_S, person="U1")
    assert await rig.tick(44 * 60) == []
    assert await rig.tick(61) == [(ENDING, added.id, FIRING)]
    facts = rig.said[-1].annotations
    assert {name: facts[name] for name in ("id", "by", "person", "comment", "matchers", "alerts")} == {
        "id": added.id,
        "by": "sato",
        "person": "U1",
        "comment": "load test",
        "matchers": 'service="checkout"',
        "alerts": "1",
    }
    assert (float(facts["until"]), float(facts["since"])) == (added.ends_at, added.starts_at)
    assert isinstance(orjson.loads(facts["slos"]), list)
    assert rig.said[-1].fingerprint == fingerprint_of("router", f"{ENDING}:{added.id}", {})
    assert rig.said[-1].expires_at > rig.now + 60
    assert await rig.tick(5) == [(ENDING, added.id, FIRING)], "said again while it is so: others may have forgotten"
    assert await rig.tick(15 * 60) == [(ENDING, added.id, RESOLVED)]
    assert await rig.tick(5) == []


async def test_extending_or_ending_it_takes_the_word_back(rig):
    """Whoever hears of the end can do something about it, and then it is settled."""
    await fires(rig)
    added = await rig.add(lasts_s=HOUR_S)
    await rig.tick(50 * 60)
    await rig.silencing.extend(added.id, HOUR_S, "sato")
    assert await rig.tick(5) == [(ENDING, added.id, RESOLVED)]
    assert await rig.tick(HOUR_S) == [(ENDING, added.id, FIRING)]
    await rig.silencing.expire(added.id, "sato")
    assert await rig.tick(5) == [(ENDING, added.id, RESOLVED)]


async def test_an_end_that_matters_to_nothing_is_not_told(rig):
    """No alert is kept quiet, so nobody needs to hear; when one is after all, it is told within a minute."""
    added = await rig.add(lasts_s=HOUR_S)
    assert await rig.tick(50 * 60) == []
    await fires(rig)
    assert await rig.tick(61) == [(ENDING, added.id, FIRING)]
    await fires(rig, RESOLVED)
    assert await rig.tick(61) == [(ENDING, added.id, RESOLVED)]


async def test_a_short_silence_is_not_told_about_at_once(rig):
    """Whoever silences for ten minutes knows that it will be over soon."""
    await fires(rig)
    await rig.add(lasts_s=600.0)
    assert await rig.tick(60) == []


async def test_a_silence_that_meets_nothing_is_told(rig):
    """After a day without an alert, when it was to last for another day at least; since when, and until when."""
    added = await rig.add(lasts_s=7 * DAY_S)
    short = await rig.add("service=search", lasts_s=1.5 * DAY_S)
    assert await rig.tick(DAY_S - 1) == []
    assert await rig.tick(2) == [(IDLE, added.id, FIRING)]
    facts = rig.said[-1].annotations
    assert (float(facts["since"]), facts["alerts"]) == (added.starts_at, "0")
    assert await rig.tick(5.5 * DAY_S) == [(IDLE, added.id, FIRING)], "also when less than a day is left"
    assert await rig.tick(DAY_S) == [(IDLE, added.id, RESOLVED)]
    assert short.id not in {each.annotations["about"] for each in rig.said}


async def test_a_silence_that_meets_something_again_is_not_idle(rig):
    """Whether a look said so, or the alert just goes on firing without any news."""
    added = await rig.add(lasts_s=7 * DAY_S)
    await rig.tick(DAY_S + 1)
    await rig.store.touch([added.id], rig.now)
    assert await rig.tick(5) == [(IDLE, added.id, RESOLVED)]
    await fires(rig)
    assert await rig.tick(DAY_S) == []
    assert (await rig.store.touched())[added.id] == rig.now


async def test_ended_silences_are_forgotten_after_five_days(rig):
    """As Alertmanager keeps them by default: 120 h."""
    added = await rig.add()
    await rig.tick(HOUR_S + 5 * DAY_S - 1)
    assert await rig.silencing.get(added.id) == added
    await rig.tick(2)
    assert await rig.silencing.list() == ()
