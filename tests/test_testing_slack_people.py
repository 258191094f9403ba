"""Who and what is in the stand-in's workspace: people, groups, bots, channels, permalinks, ephemeral messages."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest

from router.testing import (
    APP_TOKEN,
    CHANNEL,
    UNLIMITED,
    Channel,
    Person,
    SlackStandIn,
    Token,
    UserGroup,
    VirtualClock,
    faults,
)
from tests.support.slack_client import SAFE, Client

SATO = Person("U0SATO", "Sato Keiko", locale="ja-JP", email="Sato@example.com")
GUEST = Person("U0GUEST", "Guest", team="T0OTHER")
CHANNELS = [
    Channel(CHANNEL, "sre"),
    Channel("C0OLD", "old", archived=True),
    Channel("C0HIDDEN", "hidden", private=True, member=False),
    Channel("C0TEAM", "team", private=True),
]


@pytest.fixture
async def slack() -> AsyncIterator[SlackStandIn]:
    async with SlackStandIn(VirtualClock(), rates=UNLIMITED, channels=CHANNELS) as running:
        running.invite(SATO, GUEST)
        yield running


@pytest.fixture
async def call(slack: SlackStandIn) -> AsyncIterator[Client]:
    async with aiohttp.ClientSession() as session:
        yield Client(session, slack.url)


async def test_a_person_is_found_by_id_and_by_address(slack: SlackStandIn, call: Client):
    found = (await call.read("users.info", user="U0SATO", include_locale="true"))["user"]
    assert (found["real_name"], found["name"], found["locale"]) == ("Sato Keiko", "satokeiko", "ja-JP")
    assert "locale" not in (await call.read("users.info", user="U0SATO"))["user"]
    assert (await call.read("users.info", user="U0GUEST"))["user"]["team_id"] == "T0OTHER"
    assert (await call.read("users.lookupByEmail", email="sato@EXAMPLE.com"))["user"]["id"] == "U0SATO"
    slack.assert_clean()


async def test_an_address_needs_its_own_scope():
    tokens = [Token(scopes=frozenset({"users:read"}))]
    async with SlackStandIn(VirtualClock(), tokens=tokens) as slack, aiohttp.ClientSession() as session:
        slack.invite(SATO)
        call = Client(session, slack.url)
        assert "email" not in (await call.read("users.info", user="U0SATO"))["user"]["profile"]
        assert (await call.read("users.lookupByEmail", email="sato@example.com"))["needed"] == "users:read.email"


async def test_groups_list_their_people_on_request_and_hide_what_was_disabled(slack: SlackStandIn, call: Client):
    slack.workspace.groups = [UserGroup("S0SRE", "sre", ("U0SATO",)), UserGroup("S0OLD", "old", disabled=True)]
    plain = (await call.read("usergroups.list"))["usergroups"]
    full = (await call.read("usergroups.list", include_users="1", include_disabled="1"))["usergroups"]
    assert [(each["id"], "users" in each) for each in plain] == [("S0SRE", False)]
    assert [(each["id"], each["users"]) for each in full] == [("S0SRE", ["U0SATO"]), ("S0OLD", [])]


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ({}, [CHANNEL, "C0OLD"]),
        ({"exclude_archived": "true"}, [CHANNEL]),
        ({"types": "public_channel,private_channel"}, [CHANNEL, "C0OLD", "C0TEAM"]),
    ],
    ids=["public", "living", "private"],
)
async def test_channels_are_listed_as_far_as_the_app_knows_them(call: Client, asked: dict[str, str], shown: list[str]):
    answer = await call.read("conversations.list", **asked)
    assert [each["id"] for each in answer["channels"]] == shown


async def test_a_permalink_names_the_thread_of_a_reply(slack: SlackStandIn, call: Client):
    root = await call.post("root")
    reply = await call.post("reply", thread_ts=root)
    digits = root.replace(".", "")
    answer = await call.read("chat.getPermalink", channel=CHANNEL, message_ts=root)
    assert answer["permalink"] == f"https://stand-in.slack.com/archives/{CHANNEL}/p{digits}"
    answer = await call.read("chat.getPermalink", channel=CHANNEL, message_ts=reply)
    assert answer["permalink"].endswith(f"?thread_ts={root}&cid={CHANNEL}")
    slack.assert_clean()


async def test_an_ephemeral_message_is_seen_by_one_person_in_its_thread(slack: SlackStandIn, call: Client):
    root = await call.post("root")
    answer = await call("chat.postEphemeral", channel=CHANNEL, user="U0SATO", text="psst", thread_ts=root)
    [seen] = slack.ephemerals(SATO)
    assert (answer["message_ts"], seen.text, seen.thread_ts) == (seen.ts, "psst", root)
    assert len(slack.posts(CHANNEL)) == 1
    assert (await call("chat.update", channel=CHANNEL, ts=seen.ts, text="x", parse="none"))["error"] == (
        "message_not_found"
    )
    slack.assert_clean()


async def test_the_bot_and_the_team_are_those_of_the_token(slack: SlackStandIn, call: Client):
    me = await call("auth.test")
    assert (await call.read("bots.info", bot=me["bot_id"]))["bot"]["app_id"] == "A0ROUTER"
    team = (await call.read("team.info"))["team"]
    assert (team["id"], team["name"]) == (me["team_id"], me["team"])
    slack.assert_clean()


async def test_a_file_can_be_shared_into_a_channel(slack: SlackStandIn, call: Client):
    answer = await call.read("files.getUploadURLExternal", filename="chart.png", length="3", alt_txt="a chart")
    async with call.session.post(answer["upload_url"], data=b"PNG") as response:
        assert (await response.text(), response.content_type) == ("OK - 3", "text/plain")
    done = await call(
        "files.completeUploadExternal",
        files=[{"id": answer["file_id"], "title": "Wolves"}],
        channel_id=CHANNEL,
        initial_comment="Report",
    )
    assert done["files"] == [{"id": answer["file_id"], "title": "Wolves"}]
    assert [each.text for each in slack.posts(CHANNEL)] == ["Report"]
    file = (await call.read("files.info", file=answer["file_id"]))["file"]
    assert (file["alt_txt"], file["mimetype"], file["channels"]) == ("a chart", "image/png", [CHANNEL])


async def test_a_modal_is_updated_by_its_hash_and_a_home_stands_until_the_next(slack: SlackStandIn, call: Client):
    title = {"type": "plain_text", "text": "Why?"}
    modal = {"type": "modal", "title": title, "blocks": [], "external_id": "why-1"}
    trigger = slack.workspace.triggers.issue("U0SATO")
    opened = (await call("views.open", trigger_id=trigger, view=modal))["view"]
    changed = (await call("views.update", external_id="why-1", view=modal, hash=opened["hash"]))["view"]
    assert changed["id"] == opened["id"]
    assert changed["hash"] != opened["hash"]
    home = {"type": "home", "blocks": [{"type": "divider"}]}
    first = (await call("views.publish", user_id="U0SATO", view=home))["view"]
    second = (await call("views.publish", user_id="U0SATO", view=home, hash=first["hash"]))["view"]
    assert (first["id"], second["previous_view_id"]) == (second["id"], None)
    slack.assert_clean()


async def test_an_app_token_opens_connections_only(slack: SlackStandIn):
    async with aiohttp.ClientSession() as session:
        call = Client(session, slack.url, APP_TOKEN)
        assert (await call("chat.postMessage", channel=CHANNEL, text="x", **SAFE))["error"] == "not_allowed_token_type"
        assert (await call("apps.connections.open"))["url"].startswith("ws://127.0.0.1:")


async def test_an_upload_can_be_cut(slack: SlackStandIn, call: Client):
    answer = await call.read("files.getUploadURLExternal", filename="chart.png", length="3")
    slack.script("upload", faults.cut())
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await call.session.post(answer["upload_url"], data=b"PNG")
    async with call.session.post(answer["upload_url"], data=b"PNG") as response:
        assert await response.text() == "OK - 3"
