"""Every firing with its story: those that live, those in the log, and those in the archive; each exactly once."""

from collections.abc import AsyncIterator, Collection, Mapping
from datetime import date
from heapq import nlargest
from math import inf
from operator import attrgetter
from typing import Any

import orjson

from router.noise import records
from router.noise.values import SLO_SOURCE, Firing, Heard, RuleKey
from router.slo.verdict import Verdict
from router.state.clock import Clock, RedisClock
from router.state.deeds import NOTHING, Deeds
from router.state.history.days import Days, day_of, days_between
from router.state.history.hearing import Stretches, hear
from router.state.history.pending import Pending, pending
from router.state.history.slos import SloHistory
from router.state.history.stories import AHEAD_S, Story, firing_of, story_of
from router.state.missed import Miss, Missed
from router.state.scripts import Scripts


class History:
    """Reads firings.

    `stretches` says what SLOs said, for firings that are not archived yet; `clock` until when a living one was heard,
    by default Redis' own. `annotated` is whether `between` and `of_rules` read annotations: statistics need none, and
    of many firings they are most of what is kept in memory.
    """

    def __init__(
        self,
        scripts: Scripts,
        stretches: Stretches | None = None,
        clock: Clock | None = None,
        *,
        annotated: bool = True,
    ) -> None:
        self._scripts = scripts
        self._stretches = stretches if stretches is not None else SloHistory(scripts).stretches
        self._clock = clock
        self._annotated = annotated
        self._days = Days(scripts)

    async def firings(self) -> list[dict[str, Any]]:
        """Return every known firing as a history record, ended ones first, each in order of start."""
        found = [firing async for day in self._by_day(-inf, inf, _Texts()) for firing in day]
        return [records.record_of(each) for each in sorted(found, key=lambda firing: firing.ended_at is None)]

    async def between(self, start: float, end: float, rule: RuleKey | None = None) -> list[Firing]:
        """Return the firings that began in [start, end), of one rule or of all, in order of start.

        Labels of firings that share them are one object; annotations stand there if this is `annotated`.
        """
        if rule is not None:
            return (await self.of_rules([rule], start, end))[rule]
        return [firing async for day in self._by_day(start, end, _Texts(self._annotated)) for firing in day]

    async def of_rules(self, rules: Collection[RuleKey], start: float, end: float) -> dict[RuleKey, list[Firing]]:
        """Return the firings of each of these rules that began in [start, end), in order of start."""
        found: dict[RuleKey, list[Firing]] = {rule: [] for rule in rules}
        waiting = await self._pending(tuple(found))
        known = await self._days.known()
        stored = [
            each async for day in self._days.of_rules(tuple(found), days_between(start, end, known)) for each in day
        ]
        every = {story.identity: story for story in (*waiting.stories.values(), *stored)}.values()
        chosen = [story for story in every if start <= story.started / 1e6 < end]
        deeds = waiting.deeds(await self._days.acts_about(chosen))
        texts = _Texts(self._annotated)
        for story in sorted(chosen, key=attrgetter("started")):
            found[story.rule].append(_firing(story, deeds, texts))
        return found

    async def newest(self, rule: RuleKey, before: float, limit: int) -> list[Firing]:
        """Return up to `limit` firings of a rule that began before an instant, newest first."""
        waiting = await self._pending((rule,))
        stored = await self._days.newest(rule, before, limit)
        found = {story.identity: story for story in (*waiting.stories.values(), *stored)}
        earlier = (story for story in found.values() if story.started / 1e6 < before)
        stories = nlargest(limit, earlier, key=attrgetter("started"))
        deeds = waiting.deeds(await self._days.acts_about(stories))
        texts = _Texts()
        return [_firing(story, deeds, texts) for story in stories]

    async def rules(self, start: float, end: float) -> list[RuleKey]:
        """Return the rules that fired in [start, end), or at least on a UTC day that it touches; in order."""
        waiting = await pending(self._scripts)
        found = {story.rule for story in waiting.stories.values() if start <= story.started / 1e6 < end}
        for day in days_between(start, end, await self._days.known()):
            found.update(await self._days.rules(day))
        return sorted(found)

    async def records(self, start: float, end: float) -> AsyncIterator[dict[str, Any]]:
        """Yield the history records of [start, end), UTC day by day, each in order of start.

        A report of a page that should have come, without any firing, is one too: of no rule, with `missed_report`.
        """
        reports = sorted((_report(miss) for miss in await Missed(self._scripts).all()), key=_started)
        reports = [report for report in reports if start <= report.started_at < end]
        async for day in self._by_day(start, end, _Texts()):
            earlier = [each for each in reports if day and each.started_at <= day[-1].started_at]
            reports = reports[len(earlier) :]
            for firing in sorted((*day, *earlier), key=_started):
                yield records.record_of(firing)
        for report in reports:
            yield records.record_of(report)

    # --- reading

    async def _pending(self, rules: Collection[RuleKey] | None) -> Pending:
        waiting = await pending(self._scripts, rules)
        if not waiting.stories:
            return waiting
        heard = await hear(waiting.stories.values(), self._stretches, await self._now())
        waiting.stories = {story.identity: story for story in heard}
        return waiting

    async def _now(self) -> float:
        if self._clock is None:
            clock = RedisClock(self._scripts.client)
            await clock.sync()
            return clock.now()
        return self._clock.now()

    async def _by_day(self, start: float, end: float, texts: "_Texts") -> AsyncIterator[list[Firing]]:
        """Yield the firings that began in [start, end), by UTC day. What moves meanwhile is told once, see pending."""
        waiting = await self._pending(None)
        known = await self._days.known()
        days = days_between(start, end, known)
        deeds = waiting.deeds(await self._days.acts(days_between(start - AHEAD_S, inf, known)))
        by_day: dict[date, list[Story]] = {}
        for story in waiting.stories.values():
            by_day.setdefault(day_of(story.started), []).append(story)
        for day in sorted({*days, *by_day}):
            stored = await self._stored(day, waiting, deeds, texts)
            fresh = [_firing(each, deeds, texts) for each in by_day.get(day, ()) if each.identity in waiting.stories]
            found = [each for each in (*stored, *fresh) if start <= each.started_at < end]
            found.sort(key=_started)
            yield found

    async def _stored(self, day: date, waiting: Pending, deeds: Deeds, texts: "_Texts") -> list[Firing]:
        """Return the archived firings of a day; they are no longer among those that wait."""
        found: list[Firing] = []
        async for stories in self._days.stories(day, await self._days.rules(day)):
            if waiting.stories:
                for story in stories:
                    waiting.stories.pop(story.identity, None)
            found += [_firing(story, deeds, texts) for story in stories]
        return found


class _Texts:
    """Reads labels, and annotations or none; the same labels are the same object, so are the same annotations."""

    def __init__(self, annotated: bool = True) -> None:
        self._annotated = annotated
        self._known: dict[bytes, Mapping[str, str]] = {}

    def labels(self, raw: bytes) -> Mapping[str, str]:
        found = self._known.get(raw)
        if found is None:
            found = self._known[raw] = orjson.loads(raw)
        return found

    def annotations(self, raw: bytes) -> Mapping[str, str]:
        return self.labels(raw) if self._annotated else _NO_TEXTS


_NO_TEXTS: Mapping[str, str] = {}


def _firing(story: Story, deeds: Deeds, texts: _Texts) -> Firing:
    told_at = story.told / 1e6 if story.told is not None else None
    return firing_of(story, deeds.of(story.incident, told_at), texts.labels, texts.annotations)


_started = attrgetter("started_at")


def _report(miss: Miss) -> Firing:
    """Return a report of a page that should have come as a firing of no rule: who and their words as annotations."""
    return Firing(
        source=SLO_SOURCE,
        rule="",
        fingerprint="",
        started_at=miss.when if miss.when is not None else miss.at,
        ended_at=miss.when if miss.when is not None else miss.at,
        outcome=None,
        reason="",
        annotations={"reported_by": miss.by.name or miss.by.id, "summary": miss.text},
        missed_report=True,
        slos=(Heard(miss.slo, Verdict.UNKNOWN),) if miss.slo else (),
    )


def record_of(*fields: bytes) -> dict[str, Any]:
    """Return a history record of a firing (`story_of` names the fields), all but what people did about it."""
    story = story_of(*fields)
    return records.record_of(firing_of(story, NOTHING, orjson.loads, orjson.loads))
