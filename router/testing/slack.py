"""A strict stand-in for Slack: a real HTTP server that refuses what Slack refuses and flags what people should not get.

    clock = VirtualClock()
    async with SlackStandIn(clock) as slack:
        ...                       # SLACK_API_URL=slack.url, SLACK_BOT_TOKEN=TOKEN
    slack.assert_clean()

Facts: docs.slack.dev (methods, rate limits, Block Kit). Known now: chat.postMessage, chat.update, chat.delete,
conversations.history, .replies, .info, .join, auth.test, blocks.validate.
"""

import asyncio
import json
from collections.abc import Callable, Iterable
from typing import Any, Self

from aiohttp import web

from router.testing.faults import Act, Fault, Script
from router.testing.limits import Excess, Limiter, Rates
from router.testing.requests import Call, Method, Request
from router.testing.rules import WARNINGS, Judge, RefusalError, Violation
from router.testing.transport import check_args, check_token, find_method, read_args, read_token
from router.testing.workspace import Channel, Message, Token, Workspace, workspace_of

BODY_MOST = 4 * 1024**2


class _LimitedError(Exception):
    """The call is answered 429."""

    def __init__(self, rule: str, retry_after_s: int) -> None:
        super().__init__(rule)
        self.rule = rule
        self.retry_after_s = retry_after_s


class SlackStandIn:
    """Slack on a free local port, with a ledger of messages, a log of calls and a list of violations.

    Args:
        now: the clock of rate windows and timestamps, Unix seconds.
        channels: fixtures; without any, the public channel C0SRE with the app in it.
        tokens: fixtures; without any, `TOKEN` with all scopes.
        rates: the rate limits.
        allow: mentions that are meant, as written: "<!subteam^S0SRE>".
        without: names of rules to switch off (router.testing.rules).
    """

    def __init__(
        self,
        now: Callable[[], float],
        *,
        channels: Iterable[Channel] = (),
        tokens: Iterable[Token] = (),
        rates: Rates | None = None,
        allow: Iterable[str] = (),
        without: Iterable[str] = (),
    ) -> None:
        self.workspace: Workspace = workspace_of(now, channels, tokens)
        self.calls: list[Call] = []
        self.url = ""
        self._now = now
        self._judge = Judge(frozenset(without))
        self._limiter = Limiter(rates or Rates(), now)
        self._script = Script()
        self._allowed = frozenset(allow)
        self._closing = asyncio.Event()
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=BODY_MOST)
        app.router.add_route("*", "/api/{method}", self._serve)
        app.router.add_route("*", "/{elsewhere:.*}", self._elsewhere)
        self._closing.clear()
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        port = self._runner.addresses[0][1]
        self.url = f"http://127.0.0.1:{port}/api/"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._closing.set()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    @property
    def messages(self) -> list[Message]:
        """Every message ever posted, in order; deleted ones are marked."""
        return self.workspace.messages

    def posts(self, channel: str) -> list[Message]:
        """Return the living messages of a channel, threads included, in order of posting."""
        return [each for each in self.messages if each.channel == channel and not each.deleted]

    def channel(self, channel: str) -> Channel:
        """Return a channel fixture, to be changed between calls."""
        return self.workspace.channels[channel]

    @property
    def violations(self) -> list[Violation]:
        """What was flagged, warnings left out."""
        return [each for each in self._judge.violations if each.rule not in WARNINGS]

    @property
    def warnings(self) -> list[Violation]:
        """What was flagged and does not fail `assert_clean`."""
        return [each for each in self._judge.violations if each.rule in WARNINGS]

    def assert_clean(self) -> None:
        """Raise AssertionError that lists every violation, if there is one."""
        if self.violations:
            raise AssertionError("Slack was misused:\n" + "\n".join(str(each) for each in self.violations))

    def script(self, method: str, *faults: Fault | None) -> None:
        """Give the next calls of a method these faults, one each; None lets a call through."""
        self._script.add(method, *faults)

    def always(self, method: str, fault: Fault | None) -> None:
        """Give every further call of a method this fault; None ends that."""
        self._script.always(method, fault)

    async def _elsewhere(self, _: web.Request) -> web.Response:
        return web.Response(text="<!DOCTYPE html><p>not an API</p>", content_type="text/html")

    async def _serve(self, http: web.Request) -> web.StreamResponse:
        call = Call(http.match_info["method"], self._now())
        self.calls.append(call)
        try:
            method, request = await self._read(http, call)
            self._limit(method, request)
            fault = self._script.take(call.method)
            if fault is not None and not fault.stored:
                return await self._misbehave(http, call, request, fault)
            answer = self._answer(call, {"ok": True, **method.run(request)}, self._headers(request))
            return answer if fault is None else await self._misbehave(http, call, request, fault)
        except RefusalError as refusal:
            call.rule = refusal.rule
            return self._answer(call, {"ok": False, "error": refusal.code, **refusal.more})
        except _LimitedError as limited:
            call.rule = limited.rule
            headers = {"Retry-After": str(limited.retry_after_s)}
            return self._answer(call, {"ok": False, "error": "ratelimited"}, headers, 429)

    async def _read(self, http: web.Request, call: Call) -> tuple[Method, Request]:
        """Return what is asked for, by whom; refuses what is malformed or not allowed."""
        judge = self._judge
        method = find_method(call.method, judge)
        args = await read_args(http, method, judge)
        token = read_token(http, call.method, args, judge)
        call.args = args
        request = Request(
            call.method,
            args,
            self.workspace,
            judge,
            check_token(token, method, self.workspace.tokens, judge),
            self._allowed,
        )
        check_args(call.method, method, args, judge)
        return method, request

    def _limit(self, method: Method, request: Request) -> None:
        """Count the call; raises when it is too much, and flags it when it should have waited."""
        app, name, limiter = request.token.app, request.method, self._limiter
        left = limiter.blocked_s(app, name)
        if left:
            if not limiter.excused(app, name):
                request.flag("before_retry_after", f"{left:.2f} s too early")
            raise _LimitedError("", max(1, round(left + 0.5)))
        excess = self._excess(method, request)
        if excess is not None and excess.rule not in self._judge.without:
            limiter.block(app, name, excess.retry_after_s)
            raise _LimitedError(excess.rule, excess.retry_after_s)

    def _excess(self, method: Method, request: Request) -> Excess | None:
        if method.posts:
            channel = self.workspace.find_channel(request.word("channel"))
            return self._limiter.post(request.token.app, channel.id if channel else request.word("channel"))
        return self._limiter.call(request.token.app, request.method, method.tier) if method.tier else None

    @staticmethod
    def _headers(request: Request) -> dict[str, str]:
        return {"X-OAuth-Scopes": ",".join(sorted(request.token.scopes))}

    @staticmethod
    def _answer(
        call: Call, body: dict[str, Any], headers: dict[str, str] | None = None, status: int = 200
    ) -> web.Response:
        call.status = status
        call.error = body.get("error", "")
        return web.Response(text=json.dumps(body), status=status, headers=headers, content_type="application/json")

    async def _misbehave(self, http: web.Request, call: Call, request: Request, fault: Fault) -> web.StreamResponse:
        """Do to the connection what the fault says."""
        call.status = fault.status if fault.act is Act.ANSWER else 0
        call.error = f"fault: {fault.act}"
        if fault.blocks_for_s:
            self._limiter.block(request.token.app, call.method, fault.blocks_for_s)
        if fault.act is Act.HANG:
            await self._closing.wait()
        if fault.act is Act.STALL:
            return await self._stall(http, fault)
        if fault.act is Act.ANSWER:
            return web.Response(
                text=fault.body, status=fault.status, headers=fault.headers, content_type=fault.content_type
            )
        if http.transport is not None:
            http.transport.close()
        return web.Response()

    async def _stall(self, http: web.Request, fault: Fault) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": fault.content_type})
        response.content_length = 2 * len(fault.body)
        await response.prepare(http)
        await response.write(fault.body.encode())
        await self._closing.wait()
        return response
