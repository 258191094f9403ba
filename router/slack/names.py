"""What people are called, where Slack tells only their id (users.info): a menu of people names nobody."""

import asyncio
from collections.abc import Mapping
from typing import Any

from router.slack.answers import Course
from router.slack.calls import SlackCalls

WITHIN_S = 1.0
"""Slack waits three seconds for the answer to a submitted modal; a name is not worth more of them."""
KNOWN_MOST = 10_000
"""Names that are remembered; the oldest are forgotten first."""


class Names:
    """Asks for names, and remembers them."""

    def __init__(self, calls: SlackCalls, *, within_s: float = WITHIN_S) -> None:
        self._calls = calls
        self._within_s = within_s
        self._known: dict[str, str] = {}

    async def of(self, user: str) -> str:
        """Return what the person with this id is called, "" where Slack does not say it, or may not be asked, in time.

        Raises UnavailableError when the pace cannot be asked.
        """
        if user not in self._known:
            name = await self._ask(user)
            if not name:
                return ""
            if len(self._known) >= KNOWN_MOST:
                del self._known[next(iter(self._known))]
            self._known[user] = name
        return self._known[user]

    async def _ask(self, user: str) -> str:
        if await self._calls.wait_for("users.info", ""):
            return ""
        until = asyncio.get_running_loop().time() + self._within_s
        answer = await self._calls.call("users.info", {"user": user}, until)
        found = answer.data.get("user") if answer.course is Course.DONE else None
        return _called(found) if isinstance(found, dict) else ""


def _called(user: Mapping[str, Any]) -> str:
    """Return the name that people chose, else their own, else that of their account."""
    profile = user.get("profile")
    chosen = profile.get("display_name") if isinstance(profile, dict) else ""
    names = (chosen, user.get("real_name"), user.get("name"))
    return next((name for name in names if isinstance(name, str) and name.strip()), "")
