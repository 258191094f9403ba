"""A silence: who keeps which alerts quiet, why, and until when. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from router.alert import Matcher, all_match


class SilenceState(StrEnum):
    """Where a silence stands at a given instant (Alertmanager's words)."""

    PENDING = "pending"
    ACTIVE = "active"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Silence:
    """Alerts that meet every matcher are quiet from `starts_at` until before `ends_at`.

    Owner, reason (`comment`) and end are mandatory. Once over it never comes back: to silence again is another silence.
    """

    id: str
    matchers: tuple[Matcher, ...]
    starts_at: float
    ends_at: float
    created_by: str
    comment: str
    updated_at: float
    person: str = ""
    """Slack id of the owner, "" where it came through the API."""
    channel: str = ""
    thread_ts: str = ""
    """The message it was made from, "" where there was none."""
    mirrored: Mapping[str, str] = field(default_factory=dict)
    """Ids of its copies in Alertmanagers, by their URL."""

    def state(self, now: float) -> SilenceState:
        """Return where it stands: active from its start until before its end."""
        if now < self.starts_at:
            return SilenceState.PENDING
        return SilenceState.ACTIVE if now < self.ends_at else SilenceState.EXPIRED

    def mutes(self, labels: Mapping[str, str], now: float) -> bool:
        """Return whether it is active and meets the labels."""
        return self.state(now) is SilenceState.ACTIVE and all_match(self.matchers, labels)
