"""`/slo`: how things stand, why, take an incident, silences; answered inline, seen only by who typed it."""

import asyncio
from dataclasses import dataclass

import structlog

from router.errors import UnavailableError
from router.incident import Deed, Phase
from router.respond.acting import act_of
from router.respond.overviews import Overviews, title_of
from router.respond.parts import Parts
from router.respond.silences import Silences
from router.respond.talk import NOTHING, Result, Talk
from router.respond.whys import Whys, spoken_id
from router.slack.dialogue import replies, status
from router.slack.dialogue.elements import inline
from router.slack.dialogue.notes import say
from router.slack.dialogue.texts import Words
from router.slack.inbound import Command, Origin, Taken
from router.slack.message import Message
from router.slack.values import Target
from router.state.acts import Put

LOG = structlog.get_logger(__name__)
TEXT_MOST = 500
INLINE_S = 1.5
"""Slack waits three seconds for an answer within its 200; what takes longer follows."""
_NAMES = frozenset({"status", "why", "ack", "held", "silence", "help"})


@dataclass(frozen=True, slots=True)
class _Typed:
    """What somebody typed: the verb, the rest, who and in which language."""

    verb: str
    rest: str
    origin: Origin
    words: Words


class Commands:
    """Answers the command."""

    def __init__(self, parts: Parts, talk: Talk, silences: Silences, whys: Whys) -> None:
        self._parts = parts
        self._talk = talk
        self._silences = silences
        self._whys = whys
        self._overviews = Overviews(parts)

    async def take(self, command: Command) -> Taken:
        """Answer within the 200, or open a modal."""
        words = self._talk.words(command.origin)
        verb, _, rest = command.text.strip()[:TEXT_MOST].partition(" ")
        typed = _Typed(verb.lower() or "status", rest.strip(), command.origin, words)
        if typed.verb == "silence" and not typed.rest:
            self._silences.open(command.origin)
            self._parts.meter.interaction("silence", Result.ANSWERED)
            return NOTHING
        work = asyncio.create_task(self._worked(typed))
        await asyncio.wait({work}, timeout=INLINE_S)
        if work.done():
            return Taken(inline(work.result()))
        self._talk.follow.start("command", self._later(work, command.origin))
        return NOTHING

    async def _worked(self, typed: _Typed) -> Message:
        what = typed.verb if typed.verb in _NAMES else "unknown"
        try:
            message = await self._answer(typed)
        except UnavailableError as error:
            LOG.warning("command_not_answered", what=what, code=error.code)
            self._parts.meter.interaction(what, Result.UNAVAILABLE)
            return self._down(typed)
        self._parts.meter.interaction(what, Result.ANSWERED)
        return message

    async def _later(self, work: "asyncio.Task[Message]", origin: Origin) -> None:
        await self._talk.answer(origin.answer_url, await work)

    async def _answer(self, typed: _Typed) -> Message:
        match typed.verb, typed.rest.split():
            case "status", []:
                return status.status(await self._overviews.gather(), typed.words)
            case "held", []:
                return status.held(await self._overviews.gather(), typed.words)
            case "why", _:
                return await self._why(typed)
            case "ack", _:
                return await self._acknowledge(typed)
            case "silence", [part, *rest]:
                return await self._silence(typed, part.lower(), rest)
            case "help", _:
                return status.help_on(typed.words)
            case _:
                return _unknown(typed)

    def _down(self, typed: _Typed) -> Message:
        """Say that it was not done: never leave somebody in the belief that they have it."""
        stores = typed.verb == "ack" or typed.rest.lower().startswith("expire")
        return say(typed.words.reply.not_recorded if stores else typed.words.help.down)

    async def _why(self, typed: _Typed) -> Message:
        if not typed.rest:
            return say(typed.words.help.needs_id, verb="why")
        return await self._whys.of_words(typed.rest, typed.words)

    async def _acknowledge(self, typed: _Typed) -> Message:
        words, now = typed.words, self._parts.clock.now()
        if not typed.rest:
            return say(words.help.needs_id, verb="ack")
        incident = await self._parts.find(spoken_id(typed.rest))
        if incident is None:
            return say(words.help.no_incident, id=typed.rest)
        if incident.told.phase is Phase.RESOLVED:
            return say(words.help.over, id=incident.id)
        target = Target(incident.key, incident.id)
        act = act_of(typed.origin, Deed.ACKNOWLEDGE, target, now, typed.origin.answer_url)
        put = await self._parts.acts.put(incident.key, act, now)
        if put is Put.GONE:
            return replies.gone(target, None, now, self._talk.timezone(incident), words)
        self._parts.wake()
        return say(words.help.acked, id=incident.id, title=title_of(incident, self._parts.config().objectives))

    async def _silence(self, typed: _Typed, part: str, rest: list[str]) -> Message:
        match part, rest:
            case "list", []:
                return await self._silences.listing(typed.words)
            case "expire", [name]:
                return await self._silences.expire_named(name, typed.origin, typed.words)
            case "expire", _:
                return say(typed.words.help.expire_needs_id)
            case _:
                return _unknown(typed)


def _unknown(typed: _Typed) -> Message:
    return status.help_on(typed.words, f"{typed.verb} {typed.rest}".strip())
