"""Pages get finished reviews at once; what is old is computed anew behind their back, by one replica."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from uuid import uuid4

import pytest

from router.noise.review import Review
from router.report.packing import pack
from router.reporting.reviews import SELDOM_S, STALE_S, Outside, ReviewDesk
from router.reporting.stores import stores_of
from router.state.slos import Slos
from router.testing import VirtualClock
from tests.support.reporting import config_of
from tests.support.reviews import AS_OF, WEEK, usual
from tests.support.state import State

OTHER = WEEK.before(-1)


@dataclass
class Office:
    """Desks of several replicas on one state; `asked` are the computations, which last until `may_end`."""

    state: State
    folder: Path
    clock: VirtualClock = field(default_factory=lambda: VirtualClock(AS_OF))
    asked: list[str] = field(default_factory=list)
    may_end: asyncio.Event = field(default_factory=asyncio.Event)
    goes_well: bool = True
    first_start: float = WEEK.start - 30 * 86_400.0
    desks: list[ReviewDesk] = field(default_factory=list)

    async def spawn(self, week: str) -> bool:
        self.asked.append(week)
        await self.may_end.wait()
        if self.goes_well:
            await self.store(week)
        return self.goes_well

    async def store(self, week: str = WEEK.name, team: str = "", review: Review | None = None) -> None:
        found = replace(review or usual(), week=week, team=team, as_of=self.clock())
        await stores_of(self.state.scripts, self.config).reviews.store(week, team, pack(found), {}, found.as_of)

    @property
    def config(self):
        return config_of(self.folder)

    def desk(self) -> ReviewDesk:
        leases = Slos(self.state.scripts, uuid4().hex)

        async def release(name: str) -> None:
            await leases.hold_lease(name, 0.001)

        async def first_start() -> float:
            return self.first_start

        outside = Outside(self.spawn, leases.hold_lease, release, first_start, self.clock)
        desk = ReviewDesk(stores_of(self.state.scripts, self.config), outside)
        self.desks.append(desk)
        return desk


@pytest.fixture
async def office(state: State, tmp_path: Path) -> AsyncIterator[Office]:
    async with opened(state, tmp_path) as made:
        yield made


@asynccontextmanager
async def opened(state: State, folder: Path) -> AsyncIterator[Office]:
    made = Office(state, folder)
    yield made
    for desk in made.desks:
        await desk.end()


async def spin(condition) -> None:
    for _ in range(500):
        if condition():
            return
        await asyncio.sleep(0.002)
    raise AssertionError("it never came to that")


async def test_a_fresh_review_is_handed_out_as_it_is(office: Office) -> None:
    await office.store()
    office.clock.advance(STALE_S)
    found = await office.desk().review(WEEK.name)
    assert found is not None
    assert (found.as_of, office.asked) == (AS_OF, [])


async def test_an_old_one_is_handed_out_at_once_and_computed_anew(office: Office) -> None:
    await office.store()
    office.clock.advance(STALE_S + 1)
    desk = office.desk()
    for _ in range(3):
        found = await desk.review(WEEK.name)
        assert found is not None
        assert found.as_of == AS_OF
    await spin(lambda: office.asked)
    office.may_end.set()
    assert await desk.refreshed(WEEK.name)
    found = await desk.review(WEEK.name)
    assert found is not None
    assert (found.as_of, office.asked) == (AS_OF + STALE_S + 1, [WEEK.name])


async def test_the_first_one_is_waited_for(office: Office) -> None:
    asking = asyncio.create_task(office.desk().review(WEEK.name))
    await spin(lambda: office.asked)
    assert not asking.done()
    office.may_end.set()
    found = await asking
    assert found is not None
    assert found.week == WEEK.name


async def test_it_is_handed_out_once_it_is_stored_though_charts_are_still_drawn(office: Office) -> None:
    asking = asyncio.create_task(office.desk().review(WEEK.name))
    await spin(lambda: office.asked)
    await office.store()
    assert await asking is not None
    assert not office.may_end.is_set()


async def test_who_gives_up_waiting_does_not_stop_the_computing(office: Office) -> None:
    desk = office.desk()
    for _ in range(3):
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(desk.review(WEEK.name), 0.05)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(desk.refreshed(WEEK.name), 0.05)
    office.may_end.set()
    assert await desk.refreshed(WEEK.name)
    assert office.asked == [WEEK.name]


async def test_one_replica_computes_and_the_others_wait_for_it(office: Office) -> None:
    waiting = [asyncio.create_task(office.desk().review(WEEK.name)) for _ in range(3)]
    await spin(lambda: office.asked)
    office.may_end.set()
    found = await asyncio.gather(*waiting)
    assert all(each is not None and each.week == WEEK.name for each in found)
    assert office.asked == [WEEK.name]


async def test_after_a_failure_the_old_review_stands_and_it_is_tried_again(office: Office) -> None:
    await office.store()
    office.goes_well = False
    office.may_end.set()
    office.clock.advance(STALE_S + 1)
    desk = office.desk()
    assert not await desk.refreshed(WEEK.name)
    assert await desk.review(WEEK.name) is not None
    office.goes_well = True
    assert await desk.refreshed(WEEK.name)


async def test_without_any_review_there_is_none(office: Office) -> None:
    office.goes_well = False
    office.may_end.set()
    assert await office.desk().review(WEEK.name) is None


async def test_a_team_without_a_firing_has_none_and_asks_for_none(office: Office) -> None:
    await office.store()
    assert await office.desk().review(WEEK.name, "nobody") is None
    assert office.asked == []
    await office.store(team="sre")
    found = await office.desk().review(WEEK.name, "sre")
    assert found is not None
    assert found.team == "sre"


async def test_weeks_that_are_over_for_long_are_seldom_computed_anew(office: Office) -> None:
    office.clock.advance(20 * 86_400.0)
    await office.store()
    office.clock.advance(SELDOM_S)
    assert await office.desk().review(WEEK.name) is not None
    assert office.asked == []


async def test_one_that_cannot_be_read_is_computed_anew(office: Office) -> None:
    """A version that is gone may have stored anything."""
    await stores_of(office.state.scripts, office.config).reviews.store(WEEK.name, "", b"[]", {}, office.clock())
    office.may_end.set()
    office.clock.advance(1)
    assert await office.desk().review(WEEK.name) is not None
    assert office.asked == [WEEK.name]


async def test_the_newest_week_is_the_last_one_that_is_over(office: Office) -> None:
    office.may_end.set()
    found = await office.desk().review()
    assert found is not None
    assert found.week == WEEK.name


async def test_in_its_first_week_the_router_shows_that_week(office: Office) -> None:
    office.may_end.set()
    office.first_start = AS_OF - 60.0
    found = await office.desk().review()
    assert found is not None
    assert found.week == OTHER.name


async def test_weeks_reach_back_to_the_first_start_and_as_far_as_firings_are_kept(office: Office) -> None:
    office.first_start = WEEK.start + 3_600.0
    assert await office.desk().weeks() == (OTHER.name, WEEK.name)
    office.first_start = 0.0
    assert len(await office.desk().weeks()) == 14


@pytest.mark.parametrize("week", ["2025-W01", "2027-W01", "nonsense"], ids=["long ago", "to come", "no week"])
async def test_a_week_that_cannot_be_computed_is_not_asked_for(office: Office, week: str) -> None:
    assert await office.desk().review(week) is None
    assert office.asked == []


async def test_a_week_whose_firings_are_forgotten_is_shown_as_it_was_stored(office: Office) -> None:
    await office.store()
    office.clock.advance(200 * 86_400.0)
    assert await office.desk().review(WEEK.name) is not None
    assert office.asked == []


async def test_charts_come_from_the_stored_review(office: Office) -> None:
    reviews = stores_of(office.state.scripts, office.config).reviews
    await reviews.store(WEEK.name, "sre", pack(usual()), {"weeks.en.svg": b"<svg/>"}, AS_OF)
    desk = office.desk()
    assert await desk.chart(WEEK.name, "sre", "weeks.en.svg") == b"<svg/>"
    assert await desk.chart("", "sre", "weeks.en.svg") == b"<svg/>"
    assert await desk.chart(WEEK.name, "sre", "days.en.svg") is None
    assert await desk.chart(WEEK.name, "", "weeks.en.svg") is None


async def test_a_desk_that_ends_gives_up_what_is_under_way(office: Office) -> None:
    desk = office.desk()
    task = desk.refresh(WEEK.name)
    await spin(lambda: office.asked)
    await desk.end()
    assert task.cancelled()
