"""Reading the log backwards, in pages, within a time: it may hold 20,000 rows in each partition."""

import asyncio
from collections.abc import AsyncIterator, Sequence

from router.state import keys
from router.state.scripts import Scripts

PAGE = 100
"""Rows of one partition in one round trip: a page of all partitions is parsed in some milliseconds."""
Row = dict[bytes, bytes]


class Deadline:
    """An end to reading, in real seconds from now; what was read by then has to do."""

    def __init__(self, seconds: float) -> None:
        self._loop = asyncio.get_running_loop()
        self._end = self._loop.time() + seconds
        self.met = True
        """False once something had to be left out."""

    def over(self) -> bool:
        """Return whether it is time to stop, and remember that it was."""
        if self._loop.time() >= self._end:
            self.met = False
        return not self.met


class Rows:
    """The log's rows of some partitions, newest first within each; `stop` ends the reading of one."""

    def __init__(self, scripts: Scripts, deadline: Deadline, prefixes: Sequence[str] = keys.PREFIXES) -> None:
        self._scripts = scripts
        self._deadline = deadline
        self._next = dict.fromkeys(prefixes, "+")

    def stop(self, prefix: str) -> None:
        """Read no more of a partition."""
        self._next.pop(prefix, None)

    async def pages(self) -> AsyncIterator[tuple[str, list[Row]]]:
        """Yield (partition's prefix, its next rows), the partitions in turn."""
        while self._next and not self._deadline.over():
            turn = list(self._next.items())
            replies = await self._scripts.read(
                [("XREVRANGE", f"{prefix}log", newest, "-", "COUNT", PAGE) for prefix, newest in turn]
            )
            for (prefix, _), reply in zip(turn, replies, strict=True):
                if len(reply) < PAGE:
                    self.stop(prefix)
                elif prefix in self._next:
                    self._next[prefix] = "(" + reply[-1][0].decode()
                yield prefix, [fields for _, fields in reply]
