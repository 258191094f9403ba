"""Incidents in the state: take due ones under a lease, and commit what a look decided."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import orjson

from router.alert import Alert
from router.gate import Outcome, Reason
from router.incident import Handling, Incident, Intent, Settle, Told
from router.incident.life import Mind, Stage
from router.state import keys, records
from router.state.entries import pairs
from router.state.looks import pack_handling, pack_intent, pack_mind, pack_told, unpack_incident
from router.state.scripts import Argument, Scripts

TOMBSTONE_MS = 3_600_000
"""How long a resolve is remembered after its incident, for copies of the firing that come late."""
SETTLE_AT_ONCE = 1_000
"""Firings that one commit settles at most: bounds how long Redis is busy; the rest is due again at once."""
EXPIRE_AT_ONCE = 500
MOVES_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Claim:
    """An incident under our lease; `token` fences every later write."""

    incident: Incident
    token: int
    mark: str = ""
    """What `Incidents.mute` was last given: for which state of muting its alerts are in the right classes."""
    acted: int = 0
    """How many acts had ever been taken when it was claimed."""

    @property
    def partition(self) -> int:
        """The partition that holds it."""
        return keys.partition_of(self.incident.key)


@dataclass(frozen=True, slots=True)
class Commit:
    """What a look stores. `keep` keeps the lease, for the call to Slack that comes next.

    `handling` None leaves what is stored as it is. `acts_taken` is how many of the claimed incident's acts are done
    with: to say it again for the same claim changes nothing, and writes no `deeds` (log rows of kind act) again.
    """

    stage: Stage
    due_at: float
    mind: Mind
    told: Told
    settle: Sequence[Settle] = ()
    intent: Intent | None = None
    ended_at: float | None = None
    keep: bool = False
    forget: bool = False
    log: Sequence[Mapping[str, Any]] = ()
    handling: Handling | None = None
    acts_taken: int = 0
    deeds: Sequence[Mapping[str, Any]] = ()
    quiet: bool = False
    """Whether its route tells nobody at this time."""
    partly: bool = False
    """Whether it only settles some of many firings, and stores nothing else."""


@dataclass(frozen=True, slots=True)
class Move:
    """An alert of an incident that belongs into another class: the muted twin of its own, or back."""

    fingerprint: str
    class_id: str
    class_json: bytes
    slos: Sequence[str]


@dataclass(frozen=True, slots=True)
class Settled:
    """How many firings a commit settled, by outcome and reason."""

    counts: Mapping[tuple[Outcome, Reason], int] = field(default_factory=dict)
    fenced: bool = False
    """True when another worker holds the incident by now and nothing was stored."""


class Incidents:
    """Typed calls for the dispatch loop."""

    def __init__(self, scripts: Scripts, owner: str, lease_s: float = 60.0) -> None:
        self._scripts = scripts
        self._owner = owner
        self._lease_s = lease_s

    async def due(self, now: float) -> list[int]:
        """Return the partitions in which an incident is due, in one round trip."""
        counts = await self._scripts.read(
            [("ZCOUNT", f"{prefix}due", "-inf", f"{now:.6f}") for prefix in keys.PREFIXES]
        )
        return [partition for partition, count in enumerate(counts) if count]

    async def claim(self, partition: int, now: float, limit: int) -> list[Claim]:
        """Take up to `limit` due incidents of a partition."""
        arguments: list[Argument] = [keys.prefix(partition), f"{now:.6f}", self._owner, self._lease_s, limit]
        rows = await self._scripts.run("claim", [keys.prefix(partition) + "due"], arguments)
        return [_claim(row) for row in rows]

    async def firing(self, key: str) -> list[tuple[str, str, str]]:
        """Return fingerprint, class id and body hash of every alert that fires in an incident."""
        return await records.firing(self._scripts, key)

    async def bodies(self, key: str, fingerprints: Sequence[str]) -> dict[str, Alert]:
        """Return these alerts of an incident by fingerprint; those it does not know are left out."""
        return await records.bodies(self._scripts, key, fingerprints)

    async def mute(self, claim: Claim, moves: Sequence[Move], mark: str) -> Claim | None:
        """Put alerts into other classes, and remember the mark; returns the incident as it is then, None when fenced.

        Firings without a settled outcome are judged anew there; an alert that no longer fires is left where it is.
        """
        key, prefix = claim.incident.key, keys.prefix(claim.partition)
        parts = [moves[start : start + MOVES_AT_ONCE] for start in range(0, len(moves), MOVES_AT_ONCE)] or [()]
        reply: list[Any] = []
        for number, part in enumerate(parts, 1):
            last = int(number == len(parts))
            arguments: list[Argument] = [prefix, key, claim.token, mark, last, _moves(part)]
            reply = await self._scripts.run("mute", [prefix + "due"], arguments)
            if reply[0] == 0:
                return None
        return _claim(reply[1])

    async def commit(self, claim: Claim, commit: Commit, now: float) -> Settled:
        """Store what a look decided, unless the lease has passed to somebody else.

        Many firings are settled in several calls, the last of which stores the rest: else those that are left over
        would be taken for firings of an episode that nobody has heard of yet.
        """
        counts: Counter[tuple[Outcome, Reason]] = Counter()
        calls = [_some_of(commit)] * ((_unsettled(claim.incident, commit) - 1) // SETTLE_AT_ONCE)
        for each in (*calls, commit):
            settled = await self._commit(claim, each, now)
            if settled.fenced:
                return settled
            counts.update(settled.counts)
        return Settled(counts)

    async def _commit(self, claim: Claim, commit: Commit, now: float) -> Settled:
        partition = claim.partition
        fields = {} if commit.partly else _fields(commit)
        arguments: list[Argument] = [
            keys.prefix(partition),
            f"{now:.6f}",
            claim.incident.key,
            claim.token,
            claim.incident.generation,
            f"{commit.due_at:.6f}",
            int(commit.keep),
            int(commit.forget),
            SETTLE_AT_ONCE,
            TOMBSTONE_MS,
            claim.acted,
            commit.acts_taken,
            len(fields),
            *(part for pair in fields.items() for part in pair),
            len(commit.settle),
            *(part for settle in commit.settle for part in _settle(settle)),
            len(commit.log) + len(commit.deeds),
            *_logged("decision", commit.log),
            *_logged("act", commit.deeds),
        ]
        reply = await self._scripts.run("commit", [keys.prefix(partition) + "due"], arguments)
        if reply[0] == 0:
            return Settled(fenced=True)
        return Settled(dict(_count(line) for line in reply[1]))

    async def wake(self, slo: str, now: float) -> int:
        """Make every incident that an SLO covers due now; returns how many have firing alerts that are heard."""
        return sum(int(firing) for firing in await self._scripts.run_everywhere("wake", [f"{now:.6f}", slo]))

    async def all_quiet(self, slo: str) -> bool:
        """Return whether alerts that an SLO covers fire, and every one of them is muted."""
        counts = await self._scripts.run_everywhere("quiet", [slo])
        return any(quiet for _, quiet in counts) and not any(heard for heard, _ in counts)

    async def expire(self, now: float) -> int:
        """Resolve firings whose source went silent; returns how many."""
        gone = 0
        while True:
            some: list[int] = await self._scripts.run_everywhere("expire", [f"{now:.6f}", EXPIRE_AT_ONCE])
            gone += sum(some)
            if max(some) < EXPIRE_AT_ONCE:
                return gone


def _some_of(commit: Commit) -> Commit:
    settle = tuple(replace(each, replace=False) for each in commit.settle)
    return replace(
        commit, settle=settle, keep=True, forget=False, log=(), handling=None, acts_taken=0, deeds=(), partly=True
    )


def _unsettled(incident: Incident, commit: Commit) -> int:
    """Return how many firings a commit settles or begins to hold."""
    quiet = (Outcome.HOLD, Outcome.SUPPRESS)
    states = [(each, incident.classes[each.class_id]) for each in commit.settle if each.class_id in incident.classes]
    return sum(state.unsettled - (state.held if each.outcome in quiet else 0) for each, state in states)


def _claim(row: Sequence[Any]) -> Claim:
    """Return what row.lua hands over."""
    key, token, flat, *rest = row
    fields = pairs(flat)
    incident = unpack_incident(key.decode(), fields, *rest)
    return Claim(incident, int(token), fields.get(b"mm", b"").decode(), int(fields.get(b"acted", b"0")))


def _moves(moves: Sequence[Move]) -> bytes:
    """Return the JSON of moves as mute.lua takes it, each class once."""
    classes = {move.class_id: move for move in moves}
    numbers = {class_id: number for number, class_id in enumerate(classes, 1)}
    rows = [(each.class_id, each.class_json.decode(), each.slos) for each in classes.values()]
    return orjson.dumps({"classes": rows, "moves": [(move.fingerprint, numbers[move.class_id]) for move in moves]})


def _logged(kind: str, entries: Sequence[Mapping[str, Any]]) -> list[Argument]:
    return [part for entry in entries for part in (kind, orjson.dumps(entry))]


def _fields(commit: Commit) -> dict[str, bytes | str]:
    fields: dict[str, bytes | str] = {
        "phase": commit.stage.value,
        "mind": pack_mind(commit.mind),
        "told": pack_told(commit.told),
        "intent": pack_intent(commit.intent) if commit.intent is not None else "",
        "ended": "" if commit.ended_at is None else f"{commit.ended_at:.6f}",
        "quiet": "1" if commit.quiet else "",
    }
    if commit.handling is not None:
        fields["hand"] = pack_handling(commit.handling)
    return fields


def _settle(settle: Settle) -> tuple[str, ...]:
    return (
        settle.class_id,
        settle.outcome.value,
        settle.reason.value,
        "" if settle.told_at is None else f"{settle.told_at:.6f}",
        settle.would.value if settle.would is not None else "",
        "1" if settle.replace else "0",
    )


def _count(line: bytes) -> tuple[tuple[Outcome, Reason], int]:
    outcome, reason, amount = line.decode().split(" ")
    return (Outcome(outcome), Reason(reason)), int(amount)
