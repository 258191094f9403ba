"""The archive in Redis: a hash of firings and one of acts for each UTC day, written by compare-and-set.

Firings stand in the day on which they began, one field for each rule: [source, rule]. When there are many, full blobs
move to fields of their own: [source, rule, number from 1]. Acts stand in the day on which they were done, one field for
each incident. A day goes when it has not been kept up for the time that history is kept.
"""

import asyncio
from bisect import bisect_right
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha1

import orjson
import structlog

from router.errors import UnavailableError
from router.noise.values import RuleKey
from router.state import keys
from router.state.deeds import Did, pack_dids, unpack_dids
from router.state.history.blobs import Blob, pack, unpack
from router.state.history.stories import Story
from router.state.scripts import Argument, Scripts

PART_MOST = 500
"""Firings of a blob; packing one stops everything else for some milliseconds."""
TRIES = 20
RULES_AT_ONCE = 50
DAYS_AT_ONCE = 30
ACT_DAYS_AT_ONCE = 10
LOG = structlog.get_logger(__name__)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST = 253_402_300_799.0


def day_of(at: int) -> date:
    """Return the UTC day of an instant in microseconds."""
    return (_EPOCH + timedelta(microseconds=at)).date()


def days_between(start: float, end: float, known: Iterable[date]) -> list[date]:
    """Return those UTC days on which something in [start, end) can have begun; Unix seconds, infinite ones too."""
    first, last = (day_of(round(max(0.0, min(at, _LAST)) * 1e6)) for at in (start, end))
    return [day for day in known if first <= day <= last]


def start_of(day: date) -> int:
    """Return when a UTC day begins, in microseconds."""
    return (datetime.combine(day, time(), UTC) - _EPOCH) // timedelta(microseconds=1)


class Days:
    """Reads and writes days."""

    def __init__(self, scripts: Scripts) -> None:
        self._scripts = scripts

    # --- reading

    async def known(self) -> list[date]:
        """Return the days of which something may be archived, in order."""
        [names] = await self._scripts.read([("ZRANGE", keys.DAYS, 0, -1)])
        return [date.fromisoformat(name.decode()) for name in names]

    async def rules(self, day: date) -> list[RuleKey]:
        """Return the rules that fired on a day."""
        fields = [orjson.loads(field) for field in await self._fields(day)]
        return [(field[0], field[1]) for field in fields if len(field) == 2]

    async def stories(self, day: date, rules: Sequence[RuleKey]) -> AsyncIterator[list[Story]]:
        """Yield the firings of these rules that began on a day, rule by rule, each firing once."""
        key, start = keys.firings_of(day.isoformat()), start_of(day)
        for first in range(0, len(rules), RULES_AT_ONCE):
            some = rules[first : first + RULES_AT_ONCE]
            [blobs] = await self._scripts.read([("HMGET", key, *map(_field, some))])
            for rule, raw in zip(some, blobs, strict=True):
                if raw is not None:
                    yield await self._whole(day, rule, _read(raw, rule, start))
                    await asyncio.sleep(0)

    async def of_rules(self, rules: Sequence[RuleKey], days: Sequence[date]) -> AsyncIterator[list[Story]]:
        """Yield the firings of these few rules day by day, each firing once."""
        for first in range(0, len(days), DAYS_AT_ONCE):
            some = days[first : first + DAYS_AT_ONCE]
            fields = [_field(rule) for rule in rules]
            rows = await self._scripts.read([("HMGET", keys.firings_of(day.isoformat()), *fields) for day in some])
            for day, blobs in zip(some, rows, strict=True):
                found: list[Story] = []
                for rule, raw in zip(rules, blobs, strict=True):
                    if raw is not None:
                        found += await self._whole(day, rule, _read(raw, rule, start_of(day)))
                yield found
                await asyncio.sleep(0)

    async def newest(self, rule: RuleKey, before: float, limit: int) -> list[Story]:
        """Return firings of a rule that began before an instant: so many at least, if there are, and the newest."""
        found: list[Story] = []
        async for some in self.of_rules([rule], days_between(0.0, before, await self.known())[::-1]):
            found += [story for story in some if story.started / 1e6 < before]
            if len(found) >= limit:
                break
        return found

    async def _whole(self, day: date, rule: RuleKey, blob: Blob) -> list[Story]:
        """Return a blob's firings with those of the full ones before it."""
        if not blob.parts:
            return list(blob.stories)
        found = {story.identity: story for story in blob.stories}
        for part in range(1, blob.parts + 1):
            [raw] = await self._scripts.read([("HGET", keys.firings_of(day.isoformat()), _field(rule, part))])
            if raw is not None:
                found.update((story.identity, story) for story in _read(raw, rule, start_of(day)).stories)
            await asyncio.sleep(0)
        return list(found.values())

    async def acts(self, days: Sequence[date]) -> list[tuple[str, bytes]]:
        """Return incident and acts (router.state.deeds) of everything that was done on these days."""
        found: list[tuple[str, bytes]] = []
        for first in range(0, len(days), ACT_DAYS_AT_ONCE):
            some = days[first : first + ACT_DAYS_AT_ONCE]
            replies = await self._scripts.read([("HGETALL", keys.acts_of(day.isoformat())) for day in some])
            for flat in replies:
                found += [(incident.decode(), raw) for incident, raw in flat.items()]
        return found

    async def acts_about(self, stories: Sequence[Story]) -> list[tuple[str, bytes]]:
        """Return what was done about the incidents of these firings since they began, perhaps about others too.

        Of a day on which little was done it is quicker to read everything than to ask for each incident.
        """
        begun: dict[str, date] = {}
        for story in stories:
            day = day_of(min(story.started, story.accepted))
            begun[story.incident] = min(day, begun.get(story.incident, day))
        known = [day for day in await self.known() if begun and day >= min(begun.values())]
        sizes = await self._scripts.read([("HLEN", keys.acts_of(day.isoformat())) for day in known]) if known else []
        starts = sorted(begun.values())
        few = {day for day, size in zip(known, sizes, strict=True) if size * 2 <= bisect_right(starts, day)}
        found = await self.acts([day for day in known if day in few])
        asked = {day: sorted(name for name, began in begun.items() if began <= day) for day in known if day not in few}
        return found + await self._acts_of(asked)

    async def _acts_of(self, asked: Mapping[date, Sequence[str]]) -> list[tuple[str, bytes]]:
        """Return what was done on each day about some incidents."""
        commands: list[tuple[Argument, ...]] = [
            ("HMGET", keys.acts_of(day.isoformat()), *incidents) for day, incidents in asked.items()
        ]
        replies = await self._scripts.read(commands) if commands else []
        pairs = (
            pair for some, reply in zip(asked.values(), replies, strict=True) for pair in zip(some, reply, strict=True)
        )
        return [(incident, raw) for incident, raw in pairs if raw is not None]

    async def _fields(self, day: date) -> list[bytes]:
        [fields] = await self._scripts.read([("HKEYS", keys.firings_of(day.isoformat()))])
        return list(fields)

    # --- writing

    async def keep(self, day: date, rule: RuleKey, stories: Iterable[Story], keep_s: float) -> int:
        """Store firings of a rule that began on a day, those that are not there yet; returns how many were not."""
        waiting = list({story.identity: story for story in stories}.values())
        new = 0
        while waiting:
            some, waiting = waiting[:PART_MOST], waiting[PART_MOST:]
            new += await self._keep(day, rule, some, keep_s)
            await asyncio.sleep(0)
        return new

    async def _keep(self, day: date, rule: RuleKey, stories: Sequence[Story], keep_s: float) -> int:
        key, field = keys.firings_of(day.isoformat()), _field(rule)
        for _ in range(TRIES):
            [raw] = await self._scripts.read([("HGET", key, field)])
            blob, moved = await self._begun(day, rule, raw)
            known = {story.identity for story in blob.stories}
            new = [story for story in stories if story.identity not in known]
            if not new or await self._store(
                [key, field, raw, pack(Blob((*blob.stories, *new), blob.parts), start_of(day)), moved], keep_s
            ):
                await self._name(day)
                return len(new)
        raise UnavailableError(f"the history of {day} is changed by others all the time", code="history_contended")

    async def _begun(self, day: date, rule: RuleKey, raw: bytes | None) -> tuple[Blob, bytes]:
        """Return the blob to add to, and where what stands there moves to: it is full, or cannot be understood."""
        if raw is None:
            return Blob(), b""
        try:
            blob = unpack(raw, rule, start_of(day))
        except ValueError as error:
            _complain(day.isoformat(), rule, error)
            numbers = (orjson.loads(field) for field in await self._fields(day))
            part = 1 + sum(tuple(number[:2]) == rule and len(number) == 3 for number in numbers)
            return Blob(parts=part), _field(rule, part)
        if len(blob.stories) < PART_MOST:
            return blob, b""
        return Blob(parts=blob.parts + 1), _field(rule, blob.parts + 1)

    async def keep_acts(self, day: date, incident: str, acts: Sequence[Did], keep_s: float) -> int:
        """Store what was done about an incident on a day, as far as it is not there yet; returns how many was not."""
        key = keys.acts_of(day.isoformat())
        for _ in range(TRIES):
            [raw] = await self._scripts.read([("HGET", key, incident)])
            known = unpack_dids(raw) if raw is not None else []
            new = [did for did in dict.fromkeys(acts) if did not in known]
            value = pack_dids((*known, *new))
            if not new or await self._store([key, incident.encode(), raw, value, b""], keep_s):
                await self._name(day)
                return len(new)
        raise UnavailableError(f"the acts of {day} are changed by others all the time", code="history_contended")

    async def _store(self, change: Sequence[str | bytes | None], keep_s: float) -> bool:
        """Put a field (key, field, what was read, value, where that moves to), unless it is not what was read."""
        key, field, read, value, moved = change
        digest = sha1(_bytes(read), usedforsecurity=False).hexdigest() if read is not None else ""
        arguments: list[Argument] = [_bytes(field), digest, _bytes(value), _bytes(moved), int(keep_s)]
        return bool(await self._scripts.run("store", [str(key)], arguments))

    async def _name(self, day: date) -> None:
        """Say that a day is there: after it is, and again by whoever finds it there, so that a crash leaves no gap."""
        await self._scripts.run("name", [keys.DAYS], [day.toordinal(), day.isoformat()])

    async def forget(self) -> None:
        """Forget the names of days that have gone."""
        for day in await self.known():
            if not await self._is_there(day):
                await self._scripts.read([("ZREM", keys.DAYS, day.isoformat())])
                if await self._is_there(day):
                    await self._name(day)

    async def _is_there(self, day: date) -> bool:
        name = day.isoformat()
        return any(await self._scripts.read([("EXISTS", keys.firings_of(name)), ("EXISTS", keys.acts_of(name))]))


def _bytes(value: str | bytes | None) -> bytes:
    return value.encode() if isinstance(value, str) else value or b""


def _field(rule: RuleKey, part: int = 0) -> bytes:
    return orjson.dumps((*rule, part) if part else rule)


def _read(raw: bytes, rule: RuleKey, start: int) -> Blob:
    """Return a blob; one that cannot be understood (of a newer version) is left out, aloud."""
    try:
        return unpack(raw, rule, start)
    except ValueError as error:
        _complain(day_of(start).isoformat(), rule, error)
        return Blob()


def _complain(day: str, rule: RuleKey, error: ValueError) -> None:
    LOG.error("history_unreadable", day=day, source=rule[0], rule=rule[1], problem=str(error))
