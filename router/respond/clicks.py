"""Clicks: what a person did is stored before Slack has its answer; what changes nothing is answered later."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace

import structlog

from router.errors import UnavailableError
from router.incident import Act, Deed
from router.respond.acting import act_of
from router.respond.asking import Asking
from router.respond.deeds import NO_KEY, Meant, meant, snoozed_until, waits
from router.respond.homes import Homes
from router.respond.parts import Parts
from router.respond.silences import Silences
from router.respond.talk import NOTHING, Result, Talk
from router.respond.whys import Whys
from router.slack.dialogue import replies
from router.slack.dialogue.notes import say
from router.slack.dialogue.silences import CHECK
from router.slack.dialogue.texts import Words
from router.slack.inbound import Click, Origin, Taken
from router.slack.values import Action, Choice, Target, read_value
from router.state.acts import Put

LOG = structlog.get_logger(__name__)
STORM_MOST = 500
"""Incidents that one click looks through."""
LINKS = frozenset({Action.GUIDE, Action.SOURCE})
"""Buttons that open an address; Slack tells of the click all the same."""
_RESULTS: Mapping[Put, Result] = {
    Put.STORED: Result.STORED,
    Put.REPEATED: Result.REPEATED,
    Put.LATE: Result.STORED,
    Put.GONE: Result.GONE,
}


class Clicks:
    """Takes clicks on messages, on answers and on the app's home."""

    def __init__(self, parts: Parts, talk: Talk, silences: Silences, asking: Asking, whys: Whys) -> None:
        self._parts = parts
        self._talk = talk
        self._silences = silences
        self._asking = asking
        self._whys = whys
        self._homes = Homes(parts, talk)

    async def take(self, click: Click) -> Taken:
        """Do or store what was clicked; the 200 is always empty."""
        match click.action:
            case Action.EXPIRE_SILENCE:
                await self._silences.expire(click)
                self._home_soon(click)
            case Action.EXTEND_SILENCE:
                await self._silences.extend(click)
                self._home_soon(click)
            case _ if click.action == CHECK:
                self._silences.check(click)
            case Action.ACK_ALL:
                await self._acknowledge_all(click)
            case _:
                await self._on_incident(click)
        return NOTHING

    async def _on_incident(self, click: Click) -> None:
        named = read_value(click.value)
        if named is None:
            self._unknown(click)
            return
        verb, target = named
        asked = verb if click.action == Action.MORE else click.action
        if asked in (Action.WHY, Choice.WHY):
            self._talk.follow.start("why", self._why(click, target))
        elif asked == Choice.SILENCE:
            self._silences.open(click.origin, target, click.thread_ts or click.message_ts)
        elif asked == Choice.HAND_OVER:
            self._asking.hand_over(click.origin, target, click.thread_ts or click.message_ts)
        elif (deed := meant(click.action, verb)) is not None:
            await self._do(click, deed, target)
        else:
            self._unknown(click)

    async def _why(self, click: Click, target: Target) -> None:
        words = self._talk.words(click.origin)
        try:
            message = await self._whys.of_target(target, words)
        except UnavailableError as error:
            LOG.warning("why_not_read", code=error.code)
            message = say(words.help.down)
        self._parts.meter.interaction(Action.WHY, Result.ANSWERED)
        self._talk.reply(click, message)

    def _home_soon(self, click: Click) -> None:
        """Draw the app's home again where it was clicked in."""
        if click.view is not None and click.view.get("type") == "home":
            self._homes.soon(click.origin)

    def _unknown(self, click: Click) -> None:
        """A button of another version, or a link that carries no name: say so, unless the link did its work."""
        if click.action in LINKS:
            return
        LOG.warning("click_unknown", action=click.action[:40])
        self._parts.meter.interaction("click", Result.UNKNOWN)
        self._talk.reply(click, say(self._talk.words(click.origin).reply.not_ours))

    # --- one deed

    async def _do(self, click: Click, what: Meant, target: Target) -> None:
        words, now = self._talk.words(click.origin), self._parts.clock.now()
        try:
            act = await self._act(click, what, target, now)
            put = Put.GONE if target.key == NO_KEY else await self._parts.acts.put(target.key, act, now)
            self._parts.meter.interaction(what.deed, _RESULTS[put])
            if put is Put.STORED:
                self._parts.wake()
                self._stored(click, act, target, words)
            elif put is Put.LATE:
                late = replies.marked_late(act, target, self._talk.report(words), words)
                self._talk.reply(click, late, replace=click.ephemeral)
            elif put is Put.GONE:
                await self._gone(click, act, target, words)
        except UnavailableError as error:
            LOG.warning("act_not_stored", deed=what.deed, incident=target.id, code=error.code)
            self._parts.meter.interaction(what.deed, Result.UNAVAILABLE)
            if what.deed is not Deed.GUIDE:
                self._talk.reply(click, replies.not_recorded(what.deed, target, words))

    async def _act(self, click: Click, what: Meant, target: Target, now: float) -> Act:
        until = None
        if what.deed is Deed.SNOOZE:
            # Only the team's morning depends on the incident: nothing else is read before the act is stored.
            read = what.choice == Choice.SNOOZE_MORNING
            incident = await self._parts.board.incident(target.key) if read else None
            until = snoozed_until(what.choice, now, self._parts.receiver(incident))
        act = act_of(click.origin, what.deed, target, now, click.origin.answer_url)
        return replace(act, reason=what.reason, until=until)

    def _stored(self, click: Click, act: Act, target: Target, words: Words) -> None:
        """Say what nobody else says: dispatch answers once it has taken notice, and edits the message."""
        if act.deed is Deed.MISSED:
            self._talk.reply(click, replies.missed_thanks(act, self._talk.report(words), words))
        elif act.deed is Deed.UNMARK and click.ephemeral:
            self._talk.reply(click, replies.undone(target, words), replace=True)
        self._home_soon(click)

    async def _gone(self, click: Click, act: Act, target: Target, words: Words) -> None:
        """The incident is not stored any more. That it should have paged is recorded all the same."""
        last = await self._whys.last(target.id)
        if act.deed is Deed.MISSED:
            await self._asking.report(act, last)
            self._talk.reply(click, replies.missed_thanks(act, self._talk.report(words), words))
        elif act.deed is not Deed.GUIDE:
            said = (words.why.outcomes[last.outcome], last.at) if last is not None else None
            closed = replies.gone(target, said, act.at, self._talk.timezone(), words)
            self._talk.reply(click, closed, replace=click.ephemeral)
        self._home_soon(click)

    # --- a storm

    async def _acknowledge_all(self, click: Click) -> None:
        """Acknowledge every page of the channel that waits; each is an act of its own."""
        words, now = self._talk.words(click.origin), self._parts.clock.now()
        try:
            incidents = await self._parts.board.incidents(STORM_MOST)
        except UnavailableError as error:
            LOG.warning("storm_not_read", code=error.code)
            self._parts.meter.interaction(Action.ACK_ALL, Result.UNAVAILABLE)
            self._talk.tell(click.origin, say(words.reply.not_recorded))
            return
        targets = [Target(each.key, each.id) for each in incidents if waits(each, click.origin.channel)]
        puts = await asyncio.gather(*(self._put_one(click.origin, target, now) for target in targets))
        self._parts.wake()
        known = [put for put in puts if put is not Put.GONE]
        done = sum(put is not None for put in known)
        self._talk.tell(click.origin, replies.acknowledged_all(done, len(known), words))

    async def _put_one(self, origin: Origin, target: Target, now: float) -> Put | None:
        """Store one acknowledgement; None where it could not be. No answer of its own: one tells of all."""
        act = act_of(origin, Deed.ACKNOWLEDGE, target, now, "")
        try:
            put = await self._parts.acts.put(target.key, act, now)
        except UnavailableError as error:
            LOG.warning("act_not_stored", deed=Deed.ACKNOWLEDGE, incident=target.id, code=error.code)
            self._parts.meter.interaction(Action.ACK_ALL, Result.UNAVAILABLE)
            return None
        self._parts.meter.interaction(Action.ACK_ALL, _RESULTS[put])
        return put
