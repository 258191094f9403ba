"""`slack doctor` looks at the channels, mentions and webhooks of the configuration, and posts where it is asked to."""

import json

import pytest

from router.slack.doctor import Code, Mark, Setup, Sound, said
from router.testing import Channel, faults
from router.testing.people import UserGroup
from tests.support.doctor import GROUP, HOOK, bench, scopes

# --- channels


@pytest.mark.parametrize(
    ("channel", "codes"),
    [
        (Channel("C0SRE", "sre", archived=True), [Code.CHANNEL_ARCHIVED]),
        (Channel("C0SRE", "sre", read_only=True), [Code.CHANNEL_READ_ONLY]),
        (Channel("C0SRE", "sre", member=False), [Code.CHANNEL_NOT_JOINED]),
        (Channel("C0SRE", "sre", private=True, member=False), [Code.CHANNEL_NOT_FOUND]),
        (Channel("C0OTHER", "sre"), [Code.CHANNEL_NOT_FOUND]),
    ],
    ids=["archived", "read-only", "not joined", "private, not invited", "unknown"],
)
async def test_a_channel_that_does_not_take_messages(channel: Channel, codes: list[Code]):
    async with bench(channels=[channel]) as b:
        assert await b.codes() == codes


@pytest.mark.parametrize(
    ("without", "mark"), [((), Mark.CARE), (("channels:join",), Mark.BAD)], ids=["joins by itself", "needs an invite"]
)
async def test_a_channel_that_is_not_joined_is_trouble_where_nobody_will_join_it(without: tuple, mark: Mark):
    async with bench(channels=[Channel("C0SRE", member=False)], tokens=scopes(*without)) as b:
        [found] = [each for each in await b.examine() if each.code is Code.CHANNEL_NOT_JOINED]
        assert found.mark is mark


@pytest.mark.parametrize("name", ["#sre-alerts", "sre-alerts"])
async def test_a_name_instead_of_an_id_is_answered_with_the_id(name: str):
    async with bench(channels=[Channel("C0SRE", "sre-alerts")]) as b:
        found = await b.examine(channels={name: ("sre: channel",)})
        [named] = [each for each in found if each.code is Code.CHANNEL_NAMED]
        assert said(named, "en")[1] == "write its id instead: C0SRE"
        assert Sound.CHANNEL in [each.code for each in found]


async def test_a_name_that_no_channel_has_is_not_found_and_one_that_cannot_be_looked_up_is_doubted():
    async with bench() as b:
        assert await b.codes(channels={"#nobody": ("sre: channel",)}) == [Code.CHANNEL_NOT_FOUND]
        b.slack.script("conversations.list", faults.error("missing_scope"))
        assert await b.codes(channels={"#nobody": ("sre: channel",)}) == [Code.CHANNEL_NAMED]


@pytest.mark.parametrize("channel", ["U0ADA", "<#C0SRE>", "SRE alerts", "c0SRE"])
async def test_what_is_no_channel_at_all(channel: str):
    async with bench() as b:
        assert await b.codes(channels={channel: ("sre: channel",)}) == [Code.CHANNEL_SHAPE]


async def test_a_channel_shared_with_another_company_is_told():
    async with bench() as b:
        shown = {"ok": True, "channel": {"id": "C0SRE", "name": "sre", "is_member": True, "is_ext_shared": True}}
        b.slack.script("conversations.info", faults.body(json.dumps(shown), stored=False))
        assert await b.codes() == [Code.CHANNEL_SHARED]


async def test_a_channel_that_may_not_be_looked_at_is_not_called_broken():
    async with bench(tokens=scopes("channels:read", "groups:read")) as b:
        assert Code.CHANNEL_UNCHECKED in await b.codes()


async def test_every_place_that_names_a_channel_is_told():
    async with bench(channels=[Channel("C0SRE", archived=True)]) as b:
        found = await b.examine(channels={"C0SRE": ("a: channel", "b: fallback_channel")})
        [archived] = [each for each in found if each.code is Code.CHANNEL_ARCHIVED]
        assert "(a: channel, b: fallback_channel)" in said(archived, "en")[0]


# --- mentions


@pytest.mark.parametrize(
    ("groups", "code"),
    [
        ([UserGroup("S0SRE", "sre", ("U0ADA",))], None),
        ([], Code.GROUP_NOT_FOUND),
        ([UserGroup("S0SRE", "sre", ("U0ADA",), disabled=True)], Code.GROUP_DISABLED),
        ([UserGroup("S0SRE", "sre")], Code.GROUP_EMPTY),
        (None, Code.GROUPS_NEED_PLAN),
    ],
    ids=["there", "unknown", "disabled", "empty", "no plan"],
)
async def test_a_mentioned_group_must_reach_somebody(groups: list[UserGroup] | None, code: Code | None):
    async with bench() as b:
        b.slack.workspace.groups = groups
        assert await b.codes(mentions={GROUP: ("sre: mention",)}) == ([code] if code else [])


@pytest.mark.parametrize(
    ("answer", "codes"),
    [
        ({"ok": True, "user": {"id": "U0ADA", "real_name": "Ada"}}, []),
        ({"ok": True, "user": {"id": "U0ADA", "real_name": "Ada", "deleted": True}}, [Code.PERSON_GONE]),
        ({"ok": False, "error": "user_not_found"}, [Code.PERSON_NOT_FOUND]),
        ({"ok": False, "error": "missing_scope"}, [Code.MENTION_UNCHECKED]),
    ],
    ids=["there", "left", "unknown", "unchecked"],
)
async def test_a_mentioned_person_must_be_there(answer: dict, codes: list[Code]):
    async with bench() as b:
        b.slack.script("users.info", faults.body(json.dumps(answer), stored=False))
        assert await b.codes(mentions={"<@U0ADA>": ("sre: escalation 1",)}) == codes


async def test_mentions_that_ring_nobody():
    async with bench() as b:
        mentions = {"@sre": ("sre: mention",), "<!here>": ("ops: mention",)}
        assert await b.codes(mentions=mentions, unmentioned=("dev",)) == [Code.MENTION_MISSING, Code.MENTION_SHAPE]


async def test_groups_are_asked_for_once():
    async with bench() as b:
        b.slack.workspace.groups = [UserGroup("S0A", "a", ("U1",)), UserGroup("S0B", "b", ("U1",))]
        assert await b.codes(mentions={"<!subteam^S0A> <!subteam^S0B|b>": ("sre: mention",)}) == []
        assert [call.method for call in b.slack.calls].count("usergroups.list") == 1


# --- posting


async def test_a_test_message_is_posted_to_each_channel_once_and_deleted():
    async with bench(channels=[Channel("C0SRE", "sre"), Channel("C0OPS", "ops", private=True)]) as b:
        named = {"C0SRE": ("sre: channel",), "#sre": ("ops: channel",), "C0OPS": ("ops: fallback_channel",)}
        found = await b.examine(channels=named, post=True, locale="ja")
        assert [each.code for each in found].count(Sound.POSTED) == 2
        assert [(each.channel, each.deleted) for each in b.slack.messages] == [("C0SRE", True), ("C0OPS", True)]
        assert "テスト投稿" in b.slack.messages[0].text
        b.slack.assert_clean()


async def test_nothing_is_posted_where_it_is_known_not_to_arrive():
    async with bench(channels=[Channel("C0SRE", archived=True)]) as b:
        await b.examine(post=True)
        assert "chat.postMessage" not in [call.method for call in b.slack.calls]


async def test_a_public_channel_is_joined_to_post_as_a_delivery_does():
    async with bench(channels=[Channel("C0SRE", member=False)], tokens=scopes()) as b:
        assert await b.codes(post=True) == [Code.CHANNEL_NOT_JOINED]
        assert b.slack.channel("C0SRE").member


async def test_a_refused_test_message_and_one_that_stays():
    async with bench() as b:
        b.slack.script("chat.postMessage", faults.error("restricted_action"))
        assert await b.codes(post=True) == [Code.POST_FAILED]
        b.slack.script("chat.delete", faults.error("cant_delete_message"))
        assert await b.codes(post=True) == [Code.TEST_LEFT]


@pytest.mark.parametrize(
    "url",
    [
        "https://hooks.example.com/services/T0/B0/x",
        "https://hooks.slack.com/services/T0/B0",
        "http://hooks.slack.com/services/T0/B0/x",
        "https://[",
    ],
)
async def test_an_address_that_is_no_webhook_of_slacks(url: str):
    async with bench() as b:
        assert await b.codes(webhooks={"ops": url}) == [Code.WEBHOOK_SHAPE]


async def test_a_webhook_is_posted_to_only_when_asked():
    async with bench() as b:
        hook = b.slack.webhook("C0SRE")
        await b.examine(webhooks={"ops": hook.url})
        assert b.slack.messages == []
        found = await b.examine(webhooks={"ops": hook.url}, channels={}, post=True)
        assert Sound.WEBHOOK_POSTED in [each.code for each in found]
        assert len(b.slack.posts("C0SRE")) == 1


async def test_a_webhook_that_takes_nothing_says_how_to_mend_it():
    async with bench(channels=[Channel("C0SRE", "sre", archived=True)]) as b:
        hook = b.slack.webhook("C0SRE")
        found = await b.examine(webhooks={"ops": hook.url}, channels={}, post=True)
        [refused] = [each for each in found if each.code is Code.WEBHOOK_REFUSED]
        assert said(refused, "en") == (
            "the webhook of ops took no message: channel_is_archived",
            "the webhook's channel is archived: make a new one for another channel",
        )


async def test_webhooks_alone_are_the_reduced_mode_and_no_trouble():
    async with bench() as b:
        alone = Setup(webhooks={"ops": HOOK})
        assert await b.codes(alone) == [Code.WEBHOOK_ONLY]
