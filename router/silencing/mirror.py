"""Copies of our silences in an Alertmanager, kept right at every tick by comparing: what it has, what it should have.

Each copy is signed with our id in its comment, so that it is found again after a crash between making it and
remembering it. One that somebody ended over there stays ended until ours changes.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import aiohttp
import orjson
import structlog

from router.config.values import Mirror
from router.mute import Silence, SilenceState
from router.silencing.copies import Copy, copies_in, ended_there, postable, says, without_credentials
from router.silencing.parts import Store

LOG = structlog.get_logger(__name__)
WITHIN_S = 4.0
"""How long all calls of one tick to one Alertmanager may take."""
OVER_ALREADY = (200, 404, 500)
"""Answers to the end of a silence that is over or gone: 500 from Alertmanager up to 0.26."""
EVERY = ""
"""What trouble is about that concerns all copies."""


class MirrorError(Exception):
    """An Alertmanager did not do as asked; `code` says how, without a word of what was sent or answered."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Copies:
    """Keeps the copies in one Alertmanager right."""

    def __init__(self, mirror: Mirror, session: aiohttp.ClientSession, store: Store) -> None:
        self._headers = {**mirror.headers, "Content-Type": "application/json"}
        self._session = session
        self._store = store
        self._trouble: dict[str, str] = {}
        self.key = without_credentials(mirror.url)
        # Where a header proves who asks, what the URL says of that is left out: aiohttp sends one of them only.
        proved = any(name.lower() == "authorization" for name in mirror.headers)
        self._url = self.key if proved else mirror.url.rstrip("/")

    async def tick(self, silences: Sequence[Silence], now: float) -> None:
        """Bring every copy up to date; what fails is told once by its code, and tried again at the next tick."""
        try:
            async with asyncio.timeout(WITHIN_S):
                found = copies_in(await self._listed())
                self._tell(EVERY, "")
                for silence in silences:
                    await self._guarded(silence, found.get(silence.id, []), now)
        except TimeoutError:
            self._tell(EVERY, "timeout")
        except MirrorError as error:
            self._tell(EVERY, error.code)

    async def _guarded(self, silence: Silence, copies: Sequence[Copy], now: float) -> None:
        """One silence that is refused stops no other."""
        try:
            await self._follow(silence, copies, now)
        except MirrorError as error:
            self._tell(silence.id, error.code)
        else:
            self._tell(silence.id, "")

    def _tell(self, about: str, code: str) -> None:
        before = self._trouble.pop(about, "")
        if code:
            self._trouble[about] = code
        if code and code != before:
            LOG.warning("silence_mirror_failed", mirror=self.key, silence=about, code=code)
        elif before and not code:
            LOG.info("silence_mirror_recovered", mirror=self.key, silence=about)

    async def _follow(self, silence: Silence, copies: Sequence[Copy], now: float) -> None:
        known = silence.mirrored.get(self.key, "")
        living = sorted((each for each in copies if each.lives), key=lambda each: (each.id != known, each.id))
        keeps = silence.state(now) is not SilenceState.EXPIRED
        for spare in living[1:] if keeps else living:
            await self._end(spare)
        if not keeps or (not living and ended_there(silence, copies)):
            return
        copy = living[0] if living else None
        made = copy.id if copy is not None and says(copy, silence, now) else await self._put(silence, copy)
        if made != known:
            mirrored = {**silence.mirrored, self.key: made}
            await self._store.put(replace(silence, mirrored=mirrored), before=silence.updated_at)

    async def _listed(self) -> list[object]:
        answered = await self._call("GET", "silences")
        if not isinstance(answered, list):
            raise MirrorError("not_understood")
        return answered

    async def _put(self, silence: Silence, copy: Copy | None) -> str:
        answered = await self._call("POST", "silences", postable(silence, copy))
        if not isinstance(answered, dict) or not isinstance(answered.get("silenceID"), str):
            raise MirrorError("not_understood")
        return str(answered["silenceID"])

    async def _end(self, copy: Copy) -> None:
        await self._call("DELETE", f"silence/{copy.id}")

    async def _call(self, method: str, path: str, content: object = None) -> object:
        """Return the JSON of an answer; redirects are not followed, for the headers may hold credentials."""
        url = f"{self._url}/api/v2/{path}"
        body = None if content is None else orjson.dumps(content)
        try:
            async with self._session.request(
                method, url, data=body, headers=self._headers, allow_redirects=False
            ) as answer:
                if answer.status not in (OVER_ALREADY if method == "DELETE" else (200,)):
                    raise MirrorError(f"http_{answer.status}")
                return None if method == "DELETE" else orjson.loads(await answer.read())
        except (aiohttp.ClientError, aiohttp.InvalidURL, OSError) as error:
            raise MirrorError("unreachable") from error
        except orjson.JSONDecodeError as error:
            raise MirrorError("not_understood") from error
