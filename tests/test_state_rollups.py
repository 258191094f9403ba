"""Sums by day come back as they went in, small, and are forgotten by age."""

from datetime import date, timedelta

import pytest

from router.noise.review import Counts, Dimension, Pager, Roll
from router.state import keys
from router.state.history.rollups import RollUps, _pack, _unpack
from tests.support.state import State

DAY = date(2026, 9, 4)


def rolls(firings: int = 7, rules: int = 3) -> tuple[Roll, ...]:
    """A day: all, one team, some rules."""
    counts = Counts(firings, told=5, pages=2, judged=6, threatened=1, wolves=4, night_pages=1)
    every = Roll(Dimension.ALL, "", counts, Pager(2, 1, 1, 93.5, 2, 1_800.25))
    team = Roll(Dimension.TEAM, "決済チーム", counts, Pager(1))
    return (every, team, *(Roll(Dimension.RULE, f"alertmanager/Rule{n}", Counts(n, told=n)) for n in range(rules)))


@pytest.fixture
def rollups(state: State) -> RollUps:
    return RollUps(state.scripts)


async def test_days_come_back_in_order_and_those_never_stored_are_absent(rollups: RollUps) -> None:
    for number in (2, 0, 5):
        await rollups.store(DAY + timedelta(number), rolls(number))
    found = await rollups.load(DAY, DAY + timedelta(4))
    assert list(found.items()) == [(DAY, rolls(0)), (DAY + timedelta(2), rolls(2))]
    assert await rollups.load(DAY + timedelta(1), DAY) == {}


async def test_a_day_is_stored_in_the_place_of_what_it_was(rollups: RollUps) -> None:
    await rollups.store(DAY, rolls(1))
    await rollups.store(DAY, [])
    assert await rollups.load(DAY, DAY) == {DAY: ()}


async def test_days_before_one_are_forgotten(rollups: RollUps) -> None:
    for number in range(5):
        await rollups.store(DAY + timedelta(number), rolls(number))
    assert await rollups.forget(DAY + timedelta(3)) == 3
    assert list(await rollups.load(DAY, DAY + timedelta(9))) == [DAY + timedelta(3), DAY + timedelta(4)]
    assert await rollups.forget(DAY) == 0


def test_sums_of_another_version_are_read_as_far_as_they_are_known() -> None:
    import zlib

    import orjson

    stored = orjson.loads(zlib.decompress(_pack([Roll(Dimension.ALL, "", Counts(3, told=2))])))
    stored["counts"] = ["firings", "later"]
    stored["rolls"][0][2] = [3, 99]
    assert _unpack(zlib.compress(orjson.dumps(stored))) == (Roll(Dimension.ALL, "", Counts(3)),)


async def test_25_months_of_a_company_take_a_few_megabytes(rollups: RollUps, state: State) -> None:
    """200 rules, and what there is of services, SLOs and teams: 761 days of them."""
    day = tuple(
        Roll(
            Dimension.RULE, f"alertmanager/Rule{n}", Counts(n * 7 % 40, n * 5 % 30, n % 3, judged=n % 20, wolves=n % 4)
        )
        for n in range(280)
    )
    for number in range(10):
        await rollups.store(DAY + timedelta(number), day)
    taken = await state.client.memory_usage(keys.ROLLUPS, samples=0) / 10
    print(f"{taken:.0f} bytes a day")
    assert taken * 761 < 4_000_000
