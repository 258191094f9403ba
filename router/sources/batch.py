"""What every source returns: the alerts of one body, and what of it could not be used."""

from collections.abc import Callable
from dataclasses import dataclass

from router.alert import Alert


@dataclass(frozen=True, slots=True)
class Rejected:
    """One alert of a batch that could not be used; the others are not harmed."""

    index: int
    problem: str


@dataclass(frozen=True, slots=True)
class Batch:
    """The alerts of one body in the order sent.

    `not_understood` is set when the body is well-formed but not what this sender sends: it is kept in quarantine
    and announced. `left_out` counts alerts the sender itself cut (Alertmanager's truncatedAlerts).
    """

    alerts: tuple[Alert, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    not_understood: str = ""
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Body:
    """One request as it came: `content_type` without parameters, lower case; `received_at` Unix seconds."""

    source: str
    raw: bytes
    content_type: str
    received_at: float


Parse = Callable[[Body], Batch]
"""A source: bytes to alerts, pure. Raises PayloadError when the body is not even the wire format."""
