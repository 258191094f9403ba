"""response_url and incoming webhooks refuse and flag: one negative case for each rule, with its mutation check."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest

from router.testing import CHANNEL, Channel, Message, SlackStandIn, VirtualClock, Webhook, faults
from router.testing.error_table import RESPONSE_URL, WEBHOOK
from router.testing.rulebook import HOOKS
from tests.support.slack_client import SAFE

TEXT = {"text": "hello"}
POST = TEXT | SAFE


@dataclass(frozen=True)
class Case:
    """One request that breaks one rule; `webhook`: to a webhook instead of a response_url."""

    code: str = ""
    args: Mapping[str, Any] = field(default_factory=lambda: POST)
    webhook: bool = False
    before: Callable[[Play], None] | None = None
    times: int = 1
    raw: bytes | None = None
    verb: str = "POST"
    host: str = ""


@dataclass
class Play:
    """What a case may change before it posts."""

    slack: SlackStandIn
    clock: VirtualClock
    hook: Webhook
    url: str
    original: Message


def unknown(play: Play) -> None:
    play.url = play.url[:-4] + "0000"


def nowhere(play: Play) -> None:
    play.url = play.url.replace("B00000001", "B00000009")


def deleted(play: Play) -> None:
    play.original.deleted = True


def gone(play: Play) -> None:
    del play.slack.workspace.channels[CHANNEL]


IN_CHANNEL = TEXT | {"response_type": "in_channel"}
REFUSALS = {
    "hook_method": Case("invalid_post_type", verb="PUT"),
    "hook_payload": Case("invalid_payload", raw=b"text=hello"),
    "hook_no_text": Case("no_text", {"response_type": "ephemeral"}),
    "hook_attachments": Case("too_many_attachments", TEXT | {"attachments": [{"text": "x"}] * 101}),
    "hook_blocks": Case("invalid_blocks", TEXT | {"blocks": [{"type": "nope"}]}),
    "hook_pace": Case("rate_limited", IN_CHANNEL, times=2),
    "answer_url_unknown": Case("invalid_url", before=unknown),
    "answer_url_used": Case("used_url", TEXT, times=6),
    "answer_url_expired": Case("expired_url", before=lambda play: play.clock.advance(1_800.0)),
    "webhook_unknown": Case("no_service", webhook=True, before=nowhere),
    "webhook_secret": Case("invalid_token", webhook=True, before=unknown),
    "webhook_revoked": Case("no_active_hooks", webhook=True, before=lambda play: setattr(play.hook, "revoked", True)),
    "webhook_prohibited": Case(
        "action_prohibited", webhook=True, before=lambda play: setattr(play.hook, "prohibited", True)
    ),
    "webhook_archived": Case(
        "channel_is_archived",
        webhook=True,
        before=lambda play: setattr(play.slack.channel(CHANNEL), "archived", True),
    ),
    "webhook_channel": Case("channel_not_found", webhook=True, before=gone),
}
FLAGS = {
    "wrong_host": Case(host="hooks.slack.com"),
    "no_original": Case(args=TEXT | {"replace_original": True}, before=deleted),
    "thread_and_replace": Case(
        args=TEXT | {"replace_original": True, "thread_ts": "1760000000.000001", "response_type": "in_channel"}
    ),
    "response_type": Case(args=TEXT | {"response_type": "everybody"}),
    "before_retry_after": Case(webhook=True, times=3),
    "unknown_argument": Case(webhook=True, args=POST | {"channel": "#other"}),
    "unfurl": Case(webhook=True, args=TEXT),
    "unknown_thread": Case(args=TEXT | {"thread_ts": "1760000000.999999"}),
    "text_missing": Case(args={"blocks": [{"type": "divider"}]}),
    "secret": Case(args={"text": "see <http://127.0.0.1/actions/T0STANDIN/10000/0123456789>"}),
    "broadcast_mention": Case(args={"text": "<!here> look"}),
}


async def play(case: Case, without: frozenset[str] = frozenset()) -> tuple[SlackStandIn, int, str]:
    """Run a case; returns the stand-in, and status and text of the last answer."""
    clock = VirtualClock()
    slack = SlackStandIn(clock, channels=[Channel(CHANNEL, "sre")], without=without)
    status, text = 0, ""
    async with slack, aiohttp.ClientSession() as session:
        original = Message(CHANNEL, slack.workspace.next_ts(), "Page", "A0ROUTER", clock())
        slack.workspace.store(original)
        hook = slack.webhook(CHANNEL)
        url = hook.url if case.webhook else slack.answers.issue("actions", "U0ADA", CHANNEL, original)
        playing = Play(slack, clock, hook, url, original)
        if case.before:
            case.before(playing)
        headers = {"Content-Type": "application/json"} | ({"Host": case.host} if case.host else {})
        body = {"data": case.raw} if case.raw is not None else {"json": case.args}
        for _ in range(case.times):
            async with session.request(case.verb, playing.url, headers=headers, **body) as response:
                status, text = response.status, await response.text()
    return slack, status, text


@pytest.mark.parametrize(("rule", "case"), REFUSALS.items(), ids=REFUSALS)
async def test_it_refuses(rule: str, case: Case):
    """Each rule refuses with the code and the status of the table, and is the one that did."""
    slack, status, text = await play(case)
    assert (slack.calls[-1].rule, slack.calls[-1].error) == (rule, case.code)
    assert status == (WEBHOOK if case.webhook else RESPONSE_URL)[case.code]
    assert text == case.code if case.webhook else f'"error": "{case.code}"' in text


@pytest.mark.parametrize(("rule", "case"), REFUSALS.items(), ids=REFUSALS)
async def test_without_the_rule_it_does_not_refuse_so(rule: str, case: Case):
    slack, _, _ = await play(case, frozenset({rule}))
    assert (slack.calls[-1].rule, slack.calls[-1].error) != (rule, case.code)


@pytest.mark.parametrize(("rule", "case"), FLAGS.items(), ids=FLAGS)
async def test_it_flags(rule: str, case: Case):
    slack, _, _ = await play(case)
    assert {each.rule for each in slack.violations} == {rule}


@pytest.mark.parametrize(("rule", "case"), FLAGS.items(), ids=FLAGS)
async def test_without_the_rule_it_does_not_flag(rule: str, case: Case):
    slack, _, _ = await play(case, frozenset({rule}))
    assert not slack.violations


def test_every_rule_has_a_negative_case():
    assert REFUSALS.keys() == HOOKS.keys()


async def test_a_webhook_answers_ok_and_never_a_ts():
    slack, status, text = await play(Case(webhook=True))
    assert (status, text) == (200, "ok")
    assert [each.text for each in slack.posts(CHANNEL)] == ["Page", "hello"]
    slack.assert_clean()


async def test_a_webhooks_pace_is_that_of_its_channel_and_says_when_to_come_back():
    async with SlackStandIn(VirtualClock()) as slack, aiohttp.ClientSession() as session:
        hook = slack.webhook(CHANNEL)
        for expected in (200, 429):
            async with session.post(hook.url, json=POST) as response:
                assert response.status == expected
        assert response.headers["Retry-After"] == "1"
        slack.assert_clean()


async def test_an_ephemeral_answer_does_not_count_as_a_post():
    slack, status, _ = await play(Case(args=TEXT, times=5))
    assert status == 200
    assert len(slack.ephemerals()) == 5


async def test_a_secret_address_shows_in_no_repr():
    slack, _, _ = await play(Case())
    assert "standInSecret" not in repr(slack.webhooks) + repr(slack.webhook(CHANNEL))
    assert "/actions/" not in repr(slack.answers._issued.values())


@pytest.mark.parametrize("fault", [faults.http_error(500), faults.http_error(502, stored=True)], ids=["not", "stored"])
@pytest.mark.parametrize("webhook", [False, True], ids=["response_url", "webhook"])
async def test_a_hook_can_fail_as_well(fault: faults.Fault, webhook: bool):
    """Once, with what was sent stored or not."""
    async with SlackStandIn(VirtualClock()) as slack, aiohttp.ClientSession() as session:
        url = slack.webhook(CHANNEL).url if webhook else slack.answers.issue("actions", "U0ADA", CHANNEL)
        slack.script("webhook" if webhook else "response_url", fault)
        async with session.post(url, json=POST) as response:
            assert response.status == fault.status
        assert len(slack.posts(CHANNEL) + slack.ephemerals()) == (1 if fault.stored else 0)
        assert slack.calls[-1].error == "fault: answer"
