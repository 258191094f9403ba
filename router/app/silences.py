"""Silences, wired."""

from uuid import uuid4

import aiohttp

from router.app.engine import Engine
from router.silencing import Silencing
from router.silencing.parts import Parts


def silencing_of(engine: Engine, session: aiohttp.ClientSession) -> Silencing:
    """Return the silences of an engine; `session` carries the copies to Alertmanagers."""
    parts = Parts(
        store=engine.silences,
        mutes=engine.mutes,
        board=engine.board,
        config=lambda: engine.configuration.current,
        now=engine.clock.now,
        accept=engine.intake.accept,
        new_id=lambda: str(uuid4()),
        wake=engine.dispatcher.wake,
    )
    return Silencing(parts, session)
