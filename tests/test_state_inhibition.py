"""Which firing alerts can inhibit others, and which incidents must be looked at when they come and go."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest

from router.alert import Alert, Status, parse_matcher
from router.classify import Route, Rules
from router.errors import UnavailableError
from router.intake import Intake
from router.intake.hints import Hints
from router.mute import InhibitRule
from router.state import keys
from router.state.entries import Entry
from router.state.muting import Mutes
from tests.support.state import KEY, START, State, entry, look, make_alert, state_on

RULE = InhibitRule((parse_matcher("alertname=Down"),), (parse_matcher("alertname=~High.*"),), ("service",))
RULES = Rules(Route("sre", group_by=("alertname",), group_wait_s=0.0), inhibit_rules=(RULE,))
DOWN = make_alert("Down", labels={"alertname": "Down", "service": "checkout"}, fingerprint="d" * 32)
HIGH = make_alert()
TARGET = "target"
PREFIX = keys.prefix(keys.partition_of(KEY))


def source(alert: Alert = DOWN, key: str = KEY, **fields: object) -> Entry:
    return replace(entry(alert, key), inhibits=True, **fields)


def target(alert: Alert = HIGH, key: str = TARGET, **fields: object) -> Entry:
    return replace(entry(alert, key), inhibitable=True, **fields)


def over(alert: Alert, at: float = START) -> Alert:
    return replace(alert, status=Status.RESOLVED, ends_at=at)


async def inhibiting(state: State, rules: Sequence[InhibitRule] = (RULE,)) -> list[str]:
    """Whom another process finds."""
    return [each.fingerprint for each in (await Mutes(state.scripts).current(rules, START)).inhibitors]


async def version(state: State) -> int:
    return int(await state.client.get(f"{PREFIX}inhv") or 0)


async def targets(state: State) -> set[bytes]:
    return await state.client.smembers(f"{keys.prefix(keys.partition_of(TARGET))}tgt")


async def test_an_inhibiting_alert_is_known_while_it_fires(state: State) -> None:
    mutes = Mutes(state.scripts)
    assert not (await mutes.current((RULE,), START)).of(HIGH.labels, START)
    await state.store(source())
    muting = await mutes.current((RULE,), START)
    assert muting.of(HIGH.labels, START).inhibited_by == (DOWN.fingerprint,)
    assert not muting.of({**HIGH.labels, "service": "cart"}, START)
    assert muting.version
    await state.store(source(over(DOWN)))
    muting = await mutes.current((RULE,), START)
    assert (muting.inhibitors, muting.version, muting.idle) == ((), "", True)


async def test_without_rules_nothing_inhibits(state: State) -> None:
    await state.store(source())
    assert await inhibiting(state, ()) == []


async def test_only_changes_of_inhibiting_alerts_raise_their_version(state: State) -> None:
    """What changed is known by one number a partition; a storm of other alerts does not touch it."""
    await state.store(target(key=KEY), source())
    seen = await version(state)
    assert seen == 1
    await state.store(source(), target(key=KEY))
    await state.store(target(make_alert(annotations={"summary": "worse"}), KEY))
    await state.store(entry(over(HIGH)))
    assert await version(state) == seen
    changed = replace(DOWN, labels={**DOWN.labels, "service": "cart"})
    await state.store(source(changed, body_hash="another"))
    assert await version(state) == seen + 1
    found = (await Mutes(state.scripts).current((RULE,), START)).inhibitors
    assert [each.labels["service"] for each in found] == ["cart"]
    await state.store(source(over(changed)))
    assert await version(state) == seen + 2


async def test_an_inhibiting_alert_whose_source_went_silent_inhibits_no_more(state: State) -> None:
    await state.store(source(replace(DOWN, expires_at=START + 60)))
    await state.incidents.expire(START + 59)
    assert await inhibiting(state) == [DOWN.fingerprint]
    await state.incidents.expire(START + 61)
    assert await inhibiting(state) == []


async def test_a_copy_for_a_second_route_inhibits_nothing_twice(state: State) -> None:
    """It is counted nowhere: that it ends in one of two incidents of a partition must not end the inhibition."""
    other = next(f"k{n}" for n in range(999) if keys.partition_of(f"k{n}") == keys.partition_of(KEY))
    await state.store(source(), source(key=other, copy=True))
    await state.store(source(over(DOWN), other, copy=True))
    assert await inhibiting(state) == [DOWN.fingerprint]
    await state.store(source(over(DOWN)))
    assert await inhibiting(state) == []


async def test_after_a_change_of_rules_a_re_send_refreshes_what_an_alert_can_do(state: State) -> None:
    await state.store(entry(DOWN), entry(HIGH, TARGET))
    assert (await inhibiting(state), await targets(state)) == ([], set())
    assert await state.store(source(body_hash="1"), target(body_hash="2")) == "UU"
    assert (await inhibiting(state), await targets(state)) == ([DOWN.fingerprint], {TARGET.encode()})
    assert await state.store(entry(DOWN)) == "U"
    assert await inhibiting(state) == []


async def test_incidents_are_targets_while_an_alert_in_them_fires(state: State) -> None:
    await state.store(target(), entry(DOWN, TARGET))
    assert await targets(state) == {TARGET.encode()}
    await state.store(entry(over(HIGH), TARGET))
    assert await targets(state) == {TARGET.encode()}, "one too many does no harm"
    await state.store(entry(over(DOWN), TARGET))
    assert await targets(state) == set()
    await state.store(target(replace(HIGH, starts_at=START + 5)))
    assert await targets(state) == {TARGET.encode()}


# --- making incidents due


async def at_rest(state: State, *entries: Entry) -> None:
    """Everything is looked at, and due again in 500 s."""
    await state.store(*entries)
    for partition in await state.incidents.due(START):
        for claim in await state.incidents.claim(partition, START, 10):
            await state.incidents.commit(claim, look(START + 500), START)


async def test_waking_looks_at_firing_incidents_or_only_at_targets(state: State) -> None:
    mutes = Mutes(state.scripts)
    await at_rest(state, target(), entry(make_alert("Plain", fingerprint="b" * 32)))
    assert await mutes.wake(START + 1, targets_only=True) == 1
    assert [await state.due(key) for key in (TARGET, KEY)] == [START + 1, START + 500]
    assert await mutes.wake(START + 2, targets_only=False) == 2
    assert [await state.due(key) for key in (TARGET, KEY)] == [START + 1, START + 2]
    await state.store(entry(over(HIGH), TARGET))
    assert await mutes.wake(START + 3, targets_only=False) == 1


async def test_a_sweep_makes_up_for_hints_that_got_lost(state: State) -> None:
    """A process died between the write and the hint: others see that the version is not the one they woke for."""
    mutes = Mutes(state.scripts)
    await at_rest(state, target(), entry(make_alert("Plain", fingerprint="b" * 32)))
    assert await mutes.changed(), "a new process knows nothing yet"
    assert await mutes.sweep(START)
    assert not await mutes.changed()
    assert not await mutes.sweep(START)
    await at_rest(state, source(key="source"))
    assert await mutes.changed()
    assert await mutes.sweep(START + 1)
    assert [await state.due(key) for key in (TARGET, KEY)] == [START + 1, START + 500]
    assert not await mutes.changed()
    await state.client.incr(keys.SILENCES_VERSION)
    assert await mutes.sweep(START + 2)
    assert await state.due(KEY) == START + 2
    assert not await mutes.sweep(START + 3)


def intake_on(state: State, rules: Rules = RULES) -> Intake:
    return Intake(state.writer, state.board, state.clock, lambda: rules, lambda: None, Mutes(state.scripts))


async def test_intake_looks_at_targets_when_an_inhibiting_alert_begins_and_ends(state: State) -> None:
    intake = intake_on(state)
    await intake.accept([HIGH, make_alert("Plain", fingerprint="b" * 32)])
    await at_rest(state)
    assert await state.incidents.due(START) == []
    for change in (DOWN, over(DOWN)):
        await intake.accept([change])
        claims = [c for p in await state.incidents.due(START) for c in await state.incidents.claim(p, START, 10)]
        assert {kind.rule for claim in claims for kind in claim.incident.kinds} == {"Down", "HighErrors"}
        for claim in claims:
            await state.incidents.commit(claim, look(START + 500), START)
    await intake.accept([over(DOWN)])
    assert await state.incidents.due(START) == []


async def test_intake_finds_the_sides_of_an_alert_in_the_rules_of_now(state: State) -> None:
    """Loaded without rules first: after the change the next re-send counts."""
    await intake_on(state, replace(RULES, inhibit_rules=())).accept([DOWN, HIGH])
    assert await inhibiting(state) == []
    fresh = state_on(state.scripts.client, state.url)
    await intake_on(fresh).accept([DOWN, HIGH])
    assert await inhibiting(state) == [DOWN.fingerprint]
    assert (await intake_on(fresh).accept([DOWN, HIGH])).duplicates == 2


class Slow(Mutes):
    """Takes its time, and may be away; counts how often it was called."""

    def __init__(self) -> None:
        self.calls = 0
        self.away = False
        self.go = asyncio.Event()

    async def wake(self, now: float, *, targets_only: bool = False) -> int:
        self.calls += 1
        await self.go.wait()
        if self.away:
            raise UnavailableError("away", code="unreachable")
        return 0


@pytest.mark.parametrize("away", [False, True])
async def test_hints_of_a_storm_share_few_calls_and_a_lost_one_harms_no_sender(away: bool) -> None:
    mutes = Slow()
    mutes.away = away
    hints = Hints(mutes)
    given = [asyncio.create_task(hints.give(START)) for _ in range(100)]
    await asyncio.sleep(0)
    mutes.go.set()
    await asyncio.gather(*given)
    assert mutes.calls <= 2
