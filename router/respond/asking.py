"""The modals that hand an incident over and that report a missed page."""

from dataclasses import replace
from typing import Any

import structlog

from router.errors import UnavailableError
from router.incident import Act, Deed, Person
from router.respond.acting import act_of
from router.respond.decided import Decided
from router.respond.parts import Parts
from router.respond.private import Private, pack, unpack
from router.respond.silences import wrong
from router.respond.talk import NOTHING, Result, Talk
from router.respond.wishes import text_of
from router.slack.dialogue import asking as drawn
from router.slack.dialogue.asking import OTHER, Field
from router.slack.dialogue.notes import say
from router.slack.inbound import Origin, Submission, Taken
from router.slack.values import Target
from router.state.acts import Put

LOG = structlog.get_logger(__name__)
AHEAD_S = 300.0
"""How far in the future a clock may be that says when something was missed."""


class Asking:
    """Opens and takes these modals."""

    def __init__(self, parts: Parts, talk: Talk) -> None:
        self._parts = parts
        self._talk = talk

    def hand_over(self, origin: Origin, target: Target, thread_ts: str) -> None:
        """Ask to whom an incident is handed over."""
        words = self._talk.words(origin)
        private = pack(Private(target.key, target.id, origin.channel, thread_ts, origin.answer_url))
        view = drawn.hand_over(target.id, private, words)
        self._talk.follow.start("hand_over", self._opened(origin, view))

    def missed(self, origin: Origin) -> None:
        """Ask what was missed."""
        words, config = self._talk.words(origin), self._parts.config()
        slos = sorted((each.id, each.title) for each in config.objectives.values())
        private = pack(Private(channel=origin.channel, answer_url=origin.answer_url))
        view = drawn.missed(slos, self._parts.clock.now(), private, words)
        self._talk.follow.start("missed", self._opened(origin, view))

    async def _opened(self, origin: Origin, view: dict[str, Any]) -> None:
        await self._talk.open(origin, view, self._talk.words(origin))

    async def submit_hand_over(self, submission: Submission) -> Taken:
        """Store the act before the modal closes."""
        origin, private = submission.origin, unpack(submission.private)
        words, chosen = self._talk.words(origin), text_of(submission.values, Field.PERSON)
        if private.target is None or not chosen:
            return wrong({Field.PERSON: words.ask.hand_over_nobody})
        act = act_of(origin, Deed.HAND_OVER, private.target, self._parts.clock.now(), private.answer_url)
        try:
            owner = Person(chosen, await self._parts.names.of(chosen))
            put = await self._parts.acts.put(private.key, replace(act, to=owner), act.at)
        except UnavailableError as error:
            LOG.warning("act_not_stored", deed=Deed.HAND_OVER, incident=private.id, code=error.code)
            self._parts.meter.interaction(Deed.HAND_OVER, Result.UNAVAILABLE)
            return wrong({Field.PERSON: words.ask.not_stored})
        self._parts.meter.interaction(Deed.HAND_OVER, Result.GONE if put is Put.GONE else Result.STORED)
        if put is Put.GONE:
            return wrong({Field.PERSON: words.ask.gone.format(id=private.id)})
        self._parts.wake()
        return NOTHING

    async def submit_missed(self, submission: Submission) -> Taken:
        """Store the report before the modal closes."""
        origin, values = submission.origin, submission.values
        words, now = self._talk.words(origin), self._parts.clock.now()
        slo, when = text_of(values, Field.SLO), _instant(text_of(values, Field.WHEN), now)
        if when > now + AHEAD_S:
            return wrong({Field.WHEN: words.ask.missed_later})
        try:
            await self._parts.missed.report(
                origin.person, now, "" if slo == OTHER else slo, when, text_of(values, Field.WHAT), origin.id
            )
        except UnavailableError as error:
            LOG.warning("missed_not_stored", code=error.code)
            self._parts.meter.interaction(Deed.MISSED, Result.UNAVAILABLE)
            return wrong({Field.WHAT: words.ask.not_stored})
        self._parts.meter.interaction(Deed.MISSED, Result.STORED)
        thanks = say(words.ask.missed_thanks, report=self._talk.report(words))
        return Taken({"response_action": "update", "view": drawn.told(thanks, words)})

    async def report(self, act: Act, last: Decided | None) -> None:
        """Record a miss of an incident that is not stored any more; raises UnavailableError."""
        when, slo = (last.at, last.slo) if last is not None else (act.at, "")
        known = f"{act.incident}: {last.outcome}/{last.reason}" if last is not None else act.incident
        await self._parts.missed.report(act.person, act.at, slo, when, known, act.id)


def _instant(text: str, now: float) -> float:
    """Return the Unix seconds that Slack's date and time picker sends, now where it sends none."""
    return float(text) if text.isascii() and text.isdigit() and len(text) <= 12 else now
