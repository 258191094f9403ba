"""The app's home: drawn when somebody opens it, and again after a click in it."""

import structlog

from router.errors import UnavailableError
from router.respond.overviews import Overviews
from router.respond.parts import Parts
from router.respond.talk import Result, Talk
from router.slack.dialogue.home import down, home
from router.slack.inbound import Origin

LOG = structlog.get_logger(__name__)
SETTLE_S = 1.0
"""After a click: until the dispatcher has taken notice of it."""


class Homes:
    """Publishes the app's home, one person at a time."""

    def __init__(self, parts: Parts, talk: Talk) -> None:
        self._parts = parts
        self._talk = talk
        self._overviews = Overviews(parts)

    def opened(self, origin: Origin) -> None:
        """Draw it: somebody looks at it now."""
        self._talk.follow.start("home", self._publish(origin, 0.0))

    def soon(self, origin: Origin) -> None:
        """Draw it again in a moment: somebody clicked in it."""
        self._talk.follow.start("home", self._publish(origin, SETTLE_S))

    async def _publish(self, origin: Origin, after_s: float) -> None:
        if after_s:
            await self._parts.clock.sleep(after_s)
        words = self._talk.words(origin)
        try:
            view = home(await self._overviews.gather(), words)
        except UnavailableError as error:
            LOG.warning("home_not_read", code=error.code)
            view = down(words)
        shown = await self._parts.views.publish(origin.person.id, view)
        result = Result.ANSWERED if shown.ok else Result.FAILED
        if not shown.ok:
            LOG.warning("home_not_drawn", code=shown.code)
        self._parts.meter.interaction("home", result)
