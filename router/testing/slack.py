"""A strict stand-in for Slack: a real HTTP server that refuses what Slack refuses and flags what people should not get.

    clock = VirtualClock()
    async with SlackStandIn(clock) as slack:
        ...                                           # SLACK_API_URL=slack.url, SLACK_BOT_TOKEN=TOKEN
        slack.connect(router_url, SIGNING_SECRET)     # and Slack can call the router
        await slack.click(slack.posts("C0SRE")[0], "ack", by=Person("U0ADA", "Ada"))
    slack.assert_clean()

Facts: docs.slack.dev (methods, rate limits, Block Kit, interactivity, Socket Mode). Methods: router.testing.methods.
"""

import json
from collections.abc import Callable, Iterable
from typing import Any, Self

from aiohttp import web

from router.testing.faults import Fault
from router.testing.ledger import Ledger
from router.testing.limits import Excess, Limiter, Rates
from router.testing.methods import METHODS
from router.testing.requests import Call, Method, Request
from router.testing.rules import Judge, RefusalError
from router.testing.serving import add_routes
from router.testing.stage import Stage
from router.testing.transport import check_args, check_token, find_method, read_args, read_token
from router.testing.trouble import Trouble
from router.testing.workspace import Channel, Token, Workspace, workspace_of

BODY_MOST = 4 * 1024**2


_LINK: dict[str, Any] = {"scopes": ("connections:write",), "tier": 3, "kind": "app"}


class _LimitedError(Exception):
    """The call is answered 429."""

    def __init__(self, rule: str, retry_after_s: int) -> None:
        super().__init__(rule)
        self.rule = rule
        self.retry_after_s = retry_after_s


class SlackStandIn(Ledger):
    """Slack on a free local port, with a ledger of messages, a log of calls and a list of violations.

    Args:
        now: the clock of rate windows and timestamps, Unix seconds.
        channels: fixtures; without any, the public channel C0SRE with the app in it.
        tokens: fixtures; without any, `TOKEN` with all scopes and `APP_TOKEN` for Socket Mode.
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
        workspace: Workspace = workspace_of(now, channels, tokens)
        judge = Judge(frozenset(without))
        super().__init__(Stage(workspace, judge, Limiter(rates or Rates(), now), frozenset(allow)))
        self.url = ""
        self._trouble = Trouble(self.stage)
        self._runner: web.AppRunner | None = None
        self._methods = {**METHODS, "apps.connections.open": Method(self.sockets.open, frozenset(), **_LINK)}

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=BODY_MOST)
        app.router.add_route("*", "/api/{method}", self._serve)
        add_routes(app.router, self._trouble, self.answers, self.webhooks, self.sockets)
        self._trouble.closing.clear()
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        port = self._runner.addresses[0][1]
        self.workspace.address = f"http://127.0.0.1:{port}"
        self.url = f"{self.workspace.address}/api/"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._trouble.closing.set()
        await self.sockets.disconnect("refresh_requested")
        await self._post.close()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    def script(self, method: str, *faults: Fault | None) -> None:
        """Give the next calls of a method these faults, one each; None lets a call through.

        Hooks have names as well: response_url, webhook, upload.
        """
        self._trouble.script.add(method, *faults)

    def always(self, method: str, fault: Fault | None) -> None:
        """Give every further call of a method this fault; None ends that."""
        self._trouble.script.always(method, fault)

    async def _serve(self, http: web.Request) -> web.StreamResponse:
        call = self.stage.log(http.match_info["method"])
        try:
            method, request = await self._read(http, call)
            self._limit(method, request)
            fault = self._trouble.script.take(call.method)
            if fault is not None and not fault.stored:
                return await self._trouble.misbehave(http, call, fault, request.token.app)
            answer = self._answer(call, {"ok": True, **method.run(request)}, self._headers(request))
            app = request.token.app
            return answer if fault is None else await self._trouble.misbehave(http, call, fault, app)
        except RefusalError as refusal:
            call.rule = refusal.rule
            return self._answer(call, {"ok": False, "error": refusal.code, **refusal.more})
        except _LimitedError as limited:
            call.rule = limited.rule
            headers = {"Retry-After": str(limited.retry_after_s)}
            return self._answer(call, {"ok": False, "error": "ratelimited"}, headers, 429)

    async def _read(self, http: web.Request, call: Call) -> tuple[Method, Request]:
        """Return what is asked for, by whom; refuses what is malformed or not allowed."""
        judge = self.stage.judge
        method = find_method(call.method, self._methods, judge)
        args = await read_args(http, method, judge)
        token = read_token(http, call.method, args, judge)
        call.args = args
        request = self.stage.request(call.method, args, check_token(token, method, self.workspace.tokens, judge))
        check_args(call.method, method, args, judge)
        return method, request

    def _limit(self, method: Method, request: Request) -> None:
        """Count the call; raises when it is too much, and flags it when it should have waited."""
        app, name, limiter = request.token.app, request.method, self.stage.limiter
        left = limiter.blocked_s(app, name)
        if left:
            if not limiter.excused(app, name):
                request.flag("before_retry_after", f"{left:.2f} s too early")
            raise _LimitedError("", max(1, round(left + 0.5)))
        excess = self._excess(method, request)
        if excess is not None and excess.rule not in self.stage.judge.without:
            limiter.block(app, name, excess.retry_after_s)
            raise _LimitedError(excess.rule, excess.retry_after_s)

    def _excess(self, method: Method, request: Request) -> Excess | None:
        if method.posts:
            channel = self.workspace.find_channel(request.word("channel"))
            return self.stage.limiter.post(request.token.app, channel.id if channel else request.word("channel"))
        return self.stage.limiter.call(request.token.app, request.method, method.tier) if method.tier else None

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
