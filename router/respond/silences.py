"""Silences from Slack: the modal that makes one, and the buttons that end or extend it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import structlog

from router.errors import UnavailableError
from router.incident import Incident
from router.respond.overviews import standing_silences
from router.respond.parts import Parts, WishError
from router.respond.private import Private, pack, unpack
from router.respond.talk import NOTHING, Result, Talk
from router.respond.wishes import Mistakes, choices, matchers_of, proposed, text_of, usual, wished
from router.slack.dialogue import silences as drawn
from router.slack.dialogue.asking import told
from router.slack.dialogue.notes import say
from router.slack.dialogue.shown import SilenceForm, Touch
from router.slack.dialogue.silences import EXTEND_S, Field
from router.slack.dialogue.texts import Words
from router.slack.inbound import Click, Origin, Submission, Taken
from router.slack.message import Message
from router.slack.payloads import values_of
from router.slack.values import Target

LOG = structlog.get_logger(__name__)
REMEMBERED = 1_000
_FIELDS: Mapping[str, Field] = {"ends_at": Field.DURATION, "comment": Field.COMMENT}
"""Where the modal asks for what a silence is refused for; anything else is the matchers' fault."""


class Silences:
    """Opens, checks and takes the modal, and ends or extends silences by a click."""

    def __init__(self, parts: Parts, talk: Talk) -> None:
        self._parts = parts
        self._talk = talk
        self._extended_by: dict[str, None] = {}
        """Clicks that were taken: one that comes again must not add its hours twice."""

    # --- the modal

    def open(self, origin: Origin, target: Target | None = None, thread_ts: str = "") -> None:
        """Open the modal at once, and fill it in as soon as the state has answered."""
        self._talk.follow.start("silence", self._open(origin, target, thread_ts))

    async def _open(self, origin: Origin, target: Target | None, thread_ts: str) -> None:
        words = self._talk.words(origin)
        view_id = await self._talk.open(origin, drawn.loading(words), words)
        if not view_id:
            return
        private = Private(
            target.key if target is not None else "",
            target.id if target is not None else "",
            origin.channel,
            thread_ts,
            origin.answer_url,
        )
        try:
            view = await self._filled(private, words)
        except UnavailableError as error:
            LOG.warning("silence_not_prepared", code=error.code)
            view = told(say(words.help.down), words)
        await self._talk.update(view_id, view)

    async def _filled(self, private: Private, words: Words) -> dict[str, Any]:
        target = private.target
        incident = await self._parts.board.incident(target.key) if target is not None else None
        firing = await self._parts.board.firing_in(incident.key) if incident is not None else []
        matchers = proposed((alert for _, alert in firing), incident.lead.rule if incident is not None else "")
        return drawn.form(await self._form(matchers, incident, words), pack(private), words)

    async def _form(self, matchers: str, incident: Incident | None, words: Words) -> SilenceForm:
        longest_s = self._parts.config().silences.longest_s
        offered = choices(longest_s, self._parts.clock.now(), self._parts.receiver(incident))
        touch = await self._touched(matchers, words)
        return SilenceForm(matchers, offered, longest_s, usual(offered), touch=touch)

    async def _touched(self, text: str, words: Words) -> Touch:
        """Return what the matchers meet; a modal is of use even while nobody can tell."""
        matchers = matchers_of(text, words)
        if isinstance(matchers, str):
            return Touch(problem=matchers)
        try:
            found = await self._parts.silencing.preview(matchers, self._parts.clock.now())
        except UnavailableError as error:
            LOG.warning("silence_not_previewed", code=error.code)
            return Touch(problem=words.help.down)
        return Touch(found.alerts, found.slos, found.firings, found.told)

    def check(self, click: Click) -> None:
        """Read the matchers again, as they stand in the modal now."""
        if click.view is not None:
            self._talk.follow.start("silence_check", self._check(click.origin, click.view))

    async def _check(self, origin: Origin, view: Mapping[str, Any]) -> None:
        words, values = self._talk.words(origin), values_of(view)
        private = unpack(str(view.get("private_metadata", "")))
        # Durations are those of the first route's team: to read the incident again is not worth a failure.
        fresh = await self._form(text_of(values, Field.MATCHERS), None, words)
        chosen = text_of(values, Field.DURATION) or fresh.chosen
        hours, comment = text_of(values, Field.HOURS), text_of(values, Field.COMMENT)
        shown = SilenceForm(
            fresh.matchers, fresh.choices, fresh.longest_s, chosen, hours=hours, comment=comment, touch=fresh.touch
        )
        mark = str(view.get("hash", ""))
        await self._talk.update(str(view.get("id", "")), drawn.form(shown, pack(private), words), mark)

    async def submit(self, submission: Submission) -> Taken:
        """Store the silence before the modal closes; what is wrong is shown beside its field."""
        origin, private = submission.origin, unpack(submission.private)
        words, now = self._talk.words(origin), self._parts.clock.now()
        try:
            incident = await self._parts.board.incident(private.key) if private.key else None
            limits = (self._parts.config().silences.longest_s, self._parts.receiver(incident))
            wish = wished(submission.values, origin.person, now, limits, words)
            if isinstance(wish, Mistakes):
                return wrong(wish)
            wish = replace(wish, channel=private.channel, thread_ts=private.thread_ts, name=origin.id)
            silence = await self._parts.silencing.add(wish)
        except WishError as error:
            return wrong({_FIELDS.get(error.field, Field.MATCHERS): error.problem})
        except UnavailableError as error:
            LOG.warning("silence_not_stored", code=error.code)
            self._parts.meter.interaction("silence", Result.UNAVAILABLE)
            return wrong({Field.MATCHERS: words.silence.not_stored})
        self._parts.meter.interaction("silence", Result.STORED)
        self._parts.wake()
        if private.answer_url:
            made = drawn.made(silence, self._talk.timezone(incident), words)
            in_thread = self._talk.answer(private.answer_url, made, thread_ts=private.thread_ts)
            self._talk.follow.start("silence_made", in_thread)
        return NOTHING

    # --- silences that stand

    async def expire(self, click: Click) -> None:
        """End the silence that a button names."""
        words = self._talk.words(click.origin)
        message, _ = await self._ended(click.value, click.origin, words)
        self._talk.reply(click, message)

    async def _ended(self, name: str, origin: Origin, words: Words) -> tuple[Message, bool]:
        try:
            silence = await self._parts.silencing.expire(name, origin.person.name or origin.person.id)
        except UnavailableError as error:
            LOG.warning("silence_not_ended", code=error.code)
            self._parts.meter.interaction("expire_silence", Result.UNAVAILABLE)
            return say(words.reply.not_recorded), False
        self._parts.meter.interaction("expire_silence", Result.GONE if silence is None else Result.STORED)
        return (drawn.unknown(name, words), False) if silence is None else (drawn.ended(silence, words), True)

    async def expire_named(self, name: str, origin: Origin, words: Words) -> Message:
        """End a silence by its id, or by the beginning of it where that is enough; returns what to say."""
        now = self._parts.clock.now()
        standing = standing_silences(await self._parts.silencing.list(), now)
        found = [each.id for each in standing if each.id.startswith(name)]
        return (await self._ended(found[0] if len(found) == 1 else name, origin, words))[0]

    async def extend(self, click: Click) -> None:
        """Make the silence that a button names last longer."""
        if click.origin.id in self._extended_by:
            return
        self._extended_by[click.origin.id] = None
        if len(self._extended_by) > REMEMBERED:
            del self._extended_by[next(iter(self._extended_by))]
        words = self._talk.words(click.origin)
        self._talk.reply(click, await self._extended(click, words))

    async def _extended(self, click: Click, words: Words) -> Message:
        person = click.origin.person
        try:
            silence = await self._parts.silencing.extend(click.value, EXTEND_S, person.name or person.id)
        except WishError as error:
            self._parts.meter.interaction("extend_silence", Result.REFUSED)
            return drawn.refused(click.value, error.problem, words)
        except UnavailableError as error:
            LOG.warning("silence_not_extended", code=error.code)
            self._parts.meter.interaction("extend_silence", Result.UNAVAILABLE)
            return say(words.reply.not_recorded)
        self._parts.meter.interaction("extend_silence", Result.GONE if silence is None else Result.STORED)
        return (
            drawn.unknown(click.value, words)
            if silence is None
            else drawn.extended(silence, self._talk.timezone(), words)
        )

    async def listing(self, words: Words) -> Message:
        """Return the list of silences that stand; raises UnavailableError."""
        now = self._parts.clock.now()
        standing = standing_silences(await self._parts.silencing.list(), now)
        return drawn.listing(standing, now, self._talk.timezone(), words)


def wrong(mistakes: Mapping[str, str]) -> Taken:
    """Return the answer that keeps a modal open and shows what is wrong beside each field."""
    errors = {str(field): problem[:2_000] for field, problem in mistakes.items()}
    return Taken({"response_action": "errors", "errors": errors})
