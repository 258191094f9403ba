"""What is handed to and read from the state: values and their JSON, with a schema number (never pickle)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson

from router.alert import Alert, Note, Status
from router.gate import AlertClass, Cover, Kind, Reason

SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True)
class Entry:
    """One alert ready to be stored under one incident; strings and bytes only, as the script takes them."""

    incident_key: str
    incident_id: str
    meta: bytes
    class_id: str
    class_json: bytes
    slos: tuple[str, ...]
    fingerprint: str
    status: Status
    starts_at: float | None
    ends_at: float | None
    expires_at: float | None
    rank: int
    rule: str
    where: str
    body: bytes
    body_hash: str
    lead: bytes
    copy: bool
    inhibits: bool = False
    """Whether it can keep others quiet: it meets the source side of an inhibition rule."""
    inhibitable: bool = False
    """Whether others can keep it quiet: it meets the target side of an inhibition rule."""


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of an entry: N new firing, U updated, D duplicate, S stale, R resolved, T resolve of an unknown."""

    code: str
    incident: str
    """The incident's spoken id, "" when there is none."""
    inhibitors: bool = False
    """Whether an alert that can inhibit others began, ended or changed in the same call: look at those others soon."""

    @property
    def duplicate(self) -> bool:
        """Whether nothing changed."""
        return self.code in "DS"


@dataclass(frozen=True, slots=True)
class Standing:
    """A firing alert as it stands in the state, for lists."""

    alert: Alert
    receiver: str
    incident: str
    outcome: str
    updated_at: float


def pack_alert(alert: Alert, *, guided: bool = False) -> bytes:
    """Return the stored body of an alert (everything but identity, status and times).

    `guided` says that it has a guide of the configuration's, and none of its own.
    """
    packed: dict[str, Any] = {
        "source": alert.source,
        "rule": alert.rule,
        "severity": alert.severity,
        "labels": dict(alert.labels),
        "annotations": dict(alert.annotations),
        "url": alert.generator_url,
        "guide": alert.guide_url,
        "notes": list(alert.notes),
    }
    if guided:
        packed["guided"] = True
    return orjson.dumps(packed)


def unpack_alert(fingerprint: str, record: "Record", body: bytes) -> Alert:
    """Return the alert that `pack_alert` stored, with identity and times from its record."""
    stored = orjson.loads(body)
    return Alert(
        source=stored["source"],
        fingerprint=fingerprint,
        status=record.status,
        rule=stored["rule"],
        severity=stored["severity"],
        labels=stored["labels"],
        annotations=stored["annotations"],
        starts_at=record.starts_at if record.starts_at is not None else record.accepted_at,
        ends_at=record.ends_at,
        generator_url=stored["url"],
        guide_url=stored["guide"],
        notes=tuple(Note(note) for note in stored["notes"]),
    )


def pack_class(alert_class: AlertClass) -> bytes:
    """Return the JSON of an alert class; `covers` are [SLO id, may clear] pairs (read by commit.lua too)."""
    covers = [[cover.slo, cover.may_clear] for cover in alert_class.covers]
    packed: dict[str, Any] = {"kind": alert_class.kind, "covers": covers}
    # Only where it says something: the ids of other classes come from their JSON, and must stay what they are.
    if alert_class.muted is not None:
        packed["muted"] = alert_class.muted
    return orjson.dumps(packed)


def tells(class_json: bytes) -> bool:
    """Return whether alerts of a class that `pack_class` stored are never held: no SLO is asked about them."""
    return bool(orjson.loads(class_json)["kind"] != Kind.GATED)


def unpack_class(raw: bytes) -> AlertClass:
    """Return the alert class that `pack_class` stored."""
    stored = orjson.loads(raw)
    muted = stored.get("muted")
    covers = tuple(Cover(slo, clears) for slo, clears in stored["covers"])
    return AlertClass(Kind(stored["kind"]), covers, Reason(muted) if muted else None)


_TWINS = {Reason.SILENCE: "ms.", Reason.INHIBITION: "mi."}
"""What the ids of muted classes begin with (lib.lua: base)."""


def muted_id(base: str, reason: Reason) -> str:
    """Return the id of a class' muted twin; raises KeyError for a reason that mutes no single alert."""
    return _TWINS[reason] + base


def base_id(class_id: str) -> str:
    """Return the id of the class whose muted twin this is, else the id itself."""
    return class_id[3:] if class_id.startswith(tuple(_TWINS.values())) else class_id


@dataclass(frozen=True, slots=True)
class Record:
    """The stored state of one firing (lib.lua: record)."""

    status: Status
    starts_at: float | None
    ends_at: float | None
    class_id: str
    accepted_at: float
    outcome: str
    reason: str
    told_at: float | None
    copy: bool
    would: str
    held_at: float | None
    rule: str


def unpack_record(raw: bytes) -> Record:
    """Return a firing's record."""
    st, sa, _, ea, _, cid, at, out, why, told, copy, _, would, held, rule = raw.decode().split("|", 14)
    status = Status.FIRING if st == "f" else Status.RESOLVED
    return Record(
        status,
        _number(sa),
        _number(ea),
        cid,
        float(at),
        out,
        why,
        _number(told),
        copy == "1",
        would,
        _number(held),
        rule,
    )


def _number(text: str) -> float | None:
    return float(text) if text else None


def pairs(flat: list[bytes]) -> Mapping[bytes, bytes]:
    """Return HGETALL's flat answer inside a script as a mapping."""
    return dict(zip(flat[::2], flat[1::2], strict=True))


def rfc3339(at: float | None) -> str | None:
    """Return an instant as exports write it (RFC 3339, UTC)."""
    return None if at is None else datetime.fromtimestamp(at, UTC).isoformat().replace("+00:00", "Z")
