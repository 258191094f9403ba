"""The way of a batch: where each alert belongs, what is stored of it, one durable write, and the sender's answer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from router.alert import Alert, Status
from router.classify import Rules
from router.intake.held import Held
from router.intake.hints import Hints
from router.intake.packing import Packer, spoken_id
from router.intake.placing import Placer
from router.state.board import Board
from router.state.clock import Clock
from router.state.entries import Entry, Stored
from router.state.muting import Mutes
from router.state.writer import Writer


@dataclass(frozen=True, slots=True)
class Accepted:
    """What became of a batch: changes, repeats that changed nothing, and the incidents concerned."""

    accepted: int
    duplicates: int
    incidents: tuple[str, ...]


class _Turn:
    """What one configuration decides, and what is remembered under it; another configuration begins anew."""

    __slots__ = ("held", "packer", "placer", "rules")

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.placer = Placer(rules)
        self.packer = Packer()
        self.held: dict[str, tuple[str, ...]] = {}


class Intake:
    """Classifies and stores; one for each process."""

    def __init__(
        self,
        writer: Writer,
        board: Board,
        clock: Clock,
        rules: Callable[[], Rules],
        wake: Callable[[], None],
        mutes: Mutes | None = None,
    ) -> None:
        self._writer = writer
        self._hints = Hints(mutes) if mutes is not None else None
        self._held = Held(board)
        self._clock = clock
        self._rules = rules
        self._wake = wake
        self._turn = _Turn(rules())

    async def accept(self, alerts: Sequence[Alert]) -> Accepted:
        """Store alerts durably; raises UnavailableError when that is not certain (the sender shall try again)."""
        if not alerts:
            return Accepted(0, 0, ())
        turn, now = self._turn_now(), self._clock.now()
        await self._held.look_up(alerts, turn.held)
        entries: list[Entry] = []
        owners: list[Alert] = []
        ids: dict[str, str] = {}
        for alert in alerts:
            for entry in _entries(alert, turn, now, ids):
                entries.append(entry)
                owners.append(alert)
        stored = await self._writer.store(entries, now)
        # A repeat makes nothing due, and repeats are nearly all that comes.
        if not all(what.duplicate for what in stored):
            await self._hint(stored, now)
            self._wake()
        return _account(alerts, entries, owners, stored, turn)

    async def _hint(self, stored: Sequence[Stored], now: float) -> None:
        if self._hints is not None and any(what.inhibitors for what in stored):
            await self._hints.give(now)

    def _turn_now(self) -> _Turn:
        rules = self._rules()
        if self._turn.rules is not rules:
            self._turn = _Turn(rules)
        return self._turn


def _entries(alert: Alert, turn: _Turn, now: float, ids: dict[str, str]) -> list[Entry]:
    """Return the entries of an alert: where the configuration places it, or where its firing already is.

    `ids` holds the ids of incidents that this batch would open.
    """
    packed = turn.packer.known(alert)
    if packed is None:
        packed = turn.packer.pack(alert, turn.placer.place(alert))
    places = {place.incident_key: place for place in packed.places}
    held = turn.held.get(alert.fingerprint, ())
    keys = held if held and not places.keys() <= set(held) else places
    return [packed.entry(alert, places.get(key, packed.places[0]), key, _id_of(key, now, ids)) for key in keys]


def _id_of(key: str, now: float, ids: dict[str, str]) -> str:
    found = ids.get(key)
    if found is None:
        found = ids[key] = spoken_id(key, now)
    return found


def _account(
    alerts: Sequence[Alert],
    entries: Sequence[Entry],
    owners: Sequence[Alert],
    stored: Sequence[Stored],
    turn: _Turn,
) -> Accepted:
    duplicates = 0
    incidents: dict[str, None] = {}
    for entry, alert, what in zip(entries, owners, stored, strict=True):
        if alert.status is Status.RESOLVED or what.code == "R":
            turn.held.pop(alert.fingerprint, None)
            turn.packer.forget(alert.fingerprint)
        if what.duplicate and not entry.copy:
            duplicates += 1
        if what.incident:
            incidents[what.incident] = None
    return Accepted(len(alerts) - duplicates, duplicates, tuple(incidents))
