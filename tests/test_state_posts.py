"""Weekly reports are posted once: one replica at a time, what was begun is known, zombies write nothing."""

import asyncio

import pytest

from router.state import keys
from router.state.history.posts import Held, Part, Post, Posts
from tests.support.state import START, State
from tests.support.waiting import until

WEEK = "2026-W22"
KEY = keys.post(WEEK, "sre")


@pytest.fixture
def posts(state: State) -> Posts:
    return Posts(state.scripts, "first")


async def held(posts: Posts, team: str = "sre") -> Held:
    found = await posts.claim(WEEK, team, START)
    assert found is not None
    return found


async def test_one_of_many_takes_a_report(state: State) -> None:
    owners = [Posts(state.scripts, f"replica-{number}") for number in range(5)]
    found = await asyncio.gather(*(each.claim(WEEK, "sre", START) for each in owners))
    assert len([each for each in found if each is not None]) == 1


async def test_parts_are_known_to_whoever_takes_over(posts: Posts, state: State) -> None:
    mine = await held(posts)
    assert mine.post == Post()
    assert await posts.begin(mine, "root", START + 1) == Part("root", START + 1)
    assert await posts.done(mine, "root", "C0SRE", "17.1")
    assert await posts.begin(mine, "team:決済", START + 2) == Part("team:決済", START + 2)
    await posts.release(mine)
    after = await held(Posts(state.scripts, "second"))
    known = {"root": Part("root", START + 1, "C0SRE", "17.1"), "team:決済": Part("team:決済", START + 2)}
    assert (after.post, after.token) == (Post(known), mine.token + 1)
    assert [part.done for part in known.values()] == [True, False]
    assert await posts.load(WEEK, "sre") == Post(known)


async def test_a_part_keeps_when_it_was_begun_first_and_where_it_stands(posts: Posts) -> None:
    """Slack is searched from the first attempt on."""
    mine = await held(posts)
    await posts.begin(mine, "root", START + 1)
    assert await posts.begin(mine, "root", START + 99) == Part("root", START + 1)
    assert await posts.done(mine, "root", "C0SRE", "17.1")
    assert await posts.done(mine, "root", "C0SRE", "18.1")
    assert await posts.begin(mine, "root", START + 100) == Part("root", START + 1, "C0SRE", "17.1")


async def test_a_zombie_writes_nothing(posts: Posts, state: State) -> None:
    """Its lease has passed to somebody else."""
    zombie = await held(posts)
    await state.client.hset(KEY, "luntil", "0")
    other = Posts(state.scripts, "second")
    mine = await held(other)
    before = await state.client.hgetall(KEY)
    assert await posts.begin(zombie, "root", START) is None
    assert not await posts.done(zombie, "root", "C0SRE", "17.1")
    assert not await posts.finish(zombie)
    assert not await posts.renew(zombie)
    await posts.release(zombie)
    assert await state.client.hgetall(KEY) == before
    assert await other.begin(mine, "root", START) == Part("root", START)


async def test_an_owner_that_claims_again_fences_itself(posts: Posts) -> None:
    first = await held(posts)
    second = await held(posts)
    assert await posts.begin(first, "root", START) is None
    assert await posts.begin(second, "root", START) is not None


async def test_a_finished_report_is_never_taken_again(posts: Posts, state: State) -> None:
    mine = await held(posts)
    assert await posts.finish(mine)
    await state.client.hset(KEY, "luntil", "0")
    for owner in ("first", "second"):
        assert await Posts(state.scripts, owner).claim(WEEK, "sre", START + 500) is None
    assert (await posts.load(WEEK, "sre")).finished


async def test_a_lease_ends_by_itself_and_every_write_renews_it(state: State) -> None:
    """Real leases of 0.15 s, on Redis' clock."""
    dead, alive = Posts(state.scripts, "dead", lease_s=0.15), Posts(state.scripts, "alive")
    mine = await held(dead)
    for number in range(4):
        await dead.begin(mine, f"part-{number}", START)
        await asyncio.sleep(0.06)
        assert await alive.claim(WEEK, "sre", START) is None
    taken = await until(lambda: alive.claim(WEEK, "sre", START), "the lease to end", 5)
    assert len(taken.post.parts) == 4


async def test_reports_of_weeks_and_teams_are_apart(posts: Posts, state: State) -> None:
    await posts.finish(await held(posts, ""))
    assert (await held(posts, "sre")).post == Post()
    assert await posts.claim("2026-W23", "", START) is not None
    assert await Posts(state.scripts, "second").load("2026-W24", "") == Post()


async def test_it_is_remembered_for_25_months(posts: Posts, state: State) -> None:
    await held(posts)
    assert await state.client.ttl(KEY) > 761 * 86_400


async def test_the_first_time_is_remembered(posts: Posts, state: State) -> None:
    """No report is due for a time before the router was first there."""
    assert await posts.since(START) == START
    assert await Posts(state.scripts, "second").since(START + 999) == START


async def test_level_2_waits_for_the_disk(state: State) -> None:
    """The embedded server writes its append-only file: it confirms."""
    careful = Posts(state.scripts, "first", "L2")
    assert await careful.begin(await held(careful), "root", START) is not None


async def test_asking_since_when_a_router_was_there_begins_nothing(state: State) -> None:
    """A command beside the router reads it; only a router's first start is stored."""
    posts = Posts(state.scripts, "a")
    assert await posts.known_since() == 0.0
    assert await posts.since(1_000.5) == 1_000.5
    assert await posts.known_since() == await posts.since(2_000.0) == 1_000.5
