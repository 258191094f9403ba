"""Silencing on a real Valkey, with a clock moved by hand; what it says of itself is kept."""

import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any
from uuid import UUID

import aiohttp

from router.alert import Alert, Status, parse_matchers
from router.config.values import Config, SilencePolicy
from router.intake import Intake
from router.mute import Silence
from router.silencing import Draft, Parts, Silencing
from router.state.muting import Mutes
from router.state.silences import Silences
from router.web.metrics import Metrics
from router.web.parts import Parts as WebParts
from router.web.server import build_web, serve
from tests.support.door import Cellar, Pulse, config_of
from tests.support.state import ManualClock, State, look


class RealClock(ManualClock):
    """Other programs know no other."""

    def now(self) -> float:
        return time.time()


@dataclass
class Rig:
    """Silencing of one replica and what it did."""

    state: State
    silencing: Silencing
    store: Silences
    mutes: Mutes
    said: list[Alert] = field(default_factory=list)
    woken: list[float] = field(default_factory=list)
    config: Config = field(default_factory=config_of)

    @property
    def now(self) -> float:
        """The time."""
        return self.state.clock.now()

    def draft(self, matchers: str = "service=checkout", lasts_s: float = 3_600.0, **fields: Any) -> Draft:
        """A silence as somebody asks for it; `fields` replace what is usual."""
        usual: dict[str, Any] = {
            "matchers": parse_matchers(matchers),
            "starts_at": self.now,
            "ends_at": self.now + lasts_s,
            "created_by": "sato",
            "comment": "load test",
        }
        return Draft(**{**usual, **fields})

    async def add(self, matchers: str = "service=checkout", lasts_s: float = 3_600.0, **fields: Any) -> Silence:
        """Add a silence."""
        return await self.silencing.add(self.draft(matchers, lasts_s, **fields))

    async def tick(self, after_s: float = 0.0) -> list[tuple[str, str, Status]]:
        """Let time pass, take a turn, and return the notices that it said."""
        before = len(self.said)
        await self.silencing.tick(self.state.clock.advance(after_s))
        return [(each.annotations["what"], each.annotations["about"], each.status) for each in self.said[before:]]

    def set_policy(self, **fields: Any) -> None:
        """Change the policy of silences."""
        self.config = replace(self.config, silences=SilencePolicy(**fields))


@asynccontextmanager
async def open_rig(state: State) -> AsyncIterator[Rig]:
    """One replica's silencing on an opened state."""
    numbers = count(1)
    store = Silences(state.scripts)
    mutes = Mutes(state.scripts)

    async def accept(alerts: Sequence[Alert]) -> None:
        rig.said += alerts

    async with aiohttp.ClientSession() as session:
        parts = Parts(
            store=store,
            mutes=mutes,
            board=state.board,
            config=lambda: rig.config,
            now=state.clock.now,
            accept=accept,
            new_id=lambda: str(UUID(int=next(numbers))),
            wake=lambda: rig.woken.append(rig.now),
        )
        rig = Rig(state, Silencing(parts, session), store, mutes)
        yield rig


@asynccontextmanager
async def open_real_door(rig: Rig) -> AsyncIterator[str]:
    """The HTTP door with the rooms behind it that it has in service, except those that speak to people; its URL."""
    state = rig.state
    parts = WebParts(
        intake=Intake(state.writer, state.board, state.clock, lambda: rig.config.rules, lambda: None, rig.mutes),
        quarantine=Cellar(),
        board=state.board,
        health=Pulse(),
        config=lambda: rig.config,
        now=state.clock.now,
        metrics=Metrics(),
        silencing=rig.silencing,
        mutes=rig.mutes,
        version="0.25.0",
    )
    runner = await serve(build_web(parts), "127.0.0.1", 0)
    host, port = runner.addresses[0][:2]
    try:
        yield f"http://{host}:{port}"
    finally:
        await runner.cleanup()


async def judge_all(state: State) -> None:
    """Let a look come to its end at every incident that is due, as the dispatcher would."""
    now = state.clock.now()
    for partition in await state.incidents.due(now):
        for claim in await state.incidents.claim(partition, now, 100):
            await state.incidents.commit(claim, look(due_at=now + 600), now)
