"""Which Slack workspace the bot is at home in: asked once, kept in the state for starts while Slack is away."""

import asyncio
import contextlib

import orjson
import structlog

from router.errors import UnavailableError
from router.slack.answers import Course
from router.slack.calls import SlackCalls
from router.state import keys
from router.state.scripts import Scripts

LOG = structlog.get_logger(__name__)
WITHIN_S = 10.0
AGAIN_S = 30.0
SELDOM_S = 3_600.0


class Team:
    """The workspace's id and address, "" while nobody knows them."""

    def __init__(self, calls: SlackCalls, scripts: Scripts) -> None:
        self._calls = calls
        self._scripts = scripts
        self.id = ""
        self.url = ""
        self.problem = ""
        """Why Slack does not take the token, "" when it does."""
        self._known = asyncio.Event()

    async def known(self, within_s: float) -> bool:
        """Wait until the workspace is known: who belongs to it cannot be told before."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._known.wait(), within_s)
        return self._known.is_set()

    def permalink(self, channel: str, ts: str) -> str:
        """Return the address of a message."""
        return f"{self.url}archives/{channel}/p{ts.replace('.', '')}" if self.url else ""

    async def turn(self) -> None:
        """Ask once, and wait until it is worth asking again; what was known stands meanwhile."""
        if not self.id:
            await self._recall()
        answer = await self._calls.call("auth.test", {}, asyncio.get_running_loop().time() + WITHIN_S)
        if answer.course is Course.DONE:
            self.problem = ""
            await self._learn(str(answer.data.get("team_id", "")), str(answer.data.get("url", "")))
        elif answer.course is Course.STOP:
            self.problem = answer.code
        await asyncio.sleep(SELDOM_S if answer.course is Course.DONE else AGAIN_S)

    async def _learn(self, team: str, url: str) -> None:
        if (team, url) == (self.id, self.url):
            return
        self.id, self.url = team, url if url.startswith("https://") else ""
        self._known.set()
        LOG.info("slack_workspace", team=team)
        await self._scripts.read([("SET", keys.TEAM, orjson.dumps({"id": self.id, "url": self.url}))])

    async def _recall(self) -> None:
        try:
            [stored] = await self._scripts.read([("GET", keys.TEAM)])
        except UnavailableError:
            return
        if stored:
            known = orjson.loads(stored)
            self.id, self.url = known["id"], known["url"]
            self._known.set()
