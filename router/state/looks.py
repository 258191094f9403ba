"""JSON of what is remembered of an incident between two looks (told, mind, handling, intent, lead, acts), and back."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, TypeVar, cast

import orjson

from router.gate import Held, Outcome, Reason
from router.incident import (
    Act,
    Call,
    CauseKind,
    ClassState,
    Deed,
    Guide,
    Handling,
    Incident,
    Intent,
    Lead,
    Loud,
    Mind,
    Person,
    Phase,
    Root,
    Say,
    Told,
)
from router.incident.handling import HandResolved, Mark, Snooze
from router.incident.life import Over, Stage
from router.state.entries import unpack_class

T = TypeVar("T")


def _of(kind: type[T], stored: Mapping[str, Any]) -> T:
    """Return a value from its JSON; what a newer version has added is left out, so that replicas can be replaced."""
    names = {each.name for each in fields(cast(Any, kind))}
    return kind(**{name: value for name, value in stored.items() if name in names})


def pack_told(told: Told) -> bytes:
    """Return the JSON of what people were told."""
    return orjson.dumps(told)


def unpack_told(raw: bytes | None) -> Told:
    """Return what `pack_told` stored."""
    if not raw:
        return Told()
    stored = orjson.loads(raw)
    return Told(
        roots=tuple(_of(Root, root) for root in stored["roots"]),
        causes=_of(Root, stored["causes"]) if stored["causes"] else None,
        phase=Phase(stored["phase"]) if stored["phase"] else None,
        outcome=Outcome(stored["outcome"]) if stored["outcome"] else None,
        at=stored["at"],
        refires=stored["refires"],
        broadcast_at=stored["broadcast_at"],
        pending=Call(stored["pending"]) if stored["pending"] else None,
        budget_at_start=stored["budget_at_start"],
        refired_at=tuple(stored.get("refired_at", ())),
        refire_told_at=stored.get("refire_told_at"),
        unmuted_told_at=stored.get("unmuted_told_at"),
    )


def pack_mind(mind: Mind) -> bytes:
    """Return the JSON of what must be remembered."""
    return orjson.dumps(mind)


def unpack_mind(raw: bytes | None) -> Mind:
    """Return what `pack_mind` stored."""
    if not raw:
        return Mind()
    stored = orjson.loads(raw)
    over = stored.get("over")
    return Mind(
        loud={cid: _loud(each) for cid, each in stored["loud"].items()},
        held={cid: _of(Held, each) for cid, each in stored["held"].items()},
        said=stored["said"],
        baseline=stored["baseline"],
        over=_of(Over, {**over, "loud": _loud(over["loud"])}) if over else None,
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
    call = Call(stored["call"]) if stored.get("call") else None
    return _of(Intent, {**stored, "say": Say(stored["say"]), "call": call})


def pack_handling(handling: Handling) -> bytes:
    """Return the JSON of what people did in an episode."""
    return orjson.dumps(handling)


def unpack_handling(raw: bytes | None) -> Handling:
    """Return what `pack_handling` stored."""
    if not raw:
        return Handling()
    stored = orjson.loads(raw)
    for name in ("owner", "acknowledged_by", "missed_by"):
        stored[name] = _person(stored.get(name))
    for name, kind in (("snooze", Snooze), ("mark", Mark), ("resolved", HandResolved)):
        each = stored.get(name)
        stored[name] = _of(kind, {**each, "by": _of(Person, each["by"])}) if each else None
    return _of(Handling, stored)


def pack_act(act: Act) -> bytes:
    """Return the JSON of what somebody did; it is gone from the state once a look has taken notice of it."""
    return orjson.dumps(act)


def unpack_act(raw: bytes) -> Act:
    """Return what `pack_act` stored."""
    stored = orjson.loads(raw)
    people = {"person": _of(Person, stored["person"]), "to": _person(stored["to"])}
    return _of(Act, {**stored, "deed": Deed(stored["deed"]), **people})


def _person(stored: Mapping[str, str] | None) -> Person | None:
    return _of(Person, stored) if stored else None


def pack_lead(lead: Lead) -> bytes:
    """Return the JSON of the alert that speaks for an incident."""
    return orjson.dumps(lead)


def unpack_lead(raw: bytes | None) -> Lead:
    """Return what `pack_lead` stored."""
    if not raw:
        return Lead()
    stored = orjson.loads(raw)
    guide = stored.pop("guide")
    return _of(Lead, {**stored, "guide": _of(Guide, guide) if guide else None})


def unpack_incident(
    key: str, fields: Mapping[bytes, bytes], flat_kinds: list[bytes], flat_unsettled: list[Any], acts: list[bytes]
) -> Incident:
    """Return an incident from its hash, its kinds, waiting and held firings by class and waiting acts (row.lua)."""
    meta = orjson.loads(fields[b"meta"])
    classes = {
        cid.decode(): ClassState(
            unpack_class(fields[b"c:" + cid]), int(fields.get(b"n:" + cid, b"0")), waiting + held, held
        )
        for cid, waiting, held in zip(flat_unsettled[::3], flat_unsettled[1::3], flat_unsettled[2::3], strict=True)
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
        unsettled=sum(state.unsettled for state in classes.values()),
        lead=unpack_lead(fields.get(b"lead")),
        stage=Stage(fields.get(b"phase", b"watching").decode()),
        ended_at=float(fields[b"ended"]) if b"ended" in fields else None,
        told=unpack_told(fields.get(b"told")),
        mind=unpack_mind(fields.get(b"mind")),
        intent=unpack_intent(fields.get(b"intent")),
        handling=unpack_handling(fields.get(b"hand")),
        acts=tuple(map(unpack_act, acts)),
        route=meta.get("route", ""),
        mute_times=tuple(meta.get("mute", ())),
        active_times=tuple(meta.get("active", ())),
    )


def _columns(flat: list[bytes]) -> tuple[list[bytes], list[bytes]]:
    return flat[::2], flat[1::2]


def _kind(rule: bytes, record: bytes) -> CauseKind:
    firing, total, alerts, first, last, where = record.decode().split("|", 5)
    places = f"{where} +{int(alerts) - 1}" if int(alerts) > 1 else where
    return CauseKind(rule.decode(), places, float(first), float(last), int(firing), int(total))
