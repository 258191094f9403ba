"""What this process knows to be stored, so that a re-send costs Redis one comparison for each incident, not alert.

An incident's token "id revision" is new after every change of its alerts, whoever made it. While the token stands,
every alert whose stamp is known is stored exactly so; accept.lua checks the token.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from router.alert import Status
from router.state.entries import Entry

LIMIT = 1_000_000
"""Alerts remembered; beyond it the incidents known longest are forgotten, which costs time and nothing else."""
Stamp = tuple[str, str, float | None, float | None]
"""Body hash, class id, earliest and latest start; of an alert that is over "", "", None and its end."""


@dataclass(slots=True)
class _Incident:
    token: str
    stamps: dict[str, Stamp] = field(default_factory=dict)


class Known:
    """Stamps of stored alerts by incident."""

    def __init__(self, limit: int = LIMIT) -> None:
        self._limit = limit
        self._size = 0
        self._incidents: dict[str, _Incident] = {}

    def __len__(self) -> int:
        return self._size

    def token(self, key: str) -> str:
        """Return the token under which an incident's stamps hold, "" when nothing is known of it."""
        known = self._incidents.get(key)
        return known.token if known is not None else ""

    def repeats(self, entry: Entry) -> bool:
        """Return whether the entry changes nothing of what is stored, as long as its incident's token stands."""
        known = self._incidents.get(entry.incident_key)
        stamp = known.stamps.get(entry.fingerprint) if known is not None else None
        if stamp is None:
            return False
        body_hash, class_id, earliest, latest = stamp
        if entry.status is Status.RESOLVED:
            ends = entry.ends_at
            return not body_hash and (ends is None or (latest is not None and ends <= latest))
        if body_hash != entry.body_hash or class_id != entry.class_id:
            return False
        starts = entry.starts_at
        return starts == latest or starts is None or latest is None or earliest is None or earliest <= starts <= latest

    def learn(self, key: str, before: str, after: str, codes: Iterable[tuple[Entry, str]]) -> None:
        """Take over what a call answered: the incident's tokens before and after it, a letter for each entry."""
        known = self._incidents.get(key)
        if known is None or known.token != before or not after:
            self.forget(key)
            if not after:
                return
            known = self._incidents[key] = _Incident(after)
        known.token = after
        size = len(known.stamps)
        for entry, code in codes:
            _note(known.stamps, entry, code)
        self._size += len(known.stamps) - size
        while self._size > self._limit:
            self.forget(next(iter(self._incidents)))

    def forget(self, key: str) -> None:
        """Know nothing of an incident any more."""
        known = self._incidents.pop(key, None)
        if known is not None:
            self._size -= len(known.stamps)

    def clear(self) -> None:
        """Know nothing at all: Redis lost writes."""
        self._incidents.clear()
        self._size = 0


def _note(stamps: dict[str, Stamp], entry: Entry, code: str) -> None:
    if entry.status is Status.RESOLVED:
        if code in "RD":
            stamps[entry.fingerprint] = ("", "", None, entry.ends_at)
        else:
            stamps.pop(entry.fingerprint, None)
    elif code in "NUD":
        earliest = latest = entry.starts_at
        before = stamps.get(entry.fingerprint)
        if code != "N" and before is not None and earliest is not None:
            earliest = min(earliest, before[2] or earliest)
            latest = max(earliest, latest or earliest, before[3] or earliest)
        stamps[entry.fingerprint] = (entry.body_hash, entry.class_id, earliest, latest)
    else:
        stamps.pop(entry.fingerprint, None)
