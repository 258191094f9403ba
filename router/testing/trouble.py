"""Does to a connection what a scripted fault says, for methods and for hooks alike."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from aiohttp import web

from router.testing.faults import Act, Fault, Script
from router.testing.requests import Call
from router.testing.stage import Stage

Serve = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(slots=True)
class Trouble:
    """The faults to come; `closing` ends what hangs when the stand-in ends."""

    stage: Stage
    script: Script = field(default_factory=Script)
    closing: asyncio.Event = field(default_factory=asyncio.Event)

    def around(self, hook: str, serve: Serve) -> Serve:
        """Return what serves a hook, with the faults that are scripted under the hook's name."""

        async def served(http: web.Request) -> web.StreamResponse:
            fault = self.script.take(hook)
            if fault is None:
                return await serve(http)
            if not fault.stored:
                return await self.misbehave(http, self.stage.log(hook), fault, self.stage.workspace.app.app)
            await serve(http)
            return await self.misbehave(http, self.stage.calls[-1], fault, self.stage.workspace.app.app)

        return served

    async def misbehave(self, http: web.Request, call: Call, fault: Fault, app: str) -> web.StreamResponse:
        """Do what the fault says, and log it."""
        call.status = fault.status if fault.act is Act.ANSWER else 0
        call.error = f"fault: {fault.act}"
        if fault.blocks_for_s:
            self.stage.limiter.block(app, call.method, fault.blocks_for_s)
        if fault.act is Act.HANG:
            await self.closing.wait()
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
        await self.closing.wait()
        return response
