"""How one person is spoken to: their language, and the ways on which an answer reaches them."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import structlog

from router.config.values import Receiver
from router.incident import Incident
from router.respond.follow import FollowUps
from router.respond.parts import Parts
from router.slack.dialogue.asking import told
from router.slack.dialogue.notes import say
from router.slack.dialogue.replies import report_name
from router.slack.dialogue.texts import Words, language, texts
from router.slack.inbound import Click, Origin, Taken
from router.slack.message import Message

LOG = structlog.get_logger(__name__)
NOTHING = Taken()
"""An empty 200."""
CLOSED_BY_HAND = frozenset({"not_found", "hash_conflict"})
"""A modal that its owner closed or changed meanwhile needs no update."""


class Result(StrEnum):
    """What became of something that a person did; label of a metric."""

    STORED = "stored"
    REPEATED = "repeated"
    GONE = "gone"
    UNAVAILABLE = "unavailable"
    REFUSED = "refused"
    ANSWERED = "answered"
    FAILED = "failed"
    """Slack did not take the answer or the view."""
    UNKNOWN = "unknown"


class Talk:
    """Answers people in the background, in their language."""

    def __init__(self, parts: Parts, follow: FollowUps) -> None:
        self._parts = parts
        self.follow = follow

    def words(self, origin: Origin, incident: Incident | None = None) -> Words:
        """Return the words for a person: what their Slack speaks, else the team's language."""
        config = self._parts.config()
        team = self._parts.receiver(incident) if incident is not None else self._team_in(origin.channel)
        fallback = team.locale if team is not None else config.locale
        return texts(language(origin.locale, language(fallback, "en")))

    def _team_in(self, channel: str) -> Receiver | None:
        """Return the team that is told in a channel."""
        receivers = self._parts.config().receivers.values()
        places = ((each, (each.slack.channel, each.slack.ticket_channel)) for each in receivers)
        return next((each for each, channels in places if channel and channel in channels), None)

    def timezone(self, incident: Incident | None = None) -> str:
        """Return the time zone for times that Slack cannot show in the reader's own."""
        return (self._parts.receiver(incident).timezone if incident is not None else self._parts.config().timezone).key

    def report(self, words: Words) -> str:
        """Return what people call the next weekly report."""
        weekly = self._parts.config().report
        return report_name(weekly.weekday if weekly is not None else None, words)

    def tell(self, origin: Origin, message: Message, *, replace: bool = False, thread_ts: str = "") -> None:
        """Say something to a person, a moment later; nowhere where Slack gave no address for it."""
        if origin.answer_url:
            self.follow.start("answer", self.answer(origin.answer_url, message, replace=replace, thread_ts=thread_ts))

    def reply(self, click: Click, message: Message, *, replace: bool = False) -> None:
        """Answer a click where it was made: beside the message, in the modal, or as a modal over the app's home."""
        if click.origin.answer_url:
            self.tell(click.origin, message, replace=replace)
        elif click.view is not None:
            self.follow.start("answer", self._show(click.origin, click.view, message))

    async def _show(self, origin: Origin, standing: Mapping[str, Any], message: Message) -> None:
        words = self.words(origin)
        view = told(message, words)
        if standing.get("type") == "modal":
            await self.update(str(standing.get("id", "")), view)
        else:
            await self.open(origin, view, words)

    async def answer(self, url: str, message: Message, *, replace: bool = False, thread_ts: str = "") -> None:
        """Say it now; what Slack does not take is logged by its code."""
        code = await self._parts.answers.answer(url, message, replace=replace, in_thread=thread_ts)
        if code != "ok":
            LOG.warning("answer_not_taken", code=code)
            self._parts.meter.interaction("answer", Result.FAILED)

    async def open(self, origin: Origin, view: Mapping[str, Any], words: Words) -> str:
        """Open a modal and return its id; where Slack does not, tell the person and return ""."""
        shown = await self._parts.views.open(origin.trigger_id, view)
        if shown.ok:
            return shown.view_id
        LOG.warning("modal_not_opened", code=shown.code)
        self._parts.meter.interaction("modal", Result.FAILED)
        if origin.answer_url:
            await self.answer(origin.answer_url, say(words.reply.no_modal, code=shown.code))
        return ""

    async def update(self, view_id: str, view: Mapping[str, Any], mark: str = "") -> None:
        """Change a modal that stands."""
        shown = await self._parts.views.update(view_id, view, mark)
        if not shown.ok and shown.code not in CLOSED_BY_HAND:
            LOG.warning("modal_not_updated", code=shown.code)
            self._parts.meter.interaction("modal", Result.FAILED)
