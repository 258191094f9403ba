"""What a sender knows of an alert, and what it has told: the left side of the conservation law."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import blake2b


@dataclass(frozen=True, slots=True)
class Transition:
    """One change of an alert as it was sent: firing since `starts_at`, or resolved at `ends_at` (Unix seconds)."""

    fingerprint: str
    status: str
    starts_at: float
    ends_at: float | None = None
    labels: frozenset[tuple[str, str]] = frozenset()


@dataclass(slots=True)
class Firing:
    """One alert's span from firing to resolved, on the sender's clock."""

    labels: dict[str, str]
    starts_at: float
    annotations: dict[str, str] = field(default_factory=dict)
    ends_at: float | None = None

    @property
    def fingerprint(self) -> str:
        """The sender's own identity of the alert: 16 hex digits over its labels."""
        return sender_fingerprint(self.labels)

    def transition(self) -> Transition:
        """Return what a notification says of it now."""
        status = "firing" if self.ends_at is None else "resolved"
        return Transition(self.fingerprint, status, self.starts_at, self.ends_at, frozenset(self.labels.items()))


@dataclass(frozen=True, slots=True)
class Sent:
    """One request of a sender: when, what was answered (0: nothing), the body and what it told."""

    at: float
    status: int
    body: bytes = field(repr=False)
    told: tuple[Transition, ...] = ()


def sender_fingerprint(labels: Mapping[str, str]) -> str:
    """Return 16 hex digits over the sorted labels, as Alertmanager's `fingerprint` field has."""
    text = "\xff".join(f"{name}\xff{value}" for name, value in sorted(labels.items()))
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def accepted(sent: Iterable[Sent]) -> list[Transition]:
    """Return the transitions that were answered 2xx, each once, in the order of their first acceptance."""
    told = (each for request in sent if 200 <= request.status < 300 for each in request.told)
    return list(dict.fromkeys(told))


def rfc3339(at: float) -> str:
    """Return an instant as senders write it, with milliseconds: 2026-11-22T09:00:00.000Z."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
