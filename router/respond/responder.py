"""The door for everything that people do in Slack, the same for HTTP and Socket Mode.

Whatever changes something is stored before `take` returns, because only then may Slack be told that it was taken;
what merely tells something follows in the background.
"""

import structlog

from router.errors import UnavailableError
from router.respond.asking import Asking
from router.respond.clicks import LINKS, Clicks
from router.respond.commands import Commands
from router.respond.follow import FollowUps
from router.respond.homes import Homes
from router.respond.parts import Parts
from router.respond.silences import Silences
from router.respond.talk import NOTHING, Result, Talk
from router.respond.whys import Whys
from router.slack.dialogue import asking as modals
from router.slack.dialogue import silences as silence_modal
from router.slack.dialogue.elements import inline
from router.slack.dialogue.notes import say
from router.slack.inbound import Click, Closed, Command, Event, Inbound, Shortcut, Submission, Taken, foreign

LOG = structlog.get_logger(__name__)
_WHY_MESSAGE = "why_msg"
"""Callback of the shortcut on a message; that of the shortcut anywhere is the modal's (missed)."""
_LOST = frozenset({"app_uninstalled", "tokens_revoked"})
_CLOSED_CHANNEL = "channel_archive"


class Responder:
    """Takes what people do in Slack; one for each process."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._follow = FollowUps()
        self._talk = Talk(parts, self._follow)
        self._whys = Whys(parts)
        self._silences = Silences(parts, self._talk)
        self._asking = Asking(parts, self._talk)
        self._homes = Homes(parts, self._talk)
        self._clicks = Clicks(parts, self._talk, self._silences, self._asking, self._whys)
        self._commands = Commands(parts, self._talk, self._silences, self._whys)

    async def take(self, inbound: Inbound) -> Taken:
        """Do or store what somebody wants, and return what goes back within the 200."""
        if isinstance(inbound, Event):
            return await self._happened(inbound)
        if isinstance(inbound, Closed):
            return NOTHING
        if foreign(inbound.origin, self._parts.workspace()):
            return self._refuse(inbound)
        match inbound:
            case Click():
                return await self._clicks.take(inbound)
            case Submission():
                return await self._submitted(inbound)
            case Shortcut():
                return self._called(inbound)
            case Command():
                return await self._commands.take(inbound)

    def cannot(self, inbound: Inbound) -> None:
        """Tell who clicked that nothing can be recorded now; commands and modals hear it from the door itself."""
        if isinstance(inbound, Click):
            self._talk.reply(inbound, say(self._talk.words(inbound.origin).reply.not_recorded))

    async def drain(self, seconds: float) -> None:
        """Let what is under way finish."""
        await self._follow.drain(seconds)

    def _refuse(self, inbound: Click | Submission | Shortcut | Command) -> Taken:
        """Somebody of another company, in a channel that both share (Slack Connect): not theirs to decide."""
        LOG.info("foreign_person_refused", what=type(inbound).__name__)
        self._parts.meter.interaction("foreign", Result.REFUSED)
        words = self._talk.words(inbound.origin)
        message = say(words.reply.foreign)
        match inbound:
            case Command():
                return Taken(inline(message))
            case Submission():
                return Taken({"response_action": "update", "view": modals.told(message, words)})
            case Click() if inbound.action not in LINKS:
                self._talk.reply(inbound, message)
            case Click():
                pass  # an address that their browser has opened
            case Shortcut():
                self._talk.tell(inbound.origin, message)
        return NOTHING

    async def _submitted(self, submission: Submission) -> Taken:
        match submission.callback:
            case silence_modal.CALLBACK:
                return await self._silences.submit(submission)
            case modals.HAND_OVER:
                return await self._asking.submit_hand_over(submission)
            case modals.MISSED:
                return await self._asking.submit_missed(submission)
            case unknown:
                LOG.warning("submission_unknown", callback=unknown[:40])
                words = self._talk.words(submission.origin)
                self._parts.meter.interaction("submission", Result.UNKNOWN)
                view = modals.told(say(words.reply.not_ours), words)
                return Taken({"response_action": "update", "view": view})

    def _called(self, shortcut: Shortcut) -> Taken:
        match shortcut.callback:
            case modals.MISSED:
                self._asking.missed(shortcut.origin)
            case callback if callback == _WHY_MESSAGE:
                self._talk.follow.start("why", self._why(shortcut))
            case unknown:
                LOG.warning("shortcut_unknown", callback=unknown[:40])
                self._parts.meter.interaction("shortcut", Result.UNKNOWN)
                self._talk.tell(shortcut.origin, say(self._talk.words(shortcut.origin).reply.not_ours))
        return NOTHING

    async def _why(self, shortcut: Shortcut) -> None:
        origin, words = shortcut.origin, self._talk.words(shortcut.origin)
        try:
            found = await self._whys.of_message(origin.channel, shortcut.message_ts, shortcut.thread_ts, words)
        except UnavailableError as error:
            LOG.warning("why_not_read", code=error.code)
            found = say(words.help.down)
        self._parts.meter.interaction("why", Result.ANSWERED)
        await self._talk.answer(origin.answer_url, found or say(words.why.no_message))

    async def _happened(self, event: Event) -> Taken:
        """Events come from Slack itself; those that could not be dealt with are sent again."""
        if event.type in _LOST:
            await self._parts.alarm(event.type)
        elif event.type == _CLOSED_CHANNEL:
            await self._parts.broken_channel(event.origin.channel, "is_archived")
        elif event.type == "app_home_opened" and event.body.get("tab", "home") == "home":
            self._homes.opened(event.origin)
        return NOTHING
