"""Answers to a person: only to Slack, five at most, never twice unless certainly lost; views with Slack's own codes."""

import asyncio
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from router.slack.answering import Answering, Shown
from router.slack.message import Message
from tests.support.slack_corner import Reply, corner, says

HELLO = Message("Already acknowledged by Sato.", [{"type": "section", "text": {"type": "plain_text", "text": "Hi"}}])
WAYS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "for their eyes": ({}, {"replace_original": False, "response_type": "ephemeral"}),
    "in place of the original": ({"replace": True}, {"replace_original": True}),
    "in a thread": (
        {"in_thread": "1.2"},
        {"replace_original": False, "response_type": "ephemeral", "thread_ts": "1.2"},
    ),
}


@pytest.mark.parametrize(("how", "fields"), WAYS.values(), ids=WAYS)
async def test_an_answer(how: dict[str, Any], fields: dict[str, Any]):
    async with corner() as c:
        assert await c.answering.answer(c.url, HELLO, **how) == "ok"
        assert c.got == [("/actions/T1/2/aBc", {"text": HELLO.text, "blocks": HELLO.blocks, **fields})]


async def test_the_original_is_deleted_without_a_word():
    async with corner() as c:
        assert await c.answering.answer(c.url, HELLO, delete=True) == "ok"
        assert c.got[0][1] == {"delete_original": True}


async def test_an_answer_without_blocks_has_none():
    async with corner() as c:
        await c.answering.answer(c.url, Message("Hi", []))
        assert "blocks" not in c.got[0][1]


ELSEWHERE = [
    "http://hooks.slack.com/actions/T1/2/aBc",
    "https://hooks.slack.com.evil.example/actions/T1",
    "https://hooks.slack.com@evil.example/actions/T1",
    "https://user:pass@hooks.slack.com/actions/T1",
    "https://hooks.slack.com:8443/actions/T1",
    "https://hooks.slack.com\\@evil.example/",
    "https://hooks.slack.com/\\@evil.example/",
    "https://hooks.slack.com/actions/T1?to=http://evil.example",
    "https://hooks.slack.com/actions/T1#x",
    "https://hooks.slack.com/a b",
    "https://hooks.slack.com/a\r\nHost: evil.example",
    "https://hooks.slack.com/",
    "https://HOOKS.slack.com/actions/T1",
    " https://hooks.slack.com/actions/T1",
    "https://evil.example/https://hooks.slack.com/actions/T1",
    "https://slack.com/api/chat.postMessage",
    "http://169.254.169.254/latest/meta-data/",
    "http://127.0.0.1/",
    "file:///etc/passwd",
    "//hooks.slack.com/actions/T1",
    "hooks.slack.com/actions/T1",
    "https://hooks.slack.com/" + "a" * 3000,
    "https://hооks.slack.com/actions/T1",
]


@pytest.mark.parametrize("url", ELSEWHERE)
async def test_nobody_can_make_us_call_elsewhere(url: str):
    async with corner() as c:
        assert await c.answering.answer(url, HELLO) == "not_slack"
        assert c.got == []


async def test_where_answers_may_go():
    async with aiohttp.ClientSession() as session:
        url = "https://hooks.slack.com/actions/T0/123/a-B_c%20"
        assert Answering(session, "").allows(url)
        assert Answering(session, "http://127.0.0.1:9000/api/").allows("http://127.0.0.1:9000/actions/T0")
        assert not Answering(session, "http://127.0.0.1:9000/api/").allows("http://127.0.0.1:90001/actions/T0")
        assert not Answering(session, "").allows("http://127.0.0.1:9000/actions/T0")
        assert Answering(session, "https://slack-gov.com/api/").allows("https://hooks.slack-gov.com/commands/1")
        assert await Answering(session, "").answer("", HELLO) == "no_url"


async def test_a_redirect_is_not_followed():
    async with corner() as c:
        c.script = [says(307, b"", Location=f"{c.base}/elsewhere")]
        assert await c.answering.answer(c.url, HELLO) == "http_307"
        assert len(c.got) == 1


REFUSALS: dict[str, tuple[Reply, str]] = {
    "used": (says(404, {"ok": False, "error": "used_url"}), "used_url"),
    "expired": (says(404, {"ok": False, "error": "expired_url"}), "expired_url"),
    "in words": (says(403, b"action_prohibited"), "action_prohibited"),
    "ok: false with 200": (says(200, {"ok": False, "error": "invalid_payload"}), "invalid_payload"),
    "HTML": (says(502, b"<html>Bad gateway</html>"), "http_502"),
    "nothing": (says(500, b""), "http_500"),
    "ok, but 500": (says(500, b"ok"), "http_500"),
    "a code that is none": (says(400, {"ok": False, "error": "xoxb-1 <!channel>"}), "unknown_error"),
    "a list": (says(400, []), "http_400"),
    "not text": (says(400, b"\xff\xfe"), "http_400"),
}


@pytest.mark.parametrize(("reply", "code"), REFUSALS.values(), ids=REFUSALS)
async def test_what_slack_refuses_is_a_code_and_not_repeated(reply: Reply, code: str):
    async with corner() as c:
        c.script = [reply]
        assert await c.answering.answer(c.url, HELLO) == code
        assert len(c.got) == 1


async def test_ok_in_plain_words():
    async with corner() as c:
        c.script = [says(200, b"ok")]
        assert await c.answering.answer(c.url, HELLO) == "ok"


@pytest.mark.parametrize("code", ["invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long"])
async def test_blocks_that_slack_refuses_are_left_out(code: str):
    """The person is told all the same."""
    async with corner() as c:
        c.script = [says(404, {"ok": False, "error": code})]
        assert await c.answering.answer(c.url, HELLO) == "ok"
        assert [sorted(fields) for _, fields in c.got][1] == ["replace_original", "response_type", "text"]


async def test_the_sixth_answer_is_not_sent():
    async with corner() as c:
        codes = [await c.answering.answer(c.url, HELLO) for _ in range(6)]
        assert codes == ["ok"] * 5 + ["used_up"]
        assert await c.answering.answer(c.url + "d", HELLO) == "ok"
        assert len(c.got) == 6


async def test_429_is_waited_out_once():
    async with corner() as c:
        c.script = [says(429, {"ok": False, "error": "rate_limited", "retry_after": 9}, Retry_After="7")]
        assert await c.answering.answer(c.url, HELLO) == "ok"
        assert (c.slept, len(c.got)) == ([7.0], 2)


async def test_429_twice_is_said():
    async with corner() as c:
        c.script = [says(429, b"", Retry_After="1"), says(429, b"", Retry_After="1")]
        assert await c.answering.answer(c.url, HELLO) == "ratelimited"
        assert (c.slept, len(c.got)) == ([1.0], 2)


async def test_a_wait_beyond_the_urls_life_is_not_begun():
    async with corner() as c:
        c.script = [says(429, b"", Retry_After="1800")]
        assert await c.answering.answer(c.url, HELLO) == "ratelimited"
        assert (c.slept, len(c.got)) == ([], 1)


async def test_an_answer_that_takes_too_long_is_not_repeated():
    """It may have been shown."""
    held = asyncio.Event()

    async def hang(_request: web.Request) -> web.Response:
        await held.wait()
        return web.Response()

    async with corner(within_s=0.1) as c:
        c.script = [hang]
        assert await c.answering.answer(c.url, HELLO) == "timeout"
        assert len(c.got) == 1
        held.set()


async def test_a_connection_that_is_cut_is_not_repeated():
    async def cut(request: web.Request) -> web.Response:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    async with corner() as c:
        c.script = [cut]
        assert await c.answering.answer(c.url, HELLO) == "connection_lost"
        assert len(c.got) == 1


async def test_nobody_there(unused_tcp_port: int):
    """Nothing arrived, so each is tried twice, and none of the five is used up."""
    base = f"http://127.0.0.1:{unused_tcp_port}"
    attempts = 0

    async def connecting(*_: object) -> None:
        nonlocal attempts
        attempts += 1

    trace = aiohttp.TraceConfig()
    trace.on_connection_create_start.append(connecting)
    async with aiohttp.ClientSession(trace_configs=[trace]) as session:
        answering = Answering(session, base)
        codes = [await answering.answer(f"{base}/actions/1", HELLO) for _ in range(7)]
        assert (codes, attempts) == (["unreachable"] * 7, 14)


VIEW = {"type": "modal", "title": {"type": "plain_text", "text": "Silence"}, "blocks": []}


async def test_views_are_opened_changed_and_published():
    async with corner() as c:
        c.script = [says(200, {"ok": True, "view": {"id": "V1", "hash": "1.a"}}) for _ in range(4)]
        shown = await c.views.open("1.2.3", VIEW)
        assert (shown, shown.ok) == (Shown("ok", "V1", "1.a"), True)
        assert await c.views.update("V1", VIEW, "1.a") == Shown("ok", "V1", "1.a")
        assert await c.views.push("4.5.6", VIEW) == Shown("ok", "V1", "1.a")
        assert await c.views.publish("U1", VIEW) == Shown("ok", "V1", "1.a")
        await c.views.update("V1", VIEW)
        assert c.got == [
            ("/api/views.open", {"trigger_id": "1.2.3", "view": VIEW}),
            ("/api/views.update", {"view_id": "V1", "view": VIEW, "hash": "1.a"}),
            ("/api/views.push", {"trigger_id": "4.5.6", "view": VIEW}),
            ("/api/views.publish", {"user_id": "U1", "view": VIEW}),
            ("/api/views.update", {"view_id": "V1", "view": VIEW}),
        ]


VIEW_CODES = {
    "expired_trigger_id": "expired_trigger_id",
    "trigger_expired": "expired_trigger_id",
    "exchanged_trigger_id": "exchanged_trigger_id",
    "trigger_exchanged": "exchanged_trigger_id",
    "hash_conflict": "hash_conflict",
    "not_found": "not_found",
    "view_too_large": "view_too_large",
    "invalid_auth": "invalid_auth",
}


@pytest.mark.parametrize(("said", "code"), VIEW_CODES.items(), ids=VIEW_CODES)
async def test_why_a_view_is_not_shown(said: str, code: str):
    async with corner() as c:
        c.script = [says(200, {"ok": False, "error": said})]
        shown = await c.views.open("1.2.3", VIEW)
        assert (shown, shown.ok) == (Shown(code), False)
        assert len(c.got) == 1
