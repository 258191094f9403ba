"""Questions about what was decided and what became of firings: the log, and what lives, within a second or so."""

from collections import Counter
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import nlargest
from math import inf
from typing import Any

import orjson

from router.alert import Matcher, Status, all_match
from router.classify import SLO_SOURCE
from router.state import keys, records, unfinished
from router.state.entries import Record, unpack_record
from router.state.history import fields_of, lives, record_of
from router.state.rows import Deadline, Row, Rows
from router.state.scripts import Scripts

BUDGET_S = 0.8
"""For the log and for what lives, each: Slack wants a modal within three seconds of a click."""
RULES_MOST = 10
HEADS_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class MutedLast:
    """Firings that some matchers would have met, those of them that people were told of, and the rules behind them."""

    firings: int = 0
    told: int = 0
    rules: tuple[tuple[str, int], ...] = ()
    """The ten rules with most firings, most first."""
    complete: bool = True
    """False when there was more than could be read in time: the numbers are too small then."""


async def decisions(scripts: Scripts, spoken: str, limit: int) -> list[dict[str, Any]]:
    """Return the newest entries of the decision log about an incident, newest first."""
    found: list[dict[str, Any]] = []
    known = await unfinished.find(scripts, spoken)
    prefixes = [keys.prefix(keys.partition_of(known[0]))] if known else keys.PREFIXES
    wanted = unfinished.written(spoken)
    rows = Rows(scripts, Deadline(2 * BUDGET_S), prefixes)
    async for _, page in rows.pages():
        found += [entry for row in page if (entry := _decision(row, wanted)) is not None]
        if len(found) >= limit:
            break
    return found[:limit]


def _decision(row: Row, wanted: str) -> dict[str, Any] | None:
    if row[b"kind"] != b"decision" or wanted.encode() not in row[b"entry"].upper():
        return None
    entry: dict[str, Any] = orjson.loads(row[b"entry"])
    return entry if str(entry.get("incident", "")).upper() == wanted else None


async def recent(scripts: Scripts, rule: str, limit: int) -> list[dict[str, Any]]:
    """Return firings of a rule: held ones, told ones that fire, ended ones, each newest first, as history records.

    What people did is not in them.

    The rule's name is compared without regard to capitals.
    """
    wanted = rule.strip().casefold()
    living = await _living(scripts, wanted, limit)
    ended: list[tuple[float, Row]] = []
    rows, counts = Rows(scripts, Deadline(BUDGET_S)), Counter[str]()
    async for prefix, page in rows.pages():
        for row in page:
            if row[b"kind"] == b"firing" and (record := unpack_record(row[b"record"])).rule.casefold() == wanted:
                ended.append((_last(record), row))
                counts[prefix] += 1
        if counts[prefix] >= limit:
            rows.stop(prefix)
    newest = nlargest(limit, ended, key=lambda each: each[0])
    return [*living, *(record_of(*fields_of(row)) for _, row in newest)][:limit]


async def _living(scripts: Scripts, wanted: str, limit: int) -> list[dict[str, Any]]:
    """Return firings of a rule that are not in the log yet: held ones first, newest first."""
    found: list[tuple[tuple[bool, float], str, bytes, bytes]] = []
    deadline = Deadline(BUDGET_S)
    async for key in _with_rule(scripts, wanted):
        async for page in records.pages(scripts, key):
            for name, raw in page.items():
                record = unpack_record(raw)
                if record.rule.casefold() == wanted and lives(record):
                    found.append(((record.told_at is None, _last(record)), key, name, raw))
            if deadline.over():
                break
    return [await _told_of(scripts, *each[1:]) for each in nlargest(limit, found, key=lambda each: each[0])]


async def _with_rule(scripts: Scripts, wanted: str) -> AsyncIterator[str]:
    """Yield the keys of incidents in which a rule has fired."""
    found = await unfinished.open_keys(scripts)
    for start in range(0, len(found), HEADS_AT_ONCE):
        some = found[start : start + HEADS_AT_ONCE]
        replies = await scripts.read([("HKEYS", f"{keys.prefix(keys.partition_of(key))}k:{key}") for key in some])
        for key, rules in zip(some, replies, strict=True):
            if any(rule.decode().casefold() == wanted for rule in rules):
                yield key


def _last(record: Record) -> float:
    """Return the last instant known of a firing."""
    return max(record.ends_at or 0.0, record.held_at or 0.0, record.accepted_at)


async def _told_of(scripts: Scripts, key: str, name: bytes, raw: bytes) -> dict[str, Any]:
    prefix, fingerprint = keys.prefix(keys.partition_of(key)), name.partition(b"~")[0]
    body, (identity, meta) = await scripts.read(
        [("HGET", f"{prefix}b:{key}", fingerprint), ("HMGET", f"{prefix}i:{key}", "id", "meta")]
    )
    return record_of(fingerprint, raw, body or b"{}", identity or b"", meta or b"{}")


async def muted_last(scripts: Scripts, matchers: Sequence[Matcher], since: float, now: float = inf) -> MutedLast:
    """Return what a silence with these matchers would have met from `since` to `now`, ended and living firings."""
    counts = _Counts(tuple(matchers), since, now)
    ended, living = Deadline(BUDGET_S), Deadline(2 * BUDGET_S)
    await _count_ended(Rows(scripts, ended), counts, since)
    for key in await unfinished.open_keys(scripts):
        async for page in records.with_bodies(scripts, key):
            counts.take((record, body) for record, body in page if record.status is Status.FIRING)
            if living.over():
                break
        if not living.met:
            break
    return MutedLast(counts.firings, counts.told, counts.rules(), ended.met and living.met)


async def _count_ended(rows: Rows, counts: "_Counts", since: float) -> None:
    async for prefix, page in rows.pages():
        firings = [(unpack_record(row[b"record"]), row[b"body"]) for row in page if row[b"kind"] == b"firing"]
        counts.take(firings)
        if firings and all(_last(record) < since for record, _ in firings):
            rows.stop(prefix)


class _Counts:
    """Counts firings that meet all matchers."""

    def __init__(self, matchers: tuple[Matcher, ...], since: float, now: float) -> None:
        self._matchers = matchers
        self._since = since
        self._now = now
        self._rules: Counter[str] = Counter()
        self.firings = 0
        self.told = 0

    def take(self, firings: Iterable[tuple[Record, bytes]]) -> None:
        for record, body in firings:
            if self._is_then(record) and self._meet(orjson.loads(body)):
                self._rules[record.rule] += 1
                self.firings += 1
                self.told += record.told_at is not None

    def _meet(self, alert: Mapping[str, Any]) -> bool:
        """Return whether a silence would meet it; none meets what an SLO says itself."""
        return alert.get("source") != SLO_SOURCE and all_match(self._matchers, alert.get("labels", {}))

    def _is_then(self, record: Record) -> bool:
        over = record.status is not Status.FIRING and _last(record) < self._since
        return not record.copy and not over and record.accepted_at <= self._now

    def rules(self) -> tuple[tuple[str, int], ...]:
        most_first = sorted(self._rules.items(), key=lambda each: (-each[1], each[0]))
        return tuple(most_first[:RULES_MOST])
