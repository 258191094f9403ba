"""Copies of silences in a real Alertmanager: made, changed, ended, found again, and never in anybody's way."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from structlog.testing import capture_logs

from router.config.values import Mirror
from router.silencing.copies import without_credentials
from tests.support.alertmanager import AlertmanagerServer
from tests.support.silences import Rig, open_rig
from tests.support.state import State

AM_CONFIG = "route: {receiver: none}\nreceivers: [{name: none}]\n"


@pytest.fixture
async def rig(state: State) -> AsyncIterator[Rig]:
    state.clock.advance(time.time() - state.clock.now())
    async with open_rig(state) as opened:
        yield opened


@pytest.fixture
async def alertmanager(tmp_path) -> AsyncIterator[AlertmanagerServer]:
    async with AlertmanagerServer(tmp_path / "am", AM_CONFIG) as server:
        yield server


async def there(url: str) -> list[dict[str, Any]]:
    """The silences that an Alertmanager has."""
    async with aiohttp.ClientSession() as session, session.get(f"{url}/api/v2/silences") as answer:
        return await answer.json()


async def call(method: str, url: str) -> None:
    async with aiohttp.ClientSession() as session, session.request(method, url) as answer:
        assert answer.status == 200


def living(silences: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [each for each in silences if each["status"]["state"] != "expired"]


def now_really(rig: Rig) -> None:
    """Alertmanager's clock cannot be moved: ours follows it."""
    rig.state.clock.advance(time.time() - rig.now)


async def test_a_silence_gets_a_copy_that_follows_it(rig, alertmanager):
    """Made, changed and ended over there as here; the id of the copy is remembered."""
    rig.set_policy(mirrors=(Mirror(alertmanager.url),))
    added = await rig.add('service="checkout", pod=~"a.*|b", zone!="x", env!~"dev"')
    pending = await rig.add("service=search", starts_at=rig.now + 600, lasts_s=1_200)
    await rig.tick()
    copies = {each["comment"]: each for each in await there(alertmanager.url)}
    copy = copies[f"load test [alert-router {added.id}]"]
    assert copy["createdBy"] == "sato"
    assert copy["status"]["state"] == "active"
    assert sorted((each["name"], each["value"], each["isRegex"], each["isEqual"]) for each in copy["matchers"]) == [
        ("env", "dev", True, False),
        ("pod", "a.*|b", True, True),
        ("service", "checkout", False, True),
        ("zone", "x", False, False),
    ]
    assert copies[f"load test [alert-router {pending.id}]"]["status"]["state"] == "pending"
    assert (await rig.silencing.get(added.id)).mirrored == {alertmanager.url: copy["id"]}

    now_really(rig)
    await rig.silencing.extend(added.id, 600.0, "sato")
    await rig.tick()
    [changed] = [each for each in await there(alertmanager.url) if each["id"] == copy["id"]]
    assert changed["endsAt"] > copy["endsAt"]
    assert len(living(await there(alertmanager.url))) == 2

    now_really(rig)
    await rig.silencing.expire(added.id, "sato")
    await rig.silencing.expire(pending.id, "sato")
    await rig.tick()
    assert living(await there(alertmanager.url)) == []


async def test_nothing_is_written_while_nothing_changes(rig, alertmanager):
    """Ticks, also those of other replicas, leave a copy that is right alone."""
    rig.set_policy(mirrors=(Mirror(alertmanager.url),))
    await rig.add()
    await rig.tick()
    before = await there(alertmanager.url)
    async with open_rig(rig.state) as other:
        other.config = rig.config
        await asyncio.gather(rig.tick(1), other.tick(), rig.tick(1))
    assert await there(alertmanager.url) == before


async def test_two_replicas_end_up_with_one_copy(rig, alertmanager):
    """Both may make one at the same time; one stays."""
    rig.set_policy(mirrors=(Mirror(alertmanager.url),))
    await rig.add()
    async with open_rig(rig.state) as other:
        other.config = rig.config
        await asyncio.gather(rig.tick(), other.tick())
        await rig.tick(1)
        await other.tick(1)
    [copy] = living(await there(alertmanager.url))
    [silence] = await rig.silencing.list()
    assert silence.mirrored == {alertmanager.url: copy["id"]}


async def test_a_copy_that_was_forgotten_is_found_again(rig, alertmanager):
    """A crash between making and remembering leaves no second one."""
    rig.set_policy(mirrors=(Mirror(alertmanager.url),))
    added = await rig.add()
    await rig.tick()
    assert await rig.store.put(added, before=added.updated_at)
    await rig.tick(5)
    [copy] = await there(alertmanager.url)
    assert (await rig.silencing.get(added.id)).mirrored == {alertmanager.url: copy["id"]}


async def test_a_copy_that_somebody_ended_there_stays_ended(rig, alertmanager):
    """Until ours is changed: then it is made anew, for that is what somebody wants now."""
    rig.set_policy(mirrors=(Mirror(alertmanager.url),))
    added = await rig.add()
    await rig.tick()
    [copy] = await there(alertmanager.url)
    await call("DELETE", f"{alertmanager.url}/api/v2/silence/{copy['id']}")
    await rig.tick(5)
    assert living(await there(alertmanager.url)) == []
    rig.state.clock.advance(5)
    await rig.silencing.extend(added.id, 600.0, "sato")
    await rig.tick()
    assert len(living(await there(alertmanager.url))) == 1


async def test_silences_of_others_are_left_alone(rig, alertmanager, tmp_path):
    """What was made over there has nothing to do with us."""
    async with aiohttp.ClientSession() as session:
        ours = {"matchers": [{"name": "a", "value": "b", "isRegex": False}], "createdBy": "x", "comment": "theirs"}
        times = {"startsAt": "2026-01-01T00:00:00Z", "endsAt": "2099-01-01T00:00:00Z"}
        async with session.post(f"{alertmanager.url}/api/v2/silences", json=ours | times) as answer:
            assert answer.status == 200
    rig.set_policy(mirrors=(Mirror(alertmanager.url),))
    await rig.tick()
    assert len(living(await there(alertmanager.url))) == 1


async def test_an_alertmanager_that_is_away_gets_its_copy_when_it_is_back(rig, tmp_path):
    """It is told once, holds nobody up, and catches up at the next tick."""
    server = AlertmanagerServer(tmp_path / "am", AM_CONFIG)
    rig.set_policy(mirrors=(Mirror(server.url),))
    await rig.add()
    with capture_logs() as logged:
        await rig.tick()
        await rig.tick(5)
        async with server:
            await rig.tick(5)
            assert len(await there(server.url)) == 1
    told = [(each["event"], each.get("code", "")) for each in logged if "mirror" in each["event"]]
    assert told == [("silence_mirror_failed", "unreachable"), ("silence_mirror_recovered", "")]


@asynccontextmanager
async def answering(answer: web.Response) -> AsyncIterator[str]:
    """Something on the network that answers everything alike."""

    async def respond(request: web.Request) -> web.Response:
        asked.append(request.headers.get("Authorization", ""))
        return web.Response(status=answer.status, body=answer.body, headers=answer.headers)

    asked: list[str] = []
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", respond)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    try:
        yield f"http://{host}:{port}"
    finally:
        await runner.cleanup()
    assert "Bearer geheim" in asked


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (web.Response(status=401, text="geheim"), "http_401"),
        (web.Response(status=503), "http_503"),
        (web.Response(status=302, headers={"Location": "http://127.0.0.1:1/"}), "http_302"),
        (web.Response(text="<html>"), "not_understood"),
        (web.Response(text="{}"), "not_understood"),
    ],
    ids=["401", "503", "redirect", "html", "object"],
)
async def test_what_an_alertmanager_refuses_is_told_by_its_code(rig, answer, code):
    """Once, without a credential, and without a word of what it said."""
    async with answering(answer) as url:
        secret = url.replace("//", "//user:geheim@")
        rig.set_policy(mirrors=(Mirror(secret, {"Authorization": "Bearer geheim"}),))
        await rig.add()
        with capture_logs() as logged:
            await rig.tick()
            await rig.tick(5)
    [told] = [each for each in logged if each["event"] == "silence_mirror_failed"]
    assert (told["code"], told["mirror"]) == (code, url)
    assert "geheim" not in str(logged)
    assert "geheim" not in str(await rig.silencing.list())


def test_a_url_is_shown_without_what_it_proves_itself_with():
    """User, password and query are nobody's business."""
    assert without_credentials("https://u:p@am.example.com:9093/x/?token=1") == "https://am.example.com:9093/x"
