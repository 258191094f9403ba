"""`slack doctor` looks at the way that clicks come, at a running router, and keeps Slack's limits itself."""

import json

import pytest

from router.slack.doctor import Asking, Code, Mark, Setup, Sound, said
from router.slack.doctor.doors import check_doors
from router.testing import TOKEN, Channel, faults
from tests.support import slack_door
from tests.support.doctor import SECRET, Running, bench, running
from tests.support.door import NOW
from tests.support.slack_door import ready

# --- the way of clicks


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({}, []),
        ({"signing_secret": ""}, [Code.BUTTONS_OFF]),
        ({"signing_secret": SECRET.upper()}, [Code.SECRET_SHAPE]),
        ({"signing_secret": SECRET[1:]}, [Code.SECRET_SHAPE]),
        ({"app_token": "xapp-stand-in"}, [Code.BOTH_MODES]),
        ({"signing_secret": "", "app_token": "xapp-stand-in"}, []),
        ({"signing_secret": "", "app_token": TOKEN}, [Code.APP_TOKEN_SHAPE]),
        ({"signing_secret": "", "app_token": "xapp-unknown"}, [Code.SOCKET_REFUSED]),
    ],
    ids=["http", "neither", "not hexadecimal", "cut", "both", "socket", "a bot's token", "an unknown one"],
)
async def test_the_way_that_clicks_come(changes: dict[str, str], codes: list[Code]):
    async with bench() as b:
        assert await b.codes(**changes) == codes


async def test_an_app_token_without_its_scope():
    async with bench() as b:
        b.slack.script("apps.connections.open", faults.error("missing_scope"))
        assert await b.codes(signing_secret="", app_token="xapp-stand-in") == [Code.SOCKET_SCOPE]


@pytest.mark.parametrize(
    ("router", "codes"),
    [
        (Running(), []),
        (Running(secret="f" * 32), [Code.SECRET_DIFFERS]),
        (Running(statuses={"/slack/commands": 404}), [Code.ROUTER_NO_DOOR]),
        (Running(statuses={"/slack/interactions": 200}), [Code.SECRET_UNCHECKED]),
        (Running(statuses={"/slack/events": 502}), [Code.ROUTER_FAILING]),
        (
            Running(slack={"ok": True, "mode": "terminal: no SLACK_BOT_TOKEN"}),
            [Code.ROUTER_WITHOUT_TOKEN],
        ),
        (
            Running(slack={"ok": False, "mode": "slack", "trouble": {"C0SRE": "ratelimited", "C0OPS": "is_archived"}}),
            [Code.ROUTER_TROUBLE, Code.ROUTER_TROUBLE],
        ),
        (Running(slack="?"), [Code.ROUTER_UNREACHABLE]),
    ],
    ids=["well", "another secret", "a proxy in between", "unchecked", "failing", "no token", "trouble", "no router"],
)
async def test_a_running_router_is_asked(router: Running, codes: list[Code]):
    async with bench() as b, running(router) as url:
        assert await b.codes(router_url=url) == codes
        assert all(json.loads(raw)["type"] == "url_verification" for raw in router.taken), "nothing is done by asking"


async def test_a_router_that_does_not_run():
    async with bench() as b:
        assert await b.codes(router_url="http://127.0.0.1:1/") == [Code.ROUTER_UNREACHABLE]


async def test_with_socket_mode_the_doors_are_not_tried():
    async with bench() as b, running(Running(statuses={"/slack/events": 404})) as url:
        assert await b.codes(signing_secret="", app_token="xapp-stand-in", router_url=url) == []


# --- rate


async def test_a_short_limit_is_waited_for_and_told():
    async with bench() as b:
        b.slack.script("conversations.info", faults.rate_limited("7"))
        [found] = [each for each in await b.examine() if each.mark is not Mark.GOOD]
        assert (found.code, found.mark, b.slept) == (Code.RATE_LIMITED, Mark.CARE, [7.0])
        assert "7 s" in said(found, "en")[0]
        b.slack.assert_clean()


async def test_a_long_limit_is_told_and_not_waited_for():
    async with bench() as b:
        b.slack.script("auth.test", faults.rate_limited("600"))
        [found] = [each for each in await b.examine() if each.mark is not Mark.GOOD]
        assert (found.code, found.mark, b.slept) == (Code.RATE_LIMITED, Mark.BAD, [])


async def test_slacks_own_limits_are_kept_with_sixty_channels():
    channels = [Channel(f"C0{number:03}", f"c{number}") for number in range(60)]
    async with bench(channels=channels, rates=None) as b:
        assert set(await b.codes(channels={each.id: ("x: channel",) for each in channels})) <= {Code.RATE_LIMITED}
        b.slack.assert_clean()


# --- the router's own doors


@pytest.mark.parametrize(
    ("desk", "secret", "code"),
    [
        (ready(), slack_door.SECRET, Sound.DOORS),
        (ready(secrets=("another", slack_door.SECRET)), slack_door.SECRET, Sound.DOORS),
        (ready(), "another", Code.SECRET_DIFFERS),
        (None, slack_door.SECRET, Code.ROUTER_NO_DOOR),
        (ready(secrets=()), slack_door.SECRET, Code.ROUTER_NO_DOOR),
    ],
    ids=["the same secret", "one of two", "another secret", "no way in", "no secret"],
)
async def test_the_routers_own_doors_answer_as_the_doctor_expects(
    desk: slack_door.Desk | None, secret: str, code: Code | Sound
):
    async with slack_door.open_slack(desk) as door:
        asking = Asking(door.client, "", lambda: NOW)
        [found] = await check_doors(Setup(signing_secret=secret), asking, door.url)
        assert found.code == code
        assert door.desk.taken == []
