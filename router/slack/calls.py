"""One call of Slack's Web API: paced, timed, counted, and answered by a value instead of an exception."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from router.slack.answers import LONGEST_RETRY_S, Answer, Course, read_answer

UNREACHABLE = Answer(Course.UNREACHABLE, "unreachable")
_READS = frozenset(
    {
        "conversations.history", "conversations.replies", "conversations.info", "users.info", "files.info",
        "files.getUploadURLExternal",
    }
)  # fmt: skip
"""Methods that take form arguments only, sent as a query."""


class Pacer(Protocol):
    """Keeps the pace of all replicas together (Slack: one post a second and channel; a tier per method)."""

    async def take(
        self, method: str, channel: str, reserve: float = 0.0, who: str = "", *, ahead: bool = False
    ) -> float:
        """Take the right to call now; returns 0 when granted, else the seconds to wait and ask again.

        Who can wait leaves `reserve` calls to those who cannot. `who` keeps its place in the channel's line, `ahead`
        in front of those who are not.
        """
        ...

    async def freeze(self, method: str, seconds: float) -> None:
        """Grant nothing for `method` in the workspace for `seconds`: Slack answered 429."""
        ...


class SlackCalls:
    """Slack's Web API as `call(method, args) -> Answer`; nothing is ever sent twice by itself.

    The token and Slack's answers never reach a log or an error: the SDK's logger is kept above DEBUG, and its
    exceptions, whose text holds the whole answer, end here.
    """

    def __init__(
        self,
        token: str,
        base_url: str,
        session: aiohttp.ClientSession,
        pacer: Pacer,
        *,
        on_result: Callable[[str, str], None],
        on_rate_limited: Callable[[str], None],
    ) -> None:
        logger = logging.getLogger("router.slack.sdk")
        logger.setLevel(logging.INFO)
        options: dict[str, Any] = {"base_url": base_url} if base_url else {}
        self._client = AsyncWebClient(token, session=session, retry_handlers=[], logger=logger, **options)
        # The SDK would send even loopback through HTTP_PROXY; the session knows about proxies, and about NO_PROXY.
        self._client.proxy = None
        self._pacer = pacer
        self._on_result = on_result
        self._on_rate_limited = on_rate_limited

    async def wait_for(
        self, method: str, channel: str, reserve: float = 0.0, who: str = "", *, ahead: bool = False
    ) -> float:
        """Return 0 when a call may go out now (it is then taken), else the seconds to wait."""
        return await self._pacer.take(method, channel, reserve, who, ahead=ahead)

    async def call(self, method: str, args: Mapping[str, Any], until: float) -> Answer:
        """Send one call and return what came of it; `until` is the deadline on the loop's clock."""
        answer = await self._send(method, args, until)
        self._on_result(method, answer.code)
        if answer.course is Course.LATER:
            self._on_rate_limited(method)
            await self._pacer.freeze(method, answer.retry_after_s)
            return Answer(answer.course, answer.code, retry_after_s=min(answer.retry_after_s, LONGEST_RETRY_S))
        return answer

    async def _send(self, method: str, args: Mapping[str, Any], until: float) -> Answer:
        try:
            async with asyncio.timeout_at(until):
                response = await self._request(method, args)
        except TimeoutError as error:
            unsent = isinstance(error, aiohttp.ConnectionTimeoutError)
            return UNREACHABLE if unsent else Answer(Course.AMBIGUOUS, "timeout")
        except aiohttp.ClientConnectorError:
            return UNREACHABLE
        except aiohttp.InvalidURL:
            return Answer(Course.STOP, "invalid_url")
        except (aiohttp.ClientError, ConnectionError):
            return Answer(Course.AMBIGUOUS, "connection_lost")
        except SlackApiError as error:
            return _read_refusal(error)
        except (ValueError, TypeError, AttributeError):
            # The SDK trips over bodies that are no JSON object; what was sent may still have taken effect.
            return Answer(Course.AMBIGUOUS, "unparsable")
        return read_answer(response.status_code, response.headers, response.data)

    async def _request(self, method: str, args: Mapping[str, Any]) -> Any:
        if method in _READS:
            return await self._client.api_call(method, http_verb="GET", params=dict(args))
        return await self._client.api_call(method, json=dict(args))


def _read_refusal(error: SlackApiError) -> Answer:
    """Read the answer inside the SDK's error: its own response, or aiohttp's where it could not parse the body."""
    response = error.response
    status: int = getattr(response, "status_code", 0) or getattr(response, "status", 200)
    return read_answer(status, getattr(response, "headers", {}), getattr(response, "data", None))
