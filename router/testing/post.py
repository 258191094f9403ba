"""Slack's side of HTTP towards the app: signs, posts, measures."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import aiohttp

from router.testing.deliveries import PATHS, Delivery
from router.testing.forgeries import FORGERIES, Mail

PATIENCE_S = 10.0
"""After this long nothing is expected any more."""
AGENT = "Slackbot 1.0 (+https://api.slack.com/robots)"


@dataclass(slots=True)
class Post:
    """Posts deliveries to the app at `base_url`, signed with `secret`."""

    now: Callable[[], float]
    base_url: str = ""
    secret: str = field(default="", repr=False)
    _session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        """Let go of the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def send(self, delivery: Delivery) -> None:
        """Sign (or forge) and post, and keep what comes back."""
        body, content_type = delivery.encode()
        mail = Mail(body, str(int(self.now())), self.secret, {"Content-Type": content_type, "User-Agent": AGENT})
        if delivery.retry:
            mail = mail.plus(X_Slack_Retry_Num=str(delivery.retry), X_Slack_Retry_Reason=delivery.reason)
        await self.post(delivery, FORGERIES[delivery.forged].make(mail) if delivery.forged else mail.signed())

    async def again(self, delivery: Delivery) -> None:
        """Post the very same bytes as the last time: a replay."""
        if delivery.sent is None:
            raise ValueError("nothing was sent over HTTP that could be replayed")
        body, headers = delivery.sent
        await self.post(delivery, replace(Mail(body, "", ""), headers=headers))

    async def post(self, delivery: Delivery, mail: Mail) -> None:
        """Post a request as it is, and keep what comes back; a lost connection leaves status 0."""
        if not self.base_url:
            raise ValueError("where is the app? call slack.connect(base_url, signing_secret) first")
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(PATIENCE_S))
        delivery.sent = (mail.body, mail.headers)
        loop = asyncio.get_running_loop()
        began = loop.time()
        url = self.base_url.rstrip("/") + PATHS[delivery.route]
        try:
            async with self._session.post(url, data=mail.body, headers=mail.headers) as response:
                delivery.hear(response.status, await response.text(errors="replace"), response.headers)
        except (aiohttp.ClientError, TimeoutError) as error:
            delivery.hear(0, f"{type(error).__name__}")
        delivery.took_s = loop.time() - began
