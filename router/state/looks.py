"""JSON of what is remembered of an incident between two looks (told, mind, intent, lead), and back."""

from collections.abc import Mapping
from typing import Any

import orjson

from router.gate import Held, Outcome, Reason
from router.incident import (
    Call,
    CauseKind,
    ClassState,
    Guide,
    Incident,
    Intent,
    Lead,
    Loud,
    Mind,
    Phase,
    Root,
    Say,
    Told,
)
from router.incident.life import Stage
from router.state.entries import pairs, unpack_class


def pack_told(told: Told) -> bytes:
    """Return the JSON of what people were told."""
    return orjson.dumps(told)


def unpack_told(raw: bytes | None) -> Told:
    """Return what `pack_told` stored."""
    if not raw:
        return Told()
    stored = orjson.loads(raw)
    return Told(
        roots=tuple(Root(**root) for root in stored["roots"]),
        causes=Root(**stored["causes"]) if stored["causes"] else None,
        phase=Phase(stored["phase"]) if stored["phase"] else None,
        outcome=Outcome(stored["outcome"]) if stored["outcome"] else None,
        at=stored["at"],
        refires=stored["refires"],
        broadcast_at=stored["broadcast_at"],
        pending=Call(stored["pending"]) if stored["pending"] else None,
        budget_at_start=stored["budget_at_start"],
    )


def pack_mind(mind: Mind) -> bytes:
    """Return the JSON of what must be remembered."""
    return orjson.dumps(mind)


def unpack_mind(raw: bytes | None) -> Mind:
    """Return what `pack_mind` stored."""
    if not raw:
        return Mind()
    stored = orjson.loads(raw)
    return Mind(
        loud={cid: _loud(each) for cid, each in stored["loud"].items()},
        held={cid: Held(**each) for cid, each in stored["held"].items()},
        said=stored["said"],
        baseline=stored["baseline"],
    )


def _loud(stored: Mapping[str, Any]) -> Loud:
    return Loud(
        Outcome(stored["outcome"]),
        Reason(stored["reason"]),
        stored["at"],
        Outcome(stored["would"]) if stored["would"] else None,
        Reason(stored["would_reason"]) if stored["would_reason"] else None,
    )


def pack_intent(intent: Intent) -> bytes:
    """Return the JSON of a post that was begun."""
    return orjson.dumps(intent)


def unpack_intent(raw: bytes | None) -> Intent | None:
    """Return what `pack_intent` stored."""
    if not raw:
        return None
    stored = orjson.loads(raw)
    return Intent(
        Say(stored["say"]),
        stored["delivery_id"],
        stored["channel"],
        stored["at"],
        stored["lookups"],
        stored["tries"],
        stored["ts"],
    )


def pack_lead(lead: Lead) -> bytes:
    """Return the JSON of the alert that speaks for an incident."""
    return orjson.dumps(lead)


def unpack_lead(raw: bytes | None) -> Lead:
    """Return what `pack_lead` stored."""
    if not raw:
        return Lead()
    stored = orjson.loads(raw)
    guide = stored.pop("guide")
    return Lead(**stored, guide=Guide(**guide) if guide else None)


def unpack_incident(key: str, flat: list[bytes], flat_kinds: list[bytes], flat_unsettled: list[Any]) -> Incident:
    """Return an incident from its hash, its kinds and the unsettled firings by class, as claim.lua hands them over."""
    fields = pairs(flat)
    meta = orjson.loads(fields[b"meta"])
    unsettled: dict[bytes, int] = dict(zip(flat_unsettled[::2], flat_unsettled[1::2], strict=True))
    classes = {
        cid.decode(): ClassState(unpack_class(fields[b"c:" + cid]), int(fields.get(b"n:" + cid, b"0")), count)
        for cid, count in unsettled.items()
    }
    return Incident(
        key=key,
        id=fields[b"id"].decode(),
        opened_at=float(fields[b"opened"]),
        generation=int(fields[b"gen"]),
        receiver=meta["receiver"],
        group=meta["group"],
        group_wait_s=meta["wait"],
        repeat_interval_s=meta["repeat"],
        classes=classes,
        kinds=tuple(sorted(map(_kind, *_columns(flat_kinds)), key=lambda kind: kind.first_at)) if flat_kinds else (),
        firing=int(fields.get(b"firing", b"0")),
        total=int(fields.get(b"total", b"0")),
        unsettled=sum(unsettled.values()),
        lead=unpack_lead(fields.get(b"lead")),
        stage=Stage(fields.get(b"phase", b"watching").decode()),
        ended_at=float(fields[b"ended"]) if b"ended" in fields else None,
        told=unpack_told(fields.get(b"told")),
        mind=unpack_mind(fields.get(b"mind")),
        intent=unpack_intent(fields.get(b"intent")),
    )


def _columns(flat: list[bytes]) -> tuple[list[bytes], list[bytes]]:
    return flat[::2], flat[1::2]


def _kind(rule: bytes, record: bytes) -> CauseKind:
    firing, total, alerts, first, last, where = record.decode().split("|", 5)
    places = f"{where} +{int(alerts) - 1}" if int(alerts) > 1 else where
    return CauseKind(rule.decode(), places, float(first), float(last), int(firing), int(total))
