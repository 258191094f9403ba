"""What Slack refuses, by channel: shown while it lasts, and announced once where only a person can mend it."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from router.alert import Alert, Status
from router.errors import DeliveryError
from router.incident import Order, Receipt, notice

LASTS_S = 900.0
"""Trouble that was not met again for this long is over (people may have named another channel)."""
EXPIRES_S = 3_600.0
"""A notice that was not raised again for this long ends by itself, whoever raised it."""
_FOR_GOOD = frozenset(
    {
        "channel_not_found", "not_in_channel", "is_archived", "is_inactive", "no_permission", "team_not_found",
        "duplicate_channel_not_found", "external_channel_migrating",
        # of incoming webhooks
        "no_webhook", "no_service", "no_active_hooks", "invalid_token", "no_team", "channel_is_archived",
        "action_prohibited", "posting_to_general_channel_denied", "invalid_url",
    }
)  # fmt: skip
_RESTRICTED = "restricted_action"
_REROUTED = "rerouted:"

Accept = Callable[[Sequence[Alert]], Awaitable[object]]
"""The intake, as far as dispatch needs it: for what the router says about itself."""


@dataclass(slots=True)
class _Trouble:
    code: str
    at: float
    raised_at: float | None = None


class Channels:
    """Remembers, for one process, which channels do not take messages, and says so through the intake."""

    def __init__(self, accept: Accept | None) -> None:
        self._accept = accept
        self._troubles: dict[str, _Trouble] = {}

    def report(self, now: float) -> dict[str, str]:
        """Return what Slack refuses now: error code by channel."""
        return {channel: each.code for channel, each in self._troubles.items() if now - each.at < LASTS_S}

    async def refused(self, channel: str, error: DeliveryError, now: float, *, itself: bool) -> None:
        """A message did not get through; `itself` tells that it was a notice, which never raises another."""
        await self._met(channel, error.code, now, itself=itself or not for_good(error.code))

    async def taken(self, order: Order, receipt: Receipt, now: float, *, itself: bool) -> None:
        """A message got through, perhaps elsewhere. That an old one can be edited says nothing of the channel."""
        rerouted = next((part for part in receipt.degraded.split("; ") if part.startswith(_REROUTED)), "")
        if rerouted:
            await self._met(order.channel, rerouted.removeprefix(_REROUTED), now, itself=itself)
        elif not order.ts:
            await self._mended(order.channel, now)

    async def _met(self, channel: str, code: str, now: float, *, itself: bool) -> None:
        before = self._troubles.get(channel)
        raised_at = before.raised_at if before is not None else None
        trouble = self._troubles[channel] = _Trouble(code, now, raised_at)
        if itself or (raised_at is not None and now - raised_at < EXPIRES_S / 2):
            return
        trouble.raised_at = now
        await self._raise(notice("route_broken", channel, Status.FIRING, now, {"detail": code}, now + EXPIRES_S))

    async def _mended(self, channel: str, now: float) -> None:
        trouble = self._troubles.pop(channel, None)
        if trouble is not None and trouble.raised_at is not None:
            await self._raise(notice("route_broken", channel, Status.RESOLVED, now, {}))

    async def _raise(self, alert: Alert) -> None:
        if self._accept is not None:
            await self._accept([alert])


def for_good(code: str) -> bool:
    """Return whether only a person can mend what Slack refuses with this code."""
    return code in _FOR_GOOD or code.startswith(_RESTRICTED)
