"""Answers to a person: to the answer URL of what they sent, and as views (modals and the app's home).

An answer URL (`response_url`) takes five answers within 30 minutes, seen by nobody else unless asked otherwise
(docs.slack.dev/interactivity/handling-user-interaction#message_responses). It came in with a payload, so it is called
only where Slack is at home: nobody can make the router call elsewhere.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import orjson

from router.slack.answers import error_code, retry_after
from router.slack.calls import SlackCalls
from router.slack.message import Message

SLACK = "https://hooks.slack.com/"
USES = 5
GOOD_FOR_S = 1800.0
WITHIN_S = 3.0
VIEW_WITHIN_S = 2.5
"""A trigger id opens one modal within three seconds of the click."""
LARGEST_ANSWER = 64 * 1024
KNOWN_MOST = 10_000
"""Answer URLs whose uses are remembered; the oldest are forgotten first, and Slack counts too."""
_REST = re.compile(r"[A-Za-z0-9._~%/-]{1,2000}")
"""No `@`, `?`, `#`, backslash or blank, over which two readers of URLs could disagree."""
_WORD = re.compile(r"[a-z0-9_]{1,64}")
_TOO_MUCH = ("invalid_blocks", "msg_blocks_too_long")
_SAME = {"trigger_expired": "expired_trigger_id", "trigger_exchanged": "exchanged_trigger_id"}
"""Slack's guide and its reference name these two differently."""


@dataclass(slots=True)
class _Uses:
    first: float
    used: int = 0


@dataclass(frozen=True, slots=True)
class _Said:
    """What Slack said: a code ("ok" where it took it), and how long to wait where it put us off."""

    code: str
    wait_s: float | None = None


class Answering:
    """Posts to answer URLs. `allowed_base` is SLACK_API_URL, "" where it is Slack's own; `sleep` waits for a 429.

    An answer is not repeated unless it certainly did not arrive: a double answer wastes one of five and looks broken.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession,
        allowed_base: str,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        within_s: float = WITHIN_S,
    ) -> None:
        self._session = session
        self._homes = (SLACK, *_homes_of(allowed_base))
        self._sleep = sleep
        self._timeout = aiohttp.ClientTimeout(total=within_s)
        self._known: dict[bytes, _Uses] = {}

    async def answer(
        self, url: str, message: Message, *, replace: bool = False, delete: bool = False, in_thread: str = ""
    ) -> str:
        """Send one answer and return "ok" or why not; never raises for what Slack or the network does.

        `replace` puts it in the place of the message that was clicked, `delete` removes that one, `in_thread` (a
        message's ts) puts it into a thread. Codes of our own: no_url, not_slack, used_up, expired, timeout,
        unreachable, connection_lost; else Slack's, or http_<status>.
        """
        if not url:
            return "no_url"
        if not self.allows(url):
            return "not_slack"
        fields = _fields(message, replace=replace, delete=delete, in_thread=in_thread)
        said = await self._use(url, fields)
        if said.code.startswith(_TOO_MUCH) and fields.pop("blocks", None):
            said = await self._use(url, fields)  # the text alone tells it too
        return said.code

    def allows(self, url: str) -> bool:
        """Return whether the URL is one of Slack's, character by character."""
        return any(url.startswith(home) and _REST.fullmatch(url, len(home)) for home in self._homes)

    async def _use(self, url: str, fields: Mapping[str, Any]) -> _Said:
        """Send within the limits; once more where it could not connect, or after the wait that a 429 asks for."""
        uses = self._uses_of(url)
        refusal = self._spent(uses)
        if refusal:
            return _Said(refusal)
        said = await self._send(url, fields)
        if said.code == "unreachable":
            said = await self._send(url, fields)
        if said.wait_s is not None and self._age(uses) + said.wait_s < GOOD_FOR_S:
            await self._sleep(said.wait_s)
            said = await self._send(url, fields)
        if said.code not in ("unreachable", "ratelimited"):
            uses.used += 1
        return said

    async def _send(self, url: str, fields: Mapping[str, Any]) -> _Said:
        headers = {"Content-Type": "application/json; charset=utf-8"}
        request = self._session.post(
            url, data=orjson.dumps(fields), headers=headers, timeout=self._timeout, allow_redirects=False
        )
        try:
            async with request as response:
                return _read(response.status, response.headers, await response.content.read(LARGEST_ANSWER))
        except aiohttp.ClientConnectorError:
            return _Said("unreachable")
        except TimeoutError:
            return _Said("timeout")
        except (aiohttp.ClientError, ConnectionError):
            return _Said("connection_lost")

    def _uses_of(self, url: str) -> _Uses:
        key = blake2b(url.encode(), digest_size=16).digest()
        if key not in self._known and len(self._known) >= KNOWN_MOST:
            del self._known[next(iter(self._known))]
        return self._known.setdefault(key, _Uses(asyncio.get_running_loop().time()))

    def _spent(self, uses: _Uses) -> str:
        if uses.used >= USES:
            return "used_up"
        return "expired" if self._age(uses) > GOOD_FOR_S else ""

    @staticmethod
    def _age(uses: _Uses) -> float:
        return asyncio.get_running_loop().time() - uses.first


def _homes_of(base: str) -> tuple[str, ...]:
    """Return where answers may go beside Slack's own: the host of the API, and `hooks.` of it where that is https."""
    if not base:
        return ()
    parts = urlsplit(base)
    homes = (f"{parts.scheme}://{parts.netloc}/",)
    return (*homes, f"https://hooks.{parts.hostname}/") if parts.scheme == "https" else homes


def _fields(message: Message, *, replace: bool, delete: bool, in_thread: str) -> dict[str, Any]:
    if delete:
        return {"delete_original": True}
    fields: dict[str, Any] = {"text": message.text, "replace_original": replace and not in_thread}
    if message.blocks:
        fields["blocks"] = message.blocks
    if not replace:
        fields["response_type"] = "ephemeral"
    if in_thread:
        fields["thread_ts"] = in_thread
    return fields


def _read(status: int, headers: Mapping[str, str], raw: bytes) -> _Said:
    """Read Slack's answer: `ok`, or JSON with `ok` and `error`; errors may be plain words too."""
    body = _json(raw)
    code = error_code(body) or _word(raw)
    if status == 429 or code in ("ratelimited", "rate_limited"):
        return _Said("ratelimited", retry_after(headers, body))
    if status == 200 and code in ("", "ok"):
        return _Said("ok")
    return _Said(code if code not in ("", "ok") else f"http_{status}")


def _json(raw: bytes) -> Mapping[str, Any]:
    try:
        body = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return {}
    return body if isinstance(body, dict) else {}


def _word(raw: bytes) -> str:
    text = raw.decode("ascii", "replace").strip()
    return text if _WORD.fullmatch(text) else ""


@dataclass(frozen=True, slots=True)
class Shown:
    """What came of showing a view: "ok" or an error code; id and hash are for its next update."""

    code: str
    view_id: str = ""
    hash: str = ""

    @property
    def ok(self) -> bool:
        """Whether people see it."""
        return self.code == "ok"


class Views:
    """Opens modals, changes them, and draws the app's home; never paced, for a trigger id is dead after 3 s.

    Codes worth knowing: expired_trigger_id, exchanged_trigger_id, hash_conflict (somebody changed it since),
    not_found (closed meanwhile), view_too_large, ratelimited, timeout, unreachable. Nothing is sent twice.
    """

    def __init__(self, calls: SlackCalls, *, within_s: float = VIEW_WITHIN_S) -> None:
        self._calls = calls
        self._within_s = within_s

    async def open(self, trigger_id: str, view: Mapping[str, Any]) -> Shown:
        """Open a modal; a slow one should open with a word that it is loading, and be updated."""
        return await self._show("views.open", {"trigger_id": trigger_id, "view": view})

    async def push(self, trigger_id: str, view: Mapping[str, Any]) -> Shown:
        """Open a modal on top of the one that was clicked in."""
        return await self._show("views.push", {"trigger_id": trigger_id, "view": view})

    async def update(self, view_id: str, view: Mapping[str, Any], hash: str = "") -> Shown:  # noqa: A002 - Slack's word
        """Change a modal; with `hash` only if nobody else has changed it since."""
        return await self._show("views.update", {"view_id": view_id, "view": view} | ({"hash": hash} if hash else {}))

    async def publish(self, user: str, view: Mapping[str, Any]) -> Shown:
        """Draw the app's home for one person."""
        return await self._show("views.publish", {"user_id": user, "view": view})

    async def _show(self, method: str, args: Mapping[str, Any]) -> Shown:
        until = asyncio.get_running_loop().time() + self._within_s
        answer = await self._calls.call(method, args, until)
        view = answer.data.get("view")
        shown = view if isinstance(view, dict) else {}
        return Shown(_SAME.get(answer.code, answer.code), str(shown.get("id", "")), str(shown.get("hash", "")))
