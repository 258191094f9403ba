"""Silences over Alertmanager's API v2: the JSON, the words for what is wrong, the order, and who may."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from router.config.values import Auth
from router.web.instants import rfc3339
from tests.support.door import House, config_of, open_door
from tests.support.silences import Rig, open_rig
from tests.support.state import START, State

PATH = "/api/v2/silences"
ONE = "/api/v2/silence/"
UNKNOWN = "00000000-0000-0000-0000-000000004711"


@pytest.fixture
async def rig(state: State) -> AsyncIterator[Rig]:
    async with open_rig(state) as opened:
        yield opened


@pytest.fixture
async def house(rig: Rig) -> AsyncIterator[House]:
    async with open_door(silencing=rig.silencing, now=rig.state.clock.now) as opened:
        yield opened


def body(**fields: Any) -> dict[str, Any]:
    """A silence as amtool posts it; `fields` replace what is usual, None leaves a field out."""
    usual: dict[str, Any] = {
        "matchers": [{"name": "service", "value": "checkout", "isRegex": False, "isEqual": True}],
        "startsAt": rfc3339(START),
        "endsAt": rfc3339(START + 3_600),
        "createdBy": "sato",
        "comment": "load test",
    }
    return {name: value for name, value in (usual | fields).items() if value is not None}


async def delete(house: House, path: str) -> tuple[int, bytes]:
    async with house.client.delete(house.url + path) as response:
        return response.status, await response.read()


async def added(house: House, **fields: Any) -> str:
    """Add a silence; its id."""
    status, answer = await house.post(PATH, body(**fields))
    assert (status, list(answer)) == (200, ["silenceID"])
    return answer["silenceID"]


async def test_a_silence_is_added_and_shown_as_alertmanager_would(house):
    """Every field of `gettableSilence`, and no other."""
    matchers = [
        {"name": "service", "value": "checkout", "isRegex": False, "isEqual": True},
        {"name": "pod", "value": "a.*|b", "isRegex": True, "isEqual": True},
        {"name": "zone", "value": "x", "isRegex": False, "isEqual": False},
        {"name": "env", "value": "dev", "isRegex": True, "isEqual": False},
    ]
    silence_id = await added(house, matchers=matchers)
    shown = {
        "id": silence_id,
        "status": {"state": "active"},
        "updatedAt": rfc3339(START),
        "startsAt": rfc3339(START),
        "endsAt": rfc3339(START + 3_600),
        "createdBy": "sato",
        "comment": "load test",
        "matchers": matchers,
    }
    assert await house.get(ONE + silence_id) == (200, shown)
    assert await house.get(PATH) == (200, [shown])


async def test_is_equal_and_is_regex_may_be_left_out(house):
    """As clients older than 0.22 do: equal, and no regular expression."""
    silence_id = await added(house, matchers=[{"name": "a", "value": "b"}], startsAt=None)
    _, shown = await house.get(ONE + silence_id)
    assert shown["matchers"] == [{"name": "a", "value": "b", "isRegex": False, "isEqual": True}]
    assert shown["startsAt"] == rfc3339(START)


WRONG = {
    "not-json": (b"{", "not JSON"),
    "list": ([], "a silence is an object"),
    "no-end": (body(endsAt=None), "endsAt is missing"),
    "bad-end": (body(endsAt="tomorrow"), "endsAt is not a time"),
    "number-end": (body(endsAt=1_800_000_000), "endsAt is not a time"),
    "past": (body(startsAt="2020-01-01T00:00:00Z", endsAt="2020-01-02T00:00:00Z"), "ends in the past"),
    "turned": (body(startsAt=rfc3339(START + 60), endsAt=rfc3339(START + 30)), "ends before it begins"),
    "too-long": (body(endsAt="2099-01-01T00:00:00Z"), "30d at most"),
    "no-owner": (body(createdBy=None), "no owner"),
    "no-reason": (body(comment=""), "no reason"),
    "owner-type": (body(createdBy=7), "createdBy is not a text"),
    "long-reason": (body(comment="x" * 4_097), "comment is longer than 4096 characters"),
    "no-matchers": (body(matchers=None), "matchers is not a list"),
    "empty-matchers": (body(matchers=[]), "matchers is not a list of at least one"),
    "many-matchers": (body(matchers=[{"name": "a", "value": "b"}] * 65), "more than 64 matchers"),
    "matcher-type": (body(matchers=["a=b"]), "matchers[0] is not an object"),
    "nameless": (body(matchers=[{"name": "", "value": "b"}]), "names no label"),
    "value-type": (body(matchers=[{"name": "a", "value": 1}]), "matchers[0].value is not a text"),
    "flag-type": (body(matchers=[{"name": "a", "value": "b", "isRegex": "no"}]), "neither true nor false"),
    "regex": (body(matchers=[{"name": "a", "value": "(", "isRegex": True}]), "bad regular expression"),
    "everything": (body(matchers=[{"name": "a", "value": ".*", "isRegex": True}]), "do not have its label"),
}


@pytest.mark.parametrize(("wrong", "says"), WRONG.values(), ids=WRONG)
async def test_what_is_wrong_is_said_in_words(house, wrong, says):
    """400 with a JSON string; nothing is stored."""
    status, answer = await house.post(PATH, wrong)
    assert (status, type(answer)) == (400, str)
    assert says in answer
    assert await house.get(PATH) == (200, [])


async def test_a_body_is_small_and_json(house):
    """413 beyond 64 KiB, 415 for another type."""
    assert (await house.post(PATH, body(comment="x" * 70_000)))[0] == 413
    assert (await house.post(PATH, body(), Content_Type="text/plain"))[0] == 415


async def test_an_unknown_id_is_404(house):
    """For reading, changing and ending; also what is no UUID."""
    for silence_id in (UNKNOWN, "x%2F..%2Fy"):
        assert (await house.get(ONE + silence_id))[0] == 404
        assert (await delete(house, ONE + silence_id))[0] == 404
    assert (await house.post(PATH, body(id=UNKNOWN)))[0] == 404


async def test_a_silence_is_changed_by_posting_its_id(house, rig):
    """In place where the past stays as it was, else as another one."""
    silence_id = await added(house)
    rig.state.clock.advance(60)
    assert await added(house, id=silence_id, comment="longer", endsAt=rfc3339(START + 7_200)) == silence_id
    another = await added(house, id=silence_id, matchers=[{"name": "a", "value": "b"}])
    assert another != silence_id
    _, shown = await house.get(PATH)
    assert [(each["id"], each["status"]["state"]) for each in shown] == [(another, "active"), (silence_id, "expired")]


async def test_ending_is_200_as_often_as_it_is_asked(house, rig):
    """With an empty body; it never becomes a 500, and never comes back."""
    silence_id = await added(house)
    rig.state.clock.advance(60)
    assert await delete(house, ONE + silence_id) == (200, b"")
    assert await delete(house, ONE + silence_id) == (200, b"")
    _, shown = await house.get(ONE + silence_id)
    assert (shown["status"]["state"], shown["endsAt"]) == ("expired", rfc3339(START + 60))
    assert await added(house, id=silence_id) != silence_id
    assert (await house.get(ONE + silence_id))[1] == shown


async def test_the_order_is_alertmanagers(house, rig):
    """Active ones, the next to end first; pending ones by start; ended ones, the latest first."""
    ids = {
        "active-late": await added(house, endsAt=rfc3339(START + 7_200)),
        "pending-late": await added(house, startsAt=rfc3339(START + 900)),
        "ended-first": await added(house),
        "active-soon": await added(house, endsAt=rfc3339(START + 1_800)),
        "ended-last": await added(house),
        "pending-soon": await added(house, startsAt=rfc3339(START + 600)),
    }
    for name in ("ended-first", "ended-last"):
        rig.state.clock.advance(10)
        await delete(house, ONE + ids[name])
    _, shown = await house.get(PATH)
    names = {silence_id: name for name, silence_id in ids.items()}
    assert [names[each["id"]] for each in shown] == [
        "active-soon", "active-late", "pending-soon", "pending-late", "ended-last", "ended-first",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", 2),
        ("filter=service%3D%22checkout%22", 1),
        ("filter=service%3D%22checkout%22&filter=severity!%3Dpage", 1),
        ("filter=service%3D~%22checkout%22", 0),
        ("filter=severity%3Dpage", 0),
        ("filter=service%3Dsearch", 1),
    ],
)
async def test_filters_are_matchers_that_the_silence_itself_has(house, query, found):
    """To the letter, with the operator: not what the silence would meet."""
    await added(
        house,
        matchers=[{"name": "service", "value": "checkout"}, {"name": "severity", "value": "page", "isEqual": False}],
    )
    await added(house, matchers=[{"name": "service", "value": "search"}])
    status, shown = await house.get(f"{PATH}?{query}")
    assert (status, len(shown)) == (200, found)


async def test_a_bad_filter_is_named(house):
    """400, as for alerts."""
    status, answer = await house.get(f"{PATH}?filter=%7B%7B")
    assert status == 400
    assert "cannot read parameter filter" in answer


async def test_who_may_send_may_silence(rig):
    """The same credentials as POST /api/v2/alerts; without them nothing is read, added or ended."""
    async with open_door(config_of(prom=Auth(bearer=("token",))), silencing=rig.silencing) as house:
        assert (await house.post(PATH, body()))[0] == 401
        assert (await house.get(PATH))[0] == 401
        assert (await house.get(ONE + UNKNOWN))[0] == 401
        assert (await delete(house, ONE + UNKNOWN))[0] == 401
        assert (await house.post(PATH, body(), Authorization="Bearer token"))[0] == 200
        assert (await house.post(PATH, b"{" * 100, Authorization="Bearer wrong"))[0] == 401
    assert len(await rig.silencing.list()) == 1


async def test_a_web_page_in_a_browser_cannot_silence(house):
    """Without configured credentials this machine itself may, but no page that its user looks at."""
    assert (await house.post(PATH, body(), Origin="https://evil.example.com"))[0] == 401


async def test_many_at_once_are_all_kept(house):
    """Fifty clients, fifty silences."""
    ids = await asyncio.gather(*(added(house, comment=f"n{n}") for n in range(50)))
    assert len(set(ids)) == 50
    assert len((await house.get(PATH))[1]) == 50
