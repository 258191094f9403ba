"""Puts a picture into the workspace, so that a message can show it: announce, send, complete, wait for the scan.

Protocol: docs.slack.dev/messaging/working-with-files. A file that no channel was named for is seen by nobody until a
message shows it, so an upload that is done twice costs nothing.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import aiohttp

from router.errors import RefusedError
from router.slack.answers import Answer, Course
from router.slack.calls import SlackCalls

ALT_TEXT_MOST = 1_000
WITHIN_S = 20.0
POLLS = 8
POLL_S = 1.0
ADDRESS, COMPLETE, INFO = "files.getUploadURLExternal", "files.completeUploadExternal", "files.info"
LATER_S = 60.0


@dataclass(frozen=True, slots=True)
class Picture:
    """A PNG; `alt_text` says in words what it shows."""

    name: str
    png: bytes
    alt_text: str


class Uploads:
    """Uploads pictures. `sleep` waits between the looks at a file that is being scanned."""

    def __init__(
        self,
        calls: SlackCalls,
        session: aiohttp.ClientSession,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._calls = calls
        self._session = session
        self._sleep = sleep

    async def upload(self, picture: Picture) -> str:
        """Return the id of a file that blocks can show.

        Raises RefusedError with the code of what kept it out: "missing_scope", "file_uploads_disabled",
        "ratelimited"; only of the last (and "unreachable") a later try makes sense.
        """
        until = asyncio.get_running_loop().time() + WITHIN_S
        facts = {"filename": picture.name, "length": len(picture.png), "alt_txt": picture.alt_text[:ALT_TEXT_MOST]}
        place = await self._call(ADDRESS, facts, until)
        file, address = str(place.data.get("file_id", "")), str(place.data.get("upload_url", ""))
        await self._send(address, picture.png, until)
        await self._call(COMPLETE, {"files": [{"id": file, "title": picture.name}]}, until)
        await self._scanned(file, until)
        return file

    async def _call(self, method: str, args: dict[str, object], until: float) -> Answer:
        answer = await self._calls.call(method, args, until)
        if answer.course is not Course.DONE:
            raise RefusedError(answer.code, method, retry_after_s=answer.retry_after_s)
        return answer

    async def _send(self, address: str, png: bytes, until: float) -> None:
        """Send the bytes; the address, which lets anybody upload, stands in no error."""
        code = "upload_failed"
        try:
            async with asyncio.timeout_at(until), self._session.post(address, data=png, allow_redirects=False) as sent:
                if sent.status == 200:
                    return
                code = f"http_{sent.status}"
        except (TimeoutError, aiohttp.ClientError, ConnectionError):
            pass
        raise RefusedError(code, "upload", retry_after_s=LATER_S)

    async def _scanned(self, file: str, until: float) -> None:
        """Wait until Slack knows what the file is; before that, a block that names it is refused."""
        for _ in range(POLLS):
            answer = await self._calls.call(INFO, {"file": file}, until)
            if answer.course is Course.STOP:  # no files:read: it cannot be asked for, so it is waited for
                await self._sleep(POLLS * POLL_S / 2)
                return
            about = answer.data.get("file")
            if isinstance(about, dict) and about.get("mimetype"):
                return
            await self._sleep(POLL_S)
        raise RefusedError("not_scanned", file, retry_after_s=LATER_S)
