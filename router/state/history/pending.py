"""Firings that are not archived yet: those that live, and those that stand in the log behind what is archived.

A firing moves from its incident's records to the log, and from there to the archive, each in one step. Whoever reads in
this order may meet it twice, which its identity tells, but cannot miss it.
"""

import asyncio
from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import orjson
import structlog

from router.noise.values import RuleKey
from router.state import keys, records, unfinished
from router.state.deeds import Deeds, Did, did_of
from router.state.entries import unpack_record
from router.state.history.stories import FIELDS, LATER_FIELDS, Identity, Story, lives, story_of
from router.state.looks import unpack_handling
from router.state.scripts import Argument, Scripts

INCIDENTS_AT_ONCE = 50
SMALL = 100
"""Records of an incident that are read in one go with others'."""
ROWS_AT_ONCE = 20
"""Of each partition: what is read in one go stops everything else until it is understood."""
AGAIN_MOST = 3
RULE_LIMIT = 200
"""Characters of a rule's name that records and kinds hold (router.intake.packing)."""
LOG = structlog.get_logger(__name__)
Row = Mapping[bytes, bytes]


@dataclass(slots=True)
class Pending:
    """What is not archived, the newest that is known of each firing; and what people did, as it is known here."""

    stories: dict[Identity, Story] = field(default_factory=dict)
    logged: list[tuple[str, Did]] = field(default_factory=list)
    standing: list[tuple[str, bytes]] = field(default_factory=list)
    """Incident and its handling, as stored."""
    problems: list[str] = field(default_factory=list)

    def take(self, fields: Sequence[bytes]) -> None:
        """Take in a firing (FIELDS); what cannot be understood is noted."""
        try:
            story = story_of(*fields)
        except ValueError as error:
            self.problems.append(str(error))
        else:
            self.stories[story.identity] = story

    def deeds(self, archived: Iterable[tuple[str, bytes]]) -> Deeds:
        """Return what people did, with what is archived of it."""
        deeds = Deeds(archived)
        for incident, did in self.logged:
            deeds.take(incident, did)
        for incident, hand in self.standing:
            deeds.stand(incident, unpack_handling(hand))
        return deeds


async def pending(scripts: Scripts, rules: Collection[RuleKey] | None = None) -> Pending:
    """Return what is not archived, of some rules or of all; what people did is told of all incidents that were read."""
    wanted = {name[:RULE_LIMIT].encode() for _, name in rules} if rules is not None else None
    found = Pending()
    keys_now = await unfinished.open_keys(scripts)
    for start in range(0, len(keys_now), INCIDENTS_AT_ONCE):
        await _read_incidents(scripts, keys_now[start : start + INCIDENTS_AT_ONCE], wanted, found)
    async for _, rows in unarchived(scripts, ROWS_AT_ONCE):
        for _, row in rows:
            _take_row(row, wanted, found)
    if rules is not None:
        found.stories = {name: story for name, story in found.stories.items() if story.rule in rules}
    if found.problems:
        LOG.warning("history_not_understood", firings=len(found.problems), first=found.problems[0])
    return found


# --- the log


async def unarchived(scripts: Scripts, at_once: int) -> AsyncIterator[tuple[str, list[tuple[bytes, Row]]]]:
    """Yield (partition's prefix, its next rows with ids) of what is not archived, oldest first, partitions in turn."""
    cursors = await scripts.read([("HGET", f"{prefix}arc", "id") for prefix in keys.PREFIXES])
    turn = {prefix: (cursor or b"").decode() for prefix, cursor in zip(keys.PREFIXES, cursors, strict=True)}
    while turn:
        commands: list[tuple[Argument, ...]] = [
            ("XRANGE", f"{prefix}log", f"({last}" if last else "-", "+", "COUNT", at_once)
            for prefix, last in turn.items()
        ]
        for prefix, rows in zip(list(turn), await scripts.read(commands), strict=True):
            if len(rows) < at_once:
                turn.pop(prefix)
            else:
                turn[prefix] = rows[-1][0].decode()
            if rows:
                yield prefix, rows
                await asyncio.sleep(0)


def fields_of(row: Row) -> list[bytes]:
    """Return a log's row as `story_of` takes it; raises ValueError for one that lacks a field."""
    try:
        return [*(row[name] for name in FIELDS), *(row.get(name, b"") for name in LATER_FIELDS)]
    except KeyError as error:
        raise ValueError(f"the row has no {error}") from error


_Wanted = set[bytes] | None
"""Names of rules, cut; None for all."""


def _take_row(row: Row, wanted: _Wanted, found: Pending) -> None:
    try:
        if row.get(b"kind") == b"act":
            act = did_of(orjson.loads(row.get(b"entry", b"")))
            found.logged += [act] if act is not None else []
        elif row.get(b"kind") == b"firing" and (
            wanted is None or row.get(b"record", b"").split(b"|", 14)[-1] in wanted
        ):
            found.take(fields_of(row))
    except ValueError as error:
        found.problems.append(str(error))


# --- what lives


async def _read_incidents(scripts: Scripts, some: Sequence[str], wanted: _Wanted, found: Pending) -> None:
    """Read incidents: small ones together, each at one instant; large ones in pages."""
    heads = await _heads(scripts, some, wanted)
    found.standing += [((head[0] or b"").decode(), head[2]) for head, _ in heads.values() if head[2]]
    small = [key for key, (_, size) in heads.items() if size <= SMALL]
    stored = await scripts.read([("HGETALL", _named("a", key)) for key in small]) if small else []
    await _take(scripts, dict(zip(small, stored, strict=True)), heads, found)
    for key, (_, size) in heads.items():
        if size > SMALL:
            await _read_large(scripts, key, heads, found)


_Heads = dict[str, tuple[list[bytes | None], int]]
"""By incident key: id, meta and handling; and how many records there are."""


async def _heads(scripts: Scripts, some: Sequence[str], wanted: _Wanted) -> _Heads:
    commands: list[tuple[Argument, ...]] = []
    for key in some:
        commands += [("HMGET", _named("i", key), "id", "meta", "hand"), ("HLEN", _named("a", key))]
        commands += [("HKEYS", _named("k", key)) if wanted is not None else ("EXISTS", _named("k", key))]
    replies = await scripts.read(commands)
    rows = zip(some, replies[::3], replies[1::3], replies[2::3], strict=True)
    return {key: (head, size) for key, head, size, fired in rows if wanted is None or not wanted.isdisjoint(fired)}


async def _read_large(scripts: Scripts, key: str, heads: _Heads, found: Pending) -> None:
    """Read an incident in pages, again while it changes: a page may miss a firing whose record got another name."""
    for _ in range(AGAIN_MOST):
        [before] = await scripts.read([("HGET", _named("i", key), "rev")])
        async for page in records.pages(scripts, key):
            await _take(scripts, {key: page}, heads, found)
        [after] = await scripts.read([("HGET", _named("i", key), "rev")])
        if before == after:
            return


async def _take(scripts: Scripts, stored: Mapping[str, Mapping[bytes, bytes]], heads: _Heads, found: Pending) -> None:
    """Take in those of some records that live, with the bodies and classes they name."""
    living = {key: _living(some, found) for key, some in stored.items()}
    living = {key: some for key, some in living.items() if some}
    commands: list[tuple[Argument, ...]] = []
    for key, some in living.items():
        commands += [("HMGET", _named("b", key), *(fingerprint for fingerprint, _, _ in some))]
        commands += [("HMGET", _named("i", key), "id", *(f"c:{cid}" for _, _, cid in some))]
    replies = await scripts.read(commands) if commands else []
    for (key, some), bodies, (now, *classes) in zip(living.items(), replies[::2], replies[1::2], strict=True):
        (identity, meta, _), _ = heads[key]
        for (fingerprint, raw, _), body, covered in zip(some, bodies, classes, strict=True):
            # Without a body, or in another incident of the key, it is over meanwhile: the log tells it.
            if body is not None and identity is not None and now == identity:
                found.take([fingerprint, raw, body, identity, meta or b"", covered or b""])


def _living(stored: Mapping[bytes, bytes], found: Pending) -> list[tuple[bytes, bytes, str]]:
    """Return fingerprint, record and class id of those that live."""
    some: list[tuple[bytes, bytes, str]] = []
    for name, raw in stored.items():
        try:
            record = unpack_record(raw)
        except ValueError as error:
            found.problems.append(str(error))
            continue
        if lives(record):
            some.append((name.partition(b"~")[0], raw, record.class_id))
    return some


def _named(kind: str, key: str) -> str:
    """Return the name of one of an incident's keys (lib.lua)."""
    return f"{keys.prefix(keys.partition_of(key))}{kind}:{key}"
