"""Opening the HTTP door, and shutting it so that whoever is inside is answered first."""

import asyncio

from aiohttp import web

from router.config.values import Environment
from router.errors import RouterError
from router.web.parts import LOAD, Parts
from router.web.server import build_web, serve
from router.web.slack import SLACK_DOOR, SlackDoor

STEP_S = 0.05
DRAIN_S = 11.0
"""A second more than a body may take."""


class OpenDoor:
    """The door while it is open; `address` is where."""

    def __init__(self, app: web.Application, runner: web.AppRunner) -> None:
        self._app = app
        self._runner = runner
        host, port = runner.addresses[0][:2]
        self.address = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

    async def shut(self) -> None:
        """Let nobody in any more, answer who is inside, then close.

        aiohttp's own cleanup throws away what comes after it has begun, hence the rest of a body that is under way;
        so it begins once nothing is.
        """
        for site in list(self._runner.sites):
            await site.stop()
        for _ in range(int(DRAIN_S / STEP_S)):
            if not self._app[LOAD].requests:
                break
            await asyncio.sleep(STEP_S)
        await self._runner.cleanup()


async def open_door(parts: Parts, environment: Environment, slack: SlackDoor | None) -> OpenDoor:
    """Listen; raises RouterError, with what to do, when that is impossible."""
    app = build_web(parts)
    if slack is not None and slack.secrets:
        app[SLACK_DOOR] = slack
    host, port = environment.listen_host, environment.listen_port
    try:
        runner = await serve(app, host, port)
    except OSError as error:
        text = f"it cannot listen on {host}:{port} ({error.strerror}): stop what does, or set ROUTER_LISTEN"
        raise RouterError(text) from error
    return OpenDoor(app, runner)
