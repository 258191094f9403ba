"""Asking Slack one thing at a time, and saying exactly why there was no answer.

Apart from `router.slack.calls`, because the doctor needs what a delivery does not: headers, and the kind of failure.
"""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp

from router.slack.answers import error_code, retry_after

SLACK = "https://slack.com/api/"
ANSWER_S = 10.0
PATIENCE_S = 60.0
"""A Retry-After up to this is waited for, once for each call."""
OK = "ok"
UNREACHABLE, TLS, NOT_SLACK, FAILING, LIMITED = "unreachable", "tls", "not_slack", "failing", "ratelimited"
_BODY_MOST = 4 << 20
_WORD_MOST = 100
_WORD = re.compile(r"[a-z0-9_]{1,64}")


@dataclass(frozen=True, slots=True)
class Said:
    """What came back: "ok", Slack's error code, or why nothing did (`why` in words)."""

    code: str
    status: int = 0
    """Of HTTP, 0 where there was no answer."""
    data: Mapping[str, Any] = field(default_factory=dict, repr=False)
    why: str = ""
    word: str = ""
    """The body, where it is one bare word: webhooks answer so."""
    scopes: frozenset[str] | None = None
    """What the token may do, None where Slack did not say."""
    date: float | None = None
    """Slack's clock, Unix seconds."""
    retry_after_s: float = 0.0

    @property
    def ok(self) -> bool:
        return self.code == OK


class Asking:
    """Asks Slack; `now` is our clock (Unix seconds), `sleep` waits for a short Retry-After."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        base_url: str,
        now: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.session = session
        self.base_url = base_url.rstrip("/") + "/" if base_url else SLACK
        self.now = now
        self._sleep = sleep
        self.limited: dict[str, float] = {}
        """Methods that Slack limits now: for how many seconds."""
        self.given_up: set[str] = set()
        """Those of them that were not waited for, or in vain."""

    async def ask(self, method: str, token: str, **args: Any) -> Said:
        """Call one method; a call that is limited for a short while is made once more."""
        said = await self._ask(method, token, args)
        if said.code == LIMITED:
            self.limited[method] = said.retry_after_s
            if said.retry_after_s <= PATIENCE_S:
                await self._sleep(said.retry_after_s)
                said = await self._ask(method, token, args)
        if said.code == LIMITED:
            self.given_up.add(method)
        return said

    async def _ask(self, method: str, token: str, args: Mapping[str, Any]) -> Said:
        # Most methods take forms only; those of chat need JSON, because a form has no `false`.
        sent: dict[str, Any] = {"json": args} if method.startswith("chat.") else {"data": args}
        headers = {"Authorization": f"Bearer {token}"}
        return await self.fetch("POST", self.base_url + method, headers=headers, **sent)

    async def fetch(self, verb: str, url: str, **options: Any) -> Said:
        """Make one request and say what came back; never raises, and names no address but the host."""
        try:
            async with (
                asyncio.timeout(ANSWER_S),
                self.session.request(verb, url, allow_redirects=False, **options) as answer,
            ):
                return _read(answer.status, answer.headers, await answer.content.read(_BODY_MOST))
        except aiohttp.InvalidURL:
            return Said(NOT_SLACK, why="not a URL")
        except (aiohttp.ClientSSLError, aiohttp.ClientConnectorCertificateError) as error:
            return Said(TLS, why=_tls(error))
        except aiohttp.ClientConnectorDNSError:
            return Said(UNREACHABLE, why="the name is not known (DNS)")
        except aiohttp.ClientConnectorError as error:
            return Said(UNREACHABLE, why=(error.os_error.strerror or "no connection").lower())
        except TimeoutError:
            return Said(UNREACHABLE, why=f"no answer within {ANSWER_S:.0f} s")
        except (aiohttp.ClientError, ConnectionError):
            return Said(UNREACHABLE, why="the connection was cut")


def _tls(error: Exception) -> str:
    cause = getattr(error, "certificate_error", None) or getattr(error, "os_error", None)
    return str(getattr(cause, "verify_message", "") or "no trusted connection")


def _read(status: int, headers: Mapping[str, str], body: bytes) -> Said:
    try:
        parsed = json.loads(body)
    except ValueError:
        parsed = None
    data = parsed if isinstance(parsed, dict) else {}
    text = body[:_WORD_MOST].decode("utf-8", "replace").strip()
    return Said(
        _code(status, data),
        status,
        data,
        f"HTTP {status}",
        text if _WORD.fullmatch(text) else "",
        _scopes(headers),
        _date(headers.get("Date", "")),
        retry_after(headers, data),
    )


def _code(status: int, data: Mapping[str, Any]) -> str:
    code = error_code(data)
    if status == 429 or code in ("ratelimited", "rate_limited"):
        return LIMITED
    if status >= 500:
        return FAILING
    if data.get("ok") is True and status == 200:
        return OK
    return code or NOT_SLACK


def _scopes(headers: Mapping[str, str]) -> frozenset[str] | None:
    said = headers.get("X-OAuth-Scopes")
    return None if said is None else frozenset(each.strip() for each in said.split(",") if each.strip())


def _date(text: str) -> float | None:
    try:
        return parsedate_to_datetime(text).timestamp()
    except ValueError:
        return None
