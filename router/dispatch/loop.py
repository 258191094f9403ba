"""Claiming what is due, many incidents at once, one look each."""

import asyncio
import contextlib

import structlog

from router.dispatch.channels import Accept, Channels
from router.dispatch.hush import Hush
from router.dispatch.look import Look, Shared
from router.dispatch.parts import Parts
from router.dispatch.stuck import Stuck
from router.errors import UnavailableError
from router.state.incidents import Claim

LOG = structlog.get_logger(__name__)
AT_ONCE = 32


class Dispatcher:
    """Looks at due incidents until stopped; every replica runs one.

    `accept` is the intake, for what the router says about itself (route_broken, stuck).
    """

    def __init__(self, parts: Parts, accept: Accept | None = None) -> None:
        self._parts = parts
        self._channels = Channels(accept)
        self._shared = Shared(self._channels, Hush(parts.mutes, parts.incidents, parts.silences))
        self._stuck = Stuck(accept)
        self._due = asyncio.Event()
        self._looks: set[asyncio.Task[None]] = set()
        self._careful: set[int] = set()

    @property
    def trouble(self) -> dict[str, str]:
        """What Slack refuses now: error code by channel."""
        return self._channels.report(self._parts.clock.now())

    def wake(self) -> None:
        """Look at once: this process just changed something."""
        self._due.set()

    async def run(self) -> None:
        """Take due incidents until cancelled."""
        while True:
            self._due.clear()
            try:
                found = await self._claim_all()
            except UnavailableError as error:
                LOG.warning("dispatch_postponed", code=error.code)
                found = 0
            if not found:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._due.wait(), self._parts.poll_s)

    async def drain(self, seconds: float) -> None:
        """Let the looks under way finish; what is left stays due for whoever comes next."""
        if self._looks:
            await asyncio.wait(self._looks, timeout=seconds)

    async def settle_due(self) -> int:
        """Look at everything that is due now, once; returns how many incidents that were."""
        found = await self._claim_all()
        if self._looks:
            await asyncio.wait(self._looks)
        return found

    async def _claim_all(self) -> int:
        now, found = self._parts.clock.now(), 0
        for partition in await self._parts.incidents.due(now):
            room = AT_ONCE - len(self._looks)
            if room <= 0:
                await asyncio.wait(self._looks, return_when=asyncio.FIRST_COMPLETED)
                room = 1
            for claim in await self._claim(partition, now, room):
                found += 1
                look = asyncio.create_task(self._guarded(claim))
                self._looks.add(look)
                look.add_done_callback(self._looks.discard)
        return found

    async def _claim(self, partition: int, now: float, room: int) -> list[Claim]:
        """Claim what is due in a partition; where an incident could not be read, one at a time from then on.

        So one that cannot be read costs itself only: its lease makes it wait, and the next claim takes another.
        """
        try:
            return await self._parts.incidents.claim(partition, now, 1 if partition in self._careful else room)
        except UnavailableError:
            raise
        except Exception as error:  # noqa: BLE001 - what is stored may be anything; the loop must go on for the others
            LOG.error("claim_failed", partition=partition, error=type(error).__name__)  # noqa: TRY400
            self._careful.add(partition)
            return []

    async def _guarded(self, claim: Claim) -> None:
        """One incident that cannot be looked at must not stop the others; its lease runs out and it comes again."""
        try:
            await Look(self._parts, self._shared, claim).run()
        except UnavailableError as error:
            LOG.warning("look_postponed", incident=claim.incident.id, code=error.code)
        except Exception as error:  # noqa: BLE001 - the loop must outlive any one incident; the type is logged, the data not
            now, locale = self._parts.clock.now(), self._parts.config().locale
            await self._stuck.failed(claim.incident, type(error).__name__, now, locale)
        else:
            self._stuck.went_well(claim.incident)
        self._due.set()
