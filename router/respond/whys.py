"""Why something was told, held or dropped: looked up in the decision log, by incident, message or rule."""

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from router.gate import Outcome, Reason
from router.incident import Incident
from router.mute import Silence
from router.respond.decided import Decided, shown_of, standing
from router.respond.deeds import NO_KEY
from router.respond.links import link_of
from router.respond.parts import Parts
from router.slack.dialogue import why
from router.slack.dialogue.texts import Words
from router.slack.escape import clean
from router.slack.message import Message
from router.slack.values import Target

ENTRIES_MOST = 50
RULE_MOST = 20
"""Firings of a rule that are looked through for incidents."""
INCIDENTS_SHOWN = 3
INCIDENTS_MOST = 1_000
"""Open incidents that a message is looked for among."""
_SPOKEN = re.compile(r"(?:E-?)?([A-Z2-7]{6})")


class Whys:
    """Answers "Why?"; every call may raise UnavailableError."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def of_target(self, target: Target, words: Words) -> Message:
        """Return why for the incident that a button names."""
        incident = await self._parts.board.incident(target.key) if target.key != NO_KEY else None
        return await self._of(target.id, incident if _is(incident, target.id) else None, words)

    async def of_words(self, asked: str, words: Words) -> Message:
        """Return why for a spoken id, else for a rule by its name."""
        spoken = spoken_id(asked)
        if spoken:
            incident, entries = await asyncio.gather(self._parts.find(spoken), self._entries(spoken))
            if incident is not None or entries:
                return await self._drawn(spoken, incident, entries, words)
        return await self._of_rule(asked, words)

    async def _of_rule(self, asked: str, words: Words) -> Message:
        firings = await self._parts.board.recent(asked, RULE_MOST)
        names = list(dict.fromkeys(str(each["incident"]) for each in firings if each.get("incident")))
        if not names:
            return why.unknown(asked, words)
        found = await asyncio.gather(*(self._named(name, asked, words) for name in names[:INCIDENTS_SHOWN]))
        return why.joined(found)

    async def _named(self, spoken: str, rule: str, words: Words) -> Message:
        return await self._of(spoken, await self._parts.find(spoken), words, rule)

    async def _of(self, spoken: str, incident: Incident | None, words: Words, rule: str = "") -> Message:
        return await self._drawn(spoken, incident, await self._entries(spoken), words, rule)

    async def _entries(self, spoken: str) -> Sequence[Mapping[str, Any]]:
        return await self._parts.board.decisions(spoken, ENTRIES_MOST)

    async def _drawn(
        self, spoken: str, incident: Incident | None, entries: Sequence[Mapping[str, Any]], words: Words, rule: str = ""
    ) -> Message:
        found = standing(entries, incident)
        if not found:
            return why.not_judged(spoken, words) if incident is not None else why.unknown(spoken, words)
        shown = shown_of(found, incident, self._parts.config().objectives, words.locale)
        return why.why(
            replace(
                shown,
                id=spoken,
                rule=shown.rule or rule,
                timezone=self._parts.receiver(incident).timezone.key,
                url=link_of(incident, self._parts.team_url()),
                missed=Target(incident.key if incident is not None else NO_KEY, spoken),
                silences=await self._silences(incident, found[0]),
            ),
            words,
        )

    async def _silences(self, incident: Incident | None, decided: Decided) -> tuple[Silence, ...]:
        """Return the silences that keep an incident's alerts quiet."""
        if incident is None or decided.outcome is not Outcome.SUPPRESS or decided.reason is not Reason.SILENCE:
            return ()
        now = self._parts.clock.now()
        firing = await self._parts.board.firing_in(incident.key)
        silences = await self._parts.silencing.list()
        return tuple(each for each in silences if any(each.mutes(alert.labels, now) for _, alert in firing))

    async def last(self, spoken: str) -> Decided | None:
        """Return the last decision about an incident that may be over, None where nothing is known."""
        found = standing(await self._entries(spoken), None)
        return found[0] if found else None

    async def of_message(self, channel: str, ts: str, thread_ts: str, words: Words) -> Message | None:
        """Return why for the incident whose message (or thread) this is, None where no open incident has it."""
        places = {(channel, ts), (channel, thread_ts)}
        for incident in await self._parts.board.incidents(INCIDENTS_MOST):
            if any((root.channel, root.ts) in places for root in incident.told.roots):
                return await self._of(incident.id, incident, words)
        return None


def spoken_id(text: str) -> str:
    """Return the id as people mean it, "" where the text is none: "e7kq2ma" is E-7KQ2MA."""
    found = _SPOKEN.fullmatch(clean(text).strip("#`*., ").upper())
    return f"E-{found[1]}" if found else ""


def _is(incident: Incident | None, spoken: str) -> bool:
    """The key of a group is used again: another incident may stand there now."""
    return incident is not None and incident.id == spoken
