"""A client that calls the Slack stand-in as plainly as possible."""

from __future__ import annotations

from typing import Any

import aiohttp

from router.testing import CHANNEL, TOKEN

SAFE = {"unfurl_links": False, "unfurl_media": False}


class Client:
    """Calls the stand-in as plainly as possible."""

    def __init__(self, session: aiohttp.ClientSession, url: str, token: str = TOKEN) -> None:
        self.session, self.url, self.headers = session, url, {"Authorization": f"Bearer {token}"}

    async def __call__(self, method: str, **args: Any) -> dict[str, Any]:
        async with self.session.post(self.url + method, json=args, headers=self.headers) as response:
            return await response.json()

    async def read(self, method: str, **args: Any) -> dict[str, Any]:
        async with self.session.get(self.url + method, params=args, headers=self.headers) as response:
            return await response.json()

    async def post(self, text: str = "hello", **args: Any) -> str:
        answer = await self("chat.postMessage", channel=CHANNEL, text=text, **SAFE, **args)
        return answer["ts"]
