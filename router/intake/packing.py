"""What is stored of an alert, packed; a re-send with the same content is not packed again."""

from base64 import b32encode
from dataclasses import dataclass
from hashlib import blake2b

from router.alert import Alert
from router.incident.lead import lead_of, rank_of, where_of
from router.intake.placing import Place, Placed
from router.state.entries import Entry, pack_alert
from router.state.looks import pack_lead

GENERATION = 32_768
"""Alerts packed before the older half of what is remembered goes (about 3 KiB each)."""
RULE_LIMIT = 200


@dataclass(frozen=True, slots=True)
class Packed:
    """What an alert's content comes to: everything of an entry but its instants."""

    alert: Alert
    places: tuple[Place, ...]
    body: bytes
    body_hash: str
    lead: bytes
    rank: int
    rule: str
    where: str
    inhibits: bool
    inhibitable: bool

    def holds(self, alert: Alert) -> bool:
        """Return whether another send of the alert has the same content."""
        mine = self.alert
        return (
            mine.labels == alert.labels
            and mine.annotations == alert.annotations
            and mine.severity == alert.severity
            and mine.generator_url == alert.generator_url
            and mine.guide_url == alert.guide_url
            and mine.rule == alert.rule
            and mine.source == alert.source
            and mine.notes == alert.notes
        )

    def entry(self, alert: Alert, place: Place, key: str, incident_id: str) -> Entry:
        """Return the entry of a send under an incident; the id is used only if the incident is a new one."""
        return Entry(
            incident_key=key,
            incident_id=incident_id,
            meta=place.meta,
            class_id=place.class_id,
            class_json=place.class_json,
            slos=place.slos,
            fingerprint=alert.fingerprint,
            status=alert.status,
            starts_at=alert.starts_at,
            ends_at=alert.ends_at,
            expires_at=alert.expires_at,
            rank=self.rank,
            rule=self.rule,
            where=self.where,
            body=self.body,
            body_hash=self.body_hash,
            lead=self.lead,
            copy=place.copy,
            inhibits=self.inhibits,
            inhibitable=self.inhibitable,
        )


class Packer:
    """Remembers what it packed under one configuration, by fingerprint, in two generations."""

    def __init__(self, generation: int = GENERATION) -> None:
        self._generation = generation
        self._young: dict[str, Packed] = {}
        self._old: dict[str, Packed] = {}

    def known(self, alert: Alert) -> Packed | None:
        """Return what the alert was packed as, None when it is new or its content is another."""
        packed = self._young.get(alert.fingerprint)
        if packed is None:
            packed = self._old.get(alert.fingerprint)
            if packed is None:
                return None
            self._keep(packed)
        return packed if packed.holds(alert) else None

    def pack(self, alert: Alert, placed: Placed) -> Packed:
        """Pack an alert and remember it."""
        body = _trimmed(pack_alert(alert, guided=placed.guide is not None and not alert.guide_url))
        packed = Packed(
            alert=alert,
            places=placed.places,
            body=body,
            body_hash=_hash(body, placed),
            lead=_trimmed(pack_lead(lead_of(alert, placed.guide, notice=placed.notice))),
            rank=rank_of(alert, placed.guide),
            rule=alert.rule[:RULE_LIMIT],
            where=where_of(alert),
            inhibits=placed.inhibits,
            inhibitable=placed.inhibitable,
        )
        self._keep(packed)
        return packed

    def forget(self, fingerprint: str) -> None:
        """Remember an alert no longer: it is over."""
        self._young.pop(fingerprint, None)
        self._old.pop(fingerprint, None)

    def _keep(self, packed: Packed) -> None:
        if len(self._young) >= self._generation:
            self._old, self._young = self._young, {}
        self._young[packed.alert.fingerprint] = packed


def spoken_id(key: str, now: float) -> str:
    """Return an incident's id, short enough to say aloud."""
    digest = blake2b(f"{key}@{now:.6f}".encode(), digest_size=5).digest()
    return "E-" + b32encode(digest).decode()[:6]


def _hash(body: bytes, placed: Placed) -> str:
    """Return another digest where body or part in inhibition is another: after a change of rules a re-send is news."""
    sides = bytes([placed.inhibits, placed.inhibitable]) if placed.inhibits or placed.inhibitable else b""
    return blake2b(body + sides, digest_size=8).hexdigest()


def _trimmed(packed: bytes) -> bytes:
    """Return a copy of its own size: what orjson returns keeps its whole buffer, 4 KiB at least (orjson 3.13)."""
    return bytes(memoryview(packed))
