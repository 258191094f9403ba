"""Moves what is over from the log into the archive, by one replica at a time; done twice it changes nothing.

What is moved stays in the log for a while, for lists and for "Why?". Each step can be the last one of a dying process:
firings and acts are stored by identity, and only then the log's mark is set behind them, by compare-and-set.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

import orjson
import structlog

from router.noise.values import RuleKey
from router.state import keys
from router.state.deeds import Did, did_of
from router.state.history.days import Days, day_of
from router.state.history.hearing import Stretches, hear
from router.state.history.pending import ROWS_AT_ONCE, Row, fields_of, unarchived
from router.state.history.stories import Story, micros, story_of
from router.state.scripts import Argument, Scripts

AGE_S = 120.0
"""Younger firings wait: the SLO's minute of their end may not be stored yet."""
AHEAD_S = 60.0
"""The writer's clock may be so much ahead of ours."""
LEASE_S = 60.0
BATCH = 4_000
"""Rows of the log that are read before they are stored: each rule's day is packed once for all of them."""
LOG_MOST = 20_000
"""Rows that each partition's log keeps at most of what is archived..."""
LOG_KEEP_S = 30 * 86_400.0
"""...and for how long."""
ASIDE_MOST = 1_000
ACTS_KEEP = 2
"""Acts are kept so many times as long as firings: a firing's acts must not go before it."""
LOG = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Archived:
    """What a turn moved; how many rows of the log wait for a later one; and sums since ever.

    `lost` are firings and acts that a full log could not keep until they were archived, `aside` are rows that could
    not be understood (the newest are kept in ar:{n}:aside).
    """

    rows: int = 0
    acts: int = 0
    waiting: int = 0
    lost: int = 0
    aside: int = 0


@dataclass(slots=True)
class _Mark:
    """How far one partition's log has been read."""

    before: str
    last: str = ""
    aside: list[tuple[bytes, str]] = field(default_factory=list)
    young: bool = False


@dataclass(slots=True)
class _Batch:
    """What is moved in one go."""

    marks: dict[str, _Mark]
    stories: list[Story] = field(default_factory=list)
    acts: list[tuple[str, Did]] = field(default_factory=list)
    rows: int = 0

    @property
    def full(self) -> bool:
        return self.rows >= BATCH


class Archive:
    """Archives; one for each replica. `owner` names it in the lease."""

    def __init__(self, scripts: Scripts, owner: str, stretches: Stretches) -> None:
        self._scripts = scripts
        self._owner = owner
        self._stretches = stretches
        self._days = Days(scripts)
        self._lost = 0

    async def turn(self, now: float, keep_s: float) -> Archived:
        """Move what is older than two minutes; nothing while another replica does. `keep_s`: how long it is kept.

        Raises UnavailableError; what was moved by then stays so.
        """
        rows = acts = 0
        while await self._leads():
            batch = await self._read(now)
            moved, done = await self._store(batch, now, keep_s)
            rows, acts = rows + moved, acts + done
            await self._advance(batch)
            if not batch.full:
                await self._days.forget()
                break
        return await self._account(rows, acts)

    async def _leads(self) -> bool:
        return bool(await self._scripts.run("lease", [keys.lease("archive")], [self._owner, int(LEASE_S * 1000)]))

    # --- read

    async def _read(self, now: float) -> _Batch:
        cursors = await self._scripts.read([("HGET", f"{prefix}arc", "id") for prefix in keys.PREFIXES])
        marks = {prefix: _Mark((at or b"").decode()) for prefix, at in zip(keys.PREFIXES, cursors, strict=True)}
        batch = _Batch(marks)
        async for prefix, rows in unarchived(self._scripts, ROWS_AT_ONCE):
            _take(batch, marks[prefix], rows, now)
            if batch.full:
                break
        return batch

    # --- store

    async def _store(self, batch: _Batch, now: float, keep_s: float) -> tuple[int, int]:
        """Store firings and acts; returns how many were not there yet."""
        firings: defaultdict[tuple[date, RuleKey], list[Story]] = defaultdict(list)
        for story in await hear(batch.stories, self._stretches, now):
            firings[day_of(story.started), story.rule].append(story)
        acts: defaultdict[tuple[date, str], list[Did]] = defaultdict(list)
        for incident, did in batch.acts:
            acts[day_of(micros(did.at)), incident].append(did)
        new = [await self._days.keep(day, rule, some, keep_s) for (day, rule), some in firings.items()]
        done = [
            await self._days.keep_acts(day, incident, some, ACTS_KEEP * keep_s)
            for (day, incident), some in acts.items()
        ]
        return sum(new), sum(done)

    # --- advance

    async def _advance(self, batch: _Batch) -> None:
        """Set the marks behind what is stored, unless another archivist has set them meanwhile."""
        for prefix, mark in batch.marks.items():
            if mark.last:
                aside: list[Argument] = [part for each in mark.aside for part in each]
                limits: list[Argument] = [LOG_MOST, int(LOG_KEEP_S), ASIDE_MOST]
                arguments = [prefix, mark.before, mark.last, *limits, *aside]
                if await self._scripts.run("advance", [f"{prefix}due"], arguments) and mark.aside:
                    LOG.error("history_aside", rows=len(mark.aside), partition=prefix, problem=mark.aside[0][1])

    async def _account(self, rows: int, acts: int) -> Archived:
        commands: list[tuple[Argument, ...]] = []
        for prefix in keys.PREFIXES:
            commands += [("XLEN", f"{prefix}log"), ("HMGET", f"{prefix}arc", "kept", "lost", "aside")]
        replies = await self._scripts.read(commands)
        sums = [[int(each or 0) for each in reply] for reply in replies[1::2]]
        kept, lost, aside = (sum(column) for column in zip(*sums, strict=True))
        if lost > self._lost:
            LOG.error("history_lost", firings_and_acts=lost, mend="nobody archived for long: is Redis reachable?")
        self._lost = lost
        return Archived(rows, acts, sum(replies[::2]) - kept, lost, aside)


def _take(batch: _Batch, mark: _Mark, rows: Sequence[tuple[bytes, Row]], now: float) -> None:
    """Take in rows of a partition's log, up to the first that is too young."""
    for name, row in rows:
        mark.young = mark.young or _is_young(name, row, now)
        if mark.young:
            return
        try:
            _take_row(batch, row)
        except ValueError as error:
            mark.aside.append((name, str(error)))
        mark.last = name.decode()
        batch.rows += 1


def _take_row(batch: _Batch, row: Row) -> None:
    """Take in a row; raises ValueError that says what cannot be understood."""
    kind = row.get(b"kind")
    if kind == b"firing":
        batch.stories.append(story_of(*fields_of(row)))
    elif kind == b"act":
        did = did_of(orjson.loads(row.get(b"entry", b"")))
        if did is not None:
            micros(did[1].at)
            batch.acts.append(did)


def _is_young(name: bytes, row: Row, now: float) -> bool:
    """Return whether a firing must wait; rows of older versions do not say when they were written, but for their id."""
    if row.get(b"kind") != b"firing":
        return False
    try:
        written = float(row.get(b"at") or int(name.partition(b"-")[0]) / 1000)
    except ValueError:
        return False
    return -AHEAD_S < now - written < AGE_S
