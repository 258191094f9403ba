"""What the tests of webhooks share: an incoming webhook that answers as scripted, and a delivery against it."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace

import aiohttp
from aiohttp import web

from router.incident import Order, Phase, Receipt, Say
from router.slack.message import Message
from router.slack.render import render
from router.slack.webhook import WebhookDelivery
from router.testing import VirtualClock
from tests.support.delivery import ClockPacer, draw, order

SRE = "webhook:sre"
SECRET = "T000/B000/s3cr3tpath"


@dataclass
class Hook:
    """An incoming webhook: answers as scripted, else "ok"; keeps what was posted."""

    posts: list[dict] = field(default_factory=list)
    refused: list[dict] = field(default_factory=list)
    answers: list[web.Response | None] = field(default_factory=list)
    url: str = ""

    async def take(self, request: web.Request) -> web.Response:
        body = await request.json()
        answer = self.answers.pop(0) if self.answers else web.Response(text="ok")
        if answer is None:
            self.posts.append(body)
            assert request.transport is not None
            request.transport.close()
            return web.Response()
        (self.posts if answer.status == 200 else self.refused).append(body)
        return answer


@dataclass
class Bench:
    hook: Hook
    delivery: WebhookDelivery
    clock: VirtualClock
    pacer: ClockPacer
    results: list[tuple[str, str]]
    urls: dict[str, str]

    async def tell(self, phase: Phase = Phase.FIRING, say: Say = Say.ROOT, ts: str = "", **view: object) -> Receipt:
        """Deliver an order, ten seconds after whatever was delivered before."""
        self.clock.advance(10)
        given = order(f"d-{len(self.hook.posts)}", say, channel=SRE, ts=ts)
        return await self.delivery.deliver(replace(given, view=replace(given.view, phase=phase, **view)))


class TenSeconds(ClockPacer):
    """As the router's pacer keeps it for webhooks: one post in 10 s for each."""

    async def take(
        self, method: str, channel: str, reserve: float = 0.0, who: str = "", *, ahead: bool = False
    ) -> float:
        assert method == "webhook"
        if frozen := max(0.0, self.frozen_until.get(method, 0.0) - self.clock()):
            return frozen
        wait = self.free_at.get((method, channel), 0.0) - self.clock()
        if wait > 0:
            return wait
        self.free_at[method, channel] = self.clock() + 10
        return 0.0


def paint(given: Order) -> Message:
    """The tests' own drawing, with what the post is about."""
    return replace(draw(given), text=f"{given.view.phase.upper()}: {given.view.title} ({given.view.incident})")


@asynccontextmanager
async def bench(drawing: Callable[[Order], Message] = paint) -> AsyncIterator[Bench]:
    hook, clock = Hook(), VirtualClock()
    app = web.Application()
    app.router.add_post(f"/services/{SECRET}", hook.take)
    async with AsyncExitStack() as stack:
        runner = web.AppRunner(app, access_log=None)
        stack.push_async_callback(runner.cleanup)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        hook.url = f"http://127.0.0.1:{runner.addresses[0][1]}/services/{SECRET}"
        session = await stack.enter_async_context(aiohttp.ClientSession())
        pacer, results, urls = TenSeconds(clock), [], {SRE: hook.url}
        address = lambda channel: urls.get(channel, "")  # noqa: E731
        count = lambda *result: results.append(result)  # noqa: E731
        delivery = WebhookDelivery(session, drawing, address, pacer, count, clock.sleep)
        yield Bench(hook, delivery, clock, pacer, results, urls)


def as_told(given: Order) -> Message:
    """The router's own drawing."""
    return render(given.view, given.locale, given.delivery_id)
