"""The reduced mode: incoming webhooks, told apart from the app by their channel."""

import traceback

import pytest
from aiohttp import web

from router.errors import AmbiguousError, DeliveryError, RefusedError
from router.gate import Kind
from router.incident import Call, Order, Phase, Receipt, Say
from router.slack.message import Message
from router.slack.webhook import Deliveries, is_webhook
from router.testing import check_blocks
from router.testing.lint import lint
from tests.support.delivery import draw, order
from tests.support.webhook import SECRET, SRE, as_told, bench


async def test_a_new_incident_is_posted_with_text_and_blocks_that_slack_takes():
    async with bench(as_told) as b:
        receipt = await b.tell()
        [post] = b.hook.posts
        assert set(post) == {"text", "blocks", "unfurl_links", "unfurl_media"}
        assert "E-7KQ2M" in post["text"]
        assert check_blocks(post["blocks"]) == []
        assert list(lint(post, frozenset())) == []
        assert receipt.channel == SRE
        assert receipt.ts.startswith("webhook:d-0")
        assert b.results == [("webhook", "ok")]


async def test_only_buttons_that_open_an_address_are_drawn_whatever_the_view_says():
    drawn = []

    def watched(given: Order) -> Message:
        drawn.append(given.view.interactive)
        return draw(given)

    async with bench(watched) as b:
        await b.tell(interactive=True)
        assert drawn == [False]


async def test_one_incident_is_two_posts_however_often_its_message_would_be_edited():
    """Page and end; acknowledgements, numbers, causes and replies are left out."""
    async with bench() as b:
        root = await b.tell()
        for number in range(3):
            root = await b.tell(ts=root.ts, alerts_firing=number)
        causes = await b.tell(say=Say.CAUSES)
        await b.tell(say=Say.CAUSES, ts=causes.ts)
        await b.tell(say=Say.REPLY)
        over = await b.tell(Phase.RESOLVED, ts=root.ts)
        assert await b.tell(Phase.RESOLVED, ts=over.ts) == over
        assert len(b.hook.posts) == 2
        assert "RESOLVED" in b.hook.posts[1]["text"]
        assert "E-7KQ2M" in b.hook.posts[1]["text"]


async def test_alerts_that_come_and_go_while_the_budget_burns_are_told_once():
    async with bench() as b:
        root = await b.tell()
        for phase in (Phase.BURNING, Phase.FIRING, Phase.BURNING, Phase.FIRING, Phase.RESOLVED):
            root = await b.tell(phase, ts=root.ts)
        assert len(b.hook.posts) == 3


async def test_what_is_kept_quiet_is_not_posted_and_its_end_is():
    async with bench() as b:
        root = await b.tell()
        root = await b.tell(Phase.MUTED, ts=root.ts)
        assert len(b.hook.posts) == 1
        await b.tell(Phase.RESOLVED, ts=root.ts)
        assert len(b.hook.posts) == 2


async def test_a_call_for_attention_is_posted():
    async with bench() as b:
        await b.tell(say=Say.BROADCAST, call=Call.REPEATED)
        assert len(b.hook.posts) == 1


async def test_firing_again_is_told_once_by_the_call_or_by_the_message():
    async with bench() as b:
        root = await b.tell()
        root = await b.tell(Phase.RESOLVED, ts=root.ts)
        await b.tell(say=Say.BROADCAST, call=Call.REFIRED, refires=1)
        root = await b.tell(ts=root.ts, refires=1)
        assert len(b.hook.posts) == 3, "the edit after the call repeats nothing"
        root = await b.tell(Phase.RESOLVED, ts=root.ts, refires=1)
        root = await b.tell(ts=root.ts, refires=2)
        assert len(b.hook.posts) == 5, "no call was due: the message itself says that it fires again"
        await b.tell(Phase.RESOLVED, ts=root.ts, refires=2)
        assert len(b.hook.posts) == 6


async def test_a_webhook_gets_one_post_in_ten_seconds():
    async with bench() as b:
        await b.tell()
        with pytest.raises(RefusedError) as caught:
            await b.delivery.deliver(order("d-2", channel=SRE))
        assert (caught.value.code, caught.value.retry_after_s) == ("ratelimited", 10.0)
        assert len(b.hook.posts) == 1


async def test_a_429_pauses_all_webhooks_as_long_as_slack_says():
    async with bench() as b:
        b.hook.answers = [web.json_response({"ok": False, "error": "rate_limited", "retry_after": 30}, status=429)]
        with pytest.raises(RefusedError) as caught:
            await b.tell()
        assert (caught.value.code, caught.value.retry_after_s) == ("ratelimited", 30.0)
        with pytest.raises(RefusedError) as caught:
            await b.tell()
        assert caught.value.retry_after_s == 20.0
        assert len(b.hook.refused) == 1
        assert b.results == [("webhook", "ratelimited")]


@pytest.mark.parametrize("code", ["invalid_blocks", "invalid_payload", "msg_blocks_too_long"])
async def test_blocks_that_are_refused_are_left_out_step_by_step(code: str):
    async with bench() as b:
        b.hook.answers = [web.Response(text=code, status=400), web.json_response({"ok": False, "error": code})]
        receipt = await b.tell()
        assert [sorted(post) for post in (b.hook.refused[0], b.hook.posts[-1])] == [
            ["blocks", "text", "unfurl_links", "unfurl_media"],
            ["text", "unfurl_links", "unfurl_media"],
        ]
        assert receipt.degraded == f"smaller:{code}"
        assert b.clock() - 10 >= 2 - 1e-6, "a second between two posts"


async def test_content_refused_in_every_form_is_an_error_for_humans():
    async with bench() as b:
        b.hook.answers = [web.Response(text="invalid_blocks", status=400) for _ in range(3)]
        with pytest.raises(RefusedError) as caught:
            await b.tell()
        assert (caught.value.code, caught.value.retry_after_s) == ("invalid_blocks", 60.0)


@pytest.mark.parametrize(
    ("status", "code", "mend"),
    [
        (404, "no_service", "make a new one"),
        (403, "no_active_hooks", "turn it on"),
        (403, "invalid_token", "copy it again"),
        (410, "channel_is_archived", "another channel"),
        (404, "channel_not_found", "another channel"),
        (403, "action_prohibited", "ask its admins"),
    ],
)
async def test_what_only_people_can_mend_says_how(status: int, code: str, mend: str):
    async with bench() as b:
        b.hook.answers = [web.Response(text=code, status=status)]
        with pytest.raises(RefusedError, match=f"{code}: the webhook of sre: .*{mend}") as caught:
            await b.tell()
        assert caught.value.retry_after_s == 60.0


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (web.Response(text="<html>", status=502), "http_502"),
        (web.Response(text="rollup_error", status=500), "http_500"),
        (web.Response(text="<!DOCTYPE html><p>sign in</p>"), "unparsable"),
        (None, "connection_lost"),
    ],
    ids=["bad gateway", "rollup error", "a page", "cut"],
)
async def test_what_may_have_been_posted_is_posted_again_and_says_so(answer: web.Response | None, code: str):
    async with bench() as b:
        b.hook.answers = [answer]
        with pytest.raises(AmbiguousError) as caught:
            await b.tell()
        assert caught.value.code == code
        b.clock.advance(10)
        await b.delivery.deliver(order("d-1", channel=SRE, intent_at=b.clock()))
        assert b.hook.posts[-1]["text"].endswith("May be a repeat: Slack did not confirm an earlier attempt.")


async def test_a_refusal_after_an_uncertain_attempt_leaves_it_uncertain():
    async with bench() as b:
        b.hook.answers = [web.Response(text="no_service", status=404)]
        with pytest.raises(AmbiguousError):
            await b.delivery.deliver(order("d-1", channel=SRE, intent_at=1.0))


async def test_a_webhook_that_never_answers_is_given_up_at_the_deadline():
    async with bench() as b:
        b.delivery.deadline_s = 0.0
        with pytest.raises(AmbiguousError, match="timeout"):
            await b.tell()


async def test_a_reload_that_takes_the_webhook_away_is_told_and_one_that_changes_it_followed():
    async with bench() as b:
        b.urls.clear()
        with pytest.raises(RefusedError, match="no_webhook: the webhook of sre"):
            await b.tell()
        b.urls[SRE] = b.hook.url
        await b.tell()
        assert len(b.hook.posts) == 1


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/services/", "nonsense/", "http://[/"], ids=str)
async def test_the_address_stands_in_no_error_and_no_trace(url: str):
    async with bench() as b:
        b.urls[SRE] = url + SECRET
        with pytest.raises(DeliveryError) as caught:
            await b.tell()
        told = "".join(traceback.format_exception(caught.value)) + repr(b.delivery) + repr(caught.value)
        assert "s3cr3tpath" not in told
        assert caught.value.code in ("unreachable", "invalid_url")


class Ledger:
    """Takes orders as the app would."""

    def __init__(self) -> None:
        self.orders: list[Order] = []

    async def deliver(self, given: Order) -> Receipt:
        self.orders.append(given)
        return Receipt(given.channel, "1700000000.000001")


async def test_orders_go_by_their_channel():
    async with bench() as b:
        app = Ledger()
        both = Deliveries(app, b.delivery)
        assert is_webhook((await both.deliver(order("d-1", channel=SRE))).ts)
        assert (await both.deliver(order("d-2"))).ts == "1700000000.000001"
        assert [len(b.hook.posts), len(app.orders)] == [1, 1]


async def test_a_webhook_that_is_gone_is_replaced_by_the_fallback_channel():
    async with bench() as b:
        app = Ledger()
        b.hook.answers = [web.Response(text="no_service", status=404)]
        given = order("d-1", channel=SRE, fallback_channel="C0OPS", ts="webhook:d-0:resolved", thread_ts="webhook:d:x")
        receipt = await Deliveries(app, b.delivery).deliver(given)
        assert (receipt.channel, receipt.degraded) == ("C0OPS", "rerouted:no_service")
        [taken] = app.orders
        assert (taken.channel, taken.ts, taken.thread_ts, taken.fallback_channel) == ("C0OPS", "", "", "")


async def test_without_a_fallback_the_error_stays():
    async with bench() as b:
        b.hook.answers = [web.Response(text="no_service", status=404)]
        with pytest.raises(RefusedError):
            await Deliveries(Ledger(), b.delivery).deliver(order("d-1", channel=SRE))


async def test_a_notice_is_posted_like_every_other_message():
    async with bench(as_told) as b:
        await b.tell(kind=Kind.NOTICE, notice={"what": "storm", "alerts": "412"})
        assert check_blocks(b.hook.posts[0]["blocks"]) == []
