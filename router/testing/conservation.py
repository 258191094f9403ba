"""The conservation law: every transition that was answered 2xx ends in exactly one outcome, and is told where due.

`balance` is pure. It compares what senders were promised (`accepted`), what the router recorded (its firings), and
what Slack holds (the stand-in's ledger), and names every firing that does not add up.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from router.testing.firing import Transition
from router.testing.workspace import Message

OUTCOMES = frozenset({"page", "ticket", "forward", "hold", "drop", "merge", "suppress"})
TOLD = frozenset({"page", "ticket", "forward", "merge"})
"""Outcomes whose incident must stand in Slack."""
TOLERANCE_S = 1.0
"""How far a recorded start may be from the sent one: senders and records round to milliseconds or seconds."""

Record = Mapping[str, Any]
"""A recorded firing: fingerprint, started_at, ended_at (Unix seconds or RFC 3339, None), outcome, reason, incident."""


@dataclass(frozen=True, slots=True)
class Balance:
    """What does not add up, one sentence each; three empty tuples when the law holds."""

    lost: tuple[str, ...] = ()
    """Accepted and not recorded, or recorded as told and not in Slack."""
    unaccounted: tuple[str, ...] = ()
    """Recorded without a proper outcome and reason, or not ended although its resolve was accepted."""
    duplicated: tuple[str, ...] = ()
    """Recorded twice, or twice in Slack."""

    def __bool__(self) -> bool:
        """True when the law holds."""
        return not (self.lost or self.unaccounted or self.duplicated)

    def __str__(self) -> str:
        sides = (("lost", self.lost), ("unaccounted", self.unaccounted), ("duplicated", self.duplicated))
        return "\n".join(f"{name}: {line}" for name, lines in sides for line in lines) or "nothing is missing"


def balance(
    accepted: Iterable[Transition],
    records: Sequence[Record],
    messages: Sequence[Message],
    identify: Callable[[Transition], str] = lambda transition: transition.fingerprint,
) -> Balance:
    """Return what is lost, unaccounted or duplicated.

    Args:
        accepted: what senders were answered 2xx for (router.testing.firing.accepted).
        records: the router's firings, in any order.
        messages: the stand-in's ledger.
        identify: the router's fingerprint of a transition; by default the sender's own.
    """
    promised = list(accepted)
    by_fingerprint: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        by_fingerprint[str(record["fingerprint"])].append(record)
    living = [message for message in messages if not message.deleted]
    return Balance(
        lost=(*_unrecorded(promised, by_fingerprint, identify), *_untold(records, living)),
        unaccounted=(*_without_outcome(records), *_not_ended(promised, by_fingerprint, identify)),
        duplicated=(*_recorded_twice(records), *_posted_twice(living)),
    )


def _unrecorded(
    promised: Iterable[Transition], records: Mapping[str, Sequence[Record]], identify: Callable[[Transition], str]
) -> Iterator[str]:
    for transition in promised:
        name = identify(transition)
        if transition.status == "firing" and _record_of(transition, records.get(name, ())) is None:
            yield f"{name} firing since {transition.starts_at:.3f} was accepted and is not recorded"


def _record_of(transition: Transition, records: Iterable[Record]) -> Record | None:
    """Return the record whose span holds the transition's start (two senders may disagree on it)."""
    for record in records:
        started, ended = _instant(record["started_at"]), _instant(record.get("ended_at"))
        begun = started is not None and started <= transition.starts_at + TOLERANCE_S
        if begun and (ended is None or ended >= transition.starts_at - TOLERANCE_S):
            return record
    return None


def _untold(records: Iterable[Record], living: Sequence[Message]) -> Iterator[str]:
    told = [f"{message.text}\n{message.blocks}" for message in living]
    for record in records:
        incident = record.get("incident")
        if record.get("outcome") in TOLD and not (incident and any(str(incident) in text for text in told)):
            yield f"{record['fingerprint']} ended as {record['outcome']} and incident {incident} is not in Slack"


def _without_outcome(records: Iterable[Record]) -> Iterator[str]:
    for record in records:
        name, outcome, ended = record["fingerprint"], record.get("outcome"), record.get("ended_at") is not None
        if outcome not in OUTCOMES:
            yield f"{name} has no outcome: {outcome!r}"
        elif not record.get("reason"):
            yield f"{name} has outcome {outcome} and no reason"
        elif outcome == "hold" and ended:
            yield f"{name} has ended and is still held"
        elif outcome == "drop" and not ended:
            yield f"{name} is dropped while it fires"


def _not_ended(
    promised: Iterable[Transition], records: Mapping[str, Sequence[Record]], identify: Callable[[Transition], str]
) -> Iterator[str]:
    for transition in promised:
        name = identify(transition)
        record = _record_of(transition, records.get(name, ())) if transition.status == "resolved" else None
        if record is not None and record.get("ended_at") is None:
            yield f"{name} firing since {transition.starts_at:.3f} was accepted as resolved and has not ended"


def _recorded_twice(records: Iterable[Record]) -> Iterator[str]:
    spans = Counter((str(record["fingerprint"]), _instant(record["started_at"])) for record in records)
    for (name, started), count in spans.items():
        if count > 1:
            yield f"{name} firing since {started} is recorded {count} times"


def _posted_twice(living: Iterable[Message]) -> Iterator[str]:
    deliveries = Counter(
        str(message.metadata["event_payload"]["delivery_id"])
        for message in living
        if "delivery_id" in message.metadata.get("event_payload", {})
    )
    for delivery, count in deliveries.items():
        if count > 1:
            yield f"delivery {delivery} is in Slack {count} times"


def _instant(value: Any) -> float | None:
    if value is None or isinstance(value, int | float):
        return value
    return datetime.fromisoformat(str(value)).timestamp()
