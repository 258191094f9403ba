"""Script calls of accept.lua: which entries must be sent, in how many calls, and what their answers mean."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from router.alert import Status
from router.state import keys
from router.state.entries import Entry, Stored, tells
from router.state.incidents import TOMBSTONE_MS
from router.state.known import Known
from router.state.scripts import Argument

BATCH = 200
"""Alerts in one script call: bounds how long Redis is busy with one of them."""


@dataclass(slots=True)
class Wanted:
    """What a write has to do with one incident. Places are indexes into the entries of the write.

    `repeats` change nothing as long as `token` stands, and are not sent; `token` is "" where nothing is known.
    """

    first: Entry
    token: str
    repeats: list[int] = field(default_factory=list)
    sent: list[int] = field(default_factory=list)
    renewals: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Call:
    """One call of accept.lua."""

    partition: int
    wanted: list[Wanted] = field(default_factory=list)
    size: int = 0

    @property
    def key(self) -> str:
        """The key that names the slot."""
        return keys.prefix(self.partition) + "due"


@dataclass(frozen=True, slots=True)
class Reply:
    """What accept.lua answered to a call."""

    codes: str
    tokens: Sequence[str]
    witness: int
    raised: bool
    inhibitors: bool
    """Whether an alert that inhibits others began, ended or changed."""


def plan(entries: Sequence[Entry], places: Sequence[int], known: Known | None) -> list[Call]:
    """Return the calls that store `places`, in order; without `known` every entry is sent."""
    calls: dict[int, list[Call]] = defaultdict(list)
    for key, wanted in _by_incident(entries, places, known).items():
        partition = keys.partition_of(key)
        for part in _parts(wanted):
            last = calls[partition][-1] if calls[partition] else None
            if last is None or last.size + len(part.sent) > BATCH:
                last = Call(partition)
                calls[partition].append(last)
            last.wanted.append(part)
            last.size += len(part.sent)
    return [call for several in calls.values() for call in several]


def _by_incident(entries: Sequence[Entry], places: Sequence[int], known: Known | None) -> dict[str, Wanted]:
    found: dict[str, Wanted] = {}
    changed: set[tuple[str, str]] = set()
    for place in places:
        entry = entries[place]
        key = entry.incident_key
        wanted = found.get(key)
        if wanted is None:
            wanted = found[key] = Wanted(entry, known.token(key) if known is not None else "")
        if known is not None and known.repeats(entry) and (not changed or (key, entry.fingerprint) not in changed):
            wanted.repeats.append(place)
            if entry.expires_at is not None and entry.status is Status.FIRING:
                wanted.renewals.append(place)
        else:
            changed.add((key, entry.fingerprint))
            wanted.sent.append(place)
    return found


def _parts(wanted: Wanted) -> list[Wanted]:
    """Return an incident in parts of one call each; a token holds for one call only, so several know of none."""
    if len(wanted.sent) <= BATCH:
        return [wanted]
    every = sorted([*wanted.sent, *wanted.repeats])
    return [Wanted(wanted.first, "", sent=every[start : start + BATCH]) for start in range(0, len(every), BATCH)]


def arguments(call: Call, entries: Sequence[Entry], now: float) -> list[Argument]:
    """Return ARGV of accept.lua."""
    classes: dict[str, int] = {}
    class_rows: list[Any] = []
    rows: list[Any] = []
    renewals: list[Any] = []
    bodies: list[Argument] = []
    for number, wanted in enumerate(call.wanted, 1):
        for place in wanted.sent:
            entry = entries[place]
            if entry.class_id not in classes:
                classes[entry.class_id] = len(classes) + 1
                class_rows.append(_class_row(entry))
            rows.append(_row(entry, number, classes[entry.class_id]))
            bodies += (entry.body, entry.lead)
        renewals += (
            (number, entries[place].fingerprint, _instant(entries[place].expires_at)) for place in wanted.renewals
        )
    head = {
        "classes": class_rows,
        "incidents": [_incident_row(wanted) for wanted in call.wanted],
        "alerts": rows,
        "renewals": renewals,
    }
    return [keys.prefix(call.partition), f"{now:.6f}", TOMBSTONE_MS, orjson.dumps(head), *bodies]


def _class_row(entry: Entry) -> tuple[Any, ...]:
    return entry.class_id, entry.class_json.decode(), entry.slos, int(tells(entry.class_json))


def _incident_row(wanted: Wanted) -> tuple[str, ...]:
    if not wanted.sent:
        return wanted.first.incident_key, "", "", wanted.token
    return wanted.first.incident_key, wanted.first.incident_id, wanted.first.meta.decode(), wanted.token


def _row(entry: Entry, incident: int, class_no: int) -> tuple[Any, ...]:
    return (
        incident,
        entry.fingerprint,
        "f" if entry.status is Status.FIRING else "r",
        _instant(entry.starts_at),
        _instant(entry.ends_at),
        entry.body_hash,
        class_no,
        _instant(entry.expires_at),
        entry.rank,
        entry.rule,
        entry.where,
        "1" if entry.copy else "0",
        entry.inhibits + 2 * entry.inhibitable,
    )


def _instant(value: float | None) -> str:
    return "" if value is None else f"{value:.6f}"


def read(raw: bytes) -> Reply:
    """Return the answer of accept.lua."""
    codes, witness, raised, inhibitors, *tokens = raw.decode().split("\n")
    return Reply(codes, tokens, int(witness), raised == "1", inhibitors == "1")


def take(call: Call, reply: Reply, entries: Sequence[Entry], known: Known, results: list[Stored | None]) -> list[int]:
    """Enter a call's answer into `results` and `known`; returns the places that must be sent again, in full."""
    again: list[int] = []
    at = 0
    for number, wanted in enumerate(call.wanted):
        before, after = reply.tokens[2 * number], reply.tokens[2 * number + 1]
        codes = reply.codes[at : at + len(wanted.sent)]
        at += len(wanted.sent)
        key = wanted.first.incident_key
        if before == "?":
            known.forget(key)
            again += wanted.sent
            again += wanted.repeats
            continue
        incident = after.partition(" ")[0]
        same = Stored("D", incident)
        for place in wanted.repeats:
            results[place] = same
        for place, code in zip(wanted.sent, codes, strict=True):
            results[place] = Stored(code.upper(), incident, reply.inhibitors)
        if wanted.sent:
            known.learn(key, before, after, zip((entries[place] for place in wanted.sent), codes, strict=True))
    return again
