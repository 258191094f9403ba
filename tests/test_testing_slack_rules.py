"""The Slack stand-in refuses and flags: one negative case for each rule, which fails when the rule is taken away."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest

from router.testing import ALL_SCOPES, CHANNEL, TOKEN, Channel, Message, Rates, SlackStandIn, Token, VirtualClock
from router.testing.error_table import COMMON, ERRORS
from router.testing.rules import FLAGGED, REFUSED

SAFE = {"unfurl_links": False, "unfurl_media": False}
POST = {"channel": CHANNEL, "text": "hello", **SAFE}
UPDATE = {"channel": CHANNEL, "ts": "<root>", "text": "hello", "parse": "none"}
HEADER = {"type": "header", "text": {"type": "plain_text", "text": "Page"}}
RICH = {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "x"}]}]}


def section(text: str, **more: Any) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True, **more}}


@dataclass(frozen=True)
class Case:
    """One call that breaks one rule; "<root>" and "<reply>" in `args` stand for the ts of an older message."""

    method: str = "chat.postMessage"
    args: Mapping[str, Any] = field(default_factory=lambda: POST)
    code: str = ""
    """The error that Slack answers; "" for a rule that only flags."""
    channels: tuple[Channel, ...] = (Channel(CHANNEL, "sre"),)
    token: Token | None = None
    before: Callable[[SlackStandIn, VirtualClock], None] | None = None
    calls_before: int = 0
    rates: Rates | None = None
    form: bool = False
    raw: bytes | None = None
    headers: Mapping[str, str] | None = None
    root_blocks: tuple[dict[str, Any], ...] = ()
    seen: str = ""
    """The rule that the log names where it is another one."""


def foreign(slack: SlackStandIn, _: VirtualClock) -> None:
    slack.messages[0].app = "A0OTHER"


def window(slack: SlackStandIn, clock: VirtualClock) -> None:
    slack.workspace.edit_window_s = 60.0
    clock.advance(61.0)


HISTORY = {"channel": CHANNEL}
REFUSALS = {
    "unknown_method": Case("chat.shout", code="unknown_method"),
    "missing_post_type": Case(code="missing_post_type", raw=b"x=1", headers={"Content-Type": ""}),
    "invalid_post_type": Case(code="invalid_post_type", raw=b"<a/>", headers={"Content-Type": "text/xml"}),
    "invalid_json": Case(code="invalid_json", raw=b"{", headers={"Content-Type": "application/json"}),
    "invalid_form": Case(
        code="invalid_form_data", raw=b"text=\xff", headers={"Content-Type": "application/x-www-form-urlencoded"}
    ),
    "form_only": Case("conversations.info", HISTORY, "invalid_arguments", seen="missing_argument"),
    "missing_argument": Case(args={"text": "hello", **SAFE}, code="invalid_arguments"),
    "no_token": Case(code="not_authed", headers={"Authorization": ""}),
    "unknown_token": Case(code="invalid_auth", headers={"Authorization": "Bearer xoxb-never-issued"}),
    "revoked_token": Case(code="token_revoked", token=Token(state="revoked")),
    "expired_token": Case(code="token_expired", token=Token(state="expired")),
    "inactive_account": Case(code="account_inactive", token=Token(state="inactive")),
    "token_type": Case(code="not_allowed_token_type", token=Token(kind="app")),
    "scope": Case(code="missing_scope", token=Token(scopes=frozenset({"commands"}))),
    "unknown_channel": Case(args=POST | {"channel": "C0NOWHERE"}, code="channel_not_found"),
    "private_channel": Case(code="channel_not_found", channels=(Channel(CHANNEL, private=True, member=False),)),
    "not_in_channel": Case(
        code="not_in_channel",
        channels=(Channel(CHANNEL, member=False),),
        token=Token(scopes=ALL_SCOPES - {"chat:write.public"}),
    ),
    "archived": Case(code="is_archived", channels=(Channel(CHANNEL, archived=True),)),
    "archived_update": Case(
        "chat.update", UPDATE, "is_inactive", before=lambda s, _: setattr(s.channel(CHANNEL), "archived", True)
    ),
    "archived_join": Case("conversations.join", HISTORY, "is_archived", channels=(Channel(CHANNEL, archived=True),)),
    "join_private": Case(
        "conversations.join",
        HISTORY,
        "method_not_supported_for_channel_type",
        channels=(Channel(CHANNEL, private=True),),
    ),
    "read_only": Case(code="restricted_action_read_only_channel", channels=(Channel(CHANNEL, read_only=True),)),
    "thread_only": Case(code="restricted_action_thread_only_channel", channels=(Channel(CHANNEL, thread_only=True),)),
    "non_threadable": Case(
        args=POST | {"thread_ts": "<root>"},
        code="restricted_action_non_threadable_channel",
        channels=(Channel(CHANNEL, threads=False),),
    ),
    "no_text": Case(args=POST | {"text": ""}, code="no_text"),
    "markdown_conflict": Case(args=POST | {"markdown_text": "**x**"}, code="markdown_text_conflict"),
    "metadata_format": Case(args=POST | {"metadata": {"event_type": "x"}}, code="invalid_metadata_format"),
    "too_many_attachments": Case(args=POST | {"attachments": [{"text": "x"}] * 101}, code="too_many_attachments"),
    "blocks_format": Case(args=POST | {"blocks": {"type": "header"}}, code="invalid_blocks_format"),
    "update_unknown": Case("chat.update", UPDATE | {"ts": "1760000000.999999"}, "message_not_found"),
    "update_foreign": Case("chat.update", UPDATE, "cant_update_message", before=foreign),
    "edit_window": Case("chat.update", UPDATE, "edit_window_closed", before=window),
    "update_length": Case("chat.update", UPDATE | {"text": "x" * 4_001}, "msg_too_long"),
    "block_mismatch": Case("chat.update", UPDATE | {"blocks": [HEADER]}, "block_mismatch", root_blocks=(RICH,)),
    "delete_unknown": Case("chat.delete", {"channel": CHANNEL, "ts": "1760000000.999999"}, "message_not_found"),
    "delete_foreign": Case("chat.delete", {"channel": CHANNEL, "ts": "<root>"}, "cant_delete_message", before=foreign),
    "unknown_thread": Case(args=POST | {"thread_ts": "1760000000.999999"}, code="message_not_found"),
    "thread_not_found": Case(
        "conversations.replies", {"channel": CHANNEL, "ts": "1760000000.999999"}, "thread_not_found", form=True
    ),
    "history_membership": Case(
        "conversations.history", HISTORY, "not_in_channel", channels=(Channel(CHANNEL, member=False),)
    ),
    "invalid_oldest": Case("conversations.history", HISTORY | {"oldest": "soon"}, "invalid_ts_oldest"),
    "invalid_latest": Case("conversations.history", HISTORY | {"latest": "later"}, "invalid_ts_latest"),
    "invalid_cursor": Case("conversations.history", HISTORY | {"cursor": "guess"}, "invalid_cursor"),
    "channel_pace": Case(code="ratelimited", calls_before=1),
    "workspace_pace": Case(code="ratelimited", calls_before=300, rates=Rates(posts_per_s=1e9, burst=1e9)),
    "method_pace": Case("conversations.history", HISTORY, "ratelimited", calls_before=50),
}
FLAGS = {
    "before_retry_after": Case(calls_before=2),
    "unknown_argument": Case(args=POST | {"client_msg_id": "d-1"}),
    "token_twice": Case(args=POST | {"token": TOKEN}),
    "number_ts": Case("chat.update", UPDATE | {"ts": 1760000000.5}),
    "bad_ts": Case("chat.update", UPDATE | {"ts": "1760000000.5"}),
    "text_missing": Case(args={"channel": CHANNEL, "blocks": [HEADER], **SAFE}),
    "text_cut": Case(args=POST | {"text": "x" * 40_001}),
    "text_budget": Case(args=POST | {"blocks": [section("x" * 3_000)] * 3}),
    "link_names": Case(args=POST | {"link_names": True}),
    "parse": Case("chat.update", {"channel": CHANNEL, "ts": "<root>", "text": "hello"}),
    "unfurl": Case(args={"channel": CHANNEL, "text": "hello", "unfurl_links": False}),
    "verbatim": Case(args=POST | {"blocks": [section("@here", verbatim=False)]}),
    "broadcast_mention": Case(args=POST | {"text": "<!channel> wake up"}),
    "mention": Case(args=POST | {"blocks": [section("<!subteam^S0SRE> wake up")]}),
    "bare_ampersand": Case(args=POST | {"text": "R&D"}),
    "bare_angle": Case(args=POST | {"blocks": [section("a < b")]}),
    "secret": Case(args=POST | {"text": "token is xoxb-1234-abcd"}),
    "block_id_reused": Case(
        "chat.update",
        UPDATE | {"blocks": [section("two") | {"block_id": "b"}]},
        root_blocks=(section("one") | {"block_id": "b"},),
    ),
    "thread_of_reply": Case(args=POST | {"thread_ts": "<reply>"}),
    "unknown_thread": Case(args=POST | {"thread_ts": "1760000000.999999"}),
    "broadcast_alone": Case(args=POST | {"reply_broadcast": True}),
}
NEEDS_MESSAGES = ("chat.update", "chat.delete", "conversations.replies")


async def play(case: Case, without: frozenset[str] = frozenset()) -> SlackStandIn:
    """Run a case and return the stand-in, whose last call is the one in question."""
    clock = VirtualClock()
    tokens = [case.token] if case.token else []
    slack = SlackStandIn(
        clock,
        channels=[Channel(**asdict(each)) for each in case.channels],
        tokens=tokens,
        rates=case.rates,
        without=without,
    )
    async with slack, aiohttp.ClientSession() as session:
        marks = seed(slack, clock, list(case.root_blocks))
        if case.before:
            case.before(slack, clock)
        for _ in range(case.calls_before + 1):
            await send(session, slack.url, case, marks)
    return slack


def asdict(channel: Channel) -> dict[str, Any]:
    return {name: getattr(channel, name) for name in Channel.__dataclass_fields__}


def seed(slack: SlackStandIn, clock: VirtualClock, blocks: list[dict[str, Any]]) -> dict[str, str]:
    """Put a root and a reply into the channel without calling anything."""
    root, reply = slack.workspace.next_ts(), slack.workspace.next_ts()
    slack.workspace.store(Message(CHANNEL, root, "root", "A0ROUTER", clock(), blocks))
    slack.workspace.store(Message(CHANNEL, reply, "reply", "A0ROUTER", clock(), thread_ts=root))
    return {"<root>": root, "<reply>": reply}


async def send(session: aiohttp.ClientSession, url: str, case: Case, marks: Mapping[str, str]) -> None:
    args = {key: marks.get(value, value) if isinstance(value, str) else value for key, value in case.args.items()}
    headers = {"Authorization": f"Bearer {TOKEN}"} | dict(case.headers or {})
    skip = {name for name, value in headers.items() if not value}
    headers = {name: value for name, value in headers.items() if value}
    if case.raw is not None:
        options: dict[str, Any] = {"data": case.raw, "skip_auto_headers": skip}
    elif case.form:
        options = {"data": args}
    else:
        options = {"data": json.dumps(args)}
        headers.setdefault("Content-Type", "application/json")
    async with session.post(url + case.method, headers=headers, **options) as response:
        await response.read()


@pytest.mark.parametrize(("rule", "case"), REFUSALS.items(), ids=REFUSALS)
async def test_it_refuses(rule: str, case: Case):
    """Each rule refuses with Slack's own code, and is the one that did."""
    slack = await play(case)
    assert (slack.calls[-1].rule, slack.calls[-1].error) == (case.seen or rule, case.code)


@pytest.mark.parametrize(("rule", "case"), REFUSALS.items(), ids=REFUSALS)
async def test_without_the_rule_it_does_not_refuse_so(rule: str, case: Case):
    """The mutation check: take the rule away, and the answer is another one."""
    slack = await play(case, frozenset({rule}))
    assert slack.calls[-1].error != case.code


@pytest.mark.parametrize(("rule", "case"), FLAGS.items(), ids=FLAGS)
async def test_it_flags(rule: str, case: Case):
    slack = await play(case)
    assert {each.rule for each in [*slack.violations, *slack.warnings]} == {rule}
    if slack.violations:
        with pytest.raises(AssertionError, match=rule):
            slack.assert_clean()


@pytest.mark.parametrize(("rule", "case"), FLAGS.items(), ids=FLAGS)
async def test_without_the_rule_it_does_not_flag(rule: str, case: Case):
    slack = await play(case, frozenset({rule}))
    assert not slack.violations + slack.warnings
    slack.assert_clean()


def test_the_table_of_errors_names_what_is_answered():
    for rule, case in REFUSALS.items():
        assert case.code in ERRORS.get(case.method, frozenset()) | COMMON, rule


def test_every_rule_has_a_negative_case():
    assert REFUSALS.keys() == REFUSED.keys()
    assert FLAGS.keys() == FLAGGED.keys()


async def test_a_good_call_is_neither_refused_nor_flagged():
    slack = await play(Case())
    assert slack.calls[-1].error == ""
    slack.assert_clean()
